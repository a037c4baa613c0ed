//! What the parties of an agreement say to payments that came unexpectedly.

use std::collections::BTreeSet;

use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::milestone::Side;
use settlement::payment_request::Acknowledgement;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::Fields;
use crate::{Store, Tx};

pub(crate) const ACKNOWLEDGED: &str = "SELECT payment_request_id FROM payment_acknowledgements WHERE agreement_id = $1";

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
    /// The unexpected payments of an agreement that a party knows of, oldest first.
    pub async fn acknowledgements(&self, id: &AgreementId) -> Result<Vec<Acknowledgement>, StoreError> {
        acknowledgements(&mut *self.read().await?, id).await
    }
}

impl Tx {
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
