//! GET `/api/admin/tokens-registry`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::example;
use crate::extract::{Admin, Caller};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::registered_asset::{RegisteredAssetView, RegisteredAssetsBody};

/// The token registry.
///
/// Every asset of every chain of this instance, allowed or not, as the chain described it when it was registered. Entries are never deleted: they are in what
/// was signed.
#[utoipa::path(
    get,
    path = "/api/admin/tokens-registry",
    tag = "admin",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "By chain and asset.", body = RegisteredAssetsBody, example = json!({ "assets": [example()] })))
)]
pub async fn list_registered_assets(State(api): State<Arc<Api>>, _caller: Caller<Admin>) -> Result<Json<RegisteredAssetsBody>, Problem> {
    let mut assets = Vec::new();
    for chain in &api.config.chains {
        assets.extend(api.store.registered_tokens(chain.chain_id).await?.iter().map(RegisteredAssetView::from));
    }
    Ok(Json(RegisteredAssetsBody { assets }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn what_is_registered_is_listed() {
        let app = TestApp::new().await;
        let list = app.get("/api/admin/tokens-registry").bearer(&app.stranger).send().await.expect(200);
        assert_eq!(
            (list["assets"][0]["assetId"].as_str(), list["assets"][0]["isAllowed"].as_bool()),
            (Some(app.seeded.asset.to_string().as_str()), Some(true))
        );
    }
}
