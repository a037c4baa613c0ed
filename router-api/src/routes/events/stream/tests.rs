use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use settlement::scope::Scope;
use store::Engine;
use tokio::net::TcpListener;
use tokio::time::{Duration, Instant, timeout};
use tower::ServiceExt;

use crate::testing::{Call, Rest, TestApp};
use crate::waiting::{MAX_PER_PROFILE, MAX_PER_TOKEN};

const PATH: &str = "/api/agent/events/stream";

async fn open(call: Call) -> Rest {
    let (answer, rest) = call.open().await;
    assert_eq!(answer.expect(200).text(), ": open\n\n");
    rest
}

/// The next event, past signs of life: its id and itself.
async fn next(stream: &mut Rest) -> Option<(String, Value)> {
    loop {
        let text = stream.next().await?;
        if text.starts_with(':') {
            continue;
        }
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
        let event: Value = serde_json::from_str(&line("data")).unwrap();
        assert_eq!((event["type"].as_str().unwrap(), event["sequence"].to_string()), (line("event").as_str(), line("id")));
        return Some((line("id"), event));
    }
}

async fn types(stream: &mut Rest, count: usize) -> Vec<String> {
    let mut types = Vec::new();
    for _ in 0..count {
        types.push(next(stream).await.unwrap().1["type"].as_str().unwrap().to_owned());
    }
    types
}

async fn what_is_told_arrives_from_every_process(engine: Engine) {
    let app = TestApp::on(engine).await;
    let node = app.second_node().await;
    let mut near = open(app.get(PATH).bearer(&app.seller)).await;
    let mut far = open(app.get(PATH).bearer(&app.seller).at(&node)).await;
    let mut nothing = open(app.get(PATH).bearer(&app.stranger)).await;
    app.submit_work().await;
    let id = app.request().await;
    app.cancel_request(&id).await.expect(200);
    let expected = ["submission.created", "payment_request.signed", "payment_request.cancelled"];
    assert_eq!(types(&mut near, 3).await, expected);
    assert_eq!(types(&mut far, 3).await, expected);
    assert_eq!(nothing.next().await.unwrap(), ": alive\n\n", "others hear nothing but signs of life");
}

#[tokio::test]
async fn what_is_told_arrives_from_every_process_on_sqlite() {
    what_is_told_arrives_from_every_process(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_is_told_arrives_from_every_process_on_postgres() {
    what_is_told_arrives_from_every_process(Engine::Postgres).await;
}

#[tokio::test]
async fn who_comes_back_misses_nothing_and_sees_nothing_twice() {
    let app = TestApp::new().await;
    let mut stream = open(app.get(PATH).bearer(&app.seller)).await;
    app.submit_work().await;
    let (last, _) = next(&mut stream).await.unwrap();
    drop(stream);
    let id = app.request().await;
    app.cancel_request(&id).await.expect(200);
    // The header goes before the parameter: a browser repeats the URL.
    let mut again = open(app.get(&format!("{PATH}?after=0")).bearer(&app.seller).header("last-event-id", &last)).await;
    assert_eq!(types(&mut again, 2).await, ["payment_request.signed", "payment_request.cancelled"]);
    let mut filtered = open(app.get(&format!("{PATH}?after=0&types=payment_request.cancelled,decision.*")).bearer(&app.seller)).await;
    assert_eq!(types(&mut filtered, 1).await, ["payment_request.cancelled"]);
    for bad in ["x", "-1", "1.5", "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        app.get(PATH).bearer(&app.seller).header("last-event-id", bad).send().await.problem(400, "malformed_request");
    }
}

#[tokio::test]
async fn i02_a_stream_ends_with_its_token_and_shows_nothing_after_that() {
    let app = TestApp::new().await;
    let token = app.token_with(&app.seller, &[Scope::NOTIFICATIONS_READ]).await;
    let mut stream = open(app.get(PATH).token(&token)).await;
    let tokens = app.get("/api/agent/me/tokens").bearer(&app.seller).send().await.expect(200);
    let mine = tokens["credentials"].as_array().unwrap().iter().find(|row| row["scopes"] == serde_json::json!(["notifications:read"])).unwrap();
    app.delete(&format!("/api/agent/me/tokens/{}", mine["id"].as_str().unwrap())).bearer(&app.seller).send().await.expect(200);
    app.submit_work().await;
    assert_eq!(next(&mut stream).await, None);
    let body = serde_json::json!({ "name": "day", "scopes": ["notifications:read"], "expiresInDays": 1 });
    let made = app.post("/api/agent/me/tokens").bearer(&app.seller).json(body).send().await.expect(201);
    let mut stream = open(app.get(PATH).token(made["apiToken"].as_str().unwrap())).await;
    app.clock.advance_s(86_400);
    assert_eq!(next(&mut stream).await, None, "it ends with the next sign of life, also when nothing is told");
}

#[tokio::test]
async fn a_stream_goes_on_as_long_as_its_rotated_token_works() {
    let app = TestApp::new().await;
    let token = app.token_with(&app.seller, &[Scope::NOTIFICATIONS_READ]).await;
    let mut stream = open(app.get(PATH).token(&token)).await;
    let tokens = app.get("/api/agent/me/tokens").bearer(&app.seller).send().await.expect(200);
    let mine = tokens["credentials"].as_array().unwrap().iter().find(|row| row["scopes"] == serde_json::json!(["notifications:read"])).unwrap();
    app.post(&format!("/api/agent/me/tokens/{}/rotate", mine["id"].as_str().unwrap())).bearer(&app.seller).send().await.expect(201);
    app.submit_work().await;
    assert!(next(&mut stream).await.is_some(), "whoever has not got the new one yet hears on");
    app.clock.advance_s(301);
    assert_eq!(next(&mut stream).await, None, "for five minutes");
}

#[tokio::test]
async fn i02_a_stream_ends_when_its_profile_is_disabled_and_shows_nothing_after_that() {
    let app = TestApp::new().await;
    let mut stream = open(app.get(PATH).bearer(&app.seller)).await;
    let path = format!("/api/admin/profiles/{}", app.seller.profile);
    app.patch(&path).bearer(&app.stranger).json(serde_json::json!({ "isActive": false })).send().await.expect(200);
    // What is told by another party meanwhile is not for it any more.
    app.request().await;
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn the_streams_of_a_token_are_bounded_and_a_closed_one_makes_room() {
    let app = TestApp::new().await;
    let mut streams = Vec::new();
    for _ in 0..MAX_PER_TOKEN {
        streams.push(open(app.get(PATH).bearer(&app.seller)).await);
    }
    let refused = app.get(PATH).bearer(&app.seller).send().await.problem(429, "too_many_streams");
    assert_eq!(refused["retryable"], true);
    open(app.get(PATH).bearer(&app.buyer)).await;
    streams.pop();
    open(app.get(PATH).bearer(&app.seller)).await;
}

#[tokio::test]
async fn the_streams_of_a_profile_are_bounded_whatever_its_tokens() {
    let app = TestApp::new().await;
    let mut streams = Vec::new();
    while streams.len() < MAX_PER_PROFILE {
        let token = app.token_with(&app.seller, &[Scope::NOTIFICATIONS_READ]).await;
        for _ in 0..MAX_PER_TOKEN {
            streams.push(open(app.get(PATH).token(&token)).await);
        }
    }
    let token = app.token_with(&app.seller, &[Scope::NOTIFICATIONS_READ]).await;
    app.get(PATH).token(&token).send().await.problem(429, "too_many_streams");
    open(app.get(PATH).bearer(&app.buyer)).await;
    streams.pop();
    open(app.get(PATH).token(&token)).await;
}

#[tokio::test]
async fn what_a_stream_leaves_out_does_not_put_off_its_sign_of_life() {
    let app = TestApp::new().await;
    let mut filtered = open(app.get(&format!("{PATH}?types=payment.verified")).bearer(&app.seller)).await;
    let busy = async {
        loop {
            let id = app.request().await;
            app.cancel_request(&id).await.expect(200);
        }
    };
    let alive = async {
        tokio::select! { text = filtered.next() => text, () = busy => None }
    };
    assert_eq!(timeout(Duration::from_secs(10), alive).await.expect("it is not silent for long").unwrap(), ": alive\n\n");
}

#[tokio::test]
async fn h06_a_stop_ends_the_streams_and_does_not_wait_for_them() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(crate::serve(listener, app.router(), Vec::new(), app.stop.clone()));
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(PATH).header("host", "pay.example").header("authorization", format!("Bearer {}", app.seller.token));
    let request = request.header("accept", "text/event-stream").body(Body::empty()).unwrap();
    let mut answer = client.send_request(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    assert_eq!(answer.headers()["cache-control"], "no-cache");
    answer.frame().await.unwrap().unwrap();
    let stopped = Instant::now();
    app.stop.cancel();
    while answer.frame().await.is_some() {}
    timeout(Duration::from_secs(5), server).await.expect("a stop does not wait for streams").unwrap().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(5));
    let late = app.router().oneshot(Request::get(PATH).header("authorization", format!("Bearer {}", app.seller.token)).body(Body::empty()).unwrap());
    let text = late.await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(text, ": open\n\n", "a stream that is opened while the instance stops ends at once");
}
