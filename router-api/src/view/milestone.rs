//! Milestones and their plan.

use serde::Serialize;
use settlement::available_action::AvailableAction;
use settlement::milestone::{Milestone, MilestoneState};
use settlement::next_action::{Actor, AgreementFacts, MilestoneFacts, MilestonePayment, Recommended};
use settlement::unit::{Fate, Sibling, open_amount};
use store::MilestoneDelivery;
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;

/// A part of an agreement that is delivered, accepted and paid by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Milestone)]
pub struct MilestoneView {
    /// `ms_…`
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// Its place in the plan, from 1.
    pub position: u32,
    /// `proposed`, `active`, `submitted`, `accepted`, `rejected` or `cancelled`.
    pub status: &'static str,
    /// Grows with every change; `expectedVersion` of the next one.
    pub version: u64,
    /// What is to be done, in one line.
    pub title: String,
    /// What is to be done, at length.
    #[schema(required)]
    pub description: Option<String>,
    /// When it counts as done.
    pub acceptance_criteria: Vec<String>,
    /// What the seller receives for it, atomic units.
    pub amount_atomic: String,
    /// When it should be delivered.
    #[schema(required)]
    pub due_at: Option<String>,
    /// Why it was rejected.
    #[schema(required)]
    pub status_reason: Option<String>,
    /// `not_due`, `payment_due` (accepted and unpaid), `pending`, `paid` or `inspection_required`.
    pub payment_status: &'static str,
    /// The request that is live or has paid it.
    #[schema(required)]
    pub payment_request_id: Option<String>,
    /// The delivery that is under discussion or was decided.
    #[schema(required)]
    pub current_delivery: Option<MilestoneDeliveryView>,
    /// What the reader does best next.
    pub recommended_action: RecommendationView,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// When it was added.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// A delivery of a milestone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MilestoneDelivery)]
pub struct MilestoneDeliveryView {
    /// `sub_…`
    pub id: String,
    /// Which one, from 1.
    pub revision: u32,
    /// Where the work is.
    #[schema(required)]
    pub deliverable_url: Option<String>,
    /// What to know about it.
    #[schema(required)]
    pub notes: Option<String>,
    /// When it was delivered.
    pub created_at: String,
}

/// What is best done next.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = MilestoneRecommendation)]
pub struct RecommendationView {
    /// Closed list; `none` when there is nothing.
    #[schema(example = "submit_milestone")]
    pub code: &'static str,
    /// For people.
    pub label: &'static str,
}

/// All milestones of an agreement together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MilestonePlan)]
pub struct PlanView {
    /// `none` (it is paid without milestones), `draft`, or `final`.
    pub status: &'static str,
    /// Grows with every change of what is planned; `expectedPlanVersion` of the next confirmation. 0 before the first milestone.
    pub version: u64,
    /// The version that the buyer has confirmed.
    #[schema(required)]
    pub buyer_confirmed_version: Option<u64>,
    /// The version that the seller has confirmed.
    #[schema(required)]
    pub seller_confirmed_version: Option<u64>,
    /// When it became final.
    #[schema(required)]
    pub finalized_at: Option<String>,
    /// What the agreement is worth to the seller, atomic units.
    pub seller_amount_atomic: String,
    /// What no milestone plans for; a plan is confirmed when that is zero.
    pub unplanned_amount_atomic: String,
    /// What the seller has received for milestones, verified; what was paid twice counts once.
    pub paid_amount_atomic: String,
    /// What the reader may do with the plan.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
}

/// `{milestone, plan}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MilestoneBody {
    /// The milestone.
    pub milestone: MilestoneView,
    /// The plan that it is part of.
    pub plan: PlanView,
}

/// `{milestones, plan}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MilestonesBody {
    /// All of them, at most 100, in their order; those that were cancelled included.
    pub milestones: Vec<MilestoneView>,
    /// The plan that they make.
    pub plan: PlanView,
}

impl MilestoneView {
    /// As the actor sees it, with the delivery that it is about.
    #[must_use]
    pub fn new(facts: &MilestoneFacts<'_>, delivery: Option<&MilestoneDelivery>, actor: Actor) -> Self {
        let milestone = facts.milestone;
        let payment = facts.payment();
        let request = facts.paid_by().or_else(|| facts.requests().find(|s| matches!(s.fate, Fate::Live | Fate::Settling)));
        Self {
            id: milestone.id.to_string(),
            contract_id: milestone.agreement.to_string(),
            position: milestone.position,
            status: milestone.state.name(),
            version: milestone.version,
            title: milestone.part.title.clone(),
            description: milestone.part.description.clone(),
            acceptance_criteria: milestone.part.acceptance_criteria.clone(),
            amount_atomic: milestone.part.amount.to_string(),
            due_at: milestone.part.due_at.map(|at| at.to_string()),
            status_reason: reason(&milestone.state),
            payment_status: payment.name(),
            payment_request_id: request.filter(|_| payment != MilestonePayment::InspectionRequired).map(|s| s.request.to_string()),
            current_delivery: delivery.map(MilestoneDeliveryView::from),
            recommended_action: RecommendationView::from(facts.recommended(actor)),
            available_actions: facts.actions(actor),
            created_at: milestone.created_at.to_string(),
            updated_at: milestone.updated_at.to_string(),
        }
    }
}

impl PlanView {
    /// As the actor sees it.
    #[must_use]
    pub fn new(facts: &AgreementFacts<'_>, actor: Actor) -> Self {
        let (plan, amount) = (facts.plan, facts.agreement.terms.amount);
        let for_milestones: Vec<Sibling> = facts.siblings.iter().filter(|s| s.unit.milestone().is_some()).cloned().collect();
        let paid = amount.minus(open_amount(amount, &for_milestones)).unwrap_or(amount);
        Self {
            status: plan.status(),
            version: plan.version,
            buyer_confirmed_version: plan.buyer_confirmed,
            seller_confirmed_version: plan.seller_confirmed,
            finalized_at: plan.finalised_at.map(|at| at.to_string()),
            seller_amount_atomic: amount.to_string(),
            unplanned_amount_atomic: plan.left(amount, None).to_string(),
            paid_amount_atomic: paid.to_string(),
            available_actions: facts.plan_actions(actor),
        }
    }
}

impl MilestonesBody {
    /// All milestones of the agreement, each with its delivery out of `deliveries`.
    #[must_use]
    pub fn new(facts: &AgreementFacts<'_>, deliveries: &[MilestoneDelivery], actor: Actor) -> Self {
        let view = |milestone| MilestoneView::new(&facts.on_plan(milestone), delivery_of(milestone, deliveries), actor);
        Self { milestones: facts.plan.milestones.iter().map(view).collect(), plan: PlanView::new(facts, actor) }
    }
}

/// The delivery that a milestone is about.
pub fn delivery_of<'a>(milestone: &Milestone, deliveries: &'a [MilestoneDelivery]) -> Option<&'a MilestoneDelivery> {
    deliveries.iter().find(|delivery| milestone.state.submission() == Some(&delivery.id))
}

impl From<&MilestoneDelivery> for MilestoneDeliveryView {
    fn from(delivery: &MilestoneDelivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            revision: delivery.revision,
            deliverable_url: delivery.deliverable_url.clone(),
            notes: delivery.notes.clone(),
            created_at: delivery.created_at.to_string(),
        }
    }
}

impl From<Recommended> for RecommendationView {
    fn from(recommended: Recommended) -> Self {
        Self { code: recommended.code(), label: recommended.label() }
    }
}

fn reason(state: &MilestoneState) -> Option<String> {
    match state {
        MilestoneState::Rejected { reason, .. } => Some(reason.clone()),
        MilestoneState::Proposed
        | MilestoneState::Active
        | MilestoneState::Submitted { .. }
        | MilestoneState::Accepted { .. }
        | MilestoneState::Cancelled { .. } => None,
    }
}
