//! A payment that stands on the chain and is not final yet.

use serde_json::json;
use settlement::agreement::AgreementRecord;
use settlement::finality::confirmations;
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::verify::{Evidence, only_awaits_finality, verify};
use store::StoredRequest;

use crate::batch::Case;
use crate::error::IndexerError;
use crate::writer::{Writer, about_event, named_tx};

/// Notes a payment that only waits to be final. A live request is submitted by it, whatever transaction was named; an ended one keeps its state until the
/// payment is final, so that it cannot stand in the way of a newer request of its unit. A payment that does not match is left to its verdict.
///
/// # Errors
/// When the database refuses or somebody else was faster.
pub async fn sight(writer: &mut Writer<'_>, case: &Case) -> Result<(), IndexerError> {
    let Some((request, agreement)) = &case.request else { return Ok(()) };
    let Some((agreement, StoredRequest::Sound(request))) = writer.lock(agreement, request).await? else { return Ok(()) };
    let agreed = writer.tx.agreed_terms(&agreement, &request.unit, &request.signed).await?;
    let evidence =
        Evidence { signed: &request.signed, event: &case.event, agreed: Some(&agreed), authority: case.authority, final_through: case.final_through };
    match verify(&evidence) {
        Err(issues) if only_awaits_finality(&issues) => {}
        Ok(_) | Err(_) => return Ok(()),
    }
    submit(writer, &agreement, &request, case).await?;
    tell(writer, &agreement, &request, case).await
}

async fn submit(writer: &mut Writer<'_>, agreement: &AgreementRecord, request: &PaymentRequest, case: &Case) -> Result<(), IndexerError> {
    let at = &case.event.location;
    match &request.state {
        PaymentRequestState::Submitted { tx_hash, .. } if *tx_hash == at.tx_hash => Ok(()),
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } => {
            let submitted = request.state.clone().submit(at.tx_hash, writer.now)?;
            writer.set(request, &submitted).await?;
            if let Some(old) = named_tx(&request.state) {
                let mut data = about_event(request, at);
                data["replacedTxHash"] = json!(old.to_string());
                writer.tell(NoticeType::PaymentReplaced, agreement, data);
            }
            Ok(())
        }
        PaymentRequestState::Cancelled { .. }
        | PaymentRequestState::Failed { .. }
        | PaymentRequestState::Expired { .. }
        | PaymentRequestState::Verified { .. } => Ok(()),
    }
}

async fn tell(writer: &mut Writer<'_>, agreement: &AgreementRecord, request: &PaymentRequest, case: &Case) -> Result<(), IndexerError> {
    let at = &case.event.location;
    let mut data = about_event(request, at);
    // Identity is the transaction and the digest, never the log index, which another branch may change.
    let is_known = named_tx(&request.state).is_none_or(|named| named == at.tx_hash) && writer.tx.is_moved(case.event.digest, at).await?;
    if is_known {
        writer.tell(NoticeType::PaymentUpdated, agreement, data);
        return Ok(());
    }
    data["confirmations"] = json!(confirmations(at.block_number, case.head));
    data["requiredConfirmations"] = json!(request.signed.snapshot().finality.required());
    writer.tell(NoticeType::PaymentPending, agreement, data);
    Ok(())
}
