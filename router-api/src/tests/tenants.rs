use serde_json::Value;

use super::world::World;
use crate::testing::document::{Operation, operations};
use crate::testing::{Actor, Answer};

/// Operations that name something by id and belong to somebody.
fn about_something() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.is_protected() && !operation.is_administrative() && !operation.parameters().is_empty())
}

/// The same, of everybody, for whoever runs the instance.
fn about_anything() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.is_administrative() && !operation.parameters().is_empty())
}

async fn call(world: &World, operation: &Operation, path: &str, actor: &Actor, body: &Value) -> Answer {
    let call = world.app.call(operation.method.clone(), path).bearer(actor);
    if operation.is_write() { call.json(body.clone()).send().await } else { call.send().await }
}

/// What may differ between two answers to the same question about different things.
fn without_ids(mut problem: Value) -> Value {
    for key in ["instance", "requestId"] {
        problem.as_object_mut().unwrap().remove(key);
    }
    problem
}

#[tokio::test]
async fn i01_the_things_of_others_are_answered_like_things_that_do_not_exist() {
    let world = World::new(true).await;
    assert!(about_something().count() > 15, "there are operations to try");
    for operation in about_something() {
        let stranger = &world.app.stranger;
        let (path, body) = (world.path(operation), operation.example_body());
        let of_others = call(&world, operation, &path, stranger, &body).await.problem(404, "not_found");
        let nowhere: String = path.split('/').map(elsewhere).collect::<Vec<_>>().join("/");
        let of_nobody = call(&world, operation, &nowhere, stranger, &body).await.problem(404, "not_found");
        assert_eq!(without_ids(of_others), without_ids(of_nobody), "{}", operation.name());
    }
}

#[tokio::test]
async fn i01_a_body_that_would_be_refused_does_not_tell_that_a_thing_exists() {
    let world = World::new(false).await;
    for operation in about_something().filter(|operation| operation.is_write() && operation.path.contains("{contractId}")) {
        let body = serde_json::json!({ "nonsense": true });
        call(&world, operation, &world.path(operation), &world.app.stranger, &body).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn i01_an_administrator_sees_everybody_and_nothing_that_is_not_there() {
    for operation in about_anything() {
        let world = World::new(false).await;
        let (path, body) = (world.path(operation), operation.example_body());
        let nowhere: String = path.split('/').map(elsewhere).collect::<Vec<_>>().join("/");
        call(&world, operation, &nowhere, &world.app.stranger, &body).await.problem(404, "not_found");
        let answer = call(&world, operation, &path, &world.app.stranger, &body).await;
        assert_ne!(answer.status, 404, "{}: {}", operation.name(), answer.text());
    }
}

#[tokio::test]
async fn i01_their_owners_do_see_them() {
    for operation in about_something() {
        let world = World::new(true).await;
        let answer = call(&world, operation, &world.path(operation), world.owner(operation), &operation.example_body()).await;
        assert_ne!(answer.status, 404, "{}: the ids of these tests name nothing: {}", operation.name(), answer.text());
    }
}

#[tokio::test]
async fn i01_text_that_is_no_id_names_nothing() {
    let world = World::new(false).await;
    for operation in about_something().chain(about_anything()) {
        for id in ["1", "%00", "..%2f", "agr_01ARZ3NDEKTSV4RRFFQ69G5FAVX", "'%20OR%201=1--"] {
            let path = operation.path_with(|_| id.to_owned());
            call(&world, operation, &path, &world.app.buyer, &operation.example_body()).await.problem(404, "not_found");
        }
    }
}

/// Another id of the same kind, of nothing.
fn elsewhere(segment: &str) -> String {
    match segment.rsplit_once('_') {
        Some((prefix, id)) if id.len() == 26 => format!("{prefix}_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
        _ => segment.to_owned(),
    }
}
