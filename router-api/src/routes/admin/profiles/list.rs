//! GET `/api/admin/profiles`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::PageKey;

use super::example;
use crate::extract::{Admin, Caller, PageParams, Params};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::profile::{ManagedProfileView, ManagedProfilesBody};

/// Every profile of the instance.
///
/// Newest first, disabled ones included.
#[utoipa::path(
    get,
    path = "/api/admin/profiles",
    tag = "admin",
    params(PageParams),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of them.", body = ManagedProfilesBody, example = json!({ "profiles": [example()], "nextCursor": null })))
)]
pub async fn list_profiles(
    State(api): State<Arc<Api>>,
    _caller: Caller<Admin>,
    Params(params): Params<PageParams>,
) -> Result<Json<ManagedProfilesBody>, Problem> {
    let page = params.page()?;
    let found = api.store.profiles(page.after.as_ref(), page.read_limit()).await?;
    let (profiles, next_cursor) = page.cut(found, |profile| PageKey { at: profile.created_at, id: profile.id.to_string() });
    Ok(Json(ManagedProfilesBody { profiles: profiles.iter().map(ManagedProfileView::from).collect(), next_cursor }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn pages_hold_everybody_once() {
        let app = TestApp::new().await;
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("/api/admin/profiles?limit=1{cursor}")).bearer(&app.stranger).send().await.expect(200);
            names.push(page["profiles"][0]["displayName"].as_str().unwrap().to_owned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!(names.ends_with(&["Stranger", "Seller", "Buyer"].map(str::to_owned)), "newest first: {names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "each once: {names:?}");
    }
}
