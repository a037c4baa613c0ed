//! GET `/ready`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use settlement::chain::ChainPolicy;
use store::StoreError;
use utoipa::ToSchema;

use crate::known::lag;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;

/// The instance can do its work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadyBody {
    /// `ready`
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
/// Database, migrations, the signer of each chain and how far the indexer is behind. While it is not ready, reads go on where they can.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "service",
    responses(
        (status = 200, description = "It can.", body = ReadyBody, example = json!({ "status": "ready", "checks": [
            { "name": "database", "ok": true, "detail": "answers" }, { "name": "indexer:8453", "ok": true, "detail": "0 s behind" }] })),
        (status = 503, description = "It cannot (`unavailable`, with `checks`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn ready(State(api): State<Arc<Api>>) -> Result<Json<ReadyBody>, Problem> {
    let mut checks = database(&api).await;
    for chain in &api.config.chains {
        checks.push(signer(&api, chain));
        checks.push(indexer(&api, chain).await);
    }
    if checks.iter().all(|check| check.ok) {
        return Ok(Json(ReadyBody { status: "ready", checks }));
    }
    let failed: Vec<&str> = checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    Err(Problem::new(Code::Unavailable, format!("not ready: {}", failed.join(", "))).with("checks", &checks))
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

fn signer(api: &Api, chain: &ChainPolicy) -> Check {
    let name = format!("signer:{}", chain.chain_id);
    match api.signers.get(&chain.chain_id) {
        Some(signer) => Check::ok(name, signer.address().to_string()),
        None => Check::failed(name, "no routing signer is configured"),
    }
}

async fn indexer(api: &Api, chain: &ChainPolicy) -> Check {
    let name = format!("indexer:{}", chain.chain_id);
    match api.store.cursor(chain.chain_id).await {
        Err(error) => Check::failed(name, reason(&error)),
        Ok(None) => Check::failed(name, "no block was read yet"),
        Ok(Some(cursor)) => match cursor.halted {
            Some(why) => Check::failed(name, format!("halted: {why}")),
            None => behind(name, lag(&cursor, api.now()), api.config.max_indexer_lag),
        },
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
    use crate::testing::{CHAIN_ID, TestApp};

    fn failed(body: &serde_json::Value) -> Vec<&str> {
        let checks = body["checks"].as_array().unwrap();
        checks.iter().filter(|check| check["ok"] == false).map(|check| check["name"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn is_ready_once_the_indexer_has_read_a_block() {
        let app = TestApp::new().await;
        let waiting = app.get("/ready").send().await.problem(503, "unavailable");
        assert_eq!(failed(&waiting), ["indexer:31337"]);
        app.start_chain().await;
        assert_eq!(app.get("/ready").send().await.expect(200)["status"], "ready");
    }

    #[tokio::test]
    async fn an_indexer_that_is_no_longer_heard_of_is_behind() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let epoch = app.store.cursor(CHAIN_ID).await.unwrap().unwrap().epoch;
        app.store.beat(CHAIN_ID, epoch, app.now()).await.unwrap();
        app.clock.advance_s(60);
        app.get("/ready").send().await.expect(200);
        app.clock.advance_s(1);
        let silent = app.get("/ready").send().await.problem(503, "unavailable");
        assert_eq!(failed(&silent), ["indexer:31337"]);
        app.store.beat(CHAIN_ID, epoch, app.now()).await.unwrap();
        app.get("/ready").send().await.expect(200);
    }

    #[tokio::test]
    async fn h02_without_its_database_it_is_not_ready_and_says_no_more_than_that() {
        let app = TestApp::new().await;
        app.store.close().await;
        let answer = app.get("/ready").send().await.problem(503, "unavailable");
        assert_eq!(failed(&answer), ["database", "migrations", "indexer:31337"]);
        app.get("/api/agent/me").bearer(&app.buyer).send().await.problem(503, "unavailable");
    }
}
