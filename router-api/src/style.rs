//! The one style sheet that a page has: written into it, and allowed by its hash. A page may do nothing else: it has no script, image or font, and fetches nothing.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The content security policy (CSP Level 3) of a page in this style sheet.
pub(crate) fn policy(style: &str) -> HeaderValue {
    let hash = STANDARD.encode(Sha256::digest(style));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    HeaderValue::from_str(&policy).expect("plain ASCII")
}
