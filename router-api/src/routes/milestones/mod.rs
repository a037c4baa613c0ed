//! Milestones: parts of an agreement that are delivered, accepted and paid one by one.

pub mod change;
pub mod confirm;
pub mod create;
pub mod decide;
pub mod finalize;
pub mod list;
pub mod submit;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};
use settlement::ids::{AgreementId, MilestoneId};
use settlement::milestone::{Milestone, Part, Plan};
use settlement::terms::{CRITERIA, CRITERION_CHARS, TEXT_CHARS};
use store::Tx;

use crate::extract::Participant;
use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::text;
use crate::view::milestone::{MilestoneBody, MilestoneView, MilestonesBody, PlanView, delivery_of};

/// What is known of the agreement, and the milestone, if it is still in the version that the caller saw.
///
/// # Errors
/// 409 `stale` with the present version and status.
async fn seen<A>(tx: &mut Tx, participant: &Participant<A>, id: &MilestoneId, expected: u64) -> Result<(Known, Milestone), Problem> {
    let known = Known::within(tx, &participant.agreement.id, &participant.setting).await?;
    let milestone = known.plan.get(id).cloned().ok_or_else(Problem::not_found)?;
    if milestone.version != expected {
        return Err(Problem::new(Code::Stale, format!("the milestone has changed since version {expected}"))
            .with("currentVersion", milestone.version)
            .with("currentStatus", milestone.state.name()));
    }
    Ok((known, milestone))
}

/// What is known of the agreement, if its plan is still in the version that the caller saw.
///
/// # Errors
/// 409 `stale` with the present version.
async fn seen_plan<A>(tx: &mut Tx, participant: &Participant<A>, expected: u64) -> Result<Known, Problem> {
    let known = Known::within(tx, &participant.agreement.id, &participant.setting).await?;
    if known.plan.version == expected {
        return Ok(known);
    }
    let problem = Problem::new(Code::Stale, format!("the plan has changed since version {expected}"));
    Err(problem.with("currentPlanVersion", known.plan.version).with("currentStatus", known.plan.status()))
}

/// What is planned has changed: whatever was confirmed, was another version.
async fn raise_version(tx: &mut Tx, agreement: &AgreementId, plan: &Plan) -> Result<(), Problem> {
    Ok(tx.set_plan(agreement, plan, &Plan { version: plan.next_version(), ..plan.clone() }).await?)
}

/// The milestone as it is after the change.
async fn shown<A>(tx: &mut Tx, participant: &Participant<A>, id: &MilestoneId) -> Result<MilestoneBody, Problem> {
    let known = Known::within(tx, &participant.agreement.id, &participant.setting).await?;
    let deliveries = tx.milestone_deliveries(&known.plan).await?;
    let facts = known.facts();
    let milestone = known.plan.get(id).ok_or_else(Problem::not_found)?;
    let view = MilestoneView::new(&facts.on_plan(milestone), delivery_of(milestone, &deliveries), participant.actor);
    Ok(MilestoneBody { milestone: view, plan: PlanView::new(&facts, participant.actor) })
}

/// The plan and its milestones as they are after the change.
async fn all_shown<A>(tx: &mut Tx, participant: &Participant<A>) -> Result<MilestonesBody, Problem> {
    let known = Known::within(tx, &participant.agreement.id, &participant.setting).await?;
    let deliveries = tx.milestone_deliveries(&known.plan).await?;
    Ok(MilestonesBody::new(&known.facts(), &deliveries, participant.actor))
}

/// Refuses a milestone that the agreement could not carry: beyond its amount, or too small for the fee.
fn check_amount(known: &Known, part: &Part, except: Option<&MilestoneId>) -> Result<(), Problem> {
    if part.amount.is_zero() {
        return Err(Problem::field(Code::InvalidAmount, "amountAtomic", "a milestone is worth more than zero"));
    }
    known
        .plan
        .fits(known.agreement.terms.amount, part.amount, except)
        .map_err(|over| Problem::field(Code::ExceedsAgreedAmount, "amountAtomic", over).with("unplannedAmountAtomic", over.left.to_string()))?;
    known.agreement.fee.quote(part.amount).map_err(|error| Problem::field(Code::FeeRefused, "amountAtomic", error))?;
    Ok(())
}

/// A description; none where it is empty.
fn description(text: &str) -> Result<Option<String>, Problem> {
    Ok(Some(text::paragraph("description", text, 0, TEXT_CHARS)?).filter(|text| !text.is_empty()))
}

fn criteria(texts: &[String]) -> Result<Vec<String>, Problem> {
    if texts.len() > CRITERIA {
        return Err(Problem::field(Code::InvalidField, "acceptanceCriteria", format_args!("expected at most {CRITERIA}")));
    }
    texts.iter().map(|text| text::paragraph("acceptanceCriteria", text, 1, CRITERION_CHARS)).collect()
}

/// For the document.
fn example() -> Value {
    json!({
        "id": "ms_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "position": 1, "status": "active", "version": 1,
        "title": "Chapters one to three", "description": null, "acceptanceCriteria": ["No untranslated captions"], "amountAtomic": "2500000",
        "dueAt": "2026-02-28T12:00:00.000Z", "statusReason": null, "paymentStatus": "not_due", "paymentRequestId": null, "currentDelivery": null,
        "recommendedAction": { "code": "wait_for_seller", "label": "Wait for the seller" }, "availableActions": [],
        "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
    })
}

/// For the document.
fn example_plan() -> Value {
    json!({
        "status": "draft", "version": 1, "buyerConfirmedVersion": null, "sellerConfirmedVersion": null, "finalizedAt": null,
        "sellerAmountAtomic": "12500000", "unplannedAmountAtomic": "10000000", "paidAmountAtomic": "0", "availableActions": [],
    })
}

/// One milestone and the plan, for the document.
fn example_body() -> Value {
    json!({ "milestone": example(), "plan": example_plan() })
}

/// All milestones and the plan, for the document.
fn example_bodies() -> Value {
    json!({ "milestones": [example()], "plan": example_plan() })
}
