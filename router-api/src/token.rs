//! Bearer tokens: 32 random bytes behind a prefix. Only a keyed hash is stored: a token is as strong as its bytes, so a fast hash is enough, and the key
//! makes a stolen table useless for testing guesses.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use settlement::IdSource;
use sha2::Sha256;

/// What every token starts with: people and secret scanners know it by that.
pub const PREFIX: &str = "cf_";
/// Hex digits after the prefix.
const DIGITS: usize = 64;

/// A fresh token, to be shown once. `Debug` does not show it.
#[derive(Clone)]
pub struct SecretToken(SecretString);

impl SecretToken {
    /// The text to hand to its owner, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}[redacted]")
    }
}

/// A new token: `cf_` and 64 hex digits.
#[must_use]
pub fn mint(ids: &dyn IdSource) -> SecretToken {
    SecretToken(SecretString::from(format!("{PREFIX}{}", hex::encode(ids.secret()))))
}

/// What is stored of a token: HMAC-SHA256 under the instance's key. Tokens are looked up by it, so no comparison depends on the secret's bytes.
#[must_use]
pub fn hash(key: &SecretString, token: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(token.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Whether the text has the form of a token.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == DIGITS && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

/// The text with everything that could be a token or the start of one taken out, for logs and answers.
pub(crate) fn scrub(text: &str) -> Cow<'_, str> {
    let Some(start) = find(text) else { return Cow::Borrowed(text) };
    let digits = text[start + PREFIX.len()..].bytes().take_while(u8::is_ascii_hexdigit).count();
    let rest = &text[start + PREFIX.len() + digits..];
    Cow::Owned(format!("{}{PREFIX}[redacted]{}", &text[..start], scrub(rest)))
}

/// Whether the text holds a token, or enough of one to be worth hiding.
pub(crate) fn is_in(text: &str) -> bool {
    find(text).is_some()
}

/// Where something like a token starts: the prefix in any case and at least 16 hex digits, so that a truncated one counts.
fn find(text: &str) -> Option<usize> {
    const ENOUGH: usize = 16;
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        let rest = &bytes[at..];
        rest.len() >= PREFIX.len() + ENOUGH
            && rest[..PREFIX.len()].eq_ignore_ascii_case(PREFIX.as_bytes())
            && rest[PREFIX.len()..][..ENOUGH].iter().all(u8::is_ascii_hexdigit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FixedIds;

    #[test]
    fn a_token_has_the_published_form_and_is_hashed_under_the_key() {
        let token = mint(&FixedIds::default());
        assert!(is_well_formed(token.expose()), "{}", token.expose());
        let (a, b) = (SecretString::from("a".repeat(32)), SecretString::from("b".repeat(32)));
        assert_eq!(hash(&a, token.expose()), hash(&a, token.expose()));
        assert_ne!(hash(&a, token.expose()), hash(&b, token.expose()));
        assert_ne!(hash(&a, "cf_0"), hash(&a, "cf_1"));
    }

    #[test]
    fn i12_a_token_is_not_shown() {
        let token = mint(&FixedIds::default());
        assert_eq!(format!("{token:?}"), "cf_[redacted]");
        let text = format!("/x?key={}&again={}#", token.expose(), token.expose().to_uppercase());
        assert_eq!(scrub(&text), "/x?key=cf_[redacted]&again=cf_[redacted]#");
        let part = &token.expose()[..30];
        assert_eq!(scrub(part), "cf_[redacted]");
        assert_eq!(scrub("/ünïcode/cf_short"), "/ünïcode/cf_short");
    }

    #[test]
    fn other_spellings_are_not_tokens() {
        let good = format!("cf_{}", "a1".repeat(32));
        assert!(is_well_formed(&good));
        for bad in [good[1..].to_owned(), good[..66].to_owned(), format!("{good}0"), good.to_uppercase(), good.replace("a1", "zz"), String::new()] {
            assert!(!is_well_formed(&bad), "{bad}");
        }
    }
}
