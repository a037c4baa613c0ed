//! GET `/api/auth/nonce`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::siwe::{MAX_AGE, authority};
use crate::state::Api;

/// Bytes of a nonce: 128 bits cannot be guessed in its lifetime.
const NONCE_BYTES: usize = 16;

/// What goes into the message to sign.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NonceBody {
    /// The message's `Nonce`; good for one sign-in.
    pub nonce: String,
    /// Until when it is good.
    pub expires_at: String,
    /// The host for the message's first line.
    pub domain: String,
    /// The message's `URI`.
    pub uri: String,
    /// What the message's `Chain ID` may be.
    pub chain_ids: Vec<u64>,
}

/// A nonce to sign in with.
///
/// Put it with `domain`, `uri` and one of `chainIds` into an EIP-4361 message (`Version: 1`), have the wallet sign that, and send both to `/api/auth/siwe`
/// or `/api/agent/me/wallets`.
#[utoipa::path(
    get,
    path = "/api/auth/nonce",
    tag = "access",
    responses((status = 200, description = "A fresh nonce.", body = NonceBody, example = json!({
        "nonce": "3f6c1b0a9e4d4c1f8a7b6c5d4e3f2a1b", "expiresAt": "2026-01-31T12:10:00.000Z", "domain": "pay.example", "uri": "https://pay.example/",
        "chainIds": [8453] })))
)]
pub async fn create_nonce(State(api): State<Arc<Api>>) -> Result<Json<NonceBody>, Problem> {
    let secret = api.ids.secret();
    let nonce = hex::encode(&secret[..NONCE_BYTES]);
    let expires_at = api.now().plus(MAX_AGE);
    let mut tx = api.store.begin().await?;
    tx.insert_nonce(&nonce, expires_at).await?;
    tx.commit().await?;
    Ok(Json(NonceBody {
        nonce,
        expires_at: expires_at.to_string(),
        domain: authority(&api.config.public_url),
        uri: api.config.public_url.to_string(),
        chain_ids: api.config.chains.iter().map(|chain| chain.chain_id).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn every_nonce_is_another() {
        let app = TestApp::new().await;
        let (a, b) = (app.get("/api/auth/nonce").send().await.expect(200), app.get("/api/auth/nonce").send().await.expect(200));
        assert_ne!(a["nonce"], b["nonce"]);
        assert_eq!((a["domain"].as_str(), a["chainIds"][0].as_u64()), (Some("pay.example"), Some(31_337)));
    }
}
