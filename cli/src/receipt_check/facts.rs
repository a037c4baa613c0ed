//! What a node says about the payment that a receipt claims.

use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Log};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolEvent;
use contracts::PaymentRouter::{SignerSet, signerUntilCall};
use settlement::event::{Location, PaymentEvent, RouterEvent};
use settlement::finality::{FinalityPolicy, final_through};
use settlement::receipt::{ReceiptClaim, Reference};
use settlement::verify::Authority;

use crate::chain::{Chain, chain_id, connect, view_at};
use crate::config::SecretUrl;
use crate::deploy;
use crate::failure::{Failure, OrFix};

const NO_ANSWER: &str = "the node does not answer";
const ASK_AGAIN: &str = "check --rpc, and that the node runs";
/// By how much a range of blocks is divided when the node refuses it.
const NARROWER: u64 = 10;
/// Fewest blocks that a node is asked about at once: the strictest public ones answer for this many.
const MIN_RANGE: u64 = 100;
/// Most questions about ranges: a node that answers for no more than the fewest blocks is asked about a week of them, which takes minutes.
const MAX_RANGES: u32 = 5_000;

/// What a node says about a payment.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Whether the code at the router's address is the router's.
    pub is_router: bool,
    /// The event where the receipt says it is, if there is one.
    pub event: Option<PaymentEvent>,
    /// Why the signer may sign, as of that event.
    pub authority: Option<Authority>,
    /// The newest final block.
    pub final_through: Option<u64>,
    /// Whether whoever signed the receipt speaks for the operator.
    pub issuer: IssuerStanding,
}

/// What a chain says of somebody who signed in an operator's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerStanding {
    /// It is the operator.
    Operator,
    /// It is a delegate until this time (unix seconds).
    Delegate {
        /// Unix seconds.
        until: u64,
    },
    /// It was a delegate when the payment was made or later, and is none any more.
    Revoked,
    /// It is none, and has been none since the payment was made.
    Stranger,
}

impl Facts {
    /// The payment that a code names, where the chain has it now and our router logged it.
    ///
    /// # Errors
    /// When the node cannot be asked, or is of another chain.
    pub async fn payment(reference: &Reference, rpc: &SecretUrl) -> anyhow::Result<Option<PaymentEvent>> {
        let chain = of_chain(reference.chain_id, rpc).await?;
        let found = event(&chain, reference.chain_id, reference.tx_hash, reference.log_index).await?;
        let Some(found) = found else { return Ok(None) };
        let is_router = deploy::code_hash(&chain, found.emitter).await? == Some(contracts::router_code_hash());
        Ok(is_router.then_some(found))
    }

    /// Asks a node of the receipt's chain.
    ///
    /// # Errors
    /// When the node cannot be asked, is of another chain, or no longer knows what it must be asked.
    pub async fn gather(claim: &ReceiptClaim, rpc: &SecretUrl) -> anyhow::Result<Self> {
        let location = &claim.event.location;
        let chain = of_chain(location.chain_id, rpc).await?;
        let snapshot = claim.signed.snapshot();
        let is_router = deploy::code_hash(&chain, snapshot.router).await? == Some(contracts::router_code_hash());
        let final_through = finality(&chain, snapshot.finality).await?;
        let event = event(&chain, location.chain_id, location.tx_hash, location.log_index).await?;
        let authority = match &event {
            Some(event) => authority(&chain, snapshot.router, snapshot.operator, claim.signed.signer(), &event.location).await?,
            None => None,
        };
        let issuer = issuer(&chain, snapshot.router, (snapshot.operator, claim.issuer), event.as_ref().map(|event| &event.location)).await?;
        Ok(Self { is_router, event, authority, final_through, issuer })
    }
}

/// Whether the issuer speaks for the operator today, or did at some time since the payment was made: a receipt is signed when it is first read, so its signer may
/// have been appointed after the payment and revoked before today.
async fn issuer(chain: &Chain, router: Address, (operator, signer): (Address, Address), paid: Option<&Location>) -> anyhow::Result<IssuerStanding> {
    if signer == operator {
        return Ok(IssuerStanding::Operator);
    }
    let until = view_at(chain, router, &signerUntilCall { operator, signer }, BlockId::latest()).await.or_fix(NO_ANSWER, ASK_AGAIN)?;
    if !until.is_zero() {
        return Ok(IssuerStanding::Delegate { until: until.to() });
    }
    let Some(at) = paid else { return Ok(IssuerStanding::Stranger) };
    let was = authority(chain, router, operator, signer, at).await?.is_some() || appointed_since(chain, router, (operator, signer), at.block_number).await?;
    Ok(if was { IssuerStanding::Revoked } else { IssuerStanding::Stranger })
}

/// Whether the operator has named the signer in this block or a later one. All blocks at once, where the node answers that; else in ranges that it does answer.
async fn appointed_since(chain: &Chain, router: Address, (operator, signer): (Address, Address), since: u64) -> anyhow::Result<bool> {
    let head = chain.get_block_number().await.or_fix(NO_ANSWER, ASK_AGAIN)?;
    let (filter, mut from, mut width) = (appointments(router, operator, signer), since, u64::MAX);
    for _ in 0..MAX_RANGES {
        if from > head {
            return Ok(false);
        }
        let to = head.min(from.saturating_add(width - 1));
        match chain.get_logs(&filter.clone().from_block(from).to_block(to)).await {
            Ok(logs) if logs.iter().any(names_somebody) => return Ok(true),
            Ok(_) => from = to.saturating_add(1),
            Err(_) if to - from >= MIN_RANGE => width = ((to - from + 1) / NARROWER).max(MIN_RANGE),
            Err(error) => {
                return Err(error).or_fix(format!("the node does not say who was named a signer in blocks {from} to {to}"), "ask a node that keeps logs");
            }
        }
    }
    Err(Failure::new("the node answers for too few blocks at once to say whether the issuer was ever named", "ask a node that answers for more").into())
}

/// Whether a log of an appointment is one, and not a revocation.
fn names_somebody(log: &Log) -> bool {
    !log.removed && SignerSet::decode_log_data_validate(log.data()).is_ok_and(|set| !set.until.is_zero())
}

/// A node of this chain.
async fn of_chain(wanted: u64, rpc: &SecretUrl) -> anyhow::Result<Chain> {
    let chain = connect(rpc, None)?;
    let found = chain_id(&chain, rpc).await?;
    if found != wanted {
        let what = format!("the node at {rpc} is of chain {found}, and the receipt is of chain {wanted}");
        return Err(Failure::new(what, format!("name a node of chain {wanted} with --rpc")).into());
    }
    Ok(chain)
}

/// The newest block that is final under a policy.
async fn finality(chain: &Chain, policy: FinalityPolicy) -> anyhow::Result<Option<u64>> {
    let tagged = match policy {
        FinalityPolicy::Confirmations(count) => {
            let head = chain.get_block_number().await.or_fix(NO_ANSWER, ASK_AGAIN)?;
            return Ok(final_through(count, head));
        }
        FinalityPolicy::Safe => BlockNumberOrTag::Safe,
        FinalityPolicy::Finalized => BlockNumberOrTag::Finalized,
    };
    let block = chain.get_block_by_number(tagged).await.or_fix(format!("the node does not know its {policy} block"), ASK_AGAIN)?;
    Ok(block.map(|block| block.header.number))
}

/// The payment in a log of a transaction, where the chain has it now.
async fn event(chain: &Chain, chain_id: u64, tx_hash: B256, log_index: u64) -> anyhow::Result<Option<PaymentEvent>> {
    let receipt = chain.get_transaction_receipt(tx_hash).await.or_fix(NO_ANSWER, ASK_AGAIN)?;
    let logs = receipt.iter().filter(|receipt| receipt.status()).flat_map(|receipt| receipt.logs());
    let Some(log) = logs.into_iter().find(|log| log.log_index == Some(log_index) && !log.removed) else { return Ok(None) };
    let (Some(number), Some(hash)) = (log.block_number, log.block_hash) else { return Ok(None) };
    let block = chain.get_block_by_number(number.into()).await.or_fix(NO_ANSWER, ASK_AGAIN)?;
    // A node that keeps the receipts of abandoned branches has another block at this height.
    let Some(block) = block.filter(|block| block.header.hash == hash) else { return Ok(None) };
    let location = Location { chain_id, block_number: number, block_hash: hash, block_time: block.header.timestamp, tx_hash, log_index };
    Ok(match RouterEvent::decode(log.address(), location, log.data()) {
        Ok(Some(RouterEvent::Payment(event))) => Some(event),
        Ok(Some(RouterEvent::Refund(_) | RouterEvent::SignerSet { .. } | RouterEvent::NoncesCancelled { .. }) | None) | Err(_) => None,
    })
}

/// Why `signer` could sign for the operator when the event was logged: what its block said before it, else what held before the block.
async fn authority(chain: &Chain, router: Address, operator: Address, signer: Address, at: &Location) -> anyhow::Result<Option<Authority>> {
    if signer == operator {
        return Ok(Some(Authority::Operator));
    }
    let delegate = |until: u64| (until > 0).then_some(Authority::Delegate { signer, until });
    let filter = appointments(router, operator, signer);
    let within = chain.get_logs(&filter.clone().at_block_hash(at.block_hash)).await.or_fix(NO_ANSWER, ASK_AGAIN)?;
    if let Some(until) = last_until(&within, at.log_index) {
        return Ok(delegate(until));
    }
    let Some(before) = at.block_number.checked_sub(1) else { return Ok(None) };
    let asked = signerUntilCall { operator, signer };
    let error = match view_at(chain, router, &asked, BlockId::number(before)).await {
        Ok(until) => return Ok(delegate(until.to())),
        Err(error) => error,
    };
    // Only archive nodes answer for old blocks; the others may still have the logs.
    match last_appointment(chain, &filter, before).await {
        Ok(until) => Ok(until.and_then(delegate)),
        Err(_) => Err(error).or_fix(format!("the node does not know who could sign at block {before}"), "ask a node that keeps history (an archive node)"),
    }
}

/// The logs that say until when `signer` may sign.
fn appointments(router: Address, operator: Address, signer: Address) -> Filter {
    Filter::new().address(router).event_signature(SignerSet::SIGNATURE_HASH).topic1(operator.into_word()).topic2(signer.into_word())
}

/// What the last of these logs up to a block says.
async fn last_appointment(chain: &Chain, filter: &Filter, through: u64) -> anyhow::Result<Option<u64>> {
    let logs = chain.get_logs(&filter.clone().from_block(0).to_block(through)).await?;
    Ok(last_until(&logs, u64::MAX))
}

/// What the last of these logs before an index says.
fn last_until(logs: &[Log], before: u64) -> Option<u64> {
    let earlier = logs.iter().filter(|log| !log.removed && log.log_index.is_some_and(|index| index < before));
    let last = earlier.max_by_key(|log| (log.block_number, log.log_index))?;
    SignerSet::decode_log_data_validate(last.data()).ok().map(|set| set.until.to())
}

#[cfg(test)]
mod tests;
