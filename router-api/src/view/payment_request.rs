//! Payment requests. What can be executed is in a type of its own that takes a [`Payer`] to make: lists, sellers and conflicts cannot show it.

use serde::Serialize;
use settlement::available_action::AvailableAction;
use settlement::clock::Timestamp;
use settlement::finality::confirmations;
use settlement::ids::receipt_id;
use settlement::next_action::{Actor, Permissions, RecommendedAction, RequestFacts};
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, Standing};
use settlement::verify::ProofIssue;
use signer::ExecutionPayload;
use store::SeenEvent;
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;
use super::execution::ExecutionSchema;
use crate::extract::Payer;

mod body;
mod chain;
mod schema;

pub use body::{PaymentRequestBody, PaymentRequestsBody, PendingPaymentRequestBody};
pub use chain::{ConfirmationsView, ProofIssueView, SeenView};
pub use schema::{AskedSchema, PermissionsSchema, RecommendedActionSchema};

/// The status of a request that does not prove itself.
pub const INSPECTION_REQUIRED: &str = "router_payment_proof_inspection_required";

/// A payment request without anything that can be executed. Amounts and times are absent where the stored request can no longer be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentRequest)]
pub struct PaymentRequestView {
    /// `pr_…`
    pub id: String,
    /// `signed`, `submitted`, `cancelled`, `failed`, `expired`, `router_verified` or `router_payment_proof_inspection_required`.
    pub status: &'static str,
    /// The agreement.
    pub contract_id: String,
    /// `ms_…`; null where it pays the agreement or an instalment of it.
    #[schema(required)]
    pub milestone_id: Option<String>,
    /// What it pays.
    pub unit: UnitView,
    /// What was asked; absent where it cannot be read any more.
    #[serde(flatten)]
    #[schema(inline, value_type = AskedSchema)]
    pub asked: Option<AskedView>,
    /// The transaction that the payer named, or that was seen.
    #[schema(required)]
    pub submitted_tx_hash: Option<String>,
    /// The transaction that paid it, once verified.
    #[schema(required)]
    pub paid_tx_hash: Option<String>,
    /// What stands on the chain; null before anything does.
    #[schema(required)]
    pub payment: Option<SeenView>,
    /// How many confirmations there are and how many it takes; null before the payment is seen.
    #[schema(required)]
    pub confirmations: Option<ConfirmationsView>,
    /// Whether the deadline has passed without payment.
    pub is_expired: bool,
    /// Whether the payer should execute it now.
    pub is_payable: bool,
    /// `signature_revoked`: the key that signed it may not sign any more, so the router refuses it. Cancel it and ask again; what was paid before stays paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpayable_reason: Option<&'static str>,
    /// Why it failed: `reverted`, `token_transfer_blocked` (the token is paused or has a party on its list), `not_this_payment` or `unit_paid`; or why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// The status it was recovered from, where it was paid after it had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered_from: Option<&'static str>,
    /// It was paid although its request had been cancelled or had failed, or its agreement was called off.
    pub paid_after_cancel: bool,
    /// That is so, and neither party has said that it knows: until one does, nothing else of the agreement goes on.
    pub needs_acknowledgement: bool,
    /// `rcpt_…`, once verified.
    #[schema(required)]
    pub receipt_id: Option<String>,
    /// What does not match, where something does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proof_issues: Vec<ProofIssueView>,
    /// What the reader does best next.
    #[schema(value_type = RecommendedActionSchema)]
    pub recommended_action: RecommendedAction,
    /// What the reader's role allows.
    #[schema(required)]
    pub actor_permissions: Option<PermissionsView>,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// When it was signed.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// What a request pays.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PaymentUnit)]
pub struct UnitView {
    /// `unit_…`
    pub id: String,
    /// `contract`, `instalment` or `milestone`.
    pub kind: &'static str,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// CAIP-19 id of the asset.
    pub asset_id: String,
    /// To the seller, atomic units.
    pub seller_amount_atomic: String,
    /// To the operator, atomic units.
    pub fee_amount_atomic: String,
    /// From the buyer, atomic units.
    pub total_amount_atomic: String,
    /// When a payment counts as final.
    pub finality: String,
    /// The deadline: the last block time at which the router executes it.
    pub expires_at: String,
}

/// What a role allows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActorPermissions)]
pub struct PermissionsView {
    /// `buyer`, `seller`, `evaluator` or `operator`.
    pub role: &'static str,
    /// The four permissions.
    #[serde(flatten)]
    #[schema(inline, value_type = PermissionsSchema)]
    pub can: Permissions,
}

/// A payment request as its payer sees it in detail: with what the wallet needs to pay it, while it may be paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayerPaymentRequest)]
pub struct PayerPaymentRequestView {
    /// What every participant sees.
    #[serde(flatten)]
    pub request: PaymentRequestView,
    /// What to sign and send; absent once it is not to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ExecutionSchema>)]
    pub execution: Option<ExecutionPayload>,
}

/// A detail, by who reads it. In the document both are [`PayerPaymentRequestView`], whose `execution` is there only for the payer, and only while it is to
/// be paid: two schemas would both fit without it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum DetailView {
    /// The payer.
    Payer(Box<PayerPaymentRequestView>),
    /// Everybody else.
    Other(Box<PaymentRequestView>),
}

/// A request in a conflict: enough to find it and to decide, nothing to execute and no addresses.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentRequestSummary)]
pub struct SummaryView {
    /// `pr_…`
    pub id: String,
    /// Where it stands.
    pub status: &'static str,
    /// The agreement.
    pub contract_id: String,
    /// To the seller, atomic units.
    pub seller_amount_atomic: String,
    /// From the buyer, atomic units.
    pub total_amount_atomic: String,
    /// Ticker.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// The deadline.
    pub expires_at: String,
    /// Whether it has passed.
    pub is_expired: bool,
}

/// What a view of a request needs beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// Its event, where one stands on the chain.
    pub seen: Option<&'a SeenEvent>,
    /// The newest block of the chain, where that is known.
    pub head: Option<u64>,
    /// What does not match.
    pub issues: &'a [ProofIssue],
    /// When it was signed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Who reads.
    pub actor: Actor,
}

impl PaymentRequestView {
    /// As the actor sees it.
    #[must_use]
    pub fn new(facts: &RequestFacts<'_>, parts: RequestParts<'_>) -> Self {
        let sound = sound(facts);
        let (id, unit) = match facts.standing {
            Standing::Sound(request) => (&request.id, &request.unit),
            Standing::Unproven { id, unit } => (id, unit),
        };
        let inspect = sound.is_none() || facts.proof_issue;
        let verified = sound.is_some_and(|r| matches!(r.state, PaymentRequestState::Verified { .. })) && !inspect;
        Self {
            id: id.to_string(),
            status: if inspect { INSPECTION_REQUIRED } else { sound.map_or(INSPECTION_REQUIRED, |r| r.state.name().as_str()) },
            contract_id: unit.agreement.to_string(),
            milestone_id: unit.kind.milestone().map(ToString::to_string),
            unit: UnitView { id: unit.id.to_string(), kind: unit.kind.name() },
            asked: sound.map(AskedView::from),
            submitted_tx_hash: sound.and_then(named_tx),
            paid_tx_hash: sound.filter(|_| verified).and_then(paid_tx),
            payment: parts.seen.map(SeenView::from),
            confirmations: progress(sound, &parts),
            is_expired: facts.is_expired(),
            is_payable: facts.is_payable(),
            unpayable_reason: (facts.signature_revoked && sound.is_some_and(is_unpaid) && facts.seen.is_none()).then_some("signature_revoked"),
            status_reason: sound.and_then(status_reason),
            recovered_from: sound.and_then(recovered_from),
            paid_after_cancel: facts.is_unexpected(),
            needs_acknowledgement: facts.needs_acknowledgement(),
            receipt_id: verified.then(|| receipt_id(id)),
            proof_issues: parts.issues.iter().map(ProofIssueView::from).collect(),
            recommended_action: facts.recommended(parts.actor),
            actor_permissions: Some(PermissionsView { role: parts.actor.name(), can: facts.permissions(parts.actor) }),
            available_actions: facts.actions(parts.actor),
            created_at: parts.created_at.to_string(),
            updated_at: parts.updated_at.to_string(),
        }
    }
}

/// Whether it could still be paid, as far as its state goes.
fn is_unpaid(request: &PaymentRequest) -> bool {
    match request.state {
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } | PaymentRequestState::Failed { .. } => true,
        PaymentRequestState::Cancelled { .. } | PaymentRequestState::Expired { .. } | PaymentRequestState::Verified { .. } => false,
    }
}

impl PayerPaymentRequestView {
    /// For the payer. `facts.executable` has to be true: this answer carries the payload while it may be paid.
    #[must_use]
    pub fn new(_payer: &Payer, facts: &RequestFacts<'_>, parts: RequestParts<'_>) -> Self {
        let execution = sound(facts).filter(|_| facts.is_payable()).map(|request| ExecutionPayload::build(&request.signed));
        Self { request: PaymentRequestView::new(facts, parts), execution }
    }
}

impl SummaryView {
    /// In short.
    #[must_use]
    pub fn new(request: &PaymentRequest, now: Timestamp) -> Self {
        let snapshot = request.signed.snapshot();
        Self {
            id: request.id.to_string(),
            status: request.state.name().as_str(),
            contract_id: request.agreement.to_string(),
            seller_amount_atomic: snapshot.quote.seller.to_string(),
            total_amount_atomic: snapshot.quote.total.to_string(),
            token_symbol: snapshot.symbol.clone(),
            token_decimals: snapshot.decimals,
            expires_at: Timestamp::from_unix_seconds(snapshot.deadline).to_string(),
            is_expired: now.unix_seconds() > snapshot.deadline,
        }
    }
}

impl From<&PaymentRequest> for AskedView {
    fn from(request: &PaymentRequest) -> Self {
        let snapshot = request.signed.snapshot();
        Self {
            chain_id: snapshot.asset.chain_id(),
            token_symbol: snapshot.symbol.clone(),
            token_decimals: snapshot.decimals,
            asset_id: snapshot.asset.to_string(),
            seller_amount_atomic: snapshot.quote.seller.to_string(),
            fee_amount_atomic: snapshot.quote.fee.to_string(),
            total_amount_atomic: snapshot.quote.total.to_string(),
            finality: snapshot.finality.to_string(),
            expires_at: Timestamp::from_unix_seconds(snapshot.deadline).to_string(),
        }
    }
}

fn sound<'a>(facts: &RequestFacts<'a>) -> Option<&'a PaymentRequest> {
    match facts.standing {
        Standing::Sound(request) => Some(request),
        Standing::Unproven { .. } => None,
    }
}

fn named_tx(request: &PaymentRequest) -> Option<String> {
    match &request.state {
        PaymentRequestState::Signed | PaymentRequestState::Cancelled { .. } => None,
        PaymentRequestState::Submitted { tx_hash, .. } => Some(tx_hash.to_string()),
        PaymentRequestState::Failed { reason, .. } => reason.tx_hash().map(|hash| hash.to_string()),
        PaymentRequestState::Expired { tx_hash, .. } => tx_hash.map(|hash| hash.to_string()),
        PaymentRequestState::Verified { .. } => paid_tx(request),
    }
}

fn paid_tx(request: &PaymentRequest) -> Option<String> {
    if let PaymentRequestState::Verified { proof, .. } = &request.state { Some(proof.event().location.tx_hash.to_string()) } else { None }
}

fn progress(request: Option<&PaymentRequest>, parts: &RequestParts<'_>) -> Option<ConfirmationsView> {
    let (event, head) = (parts.seen?.event.location.block_number, parts.head?);
    Some(ConfirmationsView { seen: confirmations(event, head), required: request?.signed.snapshot().finality.required() })
}

fn status_reason(request: &PaymentRequest) -> Option<String> {
    match &request.state {
        PaymentRequestState::Cancelled { reason, .. } => reason.clone(),
        PaymentRequestState::Failed { reason: FailureReason::UnitPaid { by }, .. } => Some(format!("unit_paid by {by}")),
        PaymentRequestState::Failed { reason, .. } => Some(reason.name().to_owned()),
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } | PaymentRequestState::Expired { .. } | PaymentRequestState::Verified { .. } => {
            None
        }
    }
}

fn recovered_from(request: &PaymentRequest) -> Option<&'static str> {
    if let PaymentRequestState::Verified { recovered_from, .. } = &request.state { recovered_from.map(|name| name.as_str()) } else { None }
}
