//! The shape of what other crates make, or what is there only together, for the document.

use utoipa::ToSchema;

/// What was asked for, in the document: all of it there or, where the stored request can no longer be read, none.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = PaymentAsked, rename_all = "camelCase")]
pub struct AskedSchema {
    /// EIP-155 chain id.
    pub chain_id: Option<u64>,
    /// Ticker, for people.
    pub token_symbol: Option<String>,
    /// Decimal places.
    pub token_decimals: Option<u8>,
    /// CAIP-19 id of the asset.
    #[schema(example = "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")]
    pub asset_id: Option<String>,
    /// To the seller, atomic units.
    pub seller_amount_atomic: Option<String>,
    /// To the operator, atomic units.
    pub fee_amount_atomic: Option<String>,
    /// From the buyer, atomic units.
    pub total_amount_atomic: Option<String>,
    /// When a payment counts as final: `confirmations:N`, `safe` or `finalized`.
    #[schema(example = "confirmations:12")]
    pub finality: Option<String>,
    /// The deadline: the last block time at which the router executes it.
    pub expires_at: Option<String>,
}

/// What may be done with the request.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(as = PaymentPermissions, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the four keys are the shape that existing clients check")]
pub struct PermissionsSchema {
    /// The wallet may execute the payload that this answer carries.
    pub can_use_wallet_calldata: bool,
    /// A transaction may be named.
    pub can_submit_tx_hash: bool,
    /// The payment may be looked for.
    pub can_verify_tx_hash: bool,
    /// It may be called off.
    pub can_cancel: bool,
}

/// What is best done next.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = RecommendedAction, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the four keys are the shape that existing clients check")]
pub struct RecommendedActionSchema {
    /// One of a closed list.
    #[schema(example = "pay_now")]
    pub code: String,
    /// For people.
    pub label: String,
    /// The wallet may execute the payload that this answer carries.
    pub can_use_wallet_calldata: bool,
    /// A transaction may be named.
    pub can_submit_tx_hash: bool,
    /// The payment may be looked for.
    pub can_verify_tx_hash: bool,
    /// It may be called off.
    pub can_cancel: bool,
}
