//! GET `/api/admin/profiles/{profileId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::ids::ProfileId;

use super::example;
use crate::extract::{Admin, Caller, PathId};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::profile::{ManagedProfileBody, ManagedProfileView, WalletView};

/// A profile with its wallets.
///
/// Wallets are those that have proved themselves by a signature; nobody can add one for another.
#[utoipa::path(
    get,
    path = "/api/admin/profiles/{profileId}",
    tag = "admin",
    params(("profileId" = String, Path, description = "`prof_…`")),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The profile.", body = ManagedProfileBody, example = json!({ "profile": example(), "wallets": [
        crate::routes::me::wallets::example()] })))
)]
pub async fn show_profile(State(api): State<Arc<Api>>, _caller: Caller<Admin>, PathId(id): PathId<ProfileId>) -> Result<Json<ManagedProfileBody>, Problem> {
    let profile = api.store.profile(&id).await?.ok_or_else(Problem::not_found)?;
    let wallets = api.store.wallets(&id).await?;
    Ok(Json(ManagedProfileBody { profile: ManagedProfileView::from(&profile), wallets: wallets.iter().map(WalletView::from).collect() }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn its_wallets_are_shown() {
        let app = TestApp::new().await;
        let shown = app.get(&format!("/api/admin/profiles/{}", app.seller.profile)).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(shown["profile"]["displayName"], "Seller");
        assert_eq!(shown["wallets"][0]["address"], app.seller.wallet.address().to_string());
    }
}
