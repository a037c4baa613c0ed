//! POST `/api/admin/tokens`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use store::ApiToken;
use utoipa::ToSchema;

use crate::extract::{Admin, Caller, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me::tokens::create::{check_room, expiry, grantable};
use crate::routes::me::update::MAX_NAME;
use crate::state::Api;
use crate::view::token::{NewTokenBody, ScopeName, TokenView};
use crate::{text, token};

/// Whose token, and what it is for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "profileId": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "marketplace", "scopes": ["contracts:import"], "expiresInDays": 30 }))]
pub struct CreateManagedToken {
    /// Whose.
    profile_id: String,
    /// What it is called, 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What it may do: any scope there is.
    #[schema(min_items = 1, value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    /// Lifetime in days, 1 to 365; 90 when absent.
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: Option<u32>,
}

/// Create a bearer token for a profile.
///
/// With any scopes, those included that the token in use does not have: this is how a marketplace gets `contracts:import`. The secret is in this answer and
/// nowhere else.
#[utoipa::path(
    post,
    path = "/api/admin/tokens",
    tag = "admin",
    security(("bearer" = ["admin"])),
    request_body = CreateManagedToken,
    responses(
        (status = 201, description = "The token; its secret is shown this once.", body = NewTokenBody, example = json!({
            "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "marketplace", "scopes": ["contracts:import"], "createdAt": "2026-01-31T12:00:00.000Z",
                "expiresAt": "2026-03-02T12:00:00.000Z", "lastUsedAt": null, "revokedAt": null },
            "apiToken": "cf_<64 hexadecimal digits>" })),
        (status = 409, description = "The profile has enough working tokens (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_managed_token(
    State(api): State<Arc<Api>>,
    caller: Caller<Admin>,
    Write(body, mut effect): Write<CreateManagedToken>,
) -> Result<Response, Problem> {
    let (now, name, scopes) = (api.now(), text::line("name", &body.name, MAX_NAME)?, grantable(&body.scopes, Scope::ALL)?);
    let nobody = || Problem::field(Code::UnknownParty, "profileId", "there is no such profile");
    let profile: ProfileId = body.profile_id.parse().map_err(|_| nobody())?;
    effect.tx.lock_profile(&profile).await?.ok_or_else(nobody)?;
    check_room(&mut effect.tx, &profile, now).await?;
    let expires_at = Some(expiry(body.expires_in_days, now)?);
    let created = ApiToken {
        id: TokenId::new(api.ids.ulid()),
        profile,
        name,
        scopes,
        created_at: now,
        expires_at,
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::scope::Scope;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn it_works_for_its_profile_and_may_do_what_the_administrators_may_not() {
        let app = TestApp::new().await;
        let admin = app.token_with(&app.stranger, &[Scope::ADMIN]).await;
        let body = json!({ "profileId": app.seller.profile.as_str(), "name": "market", "scopes": ["contracts:import", "profile:read"] });
        let made = app.post("/api/admin/tokens").token(&admin).json(body).send().await.expect(201);
        let me = app.get("/api/agent/me").token(made["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(me["profile"]["id"], app.seller.profile.as_str());
        let log = app.get("/api/admin/audit?limit=1").token(&admin).send().await.expect(200);
        assert_eq!((&log["entries"][0]["subject"], &log["entries"][0]["details"]["scopes"]), (&made["credential"]["id"], &made["credential"]["scopes"]));
        assert!(!log.text().contains("cf_"));
    }

    #[tokio::test]
    async fn nobody_has_no_tokens_and_no_scope_is_made_up() {
        let app = TestApp::new().await;
        let make = |profile: &str, scope: &str| {
            let body = json!({ "profileId": profile, "name": "x", "scopes": [scope] });
            app.post("/api/admin/tokens").bearer(&app.stranger).json(body).send()
        };
        for profile in ["prof_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "ada", ""] {
            assert_eq!(make(profile, "profile:read").await.problem(422, "unknown_party")["field"], "profileId");
        }
        assert_eq!(make(app.buyer.profile.as_str(), "root").await.problem(422, "invalid_field")["field"], "scopes[0]");
    }
}
