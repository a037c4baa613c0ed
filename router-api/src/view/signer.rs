//! Who may sign payments.

use alloy_primitives::Address;
use serde::Serialize;
use settlement::Timestamp;
use settlement::event::Location;
use store::Outstanding;
use utoipa::ToSchema;

/// The beginning of the year 9999, in unix seconds: what ends later has no end that anybody will see.
const END_OF_DATES: u64 = 253_370_764_800;

/// The signers of a chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChainSigners)]
pub struct ChainSignersView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// CAIP-2 id.
    pub network: String,
    /// For whom they sign, EIP-55.
    pub operator: String,
    /// The key that this instance signs with; null when none is configured.
    #[schema(required)]
    pub routing_signer: Option<String>,
    /// `sign`; `not_sign` when it was revoked or its time is over; `unknown` when no event that was read names it; `not_configured`.
    pub routing_signer_may: String,
    /// Whoever was named on the chain, in the order of addresses, as the newest event about each says.
    pub delegates: Vec<DelegateView>,
}

/// A key that the operator has named on the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DelegateSigner)]
pub struct DelegateView {
    /// EIP-55.
    pub address: String,
    /// Whether this instance signs with it now.
    pub is_routing_signer: bool,
    /// Whether the router takes its signatures now.
    pub is_valid: bool,
    /// Whether it was revoked, rather than having run out.
    pub is_revoked: bool,
    /// Time of the block of the newest event about it.
    pub set_at: String,
    /// The last second at which the router takes its signatures; null when revoked, or without an end.
    #[schema(required)]
    pub valid_until: Option<String>,
    /// Transaction of that event.
    pub tx_hash: String,
    /// Block of that event.
    pub block_number: u64,
    /// What it has signed that is live.
    pub outstanding: OutstandingView,
}

/// What a key has signed that is live (signed or submitted).
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OutstandingRequests)]
pub struct OutstandingView {
    /// How many payment requests.
    pub requests: u64,
    /// The latest of their deadlines; null when there are none.
    #[schema(required)]
    pub last_expires_at: Option<String>,
}

impl DelegateView {
    /// As the newest event about it says.
    #[must_use]
    pub fn new((address, is_routing_signer): (Address, bool), location: &Location, until: u64, now: Timestamp) -> Self {
        Self {
            address: address.to_string(),
            is_routing_signer,
            is_valid: until >= now.unix_seconds(),
            is_revoked: until == 0,
            set_at: location.at().to_string(),
            valid_until: (1..END_OF_DATES).contains(&until).then(|| Timestamp::from_unix_seconds(until).to_string()),
            tx_hash: location.tx_hash.to_string(),
            block_number: location.block_number,
            outstanding: OutstandingView::default(),
        }
    }

    /// With what it has signed.
    #[must_use]
    pub fn with_outstanding(self, signed: Option<&Outstanding>) -> Self {
        let outstanding = signed
            .map(|signed| OutstandingView { requests: signed.requests, last_expires_at: Some(Timestamp::from_unix_seconds(signed.last_deadline).to_string()) });
        Self { outstanding: outstanding.unwrap_or_default(), ..self }
    }
}

/// `{chains}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignersBody {
    /// All that are configured.
    pub chains: Vec<ChainSignersView>,
}
