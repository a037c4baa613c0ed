//! A chain in memory and a node of it, with the faults of real ones.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard};

use alloy_primitives::{Address, B256, Bloom, BloomInput, Bytes, LogData, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use async_trait::async_trait;
use contracts::PaymentRouter::{NoncesCancelled, SignerSet, signerUntilCall};
use contracts::TestToken::decimalsCall;
use indexer::reader::{Block, BlockRef, CallError, ChainLog, ChainReader, Header, LogFilter, MinedTransaction, RpcError};

pub const CHAIN_ID: u64 = 31_337;
pub const BLOCK_TIME_S: u64 = 12;
/// Time of block 0.
pub const GENESIS_TIME: u64 = 1_700_000_000;

/// A transaction that waits for a block, or is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub hash: B256,
    pub from: Address,
    pub succeeds: bool,
    pub logs: Vec<(Address, LogData)>,
}

impl Transaction {
    pub fn with_logs(name: &str, logs: Vec<(Address, LogData)>) -> Self {
        Self { hash: keccak256(name), from: Address::repeat_byte(0xaa), succeeds: true, logs }
    }

    pub fn reverted(name: &str) -> Self {
        Self { succeeds: false, ..Self::with_logs(name, Vec::new()) }
    }

    pub fn appoint(router: Address, operator: Address, signer: Address, until: u64) -> Self {
        let event = SignerSet { operator, signer, until: until.try_into().unwrap() };
        Self::with_logs(&format!("appoint {signer} until {until}"), vec![(router, event.encode_log_data())])
    }

    pub fn cancel_nonces(router: Address, operator: Address, word: u64, mask: u64) -> Self {
        let event = NoncesCancelled { operator, word: word.try_into().unwrap(), mask: mask.try_into().unwrap() };
        Self::with_logs(&format!("cancel {word} {mask}"), vec![(router, event.encode_log_data())])
    }
}

#[derive(Clone, Debug)]
struct Mined {
    block: Block,
    transactions: Vec<Transaction>,
}

/// How the node misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Most blocks in one `eth_getLogs`.
    pub max_range: Option<u64>,
    /// Shows no logs by hash or range, though the receipts have them.
    pub hides_logs: bool,
    /// Shows no logs and fills no bloom filter.
    pub hides_everything: bool,
    /// Every so many questions are answered by a replica that is this many blocks behind.
    pub lag: Option<(u64, u64)>,
    /// Fails after so many more answers.
    pub fails_after: Option<u64>,
    /// Has no state of old blocks.
    pub forgets_state: bool,
    /// Cannot run a transaction once more.
    pub cannot_replay: bool,
    /// Does not come to an end when it does.
    pub replays_for_ever: bool,
    /// Ignores topics and address of the filter.
    pub ignores_filter: bool,
    /// Still has the receipts of branches that lost.
    pub remembers_losers: bool,
    /// Cannot answer for this transaction: its receipt is beyond all limits.
    pub chokes_on: Option<B256>,
}

#[derive(Default)]
struct Inner {
    /// The branch that the node follows, from block 0.
    branch: Vec<Mined>,
    /// What was on other branches.
    lost: Vec<Mined>,
    forks: u64,
    code: BTreeMap<Address, Bytes>,
    decimals: BTreeMap<Address, u8>,
    reverts: BTreeMap<B256, Bytes>,
    finalized: u64,
    faults: Faults,
    questions: u64,
    log_questions: u64,
    replays: u64,
    turned_away: u64,
}

/// The chain. Clones are of one chain.
#[derive(Clone)]
pub struct TestChain(Arc<Mutex<Inner>>);

impl TestChain {
    pub fn new() -> Self {
        let chain = Self(Arc::default());
        chain.lock().code.insert(contracts::router_address(), contracts::PaymentRouter::DEPLOYED_BYTECODE.clone());
        chain.mine(&[]);
        chain
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// One more block with these transactions.
    pub fn mine(&self, transactions: &[Transaction]) -> Header {
        let mut inner = self.lock();
        let (number, parent, time) = match inner.branch.last() {
            Some(tip) => (tip.block.header.number + 1, tip.block.header.hash, tip.block.header.time + BLOCK_TIME_S),
            None => (0, B256::ZERO, GENESIS_TIME),
        };
        let names: Vec<String> = transactions.iter().map(|t| t.hash.to_string()).collect();
        let hash = keccak256(format!("{number} {parent} {} {}", inner.forks, names.join(",")));
        let mut bloom = Bloom::ZERO;
        for (emitter, data) in transactions.iter().flat_map(|t| &t.logs) {
            bloom.accrue(BloomInput::Raw(emitter.as_slice()));
            data.topics().iter().for_each(|topic| bloom.accrue(BloomInput::Raw(topic.as_slice())));
        }
        let header = Header { number, hash, parent, time };
        inner.branch.push(Mined { block: Block { header, bloom }, transactions: transactions.to_vec() });
        header
    }

    pub fn mine_empty(&self, count: u64) {
        for _ in 0..count {
            self.mine(&[]);
        }
    }

    /// One more block, later by this much than usual.
    pub fn mine_after(&self, seconds: u64) -> Header {
        self.mine(&[]);
        let mut inner = self.lock();
        let tip = inner.branch.last_mut().unwrap();
        tip.block.header.time += seconds;
        tip.block.header
    }

    /// Forgets everything above a block. What is mined now is another branch. Returns the transactions that were forgotten.
    pub fn fork(&self, above: u64) -> Vec<Transaction> {
        let mut inner = self.lock();
        inner.forks += 1;
        let keep = usize::try_from(above + 1).unwrap();
        if keep >= inner.branch.len() {
            return Vec::new();
        }
        let lost = inner.branch.split_off(keep);
        inner.lost.extend(lost.iter().cloned());
        lost.into_iter().flat_map(|mined| mined.transactions).collect()
    }

    /// Another chain altogether, with another block 0.
    pub fn restart(&self) {
        {
            let mut inner = self.lock();
            inner.forks += 1;
            inner.branch.clear();
        }
        self.mine(&[]);
    }

    /// Whether a transaction is in a block.
    pub fn has(&self, hash: B256) -> bool {
        self.lock().branch.iter().flat_map(|mined| &mined.transactions).any(|t| t.hash == hash)
    }

    /// Takes the newest block back, without another in its place.
    pub fn pop(&self) {
        self.lock().branch.pop();
    }

    pub fn head(&self) -> Header {
        self.lock().branch.last().unwrap().block.header
    }

    pub fn set_code(&self, address: Address, code: Bytes) {
        self.lock().code.insert(address, code);
    }

    /// What a transaction reverts with when it is run once more.
    pub fn set_revert(&self, hash: B256, data: Bytes) {
        self.lock().reverts.insert(hash, data);
    }

    pub fn set_decimals(&self, token: Address, decimals: u8) {
        self.lock().decimals.insert(token, decimals);
    }

    pub fn finalize(&self, through: u64) {
        self.lock().finalized = through;
    }

    pub fn misbehave(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.lock().faults);
    }

    pub fn behave(&self) {
        self.lock().faults = Faults::default();
    }

    /// How many times logs were asked for by range.
    pub fn log_questions(&self) -> u64 {
        self.lock().log_questions
    }

    /// How many times the indexer wanted to hear another node.
    pub fn turned_away(&self) -> u64 {
        self.lock().turned_away
    }

    /// Everything that one question sees.
    /// How often somebody asked why a transaction was reverted.
    pub fn replays(&self) -> u64 {
        self.lock().replays
    }

    fn view(&self) -> Result<View<'_>, RpcError> {
        let mut inner = self.lock();
        inner.questions += 1;
        if let Some(left) = &mut inner.faults.fails_after {
            *left = left.checked_sub(1).ok_or_else(|| RpcError::Unreachable("switched off".to_owned()))?;
        }
        let behind = match inner.faults.lag {
            Some((every, by)) if inner.questions.is_multiple_of(every) => by,
            _ => 0,
        };
        let blocks = inner.branch.len().saturating_sub(usize::try_from(behind).unwrap()).max(1);
        Ok(View { inner, blocks })
    }
}

struct View<'a> {
    inner: MutexGuard<'a, Inner>,
    blocks: usize,
}

impl View<'_> {
    fn branch(&self) -> &[Mined] {
        &self.inner.branch[..self.blocks]
    }

    fn find(&self, block: BlockRef) -> Option<&Mined> {
        match block {
            BlockRef::Latest => self.branch().last(),
            BlockRef::Safe | BlockRef::Finalized => self.branch().get(usize::try_from(self.inner.finalized).unwrap()),
            BlockRef::Number(number) => self.branch().get(usize::try_from(number).unwrap()),
            BlockRef::Hash(hash) => self.branch().iter().find(|mined| mined.block.header.hash == hash),
        }
    }
}

fn logs(mined: &Mined) -> Vec<ChainLog> {
    let header = mined.block.header;
    let all = mined.transactions.iter().filter(|t| t.succeeds).flat_map(|t| t.logs.iter().map(|log| (t.hash, log)));
    let numbered = (0..).zip(all);
    let log = |(log_index, (tx_hash, (emitter, data))): (u64, (B256, &(Address, LogData)))| ChainLog {
        emitter: *emitter,
        data: data.clone(),
        block_number: header.number,
        block_hash: header.hash,
        tx_hash,
        log_index,
    };
    numbered.map(log).collect()
}

#[async_trait]
impl ChainReader for TestChain {
    async fn chain_id(&self) -> Result<u64, RpcError> {
        Ok(CHAIN_ID)
    }

    async fn block(&self, block: BlockRef) -> Result<Option<Block>, RpcError> {
        let view = self.view()?;
        let fills_bloom = !view.inner.faults.hides_everything;
        Ok(view.find(block).map(|mined| Block { bloom: if fills_bloom { mined.block.bloom } else { Bloom::ZERO }, ..mined.block }))
    }

    async fn logs(&self, filter: &LogFilter, range: RangeInclusive<u64>) -> Result<Vec<ChainLog>, RpcError> {
        let mut view = self.view()?;
        view.inner.log_questions += 1;
        let faults = view.inner.faults.clone();
        if faults.max_range.is_some_and(|max| range.end() - range.start() >= max) {
            return Err(RpcError::Refused { code: -32_005, message: "query returned more than 10000 results".to_owned() });
        }
        if faults.hides_logs || faults.hides_everything {
            return Ok(Vec::new());
        }
        let within = view.branch().iter().filter(|mined| range.contains(&mined.block.header.number));
        Ok(within.flat_map(logs).filter(|log| faults.ignores_filter || filter.admits(log)).collect())
    }

    async fn block_logs(&self, filter: &LogFilter, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        let view = self.view()?;
        let faults = &view.inner.faults;
        if faults.hides_logs || faults.hides_everything {
            return Ok(Vec::new());
        }
        let mined = view.find(BlockRef::Hash(block)).ok_or_else(|| RpcError::Refused { code: -32_000, message: "unknown block".to_owned() })?;
        Ok(logs(mined).into_iter().filter(|log| faults.ignores_filter || filter.admits(log)).collect())
    }

    async fn receipt_logs(&self, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        let view = self.view()?;
        Ok(view.find(BlockRef::Hash(block)).map(logs).unwrap_or_default())
    }

    async fn transaction(&self, hash: B256) -> Result<Option<MinedTransaction>, RpcError> {
        let view = self.view()?;
        if view.inner.faults.chokes_on == Some(hash) {
            return Err(RpcError::Malformed("the answer is longer than 33554432 bytes".to_owned()));
        }
        let lost = view.inner.lost.iter().filter(|_| view.inner.faults.remembers_losers);
        let found = view.branch().iter().chain(lost).find_map(|mined| mined.transactions.iter().find(|t| t.hash == hash).map(|t| (mined, t)));
        Ok(found.map(|(mined, transaction)| MinedTransaction {
            block_number: mined.block.header.number,
            block_hash: mined.block.header.hash,
            from: transaction.from,
            succeeded: transaction.succeeds,
            logs: logs(mined).into_iter().filter(|log| log.tx_hash == hash).collect(),
        }))
    }

    async fn revert_data(&self, hash: B256) -> Result<Option<Bytes>, RpcError> {
        let hangs = {
            let mut inner = self.lock();
            inner.replays += 1;
            inner.faults.replays_for_ever
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        let view = self.view()?;
        if view.inner.faults.cannot_replay {
            return Err(RpcError::Refused { code: -32_000, message: "missing trie node".to_owned() });
        }
        Ok(view.inner.reverts.get(&hash).cloned())
    }

    async fn code(&self, address: Address) -> Result<Bytes, RpcError> {
        Ok(self.view()?.inner.code.get(&address).cloned().unwrap_or_default())
    }

    async fn call(&self, to: Address, input: Bytes, at: BlockRef) -> Result<Bytes, CallError> {
        let view = self.view()?;
        if input.starts_with(&decimalsCall::SELECTOR) {
            let decimals = view.inner.decimals.get(&to).copied().ok_or_else(|| CallError::Reverted("no such function".to_owned()))?;
            return Ok(U256::from(decimals).abi_encode().into());
        }
        let Ok(call) = signerUntilCall::abi_decode(&input) else { return Err(CallError::Reverted("no such function".to_owned())) };
        if view.inner.faults.forgets_state {
            return Err(RpcError::Refused { code: -32_000, message: "missing trie node".to_owned() }.into());
        }
        let through = view.find(at).ok_or_else(|| RpcError::Refused { code: -32_000, message: "header not found".to_owned() })?.block.header.number;
        let mut until = 0_u64;
        for log in view.branch().iter().filter(|mined| mined.block.header.number <= through).flat_map(logs) {
            if let Ok(set) = SignerSet::decode_log_data(&log.data)
                && (set.operator, set.signer) == (call.operator, call.signer)
            {
                until = set.until.to();
            }
        }
        Ok(until.abi_encode().into())
    }

    fn turn_away(&self) {
        self.lock().turned_away += 1;
    }
}
