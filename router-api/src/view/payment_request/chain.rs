//! What the chain shows of a payment: its event, how far it is to finality, and what about it is not as signed.

use alloy_primitives::Address;
use serde::Serialize;
use settlement::verify::ProofIssue;
use store::SeenEvent;
use utoipa::ToSchema;

/// An event on the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SeenPayment)]
pub struct SeenView {
    /// The transaction.
    pub tx_hash: String,
    /// Its block.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: String,
    /// Time of that block.
    pub block_time: String,
    /// Who paid, as the router says: not always the sender of the transaction. EIP-55.
    pub payer_address: String,
    /// Who sent the transaction, where that is known. EIP-55.
    #[schema(required)]
    pub tx_from: Option<String>,
}

/// Progress to finality.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Confirmations)]
pub struct ConfirmationsView {
    /// The block of the payment and those on top of it.
    pub seen: u64,
    /// How many it takes; null where the policy is the node's `safe` or `finalized` block.
    #[schema(required)]
    pub required: Option<u32>,
}

/// One check that did not hold.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProofIssue)]
pub struct ProofIssueView {
    /// Name of the check.
    #[schema(example = "amount")]
    pub check: &'static str,
    /// What was signed.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl From<&SeenEvent> for SeenView {
    fn from(seen: &SeenEvent) -> Self {
        let location = &seen.event.location;
        Self {
            tx_hash: location.tx_hash.to_string(),
            block_number: location.block_number,
            block_hash: location.block_hash.to_string(),
            block_time: location.at().to_string(),
            payer_address: seen.event.payer.to_string(),
            tx_from: seen.tx_from.map(|address: Address| address.to_string()),
        }
    }
}

impl From<&ProofIssue> for ProofIssueView {
    fn from(issue: &ProofIssue) -> Self {
        Self { check: issue.check, expected: issue.expected.clone(), found: issue.found.clone() }
    }
}
