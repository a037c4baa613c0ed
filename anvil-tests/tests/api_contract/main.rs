//! The served API against the document that it serves: schemathesis with all of its checks, as each of the parties, on both engines.
//!
//! `.ci/nightly api` runs it: what it finds depends on what its cases leave behind for one another, so a change is not held up by it.

#![expect(clippy::unwrap_used, reason = "in a test, what cannot go on says so by panicking")]

use std::path::Path;
use std::process::Stdio;

use anvil_tests::{Engine, World, on_both_engines};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::process::Command;

on_both_engines!(i14_the_served_api_is_what_its_document_says,);

/// Cases per operation and phase; `.ci/nightly api` asks for more.
const EXAMPLES: &str = "10";
/// What all parties together have to have tried for the run to count.
const MIN_CASES: u64 = 5_000;

async fn i14_the_served_api_is_what_its_document_says(engine: Engine) {
    let world = World::new(engine).await;
    let (waiting, paid) = (world.payable().await, world.payable().await);
    world.paid(&paid).await;
    world.verified(&paid).await;
    world.buyer.get(&waiting.path("")).await.expect(200);
    let stack = world.instance();
    let who = &stack.identities;
    let tokens = json!({
        "buyer": who.buyer.api_token.expose_secret(),
        "seller": who.seller.api_token.expose_secret(),
        "operator": who.admin.api_token.expose_secret(),
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-fuzz");
    let installed = Command::new(folder.join("install")).status().await.unwrap();
    assert!(installed.success(), "pip installs schemathesis");
    let ended = Command::new(folder.join(".venv/bin/python"))
        .arg(folder.join("fuzz.py"))
        .env("API_URL", stack.api_url.as_str().trim_end_matches('/'))
        .env("TOKENS", tokens.to_string())
        .env("EXAMPLES", std::env::var("API_FUZZ_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned()))
        .stderr(Stdio::piped())
        .output()
        .await
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let said: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let cases = said["cases"].as_u64().unwrap();
    assert!(cases >= MIN_CASES, "only {cases} cases were tried");
}
