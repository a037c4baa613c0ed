//! What an operation costs the database: every statement is a round trip.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use store::Engine;
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::testing::TestApp;

/// Counts the statements that this thread sends.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query" && *metadata.level() <= Level::DEBUG
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        struct Show;
        impl tracing::field::Visit for Show {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if field.name() == "summary" { eprintln!("SQL {value:?}"); }
            }
            fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
                if field.name() == "summary" { eprintln!("SQL {value}"); }
            }
        }
        event.record(&mut Show);
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Statements {
    fn counted() -> (Self, DefaultGuard) {
        let counter = Self::default();
        let guard = tracing::subscriber::set_default(counter.clone());
        (counter, guard)
    }
}

#[tokio::test]
async fn k07_a_payment_request_costs_few_statements() {
    let app = TestApp::on(Engine::Postgres).await;
    app.start_chain().await;
    let (counter, _guard) = Statements::counted();
    app.request().await;
    eprintln!("CREATE {}", counter.0.load(Ordering::Relaxed));
    counter.0.store(0, Ordering::Relaxed);
    app.get("/api/agent/contracts").bearer(&app.buyer).send().await.expect(200);
    eprintln!("LIST1 {}", counter.0.load(Ordering::Relaxed));
}

#[tokio::test]
async fn zz_cost() {
    let app = TestApp::on(Engine::Postgres).await;
    app.start_chain().await;
    let id = app.request().await;
    app.pay(&id).await;
    let path = format!("/api/agent/receipts/rcpt_{id}");
    app.get(&path).bearer(&app.buyer).send().await.expect(200);
    let (counter, _guard) = Statements::counted();
    app.get(&path).bearer(&app.buyer).send().await.expect(200);
    eprintln!("READ {}", counter.0.load(Ordering::Relaxed));
}
