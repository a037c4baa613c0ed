//! What the API asks of a signer.

use std::fmt::Debug;

use alloy_primitives::{Address, Bytes};
use async_trait::async_trait;
use settlement::receipt::{Receipt, ReceiptDraft, ReceiptError};
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{Signable, Signed, SignedSnapshot, Snapshot, SnapshotError};

use crate::policy::Refusal;

/// Signs payment requests and refunds for an operator: the operator's own key or, normally, a delegate of it.
#[async_trait]
pub trait RoutingSigner: Send + Sync + Debug {
    /// The address that its signatures recover to.
    fn address(&self) -> Address;

    /// Whether it could be reached when it was asked last. One that nobody has asked, or that is always there, can be.
    fn is_reachable(&self) -> bool {
        true
    }

    /// Signs the EIP-712 digest of the snapshot's `Payment`.
    ///
    /// The answer's [`SignedSnapshot::signer`] is [`RoutingSigner::address`]: a signer checks its signature before it hands it out,
    /// because the payer would otherwise be the first to find out, from a revert.
    ///
    /// # Errors
    /// When the key cannot be reached now, or will not or cannot sign this snapshot.
    async fn sign(&self, snapshot: Snapshot) -> Result<SignedSnapshot, SignerError>;

    /// Signs the EIP-712 digest of a refund's `Payment`, as [`RoutingSigner::sign`] does that of a payment.
    ///
    /// # Errors
    /// When the key cannot be reached now, or will not or cannot sign this refund.
    async fn sign_refund(&self, refund: RefundSnapshot) -> Result<SignedRefund, SignerError>;

    /// Signs the EIP-712 digest of the receipt's statement. It is of another domain than every payment, so it moves no money; it says, in the operator's name,
    /// that this instance has verified this payment.
    ///
    /// # Errors
    /// As [`RoutingSigner::sign`].
    async fn sign_receipt(&self, draft: ReceiptDraft) -> Result<Receipt, SignerError>;
}

/// Why a snapshot or a receipt was not signed. Nothing was handed out.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The key cannot be reached; the same request may succeed later.
    #[error("the signer is unavailable: {reason}")]
    Unavailable {
        /// What is wrong, without anything secret.
        reason: String,
    },
    /// The key's policy is against it.
    #[error("the signer refuses: {0}")]
    Refused(#[from] Refusal),
    /// The signature that was made is not the signer's, so it was thrown away.
    #[error("the signature recovers to {recovered} instead of the signer {address}")]
    WrongSignature {
        /// The signer.
        address: Address,
        /// Who the signature belongs to.
        recovered: Address,
    },
    /// The signature that was made is not a signature, so it was thrown away.
    #[error("the signature cannot be used")]
    Unusable(#[source] SnapshotError),
    /// The same, of a receipt.
    #[error("the signature of the receipt cannot be used")]
    UnusableReceipt(#[source] ReceiptError),
}

/// Joins a payment's or a refund's snapshot and the signature that the signer at `address` made of its digest, if it is that signer's: the check that every
/// implementation of [`RoutingSigner`] owes.
///
/// # Errors
/// [`SignerError::WrongSignature`] and [`SignerError::Unusable`].
pub fn checked<S: Signable>(address: Address, snapshot: S, signature: Bytes) -> Result<Signed<S>, SignerError> {
    let signed = Signed::new(snapshot, signature).map_err(SignerError::Unusable)?;
    match signed.signer() {
        recovered if recovered == address => Ok(signed),
        recovered => Err(SignerError::WrongSignature { address, recovered }),
    }
}

/// The same check for a receipt.
///
/// # Errors
/// [`SignerError::WrongSignature`] and [`SignerError::UnusableReceipt`].
pub fn checked_receipt(address: Address, draft: ReceiptDraft, signature: Bytes) -> Result<Receipt, SignerError> {
    let receipt = draft.sign(signature).map_err(SignerError::UnusableReceipt)?;
    match receipt.issuer() {
        recovered if recovered == address => Ok(receipt),
        recovered => Err(SignerError::WrongSignature { address, recovered }),
    }
}
