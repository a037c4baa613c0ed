//! The receipt: what a proof entitles the two parties to. Only a proof makes one.
//!
//! Its JSON carries all that is needed to check it against the chain alone: the snapshot to the byte, the signature, and where the event stands.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use crate::agreement::AgreementRecord;
use crate::asset::parse_address;
use crate::clock::Timestamp;
use crate::event::{Location, PaymentEvent};
use crate::ids::{invoice_id, receipt_id};
use crate::snapshot::{SignedSnapshot, SnapshotError};
use crate::terms::{Terms, TermsError};
use crate::verify::{AgreedMilestone, AgreedTerms, Authority, Proof};

/// Version of the document.
const SCHEMA: &str = "counterfoil-receipt-v1";

/// A receipt. [`Receipt::new`] takes a proof; [`Receipt::parse`] reads a claim that is yet to be checked, as [`ReceiptClaim`].
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Receipt(Document);

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
    /// Who paid.
    pub payer: String,
    /// Who received.
    pub payee: String,
    /// When it was verified.
    pub verified_at: String,
    /// What the chain says.
    pub event: EventDocument,
    /// What was asked and signed.
    pub proof: ProofDocument,
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

/// What was asked and signed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofDocument {
    /// The canonical snapshot; `requestId` is the keccak256 of these bytes.
    pub snapshot: String,
    /// The canonical terms; `termsHash` is the keccak256 of these bytes.
    pub terms: String,
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

/// A receipt document as somebody handed it over: nothing in it is believed yet.
#[derive(Clone, Debug)]
pub struct ReceiptClaim {
    /// The document.
    pub document: Document,
    /// Its snapshot and signature, parsed and recomputed.
    pub signed: SignedSnapshot,
    /// Its terms, parsed and hashed again.
    pub terms: Terms,
    /// The event it claims.
    pub event: PaymentEvent,
    /// Why it says the signer could sign.
    pub authority: Authority,
}

/// Why a document is not a receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Not a receipt document.
    #[error("the receipt is malformed: {0}")]
    Malformed(String),
    /// Its snapshot is not one.
    #[error("the snapshot in the receipt cannot be read")]
    Snapshot(#[source] SnapshotError),
    /// Its terms are not terms.
    #[error("the terms in the receipt cannot be read")]
    Terms(#[source] TermsError),
    /// A field outside the snapshot says something else than the snapshot.
    #[error("{field}: the receipt says {shown}, what was signed says {signed}")]
    Inconsistent {
        /// JSON name.
        field: &'static str,
        /// What the receipt shows.
        shown: String,
        /// What the snapshot or event says.
        signed: String,
    },
}

impl Receipt {
    /// The receipt of a proven payment.
    #[must_use]
    pub fn new(proof: &Proof, signed: &SignedSnapshot, agreement: &AgreementRecord, verified_at: Timestamp) -> Self {
        let s = signed.snapshot();
        let (authority, authorised_until) = match proof.authority() {
            Authority::Operator => ("operator", None),
            Authority::Delegate { until, .. } => ("delegate", Some(until)),
        };
        Self(Document {
            schema: SCHEMA.to_owned(),
            id: receipt_id(proof.request()),
            payment_request_id: proof.request().to_string(),
            contract_id: agreement.id.to_string(),
            invoice_id: invoice_id(&agreement.id),
            title: agreement.terms.title.clone(),
            consent: agreement.consent.kind().to_string(),
            terms_hash: s.terms_hash,
            asset: s.asset.to_string(),
            token_symbol: s.symbol.clone(),
            token_decimals: s.decimals,
            seller_amount_atomic: proof.quote().seller.to_string(),
            fee_amount_atomic: proof.quote().fee.to_string(),
            total_amount_atomic: proof.quote().total.to_string(),
            payer: proof.event().payer.to_string(),
            payee: proof.event().payee.to_string(),
            verified_at: verified_at.to_string(),
            event: EventDocument::from(proof.event()),
            proof: ProofDocument {
                snapshot: signed.canonical().to_owned(),
                terms: agreement.terms.canonical().to_owned(),
                signature: signed.signature().clone(),
                signer: signed.signer().to_string(),
                authority: authority.to_owned(),
                authorised_until,
                finality: s.finality.to_string(),
                final_through: proof.final_through(),
            },
        })
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.0
    }

    /// Reads a receipt that somebody hands over (with or without the API's `{receipt: …}` wrapper) and checks that it agrees with itself.
    ///
    /// # Errors
    /// When it is no receipt, its snapshot does not parse, or what it shows is not what was signed.
    pub fn parse(json: &str) -> Result<ReceiptClaim, ReceiptError> {
        let malformed = |e: serde_json::Error| ReceiptError::Malformed(e.to_string());
        let mut value: serde_json::Value = serde_json::from_str(json).map_err(malformed)?;
        if let Some(inner) = value.get_mut("receipt") {
            value = inner.take();
        }
        let document: Document = serde_json::from_value(value).map_err(malformed)?;
        if document.schema != SCHEMA {
            return Err(ReceiptError::Malformed(format!("schema: expected {SCHEMA}")));
        }
        let signed = SignedSnapshot::parse(&document.proof.snapshot, document.proof.signature.clone()).map_err(ReceiptError::Snapshot)?;
        let terms = Terms::from_canonical(&document.proof.terms).map_err(ReceiptError::Terms)?;
        if Timestamp::parse(&document.verified_at).is_none() {
            return Err(ReceiptError::Malformed("verifiedAt: not an instant".to_owned()));
        }
        let event = PaymentEvent::try_from(&document.event)?;
        let authority = document.proof.authority(signed.signer())?;
        let claim = ReceiptClaim { document, signed, terms, event, authority };
        claim.check_consistent()?;
        Ok(claim)
    }
}

impl ReceiptClaim {
    /// What was agreed, as far as the receipt knows: the terms to the byte, and the parties, consent and fee policy that were signed with their hash.
    #[must_use]
    pub fn agreed(&self) -> AgreedTerms {
        let s = self.signed.snapshot();
        AgreedTerms {
            agreement: s.agreement.clone(),
            terms_hash: self.terms.hash(),
            consent: s.consent,
            buyer: s.buyer.clone(),
            seller: s.seller.clone(),
            payee: self.terms.payee,
            asset: self.terms.asset,
            amount: self.terms.amount,
            fee: s.fee,
            // What was agreed for a milestone is not in the terms that both signed; the operator's signature over the snapshot is all there is of it here.
            milestone: s.unit_kind.milestone().map(|id| AgreedMilestone { id: id.clone(), amount: s.quote.seller }),
        }
    }

    /// What a person reads must be what was signed.
    fn check_consistent(&self) -> Result<(), ReceiptError> {
        let (d, s) = (&self.document, self.signed.snapshot());
        let pairs: [(&'static str, &str, String); 18] = [
            ("id", &d.id, receipt_id(&s.payment_request)),
            ("paymentRequestId", &d.payment_request_id, s.payment_request.to_string()),
            ("contractId", &d.contract_id, s.agreement.to_string()),
            ("invoiceId", &d.invoice_id, invoice_id(&s.agreement)),
            ("consent", &d.consent, s.consent.to_string()),
            ("termsHash", &d.terms_hash.to_string(), s.terms_hash.to_string()),
            ("proof.terms", &self.terms.hash().to_string(), s.terms_hash.to_string()),
            ("title", &d.title, self.terms.title.clone()),
            ("tokenDecimals", &d.token_decimals.to_string(), s.decimals.to_string()),
            ("asset", &d.asset, s.asset.to_string()),
            ("tokenSymbol", &d.token_symbol, s.symbol.clone()),
            ("sellerAmountAtomic", &d.seller_amount_atomic, s.quote.seller.to_string()),
            ("feeAmountAtomic", &d.fee_amount_atomic, s.quote.fee.to_string()),
            ("totalAmountAtomic", &d.total_amount_atomic, s.quote.total.to_string()),
            ("payer", &d.payer, s.payer.to_string()),
            ("payee", &d.payee, s.payee.to_string()),
            ("proof.signer", &d.proof.signer, self.signed.signer().to_string()),
            ("proof.finality", &d.proof.finality, s.finality.to_string()),
        ];
        for (field, shown, signed) in pairs {
            if *shown != signed {
                return Err(ReceiptError::Inconsistent { field, shown: shown.to_owned(), signed });
            }
        }
        Ok(())
    }
}

impl ProofDocument {
    fn authority(&self, signer: Address) -> Result<Authority, ReceiptError> {
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

fn address(field: &str, text: &str) -> Result<Address, ReceiptError> {
    parse_address(text).map_err(|e| ReceiptError::Malformed(format!("{field}: {e}")))
}

fn number(field: &str, text: &str) -> Result<U256, ReceiptError> {
    let amount: crate::money::Amount = text.parse().map_err(|e| ReceiptError::Malformed(format!("{field}: {e}")))?;
    Ok(amount.atomic())
}
