use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use settlement::ids::EventId;
use settlement::notice::Notice;
use store::Engine;
use tokio::time::timeout;

use super::*;
use crate::testing::sink::{Received, Sink};
use crate::testing::{Actor, TestApp};

const PATH: &str = "/api/agent/webhooks";

async fn app() -> TestApp {
    on(Engine::Sqlite).await
}

async fn on(engine: Engine) -> TestApp {
    let mut app = TestApp::on(engine).await;
    app.allow_loopback();
    app
}

/// Makes an endpoint of the actor's: its path in the API, and its secret.
async fn endpoint(app: &TestApp, actor: &Actor, body: Value) -> (String, String) {
    let made = app.post(PATH).bearer(actor).json(body).send().await.expect(201);
    (format!("{PATH}/{}", made["webhook"]["id"].as_str().unwrap()), made["signingSecret"].as_str().unwrap().to_owned())
}

/// Tells the seller `count` things.
async fn tell(app: &TestApp, count: usize) {
    let mut tx = app.store.begin().await.unwrap();
    let kind = settlement::notice::NoticeType::PaymentVerified;
    let notice = Notice::for_profile(kind, &app.seller.profile, kind.example());
    for _ in 0..count {
        tx.append(&EventId::new(app.ids.ulid()), &notice, app.now());
    }
    tx.commit().await.unwrap();
}

async fn deliveries(app: &TestApp, path: &str) -> Vec<Value> {
    let page = app.get(&format!("{path}/deliveries?limit=100")).bearer(&app.seller).send().await.expect(200);
    page["deliveries"].as_array().unwrap().clone()
}

async fn statuses(app: &TestApp, path: &str) -> Vec<String> {
    deliveries(app, path).await.iter().map(|delivery| delivery["status"].as_str().unwrap().to_owned()).collect()
}

fn status(code: u16) -> Result<Response, Duration> {
    Ok(StatusCode::from_u16(code).unwrap().into_response())
}

#[tokio::test]
async fn what_is_told_is_delivered_signed_and_in_the_shape_of_the_log() {
    let app = app().await;
    let sink = Sink::new().await;
    let (_, secret) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook?token=1"), "types": ["payment_request.*", "submission.created"] })).await;
    endpoint(&app, &app.stranger, json!({ "url": sink.url("/stranger") })).await;
    app.submit_work().await;
    let id = app.request().await;
    app.cancel_request(&id).await.expect(200);
    app.worker().step().await.unwrap();
    let log = app.get("/api/agent/events").bearer(&app.seller).send().await.expect(200);
    let received = sink.received();
    let bodies: Vec<Value> = received.iter().map(Received::json).collect();
    assert_eq!(json!(bodies), log["events"]);
    for delivery in &received {
        assert!(delivery.is_signed_by(&secret));
        assert_eq!((delivery.path.as_str(), delivery.id()), ("/hook", delivery.json()["id"].as_str().unwrap()));
        assert_eq!(delivery.header("webhook-timestamp"), (app.now().as_millis() / 1_000).to_string());
        assert_eq!(delivery.header("content-type"), "application/json");
        assert!(delivery.header("user-agent").starts_with("Counterfoil-Webhooks/"));
        assert!(delivery.headers.get("authorization").is_none());
    }
    app.worker().step().await.unwrap();
    assert_eq!(sink.received().len(), received.len(), "what was taken is not sent again");
}

async fn f03_failures_are_tried_again_on_schedule_with_the_same_id(engine: Engine) {
    let app = on(engine).await;
    let answer = Arc::new(AtomicU16::new(500));
    let sink = Sink::answering({
        let answer = Arc::clone(&answer);
        move |_| status(answer.load(Ordering::SeqCst))
    })
    .await;
    let (path, secret) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    let worker = app.worker();
    // 500, then what a deployment answers, then a redirect: 3 h of it.
    for (attempt, code) in [(1, 500), (2, 401), (3, 404), (4, 301), (5, 503)] {
        answer.store(code, Ordering::SeqCst);
        worker.step().await.unwrap();
        worker.step().await.unwrap();
        assert_eq!(sink.received().len(), attempt, "tried once when due, and not before it is due again");
        let [delivery] = deliveries(&app, &path).await.try_into().unwrap();
        assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("pending"), &json!(attempt)));
        assert_eq!(delivery["lastAttempt"]["status"], code);
        let reason = if code == 301 { "redirect" } else { "status" };
        assert_eq!(delivery["lastAttempt"]["failure"]["reason"], reason);
        let wait = settlement::webhook::SCHEDULE_S[attempt];
        app.clock.advance_s(i64::try_from(wait).unwrap() - 1);
        worker.step().await.unwrap();
        assert_eq!(sink.received().len(), attempt, "not a second too early");
        // And a tenth for chance.
        app.clock.advance_s(i64::try_from(wait / 10).unwrap() + 1);
    }
    answer.store(204, Ordering::SeqCst);
    worker.step().await.unwrap();
    assert_eq!(statuses(&app, &path).await, ["delivered"]);
    let received = sink.received();
    let ids: BTreeSet<&str> = received.iter().map(|received| received.id()).collect();
    assert_eq!((received.len(), ids.len()), (6, 1), "one id for all attempts");
    assert!(received.iter().all(|received| received.is_signed_by(&secret)));
}

#[tokio::test]
async fn f03_failures_are_tried_again_on_schedule_with_the_same_id_on_sqlite() {
    f03_failures_are_tried_again_on_schedule_with_the_same_id(Engine::Sqlite).await;
}

#[tokio::test]
async fn f03_failures_are_tried_again_on_schedule_with_the_same_id_on_postgres() {
    f03_failures_are_tried_again_on_schedule_with_the_same_id(Engine::Postgres).await;
}

#[tokio::test]
async fn f12_a_retry_carries_the_time_of_its_own() {
    let app = app().await;
    let sink = Sink::answering(|_| status(503)).await;
    let (_, secret) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    for _ in 0..3 {
        app.worker().step().await.unwrap();
        app.clock.advance_s(3_600);
    }
    let times: Vec<i64> = sink.received().iter().map(|received| received.header("webhook-timestamp").parse().unwrap()).collect();
    assert_eq!(times.iter().map(|time| time - times[0]).collect::<Vec<_>>(), [0, 3_600, 7_200]);
    assert!(sink.received().iter().all(|received| received.is_signed_by(&secret)), "the time is signed");
}

#[tokio::test]
async fn f01_what_was_waiting_when_the_process_died_is_delivered_by_the_next() {
    let app = app().await;
    let answer = Arc::new(AtomicU16::new(500));
    let sink = Sink::answering({
        let answer = Arc::clone(&answer);
        move |_| status(answer.load(Ordering::SeqCst))
    })
    .await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 3).await;
    let running = tokio::spawn(app.worker().run(CancellationToken::new()));
    timeout(Duration::from_secs(10), async {
        while deliveries(&app, &path).await.iter().filter(|delivery| delivery["attempts"] == 1).count() < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    running.abort();
    let _ = running.await;
    // Not handed out yet, either.
    tell(&app, 2).await;
    answer.store(200, Ordering::SeqCst);
    app.clock.advance_s(5);
    app.worker().step().await.unwrap();
    assert_eq!(statuses(&app, &path).await, ["delivered"; 5]);
    let ids: BTreeSet<String> = sink.received().iter().map(|received| received.id().to_owned()).collect();
    assert_eq!((sink.received().len(), ids.len()), (8, 5));
}

#[tokio::test]
async fn after_ten_attempts_it_is_given_up_and_can_be_asked_for_again() {
    let app = app().await;
    let sink = Sink::answering(|_| status(500)).await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    let worker = app.worker();
    for _ in 0..12 {
        worker.step().await.unwrap();
        app.clock.advance_s(27 * 3_600);
    }
    assert_eq!((sink.received().len(), statuses(&app, &path).await), (10, vec!["failed".to_owned()]));
    let event = sink.received()[0].id().to_owned();
    app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(json!({ "eventId": event })).send().await.expect(202);
    worker.step().await.unwrap();
    let last = sink.received().pop().unwrap();
    assert_eq!((last.id(), &last.json()["redelivery"]), (event.as_str(), &json!(true)));
}

#[tokio::test]
async fn f04_only_410_disables_and_its_owner_is_told() {
    let app = app().await;
    let sink = Sink::answering(|received| status(if received.path == "/gone" { 410 } else { 200 })).await;
    let (gone, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/gone") })).await;
    endpoint(&app, &app.seller, json!({ "url": sink.url("/other"), "types": ["webhook_endpoint.*"] })).await;
    let (stranger, _) = endpoint(&app, &app.stranger, json!({ "url": sink.url("/stranger") })).await;
    tell(&app, 3).await;
    let worker = app.worker();
    worker.step().await.unwrap();
    worker.step().await.unwrap();
    let shown = app.get(&gone).bearer(&app.seller).send().await.expect(200);
    assert_eq!(shown["webhook"]["status"], "gone");
    let told: Vec<Value> = sink.received().iter().filter(|received| received.path == "/other").map(|received| received.json()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["type"], &told[0]["data"]["webhookId"]), (&json!("webhook_endpoint.disabled"), &shown["webhook"]["id"]));
    let received = sink.sequences("/gone").len();
    tell(&app, 1).await;
    app.clock.advance_s(86_400);
    worker.step().await.unwrap();
    assert_eq!(sink.sequences("/gone").len(), received, "it gets nothing any more");
    assert_eq!(sink.sequences("/stranger").len(), 0);
    app.get(&stranger).bearer(&app.seller).send().await.problem(404, "not_found");
    app.patch(&gone).bearer(&app.seller).json(json!({ "isActive": true })).send().await.expect(200);
    app.post(&format!("{gone}/test")).bearer(&app.seller).send().await.expect(202);
}

#[tokio::test]
async fn f05_a_redirect_is_a_failure_and_is_not_followed() {
    let app = app().await;
    let sink = Sink::answering(|received| {
        if received.path == "/elsewhere" {
            return status(200);
        }
        Ok((StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response())
    })
    .await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    app.worker().step().await.unwrap();
    assert_eq!((sink.sequences("/hook").len(), sink.sequences("/elsewhere").len()), (1, 0));
    assert_eq!(deliveries(&app, &path).await[0]["lastAttempt"]["failure"]["reason"], "redirect");
}

#[tokio::test]
async fn f07_a_name_that_moves_inside_is_not_dialled() {
    let mut app = TestApp::new().await;
    app.allowed_networks = vec!["127.0.0.1/32"];
    app.reconfigure(|_| ());
    let sink = Sink::new().await;
    let port = sink.address.rsplit(':').next().unwrap().to_owned();
    app.names.set("hook.example", &["127.0.0.1"]);
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": format!("http://hook.example:{port}/hook") })).await;
    let worker = app.worker();
    tell(&app, 1).await;
    worker.step().await.unwrap();
    assert_eq!(sink.received().len(), 1);
    // The name now leads to another address of this machine, where the same sink would answer.
    for addresses in [&["127.0.0.2"][..], &["127.0.0.1", "10.0.0.1"], &["::ffff:10.0.0.1"], &[]] {
        app.names.set("hook.example", addresses);
        tokio::time::sleep(send::KEPT + Duration::from_millis(200)).await;
        tell(&app, 1).await;
        worker.step().await.unwrap();
        assert_eq!(sink.received().len(), 1, "{addresses:?}");
        let failure = &deliveries(&app, &path).await[0]["lastAttempt"]["failure"];
        assert_eq!((&failure["reason"], &failure["detail"]), (&json!("dns"), &json!("its name does not lead to the public internet")), "{addresses:?}");
    }
}

#[tokio::test]
async fn f06_what_was_taken_once_is_judged_again_at_every_attempt() {
    let mut app = app().await;
    let sink = Sink::new().await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    // The operator has taken the leave back.
    app.allowed_networks = Vec::new();
    app.worker().step().await.unwrap();
    assert_eq!(sink.received().len(), 0);
    assert_eq!(deliveries(&app, &path).await[0]["lastAttempt"]["failure"]["reason"], "address_refused");
}

#[tokio::test]
async fn f02_an_endpoint_that_hangs_holds_up_nobody_and_ends_after_its_time() {
    let app = app().await;
    let sink = Sink::answering(|received| if received.path == "/hangs" { Err(Duration::from_secs(30)) } else { status(200) }).await;
    let (hangs, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hangs") })).await;
    endpoint(&app, &app.seller, json!({ "url": sink.url("/well") })).await;
    tell(&app, 100).await;
    let soft = CancellationToken::new();
    let worker = tokio::spawn(app.worker().run(soft.clone()));
    let started = Instant::now();
    timeout(Duration::from_secs(10), async {
        while sink.sequences("/well").len() < 100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the others are not held up");
    assert_eq!(sink.sequences("/hangs").len(), 1, "one attempt at a time at what does not answer");
    // A stop waits for the attempt and writes down what came of it.
    soft.cancel();
    timeout(Duration::from_secs(20), worker).await.expect("an attempt has an end").unwrap().unwrap();
    assert!(started.elapsed() >= send::TIMEOUT);
    let timed_out: Vec<Value> = deliveries(&app, &hangs).await.into_iter().filter(|delivery| delivery["attempts"] == 1).collect();
    assert_eq!(timed_out.len(), 1);
    assert_eq!(timed_out[0]["lastAttempt"]["failure"]["reason"], "timeout");
}

#[tokio::test]
async fn answers_without_end_and_answers_that_are_none_do_not_hurt() {
    let app = app().await;
    let sink = Sink::answering(|_| Ok((StatusCode::OK, "x".repeat(10 * 1_024 * 1_024)).into_response())).await;
    let raw = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = raw.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = raw.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"not http at all\r\n\r\n").await;
        }
    });
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (long, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/long") })).await;
    let (broken, _) = endpoint(&app, &app.seller, json!({ "url": format!("http://{address}/") })).await;
    let (refused, _) = endpoint(&app, &app.seller, json!({ "url": format!("http://{closed}/") })).await;
    tell(&app, 1).await;
    app.worker().step().await.unwrap();
    assert_eq!(statuses(&app, &long).await, ["delivered"]);
    assert_eq!(deliveries(&app, &broken).await[0]["lastAttempt"]["failure"]["reason"], "broken");
    let failure = &deliveries(&app, &refused).await[0]["lastAttempt"]["failure"];
    assert_eq!(failure["reason"], "connect");
    assert!(!failure["detail"].as_str().unwrap().contains("http://"), "{failure}");
}

#[tokio::test]
async fn f11_during_a_rotation_both_signatures_are_sent_and_after_it_the_new_one() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, first) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    let rotate = || async {
        let rotated = app.post(&format!("{path}/rotate-secret")).bearer(&app.seller).send().await.expect(201);
        assert_eq!(rotated["webhook"]["previousSecretUntil"], app.now().plus(settlement::webhook::SECRET_OVERLAP).to_string());
        rotated["signingSecret"].as_str().unwrap().to_owned()
    };
    let second = rotate().await;
    let worker = app.worker();
    worker.step().await.unwrap();
    let received = sink.received().pop().unwrap();
    assert!(received.is_signed_by(&first) && received.is_signed_by(&second), "what was waiting is signed when it is sent");
    // The answer with the second was lost.
    app.clock.advance_s(60);
    let shown = app.post(&format!("{path}/rotate-secret")).bearer(&app.seller).send().await.expect(201);
    assert_eq!(shown["webhook"]["previousSecretUntil"], app.now().plus(Duration::from_secs(86_400 - 60)).to_string(), "the end that it had");
    let third = shown["signingSecret"].as_str().unwrap().to_owned();
    tell(&app, 1).await;
    worker.step().await.unwrap();
    let received = sink.received().pop().unwrap();
    assert!(received.is_signed_by(&first) && !received.is_signed_by(&second) && received.is_signed_by(&third), "two are valid, not three");
    app.clock.advance_s(86_400);
    tell(&app, 1).await;
    worker.step().await.unwrap();
    let received = sink.received().pop().unwrap();
    assert!(!received.is_signed_by(&first) && received.is_signed_by(&third));
    assert!(!received.header("webhook-signature").contains(' '));
}

/// A worker of the instance, started with another key for the secrets.
fn with_another_key(app: &TestApp) -> (WebhookWorker, SealingKey) {
    let key = SealingKey::derive(&secrecy::SecretString::from("another key of the instance, by mistake"));
    let parts = WorkerParts { store: app.store.clone(), clock: app.clock.clone(), ids: app.ids.clone(), public_url: app.api().config.public_url };
    (WebhookWorker::new(parts, Webhooks { key: key.clone(), ..app.webhooks() }).unwrap(), key)
}

fn id_of(path: &str) -> EndpointId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn with_another_key_nothing_is_used_up_and_the_operator_is_told_at_once() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 2).await;
    let log = app.log();
    let soft = CancellationToken::new();
    soft.cancel();
    with_another_key(&app).0.run(soft).await.unwrap();
    assert!(log.text().contains("ERROR") && log.text().contains("webhooks are not delivered"), "{}", log.text());
    let (mistaken, _) = with_another_key(&app);
    mistaken.step().await.unwrap();
    assert!(log.text().contains("a webhook has to wait"), "{}", log.text());
    let waiting = deliveries(&app, &path).await;
    assert!(waiting.iter().all(|delivery| delivery["status"] == "pending" && delivery["attempts"] == 0), "{waiting:?}");
    app.clock.advance_s(31);
    app.worker().step().await.unwrap();
    assert_eq!((statuses(&app, &path).await, sink.received().len()), (vec!["delivered".to_owned(); 2], 2));
}

#[tokio::test]
async fn f11_after_the_key_has_changed_a_rotation_is_what_mends_it() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, first) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    let (worker, key) = with_another_key(&app);
    let (id, secret) = (id_of(&path), SigningSecret::mint(app.ids.as_ref()));
    let before = app.store.endpoint(&id).await.unwrap().unwrap().secrets.current;
    let until = app.now().plus(settlement::webhook::SECRET_OVERLAP);
    let secrets = store::SealedSecrets { current: key.seal(&secret, &id, app.ids.as_ref()), previous: Some((before, until)) };
    let mut tx = app.store.begin().await.unwrap();
    tx.rotate_secret(&id, &secrets, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    worker.step().await.unwrap();
    let received = sink.received().pop().expect("delivered");
    assert!(received.is_signed_by(secret.expose()) && !received.is_signed_by(&first));
}

#[tokio::test]
async fn f04_a_late_410_does_not_end_an_endpoint_that_has_moved_or_was_enabled_since() {
    let app = app().await;
    let sink = Sink::answering(|received| status(if received.path == "/old" { 410 } else { 200 })).await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/old") })).await;
    tell(&app, 1).await;
    let worker = app.worker();
    let changes = [vec![json!({ "isActive": false }), json!({ "isActive": true })], vec![json!({ "url": sink.url("/new") })]];
    for change in changes {
        worker.0.store.fan_out(&|| DeliveryId::new(app.ids.ulid()), app.now()).await.unwrap();
        let now = app.now();
        let claimed = app.store.claim_deliveries(&id_of(&path), (now, now.plus(CLAIMED_FOR)), 1).await.unwrap();
        let (asked, delivery) = (Arc::new(claimed.endpoint.unwrap()), claimed.deliveries.into_iter().next().unwrap());
        let place = Arc::clone(&worker.0.untried_places).acquire_owned().await.unwrap();
        let result = lane::attempt(Arc::clone(&worker.0), asked, delivery, place).await.unwrap();
        assert!(result.is_gone);
        app.clock.advance_s(1);
        for body in change {
            app.patch(&path).bearer(&app.seller).json(body).send().await.expect(200);
        }
        Recorder::new(Arc::clone(&worker.0), mpsc::channel(1).1).write(&[result]).await.unwrap();
        assert_eq!(app.get(&path).bearer(&app.seller).send().await.expect(200)["webhook"]["status"], "enabled");
        assert_eq!(statuses(&app, &path).await, ["pending"]);
    }
    worker.step().await.unwrap();
    assert_eq!((statuses(&app, &path).await, sink.sequences("/new").len()), (vec!["delivered".to_owned()], 1), "it goes where the endpoint is now");
}

#[tokio::test]
async fn an_endpoint_that_answers_late_has_no_place_among_those_that_answer_well_and_a_slow_body_keeps_none() {
    let app = app().await;
    let sink = Sink::answering(|_| Err(Duration::from_millis(2_200))).await;
    let raw = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = raw.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = raw.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await;
            open.push(stream);
        }
    });
    let (late, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/late") })).await;
    let (dawdles, _) = endpoint(&app, &app.seller, json!({ "url": format!("http://{address}/") })).await;
    tell(&app, 1).await;
    let worker = app.worker();
    timeout(Duration::from_secs(10), worker.step()).await.expect("nobody waits for the body").unwrap();
    assert_eq!((statuses(&app, &late).await, statuses(&app, &dawdles).await), (vec!["delivered".to_owned()], vec!["delivered".to_owned()]));
    assert_eq!((worker.0.standing(&id_of(&late)), worker.0.standing(&id_of(&dawdles))), (Standing::Failed, Standing::Proven));
}

#[tokio::test]
async fn f14_after_a_start_nobody_waits_for_endpoints_that_failed_here() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    let worker = app.worker();
    // Dead endpoints have all the places that they share.
    let _held = Arc::clone(&worker.0.failed_places).acquire_many_owned(u32::try_from(FAILED_PLACES).unwrap()).await.unwrap();
    timeout(Duration::from_secs(10), worker.step()).await.expect("it was never tried, so it is none of them").unwrap();
    assert_eq!((statuses(&app, &path).await, worker.0.standing(&id_of(&path))), (vec!["delivered".to_owned()], Standing::Proven));
    worker.0.set_standing(&id_of(&path), Standing::Failed);
    tell(&app, 1).await;
    assert!(timeout(Duration::from_secs(1), worker.step()).await.is_err(), "what failed waits for a place of its own");
}

#[tokio::test]
async fn f02_a_stop_does_not_wait_for_those_that_wait_for_a_place() {
    let app = app().await;
    let sink = Sink::answering(|_| Err(Duration::from_secs(60))).await;
    let mut tx = app.store.begin().await.unwrap();
    for n in 0..UNTRIED_PLACES * 2 {
        let id = EndpointId::new(app.ids.ulid());
        let current = app.webhooks().key.seal(&SigningSecret::mint(app.ids.as_ref()), &id, app.ids.as_ref());
        let hangs = store::Endpoint {
            id,
            profile: app.seller.profile.clone(),
            reader: store::Reader::Profile(app.seller.profile.clone()),
            url: sink.url(&format!("/{n}")),
            description: None,
            kinds: vec![],
            status: settlement::webhook::EndpointStatus::Enabled,
            secrets: store::SealedSecrets { current, previous: None },
            from_sequence: 0,
            created_at: app.now(),
            updated_at: app.now(),
        };
        tx.insert_endpoint(&hangs).await.unwrap();
    }
    tx.commit().await.unwrap();
    tell(&app, 1).await;
    let soft = CancellationToken::new();
    let running = tokio::spawn(app.worker().run(soft.clone()));
    timeout(Duration::from_secs(10), async {
        while sink.received().len() < UNTRIED_PLACES {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("every place is taken");
    soft.cancel();
    timeout(send::TIMEOUT + Duration::from_secs(5), running).await.expect("one round of attempts, and no second").unwrap().unwrap();
    assert_eq!(sink.received().len(), UNTRIED_PLACES, "nothing is begun after a stop");
}

#[tokio::test]
async fn f17_what_was_put_off_is_sent_at_once_when_it_is_asked_for_again() {
    let app = app().await;
    let answer = Arc::new(AtomicU16::new(500));
    let sink = Sink::answering({
        let answer = Arc::clone(&answer);
        move |_| status(answer.load(Ordering::SeqCst))
    })
    .await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 2).await;
    let worker = app.worker();
    worker.step().await.unwrap();
    app.clock.advance_s(5);
    worker.step().await.unwrap();
    answer.store(200, Ordering::SeqCst);
    worker.step().await.unwrap();
    assert_eq!(statuses(&app, &path).await, ["pending"; 2], "the next attempt is in five minutes");
    let event = sink.received()[0].id().to_owned();
    let queued = app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(json!({ "eventId": event })).send().await.expect(202);
    assert_eq!((&queued["queued"], &queued["alreadyQueued"]), (&json!(0), &json!(1)));
    worker.step().await.unwrap();
    let mut stands = statuses(&app, &path).await;
    stands.sort();
    assert_eq!(stands, ["delivered", "pending"]);
    let range = json!({ "from": app.now().to_string(), "to": app.now().plus(Duration::from_secs(1)).to_string() });
    app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(range).send().await.expect(202);
    worker.step().await.unwrap();
    assert!(statuses(&app, &path).await.contains(&"pending".to_owned()), "told before, so not asked for");
    let from = settlement::Timestamp::from_millis(app.now().as_millis() - 60_000);
    let range = json!({ "from": from.to_string(), "to": app.now().to_string() });
    app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(range).send().await.expect(202);
    worker.step().await.unwrap();
    assert!(!statuses(&app, &path).await.contains(&"pending".to_owned()));
}

#[tokio::test]
async fn in_an_hour_only_so_much_is_delivered_again() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    let (other, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/other") })).await;
    tell(&app, 1).await;
    app.worker().step().await.unwrap();
    let again = |path: &str| app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(json!({ "eventId": sink.received()[0].id() })).send();
    again(&path).await.expect(202);
    let copies = "INSERT INTO webhook_deliveries (id, endpoint_id, sequence, event_id, kind, status, redelivery, attempts, due_at, created_at) \
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9999) \
        SELECT 'copy' || n.n, endpoint_id, sequence, event_id, kind, 'delivered', 1, 1, due_at, created_at FROM webhook_deliveries, n WHERE redelivery = 1";
    app.database.tamper(copies).await;
    for path in [&path, &other] {
        again(path).await.problem(409, "limit_reached");
    }
    app.clock.advance_s(3_601);
    again(&other).await.expect(202);
}

#[tokio::test]
async fn while_an_endpoint_is_paused_nothing_of_it_is_said_to_be_tried() {
    let app = app().await;
    let sink = Sink::answering(|_| status(500)).await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 1).await;
    app.worker().step().await.unwrap();
    assert!(deliveries(&app, &path).await[0]["nextAttemptAt"].is_string());
    app.patch(&path).bearer(&app.seller).json(json!({ "isActive": false })).send().await.expect(200);
    let waiting = deliveries(&app, &path).await;
    assert_eq!((&waiting[0]["status"], &waiting[0]["nextAttemptAt"]), (&json!("pending"), &Value::Null));
}

#[tokio::test]
async fn what_is_told_to_the_operators_takes_admin_with_every_call() {
    use settlement::scope::Scope;
    let app = app().await;
    let sink = Sink::new().await;
    let admin = app.token_with(&app.seller, &[Scope::ADMIN, Scope::WEBHOOKS_READ, Scope::WEBHOOKS_WRITE, Scope::CONTRACTS_READ]).await;
    let plain = app.token_with(&app.seller, &[Scope::WEBHOOKS_READ, Scope::WEBHOOKS_WRITE, Scope::CONTRACTS_READ]).await;
    let wanted = json!({ "url": sink.url("/hook"), "audience": "operators" });
    app.post(PATH).token(&plain).json(wanted.clone()).send().await.problem(403, "insufficient_scope");
    let made = app.post(PATH).token(&admin).json(wanted).send().await.expect(201);
    let path = format!("{PATH}/{}", made["webhook"]["id"].as_str().unwrap());
    let call = |verb: &str| match verb {
        "PATCH" => app.patch(&path).json(json!({ "url": sink.url("/elsewhere") })),
        "DELETE" => app.delete(&path),
        "deliveries" => app.get(&format!("{path}/deliveries")),
        "redeliver" => app.post(&format!("{path}/redeliver")).json(json!({ "from": "2023-11-14T00:00:00Z", "to": "2023-11-15T00:00:00Z" })),
        verb => app.post(&format!("{path}/{verb}")),
    };
    for verb in ["PATCH", "rotate-secret", "test", "redeliver", "deliveries", "DELETE"] {
        let refused = call(verb).token(&plain).send().await.problem(403, "insufficient_scope");
        assert_eq!(refused["missingScopes"], json!(["admin"]), "{verb}");
    }
    let unchanged = app.get(&path).token(&plain).send().await.expect(200);
    assert_eq!(unchanged["webhook"], made["webhook"], "that it exists is the profile's to know");
    for (verb, status) in [("PATCH", 200), ("rotate-secret", 201), ("test", 202), ("redeliver", 202), ("deliveries", 200), ("DELETE", 204)] {
        call(verb).token(&admin).send().await.expect(status);
    }
}

async fn f10_a_crash_after_sending_sends_again_with_the_same_id(engine: Engine) {
    let app = on(engine).await;
    let arrived = Arc::new(tokio::sync::Notify::new());
    let first = Arc::new(AtomicUsize::new(0));
    let sink = Sink::answering({
        let (arrived, first) = (Arc::clone(&arrived), Arc::clone(&first));
        move |_| {
            arrived.notify_one();
            if first.fetch_add(1, Ordering::SeqCst) == 0 { Err(Duration::from_secs(5)) } else { status(200) }
        }
    })
    .await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 3).await;
    let dies = tokio::spawn(app.worker().run(CancellationToken::new()));
    arrived.notified().await;
    // Killed after the request was sent and before anything was written down.
    dies.abort();
    let _ = dies.await;
    let worker = app.worker();
    worker.step().await.unwrap();
    assert_eq!(sink.sequences("/hook").len(), 3, "what nobody had begun is delivered at once");
    app.clock.advance_s(31);
    worker.step().await.unwrap();
    assert_eq!(statuses(&app, &path).await, ["delivered"; 3]);
    let received = sink.received();
    let ids: BTreeSet<&str> = received.iter().map(|received| received.id()).collect();
    assert_eq!((received.len(), ids.len()), (4, 3), "the one in between came twice, with one id");
}

#[tokio::test]
async fn f10_a_crash_after_sending_sends_again_with_the_same_id_on_sqlite() {
    f10_a_crash_after_sending_sends_again_with_the_same_id(Engine::Sqlite).await;
}

#[tokio::test]
async fn f10_a_crash_after_sending_sends_again_with_the_same_id_on_postgres() {
    f10_a_crash_after_sending_sends_again_with_the_same_id(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_replicas_deliver_each_event_once() {
    const EVENTS: usize = 300;
    let app = on(Engine::Postgres).await;
    let sink = Sink::new().await;
    endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    let soft = CancellationToken::new();
    let mut workers = JoinSet::new();
    for _ in 0..3 {
        let (store, public_url) = (app.database.another_store().await, app.api().config.public_url);
        let replica = WorkerParts { store, clock: app.clock.clone(), ids: app.ids.clone(), public_url };
        workers.spawn(WebhookWorker::new(replica, app.webhooks()).unwrap().run(soft.clone()));
    }
    for _ in 0..EVENTS / 10 {
        tell(&app, 10).await;
    }
    timeout(Duration::from_secs(60), async {
        while sink.sequences("/hook").len() < EVENTS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    soft.cancel();
    while let Some(ended) = workers.join_next().await {
        ended.unwrap().unwrap();
    }
    let mut sequences = sink.sequences("/hook");
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=i64::try_from(EVENTS).unwrap()).collect::<Vec<_>>(), "each once");
}

#[tokio::test]
async fn f16_what_waits_for_a_deleted_endpoint_is_dropped() {
    let app = app().await;
    let sink = Sink::answering(|_| status(500)).await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook") })).await;
    tell(&app, 2).await;
    let worker = app.worker();
    worker.step().await.unwrap();
    assert_eq!(sink.received().len(), 2);
    tell(&app, 1).await;
    app.delete(&path).bearer(&app.seller).send().await.expect(204);
    app.clock.advance_s(86_400);
    worker.step().await.unwrap();
    assert_eq!(sink.received().len(), 2, "nothing is sent any more");
    for path in [path.clone(), format!("{path}/deliveries")] {
        app.get(&path).bearer(&app.seller).send().await.problem(404, "not_found");
    }
    app.delete(&path).bearer(&app.seller).send().await.problem(404, "not_found");
    assert_eq!(app.store.backlog().await.unwrap().pending, 0);
    let left = app.store.deliveries(&path.rsplit('/').next().unwrap().parse().unwrap(), None, 9).await.unwrap();
    assert!(left.iter().all(|delivery| delivery.status == settlement::webhook::DeliveryStatus::Dropped), "{left:?}");
}

#[tokio::test]
async fn f17_a_range_is_delivered_again_marked_once_and_in_parts() {
    let app = app().await;
    let sink = Sink::new().await;
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": sink.url("/hook"), "types": ["payment.verified"] })).await;
    let from = app.now();
    tell(&app, 1_002).await;
    app.clock.advance_s(10);
    let to = app.now();
    tell(&app, 1).await;
    app.submit_work().await;
    let worker = app.worker();
    worker.step().await.unwrap();
    assert_eq!(sink.received().len(), 1_003);
    let again = |after: i64| {
        app.post(&format!("{path}/redeliver")).bearer(&app.seller).json(json!({ "from": from.to_string(), "to": to.to_string(), "after": after })).send()
    };
    let first = again(0).await.expect(202);
    assert_eq!((&first["queued"], &first["alreadyQueued"], &first["nextAfter"]), (&json!(1_000), &json!(0), &json!(1_000)));
    let repeated = again(0).await.expect(202);
    assert_eq!((&repeated["queued"], &repeated["alreadyQueued"]), (&json!(0), &json!(1_000)), "what waits is not queued twice");
    let rest = again(1_000).await.expect(202);
    assert_eq!((&rest["queued"], &rest["nextAfter"]), (&json!(2), &Value::Null));
    worker.step().await.unwrap();
    let received = sink.received();
    let redelivered: Vec<&Received> = received.iter().filter(|received| received.json()["redelivery"] == true).collect();
    assert_eq!((received.len(), redelivered.len()), (2_005, 1_002));
    let ids: BTreeSet<&str> = received.iter().map(|received| received.id()).collect();
    assert_eq!(ids.len(), 1_003, "with the ids that they had");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_a_backlog_drains_fairly_and_in_bounded_memory() {
    const BACKLOG: usize = 5_000;
    let app = app().await;
    let sink = Sink::new().await;
    endpoint(&app, &app.seller, json!({ "url": sink.url("/large") })).await;
    tell(&app, BACKLOG).await;
    let worker = app.worker();
    let soft = CancellationToken::new();
    let running = tokio::spawn(worker.run(soft.clone()));
    timeout(Duration::from_secs(30), async {
        while sink.sequences("/large").len() < 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    // Somebody with little comes while there is much to do for another.
    endpoint(&app, &app.buyer, json!({ "url": sink.url("/small") })).await;
    app.request().await;
    timeout(Duration::from_secs(10), async {
        while sink.sequences("/small").is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("it does not wait for the end of the backlog");
    assert!(sink.sequences("/large").len() < BACKLOG, "the backlog was not drained first");
    timeout(Duration::from_secs(120), async {
        while sink.sequences("/large").len() < BACKLOG + 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    soft.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(app.store.backlog().await.unwrap(), store::Backlog::default());
    let most = sink.most_at_a_time("/large");
    assert!((2..=lane::WIDTH).contains(&most), "however much waits, no more than the lane is wide is in memory: {most}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_endpoints_with_much_to_do_are_served_side_by_side_and_one_that_is_dead_takes_nothing_from_them() {
    const BACKLOG: usize = 400;
    const PATHS: [&str; 6] = ["/a", "/b", "/c", "/d", "/e", "/f"];
    let app = app().await;
    let sink = Sink::answering(|received| if received.path == "/dead" { Err(Duration::from_secs(60)) } else { Err(Duration::from_millis(2)) }).await;
    for path in PATHS.iter().chain([&"/dead"]) {
        endpoint(&app, &app.seller, json!({ "url": sink.url(path) })).await;
    }
    tell(&app, BACKLOG).await;
    let soft = CancellationToken::new();
    let running = tokio::spawn(app.worker().run(soft.clone()));
    let counts = || PATHS.map(|path| sink.sequences(path).len());
    // When the first is done, nobody is far behind.
    timeout(Duration::from_secs(120), async {
        while !counts().contains(&BACKLOG) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
    let counts_then = counts();
    assert!(counts_then.iter().all(|count| *count >= BACKLOG / 3), "{counts_then:?}");
    timeout(Duration::from_secs(120), async {
        while counts() != [BACKLOG; 6] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(sink.most_at_a_time("/dead"), 1);
    for path in PATHS {
        assert!(sink.most_at_a_time(path) <= lane::WIDTH, "{path}: {}", sink.most_at_a_time(path));
    }
    running.abort();
}

#[test]
fn every_reason_of_a_failure_is_in_the_document() {
    let described = crate::testing::document::DOCUMENT["components"]["schemas"]["FailureView"]["properties"]["reason"]["description"].to_string();
    for reason in send::Reason::ALL {
        assert!(described.contains(reason.as_str()), "{described} does not name {}", reason.as_str());
    }
}

/// A TLS server on this machine with a certificate from an authority of its own, and that authority's certificate.
async fn tls_server(change: impl FnOnce(&mut rcgen::CertificateParams)) -> (u16, Certificate) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = Certificate::from_der(authority.self_signed(&authority_key).unwrap().der()).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut leaf = rcgen::CertificateParams::new(vec!["hook.example".to_owned()]).unwrap();
    change(&mut leaf);
    let certificate = leaf.signed_by(&key, &issuer).unwrap().der().clone();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut bytes = [0; 4_096];
                    let _ = stream.read(&mut bytes).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    (port, root)
}

/// What comes of a delivery to `name` on the server: nothing when it was taken, or the failure.
async fn deliver_to(name: &str, (port, root): (u16, Certificate), is_trusted: bool) -> Value {
    let app = app().await;
    app.names.set(name, &["127.0.0.1"]);
    let (path, _) = endpoint(&app, &app.seller, json!({ "url": format!("https://{name}:{port}/hook") })).await;
    tell(&app, 1).await;
    let roots = if is_trusted { vec![root] } else { Vec::new() };
    app.worker_trusting(&roots).step().await.unwrap();
    deliveries(&app, &path).await[0]["lastAttempt"]["failure"].clone()
}

#[tokio::test]
async fn f09_a_connection_that_cannot_be_secured_fails_with_the_reason() {
    assert_eq!(deliver_to("hook.example", tls_server(|_| ()).await, true).await, Value::Null, "a good certificate is taken");
    let expired = |leaf: &mut rcgen::CertificateParams| {
        leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(2021, 1, 1);
    };
    let unsafe_ones = [
        (deliver_to("hook.example", tls_server(expired).await, true).await, "expired"),
        (deliver_to("other.example", tls_server(|_| ()).await, true).await, "not valid for name"),
        (deliver_to("hook.example", tls_server(|_| ()).await, false).await, "unknownissuer"),
    ];
    for (failure, detail) in unsafe_ones {
        assert_eq!(failure["reason"], "tls", "{failure}");
        assert!(failure["detail"].as_str().unwrap().to_lowercase().contains(detail), "{failure}: {detail}");
    }
    // Plain HTTP where TLS is expected.
    let sink = Sink::new().await;
    let port = sink.address.rsplit(':').next().unwrap().parse().unwrap();
    let (_, root) = tls_server(|_| ()).await;
    assert_eq!(deliver_to("hook.example", (port, root), true).await["reason"], "tls");
}
