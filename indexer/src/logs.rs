//! Asking for logs so that none is missed: by range far below the head, by block hash near it.

use std::ops::RangeInclusive;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use crate::reader::{Block, ChainLog, ChainReader, LogFilter, RpcError};

/// Ranges that are asked for at the same time: two keep a node busy while an answer travels, four hide a slow one among them.
const IN_FLIGHT: u64 = 4;
/// Answers in a row after which a range grows again, by half: slowly, so that a node that refuses large ones refuses seldom.
const ANSWERS_BEFORE_GROWTH: u32 = 16;

/// How wide a range the node answers for, as found out by asking.
#[derive(Clone, Debug)]
pub struct RangeScan {
    max: u64,
    width: u64,
    answers: u32,
}

impl RangeScan {
    /// Starts with ranges of `max` blocks.
    #[must_use]
    pub fn new(max: u64) -> Self {
        let max = max.max(1);
        Self { max, width: max, answers: 0 }
    }

    /// The width of the next range, in blocks.
    #[must_use]
    pub const fn width(&self) -> u64 {
        self.width
    }

    /// Reads the logs from the start of `range` on, as far as a few answers reach. Returns the last block that was read, and all logs up to it in order.
    ///
    /// # Errors
    /// When the node does not even answer for one block, or cannot be reached. The range is halved on any error, whatever it says: nodes have many words
    /// for "too much", and some just hang up.
    pub async fn read(&mut self, reader: &dyn ChainReader, filter: &LogFilter, range: RangeInclusive<u64>) -> Result<(u64, Vec<ChainLog>), RpcError> {
        loop {
            let ranges = self.ranges(&range);
            let mut answers = stream::iter(ranges.into_iter().map(|part| async move { (*part.end(), reader.logs(filter, part).await) }))
                .buffered(usize::try_from(IN_FLIGHT).expect("a small constant"));
            let mut read: Option<(u64, Vec<ChainLog>)> = None;
            let mut failure = None;
            while let Some((end, answer)) = answers.next().await {
                match answer {
                    Ok(logs) => {
                        self.grow();
                        let (through, all) = read.get_or_insert_default();
                        *through = end;
                        all.extend(logs.into_iter().filter(|log| filter.admits(log)));
                    }
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
            drop(answers);
            if let Some(error) = failure {
                let was_one = self.width == 1;
                self.halve();
                match read {
                    Some(read) => return Ok(sorted(read)),
                    None if was_one || matches!(error, RpcError::Unreachable(_)) => return Err(error),
                    None => continue,
                }
            }
            return Ok(sorted(read.unwrap_or((*range.end(), Vec::new()))));
        }
    }

    fn ranges(&self, range: &RangeInclusive<u64>) -> Vec<RangeInclusive<u64>> {
        let starts = (0..IN_FLIGHT).map(|n| range.start().saturating_add(n.saturating_mul(self.width)));
        starts.take_while(|start| start <= range.end()).map(|start| start..=start.saturating_add(self.width - 1).min(*range.end())).collect()
    }

    fn halve(&mut self) {
        self.width = (self.width / 2).max(1);
        self.answers = 0;
    }

    fn grow(&mut self) {
        self.answers += 1;
        if self.answers >= ANSWERS_BEFORE_GROWTH {
            self.width = self.width.saturating_add(self.width.div_ceil(2)).min(self.max);
            self.answers = 0;
        }
    }
}

fn sorted((through, mut logs): (u64, Vec<ChainLog>)) -> (u64, Vec<ChainLog>) {
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    (through, logs)
}

/// The logs of one block, by its hash, so that they cannot be another branch's. No logs where the block's bloom filter promises some is not believed: then
/// its receipts are read.
///
/// # Errors
/// When the node does not answer. Whether what it sends is of this block is seen where the logs are decoded.
pub async fn of_block(reader: &dyn ChainReader, filter: &LogFilter, block: &Block) -> Result<Vec<ChainLog>, RpcError> {
    let hash = block.header.hash;
    let mut logs = reader.block_logs(filter, hash).await?;
    logs.retain(|log| filter.admits(log));
    if logs.is_empty() && block.promises(filter) {
        tracing::debug!(number = block.header.number, %hash, "the node shows no logs in a block whose bloom filter has them: reading its receipts");
        logs = reader.receipt_logs(hash).await?;
        logs.retain(|log| filter.admits(log));
    }
    logs.sort_by_key(|log| log.log_index);
    Ok(logs)
}

/// The logs of several blocks, each as [`of_block`] reads them, in order.
///
/// # Errors
/// As [`of_block`].
pub async fn of_blocks(reader: &dyn ChainReader, filter: &LogFilter, blocks: &[Block]) -> Result<Vec<ChainLog>, RpcError> {
    // Boxed: a closure over borrowed blocks would make the whole future not `Send` in the compiler's eyes (rust-lang/rust#102211).
    let each: Vec<_> = blocks.iter().map(|block| of_block(reader, filter, block).boxed()).collect();
    let logs: Vec<Vec<ChainLog>> = stream::iter(each).buffered(usize::try_from(IN_FLIGHT).expect("a small constant")).try_collect().await?;
    Ok(logs.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b08_ranges_halve_at_once_and_grow_slowly() {
        let mut scan = RangeScan::new(1_000);
        assert_eq!(scan.ranges(&(0..=10_000)), [0..=999, 1_000..=1_999, 2_000..=2_999, 3_000..=3_999]);
        for width in [500, 250, 125, 62, 31, 15, 7, 3, 1, 1] {
            scan.halve();
            assert_eq!(scan.width(), width);
        }
        let widths = [1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 93, 140, 210, 315, 473, 710, 1_000, 1_000];
        for width in widths {
            assert_eq!(scan.width(), width);
            (0..ANSWERS_BEFORE_GROWTH).for_each(|_| scan.grow());
        }
    }

    #[test]
    fn the_last_range_ends_with_what_was_asked_for() {
        let scan = RangeScan::new(4);
        assert_eq!(scan.ranges(&(10..=17)), [10..=13, 14..=17]);
        assert_eq!(scan.ranges(&(10..=10)), [10..=10]);
        assert_eq!(RangeScan::new(0).width(), 1);
    }
}
