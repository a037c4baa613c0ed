//! Public pages of receipts. The token of a link is not here: only its keyed hash.

use settlement::Timestamp;
use settlement::ids::{PaymentRequestId, ProfileId, ReceiptLinkId};
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::Fields;
use crate::{Store, Tx};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Printed receipts lead to it.
    Document,
    /// A party made it, to hand on.
    Shared,
}

impl LinkPurpose {
    /// `document` or `shared`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Shared => "shared",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Document, Self::Shared].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A public page of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLink {
    /// Its id.
    pub id: ReceiptLinkId,
    /// Whose receipt it shows.
    pub request: PaymentRequestId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// For whom, in its maker's words.
    pub label: Option<String>,
    /// Who made it.
    pub created_by: ProfileId,
    /// When.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ReceiptLink {
    /// Whether it shows anything at this time.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

fn link(row: &AnyRow) -> Result<ReceiptLink, StoreError> {
    let fields = Fields::new("receipt_links", "id", row)?;
    Ok(ReceiptLink {
        id: fields.parsed("id")?,
        request: fields.parsed("payment_request_id")?,
        purpose: fields.one_of("purpose", LinkPurpose::parse)?,
        label: fields.opt_text("label")?,
        created_by: fields.parsed("created_by")?,
        created_at: fields.time("created_at")?,
        expires_at: fields.opt_time("expires_at")?,
        revoked_at: fields.opt_time("revoked_at")?,
    })
}

/// How many links that no longer open are kept of a receipt: enough to see what was revoked lately. Making and revoking is no way to fill the table; the audit
/// log has what was forgotten.
const CLOSED_KEPT: i64 = 50;

pub(crate) const FORGET: &str = "DELETE FROM receipt_links WHERE payment_request_id = $1 AND (revoked_at IS NOT NULL OR expires_at <= $2) AND id NOT IN \
     (SELECT id FROM receipt_links WHERE payment_request_id = $1 AND (revoked_at IS NOT NULL OR expires_at <= $2) ORDER BY created_at DESC, id DESC LIMIT $3)";
pub(crate) const OPEN: &str =
    "SELECT COUNT(*) FROM receipt_links WHERE payment_request_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
pub(crate) const BY_HASH: &str = "SELECT * FROM receipt_links WHERE hash = $1";
pub(crate) const PRINTED: &str = "SELECT * FROM receipt_links WHERE payment_request_id = $1 AND purpose = 'document' AND revoked_at IS NULL";

impl Store {
    /// The link with this keyed hash, whatever its state.
    pub async fn receipt_link_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ReceiptLink>, StoreError> {
        let row = sqlx::query(BY_HASH).bind(hex::encode(hash)).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(link).transpose()
    }

    /// Where printed receipts of the request lead to, if that was decided.
    pub async fn printed_receipt_link(&self, request: &PaymentRequestId) -> Result<Option<ReceiptLink>, StoreError> {
        let row = sqlx::query(PRINTED).bind(request.as_str()).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(link).transpose()
    }

    /// The links to a receipt, oldest first: those that are open, and the last that no longer are.
    pub async fn receipt_links(&self, request: &PaymentRequestId) -> Result<Vec<ReceiptLink>, StoreError> {
        let query = sqlx::query("SELECT * FROM receipt_links WHERE payment_request_id = $1 ORDER BY created_at, id").bind(request.as_str());
        query.fetch_all(self.database.pool()).await?.iter().map(link).collect()
    }
}

impl Tx {
    /// A link by its id, whatever its state.
    pub async fn receipt_link(&mut self, id: &ReceiptLinkId) -> Result<Option<ReceiptLink>, StoreError> {
        let row = sqlx::query("SELECT * FROM receipt_links WHERE id = $1").bind(id.as_str()).fetch_optional(self.connection()).await?;
        row.as_ref().map(link).transpose()
    }

    /// How many links to a receipt are open.
    pub async fn open_receipt_links(&mut self, request: &PaymentRequestId, now: Timestamp) -> Result<u64, StoreError> {
        let open: i64 = sqlx::query_scalar(OPEN).bind(request.as_str()).bind(now.as_millis()).fetch_one(self.connection()).await?;
        Ok(open.unsigned_abs())
    }

    /// Adds a link with the keyed hash of its token. Of those to the same receipt that no longer open, only the last 50 are kept.
    ///
    /// # Errors
    /// `Duplicate("receipt_link")` when printed receipts have a link already. The transaction can go on.
    pub async fn insert_receipt_link(&mut self, link: &ReceiptLink, hash: &[u8; 32]) -> Result<(), StoreError> {
        let forget = sqlx::query(FORGET).bind(link.request.as_str()).bind(link.created_at.as_millis()).bind(CLOSED_KEPT);
        forget.execute(self.connection()).await?;
        let query = sqlx::query(
            "INSERT INTO receipt_links (id, payment_request_id, purpose, hash, label, created_by, created_at, expires_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(link.id.as_str())
        .bind(link.request.as_str())
        .bind(link.purpose.as_str())
        .bind(hex::encode(hash))
        .bind(link.label.clone())
        .bind(link.created_by.as_str())
        .bind(link.created_at.as_millis())
        .bind(link.expires_at.map(Timestamp::as_millis))
        .bind(link.revoked_at.map(Timestamp::as_millis));
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("receipt_link").into()) }
    }

    /// Revokes a link; false when there is none or it is revoked already.
    pub async fn revoke_receipt_link(&mut self, id: &ReceiptLinkId, at: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE receipt_links SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL").bind(at.as_millis()).bind(id.as_str());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
