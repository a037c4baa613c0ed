//! What anybody may learn about a payment or a refund: no more than the chain shows.

use alloy_primitives::{Address, B256};
use serde::Serialize;
use settlement::event::{Location, PaymentEvent, RefundEvent};
use utoipa::ToSchema;

use super::payment_request::ConfirmationsView;

/// Whether something is settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SettlementStatus)]
pub struct SettlementStatusView {
    /// What was asked about.
    pub id: String,
    /// `payment` or `refund`; null where it is not known what was asked about.
    #[serde(rename = "type")]
    #[schema(required)]
    pub kind: Option<&'static str>,
    /// `settled` (final and verified), `not_settled` (not yet, or never), `unknown` (this instance cannot say).
    pub status: &'static str,
    /// What stands on the chain; null where nothing is known to.
    #[schema(required)]
    pub event: Option<SettlementEventView>,
    /// How many confirmations there are and how many it takes.
    #[schema(required)]
    pub confirmations: Option<ConfirmationsView>,
    /// When a payment on that chain is final; null where it is not known what was asked about.
    #[schema(required)]
    pub finality: Option<String>,
    /// When to ask again, in seconds; null when the answer will stay.
    #[schema(required)]
    pub retry_after_seconds: Option<u64>,
}

/// A `PaymentRouted` or `RefundRouted` event, as the chain shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SettlementEvent)]
pub struct SettlementEventView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The contract that emitted it, EIP-55.
    pub router: String,
    /// The transaction.
    pub tx_hash: String,
    /// Its block.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: String,
    /// Time of that block.
    pub block_time: String,
    /// Index of the log in the block.
    pub log_index: u64,
    /// keccak256 of the snapshot.
    pub request_id: String,
    /// The EIP-712 digest.
    pub digest: String,
    /// Of a refund, the `requestId` of the payment that it pays back.
    #[schema(required)]
    pub parent: Option<String>,
}

impl From<&PaymentEvent> for SettlementEventView {
    fn from(event: &PaymentEvent) -> Self {
        Self::new(&event.location, event.emitter, (event.request_id, event.digest))
    }
}

impl From<&RefundEvent> for SettlementEventView {
    fn from(event: &RefundEvent) -> Self {
        Self { parent: Some(event.parent.to_string()), ..Self::new(&event.location, event.emitter, (event.request_id, event.digest)) }
    }
}

impl SettlementEventView {
    fn new(location: &Location, emitter: Address, (request_id, digest): (B256, B256)) -> Self {
        Self {
            chain_id: location.chain_id,
            router: emitter.to_string(),
            tx_hash: location.tx_hash.to_string(),
            block_number: location.block_number,
            block_hash: location.block_hash.to_string(),
            block_time: location.at().to_string(),
            log_index: location.log_index,
            request_id: request_id.to_string(),
            digest: digest.to_string(),
            parent: None,
        }
    }
}

impl SettlementStatusView {
    /// It is not known what was asked about.
    #[must_use]
    pub const fn unknown(id: String, retry_after_seconds: u64) -> Self {
        Self { id, kind: None, status: "unknown", event: None, confirmations: None, finality: None, retry_after_seconds: Some(retry_after_seconds) }
    }
}

/// `{settlement}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementBody {
    /// Whether it is settled.
    pub settlement: SettlementStatusView,
}

/// `{settlements}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementsBody {
    /// One per payment and refund in the transaction; a single `unknown` when none is known.
    pub settlements: Vec<SettlementStatusView>,
}
