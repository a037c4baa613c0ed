//! Agreements and where the work stands.

mod list;

use alloy_primitives::{Address, B256};
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, ConsentKind, Party};
use settlement::ids::{AgreementId, ProfileId};
use settlement::money::FeePolicy;
use settlement::terms::Terms;
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx, payout_change};

#[cfg(test)]
pub(crate) use list::list_sql;
pub use list::{AgreementFilter, Role};

fn agreement(row: &AnyRow) -> Result<AgreementRecord, StoreError> {
    let fields = Fields::new("agreements", "id", row)?;
    let terms = Terms::from_canonical(&fields.text("terms")?).map_err(|error| fields.bad("terms", error))?;
    if terms.hash() != fields.hash("terms_hash")? {
        return Err(fields.bad("terms_hash", "is not the hash of the terms"));
    }
    if terms.evaluator != fields.opt_address("evaluator")? {
        return Err(fields.bad("evaluator", "is not the evaluator of the terms"));
    }
    if terms.asset.chain_id() != fields.unsigned::<u64>("chain_id")? {
        return Err(fields.bad("chain_id", "is not the chain of the terms"));
    }
    Ok(AgreementRecord {
        id: fields.parsed("id")?,
        external_ref: fields.text("external_ref")?,
        importer: fields.parsed("importer_id")?,
        buyer: Party { profile: fields.parsed("buyer_id")?, wallet: fields.address("buyer_wallet")? },
        seller: Party { profile: fields.parsed("seller_id")?, wallet: fields.address("seller_wallet")? },
        terms,
        consent: consent(&fields)?,
        fee: FeePolicy { bps: fields.unsigned("fee_bps")?, fixed: fields.amount("fee_fixed")?, recipient: fields.address("fee_recipient")? },
        payout: None,
        state: state(&fields)?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn consent(fields: &Fields<'_>) -> Result<Consent, StoreError> {
    match fields.one_of("consent", ConsentKind::parse)? {
        ConsentKind::Signatures => {
            Ok(Consent::Signatures { salt: fields.hash("consent_salt")?, buyer: fields.bytes("buyer_signature")?, seller: fields.bytes("seller_signature")? })
        }
        ConsentKind::Attested => Ok(Consent::Attested { by: fields.parsed("attested_by")? }),
    }
}

fn state(fields: &Fields<'_>) -> Result<AgreementState, StoreError> {
    let at = || fields.opt_time("status_at").and_then(|at| fields.present("status_at", at));
    let reason = || fields.opt_text("status_reason").and_then(|reason| fields.present("status_reason", reason));
    let submission = || fields.opt_parsed("status_submission_id").and_then(|id| fields.present("status_submission_id", id));
    match fields.text("status")?.as_str() {
        "in_progress" => Ok(AgreementState::InProgress),
        "submitted" => Ok(AgreementState::Submitted { submission: submission()?, at: at()? }),
        "accepted" => Ok(AgreementState::Accepted { submission: submission()?, at: at()? }),
        "rejected" => Ok(AgreementState::Rejected { submission: submission()?, reason: reason()?, at: at()? }),
        "cancelled" => Ok(AgreementState::Cancelled { reason: reason()?, by: fields.parsed("status_by")?, at: at()? }),
        other => Err(fields.bad("status", format!("{other:?} is not one of its values"))),
    }
}

/// What a state is stored as: submission, reason, who, when.
fn columns(state: &AgreementState) -> (Option<&str>, Option<&str>, Option<&str>, Option<i64>) {
    match state {
        AgreementState::InProgress => (None, None, None, None),
        AgreementState::Submitted { submission, at } | AgreementState::Accepted { submission, at } => {
            (Some(submission.as_str()), None, None, Some(at.as_millis()))
        }
        AgreementState::Rejected { submission, reason, at } => (Some(submission.as_str()), Some(reason), None, Some(at.as_millis())),
        AgreementState::Cancelled { reason, by, at } => (None, Some(reason), Some(by.as_str()), Some(at.as_millis())),
    }
}

pub(crate) async fn find(connection: &mut AnyConnection, id: &AgreementId, suffix: &'static str) -> Result<Option<AgreementRecord>, StoreError> {
    let sql = AssertSqlSafe(format!("SELECT * FROM agreements WHERE id = $1{suffix}"));
    let row = sqlx::query(sql).bind(id.as_str()).fetch_optional(&mut *connection).await?;
    match row {
        Some(row) => payout_change::complete(connection, &row, agreement(&row)?).await.map(Some),
        None => Ok(None),
    }
}

/// The agreement as it was imported, wherever its seller is paid since.
pub(crate) async fn without_payout(connection: &mut AnyConnection, id: &AgreementId) -> Result<Option<AgreementRecord>, StoreError> {
    sqlx::query("SELECT * FROM agreements WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?.as_ref().map(agreement).transpose()
}

/// The import of a profile behind its newest `$3`, if it is younger than `$2`.
pub(crate) const IMPORTED_BEHIND: &str =
    "SELECT id, created_at FROM agreements WHERE importer_id = $1 AND created_at > $2 ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $3";

async fn find_by_ref(connection: &mut AnyConnection, importer: &ProfileId, external_ref: &str) -> Result<Option<AgreementRecord>, StoreError> {
    let query = sqlx::query("SELECT * FROM agreements WHERE importer_id = $1 AND external_ref = $2").bind(importer.as_str()).bind(external_ref.to_owned());
    match query.fetch_optional(&mut *connection).await? {
        Some(row) => payout_change::complete(connection, &row, agreement(&row)?).await.map(Some),
        None => Ok(None),
    }
}

impl Store {
    /// An agreement by its id.
    pub async fn agreement(&self, id: &AgreementId) -> Result<Option<AgreementRecord>, StoreError> {
        find(&mut *self.read().await?, id, "").await
    }

    /// An agreement by the reference of whoever imported it.
    pub async fn agreement_by_ref(&self, importer: &ProfileId, external_ref: &str) -> Result<Option<AgreementRecord>, StoreError> {
        find_by_ref(&mut *self.read().await?, importer, external_ref).await
    }
}

impl Tx {
    /// An agreement by its id, locked until the transaction ends: whoever decides about its payments comes here first, so that two decisions never rest on
    /// the same past.
    pub async fn agreement(&mut self, id: &AgreementId) -> Result<Option<AgreementRecord>, StoreError> {
        let suffix = self.write.for_update();
        find(self.connection(), id, suffix).await
    }

    /// An agreement by the reference of whoever imported it.
    pub async fn agreement_by_ref(&mut self, importer: &ProfileId, external_ref: &str) -> Result<Option<AgreementRecord>, StoreError> {
        find_by_ref(self.connection(), importer, external_ref).await
    }

    /// When a profile has imported as many as `count` agreements since then: when it made the oldest of the newest `count`. Whoever imports at the same time is not
    /// waited for, so a limit by this is passed by as many as come at once, which is little of a day's.
    pub async fn imported(&mut self, importer: &ProfileId, count: u32, since: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let Some(behind) = count.checked_sub(1) else { return Ok(None) };
        let query = sqlx::query(IMPORTED_BEHIND).bind(importer.as_str()).bind(since.as_millis()).bind(i64::from(behind));
        query.fetch_optional(self.connection()).await?.map(|row| Fields::new("agreements", "id", &row)?.time("created_at")).transpose()
    }

    /// The agreement that a pair of signatures has made, whoever imported it.
    pub async fn agreement_by_consent(&mut self, terms_hash: B256, (buyer, seller): (Address, Address), salt: B256) -> Result<Option<AgreementId>, StoreError> {
        let query = sqlx::query(
            "SELECT id FROM agreements WHERE terms_hash = $1 AND buyer_wallet = $2 AND seller_wallet = $3 AND consent_salt = $4 AND consent = 'signatures'",
        );
        let query = query.bind(lower(terms_hash)).bind(lower(buyer)).bind(lower(seller)).bind(lower(salt));
        query.fetch_optional(self.connection()).await?.map(|row| Fields::new("agreements", "id", &row)?.parsed("id")).transpose()
    }

    /// Adds an agreement.
    ///
    /// # Errors
    /// `Duplicate("external_ref")` when the importing party has used the reference, `Duplicate("consent")` when the signatures have made an agreement,
    /// `Duplicate("id")` when the id is taken. The transaction can go on.
    pub async fn insert_agreement(&mut self, record: &AgreementRecord) -> Result<(), StoreError> {
        let (salt, buyer_signature, seller_signature, attested_by) = match &record.consent {
            Consent::Signatures { salt, buyer, seller } => (Some(lower(salt)), Some(buyer.to_string()), Some(seller.to_string()), None),
            Consent::Attested { by } => (None, None, None, Some(by.as_str())),
        };
        let (submission, reason, by, at) = columns(&record.state);
        let query = sqlx::query(
            "INSERT INTO agreements (id, importer_id, external_ref, buyer_id, buyer_wallet, seller_id, seller_wallet, evaluator, terms, terms_hash, consent, \
             consent_salt, buyer_signature, seller_signature, attested_by, fee_bps, fee_fixed, fee_recipient, status, status_submission_id, status_reason, \
             status_by, status_at, created_at, updated_at, chain_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) \
             ON CONFLICT DO NOTHING",
        )
        .bind(record.id.as_str())
        .bind(record.importer.as_str())
        .bind(record.external_ref.as_str())
        .bind(record.buyer.profile.as_str())
        .bind(lower(record.buyer.wallet))
        .bind(record.seller.profile.as_str())
        .bind(lower(record.seller.wallet))
        .bind(record.terms.evaluator.map(|evaluator: Address| lower(evaluator)))
        .bind(record.terms.canonical())
        .bind(lower(record.terms.hash()))
        .bind(record.consent.kind().as_str())
        .bind(salt)
        .bind(buyer_signature)
        .bind(seller_signature)
        .bind(attested_by)
        .bind(i64::from(record.fee.bps))
        .bind(record.fee.fixed.to_string())
        .bind(lower(record.fee.recipient))
        .bind(record.state.name())
        .bind(submission)
        .bind(reason)
        .bind(by)
        .bind(at)
        .bind(record.created_at.as_millis())
        .bind(record.updated_at.as_millis())
        .bind(signed(record.terms.asset.chain_id())?);
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 {
            return Ok(());
        }
        let same = sqlx::query_scalar("SELECT COUNT(*) FROM agreements WHERE importer_id = $1 AND external_ref = $2");
        let same: i64 = same.bind(record.importer.as_str()).bind(record.external_ref.as_str()).fetch_one(self.connection()).await?;
        if same > 0 {
            return Err(Conflict::Duplicate("external_ref").into());
        }
        let used = match &record.consent {
            Consent::Signatures { salt, .. } => self.agreement_by_consent(record.terms.hash(), (record.buyer.wallet, record.seller.wallet), *salt).await?,
            Consent::Attested { .. } => None,
        };
        Err(Conflict::Duplicate(if used.is_some() { "consent" } else { "id" }).into())
    }

    /// Changes where the work stands, if it still stands where `from` says.
    ///
    /// # Errors
    /// `Changed` when it does not.
    pub async fn set_agreement_state(&mut self, id: &AgreementId, from: &AgreementRecord, to: &AgreementState, at: Timestamp) -> Result<(), StoreError> {
        let (submission, reason, by, status_at) = columns(to);
        let (submission, reason, by) = (submission.map(str::to_owned), reason.map(str::to_owned), by.map(str::to_owned));
        let query = sqlx::query(
            "UPDATE agreements SET status = $1, status_submission_id = $2, status_reason = $3, status_by = $4, status_at = $5, updated_at = $6 \
             WHERE id = $7 AND status = $8 AND updated_at = $9",
        )
        .bind(to.name())
        .bind(submission)
        .bind(reason)
        .bind(by)
        .bind(status_at)
        .bind(at.as_millis())
        .bind(id.as_str())
        .bind(from.state.name())
        .bind(from.updated_at.as_millis());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }
}
