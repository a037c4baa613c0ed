//! What the store promises, on both engines.

#![expect(clippy::unwrap_used, reason = "in a test, what cannot go on says so by panicking")]

mod world;

/// Stamps each behaviour as `sqlite::<name>` and `postgres::<name>`. One that is written and not listed is dead code, which clippy refuses.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(store::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(store::Engine::Postgres).await;
            })+
        }
    };
}

mod agreements;
mod audit;
mod chain;
mod connection;
mod deliveries;
mod disputes;
mod documented;
mod idempotency;
mod leader;
mod ledger;
mod milestones;
mod outbox;
mod parties;
mod payouts;
mod receipts;
mod reconciliation;
mod refunds;
mod requests;
mod rows;
mod tampering;
mod units;
