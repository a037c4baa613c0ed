//! What can be paid on an agreement, how, and whether now.

use serde::Serialize;
use settlement::available_action::AvailableAction;
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;
use super::payment_request::SummaryView;

/// What can be paid, how, and whether now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOptions)]
pub struct PaymentOptionsView {
    /// The agreement.
    pub contract_id: String,
    /// `buyer`, `seller`, `evaluator` or `operator`.
    pub actor_role: &'static str,
    /// `buyer`: only the buyer's wallet pays.
    pub payment_management: &'static str,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// What can be paid: the agreement, or its milestones in their order, where it has some.
    pub payable_units: Vec<PayableUnitView>,
    /// Where payment stands.
    pub state: OptionsStateView,
    /// The chain it is paid on, and whether it is followed now.
    pub chain: OptionsChainView,
}

/// Something that can be paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayableUnit)]
pub struct PayableUnitView {
    /// The agreement's id, where it is paid as a whole or in instalments by `sellerAmount`; otherwise a milestone's, which is `milestoneId` when a payload is asked for.
    pub id: String,
    /// `contract` or `milestone`
    pub kind: &'static str,
    /// What the reader does best next.
    pub recommended_action: &'static str,
    /// To the seller, what is still open of it, atomic units.
    pub open_amount_atomic: String,
    /// The ways to pay.
    pub protocols: Vec<ProtocolView>,
    /// Whether the reader may ask for a payload now.
    pub authorization: AuthorizationView,
}

/// One way to pay.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PaymentProtocol)]
pub struct ProtocolView {
    /// `router`
    pub protocol: &'static str,
    /// `available` or `unavailable`.
    pub status: &'static str,
    /// Why it is unavailable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// CAIP-19 ids of what can be paid with.
    pub currencies: Vec<String>,
    /// CAIP-2 ids of where.
    pub networks: Vec<String>,
}

/// Whether a payload may be asked for now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PaymentAuthorization)]
pub struct AuthorizationView {
    /// `allow`, `deny`, or `not_applicable` for who does not pay.
    pub decision: &'static str,
    /// `agreement`: the rules of the agreement decide.
    pub source: &'static str,
    /// Why not.
    pub reasons: Vec<ReasonView>,
}

/// One reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PaymentReason)]
pub struct ReasonView {
    /// One of a closed list.
    #[schema(example = "active_request")]
    pub code: &'static str,
    /// For people.
    pub detail: String,
}

/// Where payment of the agreement stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOptionsState)]
pub struct OptionsStateView {
    /// `unpaid`, `pending`, `partially_paid`, `paid` or `inspection_required`.
    pub status: &'static str,
    /// A request is signed or submitted, or a payment is not final yet.
    pub has_active_router_payment_request: bool,
    /// At least one payment is verified.
    pub has_router_verified_payment: bool,
    /// A payment does not prove itself.
    pub has_router_payment_proof_issue: bool,
    /// The request to inspect, where there is one.
    #[schema(required)]
    pub proof_issue_crypto_payment_request: Option<ProofIssueRequestView>,
    /// The request that is active, where there is one.
    #[schema(required)]
    pub active_crypto_payment_request: Option<SummaryView>,
}

/// A request that has to be inspected.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProofIssueRequest)]
pub struct ProofIssueRequestView {
    /// `pr_…`
    pub id: String,
    /// `router_payment_proof_inspection_required`
    pub status: &'static str,
}

/// The chain of an agreement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOptionsChain)]
pub struct OptionsChainView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// When a payment is final.
    pub finality: String,
    /// `following`, `lagging`, `halted` or `not_started`.
    pub indexer: &'static str,
}
