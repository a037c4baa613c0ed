//! GET `/api/admin/tokens`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use settlement::ids::{InvalidId, ProfileId};
use store::PageKey;

use super::example;
use crate::extract::{Admin, Caller, Page, Params};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::token::{ManagedTokenView, ManagedTokensBody};

/// Whose.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAllTokens {
    /// Those of this profile (`prof_…`); all when absent.
    profile_id: Option<String>,
    /// `nextCursor` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// Bearer tokens of everybody, newest first.
///
/// Without their secrets, which are not kept. Revoked and expired ones are listed too.
#[utoipa::path(
    get,
    path = "/api/admin/tokens",
    tag = "admin",
    params(ListAllTokens),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of them.", body = ManagedTokensBody, example = json!({ "credentials": [example()], "nextCursor": null })))
)]
pub async fn list_all_tokens(
    State(api): State<Arc<Api>>,
    _caller: Caller<Admin>,
    Params(params): Params<ListAllTokens>,
) -> Result<Json<ManagedTokensBody>, Problem> {
    let page = Page::new(params.cursor.as_deref(), params.limit)?;
    let profile: Option<ProfileId> = params.profile_id.map(|text| text.parse()).transpose().map_err(no_profile)?;
    let found = api.store.tokens_page(profile.as_ref(), page.after.as_ref(), page.read_limit()).await?;
    let (tokens, next_cursor) = page.cut(found, |token| PageKey { at: token.created_at, id: token.id.to_string() });
    Ok(Json(ManagedTokensBody { credentials: tokens.iter().map(ManagedTokenView::from).collect(), next_cursor }))
}

fn no_profile(error: InvalidId) -> Problem {
    Problem::new(Code::MalformedRequest, format!("query: profileId: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn of_everybody_or_of_one() {
        let app = TestApp::new().await;
        let list = async |query: &str| app.get(&format!("/api/admin/tokens{query}")).bearer(&app.stranger).send().await.expect(200);
        let all = list("?limit=100").await;
        let oldest = all["credentials"].as_array().unwrap().len() - 1;
        assert_eq!(all["credentials"][oldest]["id"], app.buyer.token_id.as_str(), "newest first");
        let first = list(&format!("?limit={oldest}")).await;
        let rest = list(&format!("?limit={oldest}&cursor={}", first["nextCursor"].as_str().unwrap())).await;
        assert_eq!((&rest["credentials"], &rest["nextCursor"]), (&json!([all["credentials"][oldest]]), &json!(null)));
        let of_one = list(&format!("?profileId={}", app.buyer.profile)).await;
        assert_eq!(of_one["credentials"], rest["credentials"]);
        assert_eq!(list("?profileId=prof_01ARZ3NDEKTSV4RRFFQ69G5FAV").await["credentials"], json!([]));
        for none in ["", "nobody"] {
            app.get(&format!("/api/admin/tokens?profileId={none}")).bearer(&app.stranger).send().await.problem(400, "malformed_request");
        }
        assert!(!first.text().contains("cf_"));
    }
}
