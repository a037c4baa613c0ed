//! The durable log of what is told: written in the transaction that causes it, numbered without gaps.

use std::collections::BTreeMap;

use settlement::Timestamp;
use settlement::ids::{EventId, ProfileId};
use settlement::notice::{Notice, NoticeType};
use sqlx::any::AnyRow;

use crate::batch::Batch;
use crate::bulk::{MAX_ROWS, places};
use crate::error::StoreError;
use crate::row::{Fields, lower};
use crate::{Store, Tx, profile};

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

impl LoggedNotice {
    /// Whether it is told to them.
    #[must_use]
    pub fn is_for(&self, reader: &Reader) -> bool {
        match reader {
            Reader::Profile(profile) => self.notice.readers.contains(profile),
            Reader::Operators => self.notice.readers.is_empty(),
        }
    }
}

/// Who reads the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A profile: what is told to it.
    Profile(ProfileId),
    /// The operators of the instance: what is told to nobody in particular.
    Operators,
}

/// How the operators are called among the readers. No id of a profile looks like it.
const OPERATORS: &str = "operators";

impl Reader {
    /// As it is stored.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Profile(profile) => profile.as_str(),
            Self::Operators => OPERATORS,
        }
    }

    /// The reader that a stored text names.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == OPERATORS { Some(Self::Operators) } else { text.parse().ok().map(Self::Profile) }
    }
}

/// Which lines of the log.
#[derive(Clone, Debug)]
pub struct NoticeFilter<'a> {
    /// What is told to any of them.
    pub readers: &'a [Reader],
    /// Only of these types; of all when empty.
    pub kinds: &'a [NoticeType],
    /// Lines after this number.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

pub(crate) fn notice(row: &AnyRow) -> Result<LoggedNotice, StoreError> {
    let fields = Fields::new("outbox", "id", row)?;
    let readers: Vec<String> = serde_json::from_str(&fields.text("readers")?).map_err(|error| fields.bad("readers", error))?;
    Ok(LoggedNotice {
        sequence: fields.integer("sequence")?,
        id: fields.parsed("id")?,
        notice: Notice {
            kind: fields.one_of("kind", NoticeType::parse)?,
            agreement: fields.opt_parsed("agreement_id")?,
            readers: readers.iter().map(|id| id.parse().map_err(|error| fields.bad("readers", error))).collect::<Result<_, _>>()?,
            evaluator: fields.opt_address("evaluator")?,
            data: serde_json::from_str(&fields.text("data")?).map_err(|error| fields.bad("data", error))?,
        },
        at: fields.time("at")?,
    })
}

/// The lines for one reader.
pub(crate) const OF_READER: &str = "SELECT o.* FROM outbox_readers r JOIN outbox o ON o.sequence = r.sequence WHERE r.reader = $1 AND r.sequence > $2 \
     ORDER BY r.sequence LIMIT $3";
/// The lines for one reader of one type.
pub(crate) const OF_READER_AND_KIND: &str = "SELECT o.* FROM outbox_readers r JOIN outbox o ON o.sequence = r.sequence WHERE r.reader = $1 AND r.sequence > $2 \
     AND r.kind = $4 ORDER BY r.sequence LIMIT $3";

impl Store {
    /// What is told after line number `sequence`, at most `limit` lines.
    pub async fn notices_after(&self, sequence: i64, limit: u32) -> Result<Vec<LoggedNotice>, StoreError> {
        let query = sqlx::query("SELECT * FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2").bind(sequence).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(notice).collect()
    }

    /// What is told to some readers, in order.
    pub async fn notices(&self, filter: &NoticeFilter<'_>) -> Result<Vec<LoggedNotice>, StoreError> {
        let mut connection = self.read().await?;
        let mut found = BTreeMap::new();
        // A page of each, by an index, of which the first lines are the page of all.
        for reader in filter.readers {
            let kinds = filter.kinds.iter().map(|kind| (OF_READER_AND_KIND, Some(kind.as_str())));
            for (sql, kind) in kinds.chain(filter.kinds.is_empty().then_some((OF_READER, None))) {
                let query = sqlx::query(sql).bind(reader.as_str()).bind(filter.after).bind(i64::from(filter.limit));
                let query = if let Some(kind) = kind { query.bind(kind) } else { query };
                for row in query.fetch_all(&mut *connection).await? {
                    let line = notice(&row)?;
                    found.insert(line.sequence, line);
                }
            }
        }
        Ok(found.into_values().take(usize::try_from(filter.limit).unwrap_or(usize::MAX)).collect())
    }

    /// The number of the newest line; 0 while there is none.
    pub async fn last_sequence(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT outbox_sequence FROM log_ends WHERE id = 1").fetch_one(self.database.pool()).await?)
    }
}

impl Tx {
    /// Tells something, if and when this transaction commits.
    pub fn append(&mut self, id: &EventId, notice: &Notice, at: Timestamp) {
        self.notices.push((id.clone(), notice.clone(), at));
    }
}

/// What the transaction tells, each with all who read it.
pub(crate) async fn to_tell(tx: &mut Tx) -> Result<Vec<(EventId, Notice, Timestamp)>, StoreError> {
    let mut notices = std::mem::take(&mut tx.notices);
    for (_, notice, _) in &mut notices {
        add_evaluator(tx, notice).await?;
    }
    Ok(notices)
}

/// Writes lines behind number `before`.
pub(crate) async fn write(tx: &mut Tx, batch: &mut Batch, before: i64, notices: Vec<(EventId, Notice, Timestamp)>) -> Result<(), StoreError> {
    let lines: Vec<Line> = (before + 1..).zip(notices).map(|(sequence, (id, notice, at))| Line { sequence, id, notice, at }).collect();
    for lines in lines.chunks(MAX_ROWS) {
        add_lines(tx.room(batch).await?, lines);
    }
    let readers: Vec<(&str, &Line)> = lines.iter().flat_map(|line| line.readers().into_iter().map(move |reader| (reader, line))).collect();
    for readers in readers.chunks(MAX_ROWS) {
        add_readers(tx.room(batch).await?, readers);
    }
    Ok(())
}

/// A line about to be written.
struct Line {
    sequence: i64,
    id: EventId,
    notice: Notice,
    at: Timestamp,
}

impl Line {
    fn readers(&self) -> Vec<&str> {
        let readers = &self.notice.readers;
        if readers.is_empty() { vec![OPERATORS] } else { readers.iter().map(ProfileId::as_str).collect() }
    }
}

/// Makes the profile that the evaluator's wallet speaks for, on the chain of the agreement, a reader.
async fn add_evaluator(tx: &mut Tx, notice: &mut Notice) -> Result<(), StoreError> {
    let (Some(address), Some(agreement)) = (notice.evaluator, &notice.agreement) else { return Ok(()) };
    if let Some(evaluator) = profile::speaking_for(tx.connection(), address, agreement).await?.filter(|evaluator| !notice.readers.contains(evaluator)) {
        notice.readers.push(evaluator);
    }
    Ok(())
}

fn add_lines(batch: &mut Batch, lines: &[Line]) {
    const COLUMNS: usize = 8;
    batch.add(&format!("INSERT INTO outbox (sequence, id, kind, agreement_id, readers, evaluator, data, at) VALUES {}", places(lines.len(), COLUMNS)));
    for Line { sequence, id, notice, at } in lines {
        let readers: Vec<&str> = notice.readers.iter().map(ProfileId::as_str).collect();
        batch
            .bind(*sequence)
            .bind(id.as_str())
            .bind(notice.kind.as_str())
            .bind(notice.agreement.as_ref().map(|agreement| agreement.as_str().to_owned()))
            .bind(serde_json::json!(readers).to_string())
            .bind(notice.evaluator.map(lower))
            .bind(notice.data.to_string())
            .bind(at.as_millis());
    }
}

fn add_readers(batch: &mut Batch, readers: &[(&str, &Line)]) {
    batch.add(&format!("INSERT INTO outbox_readers (reader, sequence, kind) VALUES {}", places(readers.len(), 3)));
    for (reader, line) in readers {
        batch.bind(*reader).bind(line.sequence).bind(line.notice.kind.as_str());
    }
}
