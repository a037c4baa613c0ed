//! The indexer against a chain in memory, over both engines. Each promise is stamped as `sqlite::…` and `postgres::…`.

#![expect(clippy::unwrap_used, reason = "in a test, what cannot go on says so by panicking")]

mod chain;
mod halting;
mod hints;
mod leading;
mod model;
mod nodes;
mod refunds;
mod reorgs;
mod verdicts;
mod world;

/// Stamps each promise for both engines.
macro_rules! on_both_engines {
    ($($promise:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $promise() { Box::pin(super::$promise(store::Engine::Sqlite)).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $promise() { Box::pin(super::$promise(store::Engine::Postgres)).await; })+
        }
    };
}
pub(crate) use on_both_engines;
