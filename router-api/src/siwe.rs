//! Sign-In with Ethereum messages (EIP-4361): read strictly, compared with what this instance expects.
//!
//! The parser is our own, some hundred lines by the grammar of the standard: the crate `siwe` brings an HTTP stack, a second implementation of the curve and a second
//! library for time, checks signatures by its own means (ours ask contract wallets behind a trait), and its errors do not say which line is wrong.

use std::iter::Peekable;
use std::str::Split;
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
    /// The scheme of the host, if it is named.
    pub scheme: Option<String>,
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
    /// Reads the text that was signed, by the grammar of EIP-4361: each line has its place, so that no statement can pass for a field.
    ///
    /// # Errors
    /// [`SiweError::Malformed`], with the line that does not fit.
    pub fn parse(text: &str) -> Result<Self, SiweError> {
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(SiweError::Malformed("it is longer than 4096 bytes"));
        }
        let mut lines = text.split('\n').peekable();
        let first = lines.next().unwrap_or_default();
        let origin = first.strip_suffix(" wants you to sign in with your Ethereum account:").ok_or(SiweError::Malformed("the first line"))?;
        let (scheme, domain) = origin.split_once("://").map_or((None, origin), |(scheme, domain)| (Some(scheme.to_owned()), domain));
        let address = lines.next().and_then(checksummed).ok_or(SiweError::Malformed("the address, with its EIP-55 checksum"))?;
        statement(&mut lines)?;
        let uri = field(&mut lines, "URI: ").and_then(uri).ok_or(SiweError::Malformed("URI"))?;
        if field(&mut lines, "Version: ") != Some("1") {
            return Err(SiweError::Malformed("Version"));
        }
        let chain_id = field(&mut lines, "Chain ID: ").filter(|id| is_digits(id)).and_then(|id| id.parse().ok()).ok_or(SiweError::Malformed("Chain ID"))?;
        let nonce = field(&mut lines, "Nonce: ").filter(|nonce| is_nonce(nonce)).ok_or(SiweError::Malformed("Nonce"))?;
        let issued_at = time(&mut lines, "Issued At: ")?.ok_or(SiweError::Malformed("Issued At"))?;
        let expiration_time = time(&mut lines, "Expiration Time: ")?;
        let not_before = time(&mut lines, "Not Before: ")?;
        if !field(&mut lines, "Request ID: ").is_none_or(|id| id.bytes().all(is_pchar)) {
            return Err(SiweError::Malformed("Request ID"));
        }
        rest_is_resources(lines)?;
        Ok(Self { scheme, domain: domain.to_owned(), address, uri, chain_id, nonce: nonce.to_owned(), issued_at, expiration_time, not_before })
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
        if let Some(scheme) = self.scheme.as_ref().filter(|scheme| *scheme != public_url.scheme()) {
            return Err(SiweError::Domain { found: format!("{scheme}://{}", self.domain), expected: format!("{}://{expected}", public_url.scheme()) });
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

/// What is left to read.
type Lines<'a> = Peekable<Split<'a, char>>;

/// The next line's value, if it is the field `name`; the line is left where it is otherwise.
fn field<'a>(lines: &mut Lines<'a>, name: &str) -> Option<&'a str> {
    lines.next_if(|line| line.starts_with(name)).map(|line| &line[name.len()..])
}

/// Between the address and the URI: an empty line, then the statement and another empty line, or only another empty line.
fn statement(lines: &mut Lines<'_>) -> Result<(), SiweError> {
    let is_sound = match (lines.next(), lines.next()) {
        (Some(""), Some("")) => true,
        (Some(""), Some(statement)) => statement.bytes().all(|byte| byte == b' ' || is_uri_character(byte)) && lines.next() == Some(""),
        _ => false,
    };
    if is_sound { Ok(()) } else { Err(SiweError::Malformed("the statement: one line of plain characters between empty ones")) }
}

fn checksummed(text: &str) -> Option<Address> {
    parse_address(text).ok().filter(|address| address.to_string() == text)
}

/// RFC 3986, as far as what is signed decides something: no spaces, nothing but ASCII.
fn uri(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|_| text.bytes().all(|byte| byte == b'%' || is_uri_character(byte)))
}

fn time(lines: &mut Lines<'_>, name: &'static str) -> Result<Option<Timestamp>, SiweError> {
    let Some(text) = field(lines, name) else { return Ok(None) };
    Timestamp::parse(text).filter(|_| is_rfc3339(text)).map(Some).ok_or(SiweError::Malformed("a time that is not RFC 3339"))
}

/// The shape of RFC 3339 (`date-time`): the parser of instants takes more spellings.
fn is_rfc3339(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let Some((start, rest)) = text.as_bytes().split_at_checked(SHAPE.len()) else { return false };
    let fraction = rest.strip_prefix(b".").map_or(0, |digits| 1 + digits.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let is_offset = |offset: &[u8]| match offset {
        b"Z" => true,
        [b'+' | b'-', hours_minutes @ ..] => hours_minutes.len() == 5 && hours_minutes.iter().zip(b"00:00").all(fits),
        _ => false,
    };
    start.iter().zip(SHAPE).all(fits) && fraction != 1 && is_offset(&rest[fraction..])
}

fn is_nonce(text: &str) -> bool {
    text.len() >= MIN_NONCE_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `unreserved` and `reserved` of RFC 3986.
fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte)
}

/// `pchar` of RFC 3986.
fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte)
}

fn rest_is_resources(mut lines: Lines<'_>) -> Result<(), SiweError> {
    match lines.next() {
        None => Ok(()),
        Some("Resources:") if lines.all(|line| line.strip_prefix("- ").is_some_and(|resource| uri(resource).is_some())) => Ok(()),
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
        let bare = TEXT.replace("Sign in to pay.\n\n", "\n").replace("\nResources:\n- https://pay.example/terms", "");
        assert_eq!(checked(&bare, 10), Ok(()));
        assert_eq!(checked(&TEXT.replace("pay.example:8080 wants", "https://pay.example:8080 wants"), 10), Ok(()));
        assert!(matches!(checked(&TEXT.replace("pay.example:8080 wants", "http://pay.example:8080 wants"), 10), Err(SiweError::Domain { .. })));
        let more = TEXT.replace("Resources:\n", "Not Before: 2023-11-14T22:13:20+00:00\nRequest ID: a-b%20c\nResources:\n- ipfs://bafy\n");
        assert_eq!(checked(&more, 10), Ok(()));
        assert_eq!(checked(&format!("{}\nResources:", TEXT.split("\nResources").next().unwrap()), 10), Ok(()), "an empty list of resources is one");
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
            &TEXT.replace("2023-11-14T22:18:20Z", "2023-11-14 22:18:20Z"),
            &TEXT.replace("2023-11-14T22:18:20Z", "2023-11-14T22:18:20+00"),
            &TEXT.replace("2023-11-14T22:18:20Z", "2023-11-14T22:18:20.Z"),
            &TEXT.replace("2023-11-14T22:18:20Z", "2023-11-14T22:18:20Z[UTC]"),
            &TEXT.replace("2023-11-14T22:18:20Z", "2023-02-30T22:18:20Z"),
            &TEXT.replace("Chain ID: 31337", "Chain ID: +31337"),
            &TEXT.replace("Chain ID: 31337", "Chain ID: 99999999999999999999"),
            &TEXT.replace("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
            &TEXT.replace("Sign in to pay.", "Sign in\nto pay."),
            &TEXT.replace("Sign in to pay.", "Sign in to pay.\n\nURI: https://pay.example:8080"),
            &TEXT.replace("Sign in to pay.", "Zahlen für alle"),
            &TEXT.replace("Sign in to pay.\n\n", ""),
            &TEXT.replace("- https://pay.example/terms", "- not a uri"),
            &TEXT.replace("- https://pay.example/terms", "- https://pay.example/terms\n"),
            &TEXT.replace("URI: https://pay.example:8080/api", "URI: https://pay.example:8080/a b"),
            &TEXT.replace("Resources:", "Request ID: a b\nResources:"),
            &TEXT.replace('\n', "\r\n"),
            &"x".repeat(5_000),
        ]
        .map(str::to_owned);
        for text in broken {
            assert!(matches!(Message::parse(&text), Err(SiweError::Malformed(_))), "{text}");
        }
    }
}
