//! PATCH `/api/agent/me`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use utoipa::ToSchema;

use super::lock_own;
use crate::extract::{Caller, ProfileWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::profile::{ProfileBody, ProfileView};

/// Longest display name, in characters: one line.
pub(crate) const MAX_NAME: usize = 80;
/// Handles have 3 to 32 characters: short enough for a URL, long enough not to run out.
const HANDLE_LENGTH: std::ops::RangeInclusive<usize> = 3..=32;

/// What to change; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "displayName": "Ada", "handle": "ada" }))]
pub struct UpdateMe {
    /// Name for people, one line of 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    display_name: Option<String>,
    /// Short public name: 3 to 32 of a-z 0-9 and inner hyphens, unique on this instance.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$")]
    handle: Option<String>,
}

/// Change the caller's display name or handle.
///
/// Only the named fields change. A handle is unique on the instance.
#[utoipa::path(
    patch,
    path = "/api/agent/me",
    tag = "me",
    security(("bearer" = ["profile:write"])),
    request_body = UpdateMe,
    responses(
        (status = 200, description = "The profile as it is now.", body = ProfileBody, example = json!({ "profile": {
            "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "handle": "ada", "displayName": "Ada", "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" } })),
        (status = 409, description = "Another profile has the handle (`handle_taken`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn update_me(State(api): State<Arc<Api>>, caller: Caller<ProfileWrite>, Write(body, mut effect): Write<UpdateMe>) -> Result<Response, Problem> {
    let mut profile = lock_own(&mut effect.tx, &caller.profile).await?;
    if let Some(name) = body.display_name {
        profile.display_name = text::line("displayName", &name, MAX_NAME)?;
    }
    if let Some(handle) = body.handle {
        profile.handle = Some(check_handle(handle)?);
    }
    profile.updated_at = api.now();
    effect.tx.update_profile(&profile.id, profile.handle.as_deref(), &profile.display_name, profile.updated_at).await?;
    let now_called = json!({ "displayName": profile.display_name, "handle": profile.handle });
    effect.tx.audit(caller.author().did(AuditAction::ProfileUpdated, &profile.id, profile.updated_at).with(now_called));
    effect.commit(StatusCode::OK, &ProfileBody { profile: ProfileView::from(&profile) }).await
}

pub(crate) fn check_handle(handle: String) -> Result<String, Problem> {
    let bytes = handle.as_bytes();
    let sound = HANDLE_LENGTH.contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && !bytes.starts_with(b"-")
        && !bytes.ends_with(b"-");
    if sound { Ok(handle) } else { Err(Problem::field(Code::InvalidField, "handle", "expected 3 to 32 of a-z 0-9 and inner hyphens")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn changes_what_is_named_and_nothing_else() {
        let app = TestApp::new().await;
        let answer = app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "displayName": "Ada L." })).send().await.expect(200);
        assert_eq!(answer["profile"]["displayName"], "Ada L.");
        let again = app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "handle": "ada" })).send().await.expect(200);
        assert_eq!((&again["profile"]["displayName"], &again["profile"]["handle"]), (&json!("Ada L."), &json!("ada")));
    }

    #[tokio::test]
    async fn a_handle_has_one_owner_and_one_form() {
        let app = TestApp::new().await;
        app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "handle": "ada" })).send().await.expect(200);
        app.patch("/api/agent/me").bearer(&app.seller).json(json!({ "handle": "ada" })).send().await.problem(409, "handle_taken");
        for handle in ["ab", "Ada", "-ada", "ada-", "a da", "ädä", &"a".repeat(33)] {
            let refused = app.patch("/api/agent/me").bearer(&app.seller).json(json!({ "handle": handle })).send().await.problem(422, "invalid_field");
            assert_eq!(refused["field"], "handle");
        }
    }

    #[tokio::test]
    async fn i06_control_and_direction_characters_are_refused_in_names() {
        let app = TestApp::new().await;
        for name in ["", "  ", "a\r\nb", "\u{202e}evil", "\u{200b}", "a\u{0}b", &"x".repeat(81)] {
            let refused = app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "displayName": name })).send().await.problem(422, "invalid_field");
            assert_eq!(refused["field"], "displayName", "{name:?}");
        }
    }
}
