//! A buyer and a seller without a line of our code: what they know is in `/openapi.json` and in the API's answers.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anvil_tests::{Engine, World, WorldOptions};
use cli::stack::anvil::Mining;
use secrecy::ExposeSecret;
use serde_json::Value;
use settlement::ids::PaymentRequestId;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn agents_pay_with_viem_from_the_document_alone() {
    let world = World::with(WorldOptions { mining: Mining::Mixed(Duration::from_secs(1)), ..WorldOptions::new(Engine::Sqlite) }).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("agent");
    let installed = Command::new(folder.join("install")).status().await.unwrap();
    assert!(installed.success(), "npm installs viem");
    let stack = world.instance();
    let (buyer, seller) = (&stack.identities.buyer, &stack.identities.seller);
    let agent = Command::new("node")
        .arg(folder.join("buy.mjs"))
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
    assert!(agent.status.success(), "{}", String::from_utf8_lossy(&agent.stderr));
    let said: Value = serde_json::from_slice(&agent.stdout).unwrap();
    let request: PaymentRequestId = said["paymentRequestId"].as_str().unwrap().parse().unwrap();
    let contract = said["contractId"].as_str().unwrap().parse().unwrap();
    world.assert_paid_once(&cli::paying::RequestPath { contract, request }).await;
}
