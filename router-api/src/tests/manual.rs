//! `docs/API.md`: its tables are made from the code, and the payment that it walks through is one that was made here.

use std::fmt::Write as _;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::problem::Code;
use crate::testing::committed::{assert_committed, beside, with_section};
use crate::testing::document::{Operation, operations};
use crate::testing::{Answer, Call, TestApp};

const MANUAL: &str = "../docs/API.md";
/// Texts longer than this are cut in the manual.
const LONG: usize = 72;

#[tokio::test]
async fn the_committed_manual_names_every_operation_and_code_and_walks_through_a_real_payment() {
    let path = beside(MANUAL);
    let manual = std::fs::read_to_string(&path).unwrap();
    let manual = with_section(&manual, "operations", &operations_table());
    let manual = with_section(&manual, "codes", &codes_table());
    let manual = with_section(&manual, "walk", &walk().await);
    assert_committed(&path, &manual);
}

fn operations_table() -> String {
    let mut table = "| method | path | what | scopes |\n|---|---|---|---|\n".to_owned();
    for operation in operations() {
        let summary = operation.spec["summary"].as_str().unwrap().trim_end_matches('.');
        writeln!(table, "| `{}` | `{}` | {summary} | {} |", operation.method, operation.path, scopes(operation)).unwrap();
    }
    table
}

fn scopes(operation: &Operation) -> String {
    let all = |scopes: Vec<settlement::scope::Scope>| scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" and ");
    let alternatives: Vec<String> = operation.alternatives().into_iter().map(all).collect();
    if alternatives.is_empty() { "public".to_owned() } else { alternatives.join(" or ") }
}

fn codes_table() -> String {
    let mut table = "| code | status | what | what to do |\n|---|---|---|---|\n".to_owned();
    for code in Code::ALL {
        writeln!(table, "| `{}` | {} | {} | {} |", code.as_str(), code.status().as_u16(), code.title(), code.cure()).unwrap();
    }
    table
}

/// Writes down calls and their answers as they happen.
struct Walk {
    app: TestApp,
    text: String,
}

/// A call of the walk.
struct Step<'a> {
    method: Method,
    path: &'a str,
    token: Option<(&'a str, &'a str)>,
    key: Option<&'a str>,
    body: Option<Value>,
    /// The members of the payment request that are worth showing; all when empty.
    only: &'a [&'a str],
}

/// What changes in a payment request while it is paid.
const PROGRESS: &[&str] = &["id", "status", "confirmations", "isPayable", "payment", "receiptId", "recommendedAction"];

impl Walk {
    fn say(&mut self, text: &str) {
        writeln!(self.text, "{text}\n").unwrap();
    }

    async fn step(&mut self, step: Step<'_>) -> Answer {
        let mut call = self.app.call(step.method.clone(), step.path);
        if let Some((secret, _)) = step.token {
            call = call.token(secret);
        }
        if let Some(key) = step.key {
            call = call.key(key);
        }
        if let Some(body) = &step.body {
            call = call.json(body.clone());
        }
        let answer = Call::send(call).await;
        writeln!(
            self.text,
            "```sh\n{}\n```\n```json\n{} {}\n{:#}\n```\n",
            curl(&step),
            answer.status.as_u16(),
            content_type(&answer),
            shown(&step, answer.json())
        )
        .unwrap();
        answer
    }
}

fn content_type(answer: &Answer) -> &str {
    answer.header("content-type").unwrap_or_default()
}

fn curl(step: &Step<'_>) -> String {
    let mut lines = vec![match step.method {
        Method::GET => format!("curl \"$API{}\"", step.path),
        _ => format!("curl -X {} \"$API{}\"", step.method, step.path),
    }];
    lines.extend(step.token.map(|(_, variable)| format!("-H \"Authorization: Bearer ${variable}\"")));
    lines.extend(step.key.map(|key| format!("-H 'Idempotency-Key: {key}'")));
    lines.extend(step.body.as_ref().map(|body| format!("-H 'Content-Type: application/json' -d '{:#}'", abridged(body))));
    lines.join(" \\\n  ")
}

fn shown(step: &Step<'_>, answer: &Value) -> Value {
    let mut answer = abridged(answer);
    if let Some(members) = answer.get_mut("paymentRequest").and_then(Value::as_object_mut).filter(|_| !step.only.is_empty()) {
        members.retain(|key, _| step.only.contains(&key.as_str()));
        members.insert("…".to_owned(), json!("…"));
    }
    answer
}

/// The value with long texts cut and the lists of actions left out.
fn abridged(value: &Value) -> Value {
    match value {
        Value::String(text) if crate::token::is_in(text) => json!("cf_…"),
        Value::String(text) if text.chars().count() > LONG && !text.contains('\n') => Value::String(text.chars().take(24).chain(['…']).collect()),
        Value::Array(items) => items.iter().map(abridged).collect(),
        Value::Object(members) => Value::Object(members.iter().map(abridged_member).collect::<Map<_, _>>()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn abridged_member((key, value): (&String, &Value)) -> (String, Value) {
    let short = match key.as_str() {
        "availableActions" | "walletSendCalls" | "types" | "scopes" => json!(["…"]),
        _ => abridged(value),
    };
    (key.clone(), short)
}

async fn walk() -> String {
    let mut walk = Walk { app: TestApp::new().await, text: String::new() };
    walk.app.start_chain().await;
    let buyer = sign_in(&mut walk).await;
    let contract = agree(&mut walk, &buyer).await;
    let request = ask(&mut walk, &buyer, &contract).await;
    pay(&mut walk, &buyer, &contract, &request).await;
    let receipt = format!("/api/agent/receipts/rcpt_{request}");
    walk.say("**The receipt.** It exists from `router_verified` on, for both parties, and proves itself: the snapshot, its signature and the event are in it. `counterfoil receipt verify` checks it against the chain alone.");
    walk.step(Step { method: Method::GET, path: &receipt, token: Some((&buyer, "TOKEN")), key: None, body: None, only: &[] }).await.expect(200);
    walk.say("**Anybody** can ask whether it is settled, with the request's id, its `requestId` or its digest, and learns no more than the chain shows.");
    walk.step(Step { method: Method::GET, path: &format!("/api/settlements/{request}"), token: None, key: None, body: None, only: &[] }).await.expect(200);
    walk.say("Asking for another payment of what is paid is a problem like every other:");
    let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests");
    let body = walk.app.wanted();
    walk.step(Step { method: Method::POST, path: &path, token: Some((&buyer, "TOKEN")), key: Some("pay-1042-again"), body: Some(body), only: &[] })
        .await
        .expect(409);
    walk.text
}

async fn sign_in(walk: &mut Walk) -> String {
    walk.say("**Sign in** with a wallet (EIP-4361), or use a token that the operator made (`counterfoil token create`). The message names the host, the URI, a chain and the nonce.");
    let nonce = walk.step(Step { method: Method::GET, path: "/api/auth/nonce", token: None, key: None, body: None, only: &[] }).await.expect(200);
    let body = walk.app.signed_with_nonce(&walk.app.buyer.wallet, nonce["nonce"].as_str().unwrap());
    let answer = walk.step(Step { method: Method::POST, path: "/api/auth/siwe", token: None, key: None, body: Some(body), only: &[] }).await.expect(200);
    answer["apiToken"].as_str().unwrap().to_owned()
}

async fn agree(walk: &mut Walk, buyer: &str) -> String {
    walk.say("**Import the agreement.** Buyer and seller sign its terms; `contracts/import/typed-data` answers with the EIP-712 document that both wallets sign (`eth_signTypedData_v4`).");
    let body = walk.app.import_body("order-1042");
    let path = "/api/agent/contracts/import/typed-data";
    let ask = json!({ "buyer": body["buyer"], "seller": body["seller"], "terms": body["terms"], "salt": body["consent"]["salt"] });
    walk.step(Step { method: Method::POST, path, token: Some((buyer, "TOKEN")), key: None, body: Some(ask), only: &[] }).await.expect(200);
    let step = Step {
        method: Method::POST,
        path: "/api/agent/contracts/import",
        token: Some((buyer, "TOKEN")),
        key: Some("import-1042"),
        body: Some(body),
        only: &[],
    };
    let answer = walk.step(step).await.expect(201);
    answer["contract"]["id"].as_str().unwrap().to_owned()
}

async fn ask(walk: &mut Walk, buyer: &str, contract: &str) -> String {
    walk.say("**Ask for a payment request.** Only the buyer gets `execution`: what the wallet sends (first `approval`, where there is one, then `payment`), and everything to check it with before. Re-encode `decodedCall` and compare it with `payment.data`; hash `snapshot` and compare it with `requestId`.");
    let (path, body) = (format!("/api/agent/contracts/{contract}/crypto-payment-requests"), walk.app.wanted());
    let answer = walk
        .step(Step { method: Method::POST, path: &path, token: Some((buyer, "TOKEN")), key: Some("pay-1042"), body: Some(body), only: &[] })
        .await
        .expect(201);
    answer["paymentRequest"]["id"].as_str().unwrap().to_owned()
}

async fn pay(walk: &mut Walk, buyer: &str, contract: &str, request: &str) {
    walk.say("**Pay**: the wallet sends the transactions. Then name the last one. The name is a hint: the payment is found by its event, with or without it.");
    let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests/{request}");
    let tx_hash = walk.app.see(request).await;
    let (submit, verify, body) = (format!("{path}/submit"), format!("{path}/verify"), json!({ "txHash": tx_hash }));
    walk.step(Step { method: Method::POST, path: &submit, token: Some((buyer, "TOKEN")), key: Some("sent-1042"), body: Some(body.clone()), only: PROGRESS })
        .await
        .expect(200);
    walk.say("**Follow it.** `verify` holds its answer for the chain; 202 means *not yet*: repeat it after `retryAfterSeconds`. Do not pay again.");
    walk.step(Step { method: Method::POST, path: &verify, token: Some((buyer, "TOKEN")), key: None, body: Some(body.clone()), only: PROGRESS })
        .await
        .expect(202);
    walk.app.finalise(request).await;
    walk.step(Step { method: Method::POST, path: &verify, token: Some((buyer, "TOKEN")), key: None, body: Some(body), only: PROGRESS }).await.expect(200);
}
