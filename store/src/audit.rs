//! The audit log: a chain of hashes, written in the transaction of what it tells.

use settlement::audit::{AuditEntry, AuditHead, BrokenChain, LoggedEntry};
use settlement::canonical::canonical_json;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::batch::Batch;
use crate::bulk::{MAX_ROWS, places};
use crate::error::{RowError, StoreError};
use crate::row::{Fields, lower, signed};
use crate::{PageKey, Store, Tx, log_ends};

/// Entries that are read at once while the log is checked or exported.
const CHUNK: u32 = 1_000;

pub(crate) const PAGE: &str = "SELECT * FROM audit_log WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2";
pub(crate) const PAGE_OF_SUBJECT: &str = "SELECT * FROM audit_log WHERE sequence < $1 AND subject = $3 ORDER BY sequence DESC LIMIT $2";
pub(crate) const PAGE_OF_ACTION: &str = "SELECT * FROM audit_log WHERE sequence < $1 AND action = $3 ORDER BY sequence DESC LIMIT $2";
const PAGE_OF_BOTH: &str = "SELECT * FROM audit_log WHERE sequence < $1 AND subject = $3 AND action = $4 ORDER BY sequence DESC LIMIT $2";

/// Which entries of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those about it.
    pub subject: Option<String>,
    /// Those that tell of such an act.
    pub action: Option<String>,
}

fn entry(row: &AnyRow) -> Result<LoggedEntry, StoreError> {
    let unnamed = Fields::named("audit_log", "?".to_owned(), row);
    let sequence: u64 = unnamed.unsigned("sequence")?;
    let fields = Fields::named("audit_log", sequence.to_string(), row);
    let text = fields.text("details")?;
    let details = serde_json::from_str(&text).map_err(|error| fields.bad("details", error))?;
    // What was hashed is the value; a text that says it in other words would show people something else.
    if canonical_json(&details).map_err(|error| fields.bad("details", error))? != text {
        return Err(fields.bad("details", "is not canonical"));
    }
    Ok(LoggedEntry {
        sequence,
        at: fields.time("at")?,
        author: fields.text("author")?,
        action: fields.text("action")?,
        subject: fields.text("subject")?,
        details,
        hash: fields.hash("hash")?,
    })
}

/// Entries behind number `after`, or from the first row there is, in their order; one that cannot be read ends the list with the reason.
async fn behind(connection: &mut AnyConnection, after: Option<u64>) -> Result<(Vec<LoggedEntry>, Option<RowError>), StoreError> {
    // Below every number: what somebody has put before entry 1 is part of what there is.
    let after = after.map_or(Ok(i64::MIN), signed)?;
    let query = sqlx::query("SELECT * FROM audit_log WHERE sequence > $1 ORDER BY sequence LIMIT $2").bind(after).bind(i64::from(CHUNK));
    let mut entries = Vec::new();
    for row in query.fetch_all(connection).await? {
        match entry(&row) {
            Ok(entry) => entries.push(entry),
            Err(StoreError::Row(unreadable)) => return Ok((entries, Some(unreadable))),
            Err(error) => return Err(error),
        }
    }
    Ok((entries, None))
}

impl Store {
    /// The recorded end of the log.
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        log_ends::audit_head(&sqlx::query("SELECT * FROM log_ends WHERE id = 1").fetch_one(self.database.pool()).await?)
    }

    /// Entries, newest first. A page ended at the entry whose number is the id of its key.
    pub async fn audit_entries(&self, filter: &AuditFilter, after: Option<&PageKey>, limit: u32) -> Result<Vec<LoggedEntry>, StoreError> {
        // A key that is no number of ours is that of no entry: nothing comes after it.
        let before = after.map_or(i64::MAX, |key| key.id.parse().unwrap_or(0));
        let sql = match (&filter.subject, &filter.action) {
            (None, None) => PAGE,
            (Some(_), None) => PAGE_OF_SUBJECT,
            (None, Some(_)) => PAGE_OF_ACTION,
            (Some(_), Some(_)) => PAGE_OF_BOTH,
        };
        let query = sqlx::query(sql).bind(before).bind(i64::from(limit));
        let wanted = filter.subject.iter().chain(&filter.action);
        let query = wanted.fold(query, |query, text| query.bind(text.clone()));
        query.fetch_all(self.database.pool()).await?.iter().map(entry).collect()
    }

    /// Entries behind number `after` (`None`: from the first row there is), in their order: a part of the log, to go on from its last. Empty at the end.
    ///
    /// # Errors
    /// When one of them cannot be read; those before it are lost with it.
    pub async fn audit_entries_after(&self, after: Option<u64>) -> Result<Vec<LoggedEntry>, StoreError> {
        let (entries, unreadable) = behind(&mut *self.read().await?, after).await?;
        unreadable.map_or(Ok(entries), |reason| Err(reason.into()))
    }

    /// Computes the whole log again. Returns its end, or the first entry that is not as it was written. `remembered` is an end that was noted before:
    /// the log has to lead through it.
    pub async fn verify_audit(&self, remembered: Option<AuditHead>) -> Result<Result<AuditHead, BrokenChain>, StoreError> {
        let mut recorded = self.audit_head().await?;
        let (mut head, mut after) = (AuditHead::EMPTY, None);
        loop {
            let (entries, unreadable) = behind(&mut *self.read().await?, after).await?;
            let is_over = entries.is_empty() && unreadable.is_none();
            for entry in entries {
                // Committed since, with a new end, or put there by somebody else, who left the end as it was.
                if entry.sequence > recorded.sequence {
                    recorded = self.audit_head().await?;
                }
                if entry.sequence > recorded.sequence {
                    return Ok(Err(BrokenChain::Altered { sequence: head.sequence + 1 }));
                }
                head = match head.advance(&entry) {
                    Ok(head) => head,
                    Err(broken) => return Ok(Err(broken)),
                };
                after = Some(head.sequence);
                if remembered.is_some_and(|remembered| remembered.sequence == head.sequence && remembered.hash != head.hash) {
                    return Ok(Err(BrokenChain::Rewritten { sequence: head.sequence }));
                }
            }
            if let Some(reason) = unreadable {
                return Ok(Err(BrokenChain::Unreadable { sequence: head.sequence + 1, reason: reason.to_string() }));
            }
            if is_over {
                return Ok(head.finish(recorded).and_then(|()| through(head, remembered)));
            }
        }
    }
}

/// A remembered end that the log does not reach was cut off.
fn through(head: AuditHead, remembered: Option<AuditHead>) -> Result<AuditHead, BrokenChain> {
    match remembered {
        Some(remembered) if remembered.sequence > head.sequence => Err(BrokenChain::Missing { sequence: head.sequence + 1 }),
        Some(_) | None => Ok(head),
    }
}

impl Tx {
    /// Logs an act, if and when this transaction commits.
    pub fn audit(&mut self, entry: AuditEntry) {
        self.audited.push(entry);
    }
}

/// Writes entries.
pub(crate) async fn write(tx: &mut Tx, batch: &mut Batch, entries: &[LoggedEntry]) -> Result<(), StoreError> {
    for entries in entries.chunks(MAX_ROWS) {
        add(tx.room(batch).await?, entries)?;
    }
    Ok(())
}

fn add(batch: &mut Batch, entries: &[LoggedEntry]) -> Result<(), StoreError> {
    batch.add(&format!("INSERT INTO audit_log (sequence, at, author, action, subject, details, hash) VALUES {}", places(entries.len(), 7)));
    for entry in entries {
        batch
            .bind(signed(entry.sequence)?)
            .bind(entry.at.as_millis())
            .bind(entry.author.as_str())
            .bind(entry.action.as_str())
            .bind(entry.subject.as_str())
            .bind(canonical_json(&entry.details).map_err(unwritable)?)
            .bind(lower(entry.hash));
    }
    Ok(())
}

pub(crate) fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Database(sqlx::Error::Encode(Box::new(error)))
}
