//! Tokens of public receipt pages. A token follows from the id of its link under the instance's key (HMAC-SHA256, 128 bits of it), so none is stored: not in the
//! table, where only a keyed hash is, and not in a stored answer. Whoever has the database and not the key can open nothing.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use settlement::audit::{AuditAction, Author};
use settlement::ids::{PaymentRequestId, ProfileId, ReceiptLinkId, receipt_id};
use sha2::Sha256;
use store::{Conflict, LinkPurpose, ReceiptLink, StoreError};
use url::Url;

use crate::problem::Problem;
use crate::state::Api;
use crate::token;

/// Keeps these HMACs apart from those of bearer tokens, which are made under the same key.
const PURPOSE: &str = "receipt link ";
/// Bytes of a token.
const BYTES: usize = 16;

/// The token of a link: 32 hex digits.
fn token_of(key: &SecretString, id: &ReceiptLinkId) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(PURPOSE.as_bytes());
    mac.update(id.as_str().as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..BYTES])
}

/// What is stored of a token, and what a link is found by.
pub(crate) fn hash(api: &Api, token: &str) -> [u8; 32] {
    token::hash(&api.config.token_key, &format!("{PURPOSE}{token}"))
}

/// What is stored beside a link.
pub(crate) fn hash_of(api: &Api, id: &ReceiptLinkId) -> [u8; 32] {
    hash(api, &token_of(&api.config.token_key, id))
}

/// Whether a text has the form of a token; nothing is looked for under any other.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == 2 * BYTES && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The page that a link opens.
pub(crate) fn url(api: &Api, id: &ReceiptLinkId) -> String {
    page(&api.config.public_url, &token_of(&api.config.token_key, id))
}

/// The page of a token.
pub(crate) fn page(public_url: &Url, token: &str) -> String {
    format!("{}/r/{token}", public_url.as_str().trim_end_matches('/'))
}

/// What the audit log keeps of a link: which receipt it shows, what for, whom it was made by (of a printed one: the party that drew the first page), and until when.
pub(crate) fn about(link: &ReceiptLink) -> Value {
    json!({ "receiptId": receipt_id(&link.request), "purpose": link.purpose.as_str(), "createdBy": link.created_by.as_str(),
        "expiresAt": link.expires_at.map(|at| at.to_string()) })
}

/// Where printed receipts of the request lead to; made when a party prints one for the first time, and anew after it was revoked. Only the parties may open a page to
/// the public, so the papers of others have no code. To print is enough: the page shows what the paper shows, and a party can revoke it.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn printed(api: &Api, request: &PaymentRequestId, party: &ProfileId) -> Result<String, Problem> {
    if let Some(link) = api.store.printed_receipt_link(request).await? {
        return Ok(url(api, &link.id));
    }
    let link = ReceiptLink {
        id: ReceiptLinkId::new(api.ids.ulid()),
        request: request.clone(),
        purpose: LinkPurpose::Document,
        label: None,
        created_by: party.clone(),
        created_at: api.now(),
        expires_at: None,
        revoked_at: None,
    };
    let mut tx = api.store.begin().await?;
    match tx.insert_receipt_link(&link, &hash_of(api, &link.id)).await {
        Ok(()) => {
            let made = Author::Instance.did(AuditAction::ReceiptLinkCreated, &link.id, link.created_at);
            tx.audit(made.with(about(&link)));
            tx.commit().await?;
        }
        // Somebody else printed it at the same moment: theirs is the link.
        Err(StoreError::Conflict(Conflict::Duplicate(_))) => tx.rollback().await?,
        Err(error) => return Err(error.into()),
    }
    let link = api.store.printed_receipt_link(request).await?.unwrap_or(link);
    Ok(url(api, &link.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use settlement::IdSource;

    use crate::testing::FixedIds;

    #[test]
    fn i11_a_token_has_128_bits_that_follow_from_the_key_alone() {
        let (ids, key, other) = (FixedIds::default(), SecretString::from("k".repeat(32)), SecretString::from("l".repeat(32)));
        let (first, second) = (ReceiptLinkId::new(ids.ulid()), ReceiptLinkId::new(ids.ulid()));
        let token = token_of(&key, &first);
        assert!(is_well_formed(&token), "{token}");
        assert_eq!(token, token_of(&key, &first));
        assert!(token != token_of(&key, &second) && token != token_of(&other, &first));
        // It is not the start of what is stored of a bearer token of that text, nor of itself.
        assert!(!hex::encode(token::hash(&key, first.as_str())).starts_with(&token));
        for bad in [&token[1..], &format!("{token}0"), &token.to_uppercase(), ""] {
            assert!(!is_well_formed(bad) || bad == token, "{bad}");
        }
    }
}
