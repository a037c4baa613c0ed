//! Encrypted key files: Web3 Secret Storage, version 3, as geth, Foundry and ethers write and read them.
//!
//! The parameters of the key derivation come from the file, so they are checked before a byte is derived: a file must not be able
//! to make this process take gigabytes or hours.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aes::Aes128;
use alloy_primitives::{Address, Keccak256, hex};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::Hmac;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use settlement::clock::IdSource;
use sha2::Sha256;

use crate::key::{KeyError, WalletKey, read_private};

/// Key files are under 1 KiB; this leaves room for what other tools add.
const MAX_FILE_BYTES: u64 = 64 * 1_024;
/// The version of the format; 1 and 2 are of 2014 and 2015.
const VERSION: u64 = 3;
const CIPHER: &str = "aes-128-ctr";
/// The only length in use: 16 bytes encrypt, 16 authenticate.
const DERIVED_BYTES: usize = 32;
const IV_BYTES: usize = 16;
/// New files: 128 MiB and some tenths of a second for each guess at the password (OWASP's first choice for scrypt).
const NEW_SCRYPT: Scrypt = Scrypt { n: 1 << 17, r: 8, p: 1 };
/// Twice what geth's standard (n = 2^18, r = 8) needs.
const MAX_SCRYPT_BYTES: u64 = 512 * 1_024 * 1_024;
/// Of n × r × p; four times geth's standard: a few seconds.
const MAX_SCRYPT_WORK: u64 = 1 << 23;
/// A few seconds; nearly twenty times geth's 262,144.
const MAX_PBKDF2_ROUNDS: u64 = 5_000_000;
/// Salts in use have 32 bytes.
const MAX_SALT_BYTES: usize = 128;

/// Why a key file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The file cannot be read, or others can read it.
    #[error(transparent)]
    File(#[from] KeyError),
    /// There is a file already; it is left alone.
    #[error("{} exists already and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("cannot write the key file {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A key file without a password protects nothing.
    #[error("the password of a key file cannot be empty")]
    EmptyPassword,
    /// Not JSON, or not of the right shape. The parser's own words could quote a key, if the file is one in plain text.
    #[error("not a version 3 keystore: the JSON is wrong at line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field has a value that no keystore has, or that is not supported.
    #[error("not a usable keystore: {field} must be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// Opening the file would take too much memory or time.
    #[error("the keystore asks for {asked} of {cost}; at most {most} are accepted")]
    TooExpensive {
        /// What there would be too much of.
        cost: &'static str,
        /// How much of it.
        asked: u64,
        /// The limit.
        most: u64,
    },
    /// The authentication code does not match.
    #[error("wrong password, or the keystore is damaged")]
    WrongPassword,
    /// The file names another address than its key has.
    #[error("the keystore says it is of {claimed}, but its key is of {actual}")]
    OtherAddress {
        /// What the file says.
        claimed: String,
        /// The key's address.
        actual: Address,
    },
    /// What was decrypted is no key.
    #[error("the keystore does not contain a private key")]
    NoKey,
}

/// A key file that was just made.
#[derive(Debug)]
pub struct Created {
    /// Its key.
    pub key: WalletKey,
    /// Where it is.
    pub path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u64,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Serialize, Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: String,
    #[serde(flatten)]
    kdf: Kdf,
    mac: String,
}

#[derive(Serialize, Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt {
        #[serde(flatten)]
        cost: Scrypt,
        dklen: u64,
        salt: String,
    },
    Pbkdf2 {
        c: u64,
        prf: String,
        dklen: u64,
        salt: String,
    },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Scrypt {
    n: u64,
    r: u64,
    p: u64,
}

/// Makes a key file with a new key: at `path`, or as `<address>.json` in it when it is a directory. Only its owner can read it (0600).
///
/// # Errors
/// When the password is empty, a file is there already, or it cannot be written.
pub fn create(path: &Path, password: &SecretString, ids: &dyn IdSource) -> Result<Created, KeystoreError> {
    if password.expose_secret().is_empty() {
        return Err(KeystoreError::EmptyPassword);
    }
    let secret = Zeroizing::new(ids.secret());
    let key = WalletKey::from_scalar(&secret)?;
    let path = if path.is_dir() { path.join(format!("{}.json", key.address())) } else { path.to_owned() };
    if path.exists() {
        return Err(KeystoreError::Exists(path));
    }
    let document = encrypt(&secret, key.address(), password, ids)?;
    let text = serde_json::to_string(&document).expect("a document of strings and integers is always JSON");
    write_new(&path, text.as_bytes())?;
    Ok(Created { key, path })
}

/// Opens a key file.
///
/// # Errors
/// When the file is open to other users, is not a version 3 keystore, asks for too much work, or the password is wrong.
pub fn open(path: &Path, password: &SecretString) -> Result<WalletKey, KeystoreError> {
    let text = read_private(path, MAX_FILE_BYTES)?;
    let document: Document = serde_json::from_str(text.expose_secret()).map_err(|e| KeystoreError::Malformed { line: e.line(), column: e.column() })?;
    if document.version != VERSION {
        return Err(KeystoreError::Field { field: "version", expected: "3" });
    }
    let secret = decrypt(&document.crypto, password)?;
    let key = WalletKey::from_scalar(&secret).map_err(|_| KeystoreError::NoKey)?;
    check_address(document.address, key.address())?;
    Ok(key)
}

/// Old and foreign files leave the address out, or write it without `0x`.
fn check_address(claimed: Option<String>, actual: Address) -> Result<(), KeystoreError> {
    let Some(claimed) = claimed else { return Ok(()) };
    let digits = claimed.strip_prefix("0x").unwrap_or(&claimed);
    if digits.eq_ignore_ascii_case(&hex::encode(actual)) { Ok(()) } else { Err(KeystoreError::OtherAddress { claimed, actual }) }
}

fn encrypt(secret: &[u8; 32], address: Address, password: &SecretString, ids: &dyn IdSource) -> Result<Document, KeystoreError> {
    let (salt, random) = (ids.secret(), ids.secret());
    let (iv, id) = random.split_at(IV_BYTES);
    let derived = NEW_SCRYPT.derive(password, &salt)?;
    let mut ciphertext = *secret;
    apply_cipher(&derived, iv, &mut ciphertext);
    Ok(Document {
        version: VERSION,
        id: uuid_v4(id),
        address: Some(hex::encode(address)),
        crypto: Crypto {
            cipher: CIPHER.to_owned(),
            cipherparams: CipherParams { iv: hex::encode(iv) },
            mac: hex::encode(mac(&derived, &ciphertext)),
            ciphertext: hex::encode(ciphertext),
            kdf: Kdf::Scrypt { cost: NEW_SCRYPT, dklen: DERIVED_BYTES as u64, salt: hex::encode(salt) },
        },
    })
}

fn decrypt(crypto: &Crypto, password: &SecretString) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
    if crypto.cipher != CIPHER {
        return Err(KeystoreError::Field { field: "crypto.cipher", expected: CIPHER });
    }
    let iv: [u8; IV_BYTES] = bytes(&crypto.cipherparams.iv, "crypto.cipherparams.iv", "16 bytes in hex")?;
    let mut secret = Zeroizing::new(bytes(&crypto.ciphertext, "crypto.ciphertext", "32 bytes in hex")?);
    let expected: [u8; 32] = bytes(&crypto.mac, "crypto.mac", "32 bytes in hex")?;
    let derived = crypto.kdf.derive(password)?;
    if mac(&derived, secret.as_slice()) != expected {
        return Err(KeystoreError::WrongPassword);
    }
    apply_cipher(&derived, &iv, secret.as_mut_slice());
    Ok(secret)
}

type Derived = Zeroizing<[u8; DERIVED_BYTES]>;

impl Kdf {
    fn derive(&self, password: &SecretString) -> Result<Derived, KeystoreError> {
        let (Self::Scrypt { dklen, salt, .. } | Self::Pbkdf2 { dklen, salt, .. }) = self;
        if *dklen != DERIVED_BYTES as u64 {
            return Err(KeystoreError::Field { field: "crypto.kdfparams.dklen", expected: "32" });
        }
        let salt = hex::decode(salt)
            .ok()
            .filter(|salt| (1..=MAX_SALT_BYTES).contains(&salt.len()))
            .ok_or(KeystoreError::Field { field: "crypto.kdfparams.salt", expected: "1 to 128 bytes in hex" })?;
        match self {
            Self::Scrypt { cost, .. } => cost.derive(password, &salt),
            Self::Pbkdf2 { c, prf, .. } => pbkdf2(*c, prf, password, &salt),
        }
    }
}

impl Scrypt {
    fn derive(self, password: &SecretString, salt: &[u8]) -> Result<Derived, KeystoreError> {
        let invalid =
            KeystoreError::Field { field: "crypto.kdfparams", expected: "scrypt's: n a power of two from 2 and below 2^(16 × r), r and p from 1 (RFC 7914)" };
        let Scrypt { n, r, p } = self;
        if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
            return Err(invalid);
        }
        let memory = n.saturating_mul(r).saturating_mul(128);
        let work = n.saturating_mul(r).saturating_mul(p);
        at_most("bytes of memory (128 × n × r)", memory, MAX_SCRYPT_BYTES)?;
        at_most("units of work (n × r × p)", work, MAX_SCRYPT_WORK)?;
        let (Ok(log_n), Ok(r), Ok(p)) = (u8::try_from(n.ilog2()), u32::try_from(r), u32::try_from(p)) else { return Err(invalid) };
        let Ok(params) = scrypt::Params::new(log_n, r, p) else { return Err(invalid) };
        let mut key = Zeroizing::new([0; DERIVED_BYTES]);
        scrypt::scrypt(password.expose_secret().as_bytes(), salt, &params, key.as_mut_slice()).expect("scrypt makes keys of 32 bytes");
        Ok(key)
    }
}

fn pbkdf2(rounds: u64, prf: &str, password: &SecretString, salt: &[u8]) -> Result<Derived, KeystoreError> {
    if prf != "hmac-sha256" {
        return Err(KeystoreError::Field { field: "crypto.kdfparams.prf", expected: "hmac-sha256" });
    }
    at_most("PBKDF2 rounds (c)", rounds, MAX_PBKDF2_ROUNDS)?;
    let invalid = || KeystoreError::Field { field: "crypto.kdfparams.c", expected: "1 or more" };
    let rounds = u32::try_from(rounds).ok().filter(|rounds| *rounds > 0).ok_or_else(invalid)?;
    let mut key = Zeroizing::new([0; DERIVED_BYTES]);
    pbkdf2::pbkdf2::<Hmac<Sha256>>(password.expose_secret().as_bytes(), salt, rounds, key.as_mut_slice());
    Ok(key)
}

fn at_most(cost: &'static str, asked: u64, most: u64) -> Result<(), KeystoreError> {
    if asked <= most { Ok(()) } else { Err(KeystoreError::TooExpensive { cost, asked, most }) }
}

/// AES-128 in counter mode under the first half of the derived key: the same for both directions.
fn apply_cipher(derived: &Derived, iv: &[u8], text: &mut [u8]) {
    let mut cipher = Ctr128BE::<Aes128>::new_from_slices(&derived[..16], iv).expect("16 bytes of key and 16 of initial counter are what AES-128-CTR takes");
    cipher.apply_keystream(text);
}

/// Keccak-256 of the second half of the derived key and the ciphertext.
fn mac(derived: &Derived, ciphertext: &[u8]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    hasher.update(&derived[16..]);
    hasher.update(ciphertext);
    hasher.finalize().0
}

fn bytes<const N: usize>(text: &str, field: &'static str, expected: &'static str) -> Result<[u8; N], KeystoreError> {
    hex::decode_to_array(text).map_err(|_| KeystoreError::Field { field, expected })
}

/// RFC 9562, version 4, of 16 random bytes.
fn uuid_v4(random: &[u8]) -> String {
    let mut bytes: [u8; 16] = random.try_into().expect("half of 32 bytes is 16");
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// Writes a file that must not exist, readable by its owner only from the moment it exists.
fn write_new(path: &Path, text: &[u8]) -> Result<(), KeystoreError> {
    let unwritable = |source| KeystoreError::Unwritable { path: path.to_owned(), source };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => KeystoreError::Exists(path.to_owned()),
        _ => unwritable(source),
    })?;
    // Half a key file is worse than none: it would be in the way of the next attempt.
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|source| {
        let _ = std::fs::remove_file(path);
        unwritable(source)
    })
}
