//! What an instance publishes about a chain it settles on.

use alloy_primitives::Address;

use crate::finality::FinalityPolicy;
use crate::money::FeePolicy;

/// One chain: where the router is, who the operator is, when a payment is final and what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPolicy {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Name for people.
    pub name: String,
    /// The `PaymentRouter`.
    pub router: Address,
    /// The operator whose signers authorise payments here.
    pub operator: Address,
    /// When an event is final.
    pub finality: FinalityPolicy,
    /// The fee for agreements imported from now on.
    pub fee: FeePolicy,
}
