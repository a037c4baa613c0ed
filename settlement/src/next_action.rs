//! What may be done next, and what is best done next: pure functions per resource and actor, asked by every view.
//!
//! Nothing is decided here: an action is offered as available only when the rule that will judge it (the transitions of [`crate::agreement`] and
//! [`crate::payment_request`], and [`next_unit`]) says yes to the same facts. An agent that follows the recommendation is never sent into a refusal.

use serde::Serialize;
use serde_json::json;

use crate::agreement::{AgreementRecord, AgreementState, PaymentFacts};
use crate::asset::Token;
use crate::available_action::{Action, AvailableAction, BlockedReason, By, Entity, PaymentDocument};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{PaymentRequestId, invoice_id, receipt_id};
use crate::money::{Amount, FeeError, Quote};
use crate::unit::{CannotSign, Fate, NextUnit, Sibling, next_unit, open_amount};

mod request;

pub use request::{Permissions, RecommendedAction, RequestFacts, Seen};

/// Most requests of an agreement, however they ended. Each is verified whenever the agreement is looked at, so without a limit a buyer could make one that
/// takes seconds to read, and holds up everybody who writes meanwhile. At one an hour they last four days; a hundred instalments can be paid.
pub const MAX_REQUESTS: usize = 100;

/// In which role somebody reads a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The party that pays.
    Buyer,
    /// The party that is paid.
    Seller,
    /// Whom the terms name as judge; reads only.
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

macro_rules! recommendations {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $label:literal;)+) => {
        /// What is best done next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Recommended {
            $($(#[$doc])* $name,)+
        }

        impl Recommended {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in JSON.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// For people.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

recommendations! {
    /// The seller delivers.
    SubmitDelivery = "submit_delivery", "Submit the work";
    /// The buyer accepts or rejects; `availableActions` says which of the two is open.
    DecideDelivery = "decide_delivery", "Decide on the delivery";
    /// The buyer asks for a signed payload.
    CreatePaymentRequest = "create_payment_request", "Create a payment request";
    /// Load the live request in full.
    FetchPaymentRequest = "fetch_payment_request", "Load the payment request before paying";
    /// A request is in the way of a new one.
    ReuseOrCancelActiveRequest = "reuse_or_cancel_active_request", "Use the active payment request, or cancel it first";
    /// The payer's wallet executes the payload.
    PayNow = "pay_now", "Check the payload and pay from the payer's wallet";
    /// The chain has to speak.
    WaitForConfirmations = "wait_for_confirmations", "Wait until the payment is final";
    /// An older payload that covers the same work has to die first.
    WaitForExpiry = "wait_for_expiry", "Wait until an earlier payload can no longer be paid";
    /// It is the seller's turn.
    WaitForSeller = "wait_for_seller", "Wait for the seller";
    /// It is the buyer's turn.
    WaitForBuyer = "wait_for_buyer", "Wait for the buyer";
    /// A verified-looking payment does not prove itself.
    InspectPaymentProof = "inspect_payment_proof", "Stop and inspect the payment proof";
    /// All is done.
    ViewReceipt = "view_receipt", "View the receipt";
    /// There is nothing to do.
    None = "none", "Nothing to do";
}

impl Serialize for Recommended {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Why the buyer cannot get a payload now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRequest {
    /// The agreement does not allow it.
    #[error(transparent)]
    Agreement(#[from] NotAllowed),
    /// Another payload stands in the way, or nothing is open.
    #[error(transparent)]
    Unit(#[from] CannotSign),
    /// The fee policy does not fit the amount.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The fee policy does not fit what this payment would leave open.
    #[error("the {rest} that this payment leaves open could not be paid")]
    Rest {
        /// What would be left, atomic units.
        rest: Amount,
        /// Why it could not be paid.
        #[source]
        fee: FeeError,
    },
    /// There have been [`MAX_REQUESTS`].
    #[error("an agreement has at most {MAX_REQUESTS} payment requests; agree on what is still open as a new one")]
    Limit,
}

impl CannotRequest {
    /// Closed list: `not_allowed`, `active_request`, `payment_settling`, `overlapping_payload`, `paid_in_full`, `amount_refused`, `fee_refused`,
    /// `limit_reached`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Agreement(_) => "not_allowed",
            Self::Unit(CannotSign::Live(_)) => "active_request",
            Self::Unit(CannotSign::Settling(_)) => "payment_settling",
            Self::Unit(CannotSign::Overlap { .. }) => "overlapping_payload",
            Self::Unit(CannotSign::PaidInFull) => "paid_in_full",
            Self::Unit(CannotSign::MoreThanOpen { .. } | CannotSign::Zero) => "amount_refused",
            Self::Fee(_) | Self::Rest { .. } => "fee_refused",
            Self::Limit => "limit_reached",
        }
    }

    /// The earliest time at which it may be otherwise by itself.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Unit(CannotSign::Overlap { until, .. }) => Some(*until),
            Self::Unit(CannotSign::Live(_) | CannotSign::Settling(_) | CannotSign::PaidInFull | CannotSign::MoreThanOpen { .. } | CannotSign::Zero)
            | Self::Agreement(_)
            | Self::Fee(_)
            | Self::Rest { .. }
            | Self::Limit => None,
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
    /// Its requests.
    pub siblings: &'a [Sibling],
    /// Time of the newest final block of its chain, unix seconds; 0 when none is known.
    pub final_time: u64,
}

impl AgreementFacts<'_> {
    /// Which unit a request for `asked` (all that is open, when `None`) would pay, and its price. The create endpoint asks this very function.
    ///
    /// # Errors
    /// [`CannotRequest`] when a request would be refused.
    pub fn next_payment(&self, asked: Option<Amount>) -> Result<(NextUnit, Quote), CannotRequest> {
        self.agreement.state.may_pay(self.agreement.terms.payment_timing, self.payments)?;
        let (unit, amount) = next_unit(self.agreement.terms.amount, asked, self.siblings, self.final_time)?;
        if self.siblings.len() >= MAX_REQUESTS {
            return Err(CannotRequest::Limit);
        }
        let quote = self.agreement.fee.quote(amount)?;
        // A fixed fee can be more than the cap allows on a small rest, and then nobody could ever pay it.
        let rest = open_amount(self.agreement.terms.amount, self.siblings).and_then(|open| open.minus(amount)).unwrap_or(Amount::ZERO);
        match self.agreement.fee.quote(rest) {
            Err(fee) if !rest.is_zero() => Err(CannotRequest::Rest { rest, fee }),
            Ok(_) | Err(_) => Ok((unit, quote)),
        }
    }

    /// `availableActions[]` of the agreement.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let mut actions = Vec::new();
        match actor {
            Actor::Buyer => self.buyer_actions(&mut actions),
            Actor::Seller => self.seller_actions(&mut actions),
            Actor::Evaluator | Actor::Operator => {}
        }
        if self.payments.proof_issue && matches!(actor, Actor::Buyer | Actor::Seller) {
            actions.push(self.on_contract(Action::InspectPaymentProof, actor).get(self.requests_path()));
        }
        // Which payment is in doubt the siblings do not say; each request offers its own receipt.
        let paid = self.siblings.iter().filter(|s| s.fate == Fate::Paid && !self.payments.proof_issue);
        actions.extend(paid.map(|s| self.on(Action::ViewReceipt, Entity { kind: "receipt", id: receipt_id(&s.request) }, actor).get(receipt_path(&s.request))));
        let invoice = invoice_id(&self.agreement.id);
        actions.push(self.on(Action::ViewInvoice, Entity { kind: "invoice", id: invoice.clone() }, actor).get(format!("/api/agent/invoices/{invoice}")));
        if self.recommended(actor).is_wait() {
            let after = self.next_payment(None).err().and_then(|refusal| refusal.until());
            actions.push(self.on_contract(Action::Wait, actor).get(self.path()).waiting(after));
        }
        actions
    }

    /// What this actor does best next; its label is [`Recommended::label`].
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> Recommended {
        let paid = self.siblings.iter().any(|s| s.fate == Fate::Paid);
        match (&self.agreement.state, actor) {
            (_, Actor::Evaluator | Actor::Operator) => Recommended::None,
            (_, Actor::Buyer | Actor::Seller) if self.payments.proof_issue => Recommended::InspectPaymentProof,
            (AgreementState::Cancelled { .. }, _) if paid => Recommended::ViewReceipt,
            (AgreementState::Cancelled { .. }, _) => Recommended::None,
            (AgreementState::Accepted { .. }, _) if self.payments.paid_in_full => Recommended::ViewReceipt,
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
            (Err(_), Recommended::CreatePaymentRequest) => Recommended::None,
            (Ok(_) | Err(_), _) => otherwise,
        }
    }

    fn buyer_actions(&self, actions: &mut Vec<AvailableAction>) {
        let (state, actor) = (&self.agreement.state, Actor::Buyer);
        actions.extend(self.active_request_action(actor));
        if !self.payments.paid_in_full && !matches!(state, AgreementState::Cancelled { .. }) {
            actions.push(self.create_action());
        }
        if self.has_ended() {
            return;
        }
        if matches!(state, AgreementState::Submitted { .. }) {
            let accept = self.decision(Action::Accept, json!({ "action": "accept" })).paying(self.payment(None));
            actions.push(accept.unless(self.blocked(state.may_accept(self.payments).err())));
            let reject = self.decision(Action::Reject, json!({ "action": "reject", "reason": "<what has to be different>" }));
            actions.push(reject.unless(self.blocked(state.may_reject(self.payments).err())));
        }
        actions.push(self.cancel_action(actor));
    }

    fn seller_actions(&self, actions: &mut Vec<AvailableAction>) {
        if self.has_ended() {
            return;
        }
        let body = json!({ "deliverableUrl": "<where the work is>", "notes": "<what to know about it>" });
        let submit = self.on_contract(Action::SubmitDelivery, Actor::Seller).post(format!("{}/submissions", self.path()), body, Some(&self.version()));
        actions.push(submit.unless(self.blocked(self.agreement.state.may_submit().err())));
        actions.push(self.cancel_action(Actor::Seller));
    }

    /// Loads the request that is live, or whose payment is on its way.
    fn active_request_action(&self, actor: Actor) -> Option<AvailableAction> {
        let active = self.siblings.iter().find(|s| matches!(s.fate, Fate::Live | Fate::Settling))?;
        let entity = Entity { kind: "payment_request", id: active.request.to_string() };
        Some(self.on(Action::FetchPaymentRequest, entity, actor).get(self.request_path(&active.request)))
    }

    /// The create action, blocked with the reason when a request would be refused.
    fn create_action(&self) -> AvailableAction {
        let body = json!({ "payerAddress": self.agreement.buyer.wallet.to_string(), "reuseActive": true });
        // A cancelled or expired request leaves a sibling behind, so a new attempt has a new key.
        let attempt = self.siblings.len().to_string();
        let action = self.on_contract(Action::CreatePaymentRequest, Actor::Buyer).post(self.requests_path(), body, Some(&attempt));
        match self.next_payment(None) {
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
        let body = json!({ "reason": "<why, in 10 to 1,000 characters>", "expectedUpdatedAt": self.agreement.updated_at.to_string() });
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
        let open = open_amount(self.agreement.terms.amount, self.siblings).ok().filter(|open| !open.is_zero());
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

    fn blocked(&self, refusal: Option<NotAllowed>) -> Option<BlockedReason> {
        refusal.map(|refusal| BlockedReason { code: "not_allowed", message: refusal.because.to_owned(), recoverable: !self.has_ended() })
    }

    fn has_ended(&self) -> bool {
        matches!(self.agreement.state, AgreementState::Accepted { .. } | AgreementState::Cancelled { .. })
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

impl Recommended {
    /// Whether it is somebody else's turn, or the chain's.
    #[must_use]
    pub const fn is_wait(self) -> bool {
        matches!(self, Self::WaitForConfirmations | Self::WaitForExpiry | Self::WaitForSeller | Self::WaitForBuyer)
    }
}

fn receipt_path(request: &PaymentRequestId) -> String {
    format!("/api/agent/receipts/{}", receipt_id(request))
}
