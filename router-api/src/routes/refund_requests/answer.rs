//! What an answer to a refund request comes to: decided under the lock of the agreement, and signed in the same transaction.

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};
use settlement::NotAllowed;
use settlement::audit::{AuditAction, Author};
use settlement::chain::ChainPolicy;
use settlement::clock::Timestamp;
use settlement::ledger::{Booked, refund_due};
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::refund::{PayloadLife, REFUND_LIFETIME, RefundAsk, RefundRequest, RefundSibling, RefundSnapshot, RefundState, RefundStatus, SignedRefund};
use settlement::snapshot::SnapshotError;
use settlement::verify::Proof;
use store::Tx;

use super::refused;
use super::respond::RefundAction;
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, Problem};
use crate::routes::payment_requests;
use crate::routes::payment_requests::signing::{chain_to_sign_on, deadline, in_time, signer};
use crate::state::Api;

/// What was said, and by what knowledge.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// Who said it.
    pub(super) author: Author,
    pub(super) action: RefundAction,
    pub(super) response: Option<String>,
    pub(super) expected_updated_at: Timestamp,
    /// The wallet that pays back, where one was named.
    pub(super) payer: Option<Address>,
}

/// Does it. To say again what holds already changes nothing.
///
/// # Errors
/// When the state does not allow it, it was changed meanwhile, the payment does not stand, or nothing can be signed.
pub(super) async fn give(api: &Api, tx: &mut Tx, (known, before): (&Known, &RefundRequest), answer: Answer) -> Result<(), Problem> {
    let sibling = known.refunds.refunds.iter().find(|sibling| sibling.refund == before.id).ok_or_else(Problem::not_found)?;
    let life = sibling.life(known.setting.now, known.setting.chain.final_time());
    if holds_already(before, life, &answer) {
        return Ok(());
    }
    if life == Some(PayloadLife::InDoubt) && before.state.name() == RefundStatus::Approved {
        return Err(super::in_doubt(&before.id));
    }
    if before.updated_at != answer.expected_updated_at {
        return Err(Problem::new(Code::Stale, "the refund request has changed since then")
            .with("updatedAt", before.updated_at.to_string())
            .with("currentStatus", before.state.name().as_str()));
    }
    match answer.action {
        RefundAction::Approve => approve(api, tx, Approval { known, before, sibling, life }, answer).await,
        RefundAction::Deny => {
            let denied = before.state.clone().deny(answer.response.clone(), api.now()).map_err(|refusal| not_allowed(refusal, before))?;
            tx.set_refund_state(before, &denied, api.now()).await?;
            tell(api, tx, Said { known, before, answer: &answer }, NoticeType::RefundDenied, json!({}));
            Ok(())
        }
        RefundAction::Cancel => {
            let cancelled = before.state.clone().cancel(answer.response.clone(), life, api.now()).map_err(|refusal| not_allowed(refusal, before))?;
            tx.set_refund_state(before, &cancelled, api.now()).await?;
            tx.reverse(Booked::RefundDue(&before.id), api.now()).await?;
            tell(api, tx, Said { known, before, answer: &answer }, NoticeType::RefundCancelled, json!({}));
            Ok(())
        }
    }
}

/// Whether the refund is what the answer would make of it: an agent that lost our answer says it again.
fn holds_already(before: &RefundRequest, life: Option<PayloadLife>, answer: &Answer) -> bool {
    let same_payer = |payload: &SignedRefund| answer.payer.is_none_or(|payer| payer == payload.snapshot().payer);
    match (answer.action, &before.state) {
        (RefundAction::Approve, RefundState::Settled { .. }) => true,
        (RefundAction::Approve, RefundState::Approved { payload, .. }) => same_payer(payload) && matches!(life, Some(PayloadLife::Payable | PayloadLife::Seen)),
        (RefundAction::Deny, RefundState::Denied { .. }) | (RefundAction::Cancel, RefundState::Cancelled { .. }) => true,
        (RefundAction::Approve | RefundAction::Deny | RefundAction::Cancel, _) => false,
    }
}

/// What is approved, and what is known of it.
struct Approval<'a> {
    known: &'a Known,
    before: &'a RefundRequest,
    sibling: &'a RefundSibling,
    life: Option<PayloadLife>,
}

async fn approve(api: &Api, tx: &mut Tx, approval: Approval<'_>, answer: Answer) -> Result<(), Problem> {
    let Approval { known, before, sibling, life } = approval;
    let again = before.state.name() == RefundStatus::Approved;
    let refusal = match life {
        Some(life) if again => before.state.name().may_reissue(life),
        Some(_) | None => before.state.name().may_approve(),
    };
    refusal.map_err(|refusal| not_allowed(refusal, before))?;
    known.refunds.covers(&before.payment).map_err(refused)?;
    let payment = payment_requests::sound(tx.request(&before.payment).await?.ok_or_else(Problem::not_found)?)?;
    let chain = chain_to_sign_on(api, known)?;
    let (now, earlier) = (api.now(), before.payload().map(|payload| payload.snapshot().payer));
    let ask = RefundAsk {
        router: chain.router,
        operator: chain.operator,
        // The wallet that was named before: a fresh payload is the same refund.
        payer: answer.payer.or(earlier).unwrap_or(known.agreement.seller.wallet),
        nonce: nonce(tx, chain, (before, sibling, life)).await?,
        created_at: now,
        deadline: deadline(api, known, REFUND_LIFETIME),
        finality: chain.finality,
    };
    let snapshot = RefundSnapshot::new(before, (&payment.signed, proof(&payment)?), ask).map_err(refused_snapshot)?;
    let payload = in_time(chain.chain_id, signer(api, chain.chain_id)?.sign_refund(snapshot)).await?;
    let expires_at = Timestamp::from_unix_seconds(payload.snapshot().deadline).to_string();
    let data = json!({ "expiresAt": expires_at });
    let state = before.state.clone();
    let approved = match life {
        Some(life) if again => state.reissue((payload, answer.response), life, now),
        Some(_) | None => state.approve(payload, answer.response, now),
    };
    let approved = approved.map_err(|refusal| not_allowed(refusal, before))?;
    tx.set_refund_state(before, &approved, now).await?;
    // What is told is what is kept.
    let answer = Answer { response: approved.response().map(str::to_owned), ..answer };
    if again {
        tell(api, tx, Said { known, before, answer: &answer }, NoticeType::RefundReissued, data);
    } else {
        tx.post(Booked::RefundDue(&before.id), "due", &refund_due(before, payment.signed.snapshot(), now)).await?;
        tell(api, tx, Said { known, before, answer: &answer }, NoticeType::RefundApproved, data);
    }
    Ok(())
}

/// The nonce of the refund: the one of its earlier payloads, so that whatever was signed for it is paid once. Another one only when that excludes nothing any
/// more, and everything that was signed under it is dead at finality.
async fn nonce(tx: &mut Tx, chain: &ChainPolicy, (before, sibling, life): (&RefundRequest, &RefundSibling, Option<PayloadLife>)) -> Result<U256, Problem> {
    let earlier = before.payload().map(|payload| payload.snapshot());
    let Some(earlier) = earlier else { return Ok(tx.allocate_nonce(chain.chain_id, chain.router, chain.operator).await?) };
    let is_of_this_router = (earlier.router, earlier.operator) == (chain.router, chain.operator);
    if is_of_this_router && !sibling.is_void {
        return Ok(earlier.nonce);
    }
    if life != Some(PayloadLife::Dead) {
        let until = Timestamp::from_unix_seconds(earlier.deadline);
        let detail = format!("what was signed for it under another router or operator can be paid until {until} is final");
        return Err(Problem::new(Code::OverlappingPayload, detail).with("availableAfter", until.to_string()).with("refundRequestId", before.id.as_str()));
    }
    Ok(tx.allocate_nonce(chain.chain_id, chain.router, chain.operator).await?)
}

fn proof(payment: &PaymentRequest) -> Result<&Proof, Problem> {
    match &payment.state {
        PaymentRequestState::Verified { proof, .. } => Ok(proof),
        PaymentRequestState::Signed
        | PaymentRequestState::Submitted { .. }
        | PaymentRequestState::Cancelled { .. }
        | PaymentRequestState::Failed { .. }
        | PaymentRequestState::Expired { .. } => Err(refused(settlement::refund::CannotRefund::Unverified(payment.id.clone()))),
    }
}

/// An answer, and to what.
struct Said<'a> {
    known: &'a Known,
    before: &'a RefundRequest,
    answer: &'a Answer,
}

/// Tells the parties, and keeps who said it.
fn tell(api: &Api, tx: &mut Tx, said: Said<'_>, kind: NoticeType, mut data: Value) {
    let Said { known, before, answer } = said;
    data["contractId"] = json!(before.agreement.as_str());
    data["paymentRequestId"] = json!(before.payment.as_str());
    data["refundRequestId"] = json!(before.id.as_str());
    data["amountAtomic"] = json!(before.amount.to_string());
    data["response"] = json!(answer.response);
    let action = match answer.action {
        RefundAction::Approve => AuditAction::RefundApproved,
        RefundAction::Deny => AuditAction::RefundDenied,
        RefundAction::Cancel => AuditAction::RefundCancelled,
    };
    tx.audit(answer.author.clone().did(action, &before.id, api.now()).with(data.clone()));
    announce(api, tx, kind, &known.agreement, data);
}

fn not_allowed(refusal: NotAllowed, refund: &RefundRequest) -> Problem {
    Problem::new(Code::NotAllowed, refusal.to_string()).with("currentStatus", refusal.from).with("refundRequestId", refund.id.as_str())
}

fn refused_snapshot(error: SnapshotError) -> Problem {
    match error {
        SnapshotError::Party(_) | SnapshotError::PayerIs { .. } => Problem::field(Code::InvalidAddress, "payerAddress", error),
        SnapshotError::PayeeIsFeeRecipient(_)
        | SnapshotError::Fee(_)
        | SnapshotError::WrongUnit
        | SnapshotError::WrongToken
        | SnapshotError::WrongPayment
        | SnapshotError::Malformed(_)
        | SnapshotError::NotCanonical
        | SnapshotError::BadSignature => Problem::internal(&error),
    }
}
