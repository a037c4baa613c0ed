//! What may be done with a refund request.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Actor, AgreementFacts, NoSigning, Recommended};
use crate::available_action::{Action, AvailableAction, BlockedReason, Entity};
use crate::clock::Timestamp;
use crate::duplicate::duplicates;
use crate::error::NotAllowed;
use crate::ids::{PaymentRequestId, RefundId};
use crate::refund::{PayloadLife, RefundSibling, RefundStatus};

/// All that is known about a refund request when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct RefundFacts<'a> {
    /// The agreement; its refunds include this one.
    pub contract: &'a AgreementFacts<'a>,
    /// The refund request.
    pub refund: &'a RefundSibling,
    /// Whether this answer carries the executable fields: the paying seller's.
    pub executable: bool,
}

/// `recommendedAction` of a refund request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundRecommendation {
    /// Closed list.
    pub code: Recommended,
    /// For people.
    pub label: &'static str,
}

/// Where a refund stands, for the question of what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its row does not prove itself, or what came back is not what was signed: stop.
    Inspect,
    /// The seller has to answer; whether it can approve.
    Pending { is_backed: bool },
    /// Approved, and the payment that is to be paid back does not stand now.
    Unbacked,
    /// The seller's wallet may execute the payload.
    Payable,
    /// The payload is too old to be paid; whether it is certain that it never will be.
    Late { is_dead: bool },
    /// Its event is on the chain and not final.
    Settling,
    /// Over.
    Ended,
}

impl RefundFacts<'_> {
    /// Whether the seller's wallet should execute its payload now.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        self.phase() == Phase::Payable
    }

    /// `recommendedAction` for this actor.
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> RefundRecommendation {
        let code = self.code(actor);
        RefundRecommendation { code, label: code.label() }
    }

    /// `availableActions[]` of the refund request.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = Vec::new();
        match actor {
            Actor::Buyer => self.buyer_actions(&mut actions),
            Actor::Seller => self.seller_actions(&mut actions),
            Actor::Evaluator | Actor::Operator => {}
        }
        let code = self.code(actor);
        if code == Recommended::InspectRefund {
            actions.push(self.on(Action::InspectRefund, actor).get(self.path()));
        }
        if code == Recommended::InspectPaymentProof {
            actions.push(self.contract.on_contract(Action::InspectPaymentProof, actor).get(self.contract.requests_path()));
        }
        if code.is_wait() {
            actions.push(self.on(Action::Wait, actor).get(self.path()).waiting(self.dead_after()));
        }
        actions
    }

    fn buyer_actions(&self, actions: &mut Vec<AvailableAction>) {
        if !self.refund.is_sound || !matches!(self.refund.status, RefundStatus::Pending | RefundStatus::Approved) {
            return;
        }
        let cancel = self.respond(Action::CancelRefund, Actor::Buyer, json!({ "action": "cancel", "expectedUpdatedAt": self.version() }));
        let refusal = self.refund.status.may_cancel(self.life()).err();
        let until = if refusal.is_some() { self.dead_after() } else { None };
        let cancel = AvailableAction { available_after: until.map(|at| at.to_string()), ..cancel.unless(blocked(refusal)) };
        actions.push(cancel);
    }

    fn seller_actions(&self, actions: &mut Vec<AvailableAction>) {
        let seller = Actor::Seller;
        let mut approve = json!({ "action": "approve", "expectedUpdatedAt": self.version() });
        // Once more from the wallet that was named, which the seller may change.
        if let Some(payer) = self.refund.payer.filter(|payer| *payer != self.contract.agreement.seller.wallet) {
            approve["payerAddress"] = json!(payer.to_string());
        }
        match self.phase() {
            Phase::Pending { .. } => {
                let refusal = self.contract.refunds.covers(&self.refund.payment).err();
                let reason = refusal.map(|refusal| BlockedReason { code: refusal.code(), message: refusal.to_string(), recoverable: true });
                actions.push(self.respond(Action::ApproveRefund, seller, approve).unless(reason.or(self.unsigned())));
                let deny = json!({ "action": "deny", "response": "<why>", "expectedUpdatedAt": self.version() });
                actions.push(self.respond(Action::DenyRefund, seller, deny));
            }
            Phase::Payable if self.executable => {
                let deadline = self.refund.deadline.map(Timestamp::from_unix_seconds);
                let pay = self.on(Action::PayRefund, seller);
                actions.push(deadline.into_iter().fold(pay, AvailableAction::until));
            }
            Phase::Payable => actions.push(self.on(Action::FetchRefundPayment, seller).get(format!("{}/payment", self.path()))),
            Phase::Late { .. } => actions.push(self.respond(Action::ApproveRefund, seller, approve).unless(self.unsigned())),
            Phase::Inspect | Phase::Unbacked | Phase::Settling | Phase::Ended => {}
        }
    }

    fn code(&self, actor: Actor) -> Recommended {
        match (self.phase(), actor) {
            (_, Actor::Evaluator | Actor::Operator) => Recommended::None,
            (Phase::Inspect, Actor::Buyer | Actor::Seller) => Recommended::InspectRefund,
            (Phase::Ended, Actor::Buyer | Actor::Seller) => Recommended::None,
            (Phase::Settling, Actor::Buyer | Actor::Seller) => Recommended::WaitForConfirmations,
            (Phase::Unbacked | Phase::Pending { is_backed: false }, Actor::Buyer | Actor::Seller) if self.contract.payments.proof_issue => {
                Recommended::InspectPaymentProof
            }
            // The chain took the payment away and may bring it back.
            (Phase::Unbacked, Actor::Buyer | Actor::Seller) | (Phase::Pending { is_backed: false }, Actor::Seller) => Recommended::WaitForConfirmations,
            (Phase::Pending { .. } | Phase::Payable | Phase::Late { .. }, Actor::Buyer) => Recommended::WaitForSeller,
            // It can be denied; that nobody can sign is no reason to.
            (Phase::Pending { is_backed: true } | Phase::Late { .. }, Actor::Seller) if self.contract.no_signing.is_some() => Recommended::WaitForOperator,
            (Phase::Pending { is_backed: true }, Actor::Seller) => Recommended::AnswerRefund,
            (Phase::Payable, Actor::Seller) if self.executable => Recommended::PayRefund,
            (Phase::Payable, Actor::Seller) => Recommended::FetchRefundPayment,
            (Phase::Late { .. }, Actor::Seller) => Recommended::ApproveRefundAgain,
        }
    }

    /// Why its payload cannot be signed, if that is so.
    fn unsigned(&self) -> Option<BlockedReason> {
        self.contract.no_signing.map(NoSigning::blocks)
    }

    fn phase(&self) -> Phase {
        if !self.refund.is_sound {
            return Phase::Inspect;
        }
        let is_backed = self.contract.refunds.covers(&self.refund.payment).is_ok();
        match (self.refund.status, self.life()) {
            (RefundStatus::Denied | RefundStatus::Cancelled | RefundStatus::Settled, _) => Phase::Ended,
            (RefundStatus::Pending, _) => Phase::Pending { is_backed },
            (RefundStatus::Approved, Some(PayloadLife::Seen)) => Phase::Settling,
            (RefundStatus::Approved, Some(PayloadLife::InDoubt)) => Phase::Inspect,
            (RefundStatus::Approved, _) if !is_backed => Phase::Unbacked,
            (RefundStatus::Approved, Some(PayloadLife::Payable)) => Phase::Payable,
            (RefundStatus::Approved, Some(PayloadLife::TooLate) | None) => Phase::Late { is_dead: false },
            (RefundStatus::Approved, Some(PayloadLife::Dead)) => Phase::Late { is_dead: true },
        }
    }

    fn life(&self) -> Option<PayloadLife> {
        self.refund.life(self.contract.now, self.contract.final_time)
    }

    /// When what was signed can no longer be paid, but for the finality of the chain.
    fn dead_after(&self) -> Option<Timestamp> {
        match self.phase() {
            Phase::Payable | Phase::Late { is_dead: false } => self.refund.deadline.map(Timestamp::from_unix_seconds),
            Phase::Inspect | Phase::Pending { .. } | Phase::Unbacked | Phase::Late { is_dead: true } | Phase::Settling | Phase::Ended => None,
        }
    }

    fn respond(&self, action: Action, actor: Actor, body: Value) -> AvailableAction {
        let version = self.refund.updated_at.as_millis().to_string();
        self.on(action, actor).post(format!("{}/respond", self.path()), body, Some(&version))
    }

    fn on(&self, action: Action, actor: Actor) -> AvailableAction {
        self.contract.on(action, Entity { kind: "refund_request", id: self.refund.refund.to_string() }, actor)
    }

    fn path(&self) -> String {
        self.contract.refund_path(&self.refund.refund)
    }

    fn version(&self) -> String {
        self.refund.updated_at.to_string()
    }
}

fn blocked(refusal: Option<NotAllowed>) -> Option<BlockedReason> {
    refusal.map(|refusal| BlockedReason { code: "not_allowed", message: refusal.because.to_owned(), recoverable: true })
}

impl AgreementFacts<'_> {
    /// Asking for money back, for each payment of which something is left.
    pub(super) fn refund_request_actions(&self, payments: impl Iterator<Item = PaymentRequestId>) -> Vec<AvailableAction> {
        let offered = payments.filter(|payment| self.refunds.reserve(Some(payment), None).is_ok());
        let twice = duplicates(self.agreement.terms.amount, self.siblings);
        let ask = |payment: PaymentRequestId| {
            let mut body = json!({ "paymentRequestId": payment.to_string(), "reason": "<why, in 10 to 1,000 characters>", "confirmed": true });
            if let Some((excess, duplicate)) =
                twice.iter().find(|twice| twice.request == payment).and_then(|twice| Some((self.refunds.not_asked_back(twice)?, twice)))
            {
                body["amountAtomic"] = json!(excess.to_string());
                body["reason"] = json!(duplicate.reason());
            }
            // A denied or cancelled request leaves a sibling behind, so a new attempt has a new key.
            let attempt = self.refunds.of(&payment).count().to_string();
            let entity = Entity { kind: "payment_request", id: payment.to_string() };
            self.on(Action::RequestRefund, entity, Actor::Buyer).post(self.refunds_path(), body, Some(&attempt))
        };
        offered.map(ask).collect()
    }

    /// What may be done about refunds: asking for one, and everything with those that are open.
    pub(super) fn refund_actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = match actor {
            Actor::Buyer => self.refund_request_actions(self.refunds.payments.iter().map(|paid| paid.payment.clone())),
            Actor::Seller | Actor::Evaluator | Actor::Operator => Vec::new(),
        };
        // Waiting is offered at the refund itself; here it would stand beside what can be done. What is in doubt about payments the agreement says itself.
        let own = |action: &AvailableAction| !matches!(action.action, Action::Wait | Action::InspectPaymentProof);
        actions.extend(self.open_refunds().flat_map(|facts| facts.actions(actor)).filter(own));
        actions
    }

    /// What the seller does first about refunds, if there is anything that it can do.
    pub(super) fn open_refund(&self) -> Option<Recommended> {
        let mut codes = self.open_refunds().map(|facts| facts.code(Actor::Seller));
        codes.find(|code| matches!(code, Recommended::AnswerRefund | Recommended::FetchRefundPayment | Recommended::ApproveRefundAgain))
    }

    fn open_refunds(&self) -> impl Iterator<Item = RefundFacts<'_>> {
        let open = self.refunds.refunds.iter().filter(|refund| matches!(refund.status, RefundStatus::Pending | RefundStatus::Approved));
        open.map(|refund| RefundFacts { contract: self, refund, executable: false })
    }

    pub(super) fn refunds_path(&self) -> String {
        format!("{}/refund-requests", self.path())
    }

    fn refund_path(&self, refund: &RefundId) -> String {
        format!("{}/{refund}", self.refunds_path())
    }
}
