//! A document with the operator's signature over the payment that it stands for.

use std::fmt::Debug;

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolStruct;
use contracts::{Payment, router_domain};

use super::SnapshotError;
use crate::agreement::recover;
use crate::asset::Asset;
use crate::canonical::hash_text;
use crate::finality::FinalityPolicy;

/// A canonical document that stands for one call of the router: what a payment or a refund says, to the byte. Its hash is the `requestId` of the router's
/// struct, and the struct's digest is what the operator signs.
pub trait Signable: Clone + Debug + PartialEq + Eq + Sized {
    /// Reads it from its canonical text.
    ///
    /// # Errors
    /// When the text is not such a document, or not its canonical form.
    fn parse(text: &str) -> Result<Self, SnapshotError>;

    /// The RFC 8785 text.
    fn canonical(&self) -> String;

    /// The router's struct, with the hash of the canonical text as `requestId`.
    fn payment_with(&self, request_id: B256) -> Payment;

    /// What is paid with.
    fn asset(&self) -> Asset;

    /// The router that enforces it.
    fn router(&self) -> Address;

    /// Ticker at the time, for people.
    fn symbol(&self) -> &str;

    /// Decimals at the time.
    fn decimals(&self) -> u8;

    /// When its event counts as final.
    fn finality(&self) -> FinalityPolicy;

    /// What the operator signs (EIP-712).
    fn digest(&self) -> B256 {
        let request_id = hash_text(&self.canonical());
        self.payment_with(request_id).eip712_signing_hash(&router_domain(self.asset().chain_id(), self.router()))
    }
}

/// A document with the signature over its digest. Made only when the signature recovers; everything derived is recomputed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<S> {
    snapshot: S,
    canonical: String,
    request_id: B256,
    digest: B256,
    signature: Bytes,
    signer: Address,
}

impl<S: Signable> Signed<S> {
    /// Joins a document and its signature.
    ///
    /// # Errors
    /// [`SnapshotError::BadSignature`] when no signer can be recovered.
    pub fn new(snapshot: S, signature: Bytes) -> Result<Self, SnapshotError> {
        let canonical = snapshot.canonical();
        let request_id = hash_text(&canonical);
        let domain = router_domain(snapshot.asset().chain_id(), snapshot.router());
        let digest = snapshot.payment_with(request_id).eip712_signing_hash(&domain);
        let signer = recover(&digest, &signature).ok_or(SnapshotError::BadSignature)?;
        Ok(Self { snapshot, canonical, request_id, digest, signature, signer })
    }

    /// Reads it back from what was stored or handed out.
    ///
    /// # Errors
    /// When the text is not a canonical document or the signature recovers to nobody.
    pub fn parse(canonical: &str, signature: Bytes) -> Result<Self, SnapshotError> {
        Self::new(S::parse(canonical)?, signature)
    }

    /// The document.
    #[must_use]
    pub const fn snapshot(&self) -> &S {
        &self.snapshot
    }

    /// Its RFC 8785 text.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// `keccak256` of that text.
    #[must_use]
    pub const fn request_id(&self) -> B256 {
        self.request_id
    }

    /// What was signed.
    #[must_use]
    pub const fn digest(&self) -> B256 {
        self.digest
    }

    /// 65 bytes, `r ‖ s ‖ v`.
    #[must_use]
    pub const fn signature(&self) -> &Bytes {
        &self.signature
    }

    /// Who signed.
    #[must_use]
    pub const fn signer(&self) -> Address {
        self.signer
    }

    /// The router's struct.
    #[must_use]
    pub fn payment(&self) -> Payment {
        self.snapshot.payment_with(self.request_id)
    }
}
