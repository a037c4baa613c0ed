//! PATCH `/api/admin/profiles/{profileId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::ProfileId;
use utoipa::ToSchema;

use super::example;
use crate::extract::{Admin, Caller, PathId, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::profile::{ManagedProfileBody, ManagedProfileView, WalletView};

/// What to change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "isActive": false }))]
pub struct UpdateProfile {
    /// Whether anybody may act as it.
    is_active: bool,
}

/// Disable a profile, or let it act again.
///
/// While it is disabled none of its tokens works and none of its wallets signs in, from this moment on. Nothing of it is lost: its agreements stay, what was
/// signed for it can be paid, payments are verified, and the other parties see all of that. Doing it twice changes nothing.
#[utoipa::path(
    patch,
    path = "/api/admin/profiles/{profileId}",
    tag = "admin",
    params(("profileId" = String, Path, description = "`prof_…`")),
    security(("bearer" = ["admin"])),
    request_body = UpdateProfile,
    responses(
        (status = 200, description = "The profile as it is now.", body = ManagedProfileBody, example = json!({ "profile": example(), "wallets": [] })),
        (status = 409, description = "It is the profile that you act as (`not_allowed`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn update_profile(
    State(api): State<Arc<Api>>,
    caller: Caller<Admin>,
    PathId(id): PathId<ProfileId>,
    Write(body, mut effect): Write<UpdateProfile>,
) -> Result<Response, Problem> {
    let mut profile = effect.tx.lock_profile(&id).await?.ok_or_else(Problem::not_found)?;
    if id == caller.profile && !body.is_active {
        return Err(Problem::new(Code::NotAllowed, "this is the profile that you act as; have another administrator disable it"));
    }
    if profile.disabled_at.is_none() != body.is_active {
        let now = api.now();
        let (disabled_at, action) = if body.is_active { (None, AuditAction::ProfileEnabled) } else { (Some(now), AuditAction::ProfileDisabled) };
        effect.tx.set_profile_disabled(&id, disabled_at, now).await?;
        effect.tx.audit(caller.author().did(action, &id, now));
        (profile.disabled_at, profile.updated_at) = (disabled_at, now);
    }
    let wallets = effect.tx.wallets(&id).await?.iter().map(WalletView::from).collect();
    effect.commit(StatusCode::OK, &ManagedProfileBody { profile: ManagedProfileView::from(&profile), wallets }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Actor, Answer, TestApp};

    async fn set(app: &TestApp, actor: &Actor, is_active: bool) -> Answer {
        let path = format!("/api/admin/profiles/{}", actor.profile);
        app.patch(&path).bearer(&app.stranger).json(json!({ "isActive": is_active })).send().await
    }

    #[tokio::test]
    async fn i02_nobody_acts_as_a_disabled_profile_by_token_or_wallet() {
        let app = TestApp::new().await;
        let disabled = set(&app, &app.buyer, false).await.expect(200);
        assert_eq!(disabled["profile"]["disabledAt"], app.now().to_string());
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(401, "unauthorized");
        let message = app.sign_in_message(&app.buyer.wallet).await;
        app.post("/api/auth/siwe").json(message).send().await.problem(403, "profile_disabled");
        app.get("/api/agent/me").bearer(&app.seller).send().await.expect(200);
        set(&app, &app.buyer, true).await.expect(200);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
    }

    #[tokio::test]
    async fn doing_it_twice_changes_nothing_and_is_logged_once() {
        let app = TestApp::new().await;
        let first = set(&app, &app.buyer, false).await.expect(200);
        app.clock.advance_s(1);
        assert_eq!(set(&app, &app.buyer, false).await.expect(200)["profile"], first["profile"]);
        let log = app.get(&format!("/api/admin/audit?subject={}", app.buyer.profile)).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(log["entries"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn an_administrator_does_not_lock_itself_out() {
        let app = TestApp::new().await;
        set(&app, &app.stranger, false).await.problem(409, "not_allowed");
        set(&app, &app.stranger, true).await.expect(200);
    }

    #[tokio::test]
    async fn no_agreement_is_made_with_a_disabled_profile() {
        let app = TestApp::new().await;
        set(&app, &app.seller, false).await.expect(200);
        let refused = app.post("/api/agent/contracts/import").bearer(&app.buyer).json(app.import_body("order-2")).send().await.problem(422, "unknown_party");
        assert!(refused["detail"].as_str().unwrap().contains("disabled"), "{refused:#}");
    }
}
