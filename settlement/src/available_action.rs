//! The document in which a resource says what its reader may do: `availableActions[]`, shape `opentask-available-actions-v1`.
//!
//! Only the shape and what is fixed per action (label, endpoint, scopes, confirmation) is here; which actions are offered, [`crate::next_action`] decides.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::scope::Scope;

/// The version of the shape; existing clients check it.
pub const SCHEMA_VERSION: &str = "opentask-available-actions-v1";
/// The header that makes a write safe to repeat.
pub const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $label:literal;)+) => {
        /// Something that can be done with an agreement or a payment request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
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

actions! {
    /// The seller hands over the work.
    SubmitDelivery = "submit_delivery", "Submit the work";
    /// The buyer accepts the delivery.
    Accept = "accept", "Accept the delivery";
    /// The buyer sends the delivery back.
    Reject = "reject", "Reject the delivery";
    /// Either party calls the agreement off.
    CancelContract = "cancel_contract", "Cancel the contract";
    /// The buyer asks for a signed payload.
    CreatePaymentRequest = "create_payment_request", "Create a payment request";
    /// Read a payment request in full.
    FetchPaymentRequest = "fetch_payment_request", "Load the payment request";
    /// The payer's wallet executes the payload. No endpoint: the money never passes through us.
    Pay = "pay", "Pay from the payer's wallet";
    /// The payer names its transaction.
    SubmitTxHash = "submit_tx_hash", "Name the transaction that pays";
    /// The payer asks to have its transaction looked for.
    VerifyPayment = "verify_payment", "Check the payment";
    /// The payer calls a payment request off.
    CancelPaymentRequest = "cancel_payment_request", "Cancel the payment request";
    /// Read the receipt of a verified payment.
    ViewReceipt = "view_receipt", "View the receipt";
    /// Read the invoice of the agreement.
    ViewInvoice = "view_invoice", "View the invoice";
    /// Read a payment request whose proof does not hold.
    InspectPaymentProof = "inspect_payment_proof", "Inspect the payment proof";
    /// Nothing but to look again later.
    Wait = "wait", "Wait";
}

impl Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Action {
    /// All the scopes it takes, or for reads any one of them.
    #[must_use]
    pub const fn scopes(self) -> (&'static [Scope], ScopeMode) {
        match self {
            Self::SubmitDelivery => (&[Scope::SUBMISSIONS_WRITE], ScopeMode::All),
            Self::Accept | Self::Reject => (&[Scope::DECISION_WRITE], ScopeMode::All),
            Self::CancelContract => (&[Scope::CONTRACTS_WRITE], ScopeMode::All),
            Self::CreatePaymentRequest | Self::SubmitTxHash | Self::VerifyPayment | Self::CancelPaymentRequest => {
                (&[Scope::PAYMENTS_WRITE, Scope::CONTRACTS_WRITE], ScopeMode::All)
            }
            Self::FetchPaymentRequest | Self::Pay | Self::ViewReceipt | Self::ViewInvoice | Self::InspectPaymentProof => {
                (&[Scope::PAYMENTS_READ, Scope::CONTRACTS_READ], ScopeMode::Any)
            }
            Self::Wait => (&[], ScopeMode::All),
        }
    }

    /// Why a person should be asked before; `None` for what changes nothing or can be taken back.
    #[must_use]
    pub const fn confirmation(self) -> Option<&'static str> {
        match self {
            Self::Pay => Some("The payment goes directly to the seller and cannot be reversed."),
            Self::Accept => Some("Accepting ends the contract."),
            Self::Reject => Some("Rejecting sends the work back to the seller."),
            Self::CancelContract => Some("Cancelling ends the contract for both parties."),
            Self::SubmitDelivery
            | Self::CreatePaymentRequest
            | Self::FetchPaymentRequest
            | Self::SubmitTxHash
            | Self::VerifyPayment
            | Self::CancelPaymentRequest
            | Self::ViewReceipt
            | Self::ViewInvoice
            | Self::InspectPaymentProof
            | Self::Wait => None,
        }
    }
}

/// Whether every scope is needed or one is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeMode {
    /// Each of them.
    All,
    /// One of them.
    Any,
}

/// Whether it can be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Now: it would not be refused.
    Available,
    /// Not yet; somebody else, or the chain, moves first.
    Waiting,
    /// Not in the present state; `blockedReason` says why.
    Blocked,
}

/// One entry of `availableActions[]`. Every key is always there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailableAction {
    /// [`SCHEMA_VERSION`].
    pub schema_version: &'static str,
    /// `{action}:{entity id}`: the same as long as the same thing is meant.
    pub id: String,
    /// What.
    pub action: Action,
    /// For people.
    pub label: &'static str,
    /// On what.
    pub entity: Entity,
    /// Whether now.
    pub state: ActionState,
    /// By whom, with which scopes.
    pub actor: ActorDocument,
    /// How.
    pub invocation: Invocation,
    /// Whether to ask a person first.
    pub confirmation: Confirmation,
    /// How to make it safe to repeat.
    pub idempotency: Idempotency,
    /// What is paid, where something is.
    pub payment: Option<PaymentDocument>,
    /// ISO-8601; when it may become available.
    pub available_after: Option<String>,
    /// ISO-8601; until when it is available.
    pub available_until: Option<String>,
    /// ISO-8601; when it should be done. Terms carry no due dates, so this is null.
    pub due_at: Option<String>,
    /// Why not, where it is blocked.
    pub blocked_reason: Option<BlockedReason>,
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity {
    /// `contract`, `payment_request`, `receipt` or `invoice`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// Who may do it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActorDocument {
    /// `buyer`, `seller`, `evaluator` or `operator`.
    pub role: &'static str,
    /// The profile.
    pub eligible_profile_id: Option<String>,
    /// Scopes of the bearer token.
    pub required_scopes: Vec<&'static str>,
    /// All of them or any.
    pub required_scope_mode: ScopeMode,
    /// The same, as groups that all have to be met.
    pub scope_requirements: Vec<ScopeRequirement>,
}

/// One group of scopes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeRequirement {
    /// The scopes.
    pub required_scopes: Vec<&'static str>,
    /// All of them or any.
    pub scope_mode: ScopeMode,
}

/// The call to make; all null where no call of ours does it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// This API has no MCP tools.
    pub mcp_tool: Option<&'static str>,
    /// HTTP method.
    pub method: Option<&'static str>,
    /// Path below the public URL.
    pub endpoint: Option<String>,
    /// A JSON object; texts in angle brackets are to be filled in.
    pub body_template: Option<Value>,
}

/// Whether to ask a person first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// Whether.
    pub required: bool,
    /// `rest`, or `none`.
    pub applies_to: &'static str,
    /// Why.
    pub reason: Option<&'static str>,
}

/// How to make it safe to repeat.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Idempotency {
    /// Whether a key has to be sent: safe on every instance, needed on those that require it.
    pub required: bool,
    /// `rest`, or `none`.
    pub applies_to: &'static str,
    /// The header.
    pub header: Option<&'static str>,
    /// A value that is the same for the same intent.
    pub value_hint: Option<String>,
}

/// What is paid. No executable fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDocument {
    /// Whether money has to move for this action.
    pub required: bool,
    /// `unpaid`, `pending`, `partially_paid`, `paid` or `inspection_required`.
    pub status: &'static str,
    /// What the buyer pays, fee included, in atomic units.
    pub amount_atomic: Option<String>,
    /// The same for people: `12.50 USDC`.
    pub amount_display: Option<String>,
    /// Ticker.
    pub currency: Option<String>,
    /// CAIP-2.
    pub network: Option<String>,
    /// `router`: the only way it can be paid.
    pub rail: Option<&'static str>,
    /// `router_verified` once a proof says so.
    pub proof: Option<&'static str>,
}

/// Why an action is refused now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockedReason {
    /// `not_allowed`, or what [`crate::next_action::CannotRequest::code`] says.
    pub code: &'static str,
    /// The rule.
    pub message: String,
    /// Whether it can become available.
    pub recoverable: bool,
}

/// Who acts: a role and the profile that has it.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The role.
    pub role: &'static str,
    /// The profile.
    pub profile: Option<&'a str>,
}

impl AvailableAction {
    /// An action that would be accepted now.
    #[must_use]
    pub fn available(action: Action, entity: Entity, by: By<'_>) -> Self {
        let (scopes, mode) = action.scopes();
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let reason = action.confirmation();
        let scope_requirements = if scopes.is_empty() { vec![] } else { vec![ScopeRequirement { required_scopes: scopes.clone(), scope_mode: mode }] };
        Self {
            schema_version: SCHEMA_VERSION,
            id: format!("{}:{}", action.name(), entity.id),
            action,
            label: action.label(),
            entity,
            state: ActionState::Available,
            actor: ActorDocument {
                role: by.role,
                eligible_profile_id: by.profile.map(str::to_owned),
                required_scopes: scopes,
                required_scope_mode: mode,
                scope_requirements,
            },
            invocation: Invocation::default(),
            confirmation: Confirmation { required: reason.is_some(), applies_to: applies(reason.is_some()), reason },
            idempotency: Idempotency { required: false, applies_to: applies(false), header: None, value_hint: None },
            payment: None,
            available_after: None,
            available_until: None,
            due_at: None,
            blocked_reason: None,
        }
    }

    /// Done by reading `endpoint`.
    #[must_use]
    pub fn get(mut self, endpoint: String) -> Self {
        self.invocation = Invocation { method: Some("GET"), endpoint: Some(endpoint), ..Invocation::default() };
        self
    }

    /// Done by posting `body` to `endpoint`. `intent` tells this attempt from an earlier one in the value hint; `None` where every call needs a key of
    /// its own, because the answer may be another one each time.
    #[must_use]
    pub fn post(mut self, endpoint: String, body: Value, intent: Option<&str>) -> Self {
        self.invocation = Invocation { mcp_tool: None, method: Some("POST"), endpoint: Some(endpoint), body_template: Some(body) };
        let value_hint = intent.map(|intent| format!("{}:{intent}", self.id));
        self.idempotency = Idempotency { required: true, applies_to: applies(true), header: Some(IDEMPOTENCY_HEADER), value_hint };
        self
    }

    /// With what is paid.
    #[must_use]
    pub fn paying(mut self, payment: PaymentDocument) -> Self {
        self.payment = Some(payment);
        self
    }

    /// Available until `deadline`.
    #[must_use]
    pub fn until(mut self, deadline: Timestamp) -> Self {
        self.available_until = Some(deadline.to_string());
        self
    }

    /// Not now: somebody else or the chain moves first.
    #[must_use]
    pub fn waiting(mut self, after: Option<Timestamp>) -> Self {
        self.state = ActionState::Waiting;
        self.available_after = after.map(|at| at.to_string());
        self
    }

    /// As it is, or blocked when there is a reason.
    #[must_use]
    pub fn unless(mut self, refusal: Option<BlockedReason>) -> Self {
        if let Some(reason) = refusal {
            self.state = ActionState::Blocked;
            self.blocked_reason = Some(reason);
        }
        self
    }
}

const fn applies(required: bool) -> &'static str {
    if required { "rest" } else { "none" }
}
