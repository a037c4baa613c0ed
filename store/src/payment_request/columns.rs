//! What a payment request is stored as.

use settlement::Timestamp;
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState};

use crate::batch::Batch;
use crate::error::StoreError;
use crate::row::{lower, signed};

/// Adds the insert of a request.
pub(super) fn add(batch: &mut Batch, request: &PaymentRequest) -> Result<(), StoreError> {
    let (signed_snapshot, snapshot) = (&request.signed, request.signed.snapshot());
    let row = StateColumns::of(&request.state, request.created_at);
    batch
        .add(
            "INSERT INTO payment_requests (id, agreement_id, unit_id, snapshot, signature, signer, request_id, digest, chain_id, asset, \
             seller_amount, payout_change_id, deadline, status, tx_hash, status_reason, paid_by, recovered_from, status_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT DO NOTHING",
        )
        .bind(request.id.as_str())
        .bind(request.agreement.as_str())
        .bind(request.unit.id.as_str())
        .bind(signed_snapshot.canonical())
        .bind(signed_snapshot.signature().to_string())
        .bind(lower(signed_snapshot.signer()))
        .bind(lower(signed_snapshot.request_id()))
        .bind(lower(signed_snapshot.digest()))
        .bind(signed(snapshot.asset.chain_id())?)
        .bind(snapshot.asset.to_string())
        .bind(snapshot.quote.seller.to_string())
        .bind(snapshot.payout_change.as_ref().map(ToString::to_string))
        .bind(signed(snapshot.deadline)?)
        .bind(request.state.name().as_str())
        .bind(row.tx_hash)
        .bind(row.reason)
        .bind(row.paid_by)
        .bind(row.recovered_from)
        .bind(row.at)
        .bind(request.created_at.as_millis())
        .bind(request.updated_at.as_millis());
    Ok(())
}

/// What a state is stored as, beside its name.
pub(super) struct StateColumns {
    pub(super) tx_hash: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) paid_by: Option<String>,
    pub(super) recovered_from: Option<String>,
    pub(super) at: i64,
}

impl StateColumns {
    pub(super) fn of(state: &PaymentRequestState, changed_at: Timestamp) -> Self {
        let bare = |at: Timestamp| Self { tx_hash: None, reason: None, paid_by: None, recovered_from: None, at: at.as_millis() };
        match state {
            PaymentRequestState::Signed => bare(changed_at),
            PaymentRequestState::Submitted { tx_hash, at } => Self { tx_hash: Some(lower(tx_hash)), ..bare(*at) },
            PaymentRequestState::Cancelled { reason, at } => Self { reason: reason.clone(), ..bare(*at) },
            PaymentRequestState::Failed { reason, at } => {
                let paid_by = match reason {
                    FailureReason::UnitPaid { by } => Some(by.to_string()),
                    FailureReason::Reverted { .. } | FailureReason::TransferBlocked { .. } | FailureReason::NotThisPayment { .. } => None,
                };
                Self { tx_hash: reason.tx_hash().map(lower), reason: Some(reason.name().to_owned()), paid_by, ..bare(*at) }
            }
            PaymentRequestState::Expired { tx_hash, at } => Self { tx_hash: tx_hash.map(lower), ..bare(*at) },
            PaymentRequestState::Verified { proof, at, recovered_from } => Self {
                tx_hash: Some(lower(proof.event().location.tx_hash)),
                recovered_from: recovered_from.map(|status| status.as_str().to_owned()),
                ..bare(*at)
            },
        }
    }
}
