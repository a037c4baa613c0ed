//! DELETE `/api/agent/me/wallets/{walletAddress}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::WalletAddress;
use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me::lock_own;
use crate::state::Api;
use crate::view::profile::{WalletView, WalletsBody};

/// Retire a wallet of the caller.
///
/// From now on and for good it signs in as nobody, is no party of a new agreement, pays no new request and judges nothing: for a key that others have. Its contract on
/// every chain is retired with it. What it agreed to, paid and was paid stays the profile's. All sessions from sign-ins end, but for the one in use; revoke tokens
/// that are not yours with `DELETE …/me/tokens/{tokenId}`. The last wallet stays: add another one first, or ask the operator.
#[utoipa::path(
    delete,
    path = "/api/agent/me/wallets/{walletAddress}",
    tag = "me",
    params(("walletAddress" = String, Path, description = "Its address", pattern = "^0x[0-9a-fA-F]{40}$")),
    security(("bearer" = ["profile:write"])),
    responses(
        (status = 200, description = "The profile's wallets, oldest first.", body = WalletsBody, example = json!({ "wallets": [super::example(), super::retired_example()] })),
        (status = 409, description = "It is the last wallet that speaks for the profile (`not_allowed`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn retire_wallet(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(WalletAddress(address)): PathId<WalletAddress>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    lock_own(&mut effect.tx, &caller.profile).await?;
    let wallets = effect.tx.wallets(&caller.profile).await?;
    let (own, others): (Vec<_>, Vec<_>) = wallets.iter().filter(|wallet| wallet.retired_at.is_none()).partition(|wallet| wallet.address == address);
    if !own.is_empty() && others.is_empty() {
        let why = "this is the last wallet that speaks for your profile; add another one first, or ask the operator to retire it";
        return Err(Problem::new(Code::NotAllowed, why).with("currentStatus", "last_wallet"));
    }
    super::retire(&mut effect.tx, (&caller.profile, address), (caller.author(), Some(&caller.token.id)), api.now()).await?;
    let wallets = effect.tx.wallets(&caller.profile).await?.iter().map(WalletView::from).collect();
    effect.commit(StatusCode::OK, &WalletsBody { wallets }).await
}

#[cfg(test)]
mod tests {
    use alloy_signer_local::PrivateKeySigner;
    use serde_json::json;
    use settlement::audit::AuditAction;

    use crate::testing::{Actor, Answer, TestApp, key};

    const SIGN_IN: &str = "/api/auth/siwe";

    /// The buyer with a second wallet.
    async fn with_two() -> (TestApp, PrivateKeySigner) {
        let (app, second) = (TestApp::new().await, key(77));
        let proof = app.sign_in_message(&second).await;
        app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof).send().await.expect(201);
        (app, second)
    }

    async fn retire(app: &TestApp, actor: &Actor, wallet: &PrivateKeySigner) -> Answer {
        app.delete(&format!("/api/agent/me/wallets/{}", wallet.address())).bearer(actor).send().await
    }

    #[tokio::test]
    async fn a_retired_wallet_signs_in_as_nobody_and_comes_back_to_nobody() {
        let (app, second) = with_two().await;
        let stolen = app.buyer.wallet.clone();
        let thief = app.post(SIGN_IN).json(app.sign_in_message(&stolen).await).send().await.expect(200);
        let owner = app.post(SIGN_IN).json(app.sign_in_message(&second).await).send().await.expect(200);
        let path = format!("/api/agent/me/wallets/{}", stolen.address());
        let answer = app.delete(&path).token(owner["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(answer["wallets"][0]["retiredAt"], app.now().to_string());
        assert_eq!(answer["wallets"][1]["retiredAt"], json!(null));
        app.get("/api/agent/me").token(thief["apiToken"].as_str().unwrap()).send().await.problem(401, "unauthorized");
        app.get("/api/agent/me").token(owner["apiToken"].as_str().unwrap()).send().await.expect(200);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
        app.post(SIGN_IN).json(app.sign_in_message(&stolen).await).send().await.problem(403, "wallet_retired");
        for actor in [&app.buyer, &app.seller] {
            let proof = app.sign_in_message(&stolen).await;
            app.post("/api/agent/me/wallets").bearer(actor).json(proof).send().await.problem(403, "wallet_retired");
        }
        retire(&app, &app.buyer, &stolen).await.problem(404, "not_found");
        let log = app.get(&format!("/api/admin/audit?action={}", AuditAction::WalletRetired.as_str())).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(log["entries"][0]["details"]["wallet"], stolen.address().to_string());
    }

    #[tokio::test]
    async fn a_retired_wallet_agrees_to_nothing_and_pays_nothing_and_what_it_did_stays() {
        let (app, second) = with_two().await;
        app.start_chain().await;
        let before = app.contract().await;
        retire(&app, &app.buyer, &app.buyer.wallet).await.expect(200);
        assert_eq!(app.contract().await["buyer"], before["buyer"]);
        let signed = app.import_body("r-1");
        let mut attested = signed.clone();
        attested["consent"] = json!({ "kind": "attested" });
        for body in [signed, attested] {
            app.post("/api/agent/contracts/import").bearer(&app.marketplace).json(body).send().await.problem(422, "unknown_party");
        }
        let path = format!("/api/agent/contracts/{}/crypto-payment-requests", app.seeded.agreement);
        let pay =
            async |wallet: &PrivateKeySigner| app.post(&path).bearer(&app.buyer).json(json!({ "payerAddress": wallet.address().to_string() })).send().await;
        pay(&app.buyer.wallet).await.problem(422, "payer_not_proved");
        pay(&second).await.expect(201);
    }

    #[tokio::test]
    async fn a_retired_wallet_judges_nothing() {
        let app = TestApp::new().await;
        let proof = app.sign_in_message(&key(77)).await;
        app.post("/api/agent/me/wallets").bearer(&app.evaluator).json(proof).send().await.expect(201);
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        app.get(&path).bearer(&app.evaluator).send().await.expect(200);
        retire(&app, &app.evaluator, &app.evaluator.wallet).await.expect(200);
        app.get(&path).bearer(&app.evaluator).send().await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn the_last_wallet_stays_and_those_of_others_are_not_found() {
        let (app, second) = with_two().await;
        retire(&app, &app.seller, &second).await.problem(404, "not_found");
        retire(&app, &app.buyer, &second).await.expect(200);
        let refused = retire(&app, &app.buyer, &app.buyer.wallet).await.problem(409, "not_allowed");
        assert_eq!(refused["currentStatus"], "last_wallet");
        app.post(SIGN_IN).json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
        app.delete("/api/agent/me/wallets/0x1").bearer(&app.buyer).send().await.problem(404, "not_found");
    }
}
