//! The two commands of the README, and the promises that a process makes: signals, exit codes, one line of JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anvil_tests::program::Program;
use anvil_tests::{Engine, World, WorldOptions, eventually};
use cli::stack::Stack;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn demo_plays_a_payment_to_its_receipt() {
    let ended = Program::start(None, &[], &["demo", "--json"], "error").await.ended().await;
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
    let mut dev = Program::start(None, &[], arguments, "error").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn router_and_operator_are_not_changed_under_payloads_that_may_be_paid() {
    let mut world = World::with(WorldOptions::new(Engine::Sqlite)).await;
    world.payable().await;
    world.stop().await;
    let settings = Stack::settings_file(world.folder());
    let stranger = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
    let environment = [("COUNTERFOIL_DATABASE__URL", world.database.url()), ("COUNTERFOIL_CHAINS__PRIVATE__OPERATOR", stranger)];
    for only in [&["serve"][..], &["serve", "--only", "api"], &["serve", "--only", "indexer"]] {
        let ended = Program::start(Some(&settings), &environment, only, "error").await.ended().await;
        assert!(!ended.status.success(), "{ended:?}");
        assert!(ended.stderr.contains("1 payload(s) of router") && ended.stderr.contains("may still be paid"), "{ended:?}");
        assert!(ended.stderr.contains("put chains.private.router and operator back"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_a_process_that_is_told_to_stop_under_load_answers_all_that_it_took() {
    let mut world = World::with(WorldOptions::new(Engine::Sqlite)).await;
    world.stop().await;
    let settings = Stack::settings_file(world.folder());
    let serve = Program::start(Some(&settings), &[("COUNTERFOIL_DATABASE__URL", world.database.url())], &["serve"], "warn").await;
    let url = world.api_url().join("/api/chains").unwrap();
    let ready = || async { reqwest::get(url.clone()).await.is_ok() };
    eventually("it answers", ready, |answers| *answers).await;
    // A connection per request: what is refused was never taken.
    let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let told = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (http, url, told) = (http.clone(), url.clone(), Arc::clone(&told));
            tokio::spawn(async move {
                let mut answered = 0_u32;
                loop {
                    let is_late = told.load(Ordering::SeqCst);
                    match http.get(url.clone()).send().await {
                        Ok(answer) => {
                            assert!(answer.status().is_success(), "{}", answer.status());
                            answer.bytes().await.unwrap();
                            answered += 1;
                        }
                        // A connection that the kernel took for a process that has stopped listening ends unheard.
                        Err(error) if is_late || error.is_connect() => return answered,
                        Err(error) => panic!("a request was taken and not answered: {error:?}"),
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    told.store(true, Ordering::SeqCst);
    serve.signal("TERM").await;
    let ended = serve.ended().await;
    assert!(ended.status.success(), "{ended:?}");
    for worker in load {
        assert!(worker.await.unwrap() > 0);
    }
}
