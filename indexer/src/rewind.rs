//! Taking back what another branch of the chain does not have.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use settlement::agreement::AgreementRecord;
use settlement::ids::PaymentRequestId;
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use store::{Cursor, StoredRequest};

use crate::batch::Rewind;
use crate::error::IndexerError;
use crate::writer::{Writer, about_event};

/// What was taken back.
#[derive(Debug, Default)]
pub struct Taken {
    /// Requests that payments on the old branch had verified, each with its agreement and as it was.
    verified: BTreeMap<PaymentRequestId, (AgreementRecord, PaymentRequest)>,
}

impl Taken {
    /// Whether the request was verified by this transaction on the old branch.
    #[must_use]
    pub fn was_verified_by(&self, request: &PaymentRequestId, tx_hash: B256) -> bool {
        let state = self.verified.get(request).map(|(_, request)| &request.state);
        matches!(state, Some(PaymentRequestState::Verified { proof, .. }) if proof.event().location.tx_hash == tx_hash)
    }
}

/// Takes back everything above the common ancestor: events are orphaned, what they verified is submitted again, its postings are reversed, and issues about
/// them are closed. `doubted` are the requests that are verified by events above it.
///
/// # Errors
/// When the database refuses, or this leader no longer leads.
pub async fn take_back(writer: &mut Writer<'_>, cursor: &Cursor, rewind: &Rewind, doubted: &[PaymentRequestId]) -> Result<Taken, IndexerError> {
    let mut taken = Taken::default();
    for id in doubted {
        // Read before the events are orphaned: a proof whose event is gone is none.
        let Some(stored) = writer.tx.request(id).await? else { continue };
        match writer.lock(&stored.agreement().clone(), id).await? {
            Some((agreement, StoredRequest::Sound(request))) if request.state.name() == StatusName::Verified => {
                taken.verified.insert(id.clone(), (agreement, request));
            }
            Some(_) | None => tracing::error!(request = %id, "a reorg took its payment away, and the row does not prove itself: it stays to be inspected"),
        }
    }
    let lowest = if rewind.is_held { rewind.to.number } else { rewind.to.number.saturating_sub(1) };
    let orphaned = writer.tx.rewind(cursor.chain_id, lowest, cursor.epoch).await?;
    for event in &orphaned {
        writer.tx.close_issues_of_event(&event.location, writer.now).await?;
    }
    if !rewind.is_held {
        writer.tx.append_headers(cursor.chain_id, &[rewind.to]).await?;
    }
    for (_, request) in taken.verified.values() {
        let submitted = request.state.clone().reorg(writer.now)?;
        writer.set(request, &submitted).await?;
        writer.tx.reverse(&request.id, writer.now).await?;
    }
    tracing::warn!(chain_id = cursor.chain_id, to = rewind.to.number, payments = orphaned.len(), verified = taken.verified.len(), "reorg");
    Ok(taken)
}

/// Tells of verified payments that the new branch does not have (yet), before everything else that happened on it. `kept` are those that it has. Returns how
/// many are gone.
pub fn tell(writer: &mut Writer<'_>, taken: &Taken, kept: &BTreeSet<PaymentRequestId>) -> u64 {
    let mut gone = 0;
    for (_, (agreement, request)) in taken.verified.iter().rev().filter(|(id, _)| !kept.contains(*id)) {
        if let PaymentRequestState::Verified { proof, .. } = &request.state {
            let data = about_event(request, &proof.event().location);
            writer.tell_first(&[NoticeType::PaymentReorged, NoticeType::ReceiptRevoked], agreement, &data);
            gone += 1;
        }
    }
    gone
}
