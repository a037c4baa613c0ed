//! POST `/api/agent/me/wallets`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use settlement::audit::AuditAction;
use store::Wallet;

use crate::extract::{Caller, PreparedWrite, ProfileWrite};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::auth::proof::{SignedMessage, known_wallet, take_nonce};
use crate::routes::me::lock_own;
use crate::state::Api;
use crate::view::profile::{WalletBody, WalletView};

/// Most wallets of a profile: key wallets, contract wallets of several chains and a few old ones.
const MAX_WALLETS: usize = 20;
/// Most rows of wallets that a profile ever has: retired ones stay, so that their payments keep their owner.
const MAX_EVER: usize = 100;

/// Add a wallet to the caller's profile.
///
/// The wallet proves itself with a sign-in message (EIP-4361) over a nonce from `/api/auth/nonce`; contract wallets prove themselves by ERC-1271, on the chain
/// that the message names and for that chain only: add the wallet once for each chain that it is on. Adding a wallet that is already the caller's changes nothing.
#[utoipa::path(
    post,
    path = "/api/agent/me/wallets",
    tag = "me",
    security(("bearer" = ["profile:write"])),
    request_body = SignedMessage,
    responses(
        (status = 201, description = "The wallet is the profile's.", body = WalletBody, example = json!({ "wallet": super::example() })),
        (status = 403, description = "The wallet is retired (`wallet_retired`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 409, description = "The wallet is another profile's (`wallet_taken`), or the profile has enough (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn add_wallet(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PreparedWrite(_body, proved, mut effect): PreparedWrite<SignedMessage>,
) -> Result<Response, Problem> {
    let proved = proved?;
    take_nonce(&mut effect.tx, &proved.message, api.now()).await?;
    lock_own(&mut effect.tx, &caller.profile).await?;
    let known = known_wallet(&mut effect.tx, &proved).await?;
    if known.as_ref().is_some_and(|known| known.profile != caller.profile) {
        return Err(Problem::new(Code::WalletTaken, "another profile has this wallet"));
    }
    if let Some(known) = known.filter(|known| known.proof == proved.proof) {
        return effect.commit(StatusCode::CREATED, &WalletBody { wallet: WalletView::from(&known) }).await;
    }
    check_room(&effect.tx.wallets(&caller.profile).await?)?;
    let wallet = Wallet::new(proved.message.address, proved.proof, caller.profile.clone(), api.now());
    effect.tx.insert_wallet(&wallet).await?;
    let facts = json!({ "wallet": wallet.address.to_string(), "proof": wallet.proof.to_string() });
    effect.tx.audit(caller.author().did(AuditAction::WalletAdded, &wallet.profile, wallet.proved_at).with(facts));
    effect.commit(StatusCode::CREATED, &WalletBody { wallet: WalletView::from(&wallet) }).await
}

fn check_room(wallets: &[Wallet]) -> Result<(), Problem> {
    if wallets.iter().filter(|wallet| wallet.retired_at.is_none()).count() >= MAX_WALLETS {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_WALLETS} wallets")));
    }
    if wallets.len() >= MAX_EVER {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_EVER} wallets in all, retired ones included")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloy_signer_local::PrivateKeySigner;

    use crate::testing::{TestApp, key};

    #[tokio::test]
    async fn a_wallet_is_added_by_its_own_signature_and_once() {
        let app = TestApp::new().await;
        let wallet: PrivateKeySigner = key(77);
        let proof = app.sign_in_message(&wallet).await;
        let added = app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof.clone()).send().await.expect(201);
        assert_eq!(added["wallet"]["address"], wallet.address().to_string());
        app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof).send().await.problem(401, "sign_in_refused");
        let again = app.sign_in_message(&wallet).await;
        app.post("/api/agent/me/wallets").bearer(&app.buyer).json(again).send().await.expect(201);
        let list = app.get("/api/agent/me/wallets").bearer(&app.buyer).send().await.expect(200);
        assert_eq!(list["wallets"].as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_wallet_of_another_profile_is_refused() {
        let app = TestApp::new().await;
        let proof = app.sign_in_message(&app.seller.wallet).await;
        app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof).send().await.problem(409, "wallet_taken");
    }
}
