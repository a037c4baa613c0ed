//! What may be done with the plan of an agreement, and what is best done next while the agreement is paid by milestones.

use serde_json::json;

use super::{Actor, AgreementFacts, CannotRequest, MilestoneFacts, Recommended};
use crate::agreement::AgreementState;
use crate::available_action::{Action, AvailableAction};
use crate::clock::Timestamp;
use crate::milestone::{CannotFinalise, Milestone, MilestoneState, Side};
use crate::money::Amount;
use crate::unit::{CannotSign, Fate};

impl Actor {
    /// The side it takes; `None` for who is no party.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Buyer => Some(Side::Buyer),
            Self::Seller => Some(Side::Seller),
            Self::Evaluator | Self::Operator => None,
        }
    }
}

impl<'a> AgreementFacts<'a> {
    /// A milestone of the plan with what it depends on.
    #[must_use]
    pub const fn on_plan(&'a self, milestone: &'a Milestone) -> MilestoneFacts<'a> {
        MilestoneFacts { contract: self, milestone }
    }

    /// What no milestone plans for.
    fn unplanned(&self) -> Amount {
        self.plan.left(self.agreement.terms.amount, None)
    }

    /// Whether a milestone for all that is not planned for would be taken. One for less has a larger share of fee, and would not be when this is not.
    fn may_add_the_rest(&self, by: Side) -> bool {
        let rest = self.unplanned();
        self.plan.may_add(by, self.circumstances()).is_ok() && !rest.is_zero() && self.agreement.fee.quote(rest).is_ok()
    }

    /// What of `availableActions[]` is about the plan: what would be accepted now.
    #[must_use]
    pub fn plan_actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let Some(side) = actor.side() else { return Vec::new() };
        let version = self.plan.version.to_string();
        let mut actions = Vec::new();
        if self.may_add_the_rest(side) {
            let body = json!({ "title": "<what is to be done, in one line>", "amountAtomic": self.unplanned().to_string() });
            actions.push(self.on_contract(Action::CreateMilestone, actor).post(self.milestones_path(), body, Some(&version)));
        }
        let body = json!({ "expectedPlanVersion": self.plan.version });
        if self.plan.may_confirm(side, self.agreement.terms.amount, self.circumstances()).is_ok() {
            let path = format!("{}/confirm", self.milestones_path());
            actions.push(self.on_contract(Action::ConfirmPlan, actor).post(path, body.clone(), Some(&version)));
        }
        if side == Side::Buyer && self.plan.may_finalise(self.circumstances(), self.siblings, self.final_time).is_ok() {
            let path = format!("{}/finalize", self.milestones_path());
            actions.push(self.on_contract(Action::FinalizePlan, actor).post(path, body, Some(&version)));
        }
        actions
    }

    pub(super) fn milestones_path(&self) -> String {
        format!("{}/milestones", self.path())
    }

    /// What this actor does best next on an agreement that is paid by milestones.
    pub(super) fn recommended_by_plan(&self, actor: Actor) -> Recommended {
        match (actor.side(), self.plan.is_final()) {
            (None, _) => Recommended::None,
            (Some(side), false) => self.planning(side),
            (Some(Side::Seller), true) => self.selling(),
            (Some(Side::Buyer), true) => self.buying(),
        }
    }

    /// The plan is a draft: the buyer brings it together, both confirm it, the buyer makes it final.
    fn planning(&self, side: Side) -> Recommended {
        let amount = self.agreement.terms.amount;
        match &self.agreement.state {
            AgreementState::InProgress | AgreementState::Rejected { .. } => {}
            AgreementState::Submitted { .. } if side == Side::Buyer && self.may_decide() => return Recommended::DecideDelivery,
            AgreementState::Submitted { .. } if side == Side::Seller => return Recommended::WaitForBuyer,
            AgreementState::Submitted { .. } | AgreementState::Accepted { .. } | AgreementState::Cancelled { .. } => return Recommended::None,
        }
        if self.plan.may_confirm(side, amount, self.circumstances()).is_ok() {
            return Recommended::ConfirmPlan;
        }
        if side == Side::Seller {
            return Recommended::WaitForBuyer;
        }
        if let Some(under_way) = self.under_way() {
            return under_way;
        }
        if self.plan.live().any(|m| m.state == MilestoneState::Proposed) {
            return Recommended::ReviewMilestone;
        }
        if !self.unplanned().is_zero() {
            return if self.may_add_the_rest(side) { Recommended::CompletePlan } else { Recommended::None };
        }
        match self.plan.may_finalise(self.circumstances(), self.siblings, self.final_time) {
            Ok(()) => Recommended::FinalizePlan,
            Err(CannotFinalise::Payload(_)) => Recommended::WaitForExpiry,
            Err(CannotFinalise::NotAllowed(_)) => Recommended::WaitForSeller,
        }
    }

    /// A request that is live or being paid comes first.
    fn under_way(&self) -> Option<Recommended> {
        if self.siblings.iter().any(|s| s.fate == Fate::Live) {
            return Some(Recommended::FetchPaymentRequest);
        }
        self.siblings.iter().any(|s| s.fate == Fate::Settling).then_some(Recommended::WaitForConfirmations)
    }

    fn may_decide(&self) -> bool {
        self.agreement.state.may_accept(self.payments).is_ok() || self.agreement.state.may_reject(self.payments).is_ok()
    }

    /// The seller delivers milestone after milestone, then the agreement.
    fn selling(&self) -> Recommended {
        if self.plan.live().any(|m| m.state.may_submit(self.circumstances()).is_ok()) {
            return Recommended::SubmitMilestone;
        }
        if self.agreement.state.may_submit(self.payments).is_ok() {
            return Recommended::SubmitDelivery;
        }
        Recommended::WaitForBuyer
    }

    /// The buyer pays what is due, then decides on what was delivered.
    fn buying(&self) -> Recommended {
        let due: Vec<_> = self.due().map(|milestone| self.next_milestone_payment(milestone)).collect();
        let refused = |wanted: fn(&CannotSign) -> bool| due.iter().any(|next| matches!(next, Err(CannotRequest::Unit(why)) if wanted(why)));
        if self.siblings.iter().any(|s| s.fate == Fate::Live) {
            return Recommended::FetchPaymentRequest;
        }
        if due.iter().any(Result::is_ok) {
            return Recommended::CreatePaymentRequest;
        }
        if self.plan.live().any(|m| m.state.may_accept(self.circumstances()).is_ok()) {
            return Recommended::DecideMilestone;
        }
        if refused(|why| matches!(why, CannotSign::Settling(_))) {
            return Recommended::WaitForConfirmations;
        }
        if refused(|why| matches!(why, CannotSign::Overlap { .. })) {
            return Recommended::WaitForExpiry;
        }
        if due.iter().any(|next| matches!(next, Err(CannotRequest::Chain(_)))) {
            return Recommended::WaitForOperator;
        }
        match &self.agreement.state {
            AgreementState::Submitted { .. } if self.agreement.state.may_accept(self.payments).is_ok() => Recommended::DecideDelivery,
            AgreementState::InProgress | AgreementState::Rejected { .. } => Recommended::WaitForSeller,
            AgreementState::Submitted { .. } | AgreementState::Accepted { .. } | AgreementState::Cancelled { .. } => Recommended::None,
        }
    }

    /// The milestones whose payment is due.
    pub(super) fn due(&self) -> impl Iterator<Item = &Milestone> {
        self.plan.live().filter(|milestone| self.on_plan(milestone).is_due())
    }

    /// Until when at least a payload of long ago stands in the way.
    pub(super) fn plan_until(&self) -> Option<Timestamp> {
        if !self.plan.is_final() {
            return match self.plan.may_finalise(self.circumstances(), self.siblings, self.final_time) {
                Err(CannotFinalise::Payload(CannotSign::Overlap { until, .. })) => Some(until),
                Ok(()) | Err(_) => None,
            };
        }
        self.due().filter_map(|milestone| self.next_milestone_payment(milestone).err()?.until()).min()
    }
}
