//! A routing signer with its key in this process.

use std::path::Path;

use alloy_primitives::Address;
use async_trait::async_trait;
use secrecy::SecretString;
use settlement::receipt::{Receipt, ReceiptDraft};
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{Signable, SignedSnapshot, Snapshot};

use crate::key::{KeyError, WalletKey};
use crate::keystore::{self, KeystoreError};
use crate::routing::{RoutingSigner, SignerError, checked, checked_receipt};

/// Signs with a key in this process. Signs whatever it is given: put a [`crate::policy::PolicySigner`] in front of it.
#[derive(Clone, Debug)]
pub struct LocalSigner(WalletKey);

impl LocalSigner {
    /// With this key.
    #[must_use]
    pub const fn new(key: WalletKey) -> Self {
        Self(key)
    }

    /// See [`WalletKey::from_hex`].
    ///
    /// # Errors
    /// When the text is not a key.
    pub fn from_hex(secret: &SecretString) -> Result<Self, KeyError> {
        WalletKey::from_hex(secret).map(Self)
    }

    /// See [`WalletKey::from_env`].
    ///
    /// # Errors
    /// When the variable is not set or holds no key.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        WalletKey::from_env(variable).map(Self)
    }

    /// See [`WalletKey::from_file`].
    ///
    /// # Errors
    /// When the file cannot be read, is open to other users, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        WalletKey::from_file(path).map(Self)
    }

    /// See [`keystore::open`].
    ///
    /// # Errors
    /// When the file is open to other users, is no keystore, asks for too much work, or the password is wrong.
    pub fn from_keystore(path: &Path, password: &SecretString) -> Result<Self, KeystoreError> {
        keystore::open(path, password).map(Self)
    }
}

#[async_trait]
impl RoutingSigner for LocalSigner {
    fn address(&self) -> Address {
        self.0.address()
    }

    async fn sign(&self, snapshot: Snapshot) -> Result<SignedSnapshot, SignerError> {
        let signature = self.0.sign_digest(&snapshot.digest());
        checked(self.address(), snapshot, signature)
    }

    async fn sign_refund(&self, refund: RefundSnapshot) -> Result<SignedRefund, SignerError> {
        let signature = self.0.sign_digest(&refund.digest());
        checked(self.address(), refund, signature)
    }

    async fn sign_receipt(&self, draft: ReceiptDraft) -> Result<Receipt, SignerError> {
        let signature = self.0.sign_digest(&draft.digest());
        checked_receipt(self.address(), draft, signature)
    }
}
