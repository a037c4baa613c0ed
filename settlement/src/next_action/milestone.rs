//! What may be done with one milestone.

use serde_json::json;

use super::{Actor, AgreementFacts, CannotRequest, Recommended, receipt_path};
use crate::agreement::AgreementState;
use crate::available_action::{Action, AvailableAction, Entity};
use crate::ids::receipt_id;
use crate::milestone::{Milestone, MilestoneState};
use crate::unit::{CannotSign, Fate, Sibling, UnitKind};

/// A milestone and all that is known about its agreement.
#[derive(Clone, Copy, Debug)]
pub struct MilestoneFacts<'a> {
    /// The agreement; its plan includes this milestone.
    pub contract: &'a AgreementFacts<'a>,
    /// The milestone.
    pub milestone: &'a Milestone,
}

/// Where the payment of a milestone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestonePayment {
    /// It is not accepted.
    NotDue,
    /// It is accepted and unpaid.
    Due,
    /// A request for it is live, or its payment is on the way to finality.
    Pending,
    /// Its payment is verified.
    Paid,
    /// A payment of the agreement does not prove itself.
    InspectionRequired,
}

impl MilestonePayment {
    /// `not_due`, `payment_due`, `pending`, `paid` or `inspection_required`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDue => "not_due",
            Self::Due => "payment_due",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::InspectionRequired => "inspection_required",
        }
    }
}

impl MilestoneFacts<'_> {
    /// Where its payment stands.
    #[must_use]
    pub fn payment(&self) -> MilestonePayment {
        let is_under_way = |s: &Sibling| matches!(s.fate, Fate::Live | Fate::Settling);
        match &self.milestone.state {
            _ if self.contract.payments.proof_issue => MilestonePayment::InspectionRequired,
            _ if self.is_paid() => MilestonePayment::Paid,
            _ if self.requests().any(is_under_way) => MilestonePayment::Pending,
            MilestoneState::Accepted { .. } => MilestonePayment::Due,
            MilestoneState::Proposed
            | MilestoneState::Active
            | MilestoneState::Submitted { .. }
            | MilestoneState::Rejected { .. }
            | MilestoneState::Cancelled { .. } => MilestonePayment::NotDue,
        }
    }

    /// The payment that settled it.
    #[must_use]
    pub fn paid_by(&self) -> Option<&Sibling> {
        self.requests().find(|s| s.fate == Fate::Paid)
    }

    /// Whether it is accepted, and no payment of it is verified.
    #[must_use]
    pub fn is_due(&self) -> bool {
        matches!(self.milestone.state, MilestoneState::Accepted { .. }) && !self.is_paid()
    }

    fn is_paid(&self) -> bool {
        self.paid_by().is_some()
    }

    /// The requests for it.
    pub fn requests(&self) -> impl Iterator<Item = &Sibling> {
        self.contract.siblings.iter().filter(|s| s.unit.milestone() == Some(&self.milestone.id))
    }

    /// `availableActions[]` of the milestone.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = self.own_actions(actor);
        if matches!(actor, Actor::Buyer) {
            let is_planned = self.is_planned();
            actions.extend(self.contract.active_request_actions(actor, |s| is_planned || s.overlaps(&self.kind())));
        }
        if matches!(actor, Actor::Buyer | Actor::Seller) && self.contract.payments.proof_issue {
            actions.push(self.contract.on_contract(Action::InspectPaymentProof, actor).get(self.contract.requests_path()));
        } else if let Some(paid) = self.paid_by() {
            let entity = Entity { kind: "receipt", id: receipt_id(&paid.request) };
            actions.push(self.contract.on(Action::ViewReceipt, entity, actor).get(receipt_path(&paid.request)));
        }
        if actor.side().is_some() {
            actions.extend(self.contract.pending.to_acknowledge.iter().map(|request| self.contract.acknowledge_action(request, actor)));
        }
        if self.is_planned() {
            actions.extend(self.contract.plan_actions(actor));
        }
        if self.recommended(actor).is_wait() {
            let until = if self.contract.plan.is_final() {
                self.contract.next_milestone_payment(self.milestone).err().and_then(|e| e.until())
            } else {
                self.contract.plan_until()
            };
            actions.push(self.on(Action::Wait, actor).get(self.contract.milestones_path()).waiting(until));
        }
        actions
    }

    /// What is done to the milestone itself: what would be accepted now, and its payment, once it is due, also where it is blocked.
    pub(super) fn own_actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = Vec::new();
        let Some(side) = actor.side() else { return actions };
        let (state, circumstances) = (&self.milestone.state, self.contract.circumstances());
        let version = json!(self.milestone.version);
        if state.may_activate(circumstances).is_ok() && actor == Actor::Buyer {
            actions.push(self.patch(Action::ActivateMilestone, actor, json!({ "action": "activate", "expectedVersion": version })));
        }
        if state.may_update(side, circumstances).is_ok() {
            let body = json!({ "action": "update", "expectedVersion": version, "title": "<what is to be done, in one line>" });
            actions.push(self.patch(Action::UpdateMilestone, actor, body));
        }
        if state.may_cancel(circumstances).is_ok() {
            actions.push(self.patch(Action::CancelMilestone, actor, json!({ "action": "cancel", "expectedVersion": version })));
        }
        match actor {
            Actor::Buyer => self.buyer_actions(&mut actions),
            Actor::Seller if state.may_submit(circumstances).is_ok() => {
                let body = json!({ "expectedVersion": version, "deliverableUrl": "<where the work is>", "notes": "<what to know about it>" });
                let submit = self.post(Action::SubmitMilestone, actor, "submit", body);
                actions.push(AvailableAction { due_at: self.milestone.part.due_at.map(|at| at.to_string()), ..submit });
            }
            Actor::Seller | Actor::Evaluator | Actor::Operator => {}
        }
        actions
    }

    fn buyer_actions(&self, actions: &mut Vec<AvailableAction>) {
        let (state, circumstances) = (&self.milestone.state, self.contract.circumstances());
        let version = json!(self.milestone.version);
        if state.may_accept(circumstances).is_ok() {
            let body = json!({ "expectedVersion": version, "action": "accept" });
            actions.push(self.post(Action::AcceptMilestone, Actor::Buyer, "decision", body));
        }
        if state.may_reject(circumstances).is_ok() {
            let body = json!({ "expectedVersion": version, "action": "reject", "reason": "<what has to be different>" });
            actions.push(self.post(Action::RejectMilestone, Actor::Buyer, "decision", body));
        }
        if self.is_due() {
            actions.push(self.contract.create_action(&self.kind()));
        }
    }

    /// What this actor does best next with it.
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> Recommended {
        let circumstances = self.contract.circumstances();
        match (&self.milestone.state, actor) {
            (_, Actor::Evaluator | Actor::Operator) => Recommended::None,
            (_, Actor::Buyer | Actor::Seller) if self.contract.payments.proof_issue => Recommended::InspectPaymentProof,
            (_, Actor::Buyer | Actor::Seller) if !self.contract.pending.to_acknowledge.is_empty() => Recommended::AcknowledgePayment,
            (_, Actor::Buyer | Actor::Seller) if self.is_paid() => Recommended::ViewReceipt,
            (MilestoneState::Cancelled { .. }, _) => Recommended::None,
            _ if matches!(self.contract.agreement.state, AgreementState::Cancelled { .. }) => Recommended::None,
            (MilestoneState::Proposed, Actor::Buyer) if self.milestone.state.may_activate(circumstances).is_ok() => Recommended::ReviewMilestone,
            (MilestoneState::Proposed | MilestoneState::Active, _) if !self.contract.plan.is_final() => self.planned(actor),
            (MilestoneState::Active | MilestoneState::Rejected { .. }, _) if self.milestone.state.may_submit(circumstances).is_err() => Recommended::None,
            (MilestoneState::Active | MilestoneState::Rejected { .. }, Actor::Seller) => Recommended::SubmitMilestone,
            (MilestoneState::Active | MilestoneState::Rejected { .. }, Actor::Buyer) => Recommended::WaitForSeller,
            (MilestoneState::Submitted { .. }, Actor::Buyer) if self.milestone.state.may_accept(circumstances).is_ok() => Recommended::DecideMilestone,
            (MilestoneState::Submitted { .. } | MilestoneState::Accepted { .. }, Actor::Seller) => Recommended::WaitForBuyer,
            (MilestoneState::Accepted { .. }, Actor::Buyer) => self.recommended_payment(),
            (MilestoneState::Proposed | MilestoneState::Submitted { .. }, _) => Recommended::None,
        }
    }

    /// While the plan is a draft, what is best for the plan, where it can be done from here.
    fn planned(&self, actor: Actor) -> Recommended {
        let plan = self.contract.recommended(actor);
        let is_here = matches!(plan, Recommended::ConfirmPlan | Recommended::FinalizePlan | Recommended::FetchPaymentRequest) || plan.is_wait();
        if is_here { plan } else { Recommended::None }
    }

    fn recommended_payment(&self) -> Recommended {
        match self.contract.next_milestone_payment(self.milestone) {
            Ok(_) => Recommended::CreatePaymentRequest,
            Err(CannotRequest::Unit(CannotSign::Live(_))) => Recommended::FetchPaymentRequest,
            Err(CannotRequest::Unit(CannotSign::Settling(_))) => Recommended::WaitForConfirmations,
            Err(CannotRequest::Unit(CannotSign::Overlap { .. })) => Recommended::WaitForExpiry,
            Err(CannotRequest::Chain(_)) => Recommended::WaitForOperator,
            Err(_) => Recommended::None,
        }
    }

    /// Whether it is part of a plan that is not final.
    fn is_planned(&self) -> bool {
        self.milestone.state.is_live() && !self.contract.plan.is_final()
    }

    fn patch(&self, action: Action, actor: Actor, body: serde_json::Value) -> AvailableAction {
        self.on(action, actor).patch(self.path(), body, Some(&self.milestone.version.to_string()))
    }

    fn post(&self, action: Action, actor: Actor, verb: &str, body: serde_json::Value) -> AvailableAction {
        self.on(action, actor).post(format!("{}/{verb}", self.path()), body, Some(&self.milestone.version.to_string()))
    }

    fn on(&self, action: Action, actor: Actor) -> AvailableAction {
        self.contract.on(action, Entity { kind: "milestone", id: self.milestone.id.to_string() }, actor)
    }

    fn kind(&self) -> UnitKind {
        UnitKind::Milestone(self.milestone.id.clone())
    }

    fn path(&self) -> String {
        format!("{}/{}", self.contract.milestones_path(), self.milestone.id)
    }
}
