//! What an indexer is told.

use std::fmt;
use std::time::Duration;

use settlement::chain::ChainPolicy;
use url::Url;

/// One chain to follow, and how.
#[derive(Clone)]
pub struct IndexerConfig {
    /// What is published about the chain.
    pub chain: ChainPolicy,
    /// Its nodes, the preferred one first. `http(s)` URLs are asked; `ws(s)` URLs only tell that there is a new block. At least one of the former.
    pub rpc_urls: Vec<Url>,
    /// How often the newest block is asked for when nothing else says that there is one.
    pub poll_interval: Duration,
    /// Most blocks in one `eth_getLogs`, at least 1; nodes that refuse that many are asked for fewer.
    pub max_range: u64,
    /// The first block that is read on a new database; when absent, the one after the newest.
    pub start_block: Option<u64>,
    /// Whether to wait while another process leads the chain; otherwise that is an error.
    pub standby: bool,
}

impl fmt::Debug for IndexerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // URLs of nodes hold keys.
        f.debug_struct("IndexerConfig").field("chain", &self.chain).field("nodes", &self.rpc_urls.len()).finish_non_exhaustive()
    }
}
