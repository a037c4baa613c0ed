//! What may be done next, and what is best done next: pure functions per resource and actor, asked by every view.
//!
//! Nothing is decided here: an action is offered as available only when the rule that will judge it (the transitions of [`crate::agreement`] and
//! [`crate::milestone`] and [`crate::payment_request`], and [`crate::unit`]) says yes to the same facts. An agent that follows the recommendation is never sent into a refusal.

use serde_json::json;

use crate::agreement::{AgreementRecord, AgreementState, PaymentFacts};
use crate::asset::Token;
use crate::available_action::{Action, ActionState, AvailableAction, BlockedReason, By, Entity, PaymentDocument};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{PaymentRequestId, invoice_id, receipt_id};
use crate::milestone::{Circumstances, Plan, Progress};
use crate::money::Quote;
use crate::refund::Refunds;
use crate::unit::{CannotSign, Fate, Sibling, UnitKind, open_amount};

mod milestone;
mod payment;
mod pending;
mod plan;
mod recommended;
mod refund;
mod request;

pub use milestone::{MilestoneFacts, MilestonePayment};
pub use payment::{CannotRequest, MAX_REQUESTS, NoSigning};
pub use pending::{DisputeFacts, PayoutChangeFacts, Pending};
pub use recommended::Recommended;
pub use refund::{RefundFacts, RefundRecommendation};
pub use request::{Permissions, RecommendedAction, RequestFacts, Seen};

/// In which role somebody reads a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The party that pays.
    Buyer,
    /// The party that is paid.
    Seller,
    /// Whom the terms name as judge; reads, and says how it would end a dispute.
    Evaluator,
    /// Whoever runs the marketplace; reads only.
    Operator,
}

impl Actor {
    /// `buyer`, `seller`, `evaluator` or `operator`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Evaluator => "evaluator",
            Self::Operator => "operator",
        }
    }
}

/// All that is known about an agreement when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct AgreementFacts<'a> {
    /// The agreement.
    pub agreement: &'a AgreementRecord,
    /// The registry entry of its asset.
    pub token: &'a Token,
    /// What its payments say.
    pub payments: PaymentFacts,
    /// Its milestones.
    pub plan: &'a Plan,
    /// Its requests.
    pub siblings: &'a [Sibling],
    /// What was asked back.
    pub refunds: &'a Refunds,
    /// Now, or the time of the newest block where that is later.
    pub now: Timestamp,
    /// Time of the newest final block of its chain, unix seconds; 0 when none is known.
    pub final_time: u64,
    /// What stands open between the parties.
    pub pending: &'a Pending,
    /// Why nothing can be signed for its chain, if that is so.
    pub no_signing: Option<NoSigning>,
}

impl AgreementFacts<'_> {
    /// `availableActions[]` of the agreement.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = Vec::new();
        match actor {
            Actor::Buyer => self.buyer_actions(&mut actions),
            Actor::Seller => self.seller_actions(&mut actions),
            Actor::Evaluator | Actor::Operator => {}
        }
        self.pending_actions(actor, &mut actions);
        if self.payments.proof_issue && matches!(actor, Actor::Buyer | Actor::Seller) {
            actions.push(self.on_contract(Action::InspectPaymentProof, actor).get(self.requests_path()));
        }
        actions.extend(self.refund_actions(actor));
        // Which payment is in doubt the siblings do not say; each request offers its own receipt.
        let paid = self.siblings.iter().filter(|s| s.fate == Fate::Paid && !self.payments.proof_issue);
        actions.extend(paid.map(|s| self.on(Action::ViewReceipt, Entity { kind: "receipt", id: receipt_id(&s.request) }, actor).get(receipt_path(&s.request))));
        actions.extend(self.plan_actions(actor));
        let milestones = self.plan.live().flat_map(|milestone| self.on_plan(milestone).own_actions(actor));
        actions.extend(milestones.filter(|action| action.state == ActionState::Available));
        let invoice = invoice_id(&self.agreement.id);
        actions.push(self.on(Action::ViewInvoice, Entity { kind: "invoice", id: invoice.clone() }, actor).get(format!("/api/agent/invoices/{invoice}")));
        if self.recommended(actor).is_wait() {
            actions.push(self.on_contract(Action::Wait, actor).get(self.path()).waiting(self.until()));
        }
        actions
    }

    /// Until when at least a wait lasts, where a payload of long ago is what is waited for.
    fn until(&self) -> Option<Timestamp> {
        match self.payments.milestones {
            Progress::None => self.next_payment(None).err().and_then(|refusal| refusal.until()),
            Progress::Planned | Progress::Begun | Progress::Accepted => self.plan_until(),
        }
    }

    /// What this actor does best next; its label is [`Recommended::label`].
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> Recommended {
        let paid = self.siblings.iter().any(|s| s.fate == Fate::Paid);
        match (&self.agreement.state, actor) {
            (_, Actor::Evaluator | Actor::Operator) => self.pending_recommended(actor).unwrap_or(Recommended::None),
            (_, Actor::Buyer | Actor::Seller) if self.payments.proof_issue => Recommended::InspectPaymentProof,
            // What the other side waits for comes first.
            (_, Actor::Seller) if self.open_refund().is_some() => self.open_refund().unwrap_or(Recommended::None),
            (_, Actor::Buyer | Actor::Seller) if self.pending_recommended(actor).is_some() => self.pending_recommended(actor).unwrap_or(Recommended::None),
            (AgreementState::Cancelled { .. }, _) if paid => Recommended::ViewReceipt,
            (AgreementState::Cancelled { .. }, _) => Recommended::None,
            (AgreementState::Accepted { .. }, _) if self.payments.paid_in_full => Recommended::ViewReceipt,
            (_, Actor::Buyer | Actor::Seller) if self.payments.milestones != Progress::None => self.recommended_by_plan(actor),
            (AgreementState::InProgress | AgreementState::Rejected { .. }, Actor::Seller) => Recommended::SubmitDelivery,
            (AgreementState::Submitted { .. } | AgreementState::Accepted { .. }, Actor::Seller) => Recommended::WaitForBuyer,
            (AgreementState::Submitted { .. }, Actor::Buyer) if self.agreement.state.may_accept(self.payments).is_ok() => Recommended::DecideDelivery,
            // Before there is work to look at, paying is possible where the terms allow it, but nothing to press for.
            (AgreementState::InProgress | AgreementState::Rejected { .. }, Actor::Buyer) => self.recommended_payment(Recommended::WaitForSeller),
            (AgreementState::Submitted { .. } | AgreementState::Accepted { .. }, Actor::Buyer) => self.recommended_payment(Recommended::CreatePaymentRequest),
        }
    }

    /// What the buyer does about payment: `otherwise`, unless a request or a payload is in the way.
    fn recommended_payment(&self, otherwise: Recommended) -> Recommended {
        match (self.next_payment(None), otherwise) {
            (Err(CannotRequest::Unit(CannotSign::Live(_))), _) => Recommended::FetchPaymentRequest,
            (Err(CannotRequest::Unit(CannotSign::Settling(_))), _) => Recommended::WaitForConfirmations,
            (Err(CannotRequest::Unit(CannotSign::Overlap { .. })), Recommended::CreatePaymentRequest) => Recommended::WaitForExpiry,
            (Err(CannotRequest::Chain(_)), Recommended::CreatePaymentRequest) => Recommended::WaitForOperator,
            (Err(_), Recommended::CreatePaymentRequest) => Recommended::None,
            (Ok(_) | Err(_), _) => otherwise,
        }
    }

    fn buyer_actions(&self, actions: &mut Vec<AvailableAction>) {
        let (state, actor) = (&self.agreement.state, Actor::Buyer);
        actions.extend(self.active_request_actions(actor, |_| true));
        if !self.payments.paid_in_full && !matches!(state, AgreementState::Cancelled { .. }) && self.payments.milestones == Progress::None {
            actions.push(self.create_action(&UnitKind::Whole));
        }
        if self.has_ended() {
            return;
        }
        if matches!(state, AgreementState::Submitted { .. }) {
            let accept = self.decision(Action::Accept, json!({ "action": "accept", "expectedUpdatedAt": self.expected() })).paying(self.payment(None));
            actions.push(accept.unless(self.blocked(state.may_accept(self.payments).err())));
            let body = json!({ "action": "reject", "reason": "<what has to be different>", "expectedUpdatedAt": self.expected() });
            let reject = self.decision(Action::Reject, body);
            actions.push(reject.unless(self.blocked(state.may_reject(self.payments).err())));
        }
        actions.push(self.cancel_action(actor));
    }

    fn seller_actions(&self, actions: &mut Vec<AvailableAction>) {
        if self.has_ended() {
            return;
        }
        let body = json!({ "deliverableUrl": "<where the work is>", "notes": "<what to know about it>", "expectedUpdatedAt": self.expected() });
        let submit = self.on_contract(Action::SubmitDelivery, Actor::Seller).post(format!("{}/submissions", self.path()), body, Some(&self.version()));
        actions.push(submit.unless(self.blocked(self.agreement.state.may_submit(self.payments).err())));
        actions.push(self.cancel_action(Actor::Seller));
    }

    /// Loads the requests that are live, or whose payment is on its way, of those that `are_meant`.
    fn active_request_actions(&self, actor: Actor, are_meant: impl Fn(&Sibling) -> bool) -> Vec<AvailableAction> {
        let active = self.siblings.iter().filter(|s| matches!(s.fate, Fate::Live | Fate::Settling) && are_meant(s));
        let fetch = |s: &Sibling| {
            let entity = Entity { kind: "payment_request", id: s.request.to_string() };
            self.on(Action::FetchPaymentRequest, entity, actor).get(self.request_path(&s.request))
        };
        active.map(fetch).collect()
    }

    /// The create action for the work of this unit, blocked with the reason when a request would be refused.
    fn create_action(&self, kind: &UnitKind) -> AvailableAction {
        let mut body = json!({ "payerAddress": self.agreement.buyer.wallet.to_string(), "reuseActive": true });
        let entity = match kind.milestone() {
            Some(id) => {
                body["milestoneId"] = json!(id.as_str());
                Entity { kind: "milestone", id: id.to_string() }
            }
            None => Entity { kind: "contract", id: self.agreement.id.to_string() },
        };
        // A cancelled or expired request leaves a sibling behind, so a new attempt has a new key.
        let attempt = self.siblings.len().to_string();
        let action = self.on(Action::CreatePaymentRequest, entity, Actor::Buyer).post(self.requests_path(), body, Some(&attempt));
        match self.next_payment_like(kind) {
            Ok((_, quote)) => action.paying(self.payment(Some(quote))),
            Err(refusal) => {
                let recoverable = !matches!(refusal, CannotRequest::Limit);
                let reason = BlockedReason { code: refusal.code(), message: refusal.to_string(), recoverable };
                let until = refusal.until().map(|at| at.to_string());
                AvailableAction { available_after: until, ..action.paying(self.payment(None)).unless(Some(reason)) }
            }
        }
    }

    fn cancel_action(&self, actor: Actor) -> AvailableAction {
        let body = json!({ "reason": "<why, in 10 to 1,000 characters>", "expectedUpdatedAt": self.expected() });
        let cancel = self.on_contract(Action::CancelContract, actor).post(format!("{}/cancel", self.path()), body, Some(&self.version()));
        cancel.unless(self.blocked(self.agreement.state.may_cancel(self.payments).err()))
    }

    fn decision(&self, action: Action, body: serde_json::Value) -> AvailableAction {
        self.on_contract(action, Actor::Buyer).post(format!("{}/decision", self.path()), body, Some(&self.version()))
    }

    /// What is paid: `quote`, or the state of payment where nothing can be asked for.
    fn payment(&self, quote: Option<Quote>) -> PaymentDocument {
        let status = match self.payments {
            PaymentFacts { proof_issue: true, .. } => "inspection_required",
            PaymentFacts { paid_in_full: true, .. } => "paid",
            PaymentFacts { live_request: true, .. } => "pending",
            PaymentFacts { any_verified: true, .. } => "partially_paid",
            PaymentFacts { .. } => "unpaid",
        };
        let open = Some(open_amount(self.agreement.terms.amount, self.siblings)).filter(|open| !open.is_zero());
        let quote = quote.or_else(|| open.and_then(|open| self.agreement.fee.quote(open).ok()));
        self.payment_document(quote, status)
    }

    fn payment_document(&self, quote: Option<Quote>, status: &'static str) -> PaymentDocument {
        let paid = status == "paid";
        PaymentDocument {
            required: !paid,
            status,
            amount_atomic: quote.map(|q| q.total.to_string()),
            amount_display: quote.map(|q| format!("{} {}", q.total.display(self.token.decimals), self.token.symbol)),
            currency: Some(self.token.symbol.clone()),
            network: Some(format!("eip155:{}", self.agreement.terms.asset.chain_id())),
            rail: Some("router"),
            proof: paid.then_some("router_verified"),
        }
    }

    /// For the rules of milestones.
    #[must_use]
    pub fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { agreement: &self.agreement.state, payments: self.payments, is_final: self.plan.is_final() }
    }

    fn blocked(&self, refusal: Option<NotAllowed>) -> Option<BlockedReason> {
        refusal.map(|refusal| BlockedReason { code: "not_allowed", message: refusal.because.to_owned(), recoverable: !self.has_ended() })
    }

    fn has_ended(&self) -> bool {
        matches!(self.agreement.state, AgreementState::Accepted { .. } | AgreementState::Cancelled { .. })
    }

    fn expected(&self) -> String {
        self.agreement.updated_at.to_string()
    }

    /// What is new when the agreement has changed.
    fn version(&self) -> String {
        self.agreement.updated_at.as_millis().to_string()
    }

    fn on(&self, action: Action, entity: Entity, actor: Actor) -> AvailableAction {
        let profile = match actor {
            Actor::Buyer => Some(self.agreement.buyer.profile.as_str()),
            Actor::Seller => Some(self.agreement.seller.profile.as_str()),
            Actor::Evaluator | Actor::Operator => None,
        };
        AvailableAction::available(action, entity, By { role: actor.name(), profile })
    }

    fn on_contract(&self, action: Action, actor: Actor) -> AvailableAction {
        self.on(action, Entity { kind: "contract", id: self.agreement.id.to_string() }, actor)
    }

    fn path(&self) -> String {
        format!("/api/agent/contracts/{}", self.agreement.id)
    }

    fn requests_path(&self) -> String {
        format!("{}/crypto-payment-requests", self.path())
    }

    fn request_path(&self, request: &PaymentRequestId) -> String {
        format!("{}/{request}", self.requests_path())
    }
}

fn receipt_path(request: &PaymentRequestId) -> String {
    format!("/api/agent/receipts/{}", receipt_id(request))
}
