//! GET `/api/agent/me/tokens`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{Caller, ProfileRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::token::{TokenView, TokensBody};

/// The caller's bearer tokens.
///
/// Without their secrets, which are not kept: name, scopes, expiry and last use of each, to find out what may be revoked. Those that work, and the last 50 of those
/// that were revoked or have expired; older ones are in the audit log.
#[utoipa::path(
    get,
    path = "/api/agent/me/tokens",
    tag = "me",
    security(("bearer" = ["profile:read"])),
    responses((status = 200, description = "The tokens, newest first.", body = TokensBody, example = json!({ "credentials": [{
        "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "agent", "scopes": ["contracts:read"], "createdAt": "2026-01-31T12:00:00.000Z",
        "expiresAt": null, "lastUsedAt": null, "revokedAt": null }] })))
)]
pub async fn list_tokens(State(api): State<Arc<Api>>, caller: Caller<ProfileRead>) -> Result<Json<TokensBody>, Problem> {
    let tokens = api.store.tokens(&caller.profile).await?;
    Ok(Json(TokensBody { credentials: tokens.iter().map(TokenView::from).collect() }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_last_use_is_told_and_no_secret_is() {
        let app = TestApp::new().await;
        let tokens = async || app.get("/api/agent/me/tokens").bearer(&app.buyer).send().await.expect(200);
        // It is written beside the answer.
        let mut answer = tokens().await;
        for _ in 0..100 {
            if !answer["credentials"][0]["lastUsedAt"].is_null() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            answer = tokens().await;
        }
        assert_eq!(answer["credentials"].as_array().unwrap().len(), 1);
        assert_eq!(answer["credentials"][0]["lastUsedAt"], app.now().to_string());
        assert!(!answer.text().contains("cf_"));
    }
}
