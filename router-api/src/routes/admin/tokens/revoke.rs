//! DELETE `/api/admin/tokens/{tokenId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::TokenId;

use super::example;
use crate::extract::{Admin, Caller, NoBody, PathId, Write};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::token::{ManagedTokenBody, ManagedTokenView};

/// Revoke anybody's bearer token.
///
/// It stops working at once and for good. One that is revoked already is not found, like one that never was.
#[utoipa::path(
    delete,
    path = "/api/admin/tokens/{tokenId}",
    tag = "admin",
    params(("tokenId" = String, Path, description = "`key_…`")),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The token, revoked.", body = ManagedTokenBody, example = json!({ "credential": example() })))
)]
pub async fn revoke_any_token(
    State(api): State<Arc<Api>>,
    caller: Caller<Admin>,
    PathId(id): PathId<TokenId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let now = api.now();
    if !effect.tx.revoke_token(&id, now).await? {
        return Err(Problem::not_found());
    }
    let token = effect.tx.token_by_id(&id).await?.ok_or_else(Problem::not_found)?;
    effect.tx.audit(caller.author().did(AuditAction::TokenRevoked, &id, now).with(json!({ "profileId": token.profile.as_str() })));
    effect.commit(StatusCode::OK, &ManagedTokenBody { credential: ManagedTokenView::from(&token) }).await
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn i02_it_stops_working_at_once_and_a_second_time_it_is_not_found() {
        let app = TestApp::new().await;
        let path = format!("/api/admin/tokens/{}", app.buyer.token_id);
        let revoked = app.delete(&path).bearer(&app.stranger).send().await.expect(200);
        assert_eq!((revoked["credential"]["profileId"].as_str(), revoked["credential"]["revokedAt"].is_string()), (Some(app.buyer.profile.as_str()), true));
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(401, "unauthorized");
        app.delete(&path).bearer(&app.stranger).send().await.problem(404, "not_found");
    }
}
