//! GET `/ready`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use settlement::chain::ChainPolicy;
use store::StoreError;
use utoipa::ToSchema;

use crate::known::{ChainState, lag, may_sign};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};

use crate::state::Api;

/// The instance can do its work, all of it or most of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadyBody {
    /// `ready`, or `degraded`: a chain is not followed or cannot be signed for, and all else goes on.
    status: &'static str,
    /// What was looked at.
    checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// `database`, `migrations`, `signer:<chain id>` or `indexer:<chain id>`.
    name: String,
    /// Whether it is as it should be.
    ok: bool,
    /// What is wrong, or a figure.
    detail: String,
}

impl Check {
    fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, detail: detail.into() }
    }

    fn failed(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, detail: detail.into() }
    }
}

/// Whether the instance can do its work.
///
/// 503 says that this process is of no use: the database does not answer, or its schema is of another version. What ails a chain ails every process alike, so
/// it takes none of them out of the balance: a signer that does not answer or may not sign, or a chain that is not followed, is `degraded` in a 200, and
/// `checks` says what and why. Reads, and the other chains, go on.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "service",
    responses(
        (status = 200, description = "It can, but for what `checks` finds failed when `status` is `degraded`.", body = ReadyBody, example = json!({
            "status": "degraded", "checks": [{ "name": "database", "ok": true, "detail": "answers" }, { "name": "migrations", "ok": true, "detail": "current" },
                { "name": "signer:8453", "ok": true, "detail": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" },
                { "name": "indexer:8453", "ok": false, "detail": "180 s behind" }] })),
        (status = 503, description = "It cannot (`unavailable`, with `checks`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn ready(State(api): State<Arc<Api>>) -> Result<Json<ReadyBody>, Problem> {
    let mut checks = database(&api).await;
    let failed: Vec<&str> = checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    if !failed.is_empty() {
        return Err(Problem::new(Code::Unavailable, format!("not ready: {}", failed.join(", "))).with("checks", &checks));
    }
    for chain in &api.config.chains {
        checks.extend(self::chain(&api, chain).await);
    }
    let status = if checks.iter().all(|check| check.ok) { "ready" } else { "degraded" };
    Ok(Json(ReadyBody { status, checks }))
}

async fn database(api: &Api) -> Vec<Check> {
    let database = match api.store.ping().await {
        Ok(()) => Check::ok("database", "answers"),
        Err(error) => Check::failed("database", reason(&error)),
    };
    let migrations = match api.store.schema_is_current().await {
        Ok(true) => Check::ok("migrations", "current"),
        Ok(false) => Check::failed("migrations", "the schema is not the one this version needs; run: counterfoil migrate"),
        Err(error) => Check::failed("migrations", reason(&error)),
    };
    vec![database, migrations]
}

/// What is true of a chain: whether payments on it can be signed, and whether it is followed.
async fn chain(api: &Api, chain: &ChainPolicy) -> [Check; 2] {
    let [signer_name, indexer_name] = ["signer", "indexer"].map(|what| format!("{what}:{}", chain.chain_id));
    match ChainState::read(api, chain.chain_id).await {
        Err(_logged) => [signer_name, indexer_name].map(|name| Check::failed(name, "cannot be looked up")),
        Ok(state) => [signer(api, chain, &state, signer_name).await, indexer(api, &state, indexer_name)],
    }
}

/// The same that a payment request needs: a signer that answers, and that the operator lets sign.
async fn signer(api: &Api, chain: &ChainPolicy, state: &ChainState, name: String) -> Check {
    let Some(signer) = api.signers.get(&chain.chain_id) else { return Check::failed(name, "no routing signer is configured") };
    if !signer.is_reachable() {
        return Check::failed(name, "did not answer when it was asked last");
    }
    match api.store.signer_until(chain.chain_id, chain.operator, signer.address()).await {
        Err(error) => Check::failed(name, reason(&error)),
        Ok(Some(0)) => Check::failed(name, "the operator has revoked it on chain"),
        Ok(Some(until)) if !may_sign(until, state.now(api.now())) => Check::failed(name, "its time on the chain is over, or too short for a payment"),
        Ok(Some(_) | None) => Check::ok(name, signer.address().to_string()),
    }
}

fn indexer(api: &Api, state: &ChainState, name: String) -> Check {
    let Some(cursor) = state.cursor() else { return Check::failed(name, "no block was read yet") };
    match &cursor.halted {
        Some(why) => Check::failed(name, format!("halted: {why}")),
        None => behind(name, lag(cursor, api.now()), api.config.max_indexer_lag),
    }
}

fn behind(name: String, behind: Duration, allowed: Duration) -> Check {
    let detail = format!("{} s behind", behind.as_secs());
    if behind > allowed { Check::failed(name, detail) } else { Check::ok(name, detail) }
}

/// What may be told to anybody: the sort of failure, not its text.
fn reason(error: &StoreError) -> String {
    tracing::warn!(error = %error, "a readiness check failed");
    "cannot be reached".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{CHAIN_ID, TestApp};

    fn failed(body: &Value) -> Vec<String> {
        let checks = body["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false);
        checks.map(|check| format!("{}: {}", check["name"].as_str().unwrap(), check["detail"].as_str().unwrap())).collect()
    }

    async fn assert_ready(app: &TestApp) {
        let answer = app.get("/ready").send().await.expect(200);
        assert_eq!((answer["status"].as_str(), failed(answer.json())), (Some("ready"), vec![]));
    }

    /// A balancer goes on with it, and its body says what is wrong.
    async fn assert_degraded(app: &TestApp, why: &str) {
        let answer = app.get("/ready").send().await.expect(200);
        assert_eq!((answer["status"].as_str(), failed(answer.json())), (Some("degraded"), vec![why.to_owned()]));
        app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
    }

    #[tokio::test]
    async fn is_ready_once_the_indexer_has_read_a_block() {
        let app = TestApp::new().await;
        assert_degraded(&app, "indexer:31337: no block was read yet").await;
        app.start_chain().await;
        assert_ready(&app).await;
    }

    #[tokio::test]
    async fn b09_an_indexer_that_is_behind_or_halted_degrades_it_and_takes_it_out_of_no_balance() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let epoch = app.store.cursor(CHAIN_ID).await.unwrap().unwrap().epoch;
        app.store.beat(CHAIN_ID, epoch, app.now()).await.unwrap();
        app.clock.advance_s(60);
        assert_ready(&app).await;
        app.clock.advance_s(1);
        assert_degraded(&app, "indexer:31337: 61 s behind").await;
        app.store.beat(CHAIN_ID, epoch, app.now()).await.unwrap();
        assert_ready(&app).await;
        app.halt("a reorg below the final block").await;
        assert_degraded(&app, "indexer:31337: halted: a reorg below the final block").await;
    }

    #[tokio::test]
    async fn a_signer_that_may_not_sign_degrades_it() {
        let app = TestApp::new().await;
        app.start_chain().await;
        app.set_signer(app.signer, 0).await;
        assert_degraded(&app, "signer:31337: the operator has revoked it on chain").await;
        app.set_signer(app.signer, app.now().unix_seconds() + 3_600).await;
        assert_ready(&app).await;
        app.set_signer(app.signer, app.now().unix_seconds() + 1).await;
        assert_degraded(&app, "signer:31337: its time on the chain is over, or too short for a payment").await;
    }

    #[tokio::test]
    async fn d07_a_signer_that_does_not_answer_degrades_it_until_it_does() {
        let app = TestApp::new().await;
        app.start_chain().await;
        app.signer_switch.fail();
        for _ in 0..3 {
            app.create(app.wanted()).await.problem(503, "signer_unavailable");
        }
        assert_degraded(&app, "signer:31337: did not answer when it was asked last").await;
        app.signer_switch.answer();
        app.clock.advance_s(10);
        app.request().await;
        assert_ready(&app).await;
    }

    #[tokio::test]
    async fn h02_without_its_database_it_is_not_ready_and_says_no_more_than_that() {
        let app = TestApp::new().await;
        app.store.close().await;
        let answer = app.get("/ready").send().await.problem(503, "unavailable");
        assert_eq!(failed(&answer), ["database: cannot be reached", "migrations: cannot be reached"]);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(503, "unavailable");
    }
}
