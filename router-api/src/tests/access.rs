use axum::http::Method;
use serde_json::json;
use settlement::scope::Scope;

use super::world::World;
use crate::testing::document::{Operation, operations};
use crate::testing::{Answer, Call, TestApp};

const CHALLENGE: &str = "www-authenticate";

fn protected() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.is_protected())
}

#[tokio::test]
async fn i02_without_a_valid_token_every_protected_operation_is_401() {
    let world = World::new(false).await;
    let app = &world.app;
    assert!(protected().count() > 20, "there are operations to try");
    let unknown = format!("cf_{}", "0".repeat(64));
    let revoked = revoked(app).await;
    let expired = expired(app).await;
    let good = &app.buyer.token;
    let wrong = [
        format!("Bearer {unknown}"),
        format!("Bearer {revoked}"),
        format!("Bearer {expired}"),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer {}", &good[..66]),
        format!("Bearer {good}0"),
        format!("Basic {good}"),
        good.clone(),
        "Bearer".to_owned(),
        "Bearer  ".to_owned(),
    ];
    for operation in protected() {
        let path = world.path(operation);
        let call = || app.call(operation.method.clone(), &path);
        challenged(call().send().await);
        challenged(call().bearer(&app.buyer).bearer(&app.buyer).send().await);
        for value in &wrong {
            challenged(call().header("authorization", value).send().await);
        }
        app.call(operation.method.clone(), &path).bearer(&app.stranger).send().await;
    }
}

#[track_caller]
fn challenged(answer: Answer) {
    assert!(answer.header(CHALLENGE).is_some_and(|challenge| challenge.starts_with("Bearer realm=")), "{}", answer.text());
    answer.problem(401, "unauthorized");
}

async fn expired(app: &TestApp) -> String {
    let body = json!({ "name": "short", "scopes": ["profile:read"], "expiresInDays": 1 });
    let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).json(body).send().await.expect(201);
    app.clock.advance_s(86_400);
    made["apiToken"].as_str().unwrap().to_owned()
}

async fn revoked(app: &TestApp) -> String {
    let body = json!({ "name": "lost", "scopes": ["profile:read"] });
    let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).json(body).send().await.expect(201);
    app.delete(&format!("/api/agent/me/tokens/{}", made["credential"]["id"].as_str().unwrap())).bearer(&app.buyer).send().await.expect(200);
    made["apiToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn i02_a_token_in_the_url_is_refused_everywhere_and_not_repeated() {
    let world = World::new(false).await;
    let secret = &world.app.buyer.token;
    for operation in operations() {
        let path = world.path(operation);
        for path in [format!("{path}?token={secret}"), format!("{path}/{secret}"), format!("{path}?a={}", &secret[..40])] {
            let answer = world.app.call(operation.method.clone(), &path).bearer(&world.app.buyer).send().await;
            assert!(answer.header(CHALLENGE).is_some(), "{path}");
            assert!(!answer.text().contains(&secret[..20]) && !format!("{:?}", answer.headers).contains(&secret[..20]), "{}", answer.text());
            answer.problem(401, "token_in_url");
        }
    }
}

#[tokio::test]
async fn i08_nothing_that_a_browser_sends_by_itself_is_authority() {
    let world = World::new(false).await;
    let token = &world.app.buyer.token;
    for operation in protected() {
        let call = world.app.call(operation.method.clone(), &world.path(operation)).header("cookie", &format!("token={token}; authorization=Bearer {token}"));
        let call = call.header("origin", "https://evil.example").header("content-type", "application/json").body(operation.example_body().to_string());
        let answer = call.send().await;
        assert_eq!(answer.header("set-cookie"), None);
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        challenged(answer);
    }
}

#[tokio::test]
async fn i02_public_operations_need_no_token() {
    let world = World::new(false).await;
    for operation in operations().iter().filter(|operation| !operation.is_protected() && operation.method == Method::GET) {
        let status = world.app.get(&world.path(operation)).send().await.status;
        assert!(status != 401 && status != 403, "{}", operation.name());
    }
}

#[tokio::test]
async fn i03_every_operation_needs_exactly_the_scopes_that_the_document_says() {
    let app = TestApp::new().await;
    for operation in protected() {
        let alternatives = operation.alternatives();
        let named: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| alternatives.iter().flatten().any(|s| s == scope)).collect();
        assert!(!named.is_empty(), "{}: a protected operation names a scope", operation.name());
        for held in subsets(&named) {
            let meets = alternatives.iter().any(|all| all.iter().all(|scope| held.contains(scope)));
            compare(&app, operation, &held, &named, meets).await;
        }
        let all_others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| !named.contains(scope)).collect();
        compare(&app, operation, &all_others, &named, false).await;
        compare(&app, operation, Scope::ALL, &named, true).await;
    }
}

async fn compare(app: &TestApp, operation: &Operation, held: &[Scope], named: &[Scope], meets: bool) {
    let token = app.token_with(&app.stranger, held).await;
    let answer = ask(app, operation, &token).send().await;
    if meets {
        assert!(answer["code"] != "unauthorized" && answer["code"] != "insufficient_scope", "{} with {held:?}: {}", operation.name(), answer.text());
        return;
    }
    let challenge = answer.header(CHALLENGE).unwrap_or_default().to_owned();
    let problem = answer.problem(403, "insufficient_scope");
    let list = |key: &str| -> Vec<String> { serde_json::from_value(problem[key].clone()).unwrap() };
    let mut required = list("requiredScopes");
    required.sort();
    let mut expected: Vec<&str> = named.iter().map(|scope| scope.as_str()).collect();
    expected.sort_unstable();
    assert_eq!(required, expected, "{}", operation.name());
    assert!(!list("missingScopes").is_empty() && list("missingScopes").iter().all(|scope| !held.iter().any(|held| held.as_str() == scope)), "{problem:#}");
    assert!(challenge.contains("error=\"insufficient_scope\"") && challenge.contains(&format!("scope=\"{}\"", list("missingScopes").join(" "))), "{challenge}");
    let mode = if operation.alternatives().len() > 1 { "any" } else { "all" };
    assert_eq!(problem["requiredScopeMode"], mode, "{}", operation.name());
}

/// About things that do not exist, so that nothing changes while scopes are tried.
fn ask(app: &TestApp, operation: &Operation, token: &str) -> Call {
    let id = |name: &str| match name {
        "contractId" => "agr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "paymentRequestId" => "pr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "milestoneId" => "ms_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "refundRequestId" => "rf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "webhookId" => "we_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "payoutChangeId" => "poc_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "disputeId" => "dsp_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "tokenId" => "key_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "profileId" => "prof_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "payoutMethodId" => "pm_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "invoiceId" => "inv_agr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "receiptId" => "rcpt_pr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "walletAddress" => "0x7070707070707070707070707070707070707070",
        "linkId" => "rl_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        other => panic!("{}: say here what {{{other}}} may look like", operation.name()),
    };
    let call = app.call(operation.method.clone(), &operation.path_with(|name| id(name).to_owned())).token(token);
    if operation.is_write() { call.json(operation.example_body()) } else { call }
}

fn subsets(scopes: &[Scope]) -> Vec<Vec<Scope>> {
    let mut all = vec![Vec::new()];
    for scope in scopes {
        let with: Vec<Vec<Scope>> = all.iter().map(|subset| subset.iter().copied().chain([*scope]).collect()).collect();
        all.extend(with);
    }
    all
}
