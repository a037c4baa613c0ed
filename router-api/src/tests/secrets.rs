use std::io;
use std::sync::{Arc, Mutex};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::problem::Code;
use crate::routes::auth::proof::SignedMessage;
use crate::testing::document::DOCUMENT;
use crate::testing::{TestApp, key};

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Signs in, makes tokens, pays, and does everything wrong that puts a secret where it does not belong. Returns the secrets.
async fn use_secrets(app: &TestApp) -> Vec<String> {
    let proof = app.sign_in_message(&key(88)).await;
    let nonce = proof["message"].as_str().unwrap().split("Nonce: ").nth(1).unwrap().split('\n').next().unwrap().to_owned();
    let signed_in = app.post("/api/auth/siwe").json(proof.clone()).send().await.expect(200);
    app.post("/api/auth/siwe").json(proof.clone()).send().await.problem(401, "sign_in_refused");
    let session = signed_in["apiToken"].as_str().unwrap().to_owned();
    let made = app.post("/api/agent/me/tokens").token(&session).key("k").json(json!({ "name": "x", "scopes": ["profile:read"] })).send().await.expect(201);
    let token = made["apiToken"].as_str().unwrap().to_owned();
    app.get(&format!("/api/agent/me?token={token}")).send().await.problem(401, "token_in_url");
    app.get(&format!("/api/agent/contracts/{token}")).token(&session).send().await.problem(401, "token_in_url");
    app.get("/api/agent/me").token(&token.replace('0', "1")).send().await;
    app.get("/api/agent/me").token(&token).header("x-request-id", &token).send().await.expect(200);
    let mut misplaced = json!({ "displayName": "x" });
    misplaced[&token] = json!(token);
    let refused = app.patch("/api/agent/me").token(&session).json(misplaced).send().await.problem(422, "unknown_field");
    assert!(!refused.to_string().contains(&token), "{refused:#}");
    let id = app.request().await;
    app.pay(&id).await;
    app.signer_switch.fail();
    app.create(app.wanted()).await;
    app.store.close().await;
    app.get("/api/agent/me").token(&token).send().await.problem(503, "unavailable");
    let wallet_key = alloy_primitives::hex::encode(key(88).to_bytes());
    vec![session, token, nonce, proof["signature"].as_str().unwrap().to_owned(), wallet_key, "11".repeat(32), app.token_key().expose_secret().to_owned()]
}

#[tokio::test]
async fn i12_nothing_secret_is_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(false));
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = TestApp::new().await;
    let secrets = use_secrets(&app).await;
    let text = log.text();
    assert!(text.contains("answered") && text.contains("/api/auth/siwe") && text.contains("the database is unavailable"), "the log is there: {text}");
    for secret in secrets {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in the log");
        assert!(!text.contains(&secret[..20]), "a part of {secret} is in the log");
    }
}

#[tokio::test]
async fn i12_the_database_holds_no_token_and_no_answer_with_one() {
    let app = TestApp::new().await;
    let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).key("k").json(json!({ "name": "x", "scopes": ["profile:read"] })).send().await.expect(201);
    let path = app.database.url().trim_start_matches("sqlite:").to_owned();
    app.store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(made["credential"]["id"].as_str().unwrap()), "the row is there");
    for token in [made["apiToken"].as_str().unwrap(), &app.buyer.token] {
        assert!(!holds(&token[3..]), "the database holds a token");
    }
}

#[tokio::test]
async fn i12_debug_shows_no_secret() {
    let app = TestApp::new().await;
    let proof = app.sign_in_message(&app.buyer.wallet).await;
    let signature = proof["signature"].as_str().unwrap().to_owned();
    let message: SignedMessage = serde_json::from_value(proof).unwrap();
    let shown = format!("{message:?} {:?} {:?}", app.api(), app.api().config);
    assert!(!shown.contains(&signature[2..20]) && !shown.contains("wants you to sign in"), "{shown}");
    assert!(!shown.contains(app.token_key().expose_secret()) && !shown.contains(&"11".repeat(8)), "{shown}");
}

#[test]
fn i12_the_document_and_the_pages_show_no_token_that_could_be_one() {
    let text = DOCUMENT.to_string();
    assert!(text.contains("cf_<64 hexadecimal digits>"));
    assert!(!crate::token::is_in(&text), "an example looks like a token");
    for code in Code::ALL {
        assert!(!crate::token::is_in(code.cause()) && !crate::token::is_in(code.cure()), "{code:?}");
    }
}

#[tokio::test]
async fn i12_a_panic_is_answered_without_what_it_said() {
    let app = TestApp::new().await;
    let routes = axum::Router::new().route("/boom", axum::routing::get(boom));
    let router = crate::behind_every_request(app.api(), routes, &crate::openapi());
    let problem: Value = app.get("/boom").at(&router).send().await.problem(500, "internal");
    assert!(!problem.to_string().contains("hunter2"), "{problem:#}");
    assert_eq!(problem["retryable"], true);
}

async fn boom() -> &'static str {
    panic!("hunter2")
}
