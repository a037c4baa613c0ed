//! What the indexer asks of a node, as a trait: the provider implements it over JSON-RPC, tests with a chain of their own.

use std::fmt;
use std::ops::RangeInclusive;

use alloy_primitives::{Address, B256, Bloom, BloomInput, Bytes, LogData};
use alloy_sol_types::SolEvent;
use async_trait::async_trait;
use contracts::PaymentRouter::SignerSet;
pub use store::Header;

/// Of a bloom filter of 2,048 bits: with more of them set it admits more than one in a thousand of the logs that are not there, and says nothing.
const TELLING_BLOOM_BITS: u32 = 640;

/// A block, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Number, hash, parent and time.
    pub header: Header,
    /// Its `logsBloom`; all zero on chains that do not fill it.
    pub bloom: Bloom,
}

impl Block {
    /// Whether the block certainly has logs that match: its bloom filter admits them, and few others.
    #[must_use]
    pub fn promises(&self, filter: &LogFilter) -> bool {
        let set: u32 = self.bloom.iter().map(|byte| byte.count_ones()).sum();
        let admits = |word: &[u8]| self.bloom.contains_input(BloomInput::Raw(word));
        set <= TELLING_BLOOM_BITS && admits(filter.emitter.as_slice()) && filter.topics.iter().flatten().all(|topic| admits(topic.as_slice()))
    }
}

/// A node of one chain. Every answer is a claim: whoever asks compares hashes before believing it.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// EIP-155 id of the chain it serves.
    async fn chain_id(&self) -> Result<u64, RpcError>;

    /// A block; `None` when the node has no such block.
    async fn block(&self, block: BlockRef) -> Result<Option<Block>, RpcError>;

    /// Logs in a range of numbers, in order of block and index.
    async fn logs(&self, filter: &LogFilter, range: RangeInclusive<u64>) -> Result<Vec<ChainLog>, RpcError>;

    /// Logs of the one block with this hash.
    async fn block_logs(&self, filter: &LogFilter, block: B256) -> Result<Vec<ChainLog>, RpcError>;

    /// Every log of the one block with this hash, out of its receipts: for when [`Self::block_logs`] cannot be believed. Another endpoint is asked where
    /// there is one.
    async fn receipt_logs(&self, block: B256) -> Result<Vec<ChainLog>, RpcError>;

    /// A mined transaction; `None` when it is unknown or pending.
    async fn transaction(&self, hash: B256) -> Result<Option<MinedTransaction>, RpcError>;

    /// What a mined transaction that reverted gave as its reason, found by running it once more on the state that its block left. `None` when it does not revert
    /// there, or the transaction is unknown or pending.
    async fn revert_data(&self, hash: B256) -> Result<Option<Bytes>, RpcError>;

    /// Code at an address, as of the newest block.
    async fn code(&self, address: Address) -> Result<Bytes, RpcError>;

    /// What a contract answers, without a transaction.
    async fn call(&self, to: Address, input: Bytes, at: BlockRef) -> Result<Bytes, CallError>;

    /// The last answers could not be used: another endpoint is asked from now on, where there is one.
    fn turn_away(&self) {}
}

/// Which block is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockRef {
    /// The newest.
    Latest,
    /// The newest that the chain calls safe.
    Safe,
    /// The newest that the chain calls finalized.
    Finalized,
    /// The one of this height, on the branch the node follows now.
    Number(u64),
    /// Exactly this one.
    Hash(B256),
}

impl fmt::Display for BlockRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Safe => f.write_str("safe"),
            Self::Finalized => f.write_str("finalized"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Hash(hash) => write!(f, "{hash}"),
        }
    }
}

/// Which logs are asked for: those of one contract, narrowed by topics. `None` matches any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter {
    /// The emitting contract.
    pub emitter: Address,
    /// The event's signature, then its indexed fields.
    pub topics: [Option<B256>; 3],
}

impl LogFilter {
    /// Every log of `router` about `operator`, which is the first indexed field of all its events.
    #[must_use]
    pub fn of_operator(router: Address, operator: Address) -> Self {
        Self { emitter: router, topics: [None, Some(operator.into_word()), None] }
    }

    /// The logs of `router` that say until when `signer` may sign for `operator`.
    #[must_use]
    pub fn of_signer(router: Address, operator: Address, signer: Address) -> Self {
        Self { emitter: router, topics: [Some(SignerSet::SIGNATURE_HASH), Some(operator.into_word()), Some(signer.into_word())] }
    }

    /// Whether a log is one of those that were asked for.
    #[must_use]
    pub fn admits(&self, log: &ChainLog) -> bool {
        let topic = |(index, wanted): (usize, &Option<B256>)| wanted.is_none_or(|w| log.data.topics().get(index) == Some(&w));
        log.emitter == self.emitter && self.topics.iter().enumerate().all(topic)
    }
}

/// A log as a node tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLog {
    /// The emitting contract.
    pub emitter: Address,
    /// Topics and data.
    pub data: LogData,
    /// Number of its block.
    pub block_number: u64,
    /// Hash of its block.
    pub block_hash: B256,
    /// Its transaction.
    pub tx_hash: B256,
    /// Its index in the block.
    pub log_index: u64,
}

/// A transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinedTransaction {
    /// Number of its block.
    pub block_number: u64,
    /// Hash of its block.
    pub block_hash: B256,
    /// Who sent it; not necessarily who paid.
    pub from: Address,
    /// Whether it had an effect; a reverted one had none.
    pub succeeded: bool,
    /// What it logged.
    pub logs: Vec<ChainLog>,
}

/// Why a node gave no answer to use. All of these may pass; none says anything about the chain. None carries the node's URL, which may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// No connection, no answer in time, or a server that is in trouble.
    #[error("the node cannot be reached: {0}")]
    Unreachable(String),
    /// The node answered that it will not: a limit, a method it lacks, state it no longer has.
    #[error("the node refuses ({code}): {message}")]
    Refused {
        /// JSON-RPC error code, or the HTTP status.
        code: i64,
        /// The node's words, cut short.
        message: String,
    },
    /// The answer is not what the method returns, or too long.
    #[error("the node's answer cannot be used: {0}")]
    Malformed(String),
    /// Two answers contradict each other: a branch changed between them, or the node is not one node.
    #[error("the node contradicts itself: {0}")]
    Inconsistent(String),
    /// It is a node of another chain.
    #[error("the node serves chain {found}, not chain {expected}")]
    OtherChain {
        /// The chain that is followed.
        expected: u64,
        /// Its chain.
        found: u64,
    },
    /// It has the chain's id and another first block: a fork, or a private chain that was started again.
    #[error("the node's chain begins with block {found}, that of the other nodes with {expected}")]
    OtherGenesis {
        /// Of the first node that answered.
        expected: B256,
        /// Of this one.
        found: B256,
    },
}

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The contract refused. An answer of the chain, unlike the rest.
    #[error("the contract reverts: {0}")]
    Reverted(String),
    /// The node gave no answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTER: Address = Address::repeat_byte(1);
    const OPERATOR: Address = Address::repeat_byte(2);

    fn block(words: impl IntoIterator<Item = Vec<u8>>) -> Block {
        let mut bloom = Bloom::ZERO;
        words.into_iter().for_each(|word| bloom.accrue(BloomInput::Raw(&word)));
        Block { header: Header { number: 1, hash: B256::ZERO, parent: B256::ZERO, time: 0 }, bloom }
    }

    fn ours() -> [Vec<u8>; 2] {
        [ROUTER.to_vec(), OPERATOR.into_word().to_vec()]
    }

    #[test]
    fn b06_a_bloom_filter_promises_logs_only_while_it_says_something() {
        let filter = LogFilter::of_operator(ROUTER, OPERATOR);
        assert!(block(ours()).promises(&filter));
        assert!(!block([ROUTER.to_vec()]).promises(&filter), "another operator's");
        assert!(!block([]).promises(&filter), "a chain that does not fill it");
        let crowd = (0..400_u64).map(|n| n.to_be_bytes().to_vec());
        assert!(!block(crowd.chain(ours())).promises(&filter), "it would admit nearly anything");
    }

    #[test]
    fn b12_a_filter_admits_only_what_was_asked_for() {
        let filter = LogFilter::of_operator(ROUTER, OPERATOR);
        let log = |emitter, topics: &[B256]| ChainLog {
            emitter,
            data: LogData::new_unchecked(topics.to_vec(), Bytes::new()),
            block_number: 1,
            block_hash: B256::ZERO,
            tx_hash: B256::ZERO,
            log_index: 0,
        };
        let ours = [B256::repeat_byte(9), OPERATOR.into_word()];
        assert!(filter.admits(&log(ROUTER, &ours)));
        assert!(!filter.admits(&log(OPERATOR, &ours)), "a look-alike");
        assert!(!filter.admits(&log(ROUTER, &[B256::repeat_byte(9), ROUTER.into_word()])));
        assert!(!filter.admits(&log(ROUTER, &ours[..1])));
        assert!(!filter.admits(&log(ROUTER, &[])));
    }
}
