//! GET `/api/profiles/{profileId}/payout-methods`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::ids::ProfileId;

use crate::extract::PathId;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payout_method::{PublicPayoutMethodView, PublicPayoutMethodsBody};

/// What a profile can be paid with.
///
/// Public, and without addresses: those are agreed on between the parties, never looked up.
#[utoipa::path(
    get,
    path = "/api/profiles/{profileId}/payout-methods",
    tag = "profiles",
    params(("profileId" = String, Path, description = "`prof_…`")),
    responses((status = 200, description = "The active ones, each asset once.", body = PublicPayoutMethodsBody, example = json!({ "payoutMethods": [{
        "symbol": "USDC", "network": "eip155:8453", "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913" }] })))
)]
pub async fn list_public_payout_methods(State(api): State<Arc<Api>>, PathId(id): PathId<ProfileId>) -> Result<Json<PublicPayoutMethodsBody>, Problem> {
    api.store.profile(&id).await?.ok_or_else(Problem::not_found)?;
    let mut payout_methods: Vec<PublicPayoutMethodView> = Vec::new();
    for method in api.store.payout_methods(&id).await?.iter().filter(|method| method.is_active) {
        let view = PublicPayoutMethodView::from(method);
        if !payout_methods.contains(&view) {
            payout_methods.push(view);
        }
    }
    Ok(Json(PublicPayoutMethodsBody { payout_methods }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn says_what_with_and_not_where_to() {
        let app = TestApp::new().await;
        let path = format!("/api/profiles/{}/payout-methods", app.seller.profile);
        let answer = app.get(&path).send().await.expect(200);
        assert_eq!(answer["payoutMethods"], json!([{ "symbol": "USDC", "network": "eip155:31337", "assetId": app.seeded.asset.to_string() }]));
        assert!(!answer.text().to_lowercase().contains(&format!("{:x}", app.seller.wallet.address())));
    }

    #[tokio::test]
    async fn an_unknown_profile_and_a_malformed_id_are_not_found() {
        let app = TestApp::new().await;
        for id in ["prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "prof_1", "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00"] {
            app.get(&format!("/api/profiles/{id}/payout-methods")).send().await.problem(404, "not_found");
        }
    }
}
