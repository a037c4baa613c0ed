//! Deliveries of work.

use alloy_primitives::B256;
use settlement::Timestamp;
use settlement::ids::{AgreementId, SubmissionId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::page::PageKey;
use crate::row::{Fields, lower};
use crate::{Store, Tx};

/// One delivery of the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// Of which agreement.
    pub agreement: AgreementId,
    /// Its number, from 1.
    pub revision: u32,
    /// Where the work is.
    pub deliverable_url: Option<String>,
    /// What the seller says about it.
    pub notes: Option<String>,
    /// Hash of the work, in the seller's choice of function.
    pub deliverable_hash: Option<B256>,
    /// When it was delivered.
    pub created_at: Timestamp,
}

fn submission(row: &AnyRow) -> Result<Submission, StoreError> {
    let fields = Fields::new("submissions", "id", row)?;
    Ok(Submission {
        id: fields.parsed("id")?,
        agreement: fields.parsed("agreement_id")?,
        revision: fields.unsigned("revision")?,
        deliverable_url: fields.opt_text("deliverable_url")?,
        notes: fields.opt_text("notes")?,
        deliverable_hash: fields.opt_hash("deliverable_hash")?,
        created_at: fields.time("created_at")?,
    })
}

async fn find(connection: &mut AnyConnection, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
    let row = sqlx::query("SELECT * FROM submissions WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(submission).transpose()
}

impl Store {
    /// The deliveries of an agreement, newest first, and how many there are in all.
    pub async fn submissions(&self, agreement: &AgreementId, after: Option<&PageKey>, limit: u32) -> Result<(Vec<Submission>, u64), StoreError> {
        let (at, id) = PageKey::bounds(after);
        let query = sqlx::query("SELECT * FROM submissions WHERE agreement_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4")
            .bind(agreement.as_str())
            .bind(at)
            .bind(id)
            .bind(i64::from(limit));
        let found = query.fetch_all(self.database.pool()).await?.iter().map(submission).collect::<Result<_, _>>()?;
        let total: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM submissions WHERE agreement_id = $1").bind(agreement.as_str()).fetch_one(self.database.pool()).await?;
        Ok((found, total.unsigned_abs()))
    }

    /// A delivery by its id.
    pub async fn submission(&self, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
        find(&mut *self.read().await?, id).await
    }
}

impl Tx {
    /// A delivery by its id.
    pub async fn submission(&mut self, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
        find(self.connection(), id).await
    }

    /// The number that the next delivery of an agreement gets.
    pub async fn next_revision(&mut self, agreement: &AgreementId) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) + 1 FROM submissions WHERE agreement_id = $1").bind(agreement.as_str());
        let next: i64 = query.fetch_one(self.connection()).await?;
        Ok(u32::try_from(next).unwrap_or(u32::MAX))
    }

    /// Adds a delivery.
    ///
    /// # Errors
    /// `Duplicate("revision")` when its number is taken.
    pub async fn insert_submission(&mut self, submission: &Submission) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO submissions (id, agreement_id, revision, deliverable_url, notes, deliverable_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(submission.id.as_str())
        .bind(submission.agreement.as_str())
        .bind(i64::from(submission.revision))
        .bind(submission.deliverable_url.as_deref())
        .bind(submission.notes.as_deref())
        .bind(submission.deliverable_hash.map(lower))
        .bind(submission.created_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("revision").into()) }
    }
}
