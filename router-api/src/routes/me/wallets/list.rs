//! GET `/api/agent/me/wallets`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{Caller, ProfileRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::profile::{WalletView, WalletsBody};

/// The caller's wallets.
///
/// A wallet is here because its key signed for it, or the contract that it is on `network` accepted a signature; only such wallets can be a party of an agreement by
/// profile. Retired ones stay in the list, because what they paid and were paid is the profile's.
#[utoipa::path(
    get,
    path = "/api/agent/me/wallets",
    tag = "me",
    security(("bearer" = ["profile:read"])),
    responses((status = 200, description = "The wallets, oldest first.", body = WalletsBody, example = json!({
        "wallets": [super::example()] })))
)]
pub async fn list_wallets(State(api): State<Arc<Api>>, caller: Caller<ProfileRead>) -> Result<Json<WalletsBody>, Problem> {
    let wallets = api.store.wallets(&caller.profile).await?;
    Ok(Json(WalletsBody { wallets: wallets.iter().map(WalletView::from).collect() }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn shows_only_the_callers_wallets() {
        let app = TestApp::new().await;
        let answer = app.get("/api/agent/me/wallets").bearer(&app.seller).send().await.expect(200);
        assert_eq!(answer["wallets"].as_array().unwrap().len(), 1);
        assert_eq!(answer["wallets"][0]["address"], app.seller.wallet.address().to_string());
    }
}
