//! What a step comes to, in one transaction: headers, raw events, verdicts, states, postings, notices and the cursor. It happens whole or not at all, so
//! that a crash at any point costs a repeat, never a loss and never a double.

use std::collections::BTreeSet;

use serde_json::json;
use settlement::audit::{AuditAction, Author};
use settlement::event::RouterEvent;
use settlement::ids::{PaymentRequestId, RefundId};
use settlement::notice::NoticeType;
use settlement::payment_request::PaymentRequest;
use store::{BlockRef, Cursor, Head, Verdict};

use crate::batch::{Batch, Case, RefundCase};
use crate::error::IndexerError;
use crate::writer::Writer;
use crate::{ending, gauges, judge, refund, rewind, sighting};

/// Headers of blocks without events are kept this far below the final block. Branches that part deeper are found by the headers of blocks with events.
pub const HEADERS_KEPT: u64 = 512;

/// Everything that one step writes.
#[derive(Debug)]
pub struct Change {
    /// What was read.
    pub batch: Batch,
    /// The payments in it, and those that are final now.
    pub cases: Vec<Case>,
    /// The refunds in it, and those that are final now.
    pub refunds: Vec<RefundCase>,
    /// Requests that are verified by events above the common ancestor.
    pub doubted: Vec<PaymentRequestId>,
    /// Refunds that are settled by events above it.
    pub doubted_refunds: Vec<RefundId>,
    /// Requests whose deadline is final.
    pub overdue: Vec<PaymentRequest>,
}

/// What a step did, for logs and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payments and refunds that a verdict was passed on.
    pub judged: u64,
    /// Payments verified.
    pub verified: u64,
    /// Refunds settled.
    pub settled: u64,
    /// Payments and refunds that do not match the request they name.
    pub issues: u64,
    /// Verified payments and settled refunds that a reorg took away.
    pub reorged: u64,
}

/// Writes it. Returns what that was.
///
/// # Errors
/// When the database refuses, this leader no longer leads, or somebody else was faster: then nothing was written.
pub async fn apply(writer: Writer<'_>, before: &Cursor, change: &Change) -> Result<Tally, IndexerError> {
    let mut writer = writer;
    let batch = &change.batch;
    let taken = match &batch.rewind {
        Some(rewind) => rewind::take_back(&mut writer, before, rewind, (&change.doubted, &change.doubted_refunds)).await?,
        None => rewind::Taken::default(),
    };
    let cursor = moved(before, batch);
    writer.tx.advance(&cursor).await?;
    writer.tx.append_headers(cursor.chain_id, &batch.new.headers).await?;
    writer.tx.insert_events(&batch.events()).await?;
    announce_signers(&mut writer, &batch.new.events);
    let (mut tally, mut kept) = (Tally::default(), BTreeSet::new());
    for case in &change.cases {
        if let Some(from) = case.tx_from {
            writer.tx.set_tx_from(cursor.chain_id, case.event.location.tx_hash, from).await?;
        }
        let outcome = judge::consider(&mut writer, case, &taken).await?;
        tally.judged += u64::from(outcome != judge::Outcome::Waits);
        match outcome {
            judge::Outcome::Verified => tally.verified += 1,
            judge::Outcome::Updated => kept.extend(case.request.iter().map(|(request, _)| request.clone())),
            judge::Outcome::Issue => tally.issues += 1,
            judge::Outcome::Foreign => {}
            judge::Outcome::Waits if case.is_new => sighting::sight(&mut writer, case).await?,
            judge::Outcome::Waits => {}
        }
    }
    let kept_refunds = refund::judge_all(&mut writer, &change.refunds, (&taken, &mut tally)).await?;
    if let Some(through) = cursor.final_through {
        for cancellation in writer.tx.unapplied_cancellations(cursor.chain_id, through).await? {
            void(&mut writer, &cancellation).await?;
        }
    }
    ending::fail(&mut writer, &batch.failures).await?;
    ending::expire(&mut writer, &change.overdue).await?;
    tally.reorged = rewind::tell(&mut writer, &taken, (&kept, &kept_refunds));
    if let Some(newest) = batch.newly_final {
        writer.tx.prune_headers(cursor.chain_id, newest.number.saturating_sub(HEADERS_KEPT)).await?;
    }
    let notices = writer.commit().await?;
    gauges::record(&cursor, tally, batch.rewind.is_some());
    tracing::debug!(chain_id = cursor.chain_id, scanned = cursor.scanned.number, ?tally, notices, "step");
    Ok(tally)
}

/// The cursor after a batch.
fn moved(before: &Cursor, batch: &Batch) -> Cursor {
    let scanned = batch.scanned;
    // A reorg that is followed never reaches below what is final.
    let (final_through, final_time) = match batch.newly_final {
        Some(header) => (Some(header.number), header.time),
        None => (before.final_through, before.final_time),
    };
    Cursor {
        scanned: BlockRef { number: scanned.number, hash: scanned.hash, time: scanned.time },
        head: Head { number: batch.head.number.max(scanned.number), time: batch.head.time.max(scanned.time) },
        final_through,
        final_time: before.final_time.max(final_time),
        ..before.clone()
    }
}

fn announce_signers(writer: &mut Writer<'_>, events: &[RouterEvent]) {
    for event in events {
        if let RouterEvent::SignerSet { location, operator, signer, until } = event {
            let data = json!({
                "chainId": location.chain_id, "operator": operator.to_string(), "signer": signer.to_string(), "until": until,
                "txHash": location.tx_hash.to_string(), "blockNumber": location.block_number,
            });
            let seen = Author::Chain(location.chain_id).did(AuditAction::SignerSet, signer, writer.now).with(data.clone());
            writer.tx.audit(seen);
            writer.tell_operator(NoticeType::SignerRotated, data);
        }
    }
}

/// Nothing signed for these nonces can be paid any more, and that is final.
async fn void(writer: &mut Writer<'_>, event: &RouterEvent) -> Result<(), IndexerError> {
    if let RouterEvent::NoncesCancelled { location, operator, word, mask } = event {
        writer.tx.void_nonces(location, writer.chain.router, *operator, *word, *mask).await?;
        writer.tx.judge_event(location, Verdict::Applied).await?;
    }
    Ok(())
}
