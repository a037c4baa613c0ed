//! POST `/api/admin/profiles`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::ProfileId;
use store::Profile;
use utoipa::ToSchema;

use super::example;
use crate::extract::{Admin, Caller, Write};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me::update::{MAX_NAME, check_handle};
use crate::state::Api;
use crate::text;
use crate::view::profile::{ManagedProfileBody, ManagedProfileView};

/// Who it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "displayName": "Ada" }))]
pub struct CreateProfile {
    /// Name for people, one line of 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    display_name: String,
    /// Short public name: 3 to 32 of a-z 0-9 and inner hyphens, unique on this instance.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$")]
    handle: Option<String>,
}

/// Make a profile.
///
/// It has no wallets: those are added by their own signatures, and only by the profile itself. Make it a token to start with.
#[utoipa::path(
    post,
    path = "/api/admin/profiles",
    tag = "admin",
    security(("bearer" = ["admin"])),
    request_body = CreateProfile,
    responses(
        (status = 201, description = "The profile.", body = ManagedProfileBody, example = json!({ "profile": example(), "wallets": [] })),
        (status = 409, description = "Another profile has the handle (`handle_taken`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_profile(State(api): State<Arc<Api>>, caller: Caller<Admin>, Write(body, mut effect): Write<CreateProfile>) -> Result<Response, Problem> {
    let (now, name) = (api.now(), text::line("displayName", &body.display_name, MAX_NAME)?);
    let handle = body.handle.map(check_handle).transpose()?;
    let profile = Profile { handle, ..Profile::new(ProfileId::new(api.ids.ulid()), name, now) };
    effect.tx.insert_profile(&profile).await?;
    let facts = json!({ "displayName": profile.display_name, "handle": profile.handle });
    effect.tx.audit(caller.author().did(AuditAction::ProfileCreated, &profile.id, now).with(facts));
    effect.commit(StatusCode::CREATED, &ManagedProfileBody { profile: ManagedProfileView::from(&profile), wallets: Vec::new() }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn it_is_there_and_its_handle_is_its_own() {
        let app = TestApp::new().await;
        let make = |handle: &str| app.post("/api/admin/profiles").bearer(&app.stranger).json(json!({ "displayName": "Ada", "handle": handle })).send();
        let made = make("ada").await.expect(201);
        let shown = app.get(&format!("/api/admin/profiles/{}", made["profile"]["id"].as_str().unwrap())).bearer(&app.stranger).send().await.expect(200);
        assert_eq!((&shown["profile"], &shown["wallets"]), (&made["profile"], &json!([])));
        make("ada").await.problem(409, "handle_taken");
        make("A da").await.problem(422, "invalid_field");
    }
}
