//! Taking back what another branch of the chain does not have.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use settlement::agreement::AgreementRecord;
use settlement::ids::{PaymentRequestId, RefundId};
use settlement::ledger::Booked;
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use settlement::refund::{RefundRequest, RefundState, RefundStatus};
use store::{Cursor, StoredRefund, StoredRequest};

use crate::batch::Rewind;
use crate::error::IndexerError;
use crate::writer::{Writer, about_event, about_refund_event};

/// What was taken back.
#[derive(Debug, Default)]
pub struct Taken {
    /// Requests that payments on the old branch had verified, each with its agreement and as it was.
    verified: BTreeMap<PaymentRequestId, (AgreementRecord, PaymentRequest)>,
    /// Refunds that events on the old branch had settled, each with its agreement and as it was.
    settled: BTreeMap<RefundId, (AgreementRecord, RefundRequest)>,
}

impl Taken {
    /// Whether the request was verified by this transaction on the old branch.
    #[must_use]
    pub fn was_verified_by(&self, request: &PaymentRequestId, tx_hash: B256) -> bool {
        let state = self.verified.get(request).map(|(_, request)| &request.state);
        matches!(state, Some(PaymentRequestState::Verified { proof, .. }) if proof.event().location.tx_hash == tx_hash)
    }

    /// Whether the refund was settled by this transaction on the old branch.
    #[must_use]
    pub fn was_settled_by(&self, refund: &RefundId, tx_hash: B256) -> bool {
        let state = self.settled.get(refund).map(|(_, refund)| &refund.state);
        matches!(state, Some(RefundState::Settled { proof, .. }) if proof.event().location.tx_hash == tx_hash)
    }

    /// Notes what events above the common ancestor have verified and settled. Read before the events are orphaned: a proof whose event is gone is none.
    async fn note(&mut self, writer: &mut Writer<'_>, (requests, refunds): (&[PaymentRequestId], &[RefundId])) -> Result<(), IndexerError> {
        for id in requests {
            let Some(stored) = writer.tx.request(id).await? else { continue };
            match writer.lock(&stored.agreement().clone(), id).await? {
                Some((agreement, StoredRequest::Sound(request))) if request.state.name() == StatusName::Verified => {
                    self.verified.insert(id.clone(), (agreement, request));
                }
                Some(_) | None => tracing::error!(request = %id, "a reorg took its payment away, and the row does not prove itself: it stays to be inspected"),
            }
        }
        for id in refunds {
            let Some(stored) = writer.tx.refund(id).await? else { continue };
            match writer.lock_refund(&stored.agreement().clone(), id).await? {
                Some((agreement, StoredRefund::Sound(refund))) if refund.state.name() == RefundStatus::Settled => {
                    self.settled.insert(id.clone(), (agreement, refund));
                }
                Some(_) | None => tracing::error!(refund = %id, "a reorg took a refund away, and its row does not prove itself: it stays to be inspected"),
            }
        }
        Ok(())
    }
}

/// Takes back everything above the common ancestor: events are orphaned, what they verified is submitted again, its postings are reversed, and issues about
/// them are closed; a refund that they settled is awaited again. `doubted` are the requests that are verified, and the refunds that are settled, by events
/// above it.
///
/// # Errors
/// When the database refuses, or this leader no longer leads.
pub async fn take_back(writer: &mut Writer<'_>, cursor: &Cursor, rewind: &Rewind, doubted: (&[PaymentRequestId], &[RefundId])) -> Result<Taken, IndexerError> {
    let mut taken = Taken::default();
    taken.note(writer, doubted).await?;
    let lowest = if rewind.is_held { rewind.to.number } else { rewind.to.number.saturating_sub(1) };
    let orphaned = writer.tx.rewind(cursor.chain_id, lowest, cursor.epoch).await?;
    for at in &orphaned {
        writer.tx.close_issues_of_event(at, writer.now).await?;
    }
    if !rewind.is_held {
        writer.tx.append_headers(cursor.chain_id, &[rewind.to]).await?;
    }
    for (_, request) in taken.verified.values() {
        let submitted = request.state.clone().reorg(writer.now)?;
        writer.set(request, &submitted).await?;
        writer.tx.reverse(&request.id, writer.now).await?;
    }
    for (_, refund) in taken.settled.values() {
        let awaited = refund.state.clone().reorg(writer.now)?;
        writer.tx.set_refund_state(refund, &awaited, writer.now).await?;
        writer.tx.reverse(Booked::Refund(&refund.id), writer.now).await?;
    }
    tracing::warn!(
        chain_id = cursor.chain_id,
        to = rewind.to.number,
        events = orphaned.len(),
        verified = taken.verified.len(),
        settled = taken.settled.len(),
        "reorg"
    );
    Ok(taken)
}

/// Tells of verified payments and settled refunds that the new branch does not have (yet), before everything else that happened on it. `kept` are those that
/// it has. Returns how many are gone.
pub fn tell(writer: &mut Writer<'_>, taken: &Taken, (kept, kept_refunds): (&BTreeSet<PaymentRequestId>, &BTreeSet<RefundId>)) -> u64 {
    let mut gone = 0;
    for (_, (agreement, refund)) in taken.settled.iter().rev().filter(|(id, _)| !kept_refunds.contains(*id)) {
        if let RefundState::Settled { proof, .. } = &refund.state {
            let data = about_refund_event(refund, &proof.event().location);
            writer.tell_first(&[NoticeType::RefundReorged], agreement, &data);
            gone += 1;
        }
    }
    for (_, (agreement, request)) in taken.verified.iter().rev().filter(|(id, _)| !kept.contains(*id)) {
        if let PaymentRequestState::Verified { proof, .. } = &request.state {
            let data = about_event(request, &proof.event().location);
            writer.tell_first(&[NoticeType::PaymentReorged, NoticeType::ReceiptRevoked], agreement, &data);
            gone += 1;
        }
    }
    gone
}
