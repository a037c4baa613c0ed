//! A routing signer that tests can take away.

use std::sync::atomic::{AtomicU8, Ordering};

use alloy_primitives::Address;
use async_trait::async_trait;
use secrecy::SecretString;
use settlement::receipt::{Receipt, ReceiptDraft};
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{SignedSnapshot, Snapshot};
use signer::{LocalSigner, RoutingSigner, SignerError};
use tokio::sync::Notify;

const ANSWERS: u8 = 0;
const FAILS: u8 = 1;
const HANGS: u8 = 2;

/// The routing signer of every test.
#[derive(Debug)]
pub struct SignerSwitch {
    signer: LocalSigner,
    mode: AtomicU8,
    asked: Notify,
}

impl SignerSwitch {
    pub fn new() -> Self {
        Self { signer: LocalSigner::from_hex(&SecretString::from("11".repeat(32))).unwrap(), mode: AtomicU8::new(ANSWERS), asked: Notify::new() }
    }

    /// It signs, as it does from the start.
    pub fn answer(&self) {
        self.mode.store(ANSWERS, Ordering::SeqCst);
    }

    /// It cannot be reached.
    pub fn fail(&self) {
        self.mode.store(FAILS, Ordering::SeqCst);
    }

    /// Returns once somebody has asked it to sign since this was called last.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    async fn reach(&self) -> Result<(), SignerError> {
        self.asked.notify_one();
        match self.mode.load(Ordering::SeqCst) {
            FAILS => Err(SignerError::Unavailable { reason: "switched off by the test".to_owned() }),
            HANGS => std::future::pending().await,
            _ => Ok(()),
        }
    }

    /// It takes every request and never answers.
    pub fn hang(&self) {
        self.mode.store(HANGS, Ordering::SeqCst);
    }
}

#[async_trait]
impl RoutingSigner for SignerSwitch {
    fn address(&self) -> Address {
        self.signer.address()
    }

    async fn sign(&self, snapshot: Snapshot) -> Result<SignedSnapshot, SignerError> {
        self.reach().await?;
        self.signer.sign(snapshot).await
    }

    async fn sign_receipt(&self, draft: ReceiptDraft) -> Result<Receipt, SignerError> {
        self.reach().await?;
        self.signer.sign_receipt(draft).await
    }

    async fn sign_refund(&self, refund: RefundSnapshot) -> Result<SignedRefund, SignerError> {
        self.reach().await?;
        self.signer.sign_refund(refund).await
    }
}
