//! Why an indexer does not start, or cannot go on.

use alloy_primitives::{Address, B256};
use settlement::NotAllowed;
use store::{Conflict, StoreError};

use crate::provider::UnusableUrl;
use crate::reader::RpcError;

/// Why a step did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// A node's URL cannot be used.
    #[error(transparent)]
    Url(#[from] UnusableUrl),
    /// There is no node to ask.
    #[error("no node to ask: at least one http(s) URL is needed")]
    NoNode,
    /// What stands at the router's address is not the router.
    #[error("the code at {router} is not this version's PaymentRouter (code hash {found})")]
    NotTheRouter {
        /// The configured address.
        router: Address,
        /// The hash of what is there.
        found: B256,
    },
    /// The connection that holds the lead of the chain is gone; another process may have taken over.
    #[error("the lead of chain {0} is lost")]
    LeadLost(u64),
    /// Nothing is halted.
    #[error("the indexer of chain {0} has not halted")]
    NotHalted(u64),
    /// The node gives no answer to use.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The database does not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules refuse a transition that the chain demands.
    #[error("the state of a payment request and the chain do not fit")]
    State(#[from] NotAllowed),
}

impl IndexerError {
    /// Whether trying again cannot help: the process should end.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Url(_) | Self::NoNode | Self::NotTheRouter { .. } | Self::LeadLost(_) | Self::NotHalted(_) => true,
            Self::Store(error) => matches!(error, StoreError::Fenced { .. } | StoreError::NotLeader { .. } | StoreError::LockFile { .. }),
            Self::Rpc(_) | Self::State(_) => false,
        }
    }

    /// Whether somebody else changed a row meanwhile: the same step, decided again, will do.
    #[must_use]
    pub const fn is_race(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict(Conflict::Changed)))
    }
}
