//! A secp256k1 key in this process, and where it may come from.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use alloy::network::EthereumWallet;
use alloy_primitives::{Address, B256, Bytes, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// A key file is 64 hex digits, perhaps `0x` and a line end; anything much longer is the wrong file.
const MAX_KEY_FILE_BYTES: u64 = 256;
/// Permission bits of group and others.
const OTHERS: u32 = 0o077;

/// A private key: the routing signer's, a party's that signs agreements and sign-in messages, or a buyer's that pays.
///
/// Shows its address and nothing else; the key is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct WalletKey(PrivateKeySigner);

/// Why there is no key. Never says anything about the key itself.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is not a private key.
    #[error("not a private key: expected 64 hexadecimal digits, a number between 1 and the order of secp256k1")]
    Malformed,
    /// The variable is not set, or not text.
    #[error("the environment variable {0} does not hold a private key: it is not set, or not text")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("cannot read the key file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Other users of the machine could read the key.
    #[error("the key file {} is open to other users (mode {mode:04o}); run: chmod 600 {}", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl WalletKey {
    /// From 64 hex digits, with or without `0x`; white space around them is ignored.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn from_hex(secret: &SecretString) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        let text = secret.expose_secret().trim();
        // The decoder's own error quotes what it stumbled over, which would be a piece of the key.
        hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| KeyError::Malformed)?;
        Self::from_scalar(&bytes)
    }

    /// From a hex key in an environment variable.
    ///
    /// # Errors
    /// When the variable is not set or holds no key.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let text = std::env::var(variable).map_err(|_| KeyError::NoVariable(variable.to_owned()))?;
        Self::from_hex(&SecretString::from(text))
    }

    /// From a file that holds a hex key and that nobody but its owner can read or write.
    ///
    /// # Errors
    /// When the file cannot be read, is open to other users, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let text = read_private(path, MAX_KEY_FILE_BYTES)?;
        Self::from_hex(&text)
    }

    /// A new key from 32 unpredictable bytes (`IdSource::secret`).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when the bytes are zero or not below the order of the curve, which chance does once in 2^127.
    pub fn from_scalar(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        PrivateKeySigner::from_slice(bytes).map(Self).map_err(|_| KeyError::Malformed)
    }

    /// The address of the key.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.0.address()
    }

    /// Signs 32 bytes as they are: an EIP-712 digest, such as `settlement::agreement::agreement_digest`. 65 bytes `r ‖ s ‖ v`, low `s`.
    #[must_use]
    pub fn sign_digest(&self, digest: &B256) -> Bytes {
        self.0.sign_hash_sync(digest).expect("ECDSA with a valid key signs every 32 bytes").as_bytes().into()
    }

    /// Signs text under the EIP-191 prefix, as wallets do for sign-in messages (EIP-4361). 65 bytes `r ‖ s ‖ v`, low `s`.
    #[must_use]
    pub fn sign_message(&self, message: &str) -> Bytes {
        self.0.sign_message_sync(message.as_bytes()).expect("ECDSA with a valid key signs every 32 bytes").as_bytes().into()
    }

    /// As a wallet that signs the transactions of a provider.
    #[must_use]
    pub fn transaction_signer(&self) -> EthereumWallet {
        EthereumWallet::from(self.0.clone())
    }
}

impl fmt::Debug for WalletKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WalletKey").field(&self.address()).finish()
    }
}

/// Reads a secret file that only its owner may touch; what is longer than `max_bytes` is cut there.
pub(crate) fn read_private(path: &Path, max_bytes: u64) -> Result<SecretString, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    // Of the open file, not of the name, which somebody could point elsewhere in between.
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(max_bytes).read_to_string(&mut text).map_err(unreadable)?;
    Ok(SecretString::from(text))
}
