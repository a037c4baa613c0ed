//! The secrets that deliveries are signed with. They have to be read again to sign, so they are stored sealed: XChaCha20-Poly1305 under a key that is derived
//! (HKDF-SHA256) from one of the instance, bound to the endpoint they are of.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use settlement::IdSource;
use settlement::ids::EndpointId;
use sha2::Sha256;
use standardwebhooks::Webhook;

/// What every secret starts with (Standard Webhooks 1.0, "Secrets").
const PREFIX: &str = "whsec_";
/// What the derived key is for: another purpose has another key.
const PURPOSE: &[u8] = b"counterfoil webhook secrets 1";
/// The length of the nonce, in bytes: long enough to be drawn by chance (draft-irtf-cfrg-xchacha-03).
const NONCE_LENGTH: usize = 24;

/// The secret of an endpoint. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct SigningSecret(SecretString);

/// A stored secret does not open: the key of the instance has changed, or the row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored secret does not open under the key of this instance")]
pub struct Unreadable;

/// The key under which secrets are sealed. `Debug` does not show it.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey([redacted])")
    }
}

impl SigningSecret {
    /// A new one: `whsec_` and 32 bytes in base64.
    #[must_use]
    pub fn mint(ids: &dyn IdSource) -> Self {
        Self(SecretString::from(format!("{PREFIX}{}", STANDARD.encode(ids.secret()))))
    }

    /// The text to hand to its owner, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The signature of a message: `v1,` and HMAC-SHA256 in base64.
    ///
    /// # Errors
    /// When the secret is none.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<String, Unreadable> {
        let webhook = Webhook::new(self.expose()).map_err(|_| Unreadable)?;
        webhook.sign(id, timestamp, body).map_err(|_| Unreadable)
    }
}

impl SealingKey {
    /// Derived from a secret of the instance.
    #[must_use]
    pub fn derive(secret: &SecretString) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes()).expand(PURPOSE, key.as_mut_slice()).expect("32 bytes are fewer than HKDF can give");
        Self(key)
    }

    /// Seals the secret of an endpoint.
    #[must_use]
    pub fn seal(&self, secret: &SigningSecret, endpoint: &EndpointId, ids: &dyn IdSource) -> Vec<u8> {
        let random = ids.secret();
        let nonce: [u8; NONCE_LENGTH] = *random.first_chunk().expect("a secret has 32 bytes");
        let payload = Payload { msg: secret.expose().as_bytes(), aad: endpoint.as_str().as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).expect("a secret is shorter than the cipher's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for an endpoint.
    ///
    /// # Errors
    /// When it was sealed under another key or for another endpoint, or was changed.
    pub fn open(&self, sealed: &[u8], endpoint: &EndpointId) -> Result<SigningSecret, Unreadable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>().ok_or(Unreadable)?;
        let payload = Payload { msg: sealed, aad: endpoint.as_str().as_bytes() };
        let opened = Zeroizing::new(self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unreadable)?);
        let text = std::str::from_utf8(&opened).map_err(|_| Unreadable)?;
        Ok(SigningSecret(SecretString::from(text)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FixedIds;

    fn endpoint(ids: &FixedIds) -> EndpointId {
        EndpointId::new(ids.ulid())
    }

    #[test]
    fn a_secret_opens_under_its_key_for_its_endpoint_and_not_otherwise() {
        let ids = FixedIds::default();
        let (one, other) = (endpoint(&ids), endpoint(&ids));
        let key = SealingKey::derive(&SecretString::from("k".repeat(32)));
        let secret = SigningSecret::mint(&ids);
        let sealed = key.seal(&secret, &one, &ids);
        assert_eq!(key.open(&sealed, &one).unwrap().expose(), secret.expose());
        assert_ne!(sealed, key.seal(&secret, &one, &ids), "each sealing has its own nonce");
        assert!(!sealed.windows(8).any(|part| secret.expose().as_bytes().windows(8).any(|text| text == part)));
        assert!(key.open(&sealed, &other).is_err());
        assert!(SealingKey::derive(&SecretString::from("l".repeat(32))).open(&sealed, &one).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed, &one).is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(&sealed[..length], &one).is_err());
        }
    }

    #[test]
    fn i12_neither_secret_nor_key_is_shown() {
        let ids = FixedIds::default();
        let secret = SigningSecret::mint(&ids);
        let shown = format!("{secret:?} {:?}", SealingKey::derive(&SecretString::from("hunter2")));
        assert!(!shown.contains(&secret.expose()[6..14]) && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // The example of the reference libraries.
        let secret = SigningSecret(SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(SigningSecret(SecretString::from("whsec_%%%")).sign("a", 1, b"").is_err());
    }
}
