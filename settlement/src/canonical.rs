//! Canonical JSON (RFC 8785) and its hash: what `termsHash` and `requestId` are made of.

use alloy_primitives::{B256, keccak256};
use serde::Serialize;

/// A value that JSON cannot carry (a map with non-text keys, a number that is not finite).
#[derive(Debug, thiserror::Error)]
#[error("the document cannot be written as canonical JSON")]
pub struct NotCanonical(#[source] serde_json::Error);

/// The RFC 8785 text of `document`.
///
/// # Errors
/// When the document has no JSON form.
pub fn canonical_json<T: Serialize>(document: &T) -> Result<String, NotCanonical> {
    serde_json_canonicalizer::to_string(document).map_err(NotCanonical)
}

/// `keccak256` of the UTF-8 bytes of a canonical text.
#[must_use]
pub fn hash_text(canonical: &str) -> B256 {
    keccak256(canonical.as_bytes())
}
