//! The receipt: what a proof entitles the two parties to. Only a proof makes one.
//!
//! Its JSON carries all that is needed to check it against the chain alone: the snapshot to the byte, the signature, and where the event stands. The routing
//! signer of the chain signs it (EIP-712), once: [`ReceiptDraft`] is what is to be signed, [`Receipt`] has the signature.

use alloy_primitives::{Address, B256, Bytes};

use crate::agreement::recover;
use crate::event::PaymentEvent;
use crate::ids::{PayoutChangeId, invoice_id, receipt_id};
use crate::snapshot::{SignedSnapshot, SnapshotError};
use crate::terms::{Terms, TermsError};
use crate::verify::{AgreedMilestone, AgreedTerms, Authority, Evidence, Proof, verify};

mod document;
mod reference;
mod statement;

pub use document::{AttestationDocument, Document, EventDocument, ProofDocument};
pub use reference::{InvalidReference, Reference};
pub use statement::{Stamp, Statement, TypedData, TypedDomain, TypedField, Wallets, statement_digest};

use document::address;
use statement::{Facts, instant};

/// Version of the document.
const SCHEMA: &str = "counterfoil-receipt-v1";

/// A signed receipt. [`ReceiptDraft::sign`] makes it; [`Receipt::parse`] reads a claim that is yet to be checked, as [`ReceiptClaim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(Document, Address);

/// A receipt that nobody has signed yet. Only a proof makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptDraft {
    document: Document,
    statement: Statement,
    operator: Address,
}

/// A receipt document as somebody handed it over: its signature is the named signer's, and it agrees with itself. Whether that signer may speak for the
/// operator, and whether the payment is there, is for the chain to say.
#[derive(Clone, Debug)]
pub struct ReceiptClaim {
    /// The document.
    pub document: Document,
    /// Its snapshot and signature, parsed and recomputed.
    pub signed: SignedSnapshot,
    /// Its terms, parsed and hashed again; none in what the public sees.
    pub terms: Option<Terms>,
    /// The event it claims.
    pub event: PaymentEvent,
    /// Why it says the signer of the payment could sign.
    pub authority: Authority,
    /// The parties' wallets.
    pub wallets: Wallets,
    /// What is the issuer's word alone.
    pub stamp: Stamp,
    /// Who signed the receipt.
    pub issuer: Address,
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
    /// A field says something else than what was signed.
    #[error("{field}: the receipt says {shown}, what was signed says {signed}")]
    Inconsistent {
        /// JSON name.
        field: &'static str,
        /// What the receipt shows.
        shown: String,
        /// What the snapshot, the event or the signature says.
        signed: String,
    },
    /// The signature over the receipt is not one.
    #[error("the signature of the receipt does not recover to any signer")]
    BadSignature,
}

impl ReceiptDraft {
    /// The receipt of a proven payment under these terms, to be signed. `stamp.final_through` is the proof's for a new receipt.
    #[must_use]
    pub fn new(proof: &Proof, signed: &SignedSnapshot, (terms, wallets): (&Terms, Wallets), stamp: Stamp) -> Self {
        let (s, event) = (signed.snapshot(), proof.event());
        let statement = Facts { signed, event, wallets, stamp }.statement();
        let (authority, authorised_until) = match proof.authority() {
            Authority::Operator => ("operator", None),
            Authority::Delegate { until, .. } => ("delegate", Some(until)),
        };
        let chain_id = event.location.chain_id;
        let document = Document {
            schema: SCHEMA.to_owned(),
            id: receipt_id(proof.request()),
            payment_request_id: proof.request().to_string(),
            contract_id: s.agreement.to_string(),
            invoice_id: invoice_id(&s.agreement),
            title: terms.title.clone(),
            consent: s.consent.to_string(),
            terms_hash: s.terms_hash,
            asset: s.asset.to_string(),
            token_symbol: s.symbol.clone(),
            token_decimals: s.decimals,
            seller_amount_atomic: proof.quote().seller.to_string(),
            fee_amount_atomic: proof.quote().fee.to_string(),
            total_amount_atomic: proof.quote().total.to_string(),
            buyer_wallet: wallets.buyer.to_string(),
            seller_wallet: wallets.seller.to_string(),
            payer: event.payer.to_string(),
            payee: event.payee.to_string(),
            payout_change_id: s.payout_change.as_ref().map(ToString::to_string),
            verified_at: stamp.verified_at.to_string(),
            issued_at: stamp.issued_at.to_string(),
            event: EventDocument::from(event),
            proof: ProofDocument {
                snapshot: signed.canonical().to_owned(),
                terms: Some(terms.canonical().to_owned()),
                signature: signed.signature().clone(),
                signer: signed.signer().to_string(),
                authority: authority.to_owned(),
                authorised_until,
                finality: s.finality.to_string(),
                final_through: stamp.final_through,
            },
            attestation: AttestationDocument {
                signer: Address::ZERO.to_string(),
                digest: statement_digest(&statement, chain_id),
                signature: Bytes::new(),
                typed_data: TypedData::new(&statement, chain_id),
            },
        };
        Self { document, statement, operator: s.operator }
    }

    /// The EIP-712 digest that is to be signed.
    #[must_use]
    pub const fn digest(&self) -> B256 {
        self.document.attestation.digest
    }

    /// The struct behind the digest.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The chain of the payment, and of the domain (EIP-155).
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.document.event.chain_id
    }

    /// For whom it is signed.
    #[must_use]
    pub const fn operator(&self) -> Address {
        self.operator
    }

    /// Joins the receipt and the signature over its digest.
    ///
    /// # Errors
    /// [`ReceiptError::BadSignature`] when no signer can be recovered.
    pub fn sign(self, signature: Bytes) -> Result<Receipt, ReceiptError> {
        let mut document = self.document;
        let signer = recover(&document.attestation.digest, &signature).ok_or(ReceiptError::BadSignature)?;
        document.attestation.signer = signer.to_string();
        document.attestation.signature = signature;
        Ok(Receipt(document, signer))
    }
}

impl Receipt {
    /// The document.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.0
    }

    /// Who signed it.
    #[must_use]
    pub const fn issuer(&self) -> Address {
        self.1
    }

    /// Its JSON text, the same bytes every time.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(&self.0).expect("a struct of strings and numbers is always JSON")
    }

    /// The text of a receipt without its terms, for whoever is not to read what was agreed. `termsHash` still commits to them, and no signature covers more of them
    /// than that, so it verifies as before.
    ///
    /// # Errors
    /// When it is no receipt document.
    pub fn without_terms(text: &str) -> Result<String, ReceiptError> {
        let mut document: Document = serde_json::from_str(text).map_err(|e| ReceiptError::Malformed(e.to_string()))?;
        document.proof.terms = None;
        Ok(serde_json::to_string(&document).expect("a struct of strings and numbers is always JSON"))
    }

    /// Reads a receipt that somebody hands over (alone, or as the `receipt` of the API's answer) and checks that it agrees with itself and is signed.
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
        let terms = document.proof.terms.as_deref().map(Terms::from_canonical).transpose().map_err(ReceiptError::Terms)?;
        let stamp = Stamp {
            verified_at: instant("verifiedAt", &document.verified_at)?,
            issued_at: instant("issuedAt", &document.issued_at)?,
            final_through: document.proof.final_through,
        };
        let wallets = Wallets { buyer: address("buyerWallet", &document.buyer_wallet)?, seller: address("sellerWallet", &document.seller_wallet)? };
        let issuer = address("attestation.signer", &document.attestation.signer)?;
        let event = PaymentEvent::try_from(&document.event)?;
        let authority = document.proof.authority(signed.signer())?;
        let claim = ReceiptClaim { document, signed, terms, event, authority, wallets, stamp, issuer };
        claim.check_consistent()?;
        claim.check_signature()?;
        Ok(claim)
    }
}

impl ReceiptClaim {
    /// Whether this is, to the byte of its `text`, the receipt of this proof: what is stored is held against what it rests on every time it is read.
    #[must_use]
    pub fn is_of(&self, text: &str, proof: &Proof, signed: &SignedSnapshot, deal: (&Terms, Wallets)) -> bool {
        let made = ReceiptDraft::new(proof, signed, deal, self.stamp).sign(self.document.attestation.signature.clone());
        made.is_ok_and(|receipt| receipt.text() == text)
    }

    /// Whether this is, to the byte of its `text`, a receipt whose event pays what its snapshot asks for: all that can be said of one whose payment a reorg took
    /// back, and whose event is no longer there to be compared with. Who signed it is not judged.
    #[must_use]
    pub fn proves_itself(&self, text: &str) -> bool {
        let agreed = self.agreed();
        let (authority, final_through) = (Some(self.authority), Some(self.stamp.final_through));
        let evidence = Evidence { signed: &self.signed, event: &self.event, agreed: agreed.as_ref(), authority, final_through };
        verify(&evidence).is_ok() && Receipt(self.document.clone(), self.issuer).text() == text
    }

    /// The same with its terms, for a receipt that came without them.
    ///
    /// # Errors
    /// When these are not the terms whose hash was signed, or the title is not theirs.
    pub fn with_terms(self, terms: Terms) -> Result<Self, ReceiptError> {
        let mut claim = self;
        claim.document.proof.terms = Some(terms.canonical().to_owned());
        claim.terms = Some(terms);
        claim.check_terms()?;
        Ok(claim)
    }

    /// What was agreed, as far as the receipt knows: the terms to the byte, and the parties, consent and fee policy that were signed with their hash. None where it
    /// has no terms.
    #[must_use]
    pub fn agreed(&self) -> Option<AgreedTerms> {
        let (s, terms) = (self.signed.snapshot(), self.terms.as_ref()?);
        Some(AgreedTerms {
            agreement: s.agreement.clone(),
            terms_hash: terms.hash(),
            consent: s.consent,
            buyer: s.buyer.clone(),
            seller: s.seller.clone(),
            // That both sides had agreed on another payee is the word of whoever signed the snapshot, which names the change.
            payee: if s.payout_change.is_some() { s.payee } else { terms.payee },
            payout_change: s.payout_change.clone(),
            asset: terms.asset,
            amount: terms.amount,
            fee: s.fee,
            // What was agreed for a milestone is not in the terms that both signed; the operator's signature over the snapshot is all there is of it here.
            milestone: s.unit_kind.milestone().map(|id| AgreedMilestone { id: id.clone(), amount: s.quote.seller }),
        })
    }

    /// What a person reads must be what was signed.
    fn check_consistent(&self) -> Result<(), ReceiptError> {
        let (d, s) = (&self.document, self.signed.snapshot());
        let change = |id: Option<&str>| id.unwrap_or("none").to_owned();
        let pairs: [(&'static str, &str, String); 17] = [
            ("id", &d.id, receipt_id(&s.payment_request)),
            ("paymentRequestId", &d.payment_request_id, s.payment_request.to_string()),
            ("contractId", &d.contract_id, s.agreement.to_string()),
            ("invoiceId", &d.invoice_id, invoice_id(&s.agreement)),
            ("consent", &d.consent, s.consent.to_string()),
            ("termsHash", &d.terms_hash.to_string(), s.terms_hash.to_string()),
            ("tokenDecimals", &d.token_decimals.to_string(), s.decimals.to_string()),
            ("asset", &d.asset, s.asset.to_string()),
            ("tokenSymbol", &d.token_symbol, s.symbol.clone()),
            ("sellerAmountAtomic", &d.seller_amount_atomic, s.quote.seller.to_string()),
            ("feeAmountAtomic", &d.fee_amount_atomic, s.quote.fee.to_string()),
            ("totalAmountAtomic", &d.total_amount_atomic, s.quote.total.to_string()),
            ("payer", &d.payer, s.payer.to_string()),
            ("payee", &d.payee, s.payee.to_string()),
            ("payoutChangeId", &change(d.payout_change_id.as_deref()), change(s.payout_change.as_ref().map(PayoutChangeId::as_str))),
            ("proof.signer", &d.proof.signer, self.signed.signer().to_string()),
            ("proof.finality", &d.proof.finality, s.finality.to_string()),
        ];
        for (field, shown, signed) in pairs {
            if *shown != signed {
                return Err(ReceiptError::Inconsistent { field, shown: shown.to_owned(), signed });
            }
        }
        self.check_terms()
    }

    /// The terms, where they are known, must be those that were signed, and the title theirs.
    fn check_terms(&self) -> Result<(), ReceiptError> {
        let Some(terms) = &self.terms else { return Ok(()) };
        let (hash, signed) = (terms.hash(), self.signed.snapshot().terms_hash);
        if hash != signed {
            return Err(ReceiptError::Inconsistent { field: "proof.terms", shown: hash.to_string(), signed: signed.to_string() });
        }
        // The title is signed as part of the terms, and in no other way.
        if self.document.title != terms.title {
            return Err(ReceiptError::Inconsistent { field: "title", shown: self.document.title.clone(), signed: terms.title.clone() });
        }
        Ok(())
    }

    /// The issuer must have signed exactly this.
    fn check_signature(&self) -> Result<(), ReceiptError> {
        let Self { signed, event, wallets, stamp, .. } = self;
        let (attestation, chain_id) = (&self.document.attestation, event.location.chain_id);
        let statement = Facts { signed, event, wallets: *wallets, stamp: *stamp }.statement();
        let digest = statement_digest(&statement, chain_id);
        let differs = |field, shown: String, signed: String| Err(ReceiptError::Inconsistent { field, shown, signed });
        if attestation.digest != digest {
            return differs("attestation.digest", attestation.digest.to_string(), digest.to_string());
        }
        if attestation.typed_data != TypedData::new(&statement, chain_id) {
            return differs("attestation.typedData", "another message".to_owned(), format!("what hashes to {digest}"));
        }
        match recover(&digest, &attestation.signature) {
            Some(signer) if signer == self.issuer => Ok(()),
            Some(signer) => differs("attestation.signer", self.issuer.to_string(), signer.to_string()),
            None => Err(ReceiptError::BadSignature),
        }
    }
}
