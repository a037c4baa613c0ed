//! Delivering again what was told before.

use std::time::Duration;

use settlement::Timestamp;
use settlement::ids::{DeliveryId, EndpointId, EventId, ProfileId};
use settlement::notice::NoticeType;
use settlement::webhook::CLAIMED_FOR;
use sqlx::AssertSqlSafe;

use super::NewDelivery;
use crate::Tx;
use crate::bulk::{MAX_ROWS, list};
use crate::error::StoreError;
use crate::outbox::{self, LoggedNotice};
use crate::webhook::Endpoint;

/// How much older than the line before it a line may be: clocks of replicas differ, and a line is dated before it is numbered.
const DISORDER: Duration = Duration::from_secs(600);
/// Deliveries again to the endpoints of a profile that were made since a time.
pub(crate) const REDELIVERED: &str = "SELECT COUNT(*) FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id \
     WHERE e.profile_id = $1 AND d.created_at > $2 AND d.redelivery = 1";
/// The first line of the log that was told at some time or later.
pub(crate) const FIRST_SINCE: &str = "SELECT sequence FROM outbox WHERE at >= $1 ORDER BY at, sequence LIMIT 1";
/// The lines for a reader between two numbers that were told between two times.
pub(crate) const BETWEEN: &str = "SELECT o.* FROM outbox_readers r JOIN outbox o ON o.sequence = r.sequence WHERE r.reader = $1 AND r.sequence > $2 \
     AND r.sequence <= $3 AND o.at >= $4 AND o.at < $5 ORDER BY r.sequence LIMIT $6";

/// What to deliver again.
#[derive(Clone, Debug)]
pub struct RedeliveryRange {
    /// Told then or later.
    pub from: Timestamp,
    /// Told before then.
    pub to: Timestamp,
    /// Only lines after this one.
    pub after: i64,
    /// Most lines to look at.
    pub limit: u32,
}

/// What was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redelivery {
    /// Deliveries that were made.
    pub queued: u64,
    /// Events that were waiting for the endpoint already.
    pub already_queued: u64,
    /// The line to go on after, when there is more.
    pub next_after: Option<i64>,
}

impl Tx {
    /// Makes a delivery of an event again, if the endpoint's reader may read it; `None` when there is no such event.
    pub async fn redeliver_event(&mut self, endpoint: &Endpoint, event: &EventId, id: DeliveryId, now: Timestamp) -> Result<Option<Redelivery>, StoreError> {
        let row = sqlx::query("SELECT * FROM outbox WHERE id = $1").bind(event.as_str()).fetch_optional(self.connection()).await?;
        let line = row.as_ref().map(outbox::notice).transpose()?;
        let Some(line) = line.filter(|line| line.is_for(&endpoint.reader)) else { return Ok(None) };
        let row = NewDelivery { id, endpoint: &endpoint.id, line: &line, is_redelivery: true };
        let queued = self.insert_deliveries(&[row], now).await?;
        self.hasten(&endpoint.id, &[line.sequence], now).await?;
        Ok(Some(Redelivery { queued, already_queued: 1 - queued, next_after: None }))
    }

    /// Makes deliveries again of what was told in a time.
    pub async fn redeliver_range(
        &mut self,
        endpoint: &Endpoint,
        range: &RedeliveryRange,
        new_id: &(dyn Fn() -> DeliveryId + Sync),
        now: Timestamp,
    ) -> Result<Redelivery, StoreError> {
        let first = self.first_since(Timestamp::from_millis(range.from.as_millis().saturating_sub(millis(DISORDER)))).await?;
        let last = self.first_since(range.to.plus(DISORDER)).await?;
        let query = sqlx::query(BETWEEN)
            .bind(endpoint.reader.as_str())
            .bind(range.after.max(first.map_or(i64::MAX, |first| first - 1)))
            .bind(last.unwrap_or(i64::MAX))
            .bind(range.from.as_millis())
            .bind(range.to.as_millis())
            .bind(i64::from(range.limit) + 1);
        let mut lines: Vec<LoggedNotice> = query.fetch_all(self.connection()).await?.iter().map(outbox::notice).collect::<Result<_, _>>()?;
        let limit = usize::try_from(range.limit).unwrap_or(usize::MAX);
        let has_more = lines.len() > limit;
        lines.truncate(limit);
        let next_after = lines.last().map(|line| line.sequence).filter(|_| has_more);
        lines.retain(|line| line.notice.kind != NoticeType::EndpointTest && endpoint.takes(line.notice.kind));
        let rows: Vec<NewDelivery<'_>> = lines.iter().map(|line| NewDelivery { id: new_id(), endpoint: &endpoint.id, line, is_redelivery: true }).collect();
        let queued = self.insert_deliveries(&rows, now).await?;
        let sequences: Vec<i64> = lines.iter().map(|line| line.sequence).collect();
        self.hasten(&endpoint.id, &sequences, now).await?;
        Ok(Redelivery { queued, already_queued: u64::try_from(rows.len()).unwrap_or(u64::MAX) - queued, next_after })
    }

    /// What waits for an endpoint and is put off is due now: whoever asks for it again has mended what was wrong. What somebody may be trying in this moment is
    /// left as it is.
    async fn hasten(&mut self, endpoint: &EndpointId, sequences: &[i64], now: Timestamp) -> Result<(), StoreError> {
        for sequences in sequences.chunks(MAX_ROWS) {
            let sql = format!(
                "UPDATE webhook_deliveries SET due_at = $1 WHERE endpoint_id = $2 AND status = 'pending' AND due_at > $3 AND sequence IN ({})",
                list(4, sequences.len())
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(now.as_millis()).bind(endpoint.as_str()).bind(now.plus(CLAIMED_FOR).as_millis());
            let query = sequences.iter().fold(query, |query, sequence| query.bind(*sequence));
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn first_since(&mut self, at: Timestamp) -> Result<Option<i64>, StoreError> {
        Ok(sqlx::query_scalar(FIRST_SINCE).bind(at.as_millis()).fetch_optional(self.connection()).await?)
    }

    /// How many events were asked for again since a time, for all endpoints that a profile has or had.
    pub async fn redelivered_since(&mut self, profile: &ProfileId, since: Timestamp) -> Result<i64, StoreError> {
        let query = sqlx::query_scalar(REDELIVERED).bind(profile.as_str()).bind(since.as_millis());
        Ok(query.fetch_one(self.connection()).await?)
    }

    /// How many deliveries wait for an endpoint.
    pub async fn pending_of(&mut self, endpoint: &EndpointId) -> Result<i64, StoreError> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'pending'").bind(endpoint.as_str());
        Ok(query.fetch_one(self.connection()).await?)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
