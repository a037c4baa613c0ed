//! The snapshot: the canonical JSON of all that was agreed and asked, and the signed payload made of it.
//!
//! `requestId = keccak256(snapshot)`; the EIP-712 struct `Payment` carries it; its digest is what the operator signs. Both are in the event.

use alloy_primitives::{Address, B256, U256};
use contracts::Payment;

use crate::agreement::{AgreementRecord, ConsentKind};
use crate::asset::{Asset, Token, UnusableAddress, check_party};
use crate::canonical::{canonical_json, hash_text};
use crate::clock::Timestamp;
use crate::finality::FinalityPolicy;
use crate::ids::{AgreementId, PaymentRequestId, PayoutChangeId, ProfileId, UnitId};
use crate::money::{Amount, FeeError, FeePolicy, Quote};
use crate::unit::UnitKind;

pub(crate) mod document;
mod signed;

use document::Document;
pub use signed::{Signable, Signed};

/// Deadlines are JSON integers, so they stay exact in every reader (RFC 8785 §3.2.2.3).
pub(crate) const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// All that was agreed and asked for one payment. Immutable once signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The request it belongs to.
    pub payment_request: PaymentRequestId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The unit that is paid.
    pub unit: UnitId,
    /// What that unit is.
    pub unit_kind: UnitKind,
    /// Hash of the agreement's terms.
    pub terms_hash: B256,
    /// How consent to them was shown.
    pub consent: ConsentKind,
    /// The paying profile.
    pub buyer: ProfileId,
    /// The paid profile.
    pub seller: ProfileId,
    /// The router that enforces it.
    pub router: Address,
    /// The operator whose signature it needs.
    pub operator: Address,
    /// What is paid with.
    pub asset: Asset,
    /// Ticker at the time, for people.
    pub symbol: String,
    /// Decimals at the time.
    pub decimals: u8,
    /// Whose wallet pays.
    pub payer: Address,
    /// Where the seller receives.
    pub payee: Address,
    /// The payout change that says so; none where the terms do.
    pub payout_change: Option<PayoutChangeId>,
    /// Seller amount, fee and total.
    pub quote: Quote,
    /// The policy behind the fee.
    pub fee: FeePolicy,
    /// The unit's router nonce.
    pub nonce: U256,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Last block time, in unix seconds, at which the router executes it.
    pub deadline: u64,
    /// When a payment counts as final.
    pub finality: FinalityPolicy,
}

/// Where and how a payment is asked for: what a snapshot needs beside the agreement.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Id of the new request.
    pub payment_request: PaymentRequestId,
    /// The unit, its kind and nonce.
    pub unit: crate::unit::Unit,
    /// The router.
    pub router: Address,
    /// The operator.
    pub operator: Address,
    /// The registry entry of the agreement's asset.
    pub token: Token,
    /// Whose wallet pays.
    pub payer: Address,
    /// What the seller receives.
    pub seller_amount: Amount,
    /// Now.
    pub created_at: Timestamp,
    /// Last block time at which it can be paid, unix seconds.
    pub deadline: u64,
    /// The chain's policy.
    pub finality: FinalityPolicy,
}

/// Why a snapshot cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// An address cannot take part.
    #[error(transparent)]
    Party(#[from] UnusableAddress),
    /// Payer, payee and fee recipient must be three.
    #[error("the payer {payer} cannot be the {role}")]
    PayerIs {
        /// The address.
        payer: Address,
        /// What else it is.
        role: &'static str,
    },
    /// The seller cannot also receive the fee.
    #[error("the payee {0} cannot be the fee recipient")]
    PayeeIsFeeRecipient(Address),
    /// The fee cannot be computed or is refused.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The unit is of another agreement.
    #[error("the unit belongs to another agreement")]
    WrongUnit,
    /// The registry entry is of another asset.
    #[error("the token registry entry is not of the agreement's asset")]
    WrongToken,
    /// A refund answers for one payment.
    #[error("the refund is of another payment")]
    WrongPayment,
    /// The text is not a snapshot.
    #[error("the snapshot is malformed: {0}")]
    Malformed(String),
    /// The text is a snapshot, but not to the byte.
    #[error("the snapshot is not in canonical form (RFC 8785)")]
    NotCanonical,
    /// The signature is not one.
    #[error("the signature does not recover to any signer")]
    BadSignature,
}

impl Snapshot {
    /// The snapshot of a request for this agreement.
    ///
    /// # Errors
    /// When unit or token are of something else, a party cannot take part, two roles fall together, or the fee is refused.
    pub fn new(agreement: &AgreementRecord, ask: Ask) -> Result<Self, SnapshotError> {
        let terms = &agreement.terms;
        if ask.token.asset != terms.asset {
            return Err(SnapshotError::WrongToken);
        }
        if ask.unit.agreement != agreement.id {
            return Err(SnapshotError::WrongUnit);
        }
        let (quote, payee) = (agreement.fee.quote(ask.seller_amount)?, agreement.payee());
        for (role, address) in [("payer", ask.payer), ("payee", payee)] {
            check_party(role, address, &terms.asset, ask.router)?;
        }
        if ask.payer == payee {
            return Err(SnapshotError::PayerIs { payer: ask.payer, role: "payee" });
        }
        if !quote.fee.is_zero() {
            check_party("fee recipient", agreement.fee.recipient, &terms.asset, ask.router)?;
            if ask.payer == agreement.fee.recipient {
                return Err(SnapshotError::PayerIs { payer: ask.payer, role: "fee recipient" });
            }
            if payee == agreement.fee.recipient {
                return Err(SnapshotError::PayeeIsFeeRecipient(payee));
            }
        }
        Ok(Self {
            payment_request: ask.payment_request,
            agreement: agreement.id.clone(),
            unit: ask.unit.id,
            unit_kind: ask.unit.kind,
            terms_hash: terms.hash(),
            consent: agreement.consent.kind(),
            buyer: agreement.buyer.profile.clone(),
            seller: agreement.seller.profile.clone(),
            router: ask.router,
            operator: ask.operator,
            asset: terms.asset,
            symbol: ask.token.symbol,
            decimals: ask.token.decimals,
            payer: ask.payer,
            payee,
            payout_change: agreement.payout.as_ref().map(|payout| payout.change.clone()),
            quote,
            fee: agreement.fee,
            nonce: ask.unit.nonce,
            created_at: ask.created_at,
            deadline: ask.deadline.min(MAX_SAFE_INTEGER),
            finality: ask.finality,
        })
    }

    /// Reads a snapshot from its canonical text.
    ///
    /// # Errors
    /// When the text is not a snapshot document, or not its canonical form.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        Signable::parse(text)
    }

    /// The RFC 8785 text.
    #[must_use]
    pub fn canonical(&self) -> String {
        Signable::canonical(self)
    }

    /// `keccak256` of the canonical text.
    #[must_use]
    pub fn request_id(&self) -> B256 {
        hash_text(&self.canonical())
    }

    /// The router's struct.
    #[must_use]
    pub fn payment(&self) -> Payment {
        self.payment_with(self.request_id())
    }

    /// What the operator signs (EIP-712).
    #[must_use]
    pub fn digest(&self) -> B256 {
        Signable::digest(self)
    }
}

/// A payment's snapshot and the operator's signature over its digest.
pub type SignedSnapshot = Signed<Snapshot>;

impl Signable for Snapshot {
    fn parse(text: &str) -> Result<Self, SnapshotError> {
        let document: Document = serde_json::from_str(text).map_err(|e| SnapshotError::Malformed(e.to_string()))?;
        let snapshot = Self::try_from(document)?;
        if snapshot.canonical() == text { Ok(snapshot) } else { Err(SnapshotError::NotCanonical) }
    }

    fn canonical(&self) -> String {
        canonical_json(&Document::from(self)).expect("a struct of strings and safe integers is always JSON")
    }

    fn payment_with(&self, request_id: B256) -> Payment {
        let fee_recipient = if self.quote.fee.is_zero() { Address::ZERO } else { self.fee.recipient };
        Payment {
            operator: self.operator,
            requestId: request_id,
            parent: B256::ZERO,
            payer: self.payer,
            payee: self.payee,
            token: self.asset.token_address(),
            amount: self.quote.seller.atomic(),
            feeRecipient: fee_recipient,
            feeAmount: self.quote.fee.atomic(),
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
