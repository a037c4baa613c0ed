//! POST `/api/agent/me/tokens/{tokenId}/rotate`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::Timestamp;
use settlement::audit::AuditAction;
use settlement::ids::TokenId;
use settlement::scope::Scope;
use store::ApiToken;

use super::{is_active, own_token};
use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::token;
use crate::view::token::{NewTokenBody, TokenView};

/// Replace a bearer token by a new one.
///
/// The new token has the same name and scopes and the same lifetime from now on; the old one stops working in the same moment. A token that may do more
/// than the one in use cannot be rotated with it.
#[utoipa::path(
    post,
    path = "/api/agent/me/tokens/{tokenId}/rotate",
    tag = "me",
    params(("tokenId" = String, Path, description = "`key_…`")),
    security(("bearer" = ["profile:write"])),
    responses(
        (status = 201, description = "The new token; its secret is shown this once.", body = NewTokenBody, example = json!({
        "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAW", "name": "agent", "scopes": ["contracts:read"], "createdAt": "2026-01-31T12:00:00.000Z",
            "expiresAt": null, "lastUsedAt": null, "revokedAt": null },
        "apiToken": "cf_<64 hexadecimal digits>" })),
        (status = 409, description = "The token has expired (`not_allowed`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 422, description = "The token may do more than the one in use (`scope_not_yours`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn rotate_token(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<TokenId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let old = own_token(&mut effect.tx, &caller.profile, &id).await?;
    let now = api.now();
    check(&old, &caller.token.scopes, now)?;
    if !effect.tx.revoke_token(&id, now).await? {
        return Err(Problem::not_found());
    }
    let new = renewed(old, TokenId::new(api.ids.ulid()), now);
    let secret = token::mint(api.ids.as_ref());
    effect.tx.insert_token(&new, &token::hash(&api.config.token_key, secret.expose())).await?;
    effect.tx.audit(caller.author().did(AuditAction::TokenRotated, &id, now).with(new.grant()));
    let (shown, kept) = NewTokenBody::shown_and_kept(TokenView::from(&new), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

/// Refuses a token that has ended, and one that may do more than the token in use: rotating it would hand that out.
fn check(old: &ApiToken, held: &[Scope], now: Timestamp) -> Result<(), Problem> {
    if !is_active(old, now) {
        return Err(Problem::new(Code::NotAllowed, "the token has expired; create a new one").with("currentStatus", "expired"));
    }
    match old.scopes.iter().find(|scope| !held.contains(scope)) {
        Some(scope) => Err(Problem::new(Code::ScopeNotYours, format!("the token in use does not have {scope}, which the new one would have"))),
        None => Ok(()),
    }
}

/// The same token again, with its lifetime starting now.
fn renewed(old: ApiToken, id: TokenId, now: Timestamp) -> ApiToken {
    let lifetime = |end: Timestamp| Duration::from_millis(u64::try_from(end.as_millis().saturating_sub(old.created_at.as_millis())).unwrap_or(0));
    let expires_at = old.expires_at.map(|end| now.plus(lifetime(end)));
    ApiToken { id, created_at: now, expires_at, last_used_at: None, revoked_at: None, ..old }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::scope::Scope;

    use crate::testing::{Answer, TestApp};

    #[tokio::test]
    async fn the_new_one_works_and_the_old_one_does_not() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/tokens/{}/rotate", app.buyer.token_id);
        let made = app.post(&path).bearer(&app.buyer).send().await.expect(201);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(401, "unauthorized");
        let me = app.get("/api/agent/me").token(made["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(me["credential"]["name"], "test");
        assert_eq!(me["profile"]["id"], app.buyer.profile.as_str());
        app.post(&path).token(made["apiToken"].as_str().unwrap()).send().await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn the_lifetime_starts_again_and_what_has_ended_stays_so() {
        let app = TestApp::new().await;
        let body = json!({ "name": "day", "scopes": ["profile:write"], "expiresInDays": 1 });
        let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).json(body).send().await.expect(201);
        app.clock.advance_s(86_399);
        let path = |made: &Answer| format!("/api/agent/me/tokens/{}/rotate", made["credential"]["id"].as_str().unwrap());
        let rotated = app.post(&path(&made)).token(made["apiToken"].as_str().unwrap()).send().await.expect(201);
        assert_eq!(rotated["credential"]["expiresAt"], app.now().plus(std::time::Duration::from_secs(86_400)).to_string());
        app.clock.advance_s(86_400);
        let refused = app.post(&path(&rotated)).bearer(&app.buyer).send().await.problem(409, "not_allowed");
        assert_eq!(refused["currentStatus"], "expired");
    }

    #[tokio::test]
    async fn i03_a_narrow_token_does_not_rotate_itself_a_wide_one() {
        let app = TestApp::new().await;
        let narrow = app.token_with(&app.buyer, &[Scope::PROFILE_WRITE]).await;
        let path = format!("/api/agent/me/tokens/{}/rotate", app.buyer.token_id);
        app.post(&path).token(&narrow).send().await.problem(422, "scope_not_yours");
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
    }
}
