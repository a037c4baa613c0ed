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

use super::own_token;
use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::token;
use crate::view::token::{NewTokenBody, TokenView};

/// How long the old token works at most: time to ask again when the answer was lost, little for whoever should not have it.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// Replace a bearer token by a new one.
///
/// The new token has the same name and scopes and the same lifetime from now on. The old one works until the new one is used for the first time, and for five
/// minutes at most: when the answer is lost, rotate it once more within them, which ends the token that nobody has. To end a token that others have, revoke it.
/// A token that may do more than the one in use cannot be rotated with it.
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
        (status = 409, description = "The token has expired (`not_allowed`), or another rotation of it came first (`conflict`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 422, description = "The token may do more than the one in use (`scope_not_yours`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn rotate_token(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<TokenId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let now = api.now();
    let old = own_token(&mut effect.tx, &caller.profile, &id, now).await?;
    check(&old, &caller.token.scopes, now)?;
    let new_id = TokenId::new(api.ids.ulid());
    effect.tx.replace_token(&old, &new_id, now.plus(OVERLAP), now).await?;
    if let Some(lost) = &old.replaced_by
        && effect.tx.revoke_token(lost, now).await?
    {
        effect.tx.audit(caller.author().did(AuditAction::TokenRevoked, lost, now));
    }
    let new = renewed(old, new_id, now);
    let secret = token::mint(api.ids.as_ref());
    effect.tx.insert_token(&new, &token::hash(&api.config.token_key, secret.expose())).await?;
    effect.tx.audit(caller.author().did(AuditAction::TokenRotated, &id, now).with(new.grant()));
    let (shown, kept) = NewTokenBody::shown_and_kept(TokenView::from(&new), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

/// Refuses a token that has ended, and one that may do more than the token in use: rotating it would hand that out.
fn check(old: &ApiToken, held: &[Scope], now: Timestamp) -> Result<(), Problem> {
    if !old.works(now) {
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
    ApiToken { id, created_at: now, expires_at, last_used_at: None, revoked_at: None, replaced_by: None, ..old }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::scope::Scope;
    use store::Engine;

    use crate::testing::{Answer, TestApp};

    async fn rotate(app: &TestApp, id: &str, token: &str) -> Answer {
        app.post(&format!("/api/agent/me/tokens/{id}/rotate")).token(token).send().await
    }

    async fn status(app: &TestApp, token: &str) -> u16 {
        app.get("/api/agent/me").token(token).send().await.status.as_u16()
    }

    /// The first use is written beside the answer.
    async fn ends(app: &TestApp, token: &str) {
        for _ in 0..200 {
            if status(app, token).await == 401 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("it still works");
    }

    #[tokio::test]
    async fn the_old_one_works_until_the_new_one_is_used() {
        let app = TestApp::new().await;
        let (id, old) = (app.buyer.token_id.to_string(), app.buyer.token.clone());
        let made = rotate(&app, &id, &old).await.expect(201);
        assert_eq!(status(&app, &old).await, 200, "the answer may be lost");
        let me = app.get("/api/agent/me").token(made["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!((&me["credential"]["name"], &me["profile"]["id"]), (&json!("test"), &json!(app.buyer.profile.as_str())));
        ends(&app, &old).await;
        rotate(&app, &id, made["apiToken"].as_str().unwrap()).await.problem(404, "not_found");
        let log = app.get(&format!("/api/admin/audit?subject={id}&action=token.revoked")).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(log["entries"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn who_lost_the_answer_rotates_again_and_has_five_minutes_for_it() {
        let app = TestApp::new().await;
        let (id, old) = (app.buyer.token_id.to_string(), app.buyer.token.clone());
        let lost = rotate(&app, &id, &old).await.expect(201)["apiToken"].as_str().unwrap().to_owned();
        app.clock.advance_s(200);
        let found = rotate(&app, &id, &old).await.expect(201)["apiToken"].as_str().unwrap().to_owned();
        assert_eq!(status(&app, &lost).await, 401, "nobody has it");
        app.clock.advance_s(99);
        assert_eq!(status(&app, &old).await, 200);
        app.clock.advance_s(1);
        assert_eq!(status(&app, &old).await, 401, "no rotation gives more time");
        assert_eq!(status(&app, &found).await, 200);
    }

    #[tokio::test]
    async fn of_two_rotations_at_once_one_token_works() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let app = TestApp::on(engine).await;
            let (id, old) = (app.buyer.token_id.to_string(), app.buyer.token.clone());
            let (first, second) = tokio::join!(rotate(&app, &id, &old), rotate(&app, &id, &old));
            let mut working = 0;
            for made in [first, second].iter().filter(|answer| answer.status == 201) {
                working += usize::from(status(&app, made["apiToken"].as_str().unwrap()).await == 200);
            }
            assert_eq!(working, 1);
        }
    }

    #[tokio::test]
    async fn a_rotated_token_is_revoked_at_once_where_it_has_to_be() {
        let app = TestApp::new().await;
        let (id, old) = (app.buyer.token_id.to_string(), app.buyer.token.clone());
        let new = rotate(&app, &id, &old).await.expect(201)["apiToken"].as_str().unwrap().to_owned();
        app.delete(&format!("/api/agent/me/tokens/{id}")).token(&new).send().await.expect(200);
        assert_eq!((status(&app, &old).await, status(&app, &new).await), (401, 200));
    }

    #[tokio::test]
    async fn a_token_waits_for_its_successor_also_among_many_that_have_ended() {
        let app = TestApp::new().await;
        let (id, old) = (app.buyer.token_id.to_string(), app.buyer.token.clone());
        for _ in 0..51 {
            app.clock.advance_s(1);
            let session = app.post("/api/auth/siwe").json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
            let ended = format!("/api/agent/me/tokens/{}", session["credential"]["id"].as_str().unwrap());
            app.delete(&ended).bearer(&app.buyer).send().await.expect(200);
        }
        rotate(&app, &id, &old).await.expect(201);
        assert_eq!(status(&app, &old).await, 200, "it is not among those that are forgotten");
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
