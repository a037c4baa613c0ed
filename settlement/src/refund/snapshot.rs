//! The snapshot of a refund: the canonical JSON of what is paid back, for which payment, by whom, to whom. It lies beside the payment's snapshot, and its
//! keccak256 is the `requestId` of the router's struct, as there.

use alloy_primitives::{Address, B256, U256};
use contracts::Payment;
use serde::{Deserialize, Serialize};

use super::RefundRequest;
use crate::asset::{Asset, check_party};
use crate::canonical::canonical_json;
use crate::clock::Timestamp;
use crate::finality::FinalityPolicy;
use crate::ids::{AgreementId, PaymentRequestId, ProfileId, RefundId};
use crate::money::Amount;
use crate::snapshot::document::{address, malformed, read};
use crate::snapshot::{MAX_SAFE_INTEGER, Signable, Signed, SignedSnapshot, SnapshotError};
use crate::verify::Proof;

/// The version of the document; a verifier refuses others.
const SCHEMA: &str = "counterfoil-refund-v1";

/// A refund's snapshot and the operator's signature over its digest.
pub type SignedRefund = Signed<RefundSnapshot>;

/// All that is asked of the seller's wallet for one refund. Immutable once signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSnapshot {
    /// The refund request.
    pub refund_request: RefundId,
    /// The payment request whose payment is paid back.
    pub payment_request: PaymentRequestId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// The payment's `requestId`: `parent` of the router's struct.
    pub parent: B256,
    /// Hash of the agreement's terms.
    pub terms_hash: B256,
    /// The profile that gets its money back.
    pub buyer: ProfileId,
    /// The profile that pays back.
    pub seller: ProfileId,
    /// The router that enforces it.
    pub router: Address,
    /// The operator whose signature it needs.
    pub operator: Address,
    /// What was paid with.
    pub asset: Asset,
    /// Ticker at the time of the payment, for people.
    pub symbol: String,
    /// Decimals at that time.
    pub decimals: u8,
    /// The seller's wallet that pays back.
    pub payer: Address,
    /// Who gets it: the payer of the payment's event.
    pub payee: Address,
    /// How much, atomic units. There is no fee on it, and none comes back.
    pub amount: Amount,
    /// The refund request's router nonce: the same in every payload that is signed for it.
    pub nonce: U256,
    /// When it was signed.
    pub created_at: Timestamp,
    /// Last block time, in unix seconds, at which the router executes it.
    pub deadline: u64,
    /// When the refund counts as final.
    pub finality: FinalityPolicy,
}

/// Where and how a refund is to be paid: what a snapshot needs beside the refund request and its payment.
#[derive(Clone, Copy, Debug)]
pub struct RefundAsk {
    /// The router.
    pub router: Address,
    /// The operator.
    pub operator: Address,
    /// The seller's wallet that pays back.
    pub payer: Address,
    /// The refund request's nonce.
    pub nonce: U256,
    /// Now.
    pub created_at: Timestamp,
    /// Last block time at which it can be paid, unix seconds.
    pub deadline: u64,
    /// The chain's policy.
    pub finality: FinalityPolicy,
}

impl RefundSnapshot {
    /// The snapshot of a refund of a proven payment. It goes to whoever the payment's event says has paid, whatever the buyer's wallets are by now.
    ///
    /// # Errors
    /// When the payment is not the one that the refund request names, or the payer cannot take part.
    pub fn new(refund: &RefundRequest, (signed, proof): (&SignedSnapshot, &Proof), ask: RefundAsk) -> Result<Self, SnapshotError> {
        let paid = signed.snapshot();
        if refund.payment != paid.payment_request || refund.payment != *proof.request() {
            return Err(SnapshotError::WrongPayment);
        }
        let payee = proof.event().payer;
        for (role, address) in [("payer", ask.payer), ("payee", payee)] {
            check_party(role, address, &paid.asset, ask.router)?;
        }
        if ask.payer == payee {
            return Err(SnapshotError::PayerIs { payer: ask.payer, role: "payee" });
        }
        Ok(Self {
            refund_request: refund.id.clone(),
            payment_request: refund.payment.clone(),
            agreement: paid.agreement.clone(),
            parent: signed.request_id(),
            terms_hash: paid.terms_hash,
            buyer: paid.buyer.clone(),
            seller: paid.seller.clone(),
            router: ask.router,
            operator: ask.operator,
            asset: paid.asset,
            symbol: paid.symbol.clone(),
            decimals: paid.decimals,
            payer: ask.payer,
            payee,
            amount: refund.amount,
            nonce: ask.nonce,
            created_at: ask.created_at,
            deadline: ask.deadline.min(MAX_SAFE_INTEGER),
            finality: ask.finality,
        })
    }
}

impl Signable for RefundSnapshot {
    fn parse(text: &str) -> Result<Self, SnapshotError> {
        let document: Document = serde_json::from_str(text).map_err(|e| SnapshotError::Malformed(e.to_string()))?;
        let snapshot = Self::try_from(document)?;
        if snapshot.canonical() == text { Ok(snapshot) } else { Err(SnapshotError::NotCanonical) }
    }

    fn canonical(&self) -> String {
        canonical_json(&Document::from(self)).expect("a struct of strings and safe integers is always JSON")
    }

    fn payment_with(&self, request_id: B256) -> Payment {
        Payment {
            operator: self.operator,
            requestId: request_id,
            parent: self.parent,
            payer: self.payer,
            payee: self.payee,
            token: self.asset.token_address(),
            amount: self.amount.atomic(),
            feeRecipient: Address::ZERO,
            feeAmount: U256::ZERO,
            nonce: self.nonce,
            deadline: U256::from(self.deadline),
        }
    }

    fn asset(&self) -> Asset {
        self.asset
    }

    fn router(&self) -> Address {
        self.router
    }

    fn symbol(&self) -> &str {
        &self.symbol
    }

    fn decimals(&self) -> u8 {
        self.decimals
    }

    fn finality(&self) -> FinalityPolicy {
        self.finality
    }
}

/// The JSON of a refund's snapshot: which keys there are and how each value is spelt.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    schema: String,
    refund_request_id: String,
    payment_request_id: String,
    contract_id: String,
    parent: B256,
    terms_hash: B256,
    buyer: String,
    seller: String,
    chain_id: u64,
    router: String,
    operator: String,
    asset: String,
    token_symbol: String,
    token_decimals: u8,
    payer: String,
    payee: String,
    amount: String,
    nonce: String,
    created_at: String,
    deadline: u64,
    finality: String,
}

impl From<&RefundSnapshot> for Document {
    fn from(s: &RefundSnapshot) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            refund_request_id: s.refund_request.to_string(),
            payment_request_id: s.payment_request.to_string(),
            contract_id: s.agreement.to_string(),
            parent: s.parent,
            terms_hash: s.terms_hash,
            buyer: s.buyer.to_string(),
            seller: s.seller.to_string(),
            chain_id: s.asset.chain_id(),
            router: s.router.to_string(),
            operator: s.operator.to_string(),
            asset: s.asset.to_string(),
            token_symbol: s.symbol.clone(),
            token_decimals: s.decimals,
            payer: s.payer.to_string(),
            payee: s.payee.to_string(),
            amount: s.amount.to_string(),
            nonce: s.nonce.to_string(),
            created_at: s.created_at.to_string(),
            deadline: s.deadline,
            finality: s.finality.to_string(),
        }
    }
}

impl TryFrom<Document> for RefundSnapshot {
    type Error = SnapshotError;

    fn try_from(d: Document) -> Result<Self, SnapshotError> {
        if d.schema != SCHEMA {
            return Err(malformed("schema", &format!("expected {SCHEMA}")));
        }
        let asset: Asset = read("asset", &d.asset)?;
        if asset.chain_id() != d.chain_id {
            return Err(malformed("chainId", "not the chain of the asset"));
        }
        if d.parent.is_zero() {
            return Err(malformed("parent", "a refund has one"));
        }
        Ok(Self {
            refund_request: read("refundRequestId", &d.refund_request_id)?,
            payment_request: read("paymentRequestId", &d.payment_request_id)?,
            agreement: read("contractId", &d.contract_id)?,
            parent: d.parent,
            terms_hash: d.terms_hash,
            buyer: read("buyer", &d.buyer)?,
            seller: read("seller", &d.seller)?,
            router: address("router", &d.router)?,
            operator: address("operator", &d.operator)?,
            asset,
            symbol: d.token_symbol,
            decimals: d.token_decimals,
            payer: address("payer", &d.payer)?,
            payee: address("payee", &d.payee)?,
            amount: read("amount", &d.amount)?,
            nonce: read::<Amount>("nonce", &d.nonce)?.atomic(),
            created_at: Timestamp::parse(&d.created_at).ok_or_else(|| malformed("createdAt", "not an instant"))?,
            deadline: d.deadline,
            finality: read("finality", &d.finality)?,
        })
    }
}
