//! What a commit adds to the two logs, the outbox and the audit log: numbered, linked and written as the last of the transaction.

use settlement::audit::{AuditHead, LoggedEntry};
use sqlx::any::AnyRow;

use crate::batch::Batch;
use crate::error::StoreError;
use crate::row::{Fields, lower};
use crate::{Tx, audit, outbox};

/// Takes the next `$1` numbers of the outbox and `$2` of the audit log, and says what came before. One row for both: it is locked until the commit, so that the
/// order of numbers is the order of commits, and nobody waits for another in a circle.
const TAKE: &str = "UPDATE log_ends SET outbox_sequence = outbox_sequence + $1, audit_sequence = audit_sequence + $2 WHERE id = 1 \
     RETURNING outbox_sequence - $1 AS outbox_sequence, audit_sequence - $2 AS audit_sequence, audit_hash";

/// The end of the audit log that a row of `log_ends` names.
pub(crate) fn audit_head(row: &AnyRow) -> Result<AuditHead, StoreError> {
    let fields = Fields::named("log_ends", "1".to_owned(), row);
    Ok(AuditHead { sequence: fields.unsigned("audit_sequence")?, hash: fields.hash("audit_hash")? })
}

/// Writes what the transaction tells and did, and what it left to be written last. Returns what is still to be sent.
pub(crate) async fn flush(tx: &mut Tx) -> Result<Batch, StoreError> {
    let (notices, entries) = (outbox::to_tell(tx).await?, std::mem::take(&mut tx.audited));
    let (Ok(told), Ok(did)) = (i64::try_from(notices.len()), i64::try_from(entries.len())) else {
        return Err(StoreError::Database(sqlx::Error::Encode("more than can be counted".into())));
    };
    let mut batch = std::mem::take(&mut tx.last);
    if told == 0 && did == 0 {
        return Ok(batch);
    }
    let taken = sqlx::query(TAKE).bind(told).bind(did).fetch_one(tx.connection()).await?;
    let before = Fields::named("log_ends", "1".to_owned(), &taken).integer("outbox_sequence")?;
    outbox::write(tx, &mut batch, before, notices).await?;
    let mut head = audit_head(&taken)?;
    let mut logged = Vec::with_capacity(entries.len());
    for entry in &entries {
        let entry = LoggedEntry::after(head, entry).map_err(audit::unwritable)?;
        head = entry.head();
        logged.push(entry);
    }
    if did > 0 {
        audit::write(tx, &mut batch, &logged).await?;
        batch.add("UPDATE log_ends SET audit_hash = $1 WHERE id = 1").bind(lower(head.hash));
    }
    Ok(batch)
}
