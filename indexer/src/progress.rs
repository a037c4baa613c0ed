//! What a step of the indexer came to.

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another process leads the chain.
    Standby,
    /// The start block is not there yet.
    NotStarted,
    /// Nothing new.
    Idle,
    /// Blocks were read.
    Advanced {
        /// The newest block that is read.
        through: u64,
        /// Whether more can be done at once.
        more: bool,
    },
    /// A reorg was followed.
    Rewound {
        /// The common ancestor.
        to: u64,
        /// The newest block that is read, on the new branch.
        through: u64,
    },
    /// Reading has stopped until somebody acknowledges.
    Halted {
        /// Why.
        reason: String,
    },
}
