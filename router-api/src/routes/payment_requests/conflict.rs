//! Why no payload is signed now, as a problem.

use settlement::NotAllowed;
use settlement::agreement::AgreementState;
use settlement::clock::Timestamp;
use settlement::ids::{PaymentRequestId, receipt_id};
use settlement::next_action::CannotRequest;
use settlement::payment_request::PaymentRequest;
use settlement::unit::{CannotSign, Fate};

use super::{inspection_required, signing};
use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::routes::contracts;
use crate::view::payment_request::SummaryView;

/// When to look again at a payment that gathers confirmations, in seconds: a few blocks of most chains.
pub(super) const SETTLING_RETRY_S: u64 = 5;

/// Why a request is refused. A live one is [`active`], because it may be what the caller wants.
pub(in crate::routes) fn refused(refusal: CannotRequest, known: &Known, now: Timestamp) -> Problem {
    let text = refusal.to_string();
    match refusal {
        CannotRequest::Agreement(not_allowed) => match &known.agreement.state {
            AgreementState::Cancelled { .. } => contracts::not_allowed(not_allowed, known),
            _ if known.payments.paid_in_full => already_paid(known),
            _ if known.payments.proof_issue || known.payments.unacknowledged => contracts::not_allowed(not_allowed, known),
            _ => Problem::new(Code::PaymentNotDue, not_allowed.because)
                .with("currentStatus", not_allowed.from)
                .recommend("wait_for_seller", "Wait for the seller"),
        },
        CannotRequest::Milestone(not_allowed) => milestone_refused(not_allowed, known),
        CannotRequest::ByMilestones => Problem::new(Code::MilestoneRequired, text).recommend("list_milestones", "Name the milestone to pay"),
        CannotRequest::Unit(CannotSign::Live(id)) => inspection_required(&id),
        CannotRequest::Unit(CannotSign::Settling(id)) => settling(&id),
        CannotRequest::Unit(CannotSign::Overlap { request, until }) => overlap(&request, until, known, now),
        CannotRequest::Unit(CannotSign::PaidInFull) => already_paid(known),
        CannotRequest::Unit(CannotSign::MoreThanOpen { open, .. }) => {
            Problem::field(Code::ExceedsOpenAmount, "sellerAmount", text).with("openAmountAtomic", open.to_string())
        }
        CannotRequest::Unit(CannotSign::Zero) => Problem::field(Code::InvalidAmount, "sellerAmount", text),
        CannotRequest::Fee(_) | CannotRequest::Rest { .. } => Problem::field(Code::FeeRefused, "sellerAmount", text),
        CannotRequest::Limit => Problem::new(Code::LimitReached, text),
        CannotRequest::Chain(why) => signing::no_signing(known.agreement.terms.asset.chain_id(), why),
    }
}

/// The milestone is not in a state in which it is paid.
fn milestone_refused(refusal: NotAllowed, known: &Known) -> Problem {
    match &known.agreement.state {
        AgreementState::Cancelled { .. } => contracts::not_allowed(refusal, known),
        _ if known.payments.proof_issue || known.payments.unacknowledged => contracts::not_allowed(refusal, known),
        _ => Problem::new(Code::PaymentNotDue, refusal.because).with("currentStatus", refusal.from),
    }
}

/// The request is being paid.
pub(super) fn settling(id: &PaymentRequestId) -> Problem {
    Problem::new(Code::PaymentSettling, format!("a payment for {id} stands on the chain and is not final yet"))
        .with("paymentRequestId", id.as_str())
        .recommend("wait_for_confirmations", "Wait until the payment is final")
        .retry_after(SETTLING_RETRY_S)
}

/// A payload under another nonce is alive until `until` is final.
pub(super) fn overlap(request: &PaymentRequestId, until: Timestamp, known: &Known, now: Timestamp) -> Problem {
    let chain = &known.setting.chain;
    let reached = if chain.final_time() == 0 {
        "no final block is known".to_owned()
    } else {
        format!("the chain is final up to {}", Timestamp::from_unix_seconds(chain.final_time()))
    };
    let detail = format!("the payload of {request} covers the same work under another nonce and can be paid until {until} is final; {reached}");
    let wait = until.unix_seconds().saturating_sub(now.unix_seconds()).max(SETTLING_RETRY_S);
    let problem = Problem::new(Code::OverlappingPayload, detail)
        .with("paymentRequestId", request.as_str())
        .with("availableAfter", until.to_string())
        .recommend("wait_for_expiry", "Wait until an earlier payload can no longer be paid")
        .retry_after(wait);
    match chain.following().delay() {
        Some(delay) => problem.with("delayedBy", delay),
        None => problem,
    }
}

/// The milestone is paid.
pub(super) fn milestone_paid(paid: &PaymentRequestId) -> Problem {
    with_receipt(Problem::new(Code::AlreadyVerified, "the milestone is paid"), paid)
}

/// All of it is paid.
fn already_paid(known: &Known) -> Problem {
    let problem = Problem::new(Code::AlreadyVerified, "the agreement is paid in full");
    let last = known.siblings.iter().rfind(|sibling| sibling.fate == Fate::Paid);
    match last {
        Some(paid) => with_receipt(problem, &paid.request),
        None => problem,
    }
}

/// The request is paid.
pub(super) fn already_verified(id: &PaymentRequestId) -> Problem {
    with_receipt(Problem::new(Code::AlreadyVerified, format!("{id} is paid and verified")), id)
}

fn with_receipt(problem: Problem, id: &PaymentRequestId) -> Problem {
    let receipt = receipt_id(id);
    let link = format!("/api/agent/receipts/{receipt}");
    problem.with("paymentRequestId", id.as_str()).with("receiptId", receipt).with("receiptUrl", link).recommend("view_receipt", "View the receipt")
}

/// There is a live request, and it is not what was asked for (`why`).
pub(super) fn active(request: &PaymentRequest, why: &str, now: Timestamp) -> Problem {
    Problem::new(Code::ReuseOrCancelActiveRequest, format!("{} is active: {why}", request.id))
        .with("paymentRequestId", request.id.as_str())
        .with("activePaymentRequest", SummaryView::new(request, now))
        .recommend("reuse_or_cancel_active_request", "Use the active payment request, or cancel it first")
}

/// The transaction pays something else.
pub(super) fn mismatch(why: &'static str) -> Problem {
    Problem::new(Code::TxHashMismatch, why)
}
