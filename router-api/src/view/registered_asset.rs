//! The token registry.

use serde::Serialize;
use settlement::asset::Token;
use utoipa::ToSchema;

use crate::view::chain::AssetView;

/// An entry of the registry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RegisteredAsset)]
pub struct RegisteredAssetView {
    /// CAIP-19 id.
    pub asset_id: String,
    /// The contract, EIP-55; null for the native coin.
    #[schema(required)]
    pub token_address: Option<String>,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places, read from the chain.
    pub token_decimals: u8,
    /// Whether it takes EIP-2612 permits.
    pub supports_permit: bool,
    /// Whether it takes EIP-3009 authorisations.
    pub supports_transfer_authorization: bool,
    /// Whether it can be paid through Permit2: the chain has it at its canonical address.
    pub supports_permit2: bool,
    /// Whether new agreements may be in it.
    pub is_allowed: bool,
}

impl From<&Token> for RegisteredAssetView {
    fn from(token: &Token) -> Self {
        let AssetView { asset_id, token_address, token_symbol, token_decimals, supports_permit, supports_transfer_authorization, supports_permit2 } =
            AssetView::from(token);
        Self {
            asset_id,
            token_address,
            token_symbol,
            token_decimals,
            supports_permit,
            supports_transfer_authorization,
            supports_permit2,
            is_allowed: token.allowed,
        }
    }
}

/// `{asset}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredAssetBody {
    /// The entry.
    pub asset: RegisteredAssetView,
}

/// `{assets}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredAssetsBody {
    /// All of them.
    pub assets: Vec<RegisteredAssetView>,
}
