//! PATCH `/api/agent/me/payout-methods/{payoutMethodId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::PayoutMethodId;
use utoipa::ToSchema;

use super::{facts, optional_line};
use crate::extract::{Caller, PathId, ProfileWrite, Write};
use crate::problem::Problem;
use crate::routes::me::lock_own;
use crate::state::Api;
use crate::view::payout_method::{PayoutMethodBody, PayoutMethodView};

/// What to change; what is absent stays. Asset and address never change: another address is another payout method.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "label": "old wallet", "isActive": false }))]
pub struct UpdatePayoutMethod {
    /// Up to 120 characters; empty takes it away.
    #[schema(max_length = 120)]
    memo: Option<String>,
    /// Up to 120 characters; empty takes it away.
    #[schema(max_length = 120)]
    label: Option<String>,
    /// Whether new agreements may use it.
    is_active: Option<bool>,
}

/// Change memo, label or activity of a payout method.
///
/// Agreements that exist keep the payee they were made with.
#[utoipa::path(
    patch,
    path = "/api/agent/me/payout-methods/{payoutMethodId}",
    tag = "me",
    params(("payoutMethodId" = String, Path, description = "`pm_…`")),
    security(("bearer" = ["profile:write"])),
    request_body = UpdatePayoutMethod,
    responses((status = 200, description = "The payout method as it is now.", body = PayoutMethodBody, example = json!({ "payoutMethod": {
        "id": "pm_01ARZ3NDEKTSV4RRFFQ69G5FAV", "symbol": "USDC", "network": "eip155:8453",
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "memo": null, "label": "old wallet", "isActive": false, "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-02-01T12:00:00.000Z" } })))
)]
pub async fn update_payout_method(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<PayoutMethodId>,
    Write(body, mut effect): Write<UpdatePayoutMethod>,
) -> Result<Response, Problem> {
    lock_own(&mut effect.tx, &caller.profile).await?;
    let mut method = effect.tx.payout_methods(&caller.profile).await?.into_iter().find(|method| method.id == id).ok_or_else(Problem::not_found)?;
    if body.memo.is_some() {
        method.memo = optional_line("memo", body.memo.as_deref())?;
    }
    if body.label.is_some() {
        method.label = optional_line("label", body.label.as_deref())?;
    }
    method.is_active = body.is_active.unwrap_or(method.is_active);
    method.updated_at = api.now();
    effect.tx.update_payout_method(&method).await?;
    effect.tx.audit(caller.author().did(AuditAction::PayoutMethodUpdated, &id, method.updated_at).with(facts(&method)));
    effect.commit(StatusCode::OK, &PayoutMethodBody { payout_method: PayoutMethodView::from(&method) }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn changes_what_is_named_and_never_the_address() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/payout-methods/{}", app.seeded.payout_method);
        let off = app.patch(&path).bearer(&app.seller).json(json!({ "isActive": false, "label": "old" })).send().await.expect(200);
        assert_eq!((&off["payoutMethod"]["isActive"], &off["payoutMethod"]["label"]), (&json!(false), &json!("old")));
        let bare = app.patch(&path).bearer(&app.seller).json(json!({ "label": "" })).send().await.expect(200);
        assert_eq!((&bare["payoutMethod"]["isActive"], &bare["payoutMethod"]["label"]), (&json!(false), &json!(null)));
        let address = json!({ "address": app.buyer.wallet.address().to_string() });
        app.patch(&path).bearer(&app.seller).json(address).send().await.problem(422, "unknown_field");
    }
}
