//! The JSON of a receipt.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use super::ReceiptError;
use super::statement::TypedData;
use crate::asset::parse_address;
use crate::event::{Location, PaymentEvent};
use crate::verify::Authority;

/// The JSON of a receipt: exact keys, amounts as decimal strings, times as ISO-8601, block times and deadlines in unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// `counterfoil-receipt-v1`.
    pub schema: String,
    /// `rcpt_{paymentRequestId}`.
    pub id: String,
    /// The payment request.
    pub payment_request_id: String,
    /// The agreement.
    pub contract_id: String,
    /// Its invoice.
    pub invoice_id: String,
    /// What the agreement calls itself.
    pub title: String,
    /// `signatures` or `attested`: how consent to the terms was shown.
    pub consent: String,
    /// keccak256 of the canonical terms.
    pub terms_hash: B256,
    /// CAIP-19.
    pub asset: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimals, for people.
    pub token_decimals: u8,
    /// To the seller, atomic units.
    pub seller_amount_atomic: String,
    /// To the operator, atomic units.
    pub fee_amount_atomic: String,
    /// From the buyer, atomic units.
    pub total_amount_atomic: String,
    /// The buyer's wallet in the agreement.
    pub buyer_wallet: String,
    /// The seller's wallet in the agreement.
    pub seller_wallet: String,
    /// Who paid.
    pub payer: String,
    /// Who received.
    pub payee: String,
    /// The payout change that says so; null where the terms do, and never left out.
    #[serde(deserialize_with = "Option::deserialize")]
    pub payout_change_id: Option<String>,
    /// When it was verified.
    pub verified_at: String,
    /// When it was made out.
    pub issued_at: String,
    /// What the chain says.
    pub event: EventDocument,
    /// What was asked and signed.
    pub proof: ProofDocument,
    /// Who says all this.
    pub attestation: AttestationDocument,
}

/// Where the event stands and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventDocument {
    /// EIP-155.
    pub chain_id: u64,
    /// The contract that emitted it.
    pub router: String,
    /// Block number.
    pub block_number: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Block time, unix seconds.
    pub block_time: u64,
    /// Transaction.
    pub transaction_hash: B256,
    /// Index of the log in the block.
    pub log_index: u64,
    /// Whose signature authorised it.
    pub operator: String,
    /// Hash of the snapshot.
    pub request_id: B256,
    /// The EIP-712 digest.
    pub digest: B256,
    /// Who paid.
    pub payer: String,
    /// Who received.
    pub payee: String,
    /// Zero for the native coin.
    pub token_address: String,
    /// Atomic units.
    pub amount: String,
    /// Zero when there is no fee.
    pub fee_recipient: String,
    /// Atomic units.
    pub fee_amount: String,
    /// The unit's nonce.
    pub nonce: String,
    /// Unix seconds.
    pub deadline: u64,
}

/// The issuer's signature over the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestationDocument {
    /// Whom the signature recovers to.
    pub signer: String,
    /// The EIP-712 digest of the typed data.
    pub digest: B256,
    /// Over the digest, 65 bytes `r ‖ s ‖ v`.
    pub signature: Bytes,
    /// What is signed.
    pub typed_data: TypedData,
}

/// What was asked and signed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofDocument {
    /// The canonical snapshot; `requestId` is the keccak256 of these bytes.
    pub snapshot: String,
    /// The canonical terms; `termsHash` is the keccak256 of these bytes. Null in what is shown to the public, and never left out.
    #[serde(deserialize_with = "Option::deserialize")]
    pub terms: Option<String>,
    /// Over the digest, 65 bytes.
    pub signature: Bytes,
    /// Whom it recovers to.
    pub signer: String,
    /// `operator`, or `delegate`.
    pub authority: String,
    /// Until when the delegate could sign, unix seconds; null for the operator.
    pub authorised_until: Option<u64>,
    /// The published policy.
    pub finality: String,
    /// The newest final block when it was verified.
    pub final_through: u64,
}

impl ProofDocument {
    pub(super) fn authority(&self, signer: Address) -> Result<Authority, ReceiptError> {
        match (self.authority.as_str(), self.authorised_until) {
            ("operator", None) => Ok(Authority::Operator),
            ("delegate", Some(until)) => Ok(Authority::Delegate { signer, until }),
            _ => Err(ReceiptError::Malformed("proof.authority: expected operator, or delegate with authorisedUntil".to_owned())),
        }
    }
}

impl From<&PaymentEvent> for EventDocument {
    fn from(e: &PaymentEvent) -> Self {
        Self {
            chain_id: e.location.chain_id,
            router: e.emitter.to_string(),
            block_number: e.location.block_number,
            block_hash: e.location.block_hash,
            block_time: e.location.block_time,
            transaction_hash: e.location.tx_hash,
            log_index: e.location.log_index,
            operator: e.operator.to_string(),
            request_id: e.request_id,
            digest: e.digest,
            payer: e.payer.to_string(),
            payee: e.payee.to_string(),
            token_address: e.token.to_string(),
            amount: e.amount.to_string(),
            fee_recipient: e.fee_recipient.to_string(),
            fee_amount: e.fee_amount.to_string(),
            nonce: e.nonce.to_string(),
            deadline: e.deadline.saturating_to(),
        }
    }
}

impl TryFrom<&EventDocument> for PaymentEvent {
    type Error = ReceiptError;

    fn try_from(d: &EventDocument) -> Result<Self, ReceiptError> {
        Ok(Self {
            location: Location {
                chain_id: d.chain_id,
                block_number: d.block_number,
                block_hash: d.block_hash,
                block_time: d.block_time,
                tx_hash: d.transaction_hash,
                log_index: d.log_index,
            },
            emitter: address("event.router", &d.router)?,
            operator: address("event.operator", &d.operator)?,
            request_id: d.request_id,
            payee: address("event.payee", &d.payee)?,
            payer: address("event.payer", &d.payer)?,
            token: address("event.tokenAddress", &d.token_address)?,
            amount: number("event.amount", &d.amount)?,
            fee_recipient: address("event.feeRecipient", &d.fee_recipient)?,
            fee_amount: number("event.feeAmount", &d.fee_amount)?,
            nonce: number("event.nonce", &d.nonce)?,
            deadline: U256::from(d.deadline),
            digest: d.digest,
        })
    }
}

pub(super) fn address(field: &str, text: &str) -> Result<Address, ReceiptError> {
    parse_address(text).map_err(|e| ReceiptError::Malformed(format!("{field}: {e}")))
}

fn number(field: &str, text: &str) -> Result<U256, ReceiptError> {
    let amount: crate::money::Amount = text.parse().map_err(|e| ReceiptError::Malformed(format!("{field}: {e}")))?;
    Ok(amount.atomic())
}
