//! PATCH `/api/admin/tokens-registry`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use utoipa::ToSchema;

use super::example;
use crate::extract::wire::AssetId;
use crate::extract::{Admin, Caller, Write};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::registered_asset::{RegisteredAssetBody, RegisteredAssetView};

/// What to change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "assetId": "eip155:31337/erc20:0x7070707070707070707070707070707070707070", "isAllowed": false }))]
pub struct UpdateAsset {
    /// CAIP-19 id of a registered asset.
    asset_id: AssetId,
    /// Whether new agreements may be in it.
    is_allowed: bool,
}

/// Allow an asset for new agreements, or no longer.
///
/// Agreements that exist are paid as they were agreed.
#[utoipa::path(
    patch,
    path = "/api/admin/tokens-registry",
    tag = "admin",
    security(("bearer" = ["admin"])),
    request_body = UpdateAsset,
    responses((status = 200, description = "The entry as it is now.", body = RegisteredAssetBody, example = json!({ "asset": example() })))
)]
pub async fn update_asset(State(api): State<Arc<Api>>, caller: Caller<Admin>, Write(body, mut effect): Write<UpdateAsset>) -> Result<Response, Problem> {
    if effect.tx.set_token_allowed(&body.asset_id, body.is_allowed).await? {
        let action = if body.is_allowed { AuditAction::AssetAllowed } else { AuditAction::AssetDisallowed };
        effect.tx.audit(caller.author().did(action, *body.asset_id, api.now()));
    }
    let known = effect.tx.registered_token(&body.asset_id).await?;
    let token = known.ok_or_else(|| Problem::field(Code::AssetNotSupported, "assetId", "this asset is not registered"))?;
    effect.commit(StatusCode::OK, &RegisteredAssetBody { asset: RegisteredAssetView::from(&token) }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn what_is_not_allowed_is_for_no_new_agreement_and_paid_as_agreed() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let path = "/api/admin/tokens-registry";
        let body = json!({ "assetId": app.seeded.asset.to_string(), "isAllowed": false });
        let off = app.patch(path).bearer(&app.stranger).json(body).send().await.expect(200);
        assert_eq!(off["asset"]["isAllowed"], false);
        app.post("/api/agent/contracts/import").bearer(&app.buyer).json(app.import_body("order-2")).send().await.problem(422, "asset_not_supported");
        let id = app.request().await;
        app.pay(&id).await;
        let unknown = json!({ "assetId": "eip155:31337/slip44:60", "isAllowed": true });
        app.patch(path).bearer(&app.stranger).json(unknown).send().await.problem(422, "asset_not_supported");
    }
}
