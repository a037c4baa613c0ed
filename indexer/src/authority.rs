//! Why a signer may sign for the operator at a place of the chain.

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::signerUntilCall;
use settlement::chain::ChainPolicy;
use settlement::event::{Location, RouterEvent};
use settlement::verify::Authority;
use store::Store;

use crate::error::IndexerError;
use crate::fetch;
use crate::logs::RangeScan;
use crate::reader::{BlockRef, CallError, ChainReader, Header, LogFilter, RpcError};

/// Where to look for appointments of signers.
pub struct Appointments<'a> {
    /// The chain.
    pub chain: &'a ChainPolicy,
    /// What is stored.
    pub store: &'a Store,
    /// The node, for appointments from before the first block that was read.
    pub reader: &'a dyn ChainReader,
    /// Events that are about to be stored.
    pub new: &'a [RouterEvent],
    /// Stored events above this block are about to be taken back.
    pub holds_through: u64,
}

impl Appointments<'_> {
    /// Why `signer` may sign at this place; `None` when it may not. Whether a delegate's time is over is for `settlement::verify` to say.
    ///
    /// # Errors
    /// When neither database nor node can say.
    pub async fn authority(&self, signer: Address, at: &Location, scan: &mut RangeScan) -> Result<Option<Authority>, IndexerError> {
        if signer == self.chain.operator {
            return Ok(Some(Authority::Operator));
        }
        if let Some(until) = self.newest(signer, at) {
            return Ok(delegate(signer, until));
        }
        let stored =
            if at.block_number > self.holds_through { Location { block_number: self.holds_through.saturating_add(1), log_index: 0, ..*at } } else { *at };
        if let Some(authority) = self.store.authority(self.chain.chain_id, self.chain.operator, signer, &stored).await? {
            return Ok(Some(authority));
        }
        Ok(self.ask(signer, at, scan).await?.and_then(|until| delegate(signer, until)))
    }

    /// What the last of the new events before a place says.
    fn newest(&self, who: Address, at: &Location) -> Option<u64> {
        self.new.iter().rev().find_map(|event| match event {
            RouterEvent::SignerSet { location, signer, until, .. } if *signer == who => {
                ((location.block_number, location.log_index) < (at.block_number, at.log_index)).then_some(*until)
            }
            RouterEvent::SignerSet { .. } | RouterEvent::Payment(_) | RouterEvent::Refund(_) | RouterEvent::NoncesCancelled { .. } => None,
        })
    }

    /// Asks the chain: its state at the block, or where the node has that no longer, its logs.
    async fn ask(&self, signer: Address, at: &Location, scan: &mut RangeScan) -> Result<Option<u64>, RpcError> {
        let input = Bytes::from(signerUntilCall { operator: self.chain.operator, signer }.abi_encode());
        match self.reader.call(self.chain.router, input, BlockRef::Hash(at.block_hash)).await {
            Ok(answer) => {
                let until = signerUntilCall::abi_decode_returns(&answer).map_err(|e| RpcError::Malformed(format!("signerUntil: {e}")))?;
                Ok(Some(until.to()))
            }
            Err(CallError::Reverted(why)) => Err(RpcError::Inconsistent(format!("signerUntil reverts: {why}"))),
            Err(CallError::Rpc(RpcError::Refused { .. })) => self.last_logged(signer, at, scan).await,
            Err(CallError::Rpc(error)) => Err(error),
        }
    }

    async fn last_logged(&self, signer: Address, at: &Location, scan: &mut RangeScan) -> Result<Option<u64>, RpcError> {
        let filter = LogFilter::of_signer(self.chain.router, self.chain.operator, signer);
        let (mut next, mut last) = (0, None);
        while next <= at.block_number {
            let (through, logs) = scan.read(self.reader, &filter, next..=at.block_number).await?;
            for log in logs.iter().filter(|log| (log.block_number, log.log_index) < (at.block_number, at.log_index)) {
                // Only what it says matters, so its block's header need not be read.
                let header = Header { number: log.block_number, hash: log.block_hash, parent: log.block_hash, time: 0 };
                if let Some(RouterEvent::SignerSet { until, .. }) = fetch::decode(self.chain.chain_id, log, &header)? {
                    last = Some(until);
                }
            }
            next = through.saturating_add(1);
        }
        Ok(last)
    }
}

fn delegate(signer: Address, until: u64) -> Option<Authority> {
    (until > 0).then_some(Authority::Delegate { signer, until })
}
