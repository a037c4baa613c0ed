//! GET `/api/agent/me`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{Caller, ProfileRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::profile::{ProfileView, WalletView};
use crate::view::token::TokenView;

/// The caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// Its profile.
    pub profile: ProfileView,
    /// The wallets it has proved it controls.
    pub wallets: Vec<WalletView>,
    /// The bearer token in use, without the secret.
    pub credential: TokenView,
}

/// The caller's profile, wallets and token.
///
/// Where an agent starts: who it is here, which wallets speak for it, what its token may do and until when.
#[utoipa::path(
    get,
    path = "/api/agent/me",
    tag = "me",
    security(("bearer" = ["profile:read"])),
    responses((status = 200, description = "The caller.", body = MeBody, example = json!({
        "profile": { "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "handle": "ada", "displayName": "Ada", "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" },
        "wallets": [crate::routes::me::wallets::example()],
        "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "agent", "scopes": ["profile:read"], "createdAt": "2026-01-31T12:00:00.000Z",
            "expiresAt": null, "lastUsedAt": null, "revokedAt": null },
    })))
)]
pub async fn show_me(State(api): State<Arc<Api>>, caller: Caller<ProfileRead>) -> Result<Json<MeBody>, Problem> {
    let profile = api.store.profile(&caller.profile).await?.ok_or_else(Problem::not_found)?;
    let wallets = api.store.wallets(&caller.profile).await?;
    Ok(Json(MeBody {
        profile: ProfileView::from(&profile),
        wallets: wallets.iter().map(WalletView::from).collect(),
        credential: TokenView::from(&caller.token),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn says_who_the_caller_is_and_shows_no_secret() {
        let app = TestApp::new().await;
        let answer = app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
        assert_eq!(answer["profile"]["id"], app.buyer.profile.as_str());
        assert_eq!(answer["wallets"][0]["address"], app.buyer.wallet.address().to_string());
        assert_eq!(answer["credential"]["name"], "test");
        assert!(!answer.text().contains("cf_"), "{}", answer.text());
    }
}
