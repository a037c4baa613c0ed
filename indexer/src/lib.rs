//! Follows a chain: reads it, verifies payments, posts them, tells of them. Nothing else reads the chain.
//!
//! [`Indexer::step`] asks [`plan`] what to do, reads a stretch of the chain ([`fetch`], [`logs`]) and writes what follows in one transaction ([`apply`]):
//! events, verdicts, states, postings, notices and the cursor, whole or not at all. A reorg is followed back to the common ancestor ([`rewind`]); one that is
//! deeper than the finality policy stops the chain until somebody acknowledges it ([`acknowledge`]).

#![warn(missing_docs)]

pub mod apply;
pub mod authority;
pub mod batch;
pub mod config;
pub mod ending;
pub mod erc1271;
pub mod error;
pub mod fetch;
pub mod finality;
mod gauges;
pub mod halt;
mod indexer;
pub mod judge;
pub mod logs;
pub mod nodes;
mod pace;
pub mod plan;
pub mod provider;
pub mod reader;
pub mod registry;
pub mod rewind;
pub mod sighting;
#[cfg(test)]
mod testing;
mod transport;
mod wake;
pub mod writer;

pub use config::IndexerConfig;
pub use error::IndexerError;
pub use halt::acknowledge;
pub use indexer::{Indexer, Progress};
