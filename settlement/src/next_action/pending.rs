//! What stands open between the parties beside work and payment, and what may be done about it.

use serde_json::json;

use super::{Actor, AgreementFacts, Recommended};
use crate::agreement::{AgreementState, ConsentKind};
use crate::available_action::{Action, AvailableAction, BlockedReason, Entity};
use crate::dispute::{Dispute, DisputeState, Outcome, may_open};
use crate::error::NotAllowed;
use crate::ids::PaymentRequestId;
use crate::milestone::Side;
use crate::payout_change::{PayoutChangeRecord, may_request};

/// What stands open between the parties of an agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Payments that came unexpectedly, and that nobody has acknowledged.
    pub to_acknowledge: Vec<PaymentRequestId>,
    /// The dispute that has not ended.
    pub dispute: Option<Dispute>,
    /// How many disputes there were in all.
    pub disputes: usize,
    /// The payout change that waits for the buyer.
    pub payout_change: Option<PayoutChangeRecord>,
    /// How many of those there were in all.
    pub payout_changes: u32,
}

/// All that is known about a dispute when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct DisputeFacts<'a> {
    /// Its agreement.
    pub contract: &'a AgreementFacts<'a>,
    /// The dispute.
    pub dispute: &'a Dispute,
}

/// All that is known about a payout change when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct PayoutChangeFacts<'a> {
    /// Its agreement.
    pub contract: &'a AgreementFacts<'a>,
    /// The change.
    pub change: &'a PayoutChangeRecord,
}

impl AgreementFacts<'_> {
    /// What is offered about everything that stands open.
    pub(super) fn pending_actions(&self, actor: Actor, actions: &mut Vec<AvailableAction>) {
        if actor.side().is_some() {
            actions.extend(self.pending.to_acknowledge.iter().map(|request| self.acknowledge_action(request, actor)));
            actions.extend(self.open_dispute_action(actor));
        }
        if let Some(dispute) = &self.pending.dispute {
            let facts = DisputeFacts { contract: self, dispute };
            actions.push(facts.on(Action::ViewDispute, actor).get(facts.path()));
            facts.writes(actor, actions);
        }
        if let Some(change) = &self.pending.payout_change {
            let facts = PayoutChangeFacts { contract: self, change };
            actions.push(facts.on(Action::ViewPayoutChange, actor).get(format!("{}/payout-changes", self.path())));
            actions.extend(facts.actions(actor));
        } else if actor == Actor::Seller && !self.payments.paid_in_full && !matches!(self.agreement.state, AgreementState::Cancelled { .. }) {
            actions.push(self.request_payout_change_action());
        }
    }

    fn request_payout_change_action(&self) -> AvailableAction {
        let mut body = json!({ "payeeAddress": "<where you want to be paid from now on>", "expectedUpdatedAt": self.expected() });
        if self.agreement.consent.kind() == ConsentKind::Signatures {
            body["signature"] = json!("<your wallet's signature of what payout-changes/typed-data answers>");
        }
        let count = self.pending.payout_changes;
        let request = self.on_contract(Action::RequestPayoutChange, Actor::Seller);
        let request = request.post(format!("{}/payout-changes", self.path()), body, Some(&count.to_string()));
        request.unless(refused(may_request(&self.agreement.state, self.payments, count, false).err()))
    }

    /// What of it comes before everything else; none when nothing does.
    pub(super) fn pending_recommended(&self, actor: Actor) -> Option<Recommended> {
        if !self.pending.to_acknowledge.is_empty() && actor.side().is_some() {
            return Some(Recommended::AcknowledgePayment);
        }
        let dispute = self.pending.dispute.as_ref()?;
        Some(DisputeFacts { contract: self, dispute }.recommended(actor)).filter(|code| *code != Recommended::None)
    }

    pub(super) fn acknowledge_action(&self, request: &PaymentRequestId, actor: Actor) -> AvailableAction {
        let entity = Entity { kind: "payment_request", id: request.to_string() };
        self.on(Action::AcknowledgePayment, entity, actor).post(format!("{}/acknowledge", self.request_path(request)), json!({}), Some("1"))
    }

    fn open_dispute_action(&self, actor: Actor) -> Option<AvailableAction> {
        // There is nothing to dispute before anything is paid, and one that is open is offered itself.
        if !self.payments.any_verified || self.pending.dispute.is_some() {
            return None;
        }
        let body = json!({ "reason": "<what is wrong, in 10 to 5,000 characters>" });
        let attempt = self.pending.disputes.to_string();
        let open = self.on_contract(Action::OpenDispute, actor).post(format!("{}/disputes", self.path()), body, Some(&attempt));
        Some(open.unless(refused(may_open(self.payments, self.pending.disputes, false).err())))
    }
}

impl DisputeFacts<'_> {
    /// `availableActions[]` of the dispute.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = Vec::new();
        self.writes(actor, &mut actions);
        if actor == Actor::Buyer {
            actions.extend(self.agreed_refund_action());
        }
        if self.recommended(actor).is_wait() {
            actions.push(self.on(Action::Wait, actor).get(self.path()).waiting(None));
        }
        actions
    }

    /// What this actor does best next.
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> Recommended {
        let open = self.dispute.state.is_open();
        match actor {
            Actor::Buyer | Actor::Seller if !open => Recommended::None,
            Actor::Buyer => self.recommended_to(Side::Buyer),
            Actor::Seller => self.recommended_to(Side::Seller),
            Actor::Evaluator if open && self.dispute.recommendation.is_none() => Recommended::RecommendResolution,
            Actor::Evaluator | Actor::Operator => Recommended::None,
        }
    }

    fn recommended_to(&self, side: Side) -> Recommended {
        let dispute = self.dispute;
        if dispute.may_answer(side).is_ok() {
            return Recommended::AnswerDispute;
        }
        // Who has opened it waits for the answer, and then says how it is to end; who has been told so, says whether it agrees.
        let is_proposed = dispute.awaits(side).or(dispute.awaits(side.other())).is_some();
        let moves = if is_proposed { dispute.awaits(side).is_some() } else { dispute.opened_by == side && dispute.answer.is_some() };
        match side {
            Side::Buyer | Side::Seller if moves => Recommended::ResolveDispute,
            Side::Buyer => Recommended::WaitForSeller,
            Side::Seller => Recommended::WaitForBuyer,
        }
    }

    fn writes(&self, actor: Actor, actions: &mut Vec<AvailableAction>) {
        let dispute = self.dispute;
        match actor.side() {
            Some(side) => {
                if dispute.may_answer(side).is_ok() {
                    let body = json!({ "statement": "<how you see it, in 10 to 5,000 characters>", "expectedVersion": dispute.version });
                    actions.push(self.write(Action::AnswerDispute, actor, "respond", body));
                }
                if let Some(outcome) = dispute.awaits(side) {
                    actions.push(self.write(Action::AgreeResolution, actor, "resolve", self.resolution(outcome)));
                }
                if dispute.may_propose(side).is_ok() {
                    let mut body = self.resolution(Outcome::NoRefund);
                    body["note"] = json!("<why>");
                    actions.push(self.write(Action::ProposeResolution, actor, "resolve", body));
                }
                if dispute.may_withdraw(side).is_ok() {
                    actions.push(self.write(Action::WithdrawDispute, actor, "withdraw", json!({ "expectedVersion": dispute.version })));
                }
            }
            None if actor == Actor::Evaluator && dispute.may_recommend().is_ok() => {
                let mut body = self.resolution(Outcome::NoRefund);
                body["note"] = json!("<why>");
                actions.push(self.write(Action::RecommendResolution, actor, "resolve", body));
            }
            None => {}
        }
    }

    /// Asks for what both have agreed goes back, of a payment that still has as much.
    fn agreed_refund_action(&self) -> Option<AvailableAction> {
        let DisputeState::Resolved { proposal, .. } = &self.dispute.state else { return None };
        let (amount, contract) = (proposal.outcome.refund()?, self.contract);
        let payment = contract.refunds.payments.iter().map(|paid| &paid.payment).find(|id| contract.refunds.reserve(Some(id), Some(amount)).is_ok())?;
        let reason = format!("as agreed in dispute {}", self.dispute.id);
        let body = json!({ "paymentRequestId": payment.as_str(), "amountAtomic": amount.to_string(), "reason": reason, "confirmed": true });
        let entity = Entity { kind: "payment_request", id: payment.to_string() };
        Some(contract.on(Action::RequestRefund, entity, Actor::Buyer).post(contract.refunds_path(), body, Some(self.dispute.id.as_str())))
    }

    fn resolution(&self, outcome: Outcome) -> serde_json::Value {
        let mut body = json!({ "outcome": outcome.name(), "expectedVersion": self.dispute.version });
        if let Some(amount) = outcome.refund() {
            body["refundAmountAtomic"] = json!(amount.to_string());
        }
        body
    }

    fn write(&self, action: Action, actor: Actor, operation: &str, body: serde_json::Value) -> AvailableAction {
        self.on(action, actor).post(format!("{}/{operation}", self.path()), body, Some(&self.dispute.version.to_string()))
    }

    fn on(&self, action: Action, actor: Actor) -> AvailableAction {
        self.contract.on(action, Entity { kind: "dispute", id: self.dispute.id.to_string() }, actor)
    }

    fn path(&self) -> String {
        format!("{}/disputes/{}", self.contract.path(), self.dispute.id)
    }
}

impl PayoutChangeFacts<'_> {
    /// `availableActions[]` of the change. Never a recommendation: whether money goes elsewhere is for somebody to decide who has asked.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let change = self.change;
        let mut actions = Vec::new();
        match actor {
            Actor::Buyer if change.may_end("decline").is_ok() => {
                let body = json!({ "action": "confirm", "payeeAddress": change.payee.to_string(), "expectedUpdatedAt": change.updated_at.to_string() });
                let confirm = self.respond(Action::ConfirmPayoutChange, actor, body);
                let too_early = change.may_confirm(self.contract.now).is_err();
                actions.push(if too_early { confirm.waiting(Some(change.confirmable_at())) } else { confirm });
                actions.push(self.respond(Action::DeclinePayoutChange, actor, self.plain("decline")));
            }
            Actor::Seller if change.may_end("cancel").is_ok() => actions.push(self.respond(Action::CancelPayoutChange, actor, self.plain("cancel"))),
            Actor::Buyer | Actor::Seller | Actor::Evaluator | Actor::Operator => {}
        }
        actions
    }

    fn plain(&self, action: &str) -> serde_json::Value {
        json!({ "action": action, "expectedUpdatedAt": self.change.updated_at.to_string() })
    }

    fn respond(&self, action: Action, actor: Actor, mut body: serde_json::Value) -> AvailableAction {
        let change = self.change;
        // Where the agreement was signed, so is what changes where its money goes.
        if action == Action::ConfirmPayoutChange && self.contract.agreement.consent.kind() == ConsentKind::Signatures {
            body["signature"] = json!("<your wallet's signature of typedData>");
        }
        let path = format!("{}/payout-changes/{}/respond", self.contract.path(), change.id);
        self.on(action, actor).post(path, body, Some(&change.updated_at.as_millis().to_string()))
    }

    fn on(&self, action: Action, actor: Actor) -> AvailableAction {
        self.contract.on(action, Entity { kind: "payout_change", id: self.change.id.to_string() }, actor)
    }
}

fn refused(refusal: Option<NotAllowed>) -> Option<BlockedReason> {
    refusal.map(|refusal| BlockedReason { code: "not_allowed", message: refusal.because.to_owned(), recoverable: false })
}
