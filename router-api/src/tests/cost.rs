//! What an operation costs the database. Every statement is a round trip, and while a transaction is open others wait for it: so their number is a promise. On
//! Postgres, where the driver tells of its statements in the thread that waits for them; the statements are the same on SQLite.

use std::fmt;
use std::sync::{Arc, Mutex};

use store::Engine;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::testing::TestApp;

/// Notes the statements that this thread sends.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

/// The beginning of a statement.
struct Summary<'a>(&'a mut Vec<String>);

impl Visit for Summary<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "summary" {
            self.0.push(format!("{value:?}"));
        }
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Summary(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What a connection is told first, which comes where the pool opens one.
const READIES: &str = "SET lock_timeout";

/// The statements that a call sends.
async fn sent(call: impl Future) -> Vec<String> {
    let noted = Statements::default();
    let guard = tracing::subscriber::set_default(noted.clone());
    call.await;
    drop(guard);
    let mut noted = noted.0.lock().unwrap();
    noted.retain(|statement| !statement.trim_start_matches('"').starts_with(READIES));
    std::mem::take(&mut noted)
}

/// Reads once before anything is counted: what is noted once a minute is not what an operation costs.
async fn app() -> TestApp {
    let app = TestApp::on(Engine::Postgres).await;
    app.start_chain().await;
    app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    app
}

#[tokio::test]
async fn a_payment_request_is_made_with_few_statements() {
    let app = app().await;
    let sent = sent(app.request()).await;
    // Four before the transaction: who asks, the agreement, its asset and chain, whose wallet pays. In it eight: the agreement, how much belongs to it, the nonce,
    // unit and request, who else is told, the ends of the logs, what is added to them, and the commit.
    assert_eq!(sent.len(), 12, "{sent:#?}");
}

#[tokio::test]
async fn under_a_key_a_payment_request_costs_three_statements_more() {
    let app = app().await;
    let sent = sent(app.post(&app.requests_path()).bearer(&app.buyer).key("k").json(app.wanted()).send()).await;
    // What was answered under it, before and after its lock is taken, and the lock; the answer is written with the logs.
    assert_eq!(sent.len(), 15, "{sent:#?}");
}

#[tokio::test]
async fn a_receipt_that_was_made_out_is_read_with_two_statements() {
    let app = app().await;
    let id = app.request().await;
    app.pay(&id).await;
    let path = format!("/api/agent/receipts/rcpt_{id}");
    let read = async || app.get(&path).bearer(&app.buyer).send().await.expect(200);
    read().await;
    let sent = sent(read()).await;
    assert_eq!(sent.len(), 2, "who asks, and the receipt with all that it rests on: {sent:#?}");
}

#[tokio::test]
async fn a_row_of_the_list_of_agreements_costs_few_statements() {
    let app = app().await;
    let list = async || sent(app.get("/api/agent/contracts").bearer(&app.buyer).send()).await.len();
    let one = list().await;
    for n in 0..4 {
        app.post("/api/agent/contracts/import").bearer(&app.seller).json(app.import_body(&format!("r-{n}"))).send().await.expect(201);
    }
    let five = list().await;
    // What belongs to each; asset, chain and parties are theirs together.
    assert_eq!(five - one, 4, "{one} for one, {five} for five");
}
