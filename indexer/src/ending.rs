//! Requests that end unpaid: their deadline is over, or the transaction that was named did not pay.

use std::collections::BTreeSet;
use std::time::Duration;

use alloy_primitives::B256;
use contracts::refusal::blocks_transfer;
use serde_json::json;
use settlement::event::RouterEvent;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::notice::NoticeType;
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState};
use store::{Store, StoredRequest};

use crate::error::IndexerError;
use crate::fetch;
use crate::reader::{BlockRef, ChainReader, LogFilter, RpcError};
use crate::writer::{Writer, about};

/// Most requests that one step lets expire.
pub const MAX_EXPIRED: u32 = 500;
/// Most named transactions that one step asks for. The rest has its turn in the next.
const MAX_ASKED: u32 = 32;
/// Longest time in which a node says why a transaction was reverted.
const REPLAYED_WITHIN: Duration = Duration::from_secs(2);

/// Lets live requests expire whose deadline lies before the newest final block, by block time. Every payment that could have met it is in a block that was read
/// and judged, so nobody is invited to pay again while one may still settle.
///
/// # Errors
/// When the database refuses or somebody else was faster.
pub async fn expire(writer: &mut Writer<'_>, overdue: &[PaymentRequest]) -> Result<(), IndexerError> {
    for request in overdue {
        let Some((agreement, StoredRequest::Sound(request))) = writer.lock(&request.agreement, &request.id).await? else { continue };
        // A payment that is on the chain and waits, say for a stricter policy that the request was signed under.
        if !request.state.name().is_live() || writer.tx.seen_event(&request.id).await?.is_some() {
            continue;
        }
        let expired = request.state.clone().expire(writer.now)?;
        writer.set(&request, &expired).await?;
        writer.tell(NoticeType::RequestExpired, &agreement, about(&request));
    }
    Ok(())
}

/// Lets submitted requests fail whose named transactions did not pay them.
///
/// # Errors
/// When the database refuses or somebody else was faster.
pub async fn fail(writer: &mut Writer<'_>, failures: &[(PaymentRequestId, AgreementId, FailureReason)]) -> Result<(), IndexerError> {
    for (id, agreement, reason) in failures {
        let Some((agreement, StoredRequest::Sound(request))) = writer.lock(agreement, id).await? else { continue };
        // Refused when another transaction was named meanwhile: then this one no longer matters.
        let Ok(failed) = request.state.clone().fail(reason.clone(), writer.now) else { continue };
        writer.set(&request, &failed).await?;
        let mut data = about(&request);
        data["reason"] = json!(reason.name());
        data["txHash"] = json!(reason.tx_hash().map(|hash| hash.to_string()));
        writer.tell(NoticeType::PaymentFailed, &agreement, data);
    }
    Ok(())
}

/// What became of named transactions.
#[derive(Debug, Default)]
pub struct Hints {
    /// Those that are final and did not pay.
    pub failures: Vec<(PaymentRequestId, AgreementId, FailureReason)>,
    /// Payments in them that the scan has missed: a node left them out.
    pub missed: Vec<RouterEvent>,
    /// Whether the node could not say why one of them was reverted: then it is not asked about the others of this step.
    cannot_replay: bool,
}

/// Asks for the transactions that payers have named, a few at a time, each once per newest and final block.
#[derive(Debug, Default)]
pub struct HintChecks {
    after: Option<PaymentRequestId>,
    seen: (B256, u64),
    asked: BTreeSet<(PaymentRequestId, B256)>,
}

/// What is known of the chain when hints are checked.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The chain.
    pub chain_id: u64,
    /// The node.
    pub reader: &'a dyn ChainReader,
    /// Which logs are ours.
    pub filter: &'a LogFilter,
    /// The newest block of the node.
    pub head: B256,
    /// The newest final block.
    pub final_through: u64,
    /// Events that are about to be stored.
    pub new: &'a [RouterEvent],
}

impl HintChecks {
    /// Asks for the next few. What the node does not answer is asked again when the chain has moved on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check(&mut self, store: &Store, known: Known<'_>) -> Result<Hints, IndexerError> {
        let seen = (known.head, known.final_through);
        if self.seen != seen {
            self.seen = seen;
            self.asked.clear();
        }
        let mut hints = Hints::default();
        let page = store.submitted_requests(known.chain_id, MAX_ASKED, self.after.as_ref()).await?;
        for request in &page {
            let PaymentRequestState::Submitted { tx_hash, .. } = request.state else { continue };
            let is_seen = known.new.iter().any(|event| pays(event, request)) || store.seen_event(&request.id).await?.is_some();
            if is_seen || !self.asked.insert((request.id.clone(), tx_hash)) {
                continue;
            }
            if let Err(error) = look(&mut hints, request, tx_hash, known).await {
                // Anybody may name anything, also what no node can answer for (a receipt beyond all limits, one that was pruned). Nothing rests on it, so it
                // holds up neither the blocks nor, beyond this step, what others have named.
                tracing::warn!(chain_id = known.chain_id, request = %request.id, %tx_hash, "a named transaction cannot be looked at: {error}");
                self.after = Some(request.id.clone());
                return Ok(hints);
            }
        }
        self.after = page.last().filter(|_| page.len() >= usize::try_from(MAX_ASKED).unwrap_or(usize::MAX)).map(|request| request.id.clone());
        Ok(hints)
    }
}

/// Only a transaction in a final block says something for good.
async fn look(hints: &mut Hints, request: &PaymentRequest, tx_hash: B256, known: Known<'_>) -> Result<(), RpcError> {
    let Some(mined) = known.reader.transaction(tx_hash).await? else { return Ok(()) };
    if mined.block_number > known.final_through {
        return Ok(());
    }
    let Some(block) = known.reader.block(BlockRef::Number(mined.block_number)).await?.filter(|block| block.header.hash == mined.block_hash) else {
        return Ok(());
    };
    let mut events = Vec::new();
    for log in mined.logs.iter().filter(|log| known.filter.admits(log)) {
        events.extend(fetch::decode(known.chain_id, log, &block.header)?);
    }
    if mined.succeeded && events.iter().any(|event| pays(event, request)) {
        tracing::warn!(chain_id = known.chain_id, %tx_hash, "the scan has missed a payment that its transaction shows");
        hints.missed.extend(events);
        return Ok(());
    }
    let reason = match mined.succeeded {
        true => FailureReason::NotThisPayment { tx_hash },
        false if is_blocked(hints, known, tx_hash).await => FailureReason::TransferBlocked { tx_hash },
        false => FailureReason::Reverted { tx_hash },
    };
    hints.failures.push((request.id.clone(), request.agreement.clone(), reason));
    Ok(())
}

/// Whether it was the token that did not let the money move. What was reverted with no receipt says, so the node has to run it once more; one that cannot, because the
/// state of that block is gone say, leaves the reason open, and nothing rests on it: no block waits for the answer.
async fn is_blocked(hints: &mut Hints, known: Known<'_>, tx_hash: B256) -> bool {
    if hints.cannot_replay {
        return false;
    }
    let error = match tokio::time::timeout(REPLAYED_WITHIN, known.reader.revert_data(tx_hash)).await {
        Ok(Ok(data)) => return data.is_some_and(|data| blocks_transfer(&data)),
        Ok(Err(error)) => error.to_string(),
        Err(late) => late.to_string(),
    };
    tracing::debug!(chain_id = known.chain_id, %tx_hash, "why a transaction reverted cannot be told: {error}");
    hints.cannot_replay = true;
    false
}

fn pays(event: &RouterEvent, request: &PaymentRequest) -> bool {
    matches!(event, RouterEvent::Payment(payment) if payment.digest == request.signed.digest())
}
