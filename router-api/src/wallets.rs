//! Whether a signature is a wallet's: of its key, or accepted by its contract (ERC-1271).

use std::time::Duration;

use alloy_primitives::{Address, B256};
use settlement::agreement::is_signed_by;
use settlement::wallet::WalletProof;
use store::StoreError;

use crate::problem::{Code, Problem};
use crate::state::{Api, ContractWalletsUnavailable};

/// How long a chain may take to answer for a contract wallet: the caller waits for it.
const WALLET_ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Why a signature proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotProved {
    /// It is not one of this wallet.
    #[error("the signature is not one of {0}")]
    Signature(Address),
    /// The wallet is known here by its key, so a contract at its address (EIP-7702) does not speak for it.
    #[error("{0} has proved itself here by its key: sign with the key, a contract at the address does not speak for it")]
    KeyDecides(Address),
    /// The chain cannot be asked now.
    #[error(transparent)]
    Unavailable(#[from] ContractWalletsUnavailable),
    /// The database does not say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotProved {
    /// The problem: what is wrong with the signature is for `refused` to say.
    pub(crate) fn problem(self, refused: impl FnOnce(String) -> Problem) -> Problem {
        match self {
            Self::Signature(_) | Self::KeyDecides(_) => refused(self.to_string()),
            Self::Unavailable(error) => error.into(),
            Self::Store(error) => error.into(),
        }
    }
}

impl From<ContractWalletsUnavailable> for Problem {
    fn from(error: ContractWalletsUnavailable) -> Self {
        tracing::warn!(error = %error, "a contract wallet could not be asked");
        Self::new(Code::ContractWalletsUnavailable, error.to_string())
    }
}

impl Api {
    /// How a signature of a digest proves a wallet: by its key, or by the contract that it is on this chain, which says nothing about other chains. Whose the
    /// wallet is, and whether it still speaks for anybody, is for the caller to look up by that proof.
    ///
    /// # Errors
    /// When it is neither, or the chain or the database cannot be asked.
    pub(crate) async fn prove(&self, chain_id: u64, wallet: Address, digest: B256, signature: &[u8]) -> Result<WalletProof, NotProved> {
        if is_signed_by(&digest, signature, wallet) {
            return Ok(WalletProof::Key);
        }
        if self.store.wallets_at(wallet).await?.iter().any(|known| known.proof == WalletProof::Key) {
            return Err(NotProved::KeyDecides(wallet));
        }
        let asked = self.contract_wallets.is_valid_signature(chain_id, wallet, digest, signature);
        match tokio::time::timeout(WALLET_ANSWERS_WITHIN, asked).await.unwrap_or(Err(ContractWalletsUnavailable { chain_id }))? {
            true => Ok(WalletProof::Contract { chain_id }),
            false => Err(NotProved::Signature(wallet)),
        }
    }
}
