//! The document in which a resource says what its reader may do: `availableActions[]`, shape `opentask-available-actions-v1`.
//!
//! Only the shape and what is fixed per action (label, endpoint, scopes, confirmation) is here; which actions are offered, [`crate::next_action`] decides.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;

/// The version of the shape; existing clients check it.
pub const SCHEMA_VERSION: &str = "opentask-available-actions-v1";
/// The header that makes a write safe to repeat.
pub const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

mod action;

pub use action::Action;

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
    /// ISO-8601; when it should be done, where a milestone says so.
    pub due_at: Option<String>,
    /// Why not, where it is blocked.
    pub blocked_reason: Option<BlockedReason>,
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity {
    /// `contract`, `milestone`, `payment_request`, `refund_request`, `receipt`, `invoice`, `dispute` or `payout_change`.
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
    /// `not_allowed`, or what [`crate::next_action::CannotRequest::code`] or [`crate::refund::CannotRefund::code`] says.
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
    pub fn post(self, endpoint: String, body: Value, intent: Option<&str>) -> Self {
        self.write("POST", endpoint, body, intent)
    }

    /// Done by patching `endpoint` with `body`; `intent` as with [`Self::post`].
    #[must_use]
    pub fn patch(self, endpoint: String, body: Value, intent: Option<&str>) -> Self {
        self.write("PATCH", endpoint, body, intent)
    }

    fn write(mut self, method: &'static str, endpoint: String, body: Value, intent: Option<&str>) -> Self {
        self.invocation = Invocation { mcp_tool: None, method: Some(method), endpoint: Some(endpoint), body_template: Some(body) };
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
