//! What is secret is nowhere in what is written, however much is written.

use std::fs;

use anvil_tests::program::Program;
use anvil_tests::server::is_ready;
use anvil_tests::{Engine, World, WorldOptions, eventually, on_both_engines};
use cli::stack::Stack;
use secrecy::ExposeSecret;
use serde_json::json;

on_both_engines!(i12_the_log_of_a_whole_payment_holds_no_secret,);

async fn i12_the_log_of_a_whole_payment_holds_no_secret(engine: Engine) {
    let mut world = World::with(WorldOptions::new(engine)).await;
    let settings = Stack::settings_file(world.folder());
    let identities = world.instance().identities.clone();
    world.stop().await;
    let program = Program::start(Some(&settings), &[("COUNTERFOIL_DATABASE__URL", world.database.url())], &["serve"], "trace").await;
    let (http, api) = (reqwest::Client::new(), world.api_url());
    eventually("it is ready", || is_ready(&http, api), |ready| *ready).await;

    let at = world.payable().await;
    world.paid(&at).await;
    world.verified(&at).await;
    world.buyer.post("/api/agent/auth/siwe", &json!({ "message": "not one", "signature": "0x00" })).await;
    world.buyer.get("/api/agent/me?token=cf_0000000000000000000000000000000000000000000000000000000000000000").await;
    program.signal("TERM").await;
    let ended = program.ended().await;
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(ended.stderr.contains("/crypto-payment-requests"), "the log says what happened");

    let signer_key = fs::read_to_string(world.folder().join("signer.key")).unwrap();
    let mut secrets = vec![signer_key.trim().trim_start_matches("0x").to_owned(), identities.token_key.expose_secret().to_owned()];
    secrets.extend(identities.all().map(|identity| identity.api_token.expose_secret().to_owned()));
    secrets.push("cf_0000000000000000000000000000000000000000000000000000000000000000".to_owned());
    for secret in secrets {
        assert!(secret.len() >= 32);
        if let Some(at) = ended.stderr.find(&secret) {
            panic!("a secret is in the log: …{}…", &ended.stderr[at.saturating_sub(200)..at]);
        }
    }
}
