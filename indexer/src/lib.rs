//! Follows a chain: reads it, verifies payments, posts them, tells of them. Nothing else reads the chain.
//!
//! [`Indexer::step`] asks `plan` (pure) what to do, reads a stretch of the chain ([`fetch`], [`logs`]) and writes what follows in one transaction (`apply`):
//! events, verdicts (`judge`), states, postings, notices and the cursor, whole or not at all. A reorg is followed back to the common ancestor (`rewind`); one
//! that is deeper than the finality policy stops the chain until somebody acknowledges it ([`acknowledge`]).

#![warn(missing_docs)]

mod apply;
mod authority;
mod batch;
mod config;
mod ending;
pub mod erc1271;
mod error;
pub mod fetch;
mod finality;
mod gauges;
mod halt;
mod indexer;
mod judge;
pub mod logs;
mod nodes;
mod pace;
mod plan;
mod progress;
mod provider;
pub mod reader;
mod refund;
pub mod registry;
mod rewind;
mod sighting;
#[cfg(test)]
mod testing;
mod transport;
mod wake;
mod writer;

pub use config::IndexerConfig;
pub use error::IndexerError;
pub use halt::acknowledge;
pub use indexer::Indexer;
pub use progress::Progress;
pub use provider::{RpcNode, UnusableUrl};
