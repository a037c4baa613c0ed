//! DELETE `/api/agent/me/tokens/{tokenId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::audit::AuditAction;
use settlement::ids::TokenId;

use super::own_token;
use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::token::{TokenBody, TokenView};

/// Revoke a bearer token.
///
/// It stops working at once and for good. The token in use can revoke itself.
#[utoipa::path(
    delete,
    path = "/api/agent/me/tokens/{tokenId}",
    tag = "me",
    params(("tokenId" = String, Path, description = "`key_…`")),
    security(("bearer" = ["profile:write"])),
    responses((status = 200, description = "The token, revoked.", body = TokenBody, example = json!({ "credential": {
        "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "agent", "scopes": ["contracts:read"], "createdAt": "2026-01-31T12:00:00.000Z",
        "expiresAt": null, "lastUsedAt": null, "revokedAt": "2026-02-01T12:00:00.000Z" } })))
)]
pub async fn revoke_token(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<TokenId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let now = api.now();
    let mut token = own_token(&mut effect.tx, &caller.profile, &id, now).await?;
    if !effect.tx.revoke_token(&id, now).await? {
        return Err(Problem::not_found());
    }
    effect.tx.audit(caller.author().did(AuditAction::TokenRevoked, &id, now));
    token.revoked_at = Some(now);
    effect.commit(StatusCode::OK, &TokenBody { credential: TokenView::from(&token) }).await
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn i02_a_revoked_token_is_refused_at_once() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/tokens/{}", app.buyer.token_id);
        let revoked = app.delete(&path).bearer(&app.buyer).send().await.expect(200);
        assert_eq!(revoked["credential"]["revokedAt"], app.now().to_string());
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(401, "unauthorized");
    }

    #[tokio::test]
    async fn the_tokens_of_others_are_not_found_and_keep_working() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/tokens/{}", app.seller.token_id);
        app.delete(&path).bearer(&app.buyer).send().await.problem(404, "not_found");
        app.get("/api/agent/me").bearer(&app.seller).send().await.expect(200);
    }
}
