//! Deliveries: which event goes to which endpoint, and how far that got.
//!
//! A row is made when the log is handed out, not when something is told: one reader goes through the log behind a cursor, so that whoever tells something does
//! not wait for endpoints. Whoever delivers takes due rows by putting their time off: that is the claim, and what ends it when the process dies.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use settlement::Timestamp;
use settlement::ids::{DeliveryId, EndpointId, EventId};
use settlement::notice::NoticeType;
use settlement::webhook::DeliveryStatus;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use crate::bulk::{MAX_ROWS, list, places};
use crate::error::StoreError;
use crate::outbox::{self, LoggedNotice, Reader};
use crate::page::PageKey;
use crate::row::{Fields, flag};
use crate::webhook::{Endpoint, of_row};
use crate::{Store, Tx};

mod redelivery;

#[cfg(test)]
pub(crate) use redelivery::{BETWEEN, FIRST_SINCE, REDELIVERED};
pub use redelivery::{Redelivery, RedeliveryRange};

/// One event for one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The line of the log.
    pub sequence: i64,
    /// The event.
    pub event: EventId,
    /// Its type.
    pub kind: NoticeType,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Whether somebody asked for it again.
    pub is_redelivery: bool,
    /// Attempts that are over.
    pub attempts: u32,
    /// When it is tried next; while somebody tries it, when another may.
    pub due_at: Timestamp,
    /// The last attempt.
    pub last: Option<LastAttempt>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What came of the last attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The status of the answer, where there was one.
    pub answer: Option<u16>,
    /// Why it failed: a word of a closed list, and a line for people.
    pub failure: Option<(String, String)>,
}

/// What comes after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It was taken.
    Delivered,
    /// It is tried again then.
    Retry(Timestamp),
    /// It was tried often enough.
    GiveUp,
}

/// An attempt that is over.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Of which delivery, as it was claimed.
    pub delivery: Delivery,
    /// What came of it.
    pub last: LastAttempt,
    /// What comes next.
    pub next: Next,
}

/// What is waiting to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many deliveries to endpoints that get something.
    pub pending: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
}

/// A step through the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FanOut {
    /// Endpoints that something is waiting for now.
    pub endpoints: BTreeSet<EndpointId>,
    /// Whether there is more of the log.
    pub has_more: bool,
}

/// Lines of the log that are handed out in one transaction.
const LINES: i64 = 500;
/// Deliveries that are forgotten in one transaction: others wait that long to write.
const PRUNED: i64 = 2_000;

fn delivery(fields: &Fields<'_>) -> Result<Delivery, StoreError> {
    let failure = match (fields.opt_text("failure")?, fields.opt_text("failure_detail")?) {
        (Some(word), detail) => Some((word, detail.unwrap_or_default())),
        (None, _) => None,
    };
    let last = match fields.opt_time("attempted_at")? {
        Some(at) => {
            let took = Duration::from_millis(fields.opt_unsigned("duration_ms")?.unwrap_or_default());
            Some(LastAttempt { at, took, answer: fields.opt_unsigned("answer_status")?, failure })
        }
        None => None,
    };
    Ok(Delivery {
        id: fields.parsed("id")?,
        endpoint: fields.parsed("endpoint_id")?,
        sequence: fields.integer("sequence")?,
        event: fields.parsed("event_id")?,
        kind: fields.one_of("kind", NoticeType::parse)?,
        status: fields.one_of("status", DeliveryStatus::parse)?,
        is_redelivery: fields.flag("redelivery")?,
        attempts: fields.unsigned("attempts")?,
        due_at: fields.time("due_at")?,
        last,
        created_at: fields.time("created_at")?,
    })
}

fn of_delivery_row(row: &AnyRow) -> Result<Delivery, StoreError> {
    delivery(&Fields::new("webhook_deliveries", "id", row)?)
}

/// Whether the endpoint `e` gets something: it is enabled, and its profile is not disabled.
macro_rules! is_active {
    () => {
        "(e.status = 'enabled' AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = e.profile_id AND p.disabled_at IS NOT NULL))"
    };
}

/// Endpoints that get something.
const ACTIVE: &str = concat!("SELECT e.* FROM webhook_endpoints e WHERE ", is_active!());

/// Those of so many readers, in the places from `$1` on.
pub(crate) fn endpoints_of(readers: usize) -> String {
    format!("{ACTIVE} AND e.reader IN ({})", list(1, readers))
}

/// Endpoints after `$1` that get something, with the time at which the next delivery of each is due.
pub(crate) const DUE: &str = concat!(
    "SELECT e.id, (SELECT MIN(d.due_at) FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.status = 'pending') AS due_at \
     FROM webhook_endpoints e WHERE ",
    is_active!(),
    " AND e.id > $1 ORDER BY e.id LIMIT $2"
);
/// What is due for an endpoint, longest due first.
pub(crate) const CLAIMABLE: &str =
    "SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'pending' AND due_at <= $2 ORDER BY due_at, sequence LIMIT $3";
/// A page of the deliveries of an endpoint, newest first.
pub(crate) const PAGE: &str =
    "SELECT * FROM webhook_deliveries WHERE endpoint_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4";
impl Store {
    /// Hands out the next lines of the log. Several processes may ask at once: one does it, the others find nothing to do.
    pub async fn fan_out(&self, new_id: &(dyn Fn() -> DeliveryId + Sync), now: Timestamp) -> Result<FanOut, StoreError> {
        // Looking first keeps the usual case, that there is nothing new, off the write lock.
        const BEHIND: &str = "SELECT e.outbox_sequence - w.sequence FROM log_ends e, webhook_cursor w WHERE e.id = 1 AND w.id = 1";
        let behind: i64 = sqlx::query_scalar(BEHIND).fetch_one(self.database.pool()).await?;
        if behind == 0 {
            return Ok(FanOut::default());
        }
        let mut tx = self.begin().await?;
        let sql = AssertSqlSafe(format!("SELECT sequence FROM webhook_cursor WHERE id = 1{}", tx.write.skip_locked()));
        let Some(cursor) = sqlx::query_scalar::<_, i64>(sql).fetch_optional(tx.connection()).await? else { return Ok(FanOut::default()) };
        let query = sqlx::query("SELECT * FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2").bind(cursor).bind(LINES);
        let lines: Vec<LoggedNotice> = query.fetch_all(tx.connection()).await?.iter().map(outbox::notice).collect::<Result<_, _>>()?;
        let Some(newest) = lines.last().map(|line| line.sequence) else { return Ok(FanOut::default()) };
        let wanted = tx.wanted(&lines).await?;
        let rows: Vec<NewDelivery<'_>> = wanted.iter().map(|(endpoint, line)| NewDelivery { id: new_id(), endpoint, line, is_redelivery: false }).collect();
        tx.insert_deliveries(&rows, now).await?;
        let moved = sqlx::query("UPDATE webhook_cursor SET sequence = $1 WHERE id = 1 AND sequence = $2").bind(newest).bind(cursor);
        if moved.execute(tx.connection()).await?.rows_affected() == 0 {
            return Ok(FanOut::default());
        }
        tx.commit().await?;
        let endpoints = wanted.into_iter().map(|(endpoint, _)| endpoint).collect();
        Ok(FanOut { endpoints, has_more: behind > newest - cursor })
    }

    /// Endpoints after one (by id) that get something and for which something is due, at most `limit` looked at; and the last that was looked at, `None` when it was the last.
    pub async fn endpoints_due(&self, after: Option<&EndpointId>, now: Timestamp, limit: u32) -> Result<(Vec<EndpointId>, Option<EndpointId>), StoreError> {
        let query = sqlx::query(DUE).bind(after.map_or("", EndpointId::as_str)).bind(i64::from(limit));
        let rows = query.fetch_all(self.database.pool()).await?;
        let (mut due, mut last) = (Vec::new(), None);
        for row in &rows {
            let fields = Fields::new("webhook_endpoints", "id", row)?;
            let id: EndpointId = fields.parsed("id")?;
            if fields.opt_time("due_at")?.is_some_and(|at| at <= now) {
                due.push(id.clone());
            }
            last = Some(id);
        }
        let is_full = u32::try_from(rows.len()).is_ok_and(|rows| rows == limit);
        Ok((due, last.filter(|_| is_full)))
    }

    /// Takes what is due for an endpoint, until `until`: nobody else takes it before. Nothing when the endpoint is not enabled.
    pub async fn claim_deliveries(&self, id: &EndpointId, (now, until): (Timestamp, Timestamp), limit: u32) -> Result<Claimed, StoreError> {
        let mut tx = self.begin().await?;
        let query = sqlx::query(AssertSqlSafe(format!("{ACTIVE} AND e.id = $1"))).bind(id.as_str());
        let Some(endpoint) = query.fetch_optional(tx.connection()).await?.as_ref().map(of_row).transpose()? else { return Ok(Claimed::default()) };
        // MATERIALIZED: evaluated once. Postgres may otherwise evaluate it for every row of the outer statement, and find (and lock) others each time.
        let sql = format!(
            "WITH due AS MATERIALIZED ({CLAIMABLE}{}) UPDATE webhook_deliveries SET due_at = $4 WHERE id IN (SELECT id FROM due) \
             AND status = 'pending' AND due_at <= $2 RETURNING *",
            tx.write.skip_locked()
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).bind(now.as_millis()).bind(i64::from(limit)).bind(until.as_millis());
        let mut deliveries: Vec<Delivery> = query.fetch_all(tx.connection()).await?.iter().map(of_delivery_row).collect::<Result<_, _>>()?;
        if deliveries.is_empty() {
            return Ok(Claimed::default());
        }
        deliveries.sort_by_key(|delivery| delivery.sequence);
        let lines = tx.lines(deliveries.iter().map(|delivery| delivery.sequence)).await?;
        tx.commit().await?;
        let with_line = |delivery: Delivery| lines.get(&delivery.sequence).cloned().map(|line| (delivery, line));
        Ok(Claimed { endpoint: Some(endpoint), deliveries: deliveries.into_iter().filter_map(with_line).collect() })
    }

    /// A page of the deliveries of an endpoint, newest first.
    pub async fn deliveries(&self, endpoint: &EndpointId, after: Option<&PageKey>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let (at, id) = PageKey::bounds(after);
        let query = sqlx::query(PAGE).bind(endpoint.as_str()).bind(at).bind(id).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(of_delivery_row).collect()
    }

    /// What is waiting for endpoints that get something.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        const SQL: &str = concat!(
            "SELECT COUNT(*) AS pending, MIN(d.created_at) AS oldest FROM webhook_endpoints e \
             JOIN webhook_deliveries d ON d.endpoint_id = e.id AND d.status = 'pending' WHERE ",
            is_active!()
        );
        let row = sqlx::query(SQL).fetch_one(self.database.pool()).await?;
        Ok(Backlog { pending: row.try_get(0)?, oldest: row.try_get::<Option<i64>, _>(1)?.map(Timestamp::from_millis) })
    }

    /// Forgets deliveries that were made before a time and are over, or whose endpoint gets nothing: nobody wants months of the past when it does again.
    /// Returns how many.
    pub async fn prune_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = concat!(
            "DELETE FROM webhook_deliveries WHERE id IN (SELECT d.id FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id \
             WHERE d.created_at < $1 AND (d.status <> 'pending' OR NOT ",
            is_active!(),
            ") LIMIT $2)"
        );
        let mut forgotten = 0;
        loop {
            let mut tx = self.begin().await?;
            let query = sqlx::query(SQL).bind(before.as_millis()).bind(PRUNED);
            let part = query.execute(tx.connection()).await?.rows_affected();
            tx.commit().await?;
            forgotten += part;
            if part < PRUNED.unsigned_abs() {
                return Ok(forgotten);
            }
            // Whoever waits to write has its turn.
            tokio::task::yield_now().await;
        }
    }
}

/// What was claimed for an endpoint, in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The endpoint as it is now; none when there is nothing to do.
    pub endpoint: Option<Endpoint>,
    /// The deliveries with their events.
    pub deliveries: Vec<(Delivery, LoggedNotice)>,
}

/// A delivery about to be made.
struct NewDelivery<'a> {
    id: DeliveryId,
    endpoint: &'a EndpointId,
    line: &'a LoggedNotice,
    is_redelivery: bool,
}

impl Tx {
    /// Who gets which of these lines.
    async fn wanted<'l>(&mut self, lines: &'l [LoggedNotice]) -> Result<Vec<(EndpointId, &'l LoggedNotice)>, StoreError> {
        let of_line = |line: &'l LoggedNotice| line.notice.readers.iter().map(|profile| profile.as_str());
        let readers: BTreeSet<&str> = lines.iter().flat_map(of_line).chain([Reader::Operators.as_str()]).collect();
        let readers: Vec<&str> = readers.into_iter().collect();
        let mut endpoints = Vec::new();
        for readers in readers.chunks(MAX_ROWS) {
            let sql = AssertSqlSafe(endpoints_of(readers.len()));
            let query = readers.iter().fold(sqlx::query(sql), |query, reader| query.bind(*reader));
            endpoints.extend(query.fetch_all(self.connection()).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?);
        }
        let wants = |endpoint: &Endpoint, line: &LoggedNotice| {
            let is_test = line.notice.kind == NoticeType::EndpointTest;
            // A test is for one endpoint, whatever its types.
            let is_chosen = if is_test { line.notice.data["webhookId"] == endpoint.id.as_str() } else { endpoint.takes(line.notice.kind) };
            line.is_for(&endpoint.reader) && line.sequence > endpoint.from_sequence && is_chosen
        };
        let pairs = lines.iter().flat_map(|line| endpoints.iter().filter(move |endpoint| wants(endpoint, line)).map(move |e| (e.id.clone(), line)));
        Ok(pairs.collect())
    }

    /// Makes deliveries that are due now. One that waits already for the same endpoint and event stays the only one. Returns how many were made.
    async fn insert_deliveries(&mut self, rows: &[NewDelivery<'_>], now: Timestamp) -> Result<u64, StoreError> {
        const COLUMNS: usize = 10;
        let mut made = 0;
        for rows in rows.chunks(MAX_ROWS) {
            let sql = format!(
                "INSERT INTO webhook_deliveries (id, endpoint_id, sequence, event_id, kind, status, redelivery, attempts, due_at, created_at) VALUES {} \
                 ON CONFLICT DO NOTHING",
                places(rows.len(), COLUMNS)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in rows {
                query = query
                    .bind(row.id.as_str())
                    .bind(row.endpoint.as_str())
                    .bind(row.line.sequence)
                    .bind(row.line.id.as_str())
                    .bind(row.line.notice.kind.as_str())
                    .bind(DeliveryStatus::Pending.name())
                    .bind(flag(row.is_redelivery))
                    .bind(0i64)
                    .bind(now.as_millis())
                    .bind(now.as_millis());
            }
            made += query.execute(self.connection()).await?.rows_affected();
        }
        Ok(made)
    }

    /// Lines of the log by their numbers.
    async fn lines(&mut self, sequences: impl Iterator<Item = i64>) -> Result<BTreeMap<i64, LoggedNotice>, StoreError> {
        let sequences: Vec<i64> = sequences.collect();
        let mut lines = BTreeMap::new();
        for sequences in sequences.chunks(MAX_ROWS) {
            let sql = AssertSqlSafe(format!("SELECT * FROM outbox WHERE sequence IN ({})", list(1, sequences.len())));
            let query = sequences.iter().fold(sqlx::query(sql), |query, sequence| query.bind(*sequence));
            for row in query.fetch_all(self.connection()).await? {
                let line = outbox::notice(&row)?;
                lines.insert(line.sequence, line);
            }
        }
        Ok(lines)
    }

    /// Writes down what came of an attempt. A success counts whoever has the claim by now; a failure only while the claim holds. False when it did not count.
    pub async fn record_attempt(&mut self, attempt: &Attempt) -> Result<bool, StoreError> {
        let Attempt { delivery, last, next } = attempt;
        let (status, due_at) = match next {
            Next::Delivered => (DeliveryStatus::Delivered, delivery.due_at),
            Next::Retry(at) => (DeliveryStatus::Pending, *at),
            Next::GiveUp => (DeliveryStatus::Failed, delivery.due_at),
        };
        let (word, detail) = last.failure.clone().unzip();
        let query = sqlx::query(
            "UPDATE webhook_deliveries SET status = $1, due_at = $2, attempts = attempts + 1, attempted_at = $3, duration_ms = $4, answer_status = $5, \
             failure = $6, failure_detail = $7 WHERE id = $8 AND status = 'pending' AND (due_at = $9 OR $10 = 'delivered')",
        )
        .bind(status.name())
        .bind(due_at.as_millis())
        .bind(last.at.as_millis())
        .bind(i64::try_from(last.took.as_millis()).unwrap_or(i64::MAX))
        .bind(last.answer.map(i64::from))
        .bind(word)
        .bind(detail)
        .bind(delivery.id.as_str())
        .bind(delivery.due_at.as_millis())
        .bind(status.name());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
