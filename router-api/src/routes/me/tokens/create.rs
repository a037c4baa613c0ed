//! POST `/api/agent/me/tokens`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::Timestamp;
use settlement::audit::AuditAction;
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use store::{ApiToken, Tx};
use utoipa::ToSchema;

use crate::extract::{Caller, ProfileWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me::lock_own;
use crate::routes::me::update::MAX_NAME;
use crate::state::Api;
use crate::view::token::{NewTokenBody, ScopeName, TokenView};
use crate::{text, token};

/// Most tokens of a profile that work at the same time, sessions of a sign-in left out: one per agent and machine, with room.
const MAX_ACTIVE_TOKENS: u64 = 50;
/// Longest lifetime, in days: a forgotten token ends by itself.
const MAX_DAYS: u32 = 365;
/// Lifetime when none is asked for, in days.
const DEFAULT_DAYS: u32 = 90;

/// What the new token is for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "name": "nightly agent", "scopes": ["profile:read"], "expiresInDays": 30 }))]
pub struct CreateToken {
    /// What its owner calls it, 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What it may do; nothing that the token in use may not.
    #[schema(min_items = 1, value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    /// Lifetime in days, 1 to 365; 90 when absent.
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: Option<u32>,
}

/// Create a bearer token.
///
/// The secret is in this answer and nowhere else: only its hash is kept, so a replay under an idempotency key has `apiToken: null`.
#[utoipa::path(
    post,
    path = "/api/agent/me/tokens",
    tag = "me",
    security(("bearer" = ["profile:write"])),
    request_body = CreateToken,
    responses(
        (status = 201, description = "The token; its secret is shown this once.", body = NewTokenBody, example = json!({
            "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "nightly agent", "scopes": ["profile:read"], "createdAt": "2026-01-31T12:00:00.000Z",
                "expiresAt": "2026-03-02T12:00:00.000Z", "lastUsedAt": null, "revokedAt": null },
            "apiToken": "cf_<64 hexadecimal digits>" })),
        (status = 409, description = "The profile has enough working tokens (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_token(State(api): State<Arc<Api>>, caller: Caller<ProfileWrite>, Write(body, mut effect): Write<CreateToken>) -> Result<Response, Problem> {
    let now = api.now();
    let (name, scopes) = (text::line("name", &body.name, MAX_NAME)?, grantable(&body.scopes, &caller.token.scopes)?);
    let expires_at = expiry(body.expires_in_days, now)?;
    lock_own(&mut effect.tx, &caller.profile).await?;
    check_room(&mut effect.tx, &caller.profile, now).await?;
    let created = ApiToken {
        id: TokenId::new(api.ids.ulid()),
        profile: caller.profile.clone(),
        name,
        scopes,
        created_at: now,
        expires_at: Some(expires_at),
        last_used_at: None,
        revoked_at: None,
        replaced_by: None,
    };
    let secret = token::mint(api.ids.as_ref());
    effect.tx.insert_token(&created, &token::hash(&api.config.token_key, secret.expose())).await?;
    effect.tx.audit(caller.author().did(AuditAction::TokenCreated, &created.id, now).with(created.grant()));
    let (shown, kept) = NewTokenBody::shown_and_kept(TokenView::from(&created), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

/// When a token ends that is asked for with this lifetime.
pub(crate) fn expiry(days: Option<u32>, now: Timestamp) -> Result<Timestamp, Problem> {
    let days = days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Problem::field(Code::InvalidField, "expiresInDays", format_args!("expected 1 to {MAX_DAYS}")));
    }
    Ok(now.plus(Duration::from_secs(u64::from(days) * 86_400)))
}

/// Refuses when the profile, which is locked, has enough tokens.
pub(crate) async fn check_room(tx: &mut Tx, profile: &ProfileId, now: Timestamp) -> Result<(), Problem> {
    if tx.working_tokens(profile, now).await? >= MAX_ACTIVE_TOKENS {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_ACTIVE_TOKENS} working tokens")));
    }
    Ok(())
}

/// The scopes asked for, each once, if the token in use has them all.
pub(crate) fn grantable(asked: &[String], held: &[Scope]) -> Result<Vec<Scope>, Problem> {
    let mut scopes = Vec::new();
    for (index, text) in asked.iter().enumerate() {
        let field = format!("scopes[{index}]");
        let scope: Scope = text.parse().map_err(|error| Problem::field(Code::InvalidField, &field, error))?;
        if !held.contains(&scope) {
            return Err(Problem::field(Code::ScopeNotYours, &field, format_args!("the token in use does not have {scope}")));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() { Err(Problem::field(Code::InvalidField, "scopes", "expected at least one")) } else { Ok(scopes) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::scope::Scope;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_new_token_works_and_only_as_far_as_it_says() {
        let app = TestApp::new().await;
        let body = json!({ "name": "reader", "scopes": ["profile:read", "profile:read"], "expiresInDays": 1 });
        let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).json(body).send().await.expect(201);
        let secret = made["apiToken"].as_str().unwrap().to_owned();
        assert_eq!(made["credential"]["scopes"], json!(["profile:read"]));
        app.get("/api/agent/me").token(&secret).send().await.expect(200);
        app.patch("/api/agent/me").token(&secret).json(json!({})).send().await.problem(403, "insufficient_scope");
        app.clock.advance_s(86_400);
        app.get("/api/agent/me").token(&secret).send().await.problem(401, "unauthorized");
    }

    #[tokio::test]
    async fn a_token_cannot_give_what_it_does_not_have() {
        let app = TestApp::new().await;
        let narrow = app.token_with(&app.buyer, &[Scope::PROFILE_WRITE, Scope::CONTRACTS_READ]).await;
        for scope in ["contracts:import", "admin", "payments:write"] {
            let body = json!({ "name": "x", "scopes": ["contracts:read", scope] });
            let refused = app.post("/api/agent/me/tokens").token(&narrow).json(body).send().await.problem(422, "scope_not_yours");
            assert_eq!(refused["field"], "scopes[1]");
        }
        for scopes in [json!([]), json!(["root"]), json!(["*"])] {
            app.post("/api/agent/me/tokens").token(&narrow).json(json!({ "name": "x", "scopes": scopes })).send().await.problem(422, "invalid_field");
        }
    }

    #[tokio::test]
    async fn a_replay_finds_the_token_but_not_the_secret() {
        let app = TestApp::new().await;
        let body = json!({ "name": "once", "scopes": ["profile:read"] });
        let send = || app.post("/api/agent/me/tokens").bearer(&app.buyer).key("k-1").json(body.clone()).send();
        let (first, second) = (send().await.expect(201), send().await.expect(201));
        assert_eq!(first["credential"], second["credential"]);
        assert!(first["apiToken"].is_string() && second["apiToken"].is_null());
        let list = app.get("/api/agent/me/tokens").bearer(&app.buyer).send().await.expect(200);
        assert_eq!(list["credentials"].as_array().unwrap().len(), 2, "the one in use and the one made once");
    }

    #[tokio::test]
    async fn fifty_work_at_a_time_and_sessions_do_not_count() {
        let app = TestApp::new().await;
        let make = || app.post("/api/agent/me/tokens").bearer(&app.buyer).json(json!({ "name": "one of many", "scopes": ["profile:read"] })).send();
        app.post("/api/auth/siwe").json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
        let mut last = json!(null);
        for _ in 0..49 {
            last = make().await.expect(201)["credential"]["id"].clone();
        }
        make().await.problem(409, "limit_reached");
        app.delete(&format!("/api/agent/me/tokens/{}", last.as_str().unwrap())).bearer(&app.buyer).send().await.expect(200);
        make().await.expect(201);
    }
}
