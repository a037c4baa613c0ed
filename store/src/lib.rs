//! The only SQL of Counterfoil: one [`Store`] over SQLite and Postgres.
//!
//! One file per noun. Reads are methods of [`Store`]; what belongs together is written through one [`Tx`], which happens whole or not at all. Every change of
//! a state is one compare-and-swap statement: when the row is no longer in the state it starts from, the answer is [`Conflict::Changed`].

#![warn(missing_docs)]

mod agreement;
mod api_token;
mod audit;
mod batch;
mod bulk;
mod chain_log;
mod delivery;
mod dispute;
mod engine;
mod error;
mod idempotency;
mod leader;
mod ledger;
mod ledger_day;
mod log_ends;
mod migration;
mod milestone;
mod other_router;
mod outbox;
mod page;
mod payment_request;
mod payout_change;
mod payout_method;
mod pending;
#[cfg(test)]
mod plans;
mod profile;
mod proof;
mod proof_issue;
mod receipt;
mod receipt_link;
mod reconciliation;
mod refund;
mod registry;
mod related;
mod router_event;
mod row;
mod sign_in;
mod statement;
mod submission;
#[cfg(feature = "testing")]
pub mod testing;
mod unit;
mod webhook;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use settlement::Timestamp;
use settlement::audit::AuditEntry;
use settlement::ids::EventId;
use settlement::notice::Notice;
use sqlx::AnyConnection;
use tokio::sync::watch;

use crate::batch::Batch;

pub use agreement::{AgreementFilter, Role};
pub use api_token::ApiToken;
pub use audit::AuditFilter;
pub use chain_log::{BlockRef, Cursor, Head, Header};
pub use delivery::{Attempt, Backlog, Claimed, Delivery, FanOut, LastAttempt, Next, Redelivery, RedeliveryRange};
pub use engine::{Engine, StoreOptions};
pub use error::{Conflict, RowError, StoreError};
pub use idempotency::{Claim, IdempotencyKey, StoredAnswer};
pub use leader::Leadership;
pub use ledger::StoredPosting;
pub use ledger_day::AccountTurnover;
pub use milestone::MilestoneDelivery;
pub use other_router::PayableElsewhere;
pub use outbox::{LoggedNotice, NoticeFilter, Reader};
pub use page::PageKey;
pub use payment_request::StoredRequest;
pub use payout_method::PayoutMethod;
pub use profile::{Profile, Wallet};
pub use proof_issue::OpenIssue;
pub use receipt::{MadeOut, Receipted, Revocation};
pub use receipt_link::{LinkPurpose, ReceiptLink};
pub use reconciliation::{Comparison, Difference};
pub use refund::{RefundIssue, RefundPayload, StoredRefund};
pub use registry::Grounds;
pub use related::Related;
pub use router_event::{Outstanding, SeenEvent, Verdict};
pub use statement::{Asked, Period, StatementCursor, StatementLine};
pub use submission::Submission;
pub use webhook::{Endpoint, SealedSecrets};

/// A connected database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: engine::Database,
}

impl Store {
    /// Connects. The schema is not touched.
    ///
    /// # Errors
    /// When the URL names no database of ours or it cannot be reached.
    pub async fn connect(options: &StoreOptions) -> Result<Self, StoreError> {
        Ok(Self { database: engine::Database::connect(options).await? })
    }

    /// Which database it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _: i64 = sqlx::query_scalar("SELECT CAST(1 AS BIGINT)").fetch_one(self.database.pool()).await?;
        Ok(())
    }

    /// Opens a transaction. On SQLite it waits for its turn to write, so hold it briefly. Read through it, not beside it: whoever holds one connection and waits
    /// for another can wait for itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when its turn does not come in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx::over(self.database.write().await?))
    }

    /// What is told from now on: commits that add to the log of notices.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes { receiver: self.database.subscribe() }
    }

    /// Closes every connection, after what runs has ended.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn read(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Any>, StoreError> {
        Ok(self.database.pool().acquire().await?)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        f.debug_struct("Store").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// An open transaction. Dropped without [`Tx::commit`], it never was.
pub struct Tx {
    write: engine::Write,
    notices: Vec<(EventId, Notice, Timestamp)>,
    audited: Vec<AuditEntry>,
    moves: BTreeMap<ledger_day::DayKey, ledger_day::DayMove>,
    /// What nothing else of the transaction rests on: it is written with the logs.
    last: Batch,
}

impl Tx {
    fn over(write: engine::Write) -> Self {
        Self { write, notices: Vec::new(), audited: Vec::new(), moves: BTreeMap::new(), last: Batch::default() }
    }

    /// Makes it happen, whole.
    ///
    /// # Errors
    /// When the database cannot: then nothing happened. [`StoreError::Undecided`] when its answer is lost: then nobody knows; idempotency keys and
    /// compare-and-swap make a repeat safe.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        // The ends of the logs are taken last, so that writers queue for them only while they commit.
        ledger_day::flush(&mut self).await?;
        // Everybody who waits for commits reads the log of what is told: the others wake nobody.
        let wakes = !self.notices.is_empty();
        let last = log_ends::flush(&mut self).await?;
        self.write.commit(last, wakes).await
    }

    /// Takes it back.
    ///
    /// # Errors
    /// When the database cannot be told; it never was, all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.write.rollback().await
    }

    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.write.transaction
    }

    /// The batch, sent first if nothing more should be added to it.
    async fn room<'b>(&mut self, batch: &'b mut Batch) -> Result<&'b mut Batch, StoreError> {
        if batch.is_full() {
            self.write.send(std::mem::take(batch), false).await?;
        }
        Ok(batch)
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("engine", &self.write.engine).finish_non_exhaustive()
    }
}

/// Waits for commits that tell something: of this process, and on Postgres of others.
#[derive(Debug)]
pub struct Changes {
    receiver: watch::Receiver<u64>,
}

impl Changes {
    /// Returns when something was told since the last call (or since it was made), or after `max`.
    pub async fn wait(&mut self, max: Duration) {
        // A closed channel means the store is gone: then waiting out the time is all that is left.
        if let Ok(Err(_)) = tokio::time::timeout(max, self.receiver.changed()).await {
            tokio::time::sleep(max).await;
        }
    }
}
