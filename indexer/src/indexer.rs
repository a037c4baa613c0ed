//! The worker of one chain.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::keccak256;
use settlement::clock::{Clock, IdSource, Timestamp};
use settlement::event::RouterEvent;
use store::{Cursor, Leadership, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::apply::{Change, apply};
use crate::authority::Appointments;
use crate::batch::{Batch, Inquiry, Rewind};
use crate::config::IndexerConfig;
use crate::ending::{HintChecks, Hints, Known, MAX_EXPIRED};
use crate::error::IndexerError;
use crate::fetch::{Source, Stretch};
use crate::finality::{final_through, newly_final};
use crate::halt::{changed_token, halt};
use crate::logs::RangeScan;
use crate::nodes::Nodes;
use crate::plan::{MAX_APPEND, NEAR_HEAD, Plan, View, plan};
use crate::progress::Progress;
use crate::reader::{Block, BlockRef, ChainReader, Header, LogFilter, RpcError};
use crate::writer::Writer;
use crate::{gauges, pace, wake};

/// Most blocks of a new branch that are read together with taking the old one back, so that a payment that moved between them is one payment.
const MAX_REWIND_APPEND: u64 = 1_024;
/// How often the decimals of the registered tokens are compared with the chain's.
const TOKEN_CHECK_EVERY: Duration = Duration::from_secs(600);
/// How often the leader says that it follows the chain: a small part of the lag that anybody allows.
const BEAT_EVERY: Duration = Duration::from_secs(5);

/// Follows one chain.
pub struct Indexer {
    config: IndexerConfig,
    reader: Arc<dyn ChainReader>,
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    filter: LogFilter,
    scan: RangeScan,
    hints: HintChecks,
    lead: Option<Leadership>,
    tokens_checked: Option<Timestamp>,
    beaten: Option<Timestamp>,
    is_behind: bool,
}

impl fmt::Debug for Indexer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexer").field("config", &self.config).field("lead", &self.lead).finish_non_exhaustive()
    }
}

impl Indexer {
    /// Connects to the chain's nodes, checks that the router is the router, and takes the lead.
    ///
    /// # Errors
    /// When no node of the chain answers, other code stands at the router's address, or another process leads the chain and this one is no standby.
    pub async fn connect(config: IndexerConfig, store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, IndexerError> {
        let nodes = Nodes::new(config.chain.chain_id, &config.rpc_urls)?;
        Self::with_reader(config, Arc::new(nodes), store, (clock, ids)).await
    }

    /// The same over a reader of one's own.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn with_reader(
        config: IndexerConfig,
        reader: Arc<dyn ChainReader>,
        store: Store,
        (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>),
    ) -> Result<Self, IndexerError> {
        let chain = &config.chain;
        let found = reader.chain_id().await?;
        if found != chain.chain_id {
            return Err(RpcError::OtherChain { expected: chain.chain_id, found }.into());
        }
        let found = keccak256(reader.code(chain.router).await?);
        if found != contracts::router_code_hash() {
            return Err(IndexerError::NotTheRouter { router: chain.router, found });
        }
        let lead = match store.lead(chain.chain_id).await {
            Ok(lead) => Some(lead),
            Err(StoreError::NotLeader { .. }) if config.standby => None,
            Err(error) => return Err(error.into()),
        };
        let filter = LogFilter::of_operator(chain.router, chain.operator);
        let scan = RangeScan::new(config.max_range);
        Ok(Self { config, reader, store, clock, ids, filter, scan, hints: HintChecks::default(), lead, tokens_checked: None, beaten: None, is_behind: false })
    }

    /// Follows the chain until `soft` is cancelled. What is under way then is finished first.
    ///
    /// # Errors
    /// When it cannot go on: another process has taken the lead. What may pass is tried again.
    pub async fn run(mut self, soft: CancellationToken) -> Result<(), IndexerError> {
        let wake = wake::listen(&self.config.rpc_urls, &soft);
        let mut failures = 0;
        while !soft.is_cancelled() {
            let pause = match self.step().await {
                Ok(progress) => {
                    failures = 0;
                    pace::after(&progress, self.config.poll_interval)
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    tracing::warn!(chain_id = self.config.chain.chain_id, "a step failed: {}", pace::with_causes(&error));
                    failures += 1;
                    if error.is_race() && failures == 1 { Duration::ZERO } else { pace::after_failure(failures, &*self.ids) }
                }
            };
            if !pause.is_zero() {
                tokio::select! {
                    () = soft.cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                    () = wake.notified(), if failures == 0 => {}
                }
            }
        }
        Ok(())
    }

    /// Does the next thing, in one transaction.
    ///
    /// # Errors
    /// When node or database do not do their part: then nothing was written, and the step can be repeated unless [`IndexerError::is_fatal`].
    pub async fn step(&mut self) -> Result<Progress, IndexerError> {
        let done = self.try_step().await;
        match &done {
            Ok(_) => self.beat().await?,
            Err(IndexerError::Rpc(_)) => self.reader.turn_away(),
            Err(_) => {}
        }
        if done.is_err() {
            // What was learnt about named transactions was not written.
            self.hints = HintChecks::default();
        }
        done
    }

    /// Says now and then that the chain is followed, also while nothing happens on it.
    async fn beat(&mut self) -> Result<(), IndexerError> {
        let now = self.clock.now();
        let Some(lead) = &self.lead else { return Ok(()) };
        if self.beaten.is_none_or(|beaten| now >= beaten.plus(BEAT_EVERY)) {
            self.store.beat(self.config.chain.chain_id, lead.epoch(), now).await?;
            self.beaten = Some(now);
        }
        Ok(())
    }

    async fn try_step(&mut self) -> Result<Progress, IndexerError> {
        let chain_id = self.config.chain.chain_id;
        let Some(epoch) = self.leads().await? else { return Ok(Progress::Standby) };
        let head = self.reader.block(BlockRef::Latest).await?.ok_or_else(|| RpcError::Inconsistent("it has no newest block".to_owned()))?;
        let Some(cursor) = self.store.cursor(chain_id).await? else { return self.start(&head, epoch).await };
        if cursor.epoch != epoch {
            return Err(StoreError::Fenced { chain_id, epoch }.into());
        }
        gauges::halted(chain_id, cursor.halted.is_some());
        if let Some(reason) = cursor.halted {
            return Ok(Progress::Halted { reason });
        }
        if let Some(reason) = self.check_tokens().await? {
            return self.halt(&cursor, reason).await;
        }
        let limit = final_through(&*self.reader, self.config.chain.finality, &head.header).await?;
        match self.decide(&cursor, &head, limit).await? {
            (Plan::Append(range), held) => {
                let parent = held.last().copied().unwrap_or(head.header);
                let stretch = self.source(&head).append(&parent, range).await?;
                self.advance(&cursor, (&head, limit), (stretch, &held)).await
            }
            (Plan::Backfill(range), held) => {
                let mut scan = self.scan.clone();
                let stretch = self.source(&head).backfill(&mut scan, range).await;
                self.scan = scan;
                self.advance(&cursor, (&head, limit), (stretch?, &held)).await
            }
            (Plan::Rewind { to }, held) => self.rewind(&cursor, (&head, limit), (to, &held)).await,
            (Plan::Idle | Plan::Ask(_) | Plan::Recall, held) => self.advance(&cursor, (&head, limit), (Stretch::default(), &held)).await,
        }
    }

    /// The epoch of our lead; `None` while we are a standby.
    async fn leads(&mut self) -> Result<Option<u64>, IndexerError> {
        let chain_id = self.config.chain.chain_id;
        if let Some(lead) = &mut self.lead {
            return if lead.is_alive().await { Ok(Some(lead.epoch())) } else { Err(IndexerError::LeadLost(chain_id)) };
        }
        match self.store.lead(chain_id).await {
            Ok(lead) => {
                tracing::info!(chain_id, epoch = lead.epoch(), "the standby takes the lead");
                Ok(Some(self.lead.insert(lead).epoch()))
            }
            Err(StoreError::NotLeader { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins with the block before the first that is to be read.
    async fn start(&self, head: &Block, epoch: u64) -> Result<Progress, IndexerError> {
        let Some(base) = self.base(head, None).await? else { return Ok(Progress::NotStarted) };
        let mut tx = self.store.begin().await?;
        tx.start_chain(self.config.chain.chain_id, &base, epoch).await?;
        tx.commit().await?;
        Ok(Progress::Advanced { through: base.number, more: true })
    }

    /// The block before the first that is to be read; `None` when the chain is not there yet.
    async fn base(&self, head: &Block, oldest_held: Option<u64>) -> Result<Option<Header>, IndexerError> {
        let number = match (self.config.start_block, oldest_held) {
            (Some(first), _) => first.saturating_sub(1),
            (None, Some(oldest)) => oldest.saturating_sub(1).min(head.header.number),
            (None, None) => head.header.number,
        };
        if number > head.header.number {
            return Ok(None);
        }
        Ok(Some(self.source(head).block(number).await?.header))
    }

    async fn check_tokens(&mut self) -> Result<Option<String>, IndexerError> {
        let now = self.clock.now();
        if self.tokens_checked.is_some_and(|checked| now < checked.plus(TOKEN_CHECK_EVERY)) {
            return Ok(None);
        }
        let changed = changed_token(&self.store, &*self.reader, &self.config.chain).await?;
        if changed.is_none() {
            self.tokens_checked = Some(now);
        }
        Ok(changed)
    }

    /// Asks the plan, and whatever it wants to know, until it knows what to do. Also returns the headers that it has seen.
    async fn decide(&self, cursor: &Cursor, head: &Block, limit: Option<u64>) -> Result<(Plan, Vec<Header>), IndexerError> {
        let (chain_id, tip) = (cursor.chain_id, cursor.scanned.number);
        let lowest = tip.min(cursor.final_through.unwrap_or(tip)).saturating_sub(NEAR_HEAD);
        let mut held = self.store.headers(chain_id, lowest, tip).await?;
        let mut complete = false;
        let mut seen = BTreeMap::new();
        loop {
            let view = View { held: &held, complete, head: &head.header, seen: &seen, final_through: limit };
            match plan(&view) {
                Plan::Ask(number) => {
                    let block = self.source(head).block(number).await?;
                    seen.insert(number, block.header.hash);
                }
                Plan::Recall => {
                    held = self.store.headers(chain_id, 0, tip).await?;
                    complete = true;
                }
                decided @ (Plan::Idle | Plan::Append(_) | Plan::Backfill(_) | Plan::Rewind { .. }) => return Ok((decided, held)),
            }
        }
    }

    /// Follows another branch from the common ancestor on, unless it parts from ours below what is final.
    async fn rewind(
        &mut self,
        cursor: &Cursor,
        (head, limit): (&Block, Option<u64>),
        (to, held): (Option<Header>, &[Header]),
    ) -> Result<Progress, IndexerError> {
        let kept = to.map_or(0, |to| to.number);
        if let Some(through) = cursor.final_through.filter(|through| to.is_none_or(|to| to.number < *through)) {
            let reason = format!("reorg below the final block {through}: the chain and what was read have only block {kept} in common");
            return self.halt(cursor, reason).await;
        }
        let rewind = match to {
            Some(to) => Rewind { to, is_held: true },
            None => match self.base(head, held.first().map(|oldest| oldest.number)).await? {
                Some(to) => Rewind { to, is_held: false },
                None => return Ok(Progress::NotStarted),
            },
        };
        let first = rewind.to.number.saturating_add(1);
        let wanted = cursor.scanned.number.max(rewind.to.number.saturating_add(MAX_APPEND)).min(rewind.to.number.saturating_add(MAX_REWIND_APPEND));
        let new = self.source(head).append(&rewind.to, first..=wanted.min(head.header.number)).await?;
        let kept: Vec<Header> = held.iter().copied().filter(|header| rewind.is_held && header.number <= rewind.to.number).collect();
        let scanned = new.headers.last().copied().unwrap_or(rewind.to);
        let batch = Batch {
            newly_final: newly_final(cursor.final_through, limit, kept.iter().chain(&new.headers)),
            rewind: Some(rewind),
            new,
            late: Vec::new(),
            head: head.header,
            scanned,
            failures: Vec::new(),
        };
        self.write(cursor, batch).await?;
        Ok(Progress::Rewound { to: rewind.to.number, through: scanned.number })
    }

    /// Writes a stretch that follows what is held, and what has become final by it.
    async fn advance(&mut self, cursor: &Cursor, (head, limit): (&Block, Option<u64>), (new, held): (Stretch, &[Header])) -> Result<Progress, IndexerError> {
        let newly_final = newly_final(cursor.final_through, limit, held.iter().chain(&new.headers));
        let is_idle = new.headers.is_empty();
        let mut late = match newly_final {
            Some(newest) => self.read_again(cursor, head, (newest, held)).await?,
            None => Vec::new(),
        };
        let hints = self.check_hints(cursor, head, (newly_final, &new.events)).await?;
        late.extend(hints.missed);
        if is_idle && newly_final.is_none() && late.is_empty() && hints.failures.is_empty() && !self.is_behind {
            return Ok(Progress::Idle);
        }
        let scanned = Header { number: cursor.scanned.number, hash: cursor.scanned.hash, parent: cursor.scanned.hash, time: cursor.scanned.time };
        let scanned = new.headers.last().copied().unwrap_or(scanned);
        let batch = Batch { rewind: None, new, late, head: head.header, scanned, newly_final, failures: hints.failures };
        self.write(cursor, batch).await?;
        Ok(Progress::Advanced { through: scanned.number, more: self.is_behind || scanned.number < head.header.number })
    }

    /// Blocks that were read while they were new are read once more when they are final: a node that was behind may have left logs out.
    async fn read_again(&mut self, cursor: &Cursor, head: &Block, (newest, held): (Header, &[Header])) -> Result<Vec<RouterEvent>, IndexerError> {
        let above = cursor.final_through.unwrap_or(0);
        let again: Vec<Header> = held.iter().copied().filter(|header| header.number > above && header.number <= newest.number).collect();
        // Held headers may have gaps far below the head; those blocks were final when they were read.
        let from = again.windows(2).rposition(|pair| pair[1].parent != pair[0].hash).map_or(0, |gap| gap + 1);
        let mut scan = self.scan.clone();
        let events = self.source(head).again(&mut scan, again.get(from..).unwrap_or_default()).await;
        self.scan = scan;
        Ok(events?)
    }

    async fn check_hints(&mut self, cursor: &Cursor, head: &Block, (newly_final, new): (Option<Header>, &[RouterEvent])) -> Result<Hints, IndexerError> {
        let Some(final_through) = newly_final.map(|header| header.number).max(cursor.final_through) else { return Ok(Hints::default()) };
        let known = Known { chain_id: cursor.chain_id, reader: &*self.reader, filter: &self.filter, head: head.header.hash, final_through, new };
        self.hints.check(&self.store, known).await
    }

    /// Finds out what follows from a batch, and writes it.
    async fn write(&mut self, cursor: &Cursor, batch: Batch) -> Result<(), IndexerError> {
        let (chain_id, store) = (cursor.chain_id, &self.store);
        let final_through = batch.newly_final.map(|header| header.number).max(cursor.final_through);
        let new = batch.events();
        let appointments = Appointments { chain: &self.config.chain, store, reader: &*self.reader, new: &new, holds_through: batch.holds_through() };
        let inquiry = Inquiry { appointments, final_through, head: &batch.head };
        let mut scan = self.scan.clone();
        let (cases, more_payments) = inquiry.cases(&batch, &mut scan).await?;
        let (refunds, more_refunds) = inquiry.refunds(&batch, &mut scan).await?;
        let overdue = match batch.newly_final {
            Some(newest) => store.live_requests_before(chain_id, newest.time, MAX_EXPIRED).await?,
            None => Vec::new(),
        };
        let (doubted, doubted_refunds) = match batch.rewind {
            Some(_) => (store.verified_above(chain_id, batch.holds_through()).await?, store.settled_above(chain_id, batch.holds_through()).await?),
            None => (Vec::new(), Vec::new()),
        };
        let change = Change { batch, cases, refunds, doubted, doubted_refunds, overdue };
        let tally = apply(self.writer().await?, cursor, &change).await?;
        // Without a single verdict the rest would only be the same again.
        self.is_behind = (more_payments || more_refunds) && tally.judged > 0;
        Ok(())
    }

    async fn halt(&self, cursor: &Cursor, reason: String) -> Result<Progress, IndexerError> {
        halt(self.writer().await?, cursor, &reason).await?;
        Ok(Progress::Halted { reason })
    }

    async fn writer(&self) -> Result<Writer<'_>, IndexerError> {
        Ok(Writer::new(self.store.begin().await?, &self.config.chain, self.clock.now(), &*self.ids))
    }

    fn source<'a>(&'a self, head: &'a Block) -> Source<'a> {
        Source { reader: &*self.reader, filter: &self.filter, chain_id: self.config.chain.chain_id, head }
    }
}
