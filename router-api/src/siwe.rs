//! Sign-In with Ethereum messages (EIP-4361): read strictly, compared with what this instance expects.
//!
//! The signature is over the whole text, so reading needs to be exact only about the fields that are compared.

use std::time::Duration;

use alloy_primitives::{Address, B256, eip191_hash_message};
use settlement::Timestamp;
use settlement::asset::parse_address;
use url::Url;

/// Longest message, in bytes: a dozen lines, and room for resources.
const MAX_MESSAGE_BYTES: usize = 4_096;
/// How far the clock of a wallet may be ahead of ours.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// The oldest message that is taken, and the lifetime of a nonce: time for a person to read and sign.
pub const MAX_AGE: Duration = Duration::from_secs(600);
/// Shortest nonce that the standard allows.
const MIN_NONCE_LENGTH: usize = 8;

/// The fields of a message that decide something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The host (and port) that asks for the sign-in.
    pub domain: String,
    /// The wallet.
    pub address: Address,
    /// What the sign-in is for.
    pub uri: Url,
    /// EIP-155 chain id, where a contract wallet is asked.
    pub chain_id: u64,
    /// One-time text from the instance.
    pub nonce: String,
    /// When it was written.
    pub issued_at: Timestamp,
    /// Until when it holds.
    pub expiration_time: Option<Timestamp>,
    /// From when it holds.
    pub not_before: Option<Timestamp>,
}

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiweError {
    /// Not the text of EIP-4361.
    #[error("not an EIP-4361 message: {0}")]
    Malformed(&'static str),
    /// For another host: perhaps a phishing site passes on what its visitor signed.
    #[error("the message is for {found}, this instance is {expected}")]
    Domain {
        /// What the message says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// For a chain that is not configured.
    #[error("chain {0} is not one of this instance")]
    Chain(u64),
    /// Outside its time.
    #[error("{0}")]
    Time(&'static str),
}

impl Message {
    /// Reads the text that was signed.
    ///
    /// # Errors
    /// [`SiweError::Malformed`], with the line that does not fit.
    pub fn parse(text: &str) -> Result<Self, SiweError> {
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(SiweError::Malformed("it is longer than 4096 bytes"));
        }
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default();
        let origin = first.strip_suffix(" wants you to sign in with your Ethereum account:").ok_or(SiweError::Malformed("the first line"))?;
        let domain = origin.split_once("://").map_or(origin, |(_scheme, domain)| domain);
        let address = lines.next().and_then(|line| parse_address(line).ok()).ok_or(SiweError::Malformed("the address"))?;
        let mut lines = lines.skip_while(|line| !line.starts_with("URI: ")).peekable();
        let uri = field(&mut lines, "URI: ").and_then(|uri| Url::parse(uri).ok()).ok_or(SiweError::Malformed("URI"))?;
        if field(&mut lines, "Version: ") != Some("1") {
            return Err(SiweError::Malformed("Version"));
        }
        let chain_id = field(&mut lines, "Chain ID: ").and_then(|id| id.parse().ok()).ok_or(SiweError::Malformed("Chain ID"))?;
        let nonce = field(&mut lines, "Nonce: ").filter(|nonce| is_nonce(nonce)).ok_or(SiweError::Malformed("Nonce"))?;
        let issued_at = time(&mut lines, "Issued At: ")?.ok_or(SiweError::Malformed("Issued At"))?;
        let expiration_time = time(&mut lines, "Expiration Time: ")?;
        let not_before = time(&mut lines, "Not Before: ")?;
        field(&mut lines, "Request ID: ");
        rest_is_resources(lines)?;
        Ok(Self { domain: domain.to_owned(), address, uri, chain_id, nonce: nonce.to_owned(), issued_at, expiration_time, not_before })
    }

    /// Compares the message with this instance and the present time. Nonce and signature are the caller's to check.
    ///
    /// # Errors
    /// The first comparison that fails.
    pub fn check(&self, public_url: &Url, chains: impl IntoIterator<Item = u64>, now: Timestamp) -> Result<(), SiweError> {
        let expected = authority(public_url);
        if self.domain != expected {
            return Err(SiweError::Domain { found: self.domain.clone(), expected });
        }
        if self.uri.origin() != public_url.origin() {
            return Err(SiweError::Domain { found: authority(&self.uri), expected });
        }
        if !chains.into_iter().any(|id| id == self.chain_id) {
            return Err(SiweError::Chain(self.chain_id));
        }
        if self.issued_at > now.plus(CLOCK_SKEW) {
            return Err(SiweError::Time("the message is from the future"));
        }
        if self.issued_at.plus(MAX_AGE) <= now || self.expiration_time.is_some_and(|end| end <= now) {
            return Err(SiweError::Time("the message has expired"));
        }
        if self.not_before.is_some_and(|start| start > now.plus(CLOCK_SKEW)) {
            return Err(SiweError::Time("the message is not valid yet"));
        }
        Ok(())
    }
}

/// Host and port of a URL, as the first line of a message names them: the port only when it is not the scheme's own.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What the wallet signs for this text (EIP-191, `personal_sign`).
#[must_use]
pub fn digest(text: &str) -> B256 {
    eip191_hash_message(text)
}

/// The next line's value, if it is the field `name`; the line is left where it is otherwise.
fn field<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>, name: &str) -> Option<&'a str> {
    lines.next_if(|line| line.starts_with(name)).map(|line| &line[name.len()..])
}

fn time<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>, name: &'static str) -> Result<Option<Timestamp>, SiweError> {
    let Some(text) = field(lines, name) else { return Ok(None) };
    Timestamp::parse(text).map(Some).ok_or(SiweError::Malformed("a time that is not ISO-8601"))
}

fn is_nonce(text: &str) -> bool {
    text.len() >= MIN_NONCE_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn rest_is_resources<'a>(mut lines: impl Iterator<Item = &'a str>) -> Result<(), SiweError> {
    match lines.next() {
        None => Ok(()),
        Some("Resources:") if lines.all(|line| line.starts_with("- ")) => Ok(()),
        Some(_) => Err(SiweError::Malformed("a line after the fields")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pay.example:8080 wants you to sign in with your Ethereum account:\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n\n\
        Sign in to pay.\n\nURI: https://pay.example:8080/api/auth/siwe\nVersion: 1\nChain ID: 31337\nNonce: abcDEF123456\nIssued At: 2023-11-14T22:13:20.000Z\n\
        Expiration Time: 2023-11-14T22:18:20Z\nResources:\n- https://pay.example/terms";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000 + seconds)
    }

    fn here() -> Url {
        "https://pay.example:8080".parse().unwrap()
    }

    fn checked(text: &str, seconds: u64) -> Result<(), SiweError> {
        Message::parse(text)?.check(&here(), [1, 31_337], at(seconds))
    }

    #[test]
    fn the_fields_are_read() {
        let message = Message::parse(TEXT).unwrap();
        assert_eq!((message.domain.as_str(), message.chain_id, message.nonce.as_str()), ("pay.example:8080", 31_337, "abcDEF123456"));
        assert_eq!((message.issued_at, message.expiration_time, message.not_before), (at(0), Some(at(300)), None));
        assert_eq!(checked(TEXT, 10), Ok(()));
        let bare = TEXT.replace("Sign in to pay.\n", "").replace("\nResources:\n- https://pay.example/terms", "");
        assert_eq!(checked(&bare, 10), Ok(()));
        assert_eq!(checked(&TEXT.replace("pay.example:8080 wants", "https://pay.example:8080 wants"), 10), Ok(()));
    }

    #[test]
    fn another_host_chain_or_time_is_refused() {
        assert!(matches!(checked(&TEXT.replace("pay.example:8080 wants", "pay.evil wants"), 10), Err(SiweError::Domain { .. })));
        assert!(matches!(checked(&TEXT.replace("URI: https://pay.example:8080", "URI: https://pay.evil"), 10), Err(SiweError::Domain { .. })));
        assert_eq!(checked(&TEXT.replace("31337", "10"), 10), Err(SiweError::Chain(10)));
        assert!(matches!(checked(TEXT, 300), Err(SiweError::Time(_))), "the expiry itself is too late");
        assert!(matches!(checked(&TEXT.replace("\nExpiration Time: 2023-11-14T22:18:20Z", ""), 600), Err(SiweError::Time(_))), "messages age");
        let later = TEXT.replace("Resources:", "Not Before: 2023-11-14T22:17:00Z\nResources:");
        assert!(matches!(checked(&later, 10), Err(SiweError::Time(_))));
        assert!(matches!(checked(&TEXT.replace("2023-11-14T22:13:20.000Z", "2023-11-14T23:13:20.000Z"), 10), Err(SiweError::Time(_))));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let broken = [
            "",
            "hello",
            &TEXT.replace("Version: 1", "Version: 2"),
            &TEXT.replace("79C8", "79C9"),
            &TEXT.replace("abcDEF123456", "short"),
            &TEXT.replace("abcDEF123456", "abc-DEF-123456"),
            &TEXT.replace("Chain ID: 31337\n", ""),
            &TEXT.replace("Resources:\n- ", "Resources:\n* "),
            &format!("{TEXT}\nNonce: another12345"),
            &TEXT.replace("2023-11-14T22:18:20Z", "tomorrow"),
            &"x".repeat(5_000),
        ]
        .map(str::to_owned);
        for text in broken {
            assert!(matches!(Message::parse(&text), Err(SiweError::Malformed(_))), "{text}");
        }
    }
}
