//! What an idempotency key promises, on both engines and across processes.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use alloy_primitives::Address;
use axum::http::Method;
use serde_json::{Value, json};
use settlement::asset::{Asset, Token};
use store::Engine;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::world::World;
use crate::serve::{ServeError, serve};
use crate::testing::document::operations;
use crate::testing::{Answer, CHAIN_ID, Call, TestApp};

const METHODS: &str = "/api/agent/me/payout-methods";

/// Stamps each behaviour for both engines.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(store::Engine::Sqlite).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(store::Engine::Postgres).await; })+
        }
    };
}

on_both_engines! {
    e01_a_hundred_at_once_have_one_effect_and_one_answer,
    e02_another_body_under_the_key_is_refused_also_while_the_first_is_running,
    e03_keys_of_another_tenant_route_or_method_have_nothing_to_do_with_it,
    e04_a_retry_after_a_lost_answer_gets_it_from_any_process_byte_for_byte,
    e05_what_was_not_committed_is_done_by_the_retry,
    e07_a_forgotten_key_names_a_new_operation_and_nothing_is_signed_twice,
    e09_failures_before_the_commit_are_not_stored,
    e09_after_a_refusal_the_key_is_free_at_once,
    e10_a_client_that_hangs_up_leaves_all_or_nothing_and_may_retry,
    a_key_lives_for_one_body_and_one_answer_however_the_key_is_sent,
}

fn body(app: &TestApp, label: &str) -> Value {
    json!({ "assetId": app.seeded.asset.to_string(), "address": app.buyer.wallet.address().to_string(), "label": label })
}

fn create_token(app: &TestApp, key: &str) -> Call {
    app.post("/api/agent/me/tokens").bearer(&app.buyer).key(key).json(json!({ "name": "once", "scopes": ["profile:read"] }))
}

async fn tokens(app: &TestApp) -> usize {
    app.store.tokens(&app.buyer.profile).await.unwrap().len()
}

/// What a replay has to repeat: everything but the id of the request itself.
fn whole(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (answer.status.as_u16(), headers, answer.bytes.clone())
}

async fn e01_a_hundred_at_once_have_one_effect_and_one_answer(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    let before = tokens(&app).await;
    let calls = (0..100).map(|n| {
        let call = create_token(&app, "one");
        // SQLite is for one process; Postgres serves several.
        if n % 2 == 1 && engine == Engine::Postgres { call.at(&other) } else { call }.send()
    });
    let answers = futures::future::join_all(calls).await;
    let mut made = BTreeSet::new();
    for answer in answers {
        if answer.status == 201 {
            made.insert(answer["credential"].to_string());
        } else {
            let problem = answer.problem(409, "idempotency_key_in_flight");
            assert_eq!(problem["retryable"], true);
        }
    }
    assert_eq!((made.len(), tokens(&app).await), (1, before + 1));
    let (first, second) = (create_token(&app, "one").send().await.expect(201), create_token(&app, "one").at(&other).send().await.expect(201));
    assert_eq!(whole(&first), whole(&second));
    assert!(made.contains(&first["credential"].to_string()));
}

async fn e02_another_body_under_the_key_is_refused_also_while_the_first_is_running(engine: Engine) {
    let app = TestApp::on(engine).await;
    app.signer_switch.hang();
    let wanted = |minutes: u32| json!({ "payerAddress": app.buyer.wallet.address().to_string(), "expiresInMinutes": minutes });
    let call = |minutes: u32| app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(wanted(minutes));
    let first = tokio::spawn(call(60).send());
    app.signer_switch.asked().await;
    call(60).send().await.problem(409, "idempotency_key_in_flight");
    call(30).send().await.problem(422, "idempotency_key_conflict");
    first.abort();
    assert!(first.await.is_err());
    app.signer_switch.answer();
    once_free(|| call(60).send()).await.expect(201);
    call(30).send().await.problem(422, "idempotency_key_conflict");
}

/// The answer, once the key is free: the connection of a request that was dropped is given back in the background.
async fn once_free<F: Future<Output = Answer>>(call: impl Fn() -> F) -> Answer {
    loop {
        let answer = call().await;
        if answer.status != 409 {
            return answer;
        }
        answer.problem(409, "idempotency_key_in_flight");
        tokio::task::yield_now().await;
    }
}

async fn e03_keys_of_another_tenant_route_or_method_have_nothing_to_do_with_it(engine: Engine) {
    let app = TestApp::on(engine).await;
    let own = |label: &str| app.post(METHODS).bearer(&app.buyer).key("k").json(body(&app, label)).send();
    let first = own("a").await.expect(201);
    let of_another = app.post(METHODS).bearer(&app.stranger).key("k").json(body(&app, "b")).send().await.expect(201);
    assert_ne!(first["payoutMethod"]["id"], of_another["payoutMethod"]["id"]);
    create_token(&app, "k").send().await.expect(201);
    let path = format!("{METHODS}/{}", first["payoutMethod"]["id"].as_str().unwrap());
    app.patch(&path).bearer(&app.buyer).key("k").json(json!({ "label": "c" })).send().await.expect(200);
    app.delete(&path).bearer(&app.buyer).key("k").send().await.expect(204);
    assert_eq!(whole(&own("a").await), whole(&first), "and the first answer is still the first answer");
}

async fn e04_a_retry_after_a_lost_answer_gets_it_from_any_process_byte_for_byte(engine: Engine) {
    let app = TestApp::on(engine).await;
    let id = app.request().await;
    let restarted = app.second_node().await;
    let cancel = || app.on_request(Method::POST, &id, "cancel").bearer(&app.buyer).key("c").json(json!({ "reason": "changed my mind" }));
    let first = cancel().send().await.expect(200);
    app.clock.advance_s(3_600);
    let (here, there) = (cancel().send().await, cancel().at(&restarted).send().await);
    assert_eq!((whole(&here), whole(&there)), (whole(&first), whole(&first)));
    let gone = || app.delete(&format!("{METHODS}/{}", app.seeded.payout_method)).bearer(&app.seller).key("d");
    let first = gone().send().await.expect(204);
    assert_eq!(whole(&gone().at(&restarted).send().await), whole(&first), "an empty answer is repeated as an empty answer");
}

async fn e05_what_was_not_committed_is_done_by_the_retry(engine: Engine) {
    let app = TestApp::on(engine).await;
    app.signer_switch.hang();
    let call = || app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(app.wanted());
    let first = tokio::spawn(call().send());
    app.signer_switch.asked().await;
    first.abort();
    assert!(first.await.is_err(), "it is gone before the signer answers");
    app.signer_switch.answer();
    let made = once_free(|| call().send()).await.expect(201);
    let listed = app.get(&app.requests_path()).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(listed["paymentRequests"].as_array().unwrap().len(), 1);
    assert_eq!(whole(&call().send().await), whole(&made));
}

async fn e07_a_forgotten_key_names_a_new_operation_and_nothing_is_signed_twice(engine: Engine) {
    let app = TestApp::on(engine).await;
    let ask = || app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(app.wanted());
    let first = ask().send().await.expect(201);
    app.clock.advance_s(30);
    assert_eq!(app.store.prune_idempotency(app.now()).await.unwrap(), 1, "as the worker of the process does after 30 days");
    let again = ask().send().await.expect(200);
    assert_eq!(again["paymentRequest"]["id"], first["paymentRequest"]["id"], "the unit has a live request, whatever the key");
    let listed = app.get(&app.requests_path()).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(listed["paymentRequests"].as_array().unwrap().len(), 1);
    create_token(&app, "t").send().await.expect(201);
    let before = tokens(&app).await;
    app.clock.advance_s(30);
    app.store.prune_idempotency(app.now()).await.unwrap();
    create_token(&app, "t").send().await.expect(201);
    assert_eq!(tokens(&app).await, before + 1, "where nothing else is unique, it is done again");
}

async fn e09_failures_before_the_commit_are_not_stored(engine: Engine) {
    let app = TestApp::on(engine).await;
    let call = || app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(app.wanted());
    app.signer_switch.fail();
    call().send().await.problem(503, "signer_unavailable");
    app.signer_switch.answer();
    let made = call().send().await.expect(201);
    assert_eq!(whole(&call().send().await), whole(&made));
    let late =
        || app.post(METHODS).bearer(&app.buyer).key("m").json(json!({ "symbol": "LATE", "network": "eip155:31337", "address": app.wanted()["payerAddress"] }));
    late().send().await.problem(422, "asset_not_supported");
    let asset = Asset::Erc20 { chain_id: CHAIN_ID, token: Address::repeat_byte(0x71) };
    let token = Token { asset, symbol: "LATE".to_owned(), decimals: 18, eip2612: false, eip3009: false, permit2: false, allowed: true };
    let mut tx = app.store.begin().await.unwrap();
    tx.upsert_registered_token(&token, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    late().send().await.expect(201);
}

async fn e09_after_a_refusal_the_key_is_free_at_once(engine: Engine) {
    let app = TestApp::on(engine).await;
    let refused = || app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(json!({ "payerAddress": app.seller.wallet.address().to_string() }));
    for _ in 0..100 {
        refused().send().await.problem(422, "payer_not_proved");
    }
}

async fn e10_a_client_that_hangs_up_leaves_all_or_nothing_and_may_retry(engine: Engine) {
    let app = TestApp::on(engine).await;
    let served = Served::start(&app).await;
    let body = app.wanted().to_string();
    let head =
        format!("POST {} HTTP/1.1\r\nhost: pay.example\r\nauthorization: Bearer {}\r\ncontent-type: application/json", app.requests_path(), app.buyer.token);
    let whole = format!("{head}\r\nidempotency-key: k\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    app.signer_switch.hang();
    // Gone in the middle of the body, and gone while the server is at work.
    served.send_and_hang_up(&whole[..whole.len() - 5], async {}).await;
    served.send_and_hang_up(&whole, app.signer_switch.asked()).await;
    app.signer_switch.answer();
    let call = || app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(app.wanted());
    let made = once_free(|| call().send()).await.expect(201);
    // Gone before the answer to what was done long ago.
    served.send_and_hang_up(&whole, async {}).await;
    let listed = app.get(&app.requests_path()).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(listed["paymentRequests"].as_array().unwrap().len(), 1);
    assert_eq!(self::whole(&call().send().await), self::whole(&made));
    served.stop().await;
}

/// The application behind a real socket.
struct Served {
    address: SocketAddr,
    soft: CancellationToken,
    server: JoinHandle<Result<(), ServeError>>,
}

impl Served {
    async fn start(app: &TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, soft) = (listener.local_addr().unwrap(), CancellationToken::new());
        let server = tokio::spawn(serve(listener, app.router(), Vec::new(), soft.clone()));
        Self { address, soft, server }
    }

    /// Sends bytes, waits for something to happen, and closes the connection without reading.
    async fn send_and_hang_up(&self, bytes: &str, moment: impl Future<Output = ()>) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        moment.await;
        drop(stream);
    }

    async fn stop(self) {
        self.soft.cancel();
        self.server.await.unwrap().unwrap();
    }
}

async fn a_key_lives_for_one_body_and_one_answer_however_the_key_is_sent(engine: Engine) {
    let app = TestApp::on(engine).await;
    let first = create_token(&app, "k").send().await.expect(201);
    let alias = app.post("/api/agent/me/tokens").bearer(&app.buyer).header("x-idempotency-key", "k");
    let again = alias.json(json!({ "name": "once", "scopes": ["profile:read"] })).send().await.expect(201);
    assert_eq!(first["credential"], again["credential"]);
    let respelt = app.post("/api/agent/me/tokens").bearer(&app.buyer).key("k").header("content-type", "application/json");
    respelt.body("{ \"scopes\": [\"profile:read\"], \"name\": \"once\" }").send().await.problem(422, "idempotency_key_conflict");
}

#[tokio::test]
async fn an_instance_may_require_keys_and_refuses_bad_ones_everywhere() {
    let mut world = World::new(false).await;
    world.app.reconfigure(|config| config.require_idempotency_key = true);
    for operation in operations().iter().filter(|operation| operation.is_write() && operation.is_protected()) {
        let mut parameters = operation.spec["parameters"].as_array().into_iter().flatten();
        if !parameters.any(|parameter| parameter["name"] == "Idempotency-Key") {
            continue;
        }
        let call = || world.app.call(operation.method.clone(), &world.path(operation)).bearer(world.owner(operation)).json(operation.example_body());
        call().send().await.problem(400, "idempotency_key_required");
        call().key("not a key").send().await.problem(400, "invalid_idempotency_key");
    }
}

/// The server ends the session while it commits, after everything was said: whoever asked cannot know which of the two it was.
#[tokio::test]
async fn e05_a_connection_that_is_lost_in_the_commit_is_no_word_that_nothing_happened() {
    let app = TestApp::on(Engine::Postgres).await;
    let lose = "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; \
        CREATE CONSTRAINT TRIGGER lost AFTER INSERT ON submissions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()";
    app.database.tamper(lose).await;
    let path = format!("/api/agent/contracts/{}/submissions", app.seeded.agreement);
    let deliver = || app.post(&path).bearer(&app.seller).key("deliver-1").json(json!({ "notes": "all chapters" })).send();
    let lost = deliver().await.problem(503, "unavailable");
    assert!(lost["detail"].as_str().unwrap().contains("whether it took effect is not known"), "{}", lost["detail"]);
    app.database.tamper("DROP TRIGGER lost ON submissions").await;
    deliver().await.expect(201);
}
