//! Changes of where the sellers of agreements are paid.

use std::collections::{BTreeMap, BTreeSet};

use settlement::Timestamp;
use settlement::agreement::AgreementRecord;
use settlement::ids::{AgreementId, PayoutChangeId};
use settlement::payout_change::{Payout, PayoutChangeRecord, PayoutChangeState, Word, founded, in_force};
use settlement::snapshot::SignedSnapshot;
use settlement::unit::Unit;
use settlement::verify::AgreedTerms;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, lower};
use crate::{Store, Tx, agreement, milestone};

fn change(row: &AnyRow) -> Result<PayoutChangeRecord, StoreError> {
    let fields = Fields::new("payout_changes", "id", row)?;
    Ok(PayoutChangeRecord {
        id: fields.parsed("id")?,
        agreement: fields.parsed("agreement_id")?,
        number: fields.unsigned("number")?,
        previous_payee: fields.address("previous_payee")?,
        payee: fields.address("payee")?,
        note: fields.opt_text("note")?,
        asked: Word::from_signature(fields.opt_parsed("seller_signature")?),
        state: state(&fields)?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn state(fields: &Fields<'_>) -> Result<PayoutChangeState, StoreError> {
    let confirmed_at = || fields.opt_time("confirmed_at").and_then(|at| fields.present("confirmed_at", at));
    let ended_at = || fields.opt_time("ended_at").and_then(|at| fields.present("ended_at", at));
    let word = || fields.opt_parsed("buyer_signature").map(Word::from_signature);
    match fields.text("status")?.as_str() {
        "requested" => Ok(PayoutChangeState::Requested),
        "confirmed" => Ok(PayoutChangeState::Confirmed { word: word()?, at: confirmed_at()? }),
        "superseded" => Ok(PayoutChangeState::Superseded { word: word()?, confirmed_at: confirmed_at()?, at: ended_at()? }),
        "declined" => Ok(PayoutChangeState::Declined { at: ended_at()? }),
        "cancelled" => Ok(PayoutChangeState::Cancelled { at: ended_at()? }),
        other => Err(fields.bad("status", format!("{other:?} is not one of its values"))),
    }
}

/// What a state is stored as: the buyer's signature, when it was confirmed, when it ended.
fn columns(state: &PayoutChangeState) -> (Option<String>, Option<i64>, Option<i64>) {
    let signature = |word: &Word| word.signature().map(ToString::to_string);
    match state {
        PayoutChangeState::Requested => (None, None, None),
        PayoutChangeState::Confirmed { word, at } => (signature(word), Some(at.as_millis()), None),
        PayoutChangeState::Superseded { word, confirmed_at, at } => (signature(word), Some(confirmed_at.as_millis()), Some(at.as_millis())),
        PayoutChangeState::Declined { at } | PayoutChangeState::Cancelled { at } => (None, None, Some(at.as_millis())),
    }
}

/// The changes of an agreement, oldest first: at most [`settlement::payout_change::MAX_PAYOUT_CHANGES`].
pub(crate) const LIST: &str = "SELECT * FROM payout_changes WHERE agreement_id = $1 ORDER BY number";
/// Those that were ever confirmed, oldest first.
pub(crate) const IN_FORCE: &str = "SELECT * FROM payout_changes WHERE agreement_id = $1 AND status IN ('confirmed', 'superseded') ORDER BY number";
pub(crate) const REQUESTED: &str = "SELECT * FROM payout_changes WHERE agreement_id = $1 AND status = 'requested'";

async fn list(connection: &mut AnyConnection, id: &AgreementId) -> Result<Vec<PayoutChangeRecord>, StoreError> {
    sqlx::query(LIST).bind(id.as_str()).fetch_all(connection).await?.iter().map(change).collect()
}

async fn one(connection: &mut AnyConnection, sql: &'static str, id: &AgreementId) -> Result<Option<PayoutChangeRecord>, StoreError> {
    sqlx::query(sql).bind(id.as_str()).fetch_optional(connection).await?.as_ref().map(change).transpose()
}

pub(crate) async fn requested(connection: &mut AnyConnection, id: &AgreementId) -> Result<Option<PayoutChangeRecord>, StoreError> {
    one(connection, REQUESTED, id).await
}

/// Puts the change in force, if there is one, into the agreement that `row` is. Changes that do not show that both sides wanted them, one after the other, are an error,
/// because nobody can say where the seller is to be paid.
///
/// A statement of its own, after the one that locks the agreement: on Postgres that one sees the row as it is after the wait, and what is joined to it as it was before. It
/// is asked only where the row says that there were changes.
pub(crate) async fn complete(connection: &mut AnyConnection, row: &AnyRow, mut record: AgreementRecord) -> Result<AgreementRecord, StoreError> {
    let fields = Fields::new("agreements", "id", row)?;
    if fields.integer("payout_changes")? == 0 {
        return Ok(record);
    }
    let rows = sqlx::query(IN_FORCE).bind(record.id.as_str()).fetch_all(connection).await?;
    let changes = rows.iter().map(change).collect::<Result<Vec<_>, _>>()?;
    record.payout = in_force(&changes, &record).map_err(|error| fields.bad("payout_changes", error))?;
    Ok(record)
}

/// Where the changes that rows of requests name say that money goes. What is not in here was never wanted by both sides.
#[derive(Debug, Default)]
pub(crate) struct Payouts(BTreeMap<PayoutChangeId, Payout>);

impl Payouts {
    pub(crate) fn get(&self, id: &PayoutChangeId) -> Option<&Payout> {
        self.0.get(id)
    }

    /// Of the changes that these rows of `payment_requests` name: no question is asked where none does.
    pub(crate) async fn named_by(connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Self, StoreError> {
        let mut agreements = BTreeSet::new();
        for row in rows {
            let fields = Fields::new("payment_requests", "id", row)?;
            if fields.opt_text("payout_change_id")?.is_some() {
                // A row that names no agreement is reported by whoever reads it.
                agreements.extend(fields.text("agreement_id")?.parse::<AgreementId>().ok());
            }
        }
        let mut payouts = Self::default();
        for id in agreements {
            payouts.add(connection, &id).await?;
        }
        Ok(payouts)
    }

    /// What cannot be read was wanted by nobody: the requests that name it prove nothing, and others are read all the same.
    async fn add(&mut self, connection: &mut AnyConnection, id: &AgreementId) -> Result<(), StoreError> {
        let record = match agreement::without_payout(connection, id).await {
            Ok(Some(record)) => record,
            Ok(None) | Err(StoreError::Row(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let rows = sqlx::query(LIST).bind(id.as_str()).fetch_all(connection).await?;
        let wanted = rows.iter().filter_map(|row| founded(&change(row).ok()?, &record).ok());
        self.0.extend(wanted.map(|payout| (payout.change.clone(), payout)));
        Ok(())
    }
}

impl Store {
    /// The changes of an agreement, oldest first.
    pub async fn payout_changes(&self, id: &AgreementId) -> Result<Vec<PayoutChangeRecord>, StoreError> {
        list(&mut *self.read().await?, id).await
    }
}

impl Tx {
    /// The changes of an agreement, oldest first.
    pub async fn payout_changes(&mut self, id: &AgreementId) -> Result<Vec<PayoutChangeRecord>, StoreError> {
        list(self.connection(), id).await
    }

    /// What a payment of this unit by this payload has to follow: the terms, the milestone, and the payout change that the payload names.
    pub async fn agreed_terms(&mut self, agreement: &AgreementRecord, unit: &Unit, signed: &SignedSnapshot) -> Result<AgreedTerms, StoreError> {
        let agreed = milestone::agreed(self.connection(), agreement, unit).await?;
        let Some(named) = &signed.snapshot().payout_change else { return Ok(agreed) };
        let changes = list(self.connection(), &agreement.id).await?;
        let payout = changes.iter().find(|change| change.id == *named).and_then(|change| founded(change, agreement).ok());
        Ok(match payout {
            Some(payout) => agreed.paid_at(&payout),
            None => agreed,
        })
    }

    /// Adds a change that was just asked for.
    ///
    /// # Errors
    /// `Duplicate("open_payout_change")` when one waits for the buyer, or its number is taken. The transaction can go on.
    pub async fn insert_payout_change(&mut self, change: &PayoutChangeRecord) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO payout_changes (id, agreement_id, number, previous_payee, payee, note, seller_signature, status, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(change.id.as_str())
        .bind(change.agreement.as_str())
        .bind(i64::from(change.number))
        .bind(lower(change.previous_payee))
        .bind(lower(change.payee))
        .bind(change.note.as_deref())
        .bind(change.asked.signature().map(ToString::to_string))
        .bind(change.state.name())
        .bind(change.created_at.as_millis())
        .bind(change.updated_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("open_payout_change").into()) }
    }

    /// Changes where a change stands, if it is still as `from` says. Supersede the one in force before another is confirmed: there is one.
    ///
    /// # Errors
    /// `Changed` when it is not.
    pub async fn update_payout_change(&mut self, from: &PayoutChangeRecord, to: &PayoutChangeRecord) -> Result<(), StoreError> {
        let (signature, confirmed_at, ended_at) = columns(&to.state);
        let query = sqlx::query(
            "UPDATE payout_changes SET status = $1, buyer_signature = $2, confirmed_at = $3, ended_at = $4, updated_at = $5 \
             WHERE id = $6 AND status = $7 AND updated_at = $8",
        )
        .bind(to.state.name())
        .bind(signature)
        .bind(confirmed_at)
        .bind(ended_at)
        .bind(to.updated_at.as_millis())
        .bind(from.id.as_str())
        .bind(from.state.name())
        .bind(from.updated_at.as_millis());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Notes in the agreement's row that its payout has changed, or is to: what is decided on an earlier version is decided on something else.
    ///
    /// # Errors
    /// `Changed` when the agreement is another version already.
    pub async fn note_payout_change(&mut self, from: &AgreementRecord, change: &PayoutChangeRecord, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE agreements SET updated_at = $1, payout_changes = CASE WHEN payout_changes < $2 THEN $2 ELSE payout_changes END \
             WHERE id = $3 AND updated_at = $4",
        )
        .bind(at.as_millis())
        .bind(i64::from(change.number))
        .bind(from.id.as_str())
        .bind(from.updated_at.as_millis());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }
}
