//! POST `/api/auth/siwe`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use settlement::Timestamp;
use settlement::audit::{AuditAction, Author};
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use store::{ApiToken, Profile, Tx, Wallet};
use utoipa::ToSchema;

use super::proof::{Proved, SignedMessage, known_wallet, take_nonce, verify};
use crate::extract::JsonBody;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::token;
use crate::view::profile::ProfileView;
use crate::view::token::TokenView;

/// Lifetime of a token from a sign-in: a working session. Longer ones are made with `POST /api/agent/me/tokens`.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Most sessions of a profile at a time: one per browser and agent, with room. Whoever signs in once more ends the oldest of them: refusing would let a program
/// that signs in without end lock its owner out.
const MAX_SESSIONS: u32 = 50;

/// Who signed in, and the token for it.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInBody {
    /// The profile of the wallet.
    profile: ProfileView,
    /// What the token is.
    credential: TokenView,
    /// The secret, shown once: send it as `Authorization: Bearer …`.
    #[schema(example = "cf_<64 hexadecimal digits>")]
    api_token: String,
}

/// Sign in with a wallet.
///
/// Gives a token of one hour for the profile that owns the wallet, with the scopes to buy and sell. A wallet of no profile gets a new one, if the instance
/// allows it. A contract wallet is an address on the chain that the message names: the same address on another chain is another wallet, and a wallet that is
/// known by its key signs with its key. Of more than 50 sessions the oldest ends. Each nonce signs in once; a repeated request needs a new one, so idempotency keys have no use here.
#[utoipa::path(
    post,
    path = "/api/auth/siwe",
    tag = "access",
    request_body = SignedMessage,
    responses(
        (status = 200, description = "Signed in.", body = SignInBody, example = json!({
            "profile": { "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "handle": null, "displayName": "0x7099…79C8", "createdAt": "2026-01-31T12:00:00.000Z",
                "updatedAt": "2026-01-31T12:00:00.000Z" },
            "credential": { "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "wallet sign-in", "scopes": ["profile:read"], "createdAt": "2026-01-31T12:00:00.000Z",
                "expiresAt": "2026-01-31T13:00:00.000Z", "lastUsedAt": null, "revokedAt": null },
            "apiToken": "cf_<64 hexadecimal digits>" })),
        (status = 401, description = "Message, nonce or signature do not hold (`sign_in_refused`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 403, description = "The wallet has no profile, and the instance makes none (`sign_in_closed`), or it is retired (`wallet_retired`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 409, description = "Another sign-in of this wallet came first (`wallet_taken`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn sign_in(State(api): State<Arc<Api>>, JsonBody(body): JsonBody<SignedMessage>) -> Result<Json<SignInBody>, Problem> {
    let proved = verify(&api, &body).await?;
    let now = api.now();
    let mut tx = api.store.begin().await?;
    take_nonce(&mut tx, &proved.message, now).await?;
    let author = Author::Wallet(proved.message.address);
    let profile = profile_of(&api, &mut tx, &proved, now).await?;
    let credential = session_token(TokenId::new(api.ids.ulid()), profile.id.clone(), now);
    let secret = token::mint(api.ids.as_ref());
    tx.insert_token(&credential, &token::hash(&api.config.token_key, secret.expose())).await?;
    tx.audit(author.clone().did(AuditAction::TokenCreated, &credential.id, now).with(credential.grant()));
    for ended in tx.end_sessions(&profile.id, MAX_SESSIONS, now).await? {
        tx.audit(author.clone().did(AuditAction::TokenRevoked, &ended, now));
    }
    tx.commit().await?;
    Ok(Json(SignInBody { profile: ProfileView::from(&profile), credential: TokenView::from(&credential), api_token: secret.expose().to_owned() }))
}

/// The profile of the wallet, locked, so that two sign-ins are not counted at once; a new one where it has none.
async fn profile_of(api: &Api, tx: &mut Tx, proved: &Proved, now: Timestamp) -> Result<Profile, Problem> {
    let Some(wallet) = known_wallet(tx, proved).await? else {
        return match api.config.open_sign_in {
            true => first_profile(api, tx, proved, now).await,
            false => Err(Problem::new(Code::SignInClosed, "this wallet has no profile here, and the instance makes none at sign-in")),
        };
    };
    let profile = tx.lock_profile(&wallet.profile).await?.ok_or_else(Problem::not_found)?;
    // Whoever retires a wallet holds the profile: what was read before the lock may be over.
    known_wallet(tx, proved).await?;
    match profile.disabled_at {
        None => Ok(profile),
        Some(_) => Err(Problem::new(Code::ProfileDisabled, "the profile of this wallet is disabled")),
    }
}

async fn first_profile(api: &Api, tx: &mut Tx, proved: &Proved, now: Timestamp) -> Result<Profile, Problem> {
    let wallet = proved.message.address;
    let profile = Profile::new(ProfileId::new(api.ids.ulid()), text::short_address(wallet), now);
    tx.insert_profile(&profile).await?;
    tx.insert_wallet(&Wallet::new(wallet, proved.proof, profile.id.clone(), now)).await?;
    let facts = json!({ "wallet": wallet.to_string(), "proof": proved.proof.to_string() });
    tx.audit(Author::Wallet(wallet).did(AuditAction::ProfileCreated, &profile.id, now).with(facts));
    Ok(profile)
}

fn session_token(id: TokenId, profile: ProfileId, now: Timestamp) -> ApiToken {
    ApiToken {
        id,
        profile,
        name: "wallet sign-in".to_owned(),
        scopes: Scope::party(),
        created_at: now,
        expires_at: Some(now.plus(LIFETIME)),
        last_used_at: None,
        revoked_at: None,
        replaced_by: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, key};

    const PATH: &str = "/api/auth/siwe";

    #[tokio::test]
    async fn a_new_wallet_gets_a_profile_and_finds_it_again() {
        let app = TestApp::new().await;
        let wallet = key(55);
        let first = app.post(PATH).json(app.sign_in_message(&wallet).await).send().await.expect(200);
        let second = app.post(PATH).json(app.sign_in_message(&wallet).await).send().await.expect(200);
        assert_eq!(first["profile"]["id"], second["profile"]["id"]);
        let me = app.get("/api/agent/me").token(first["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(me["wallets"][0]["address"], wallet.address().to_string());
        let scopes = me["credential"]["scopes"].as_array().unwrap();
        assert!(!scopes.contains(&json!("admin")) && !scopes.contains(&json!("contracts:import")));
        app.clock.advance_s(3_600);
        app.get("/api/agent/me").token(first["apiToken"].as_str().unwrap()).send().await.problem(401, "unauthorized");
    }

    #[tokio::test]
    async fn a_nonce_signs_in_once_and_not_when_it_is_not_ours() {
        let app = TestApp::new().await;
        let proof = app.sign_in_message(&app.buyer.wallet).await;
        app.post(PATH).json(proof.clone()).send().await.expect(200);
        app.post(PATH).json(proof).send().await.problem(401, "sign_in_refused");
        let invented = app.signed_with_nonce(&app.buyer.wallet, "0123456789abcdef0123456789abcdef");
        app.post(PATH).json(invented).send().await.problem(401, "sign_in_refused");
        let late = app.sign_in_message(&app.buyer.wallet).await;
        app.clock.advance_s(600);
        app.post(PATH).json(late).send().await.problem(401, "sign_in_refused");
    }

    #[tokio::test]
    async fn another_wallets_signature_or_a_changed_text_is_refused() {
        let app = TestApp::new().await;
        let mut proof = app.sign_in_message(&app.buyer.wallet).await;
        let other = app.sign_in_message(&app.seller.wallet).await;
        let own = proof["signature"].clone();
        proof["signature"] = other["signature"].clone();
        app.post(PATH).json(proof.clone()).send().await.problem(401, "sign_in_refused");
        proof["signature"] = own;
        proof["message"] = json!(proof["message"].as_str().unwrap().replace("Version: 1", "Version: 1\n"));
        app.post(PATH).json(proof).send().await.problem(401, "sign_in_refused");
    }

    #[tokio::test]
    async fn signing_in_without_end_ends_the_oldest_sessions_and_leaves_no_rows_behind() {
        let app = TestApp::new().await;
        let mut secrets = Vec::new();
        for _ in 0..52 {
            app.clock.advance_s(1);
            let signed_in = app.post(PATH).json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
            secrets.push(signed_in["apiToken"].as_str().unwrap().to_owned());
        }
        for (n, secret) in secrets.iter().enumerate() {
            let answer = app.get("/api/agent/me").token(secret).send().await;
            assert_eq!(answer.status.as_u16(), if n < 2 { 401 } else { 200 }, "session {n}");
        }
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
        let rows = || async { app.store.tokens(&app.buyer.profile).await.unwrap().len() };
        assert_eq!(rows().await, 1 + 52);
        for _ in 0..3 {
            app.clock.advance_s(3_600);
            app.post(PATH).json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
        }
        assert_eq!(rows().await, 1 + 50 + 1, "the one without end, the last 50 that ended, and the one that was just made");
    }

    #[tokio::test]
    async fn a_contract_wallet_is_asked_and_believed() {
        let app = TestApp::new().await;
        let wallet = app.contract_wallet();
        let mut proof = app.sign_in_text(wallet).await;
        proof["signature"] = json!("0xc0ffee");
        let answer = app.post(PATH).json(proof).send().await.expect(200);
        assert!(answer["apiToken"].is_string());
        let mut refused = app.sign_in_text(wallet).await;
        refused["signature"] = json!("0xbad0");
        app.post(PATH).json(refused).send().await.problem(401, "sign_in_refused");
    }

    #[tokio::test]
    async fn a_node_is_asked_only_about_messages_with_a_nonce_of_ours() {
        let app = TestApp::new().await;
        let wallet = app.contract_wallet();
        let proof = app.sign_in_text(wallet).await;
        let nonce = proof["message"].as_str().unwrap().split("Nonce: ").nth(1).unwrap().lines().next().unwrap().to_owned();
        let sign_in = |message: String, signature: &str| app.post(PATH).json(json!({ "message": message, "signature": signature })).send();
        let (own, invented) = (proof["message"].as_str().unwrap().to_owned(), "0123456789abcdef0123456789abcdef");
        sign_in(own.replace(&nonce, invented), "0xbad0").await.problem(401, "sign_in_refused");
        let added = json!({ "message": own.replace(&nonce, invented), "signature": "0xc0ffee" });
        app.post("/api/agent/me/wallets").bearer(&app.buyer).json(added).send().await.problem(401, "sign_in_refused");
        assert_eq!(app.contract_wallets_asked(), 0);
        sign_in(own.clone(), "0xbad0").await.problem(401, "sign_in_refused");
        assert_eq!(app.contract_wallets_asked(), 1);
        sign_in(own.clone(), "0xc0ffee").await.expect(200);
        sign_in(own, "0xc0ffee").await.problem(401, "sign_in_refused");
        assert_eq!(app.contract_wallets_asked(), 2, "a used nonce is nobody's");
        let late = app.sign_in_text(wallet).await;
        app.clock.advance_s(599);
        sign_in(late["message"].as_str().unwrap().to_owned(), "0xc0ffee").await.expect(200);
    }

    #[tokio::test]
    async fn a_node_that_does_not_answer_is_not_waited_for_without_end() {
        let app = TestApp::new().await;
        app.contract_wallets_hang();
        let mut proof = app.sign_in_text(app.contract_wallet()).await;
        proof["signature"] = json!("0xc0ffee");
        let answer = tokio::time::timeout(std::time::Duration::from_secs(30), app.post(PATH).json(proof).send()).await.expect("it is given up after 5 s");
        answer.problem(503, "contract_wallets_unavailable");
    }

    #[tokio::test]
    async fn a_closed_instance_makes_no_profiles_but_knows_its_own() {
        let app = TestApp::with(|config| config.open_sign_in = false).await;
        app.post(PATH).json(app.sign_in_message(&app.buyer.wallet).await).send().await.expect(200);
        app.post(PATH).json(app.sign_in_message(&key(56)).await).send().await.problem(403, "sign_in_closed");
    }
}
