//! Proofs: stored as references to what they rest on, and made again from it on every reading.

use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::snapshot::SignedSnapshot;
use settlement::verify::{AgreedTerms, Authority, Evidence, Proof, ProofIssue, verify};
use sqlx::AnyConnection;

use crate::agreement;
use crate::error::{Conflict, StoreError};
use crate::router_event::event_at;
use crate::row::{Fields, lower, signed};

fn missing(check: &'static str, expected: &str) -> Vec<ProofIssue> {
    vec![ProofIssue { check, expected: expected.to_owned(), found: "none".to_owned() }]
}

/// Verifies a request that is stored as verified, again.
pub(crate) async fn load(
    connection: &mut AnyConnection,
    id: &PaymentRequestId,
    agreement: &AgreementId,
    signed: &SignedSnapshot,
) -> Result<Result<Proof, Vec<ProofIssue>>, StoreError> {
    let row = sqlx::query("SELECT * FROM proofs WHERE payment_request_id = $1").bind(id.as_str()).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(Err(missing("stored_proof", "a proof beside the status"))) };
    let fields = Fields::new("proofs", "payment_request_id", &row)?;
    let authority = authority(&fields)?;
    let final_through = fields.unsigned("final_through")?;
    let (chain_id, block_hash, log_index) = (fields.unsigned("chain_id")?, fields.hash("block_hash")?, fields.unsigned("log_index")?);
    let Some(event) = event_at(connection, chain_id, block_hash, log_index).await? else {
        return Ok(Err(missing("stored_event", "the event of the proof")));
    };
    let record = agreement::find(connection, agreement, "").await?;
    let agreed = record.as_ref().map(AgreedTerms::from);
    Ok(verify(&Evidence { signed, event: &event, agreed: agreed.as_ref(), authority: Some(authority), final_through: Some(final_through) }))
}

fn authority(fields: &Fields<'_>) -> Result<Authority, StoreError> {
    match fields.text("authority")?.as_str() {
        "operator" => Ok(Authority::Operator),
        "delegate" => {
            let signer = fields.opt_address("delegate").and_then(|signer| fields.present("delegate", signer))?;
            let until = fields.opt_unsigned("delegate_until").and_then(|until| fields.present("delegate_until", until))?;
            Ok(Authority::Delegate { signer, until })
        }
        other => Err(fields.bad("authority", format!("{other:?} is not one of its values"))),
    }
}

pub(crate) async fn insert(connection: &mut AnyConnection, id: &PaymentRequestId, proof: &Proof) -> Result<(), StoreError> {
    // The rules make a proof of another request impossible here; the row would be believed, so it is checked all the same.
    if proof.request() != id {
        return Err(Conflict::Changed.into());
    }
    let location = proof.event().location;
    let (name, delegate, until) = match proof.authority() {
        Authority::Operator => ("operator", None, None),
        Authority::Delegate { signer, until } => ("delegate", Some(lower(signer)), Some(signed(until)?)),
    };
    let query = sqlx::query(
        "INSERT INTO proofs (payment_request_id, chain_id, block_hash, log_index, block_number, authority, delegate, delegate_until, final_through) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.as_str())
    .bind(signed(location.chain_id)?)
    .bind(lower(location.block_hash))
    .bind(signed(location.log_index)?)
    .bind(signed(location.block_number)?)
    .bind(name)
    .bind(delegate)
    .bind(until)
    .bind(signed(proof.final_through())?);
    query.execute(connection).await?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut AnyConnection, id: &PaymentRequestId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM proofs WHERE payment_request_id = $1").bind(id.as_str()).execute(connection).await?;
    Ok(())
}
