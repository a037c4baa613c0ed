//! The verdict on a payment.

use serde_json::{Value, json};
use settlement::agreement::AgreementRecord;
use settlement::duplicate::{Duplicate, duplicates};
use settlement::event::Location;
use settlement::ids::{PaymentRequestId, receipt_id};
use settlement::ledger::postings;
use settlement::notice::NoticeType;
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState};
use settlement::unit::Sibling;
use settlement::verify::{Evidence, Proof, ProofIssue, only_awaits_finality, verify};
use store::{OpenIssue, StoredRequest, Verdict};

use crate::batch::Case;
use crate::error::IndexerError;
use crate::rewind::Taken;
use crate::writer::{Writer, about, about_event, named_tx};

/// What came of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It proves its request.
    Verified,
    /// It proves its request again: a reorg moved it to another block.
    Updated,
    /// It does not match the request that it names.
    Issue,
    /// It names no request of this instance.
    Foreign,
    /// Nothing yet: it is not final, or the request cannot be believed now.
    Waits,
}

/// Passes the verdict on a payment, if it is time for one.
///
/// # Errors
/// When the database refuses or somebody else was faster.
pub async fn consider(writer: &mut Writer<'_>, case: &Case, taken: &Taken) -> Result<Outcome, IndexerError> {
    let is_final = case.final_through.is_some_and(|through| case.event.location.block_number <= through);
    let Some((request, agreement)) = &case.request else {
        if !is_final {
            return Ok(Outcome::Waits);
        }
        writer.tx.judge_event(&case.event.location, Verdict::Foreign).await?;
        return Ok(Outcome::Foreign);
    };
    let Some((agreement, stored)) = writer.lock(agreement, request).await? else { return Ok(Outcome::Waits) };
    let request = match stored {
        StoredRequest::Sound(request) => request,
        StoredRequest::Unproven { issues, .. } => {
            if is_final {
                doubt(writer, &agreement, request, (case, &issues)).await?;
            }
            return Ok(Outcome::Waits);
        }
    };
    let agreed = writer.tx.agreed_terms(&agreement, &request.unit, &request.signed).await?;
    let evidence =
        Evidence { signed: &request.signed, event: &case.event, agreed: Some(&agreed), authority: case.authority, final_through: case.final_through };
    match verify(&evidence) {
        Ok(again) if matches!(&request.state, PaymentRequestState::Verified { proof, .. } if proof.event() == again.event()) => Ok(Outcome::Waits),
        Ok(_) if matches!(request.state, PaymentRequestState::Verified { .. }) => {
            let twice = ProofIssue { check: "nonce", expected: "one payment".to_owned(), found: "a second one".to_owned() };
            raise(writer, &agreement, &request, (case, vec![twice])).await
        }
        Ok(proof) => settle(writer, &agreement, &request, (proof, taken)).await,
        Err(issues) if only_awaits_finality(&issues) || !is_final => Ok(Outcome::Waits),
        Err(issues) => raise(writer, &agreement, &request, (case, issues)).await,
    }
}

/// The payment is proven: state, postings, the fate of the unit's other requests, and what is told.
async fn settle(
    writer: &mut Writer<'_>,
    agreement: &AgreementRecord,
    request: &PaymentRequest,
    (proof, taken): (Proof, &Taken),
) -> Result<Outcome, IndexerError> {
    let at = proof.event().location;
    let lines = postings(&proof, &agreement.id, request.signed.snapshot().asset);
    let verified = request.verify(proof, writer.now)?;
    close_unit(writer, agreement, request).await?;
    writer.set(request, &verified).await?;
    writer.tx.post(&request.id, &format!("{}:{}", at.block_hash, at.log_index), &lines).await?;
    writer.tx.close_issues_of_event(&at, writer.now).await?;
    writer.tx.judge_event(&at, Verdict::Verified).await?;
    let outcome = tell_verified(writer, agreement, (request, at, taken.was_verified_by(&request.id, at.tx_hash)), &verified);
    tell_duplicates(writer, agreement, &request.id).await?;
    Ok(outcome)
}

/// Says that a payment is verified, or only stands in another block than before.
fn tell_verified(
    writer: &mut Writer<'_>,
    agreement: &AgreementRecord,
    (request, at, again): (&PaymentRequest, Location, bool),
    verified: &PaymentRequestState,
) -> Outcome {
    let data = about_event(request, &at);
    if again {
        writer.tell(NoticeType::PaymentUpdated, agreement, data);
        return Outcome::Updated;
    }
    if let Some(old) = named_tx(&request.state).filter(|old| *old != at.tx_hash) {
        writer.tell(NoticeType::PaymentReplaced, agreement, with(&data, "replacedTxHash", json!(old.to_string())));
    }
    if let PaymentRequestState::Verified { recovered_from: Some(from), .. } = verified {
        writer.tell(NoticeType::PaymentRecovered, agreement, with(&data, "recoveredFrom", json!(from.as_str())));
    }
    writer.tell(NoticeType::PaymentVerified, agreement, data.clone());
    writer.tell(NoticeType::ReceiptIssued, agreement, with(&data, "receiptId", json!(receipt_id(&request.id))));
    Outcome::Verified
}

/// Says which payments are too much now that one more is verified. Whichever of them was verified last: too much is what was signed later. Those that have to be
/// inspected count too: they moved money.
async fn tell_duplicates(writer: &mut Writer<'_>, agreement: &AgreementRecord, verified: &PaymentRequestId) -> Result<(), IndexerError> {
    let now = writer.tx.siblings(&agreement.id).await?;
    let before: Vec<Sibling> = now.iter().filter(|s| s.request != *verified).cloned().collect();
    let known = duplicates(agreement.terms.amount, &before);
    let told: Vec<Duplicate> = duplicates(agreement.terms.amount, &now).into_iter().filter(|twice| !known.contains(twice)).collect();
    if told.is_empty() {
        return Ok(());
    }
    let refunds = writer.tx.refunds(&agreement.id).await?;
    for twice in told {
        let of: Vec<&str> = twice.of.iter().map(PaymentRequestId::as_str).collect();
        let mut data = json!({
            "contractId": agreement.id.as_str(), "paymentRequestId": twice.request.as_str(), "receiptId": receipt_id(&twice.request),
            "excessAtomic": twice.excess.to_string(), "duplicateOf": of,
        });
        // As the action offers it: but for what is asked back already, and for nothing that has to be inspected first.
        if let Some(open) = refunds.not_asked_back(&twice) {
            data["refundRequest"] =
                json!({ "paymentRequestId": twice.request.as_str(), "amountAtomic": open.to_string(), "reason": twice.reason(), "confirmed": true });
        }
        tracing::warn!(request = %twice.request, excess = %twice.excess, "a payment pays again what is paid already");
        writer.tell(NoticeType::PaymentDuplicate, agreement, data);
    }
    Ok(())
}

/// Live requests for the same unit can no longer be paid: its nonce is used.
async fn close_unit(writer: &mut Writer<'_>, agreement: &AgreementRecord, paid: &PaymentRequest) -> Result<(), IndexerError> {
    for stored in writer.tx.requests_of(&agreement.id).await? {
        let StoredRequest::Sound(other) = stored else { continue };
        if other.id == paid.id || other.unit.id != paid.unit.id || !other.state.name().is_live() {
            continue;
        }
        let failed = other.state.clone().fail(FailureReason::UnitPaid { by: paid.id.clone() }, writer.now)?;
        writer.set(&other, &failed).await?;
        let data = with(&with(&about(&other), "reason", json!("unit_paid")), "paidBy", json!(paid.id.as_str()));
        writer.tell(NoticeType::PaymentFailed, agreement, data);
    }
    Ok(())
}

/// The payment names the request and is not what was asked for.
async fn raise(
    writer: &mut Writer<'_>,
    agreement: &AgreementRecord,
    request: &PaymentRequest,
    (case, issues): (&Case, Vec<ProofIssue>),
) -> Result<Outcome, IndexerError> {
    let at = &case.event.location;
    let data = with(&about_event(request, at), "issues", listed(&issues));
    let issue = OpenIssue { request: request.id.clone(), agreement: agreement.id.clone(), issues, opened_at: writer.now };
    if writer.tx.open_issue(&issue, at).await? {
        writer.tell(NoticeType::PaymentInspectionRequired, agreement, data);
    }
    writer.tx.judge_event(at, Verdict::Issue).await?;
    Ok(Outcome::Issue)
}

/// The stored request was altered, so nothing can be said about its payment: it is inspected, and judged once the row is mended.
async fn doubt(
    writer: &mut Writer<'_>,
    agreement: &AgreementRecord,
    request: &PaymentRequestId,
    (case, issues): (&Case, &[ProofIssue]),
) -> Result<(), IndexerError> {
    let found = issues.first().map_or_else(|| "a row that does not prove itself".to_owned(), ToString::to_string);
    let altered = vec![ProofIssue { check: "request_id", expected: "the request as it was signed".to_owned(), found }];
    let at = &case.event.location;
    let data =
        json!({ "contractId": agreement.id.as_str(), "paymentRequestId": request.as_str(), "txHash": at.tx_hash.to_string(), "issues": listed(&altered) });
    let issue = OpenIssue { request: request.clone(), agreement: agreement.id.clone(), issues: altered, opened_at: writer.now };
    if writer.tx.open_issue(&issue, at).await? {
        tracing::error!(%request, "the stored request does not prove itself; its payment waits for inspection");
        writer.tell(NoticeType::PaymentInspectionRequired, agreement, data);
    }
    Ok(())
}

pub(crate) fn listed(issues: &[ProofIssue]) -> Value {
    issues.iter().map(|issue| json!({ "check": issue.check, "expected": issue.expected, "found": issue.found })).collect()
}

/// `data` with one more field.
pub(crate) fn with(data: &Value, field: &str, value: Value) -> Value {
    let mut data = data.clone();
    data[field] = value;
    data
}
