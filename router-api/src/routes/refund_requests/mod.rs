//! Refund requests: the buyer asks, the seller answers, and the seller's wallet pays back by a payload signed here.

mod answer;
pub mod create;
pub mod list;
pub mod payment;
pub mod respond;
pub mod show;

use serde_json::{Value, json};
use settlement::event::RefundEvent;
use settlement::ids::RefundId;
use settlement::next_action::{Actor, RefundFacts};
use settlement::refund::{CannotRefund, RefundRequest};
use settlement::verify::ProofIssue;
use store::{RefundIssue, StoredRefund, Tx};

use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::refund_request::{RefundParts, RefundRequestView};

/// What the chain says of a refund.
#[derive(Clone, Debug, Default)]
struct Sighting {
    seen: Option<RefundEvent>,
    issues: Vec<ProofIssue>,
}

impl Sighting {
    async fn read(api: &Api, refund: &StoredRefund) -> Result<Self, Problem> {
        let open = api.store.refund_issues(refund.agreement()).await?;
        Self::among(api, refund.id(), &open).await
    }

    /// Of a refund whose agreement has these open issues.
    async fn among(api: &Api, id: &RefundId, open: &[RefundIssue]) -> Result<Self, Problem> {
        Ok(Self { seen: api.store.seen_refund(id).await?, issues: of(id, open) })
    }

    /// The same inside a transaction.
    async fn within(tx: &mut Tx, refund: &StoredRefund) -> Result<Self, Problem> {
        let open = tx.refund_issues(refund.agreement()).await?;
        Ok(Self { seen: tx.seen_refund(refund.id()).await?, issues: of(refund.id(), &open) })
    }
}

fn of(id: &RefundId, open: &[RefundIssue]) -> Vec<ProofIssue> {
    open.iter().filter(|issue| issue.refund == *id).flat_map(|issue| issue.issues.clone()).collect()
}

/// Runs `show` on the facts and parts of a stored refund.
fn shown<T>(
    known: &Known,
    stored: &StoredRefund,
    sighting: &Sighting,
    (actor, executable): (Actor, bool),
    show: impl FnOnce(&RefundFacts<'_>, RefundParts<'_>) -> T,
) -> Result<T, Problem> {
    if let StoredRefund::Unproven { id, issues, .. } = stored {
        alarm(id, issues);
    }
    let contract = known.facts();
    // Read a moment apart: one that was added in between is found when this is asked again.
    let refund = known.refunds.refunds.iter().find(|sibling| sibling.refund == *stored.id()).ok_or_else(Problem::not_found)?;
    let facts = RefundFacts { contract: &contract, refund, executable };
    let parts = RefundParts { stored, seen: sighting.seen.as_ref(), head: known.setting.chain.head(), issues: &sighting.issues, actor };
    Ok(show(&facts, parts))
}

/// A refund as the actor sees it, with nothing to execute.
fn view(known: &Known, stored: &StoredRefund, sighting: &Sighting, actor: Actor) -> Result<RefundRequestView, Problem> {
    shown(known, stored, sighting, (actor, false), RefundRequestView::new)
}

/// The same inside a transaction, with what it has changed.
async fn view_within(tx: &mut Tx, known: &Known, id: &RefundId, actor: Actor) -> Result<RefundRequestView, Problem> {
    let known = Known::within(tx, &known.agreement.id, &known.setting).await?;
    let stored = tx.refund(id).await?.ok_or_else(Problem::not_found)?;
    let sighting = Sighting::within(tx, &stored).await?;
    view(&known, &stored, &sighting, actor)
}

/// The refund, if what is stored of it proves itself.
///
/// # Errors
/// 409 `refund_inspection_required`.
fn sound(stored: StoredRefund) -> Result<RefundRequest, Problem> {
    match stored {
        StoredRefund::Sound(refund) => Ok(refund),
        StoredRefund::Unproven { id, issues, .. } => {
            alarm(&id, &issues);
            Err(in_doubt(&id))
        }
    }
}

/// A row was changed behind our back, or its proof is gone: whoever runs the instance has to know, each time it is met.
fn alarm(id: &RefundId, issues: &[ProofIssue]) {
    let failed: Vec<String> = issues.iter().map(ToString::to_string).collect();
    tracing::error!(refund_request = %id, issues = ?failed, "a stored refund request does not prove itself");
}

fn in_doubt(id: &RefundId) -> Problem {
    Problem::new(Code::RefundInspectionRequired, format!("refund request {id} does not prove what was signed; do not pay it"))
        .with("refundRequestId", id.as_str())
        .recommend("inspect_refund", "Stop and inspect the refund")
}

/// Why nothing can be asked or paid back, as a problem.
fn refused(refusal: CannotRefund) -> Problem {
    let text = refusal.to_string();
    match refusal {
        CannotRefund::Unknown(_) | CannotRefund::Ambiguous => Problem::field(Code::InvalidField, "paymentRequestId", text),
        CannotRefund::NothingPaid => Problem::new(Code::PaymentNotVerified, text),
        CannotRefund::Unverified(id) => Problem::new(Code::PaymentNotVerified, text).with("paymentRequestId", id.as_str()),
        CannotRefund::InDoubt(id) => Problem::new(Code::ProofInspectionRequired, text)
            .with("paymentRequestId", id.as_str())
            .recommend("inspect_payment_proof", "Stop and inspect the payment proof"),
        CannotRefund::RefundInDoubt(id) => in_doubt(&id),
        CannotRefund::Zero => Problem::field(Code::InvalidAmount, "amountAtomic", text),
        CannotRefund::Exceeds { remaining, .. } => {
            Problem::field(Code::ExceedsRefundable, "amountAtomic", text).with("remainingRefundableAtomic", remaining.to_string())
        }
        CannotRefund::Limit => Problem::new(Code::LimitReached, text),
    }
}

/// For the document.
fn example() -> Value {
    json!({
        "id": "rf_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "awaiting_seller_settlement", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "paymentRequestId": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "receiptId": "rcpt_pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "isPaymentVerified": true,
        "amountAtomic": "2500000", "chainId": 8453, "tokenSymbol": "USDC", "tokenDecimals": 6,
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "platformFee": "platform_fee_not_refundable",
        "reason": "chapter three is missing", "response": "agreed, sorry", "expiresAt": "2026-02-01T12:00:00.000Z", "isPayable": true, "unpayableReason": null,
        "settlement": null, "confirmations": null,
        "recommendedAction": { "code": "fetch_refund_payment", "label": "Load the refund's payload before paying back" }, "availableActions": [],
        "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T13:00:00.000Z",
    })
}
