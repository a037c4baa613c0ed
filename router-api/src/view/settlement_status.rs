//! What anybody may learn about a payment: no more than the chain shows.

use serde::Serialize;
use settlement::event::PaymentEvent;
use settlement::finality::FinalityPolicy;
use utoipa::ToSchema;

use super::payment_request::ConfirmationsView;

/// Whether something is settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SettlementStatus)]
pub struct SettlementStatusView {
    /// What was asked about.
    pub id: String,
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

/// A `PaymentRouted` event, as the chain shows it.
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
}

impl From<&PaymentEvent> for SettlementEventView {
    fn from(event: &PaymentEvent) -> Self {
        let location = &event.location;
        Self {
            chain_id: location.chain_id,
            router: event.emitter.to_string(),
            tx_hash: location.tx_hash.to_string(),
            block_number: location.block_number,
            block_hash: location.block_hash.to_string(),
            block_time: location.at().to_string(),
            log_index: location.log_index,
            request_id: event.request_id.to_string(),
            digest: event.digest.to_string(),
        }
    }
}

impl SettlementStatusView {
    /// Nothing stands on the chain, as far as is known.
    #[must_use]
    pub fn without_event(id: String, status: &'static str, finality: Option<FinalityPolicy>, retry_after_seconds: Option<u64>) -> Self {
        Self { id, status, event: None, confirmations: None, finality: finality.map(|policy| policy.to_string()), retry_after_seconds }
    }

    /// An event stands on the chain, with `seen` confirmations.
    #[must_use]
    pub fn with_event(id: String, status: &'static str, event: &PaymentEvent, seen: u64, finality: FinalityPolicy, retry_after_seconds: Option<u64>) -> Self {
        Self {
            id,
            status,
            event: Some(SettlementEventView::from(event)),
            confirmations: Some(ConfirmationsView { seen, required: finality.required() }),
            finality: Some(finality.to_string()),
            retry_after_seconds,
        }
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
    /// One per payment in the transaction; a single `unknown` when none is known.
    pub settlements: Vec<SettlementStatusView>,
}
