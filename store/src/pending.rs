//! What stands open between the parties of an agreement, and what they say to payments that came unexpectedly.

use std::collections::BTreeSet;

use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::milestone::Side;
use settlement::next_action::Pending;
use settlement::payment_request::{Acknowledgement, PaymentRequestState, is_unexpected};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::{Conflict, StoreError};
use crate::payment_request::list;
use crate::row::Fields;
use crate::{Store, Tx, agreement, dispute, payout_change};

/// How many disputes an agreement has had, and whether the buyer's is open.
pub(crate) const DISPUTED: &str = "SELECT COUNT(*), COUNT(CASE WHEN status IN ('open', 'proposed') THEN 1 END), \
     COUNT(CASE WHEN status IN ('open', 'proposed') AND opened_by = 'buyer' THEN 1 END) FROM disputes WHERE agreement_id = $1";
pub(crate) const ACKNOWLEDGED: &str = "SELECT payment_request_id FROM payment_acknowledgements WHERE agreement_id = $1";

/// What [`DISPUTED`] says: how many, whether one is open, whether the buyer's is.
struct Disputed {
    count: i64,
    open: bool,
    by_buyer: bool,
}

async fn disputed(connection: &mut AnyConnection, id: &AgreementId) -> Result<Disputed, StoreError> {
    let row = sqlx::query(DISPUTED).bind(id.as_str()).fetch_one(connection).await?;
    let count = |index: usize| row.try_get::<i64, _>(index);
    Ok(Disputed { count: count(0)?, open: count(1)? > 0, by_buyer: count(2)? > 0 })
}

pub(crate) async fn buyer_disputes(connection: &mut AnyConnection, id: &AgreementId) -> Result<bool, StoreError> {
    Ok(disputed(connection, id).await?.by_buyer)
}

/// Those of `unexpected` that nobody has acknowledged.
pub(crate) async fn unacknowledged(
    connection: &mut AnyConnection,
    id: &AgreementId,
    unexpected: Vec<PaymentRequestId>,
) -> Result<Vec<PaymentRequestId>, StoreError> {
    if unexpected.is_empty() {
        return Ok(unexpected);
    }
    let known: Vec<String> = sqlx::query_scalar(ACKNOWLEDGED).bind(id.as_str()).fetch_all(connection).await?;
    let known: BTreeSet<String> = known.into_iter().collect();
    Ok(unexpected.into_iter().filter(|request| !known.contains(request.as_str())).collect())
}

async fn to_acknowledge(connection: &mut AnyConnection, id: &AgreementId) -> Result<Vec<PaymentRequestId>, StoreError> {
    let Some(agreement) = agreement::find(connection, id, "").await? else { return Ok(Vec::new()) };
    let requests = list(connection, id).await?;
    let is_one = |state: &PaymentRequestState| is_unexpected(state, &agreement.state);
    let sound = requests.iter().filter_map(|listed| listed.stored.sound());
    let unexpected = sound.filter(|request| is_one(&request.state)).map(|request| request.id.clone()).collect();
    unacknowledged(connection, id, unexpected).await
}

async fn pending(connection: &mut AnyConnection, id: &AgreementId, unacknowledged: bool) -> Result<Pending, StoreError> {
    let disputed = disputed(connection, id).await?;
    let query = sqlx::query_scalar("SELECT payout_changes FROM agreements WHERE id = $1").bind(id.as_str());
    let payout_changes: i64 = query.fetch_optional(&mut *connection).await?.unwrap_or(0);
    Ok(Pending {
        // Most agreements never have one, and looking for them reads every request.
        to_acknowledge: if unacknowledged { to_acknowledge(connection, id).await? } else { Vec::new() },
        dispute: if disputed.open { dispute::open(connection, id).await? } else { None },
        disputes: usize::try_from(disputed.count).unwrap_or(usize::MAX),
        payout_change: if payout_changes > 0 { payout_change::requested(connection, id).await? } else { None },
        payout_changes: u32::try_from(payout_changes).unwrap_or(u32::MAX),
    })
}

fn acknowledgement(row: &AnyRow) -> Result<Acknowledgement, StoreError> {
    let fields = Fields::new("payment_acknowledgements", "payment_request_id", row)?;
    Ok(Acknowledgement {
        request: fields.parsed("payment_request_id")?,
        agreement: fields.parsed("agreement_id")?,
        by: fields.one_of("by_side", Side::parse)?,
        at: fields.time("at")?,
    })
}

async fn acknowledgements(connection: &mut AnyConnection, id: &AgreementId) -> Result<Vec<Acknowledgement>, StoreError> {
    let query = sqlx::query("SELECT * FROM payment_acknowledgements WHERE agreement_id = $1 ORDER BY at, payment_request_id").bind(id.as_str());
    query.fetch_all(connection).await?.iter().map(acknowledgement).collect()
}

impl Store {
    /// What stands open between the parties. `unacknowledged` is what [`Store::payment_facts`] says.
    pub async fn pending(&self, id: &AgreementId, unacknowledged: bool) -> Result<Pending, StoreError> {
        pending(&mut *self.read().await?, id, unacknowledged).await
    }

    /// The unexpected payments of an agreement that a party knows of, oldest first.
    pub async fn acknowledgements(&self, id: &AgreementId) -> Result<Vec<Acknowledgement>, StoreError> {
        acknowledgements(&mut *self.read().await?, id).await
    }
}

impl Tx {
    /// What stands open between the parties. `unacknowledged` is what [`Tx::payment_facts`] says.
    pub async fn pending(&mut self, id: &AgreementId, unacknowledged: bool) -> Result<Pending, StoreError> {
        pending(self.connection(), id, unacknowledged).await
    }

    /// The unexpected payments of an agreement that a party knows of, oldest first.
    pub async fn acknowledgements(&mut self, id: &AgreementId) -> Result<Vec<Acknowledgement>, StoreError> {
        acknowledgements(self.connection(), id).await
    }

    /// Notes that a party knows of a payment that came unexpectedly.
    ///
    /// # Errors
    /// `Duplicate("acknowledgement")` when one does already. The transaction can go on.
    pub async fn acknowledge(&mut self, known: &Acknowledgement) -> Result<(), StoreError> {
        let query =
            sqlx::query("INSERT INTO payment_acknowledgements (payment_request_id, agreement_id, by_side, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
                .bind(known.request.as_str())
                .bind(known.agreement.as_str())
                .bind(known.by.name())
                .bind(known.at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("acknowledgement").into()) }
    }
}
