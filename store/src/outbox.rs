//! The durable log of what is told: written in the transaction that causes it, numbered without gaps.

use settlement::Timestamp;
use settlement::ids::{EventId, ProfileId};
use settlement::notice::{Notice, NoticeType};
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::row::Fields;
use crate::{Store, Tx};

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedNotice {
    /// Its number: in the order of commits, without gaps.
    pub sequence: i64,
    /// Its id.
    pub id: EventId,
    /// What is told.
    pub notice: Notice,
    /// When it happened.
    pub at: Timestamp,
}

fn notice(row: &AnyRow) -> Result<LoggedNotice, StoreError> {
    let fields = Fields::new("outbox", "id", row)?;
    let readers: Vec<String> = serde_json::from_str(&fields.text("readers")?).map_err(|error| fields.bad("readers", error))?;
    Ok(LoggedNotice {
        sequence: fields.integer("sequence")?,
        id: fields.parsed("id")?,
        notice: Notice {
            kind: fields.one_of("kind", NoticeType::parse)?,
            agreement: fields.opt_parsed("agreement_id")?,
            readers: readers.iter().map(|id| id.parse().map_err(|error| fields.bad("readers", error))).collect::<Result<_, _>>()?,
            data: serde_json::from_str(&fields.text("data")?).map_err(|error| fields.bad("data", error))?,
        },
        at: fields.time("at")?,
    })
}

impl Store {
    /// What is told after line number `sequence`, at most `limit` lines.
    pub async fn notices_after(&self, sequence: i64, limit: u32) -> Result<Vec<LoggedNotice>, StoreError> {
        let query = sqlx::query("SELECT * FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2").bind(sequence).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(notice).collect()
    }
}

impl Tx {
    /// Tells something, if and when this transaction commits.
    pub fn append(&mut self, id: &EventId, notice: &Notice, at: Timestamp) {
        self.notices.push((id.clone(), notice.clone(), at));
    }
}

/// Numbers and writes what the transaction tells.
pub(crate) async fn flush(tx: &mut Tx) -> Result<(), StoreError> {
    let notices = std::mem::take(&mut tx.notices);
    let Ok(count @ 1..) = i64::try_from(notices.len()) else { return Ok(()) };
    let counter = sqlx::query_scalar("UPDATE outbox_counter SET last = last + $1 WHERE id = 1 RETURNING last - $1").bind(count);
    let before: i64 = counter.fetch_one(tx.connection()).await?;
    for (sequence, (id, notice, at)) in (before + 1..).zip(&notices) {
        let readers: Vec<&str> = notice.readers.iter().map(ProfileId::as_str).collect();
        let query = sqlx::query("INSERT INTO outbox (sequence, id, kind, agreement_id, readers, data, at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(sequence)
            .bind(id.as_str())
            .bind(notice.kind.as_str())
            .bind(notice.agreement.as_ref().map(|agreement| agreement.as_str()))
            .bind(serde_json::json!(readers).to_string())
            .bind(notice.data.to_string())
            .bind(at.as_millis());
        query.execute(tx.connection()).await?;
    }
    Ok(())
}
