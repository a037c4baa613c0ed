//! The verdict on a refund. As a payment it counts when it is final and says what was signed; whether the payment that it pays back still stands does not
//! matter: money that went back went back.

use std::collections::BTreeSet;

use serde_json::json;
use settlement::agreement::AgreementRecord;
use settlement::finality::confirmations;
use settlement::ids::RefundId;
use settlement::ledger::{Booked, refund_due, refund_postings};
use settlement::money::Amount;
use settlement::notice::NoticeType;
use settlement::refund::{RefundEvidence, RefundProof, RefundRequest, RefundState, RefundStatus, SignedRefund, verify_refund};
use settlement::snapshot::SignedSnapshot;
use settlement::verify::{ProofIssue, only_awaits_finality};
use store::{RefundIssue, StoredRefund, StoredRequest, Verdict};

use crate::apply::Tally;
use crate::batch::RefundCase;
use crate::error::IndexerError;
use crate::judge::{listed, with};
use crate::rewind::Taken;
use crate::writer::{Writer, about_refund_event};

/// What came of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// It settles its refund request.
    Settled,
    /// It settles it again: a reorg moved it to another block.
    Updated(RefundId),
    /// It is not what was signed for the refund that it names.
    Issue,
    /// It names no refund of this instance.
    Foreign,
    /// Nothing yet: it is not final, or what is stored cannot be believed now.
    Waits,
}

/// Passes the verdicts that are due, and tells of refunds that are seen for the first time. Returns those that a reorg only moved.
///
/// # Errors
/// When the database refuses or somebody else was faster.
pub async fn judge_all(writer: &mut Writer<'_>, cases: &[RefundCase], (taken, tally): (&Taken, &mut Tally)) -> Result<BTreeSet<RefundId>, IndexerError> {
    let mut kept = BTreeSet::new();
    for case in cases {
        let outcome = consider(writer, case, taken).await?;
        tally.judged += u64::from(outcome != Outcome::Waits);
        match outcome {
            Outcome::Settled => tally.settled += 1,
            Outcome::Updated(refund) => {
                kept.insert(refund);
            }
            Outcome::Issue => tally.issues += 1,
            Outcome::Foreign | Outcome::Waits => {}
        }
    }
    Ok(kept)
}

async fn consider(writer: &mut Writer<'_>, case: &RefundCase, taken: &Taken) -> Result<Outcome, IndexerError> {
    let at = &case.event.location;
    let is_final = case.final_through.is_some_and(|through| at.block_number <= through);
    let Some(payload) = &case.payload else {
        if !is_final {
            return Ok(Outcome::Waits);
        }
        writer.tx.judge_event(at, Verdict::Foreign).await?;
        return Ok(Outcome::Foreign);
    };
    let Some((agreement, stored)) = writer.lock_refund(&payload.agreement, &payload.refund).await? else { return Ok(Outcome::Waits) };
    let StoredRefund::Sound(refund) = stored else {
        tracing::error!(refund = %payload.refund, "a stored refund does not prove itself; its event waits until it does");
        return Ok(Outcome::Waits);
    };
    let Some(signed) = &payload.signed else {
        tracing::error!(refund = %payload.refund, "a payload of a refund cannot be read; its event waits until it can");
        return Ok(Outcome::Waits);
    };
    let Some(payment) = paid(writer, &refund).await? else { return Ok(Outcome::Waits) };
    let refunded = refunded(writer, &refund).await?;
    let evidence = RefundEvidence { signed, event: &case.event, payment: &payment, refunded, authority: case.authority, final_through: case.final_through };
    match verify_refund(&evidence) {
        Ok(again) if matches!(&refund.state, RefundState::Settled { proof, .. } if proof.event() == again.event()) => Ok(Outcome::Waits),
        Ok(_) if refund.state.name() == RefundStatus::Settled => {
            let twice = ProofIssue { check: "nonce", expected: "one refund".to_owned(), found: "a second one".to_owned() };
            raise(writer, &agreement, &refund, (case, vec![twice])).await
        }
        Ok(proof) => settle(writer, &agreement, &refund, Settlement { signed, payment: &payment, proof, taken }).await,
        Err(issues) if only_awaits_finality(&issues) => {
            sight(writer, &agreement, &refund, case).await?;
            Ok(Outcome::Waits)
        }
        Err(_) if !is_final => Ok(Outcome::Waits),
        Err(issues) => raise(writer, &agreement, &refund, (case, issues)).await,
    }
}

/// What was signed for the payment that is paid back, if that can still be read.
async fn paid(writer: &mut Writer<'_>, refund: &RefundRequest) -> Result<Option<SignedSnapshot>, IndexerError> {
    Ok(match writer.tx.request(&refund.payment).await? {
        Some(StoredRequest::Sound(request)) => Some(request.signed),
        Some(StoredRequest::Unproven { signed, .. }) => signed.map(|signed| *signed),
        None => None,
    })
}

/// What other refunds of the payment have paid back.
async fn refunded(writer: &mut Writer<'_>, refund: &RefundRequest) -> Result<Amount, IndexerError> {
    let refunds = writer.tx.refunds(&refund.agreement).await?;
    let others = refunds.of(&refund.payment).filter(|other| other.refund != refund.id && other.status == RefundStatus::Settled);
    // A sum that does not fit is more than any payment.
    let most = Amount::new(alloy_primitives::U256::MAX);
    Ok(others.fold(Amount::ZERO, |sum, other| sum.plus(other.amount).unwrap_or(most)))
}

/// What a refund is settled with.
struct Settlement<'a> {
    signed: &'a SignedRefund,
    payment: &'a SignedSnapshot,
    proof: RefundProof,
    taken: &'a Taken,
}

/// The refund is proven: state, postings, and what is told.
async fn settle(writer: &mut Writer<'_>, agreement: &AgreementRecord, refund: &RefundRequest, with: Settlement<'_>) -> Result<Outcome, IndexerError> {
    let Settlement { signed, payment, proof, taken } = with;
    let at = proof.event().location;
    let lines = refund_postings(refund, payment.snapshot(), &proof);
    let settled = refund.settle(signed.clone(), proof, writer.now)?;
    writer.tx.set_refund_state(refund, &settled, writer.now).await?;
    // One that was cancelled owed nothing any more.
    if !writer.tx.is_posted(Booked::RefundDue(&refund.id)).await? {
        writer.tx.post(Booked::RefundDue(&refund.id), "due", &refund_due(refund, payment.snapshot(), at.at())).await?;
    }
    writer.tx.post(Booked::Refund(&refund.id), &format!("{}:{}", at.block_hash, at.log_index), &lines).await?;
    writer.tx.close_issues_of_event(&at, writer.now).await?;
    writer.tx.judge_event(&at, Verdict::Verified).await?;
    let data = about_refund_event(refund, &at);
    if taken.was_settled_by(&refund.id, at.tx_hash) {
        writer.tell(NoticeType::RefundUpdated, agreement, data);
        return Ok(Outcome::Updated(refund.id.clone()));
    }
    writer.tell(NoticeType::RefundSettled, agreement, data);
    Ok(Outcome::Settled)
}

/// The refund only waits to be final. Its request stays approved: nothing has come back until it has.
async fn sight(writer: &mut Writer<'_>, agreement: &AgreementRecord, refund: &RefundRequest, case: &RefundCase) -> Result<(), IndexerError> {
    if !case.is_new {
        return Ok(());
    }
    let at = &case.event.location;
    let mut data = about_refund_event(refund, at);
    if writer.tx.is_moved(case.event.digest, at).await? {
        writer.tell(NoticeType::RefundUpdated, agreement, data);
        return Ok(());
    }
    data["confirmations"] = json!(confirmations(at.block_number, case.head));
    let signed = case.payload.as_ref().and_then(|payload| payload.signed.as_ref());
    data["requiredConfirmations"] = json!(signed.and_then(|signed| signed.snapshot().finality.required()));
    writer.tell(NoticeType::RefundPending, agreement, data);
    Ok(())
}

/// The event names the refund and is not what was signed: it stays as it is, and the parties are told.
async fn raise(
    writer: &mut Writer<'_>,
    agreement: &AgreementRecord,
    refund: &RefundRequest,
    (case, issues): (&RefundCase, Vec<ProofIssue>),
) -> Result<Outcome, IndexerError> {
    let at = &case.event.location;
    let data = with(&with(&about_refund_event(refund, at), "code", json!("refund_settlement_mismatch")), "issues", listed(&issues));
    let issue = RefundIssue { refund: refund.id.clone(), issues, opened_at: writer.now };
    if writer.tx.open_refund_issue(&issue, at).await? {
        writer.tell(NoticeType::RefundMismatch, agreement, data);
    }
    writer.tx.judge_event(at, Verdict::Issue).await?;
    Ok(Outcome::Issue)
}
