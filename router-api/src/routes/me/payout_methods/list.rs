//! GET `/api/agent/me/payout-methods`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{Caller, ProfileRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payout_method::{PayoutMethodView, PayoutMethodsBody};

/// The caller's payout methods.
///
/// Inactive ones included. What others see of them is at `/api/profiles/{profileId}/payout-methods`.
#[utoipa::path(
    get,
    path = "/api/agent/me/payout-methods",
    tag = "me",
    security(("bearer" = ["profile:read"])),
    responses((status = 200, description = "All of them.", body = PayoutMethodsBody, example = json!({ "payoutMethods": [{
        "id": "pm_01ARZ3NDEKTSV4RRFFQ69G5FAV", "symbol": "USDC", "network": "eip155:8453",
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "memo": null, "label": "main", "isActive": true, "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" }] })))
)]
pub async fn list_payout_methods(State(api): State<Arc<Api>>, caller: Caller<ProfileRead>) -> Result<Json<PayoutMethodsBody>, Problem> {
    let methods = api.store.payout_methods(&caller.profile).await?;
    Ok(Json(PayoutMethodsBody { payout_methods: methods.iter().map(PayoutMethodView::from).collect() }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn shows_the_callers_methods_with_their_addresses() {
        let app = TestApp::new().await;
        let mine = app.get("/api/agent/me/payout-methods").bearer(&app.seller).send().await.expect(200);
        assert_eq!(mine["payoutMethods"][0]["id"], app.seeded.payout_method.as_str());
        assert_eq!(mine["payoutMethods"][0]["address"], app.seller.wallet.address().to_string());
        let other = app.get("/api/agent/me/payout-methods").bearer(&app.buyer).send().await.expect(200);
        assert_eq!(other["payoutMethods"].as_array().unwrap().len(), 0);
    }
}
