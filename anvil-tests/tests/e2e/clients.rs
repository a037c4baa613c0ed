//! The clients of `deploy/clients`, generated from the document: each completes a payment.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anvil_tests::{Engine, World, WorldOptions};
use cli::stack::anvil::Mining;
use secrecy::ExposeSecret;
use serde_json::Value;
use settlement::ids::PaymentRequestId;
use tokio::process::Command;

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/clients").join(language)
}

/// Runs a command that prepares a client; the test fails with what it says.
async fn prepare(command: &mut Command) {
    let ended = command.output().await.unwrap();
    assert!(ended.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
}

/// The story of `examples/pay` in some language: the program pays, and the database and the chain agree.
async fn pays(engine: Engine, command: &mut Command) {
    let world = World::with(WorldOptions { mining: Mining::Mixed(Duration::from_secs(1)), ..WorldOptions::new(engine) }).await;
    let stack = world.instance();
    let (buyer, seller) = (&stack.identities.buyer, &stack.identities.seller);
    let ended = command
        .env("API_URL", stack.api_url.as_str().trim_end_matches('/'))
        .env("RPC_URL", stack.rpc_url.as_str())
        .env("BUYER_KEY", world.buyer.account.private_key)
        .env("BUYER_TOKEN", buyer.api_token.expose_secret())
        .env("SELLER_KEY", world.seller.account.private_key)
        .env("SELLER_TOKEN", seller.api_token.expose_secret())
        .env("ASSET", stack.asset().to_string())
        .stderr(Stdio::piped())
        .output()
        .await
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let said: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let request: PaymentRequestId = said["paymentRequestId"].as_str().unwrap().parse().unwrap();
    let contract = said["contractId"].as_str().unwrap().parse().unwrap();
    world.assert_paid_once(&cli::paying::RequestPath { contract, request }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_typescript_client_completes_a_payment() {
    let folder = folder("typescript");
    prepare(&mut Command::new(folder.join("install"))).await;
    prepare(Command::new(folder.join("node_modules/.bin/tsc")).current_dir(&folder)).await;
    pays(Engine::Sqlite, Command::new("node").arg(folder.join("dist/examples/pay.js"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_completes_a_payment() {
    let folder = folder("python");
    prepare(&mut Command::new(folder.join("install"))).await;
    pays(Engine::Postgres, Command::new(folder.join(".venv/bin/python")).arg(folder.join("examples/pay.py"))).await;
}
