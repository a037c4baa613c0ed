//! Reading blocks and events from a node, so that what comes back is one branch without gaps.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use futures::{StreamExt, TryStreamExt, stream};
use settlement::event::{Location, RouterEvent};

use crate::logs::{self, RangeScan};
use crate::reader::{Block, BlockRef, ChainLog, ChainReader, Header, LogFilter, RpcError};

/// Blocks that are asked for at the same time.
const BLOCKS_IN_FLIGHT: usize = 8;

/// A stretch of one branch.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    /// Headers, lowest first; the last one is that of the newest block. Next to the head every block has one, far below it only those with events.
    pub headers: Vec<Header>,
    /// Events, in order.
    pub events: Vec<RouterEvent>,
}

/// What to read from, and what of it.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The node.
    pub reader: &'a dyn ChainReader,
    /// Which logs.
    pub filter: &'a LogFilter,
    /// The chain.
    pub chain_id: u64,
    /// The newest block, read already.
    pub head: &'a Block,
}

impl Source<'_> {
    /// The block of this height.
    ///
    /// # Errors
    /// When the node does not answer or has none there, though it has a higher one.
    pub async fn block(&self, number: u64) -> Result<Block, RpcError> {
        if number == self.head.header.number {
            return Ok(*self.head);
        }
        let found = self.reader.block(BlockRef::Number(number)).await?;
        found.ok_or_else(|| RpcError::Inconsistent(format!("its newest block is {}, and it has no block {number}", self.head.header.number)))
    }

    /// Reads blocks one by one. They follow `parent` and each other, and their logs are asked for by hash.
    ///
    /// # Errors
    /// When the node does not answer, or the blocks do not follow each other: its branch has changed meanwhile.
    pub async fn append(&self, parent: &Header, range: RangeInclusive<u64>) -> Result<Stretch, RpcError> {
        let blocks: Vec<Block> = stream::iter(range.map(|number| self.block(number))).buffered(BLOCKS_IN_FLIGHT).try_collect().await?;
        let mut before = parent.hash;
        for block in &blocks {
            if block.header.parent != before {
                return Err(RpcError::Inconsistent(format!("block {} does not follow block {before}", block.header.number)));
            }
            before = block.header.hash;
        }
        let logs = logs::of_blocks(self.reader, self.filter, &blocks).await?;
        let headers: Vec<Header> = blocks.iter().map(|block| block.header).collect();
        let events = self.decode(logs, &headers)?;
        Ok(Stretch { headers, events })
    }

    /// Reads final blocks by range, as many of `range` as a few answers reach.
    ///
    /// # Errors
    /// When the node does not answer or contradicts itself.
    pub async fn backfill(&self, scan: &mut RangeScan, range: RangeInclusive<u64>) -> Result<Stretch, RpcError> {
        let (through, logs) = scan.read(self.reader, self.filter, range).await?;
        let mut numbers: Vec<u64> = logs.iter().map(|log| log.block_number).chain([through]).collect();
        numbers.dedup();
        let headers = stream::iter(numbers.into_iter().map(|number| async move { self.block(number).await.map(|block| block.header) }));
        let headers: Vec<Header> = headers.buffered(BLOCKS_IN_FLIGHT).try_collect().await?;
        let events = self.decode(logs, &headers)?;
        Ok(Stretch { headers, events })
    }

    /// Reads the logs of blocks that are held once more, by range.
    ///
    /// # Errors
    /// When the node does not answer, or tells of blocks that are not held.
    pub async fn again(&self, scan: &mut RangeScan, held: &[Header]) -> Result<Vec<RouterEvent>, RpcError> {
        let (Some(first), Some(last)) = (held.first(), held.last()) else { return Ok(Vec::new()) };
        let mut next = first.number;
        let mut events = Vec::new();
        while next <= last.number {
            let (through, logs) = scan.read(self.reader, self.filter, next..=last.number).await?;
            events.extend(self.decode(logs, held)?);
            next = through.saturating_add(1);
        }
        Ok(events)
    }

    /// Decodes logs of blocks with these headers.
    fn decode(&self, logs: Vec<ChainLog>, headers: &[Header]) -> Result<Vec<RouterEvent>, RpcError> {
        let by_number: BTreeMap<u64, &Header> = headers.iter().map(|header| (header.number, header)).collect();
        let mut events = Vec::with_capacity(logs.len());
        for log in logs {
            let header = by_number.get(&log.block_number).filter(|header| header.hash == log.block_hash);
            let header = header.ok_or_else(|| RpcError::Inconsistent(format!("a log is of block {}, which is not on its branch", log.block_hash)))?;
            events.extend(decode(self.chain_id, &log, header)?);
        }
        Ok(events)
    }
}

/// The event in a log; `None` for those that concern nobody here.
///
/// # Errors
/// When it has the topic of one of ours and is none: the router, whose code was checked, does not emit such a thing.
pub fn decode(chain_id: u64, log: &ChainLog, header: &Header) -> Result<Option<RouterEvent>, RpcError> {
    let location =
        Location { chain_id, block_number: header.number, block_hash: header.hash, block_time: header.time, tx_hash: log.tx_hash, log_index: log.log_index };
    RouterEvent::decode(log.emitter, location, &log.data).map_err(|error| RpcError::Malformed(error.to_string()))
}
