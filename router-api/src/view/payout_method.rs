//! Where a seller takes money.

use serde::Serialize;
use store::PayoutMethod;
use utoipa::ToSchema;

/// A payout method, as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutMethodView {
    /// `pm_…`
    pub id: String,
    /// Ticker of the token; the asset is what `assetId` says.
    pub symbol: String,
    /// CAIP-2 id of the chain.
    #[schema(example = "eip155:8453")]
    pub network: String,
    /// CAIP-19 id of the asset.
    pub asset_id: String,
    /// Where the money goes, EIP-55.
    pub address: String,
    /// Whatever the receiving side needs to tell payments apart.
    #[schema(required)]
    pub memo: Option<String>,
    /// What its owner calls it.
    #[schema(required)]
    pub label: Option<String>,
    /// Whether new agreements may use it.
    pub is_active: bool,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl From<&PayoutMethod> for PayoutMethodView {
    fn from(method: &PayoutMethod) -> Self {
        Self {
            id: method.id.to_string(),
            symbol: method.symbol.clone(),
            network: method.network.clone(),
            asset_id: method.asset.to_string(),
            address: method.address.to_string(),
            memo: method.memo.clone(),
            label: method.label.clone(),
            is_active: method.is_active,
            created_at: method.created_at.to_string(),
            updated_at: method.updated_at.to_string(),
        }
    }
}

/// A payout method, as anybody sees it: what can be paid with, not where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPayoutMethodView {
    /// Ticker of the token.
    pub symbol: String,
    /// CAIP-2 id of the chain.
    #[schema(example = "eip155:8453")]
    pub network: String,
    /// CAIP-19 id of the asset.
    pub asset_id: String,
}

impl From<&PayoutMethod> for PublicPayoutMethodView {
    fn from(method: &PayoutMethod) -> Self {
        Self { symbol: method.symbol.clone(), network: method.network.clone(), asset_id: method.asset.to_string() }
    }
}

/// `{payoutMethod}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutMethodBody {
    /// The payout method.
    pub payout_method: PayoutMethodView,
}

/// `{payoutMethods}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutMethodsBody {
    /// All of them.
    pub payout_methods: Vec<PayoutMethodView>,
}

/// `{payoutMethods}`, public.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPayoutMethodsBody {
    /// The active ones, each asset once.
    pub payout_methods: Vec<PublicPayoutMethodView>,
}
