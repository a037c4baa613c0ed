//! What is ready for a first payment, and what is missing.

use serde::Serialize;
use utoipa::ToSchema;

/// Whether the caller can agree, pay and be paid on this instance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnboardingBody {
    /// Whether nothing is missing on at least one chain.
    pub ready: bool,
    /// The chains of this instance.
    pub chains: Vec<OnboardingChainView>,
    /// What to do next, most useful first.
    pub next_actions: Vec<OnboardingActionView>,
}

/// One chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OnboardingChain)]
pub struct OnboardingChainView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// CAIP-2 id.
    #[schema(example = "eip155:8453")]
    pub network: String,
    /// Name for people.
    pub name: String,
    /// Whether payments can be signed and seen here.
    pub router: ReadinessView,
    /// Whether there is something to pay with.
    pub tokens: ReadinessView,
    /// Whether the caller can be paid here.
    pub seller_payout: ReadinessView,
    /// Which wallets of the caller need what to pay here.
    pub funding_targets: Vec<FundingTargetView>,
}

/// One thing that is ready or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Readiness)]
pub struct ReadinessView {
    /// Whether it is.
    pub ready: bool,
    /// What there is, or what is missing.
    pub detail: String,
}

/// What a wallet needs to pay. Balances are not read: this API asks no node.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FundingTarget)]
pub struct FundingTargetView {
    /// The wallet, EIP-55.
    pub address: String,
    /// CAIP-19 id of what it needs.
    pub asset_id: String,
    /// `gas` or `payment`.
    pub purpose: &'static str,
}

/// Something to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OnboardingAction)]
pub struct OnboardingActionView {
    /// `add_wallet`, `add_payout_method`, `import_contract` or `ask_operator`.
    pub code: &'static str,
    /// For people.
    pub label: &'static str,
    /// HTTP method, where a call of this API does it.
    #[schema(required)]
    pub method: Option<&'static str>,
    /// Path, where a call of this API does it.
    #[schema(required)]
    pub endpoint: Option<&'static str>,
}
