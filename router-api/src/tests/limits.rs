//! What one caller may take, and that others still get theirs.

use axum::http::Method;
use serde_json::json;

use crate::limits::{Charge, Limits, RateLimits};
use crate::testing::document::operations;
use crate::testing::{Answer, Call, TestApp};

const LIMITS: RateLimits =
    RateLimits { address: 500, anonymous: 6, sign_in: 4, account_reads: 12, account_writes: 8, token_reads: 10, token_writes: 5, imports_per_day: 0 };

async fn limited() -> TestApp {
    TestApp::with(|config| {
        config.limits = LIMITS;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

fn read(app: &TestApp) -> Call {
    app.get("/api/agent/me").bearer(&app.buyer)
}

fn write(app: &TestApp, token: &str) -> Call {
    app.patch("/api/agent/me").token(token).json(json!({ "displayName": "Buyer" }))
}

fn refused(answer: Answer, limit: &str) -> u64 {
    let state = answer.header("ratelimit").unwrap().to_owned();
    let problem = answer.problem(429, "rate_limited");
    assert_eq!((problem["limit"].as_str(), problem["retryable"].as_bool()), (Some(limit), Some(true)), "{problem:#}");
    let seconds = problem["retryAfterSeconds"].as_u64().unwrap();
    assert!(state.contains(&format!("\"{limit}\";r=0;t={seconds}")), "{state}");
    seconds
}

#[tokio::test]
async fn i09_ten_times_over_the_limit_gets_the_limit_and_is_told_when_to_come_back() {
    let app = limited().await;
    let mut taken = 0;
    for _ in 0..10 * LIMITS.token_reads {
        let answer = read(&app).send().await;
        if answer.status == 200 {
            taken += 1;
        } else {
            assert_eq!(refused(answer, "token-reads"), 6, "60 s for 10 requests");
        }
    }
    assert_eq!(taken, LIMITS.token_reads);
    app.clock.advance_s(5);
    refused(read(&app).send().await, "token-reads");
    app.clock.advance_s(1);
    read(&app).send().await.expect(200);
    refused(read(&app).send().await, "token-reads");
}

#[tokio::test]
async fn i09_the_keys_of_one_account_share_its_bucket_and_other_accounts_have_their_own() {
    let app = limited().await;
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(app.token_with(&app.buyer, settlement::scope::Scope::ALL).await);
    }
    let mut taken = 0;
    for n in 0..40 {
        let answer = write(&app, &keys[n % keys.len()]).send().await;
        if answer.status == 200 {
            taken += 1;
        } else {
            let problem = answer.problem(429, "rate_limited");
            assert!(n >= 8 && ["account-writes", "token-writes"].contains(&problem["limit"].as_str().unwrap()), "{n}: {problem:#}");
        }
    }
    assert_eq!(taken, LIMITS.account_writes, "however many keys it is spread over");
    app.patch("/api/agent/me").bearer(&app.seller).json(json!({ "displayName": "Seller" })).send().await.expect(200);
}

#[tokio::test]
async fn i09_reads_are_not_writes() {
    let app = limited().await;
    for _ in 0..LIMITS.token_writes {
        write(&app, &app.buyer.token).send().await.expect(200);
    }
    refused(write(&app, &app.buyer.token).send().await, "token-writes");
    let answer = read(&app).send().await.expect(200);
    assert_eq!(answer.header("ratelimit-policy"), Some("\"address\";q=500;w=60, \"token-reads\";q=10;w=60, \"account-reads\";q=12;w=60"));
    assert_eq!(answer.header("ratelimit"), Some("\"address\";r=493;t=1, \"token-reads\";r=9;t=6, \"account-reads\";r=11;t=5"));
}

#[tokio::test]
async fn i09_a_refused_write_changes_nothing_and_its_key_is_free() {
    let app = limited().await;
    for _ in 0..LIMITS.token_writes {
        write(&app, &app.buyer.token).send().await.expect(200);
    }
    let rename = || app.patch("/api/agent/me").bearer(&app.buyer).key("k").json(json!({ "displayName": "Renamed" })).send();
    refused(rename().await, "token-writes");
    assert_eq!(read(&app).send().await["profile"]["displayName"], "Buyer");
    app.clock.advance_s(12);
    assert_eq!(rename().await.expect(200)["profile"]["displayName"], "Renamed");
}

#[tokio::test]
async fn i09_without_a_valid_token_an_address_gets_less_and_those_with_one_do_not_suffer() {
    let app = limited().await;
    let unknown = format!("cf_{}", "0".repeat(64));
    let anonymous = [app.get("/api/chains"), app.get("/nowhere"), app.get("/api/agent/me"), app.get("/api/agent/me").token(&unknown), app.get("/docs")];
    for (n, call) in (0..LIMITS.anonymous).zip(anonymous.iter().cycle()) {
        assert_ne!(call.clone().send().await.status, 429, "{n}");
    }
    for call in anonymous {
        refused(call.send().await, "anonymous");
    }
    read(&app).send().await.expect(200);
    for probe in ["/health", "/ready", "/metrics"] {
        assert_ne!(app.get(probe).send().await.status, 429, "{probe}");
    }
}

#[tokio::test]
async fn i09_signing_in_has_the_strictest_limit() {
    let app = limited().await;
    for _ in 0..2 {
        let proof = app.sign_in_message(&app.buyer.wallet).await;
        app.post("/api/auth/siwe").json(proof).send().await.expect(200);
    }
    refused(app.get("/api/auth/nonce").send().await, "sign-in");
    refused(app.post("/api/auth/siwe").json(json!({})).send().await, "sign-in");
    app.get("/api/auth/nonce").from("203.0.113.7").send().await.expect(200);
}

#[tokio::test]
async fn i09_clients_behind_a_trusted_proxy_are_told_apart_and_cannot_pretend() {
    let app = limited().await;
    let from = |address: &str| app.get("/api/chains").from("127.0.0.1").header("x-forwarded-for", address).send();
    for n in 0..LIMITS.anonymous {
        from(&format!("192.0.2.{n}, 203.0.113.1")).await.expect(200);
    }
    refused(from("203.0.113.1").await, "anonymous");
    from("203.0.113.2").await.expect(200);
    let direct = |address: &str| app.get("/api/chains").from("203.0.113.9").header("x-forwarded-for", address).send();
    for n in 0..LIMITS.anonymous {
        direct(&format!("192.0.2.{n}")).await.expect(200);
    }
    refused(direct("192.0.2.200").await, "anonymous");
}

#[tokio::test]
async fn i09_everything_of_one_address_has_an_end_too() {
    let app = limited().await;
    for n in 0..LIMITS.address {
        let answer = app.get("/health").from("203.0.113.3").send().await;
        assert_eq!(answer.status, 200, "{n}");
    }
    refused(app.get("/health").from("203.0.113.3").send().await, "address");
    refused(read(&app).from("203.0.113.3").send().await, "address");
    read(&app).from("203.0.113.4").send().await.expect(200);
}

#[test]
fn i09_every_operation_is_charged_to_somebody() {
    let app_limits = Limits::new(&LIMITS, std::sync::Arc::new(crate::testing::TestClock::default()), &crate::openapi());
    for operation in operations() {
        let charge = app_limits.charge(&operation.path, &operation.method);
        let expected = match operation.path.as_str() {
            "/health" | "/ready" | "/metrics" => Charge::Probe,
            "/api/auth/nonce" | "/api/auth/siwe" => Charge::SignIn,
            _ if operation.is_protected() => Charge::Caller,
            _ => Charge::Anonymous,
        };
        assert_eq!(charge, expected, "{}", operation.name());
    }
    assert_eq!(app_limits.charge("unmatched", &Method::GET), Charge::Anonymous);
    assert_eq!(app_limits.charge("/api/agent/me", &Method::HEAD), Charge::Caller);
    assert_eq!(app_limits.charge("/api/agent/me", &Method::PUT), Charge::Anonymous);
}
