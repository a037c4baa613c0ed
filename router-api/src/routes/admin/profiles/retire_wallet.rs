//! DELETE `/api/admin/profiles/{profileId}/wallets/{walletAddress}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::ids::ProfileId;

use super::example;
use crate::extract::{Admin, Caller, NoBody, PathIds, Write};
use crate::problem::Problem;
use crate::routes::me::wallets::{WalletAddress, retire, retired_example};
use crate::state::Api;
use crate::view::profile::{ManagedProfileBody, ManagedProfileView, WalletView};

/// Retire anybody's wallet.
///
/// As its owner does it with `DELETE /api/agent/me/wallets/{walletAddress}`, also where it is the last one, and for a key that somebody else has and who would retire the
/// owner's. It signs in as nobody from now on and for good; all sessions of the profile from sign-ins end. Its other tokens work on: revoke those that are in doubt.
#[utoipa::path(
    delete,
    path = "/api/admin/profiles/{profileId}/wallets/{walletAddress}",
    tag = "admin",
    params(
        ("profileId" = String, Path, description = "`prof_…`"),
        ("walletAddress" = String, Path, description = "Its address", pattern = "^0x[0-9a-fA-F]{40}$"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The profile and its wallets.", body = ManagedProfileBody, example = json!({ "profile": example(), "wallets": [retired_example()] })))
)]
pub async fn retire_any_wallet(
    State(api): State<Arc<Api>>,
    caller: Caller<Admin>,
    PathIds(id, WalletAddress(address)): PathIds<ProfileId, WalletAddress>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let profile = effect.tx.lock_profile(&id).await?.ok_or_else(Problem::not_found)?;
    let in_use = (id == caller.profile).then_some(&caller.token.id);
    retire(&mut effect.tx, (&id, address), (caller.author(), in_use), api.now()).await?;
    let wallets = effect.tx.wallets(&id).await?.iter().map(WalletView::from).collect();
    effect.commit(StatusCode::OK, &ManagedProfileBody { profile: ManagedProfileView::from(&profile), wallets }).await
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_operator_retires_also_the_last_wallet_and_its_sessions_end() {
        let app = TestApp::new().await;
        let session = app.post("/api/auth/siwe").json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
        let path = format!("/api/admin/profiles/{}/wallets/{}", app.buyer.profile, app.buyer.wallet.address());
        let answer = app.delete(&path).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(answer["wallets"][0]["retiredAt"], app.now().to_string());
        app.get("/api/agent/me").token(session["apiToken"].as_str().unwrap()).send().await.problem(401, "unauthorized");
        app.post("/api/auth/siwe").json(app.sign_in_message(&app.buyer.wallet).await).send().await.problem(403, "wallet_retired");
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
        app.delete(&path).bearer(&app.stranger).send().await.problem(404, "not_found");
        let of_another = format!("/api/admin/profiles/{}/wallets/{}", app.buyer.profile, app.seller.wallet.address());
        app.delete(&of_another).bearer(&app.stranger).send().await.problem(404, "not_found");
    }
}
