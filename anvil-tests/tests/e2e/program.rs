//! The two commands of the README, and the promises that a process makes: signals, exit codes, one line of JSON.

use std::time::Duration;

use anvil_tests::program::Program;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn demo_plays_a_payment_to_its_receipt() {
    let ended = Program::start(None, None, &["demo", "--json"], "error").await.ended().await;
    assert!(ended.status.success(), "{ended:?}");
    let document: Value = serde_json::from_str(ended.stdout.lines().next_back().unwrap()).unwrap_or_else(|_| serde_json::from_str(&ended.stdout).unwrap());
    assert_eq!(document["paymentRequest"]["status"], "router_verified", "{document:#}");
    assert_eq!(document["verification"]["failedStep"], Value::Null, "{document:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_prints_one_line_and_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let arguments = ["dev", "--json", "--api-port", "0", "--rpc-port", "0", "--data-dir", &data];
    let first = round(&arguments, "INT").await;
    for key in ["apiUrl", "rpcUrl", "chainId", "router", "token"] {
        assert!(!first[key].is_null(), "{key}: {first:#}");
    }
    for who in ["buyer", "seller", "evaluator"] {
        for key in ["profileId", "address", "privateKey", "apiToken"] {
            assert!(first[who][key].is_string(), "{who}.{key}: {first:#}");
        }
    }
    assert!(first["admin"]["apiToken"].is_string());
    let again = round(&arguments, "TERM").await;
    for key in ["chainId", "router", "token", "admin", "buyer", "seller", "evaluator"] {
        assert_eq!(first[key], again[key], "{key} is kept");
    }
    let fresh = round(&[&arguments[..], &["--fresh"]].concat(), "INT").await;
    assert_ne!(first["buyer"]["apiToken"], fresh["buyer"]["apiToken"], "--fresh forgets");
}

/// Starts `dev`, reads its line, uses it, and ends it with a signal.
async fn round(arguments: &[&str], signal: &str) -> Value {
    let mut dev = Program::start(None, None, arguments, "error").await;
    let line: Value = serde_json::from_str(&dev.line().await).unwrap();
    let me = reqwest::Client::new()
        .get(format!("{}/api/agent/me", line["apiUrl"].as_str().unwrap().trim_end_matches('/')))
        .bearer_auth(line["buyer"]["apiToken"].as_str().unwrap())
        .timeout(Duration::from_secs(10))
        .send()
        .await
        .unwrap();
    assert_eq!(me.status(), 200);
    dev.signal(signal).await;
    let ended = dev.ended().await;
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.stdout, "", "one line and nothing else");
    line
}
