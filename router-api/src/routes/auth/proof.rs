//! Proof that a wallet's owner is at the other end: a sign-in message, a nonce, a signature.

use std::fmt;

use serde::Deserialize;
use settlement::Timestamp;
use settlement::agreement::is_signed_by;
use settlement::ids::ProfileId;
use settlement::wallet::WalletProof;
use store::{Tx, Wallet};
use utoipa::ToSchema;

use crate::extract::Prepare;
use crate::extract::wire::HexBytes;
use crate::problem::{Code, Problem};
use crate::siwe::{Message, digest};
use crate::state::Api;

/// A message as the wallet signed it, and the signature.
// `Debug` shows neither: until the nonce is used, whoever has both can sign in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "message": "pay.example wants you to sign in with your Ethereum account:\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n\n\nURI: https://pay.example\nVersion: 1\nChain ID: 8453\nNonce: 3f6c1b0a9e\nIssued At: 2026-01-31T12:00:00.000Z",
    "signature": "0x1b",
}))]
pub struct SignedMessage {
    /// EIP-4361 text, to the byte.
    #[schema(max_length = 4096)]
    pub message: String,
    /// EIP-191 signature of the text: 65 bytes of a key wallet, or what a contract wallet accepts (ERC-1271).
    pub signature: HexBytes,
}

impl fmt::Debug for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMessage").finish_non_exhaustive()
    }
}

impl Prepare for SignedMessage {
    type Prepared = Result<Proved, Problem>;

    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        verify(api, self).await
    }
}

/// A message that its wallet signed, and how that was seen.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The message.
    pub message: Message,
    /// By the key, or by the contract on the chain that the message names.
    pub proof: WalletProof,
}

/// Checks message and signature. The nonce is still to be taken, in the transaction that the proof is for; a chain is asked only for a message whose nonce can be.
///
/// # Errors
/// 401 `sign_in_refused` naming what does not match; 503 when a contract wallet cannot be asked, or does not answer within 5 s.
pub async fn verify(api: &Api, signed: &SignedMessage) -> Result<Proved, Problem> {
    let refused = |why: String| Problem::new(Code::SignInRefused, why);
    let message = Message::parse(&signed.message).map_err(|error| refused(error.to_string()))?;
    let chains = api.config.chains.iter().map(|chain| chain.chain_id);
    message.check(&api.config.public_url, chains, api.now()).map_err(|error| refused(error.to_string()))?;
    let digest = digest(&signed.message);
    if !is_signed_by(&digest, &signed.signature, message.address) && !api.store.is_nonce_open(&message.nonce, api.now()).await? {
        return Err(unknown_nonce());
    }
    let proof = api.prove(message.chain_id, message.address, digest, &signed.signature).await.map_err(|error| error.problem(refused))?;
    Ok(Proved { message, proof })
}

/// The wallet that this proof is of, where it is somebody's.
///
/// # Errors
/// 403 `wallet_retired`.
pub async fn known_wallet(tx: &mut Tx, proved: &Proved) -> Result<Option<Wallet>, Problem> {
    let at_address = tx.wallets_at(proved.message.address).await?;
    match Wallet::proved_by(&at_address, proved.proof) {
        Some(wallet) if wallet.retired_at.is_some() => Err(retired()),
        wallet => Ok(wallet.cloned()),
    }
}

/// A wallet that speaks for nobody any more.
pub(crate) fn retired() -> Problem {
    Problem::new(Code::WalletRetired, "this wallet was retired by its profile: it speaks for nobody here, and does not come back")
}

/// Uses the message's nonce up.
///
/// # Errors
/// 401 when it is not ours, was used before or is too old.
pub async fn take_nonce(tx: &mut Tx, message: &Message, now: Timestamp) -> Result<(), Problem> {
    match tx.take_nonce(&message.nonce, now).await? {
        true => Ok(()),
        false => Err(unknown_nonce()),
    }
}

fn unknown_nonce() -> Problem {
    Problem::new(Code::SignInRefused, "the nonce is unknown, was used or has expired; ask for a new one")
}
