//! What a step did, as metrics. Labelled by chain; times in seconds.

use metrics::{counter, gauge};
use store::Cursor;

use crate::apply::Tally;

/// Records a step.
pub fn record(cursor: &Cursor, tally: Tally, is_reorg: bool) {
    let chain = cursor.chain_id.to_string();
    // Block numbers and seconds stay far below 2^53.
    let number = |value: u64| value.to_string().parse::<f64>().unwrap_or(f64::MAX);
    gauge!("indexer_head_block", "chain" => chain.clone()).set(number(cursor.head.number));
    gauge!("indexer_scanned_block", "chain" => chain.clone()).set(number(cursor.scanned.number));
    gauge!("indexer_lag_seconds", "chain" => chain.clone()).set(number(cursor.head.time.saturating_sub(cursor.scanned.time)));
    counter!("indexer_reorgs_total", "chain" => chain.clone()).increment(u64::from(is_reorg));
    counter!("indexer_payments_verified_total", "chain" => chain.clone()).increment(tally.verified);
    counter!("indexer_refunds_settled_total", "chain" => chain.clone()).increment(tally.settled);
    counter!("indexer_payments_reorged_total", "chain" => chain.clone()).increment(tally.reorged);
    counter!("indexer_proof_issues_total", "chain" => chain).increment(tally.issues);
}

/// Records whether a chain has halted.
pub fn halted(chain_id: u64, is_halted: bool) {
    gauge!("indexer_halted", "chain" => chain_id.to_string()).set(if is_halted { 1.0 } else { 0.0 });
}
