//! What an instance publishes about the chains it settles on.

use serde::Serialize;
use settlement::Timestamp;
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use settlement::money::{FeePolicy, MAX_FEE_BPS};
use signer::RoutingSigner;
use store::Cursor;
use utoipa::ToSchema;

use crate::known::{ChainState, lag};

/// One chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// CAIP-2 id.
    #[schema(example = "eip155:8453")]
    pub network: String,
    /// Name for people.
    pub name: String,
    /// The `PaymentRouter`, EIP-55.
    pub router: String,
    /// The operator on whose behalf payments are authorised, EIP-55.
    pub operator: String,
    /// The key that signs payments now, EIP-55; null when payments cannot be signed here.
    #[schema(required)]
    pub signer: Option<String>,
    /// When a payment is final: `confirmations:N`, `safe` or `finalized`.
    #[schema(example = "confirmations:12")]
    pub finality: String,
    /// The fee of agreements imported now.
    pub fee: FeeView,
    /// What can be paid with.
    pub assets: Vec<AssetView>,
    /// How far the chain was read; null before the first block.
    #[schema(required)]
    pub indexed: Option<IndexedView>,
}

/// A fee policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeeView {
    /// Share of the seller amount in ten thousandths, rounded down, on top of it.
    pub bps: u16,
    /// Atomic units on every payment.
    pub fixed_atomic: String,
    /// Who receives it, EIP-55; null when there is no fee.
    #[schema(required)]
    pub recipient: Option<String>,
    /// The most that the router lets a fee be, in ten thousandths of the total.
    pub cap_bps: u16,
}

/// An asset from the token registry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetView {
    /// CAIP-19 id.
    #[schema(example = "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")]
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
}

/// How far a chain was read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexedView {
    /// The newest block that was read.
    pub block: u64,
    /// The newest block the node has told of.
    pub head: u64,
    /// The newest block that is final; null when none is.
    #[schema(required)]
    pub final_block: Option<u64>,
    /// Why reading stopped until the operator acts; null when it goes on.
    #[schema(required)]
    pub halted: Option<String>,
}

/// One chain, as whoever runs the instance sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ManagedChain)]
pub struct ManagedChainView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// CAIP-2 id.
    pub network: String,
    /// Name for people.
    pub name: String,
    /// The `PaymentRouter`, EIP-55.
    pub router: String,
    /// The operator on whose behalf payments are authorised, EIP-55.
    pub operator: String,
    /// When a payment is final.
    pub finality: String,
    /// The fee of agreements imported now.
    pub fee: FeeView,
    /// `following`, `not_started`, `lagging` or `halted`.
    pub following: String,
    /// How far reading is behind, in seconds; null before the first block.
    #[schema(required)]
    pub lag_seconds: Option<u64>,
    /// How far the chain was read; null before the first block.
    #[schema(required)]
    pub indexed: Option<IndexedView>,
    /// When whoever reads it last had an answer from its node.
    #[schema(required)]
    pub heard_at: Option<String>,
}

impl ManagedChainView {
    /// From the settings and what is known of the chain.
    pub(crate) fn new(policy: &ChainPolicy, state: &ChainState, now: Timestamp) -> Self {
        let cursor = state.cursor();
        Self {
            chain_id: policy.chain_id,
            network: format!("eip155:{}", policy.chain_id),
            name: policy.name.clone(),
            router: policy.router.to_string(),
            operator: policy.operator.to_string(),
            finality: policy.finality.to_string(),
            fee: FeeView::from(&policy.fee),
            following: state.following().name().to_owned(),
            lag_seconds: cursor.map(|cursor| lag(cursor, now).as_secs()),
            indexed: cursor.map(IndexedView::from),
            heard_at: cursor.and_then(|cursor| cursor.heard_at).map(|at| at.to_string()),
        }
    }
}

/// `{chains}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ManagedChainsBody {
    /// All that are configured.
    pub chains: Vec<ManagedChainView>,
}

/// `{chains}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainsBody {
    /// All of them.
    pub chains: Vec<ChainView>,
}

impl ChainView {
    /// From the settings and what is known of the chain.
    #[must_use]
    pub fn new(policy: &ChainPolicy, signer: Option<&dyn RoutingSigner>, tokens: &[Token], cursor: Option<&Cursor>) -> Self {
        Self {
            chain_id: policy.chain_id,
            network: format!("eip155:{}", policy.chain_id),
            name: policy.name.clone(),
            router: policy.router.to_string(),
            operator: policy.operator.to_string(),
            signer: signer.map(|signer| signer.address().to_string()),
            finality: policy.finality.to_string(),
            fee: FeeView::from(&policy.fee),
            assets: tokens.iter().filter(|token| token.allowed).map(AssetView::from).collect(),
            indexed: cursor.map(IndexedView::from),
        }
    }
}

impl From<&FeePolicy> for FeeView {
    fn from(fee: &FeePolicy) -> Self {
        Self {
            bps: fee.bps,
            fixed_atomic: fee.fixed.to_string(),
            recipient: (!fee.recipient.is_zero()).then(|| fee.recipient.to_string()),
            cap_bps: MAX_FEE_BPS,
        }
    }
}

impl From<&Token> for AssetView {
    fn from(token: &Token) -> Self {
        let token_address = match token.asset {
            Asset::Erc20 { token, .. } => Some(token.to_string()),
            Asset::Native { .. } => None,
        };
        Self {
            asset_id: token.asset.to_string(),
            token_address,
            token_symbol: token.symbol.clone(),
            token_decimals: token.decimals,
            supports_permit: token.eip2612,
            supports_transfer_authorization: token.eip3009,
            supports_permit2: token.permit2,
        }
    }
}

impl From<&Cursor> for IndexedView {
    fn from(cursor: &Cursor) -> Self {
        Self { block: cursor.scanned.number, head: cursor.head.number, final_block: cursor.final_through, halted: cursor.halted.clone() }
    }
}
