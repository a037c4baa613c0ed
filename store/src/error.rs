//! What can go wrong between this process and its database.

use std::fmt;

/// Why a read or a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses, in a way that repeating does not help.
    #[error("the database refuses")]
    Database(#[source] sqlx::Error),
    /// A text has a character that the database does not take, like NUL on Postgres: whoever sent it has to leave it out.
    #[error("a text has a character that the database does not take")]
    Text(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the schema cannot be migrated")]
    Migration(#[source] Box<sqlx::migrate::MigrateError>),
    /// The database cannot be reached, or is too busy, now. Nothing was written; try again.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The connection was lost while the database was told to commit: whether it did, nobody knows. Read, or repeat under the same idempotency key.
    #[error("the database did not say whether it has committed")]
    Undecided(#[source] sqlx::Error),
    /// Somebody else was faster, or the same thing is there already.
    #[error(transparent)]
    Conflict(Conflict),
    /// A stored row cannot be read.
    #[error(transparent)]
    Row(RowError),
    /// This process no longer leads the chain: another has taken over, and nothing was written.
    #[error("chain {chain_id} has another leader since epoch {epoch}")]
    Fenced {
        /// The chain.
        chain_id: u64,
        /// The epoch of the old leader.
        epoch: u64,
    },
    /// Another process leads the chain.
    #[error("another process follows chain {chain_id}")]
    NotLeader {
        /// The chain.
        chain_id: u64,
    },
    /// The lock file next to the database cannot be used.
    #[error("the lock file {path} cannot be used")]
    LockFile {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        reason: std::io::Error,
    },
}

/// A write that would contradict what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// There is one already. The name says of what: `wallet`, `handle`, `external_ref`, `consent`, `live_request`, `tx_hash`, `signed_payload`, `revision`,
    /// `open_dispute`, `open_payout_change`, `acknowledgement`, `id`.
    #[error("duplicate {0}")]
    Duplicate(&'static str),
    /// The row is no longer in the state that the change starts from: read it again.
    #[error("the row has changed")]
    Changed,
}

/// A stored row that cannot be read: damaged, or written by something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Its table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub id: String,
    /// What is wrong with the value.
    pub reason: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} of {}: {}", self.table, self.column, self.id, self.reason)
    }
}

impl std::error::Error for RowError {}

impl From<RowError> for StoreError {
    fn from(error: RowError) -> Self {
        Self::Row(error)
    }
}

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Box::new(error))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_transient(&error) {
            Self::Unavailable(error)
        } else if is_of_text(&error) {
            Self::Text(error)
        } else {
            Self::Database(error)
        }
    }
}

impl StoreError {
    /// Whether a row would have referred to one that is not there.
    pub(crate) fn is_of_reference(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(refusal)) if refusal.is_foreign_key_violation())
    }
}

/// SQLSTATE `character_not_in_repertoire`. SQLite takes every text.
fn is_of_text(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(refusal) if refusal.code().is_some_and(|code| code == "22021"))
}

/// Whether the same may succeed later: no connection, a lock that was not given in time, a deadlock, a server that shuts down.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_transient_code(&code)),
        _ => false,
    }
}

/// SQLSTATE classes and codes (Postgres, appendix A) and extended result codes (SQLite) that name a passing condition.
fn is_transient_code(code: &str) -> bool {
    const POSTGRES: [&str; 5] = ["40001", "40P01", "55P03", "57014", "25P03"];
    const POSTGRES_CLASSES: [&str; 3] = ["08", "53", "57"];
    // SQLITE_BUSY and its kinds _RECOVERY, _SNAPSHOT and _TIMEOUT, SQLITE_LOCKED and _SHAREDCACHE, SQLITE_FULL: a full disk is mended without us, as 53100 is.
    const SQLITE: [&str; 7] = ["5", "261", "517", "773", "6", "262", "13"];
    SQLITE.contains(&code) || POSTGRES.contains(&code) || (code.len() == 5 && POSTGRES_CLASSES.iter().any(|class| code.starts_with(class)))
}

/// What an error of a commit means: the answer of a database that says no is an answer, a connection that ends is none.
pub(crate) fn of_commit(error: sqlx::Error) -> StoreError {
    // Postgres: connection exceptions, and sessions that were ended by the server.
    const NO_ANSWER: [&str; 2] = ["08", "57"];
    let is_answer = match &error {
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| !(code.len() == 5 && NO_ANSWER.iter().any(|class| code.starts_with(class)))),
        _ => false,
    };
    if is_answer { error.into() } else { StoreError::Undecided(error) }
}

/// Names the uniqueness that an insert or update may violate; other errors stay what they are.
pub(crate) fn duplicate(what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => Conflict::Duplicate(what).into(),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_conditions_are_told_from_refusals() {
        let passing = [
            // Serialisation failure, deadlock, lock not available, statement timeout, idle transaction ended, connection failure, too many connections, disk
            // full, shut down by the administrator, starting up.
            "40001", "40P01", "55P03", "57014", "25P03", "08006", "53300", "53100", "57P01", "57P03", "5", "261", "517", "6", "13",
        ];
        for code in passing {
            assert!(is_transient_code(code), "{code}");
        }
        // Unique, foreign key, check, syntax, password, no such database; SQLite: constraint kinds, corrupt, read-only, not a database, an I/O error.
        for code in ["23505", "23503", "23514", "42601", "28P01", "3D000", "2067", "1555", "787", "275", "11", "8", "26", "2570", "", "53", "08"] {
            assert!(!is_transient_code(code), "{code}");
        }
        assert!(matches!(StoreError::from(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
        assert!(matches!(StoreError::from(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into())), StoreError::Unavailable(_)));
        assert!(matches!(StoreError::from(sqlx::Error::RowNotFound), StoreError::Database(_)));
    }
}
