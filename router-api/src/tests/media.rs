use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;

use super::world::World;
use crate::testing::TestApp;
use crate::testing::document::operations;

#[tokio::test]
async fn i13_other_methods_are_405_and_the_answer_says_which_there_are() {
    let world = World::new(false).await;
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in operations() {
        let of_path = methods.entry(&operation.path).or_default();
        of_path.insert(operation.method.as_str());
        if operation.method == Method::GET {
            of_path.insert("HEAD");
        }
    }
    for operation in operations() {
        let known = &methods[operation.path.as_str()];
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"].into_iter().filter(|method| !known.contains(method)) {
            let answer = world.app.call(method.parse().unwrap(), &world.path(operation)).bearer(&world.app.buyer).send().await;
            let allow = answer.header("allow").unwrap_or_else(|| panic!("{method} {}: no Allow", operation.path)).to_owned();
            assert_eq!(allow.split(',').map(str::trim).collect::<BTreeSet<_>>(), *known, "{method} {}", operation.path);
            answer.problem(405, "method_not_allowed");
        }
    }
}

#[tokio::test]
async fn i13_other_media_types_are_415() {
    let world = World::new(false).await;
    for operation in operations().iter().filter(|operation| operation.is_write()) {
        for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/jsonp", ""] {
            let call = world.app.call(operation.method.clone(), &world.path(operation)).bearer(world.owner(operation));
            call.header("content-type", media_type).body(operation.example_body().to_string()).send().await.problem(415, "unsupported_media_type");
        }
    }
}

#[tokio::test]
async fn i13_what_cannot_be_shown_as_asked_is_406_before_anything_is_done() {
    let world = World::new(false).await;
    for operation in operations() {
        for accept in ["image/png", "application/xml, image/*;q=0.5", "*/*;q=0"] {
            let call = world.app.call(operation.method.clone(), &world.path(operation)).bearer(world.owner(operation)).header("accept", accept);
            let call = if operation.is_write() { call.json(operation.example_body()) } else { call };
            call.send().await.problem(406, "not_acceptable");
        }
    }
    assert_eq!(world.app.get("/api/agent/me").bearer(&world.app.seller).send().await.expect(200)["profile"]["displayName"], "Seller");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_and_every_answer_has_the_same_headers() {
    let world = World::new(false).await;
    for path in ["/", "/api", "/api/agent/me/", "/API/agent/me", "/favicon.ico", "/api/agent/contracts//invoices"] {
        world.app.get(path).bearer(&world.app.buyer).send().await.problem(404, "not_found");
    }
    for path in ["/", "/health", "/docs", "/api/agent/me", "/openapi.json", "/api/chains"] {
        let answer = world.app.get(path).send().await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
    }
}

#[tokio::test]
async fn what_is_reached_without_tls_promises_none() {
    let app = TestApp::with(|config| config.public_url = "http://127.0.0.1:8080".parse().unwrap()).await;
    assert_eq!(app.get("/health").send().await.expect(200).header("strict-transport-security"), None);
}

#[tokio::test]
async fn the_id_of_a_request_is_the_callers_when_it_is_sound() {
    let world = World::new(false).await;
    let ask = |id: &str| world.app.get("/health").header("x-request-id", id).send();
    assert_eq!(ask("trace-1.A_b").await.header("x-request-id"), Some("trace-1.A_b"));
    let long = "a".repeat(129);
    for id in ["", "a b", "a\tb", "é", &long, &world.app.buyer.token] {
        let answer = ask(id).await;
        let given = answer.header("x-request-id").unwrap();
        assert!(given.starts_with("req_") && given != id, "{given}");
    }
}
