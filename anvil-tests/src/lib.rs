//! Whole-system stories: a chain, a database and ports of their own per test, all in parallel. [`World`] is where to start.

#![expect(clippy::unwrap_used, reason = "in a test, what cannot go on says so by panicking")]

pub mod chain;
pub mod eventually;
pub mod party;
pub mod program;
pub mod report;
pub mod server;
mod world;

pub use chain::Chain;
pub use eventually::eventually;
pub use party::Party;
pub use world::{Engine, World, WorldOptions};

/// Stamps each story for both database engines: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")] async fn $story() { Box::pin(super::$story($crate::Engine::Sqlite)).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $story() { Box::pin(super::$story($crate::Engine::Postgres)).await; })+
        }
    };
}
