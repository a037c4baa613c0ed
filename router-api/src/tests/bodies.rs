use serde_json::{Value, json};

use super::world::World;
use crate::extract::MAX_BODY_BYTES;
use crate::testing::document::{Operation, operations};
use crate::testing::{Answer, TestApp};

/// Fields that a caller might hope to set.
const FORBIDDEN: [&str; 3] = ["status", "livemode", "amountReceived"];

fn writes() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.is_write())
}

async fn send(world: &World, operation: &Operation, body: Value) -> Answer {
    let call = world.app.call(operation.method.clone(), &world.path(operation));
    let call = if operation.is_protected() { call.bearer(world.owner(operation)) } else { call };
    call.json(body).send().await
}

#[tokio::test]
async fn i04_a_field_that_is_not_known_is_refused_in_every_object_of_every_body() {
    let world = World::new(false).await;
    for operation in writes() {
        let body = operation.example_body();
        for place in objects(&body).into_iter().filter(|place| !is_free(operation, place)) {
            for field in FORBIDDEN {
                let mut body = body.clone();
                body.pointer_mut(&place).unwrap()[field] = json!("paid");
                let answer = send(&world, operation, body).await;
                let problem = answer.problem(422, "unknown_field");
                assert!(problem["detail"].as_str().unwrap().contains(field), "{} at {place:?}: {problem:#}", operation.name());
            }
        }
    }
}

/// What a declared proof looks like is nobody's business here: it is refused whatever it says.
fn is_free(operation: &Operation, place: &str) -> bool {
    operation.name() == "PATCH /api/agent/contracts/{contractId}" && place == "/paymentProof"
}

/// The places of all objects in a value, as JSON pointers.
fn objects(value: &Value) -> Vec<String> {
    let inside = |(key, value): (String, &Value)| objects(value).into_iter().map(move |place| format!("/{key}{place}")).collect::<Vec<_>>();
    match value {
        Value::Object(members) => {
            let own = std::iter::once(String::new());
            own.chain(members.iter().map(|(key, value)| (key.clone(), value)).flat_map(inside)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).flat_map(inside).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[tokio::test]
async fn i04_no_body_is_read_that_is_not_an_object() {
    let world = World::new(false).await;
    for operation in writes() {
        for body in [json!([]), json!("{}"), json!(1), json!(null), json!([[]])] {
            let answer = send(&world, operation, body.clone()).await;
            assert_eq!(answer.status, 422, "{} takes {body}: {}", operation.name(), answer.text());
        }
    }
}

#[tokio::test]
async fn bodies_are_limited_in_size_and_depth() {
    let world = World::new(false).await;
    for operation in writes() {
        let call = || {
            let call = world.app.call(operation.method.clone(), &world.path(operation)).bearer(world.owner(operation));
            call.header("content-type", "application/json")
        };
        call().body(vec![b' '; MAX_BODY_BYTES + 1]).send().await.problem(413, "body_too_large");
        call().body(format!("{}{}", "[".repeat(17), "]".repeat(17))).send().await.problem(400, "malformed_json");
        call().body("{\"a\":").send().await.problem(400, "malformed_json");
        call().body(b"{\"a\":\"\xff\"}".to_vec()).send().await.problem(400, "malformed_json");
    }
}

#[tokio::test]
async fn i04_no_query_parameter_is_ignored() {
    let app = TestApp::new().await;
    for path in
        ["/api/agent/contracts?staus=accepted", "/api/agent/contracts?limit=0", "/api/agent/contracts?limit=101", "/api/agent/contracts?limit=1&limit=2"]
    {
        app.get(path).bearer(&app.buyer).send().await.problem(400, "malformed_request");
    }
    app.get("/api/agent/contracts?cursor=6e6f7065").bearer(&app.buyer).send().await.problem(400, "invalid_cursor");
}
