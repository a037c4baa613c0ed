//! The shape of `availableActions[]`, for the document. The values are `settlement::available_action`'s; a test of the documents holds the two together.

use utoipa::ToSchema;

/// Something that its reader may do, or could do if something were otherwise. Every key is always there.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = AvailableAction, rename_all = "camelCase")]
pub struct AvailableActionSchema {
    /// `opentask-available-actions-v1`
    pub schema_version: String,
    /// The same as long as the same thing is meant.
    pub id: String,
    /// What.
    #[schema(example = "create_payment_request")]
    pub action: String,
    /// For people.
    pub label: String,
    /// On what.
    pub entity: ActionEntitySchema,
    /// `available` (it would not be refused now), `waiting`, `blocked` or `complete`.
    pub state: String,
    /// By whom, with which scopes.
    pub actor: ActionActorSchema,
    /// How.
    pub invocation: ActionInvocationSchema,
    /// Whether to ask a person first.
    pub confirmation: ActionConfirmationSchema,
    /// How to make it safe to repeat.
    pub idempotency: ActionIdempotencySchema,
    /// What is paid, where something is.
    #[schema(required)]
    pub payment: Option<ActionPaymentSchema>,
    /// When it may become available, ISO-8601.
    #[schema(required)]
    pub available_after: Option<String>,
    /// Until when it is available, ISO-8601.
    #[schema(required)]
    pub available_until: Option<String>,
    /// When it should be done, ISO-8601.
    #[schema(required)]
    pub due_at: Option<String>,
    /// Why not now, where it is blocked.
    #[schema(required)]
    pub blocked_reason: Option<ActionBlockedSchema>,
}

/// What an action is about.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionEntity, rename_all = "camelCase")]
pub struct ActionEntitySchema {
    /// `contract`, `milestone`, `payment_request`, `refund_request`, `receipt`, `invoice`, `dispute` or `payout_change`.
    pub r#type: String,
    /// Its id.
    pub id: String,
}

/// Who may do it.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionActor, rename_all = "camelCase")]
pub struct ActionActorSchema {
    /// `buyer`, `seller`, `evaluator` or `operator`.
    pub role: String,
    /// The profile.
    #[schema(required)]
    pub eligible_profile_id: Option<String>,
    /// Scopes of the bearer token.
    pub required_scopes: Vec<String>,
    /// `all` or `any` of them.
    pub required_scope_mode: String,
    /// The same, as groups that all have to be met.
    pub scope_requirements: Vec<ScopeRequirementSchema>,
}

/// One group of scopes.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ScopeRequirement, rename_all = "camelCase")]
pub struct ScopeRequirementSchema {
    /// The scopes.
    pub required_scopes: Vec<String>,
    /// `all` or `any` of them.
    pub scope_mode: String,
}

/// The call to make; all null where no call of this API does it.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionInvocation, rename_all = "camelCase")]
pub struct ActionInvocationSchema {
    /// Null: this API has no MCP tools.
    #[schema(required)]
    pub mcp_tool: Option<String>,
    /// HTTP method.
    #[schema(required)]
    pub method: Option<String>,
    /// Path below the public URL.
    #[schema(required)]
    pub endpoint: Option<String>,
    /// A JSON object; texts in angle brackets are to be filled in.
    #[schema(required, value_type = Option<Object>)]
    pub body_template: Option<serde_json::Value>,
}

/// Whether to ask a person first.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionConfirmation, rename_all = "camelCase")]
pub struct ActionConfirmationSchema {
    /// Whether.
    pub required: bool,
    /// `rest` or `none`.
    pub applies_to: String,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
}

/// How to make it safe to repeat.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionIdempotency, rename_all = "camelCase")]
pub struct ActionIdempotencySchema {
    /// Whether to send a key.
    pub required: bool,
    /// `rest` or `none`.
    pub applies_to: String,
    /// The header.
    #[schema(required)]
    pub header: Option<String>,
    /// A value that is the same for the same intent; null where every call needs a key of its own.
    #[schema(required)]
    pub value_hint: Option<String>,
}

/// What is paid. No executable fields.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionPayment, rename_all = "camelCase")]
pub struct ActionPaymentSchema {
    /// Whether money has to move.
    pub required: bool,
    /// `unpaid`, `pending`, `partially_paid`, `paid` or `inspection_required`.
    pub status: String,
    /// What the buyer pays, fee included, in atomic units.
    #[schema(required)]
    pub amount_atomic: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub amount_display: Option<String>,
    /// Ticker.
    #[schema(required)]
    pub currency: Option<String>,
    /// CAIP-2.
    #[schema(required)]
    pub network: Option<String>,
    /// `router`: the only way it can be paid.
    #[schema(required)]
    pub rail: Option<String>,
    /// `router_verified` once a proof says so.
    #[schema(required)]
    pub proof: Option<String>,
}

/// Why an action is refused now.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ActionBlocked, rename_all = "camelCase")]
pub struct ActionBlockedSchema {
    /// One of a closed list.
    #[schema(example = "not_allowed")]
    pub code: String,
    /// The rule.
    pub message: String,
    /// Whether it can become available.
    pub recoverable: bool,
}
