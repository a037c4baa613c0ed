//! POST `/api/agent/me/tokens/{tokenId}/rotate`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::Timestamp;
use settlement::ids::TokenId;
use store::ApiToken;

use super::own_active_token;
use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::Problem;
use crate::state::Api;
use crate::token;
use crate::view::token::{NewTokenBody, TokenView};

/// Replace a bearer token by a new one.
///
/// The new token has the same name and scopes and the same lifetime from now on; the old one stops working in the same moment.
#[utoipa::path(
    post,
    path = "/api/agent/me/tokens/{tokenId}/rotate",
    tag = "me",
    params(("tokenId" = String, Path, description = "`key_…`")),
    security(("bearer" = ["profile:write"])),
    responses((status = 201, description = "The new token; its secret is shown this once.", body = NewTokenBody, example = json!({
        "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAW", "name": "agent", "scopes": ["contracts:read"], "createdAt": "2026-01-31T12:00:00.000Z",
            "expiresAt": null, "lastUsedAt": null, "revokedAt": null },
        "apiToken": "cf_<64 hexadecimal digits>" })))
)]
pub async fn rotate_token(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<TokenId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let old = own_active_token(&api.store, &caller.profile, &id).await?;
    let now = api.now();
    if !effect.tx.revoke_token(&id, now).await? {
        return Err(Problem::not_found());
    }
    let new = renewed(old, TokenId::new(api.ids.ulid()), now);
    let secret = token::mint(api.ids.as_ref());
    effect.tx.insert_token(&new, &token::hash(&api.config.token_key, secret.expose())).await?;
    let (shown, kept) = NewTokenBody::shown_and_kept(TokenView::from(&new), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

/// The same token again, with its lifetime starting now.
fn renewed(old: ApiToken, id: TokenId, now: Timestamp) -> ApiToken {
    let lifetime = |end: Timestamp| Duration::from_millis(u64::try_from(end.as_millis().saturating_sub(old.created_at.as_millis())).unwrap_or(0));
    let expires_at = old.expires_at.map(|end| now.plus(lifetime(end)));
    ApiToken { id, created_at: now, expires_at, last_used_at: None, revoked_at: None, ..old }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_new_one_works_and_the_old_one_does_not() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/tokens/{}/rotate", app.buyer.token_id);
        let made = app.post(&path).bearer(&app.buyer).send().await.expect(201);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(401, "unauthorized");
        let me = app.get("/api/agent/me").token(made["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(me["credential"]["name"], "test");
        assert_eq!(me["profile"]["id"], app.buyer.profile.as_str());
    }
}
