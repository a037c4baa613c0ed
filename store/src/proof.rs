//! Proofs: stored as references to what they rest on, and made again from it on every reading.

use settlement::event::Location;
use settlement::ids::{PaymentRequestId, RefundId};
use settlement::refund::RefundProof;
use settlement::snapshot::SignedSnapshot;
use settlement::verify::{AgreedTerms, Authority, Evidence, Proof, ProofIssue, verify};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::error::{Conflict, StoreError};
use crate::router_event::payment_of;
use crate::row::{Fields, lower, signed};

pub(crate) fn missing(check: &'static str, expected: &str) -> Vec<ProofIssue> {
    vec![ProofIssue { check, expected: expected.to_owned(), found: "none".to_owned() }]
}

/// Verifies a request that is stored as verified, again, from the row that joins all that its proof rests on.
pub(crate) fn load(request: &Fields<'_>, signed: &SignedSnapshot, agreed: &AgreedTerms) -> Result<Result<Proof, Vec<ProofIssue>>, StoreError> {
    let proof = request.beside("proofs", "id");
    if proof.opt_text("payment_request_id")?.is_none() {
        return Ok(Err(missing("stored_proof", "a proof beside the status")));
    }
    let event = request.beside("router_events", "tx_hash");
    if event.opt_text("tx_hash")?.is_none() {
        return Ok(Err(missing("stored_event", "the event of the proof")));
    }
    let (authority, final_through, event) = (authority(&proof)?, proof.unsigned("final_through")?, payment_of(&event)?);
    let (named, paid) = (request.hash("tx_hash")?, event.location.tx_hash);
    if named != paid {
        return Ok(Err(vec![ProofIssue { check: "stored_transaction", expected: paid.to_string(), found: named.to_string() }]));
    }
    if let Some(issue) = contradiction(request, &proof, &event.location, authority)? {
        return Ok(Err(vec![issue]));
    }
    Ok(verify(&Evidence { signed, event: &event, agreed: Some(agreed), authority: Some(authority), final_through: Some(final_through) }))
}

/// What is stored about the event in other places has to say the same.
pub(crate) fn contradiction(row: &Fields<'_>, proof: &Fields<'_>, at: &Location, authority: Authority) -> Result<Option<ProofIssue>, StoreError> {
    let header = row.beside("chain_headers", "id");
    let mut compared = vec![("stored_block", at.block_number.to_string(), proof.integer("block_number")?.to_string())];
    if let Some(hash) = header.opt_hash("hash")? {
        compared.push(("stored_header", format!("{hash} at {}", header.integer("time")?), format!("{} at {}", at.block_hash, at.block_time)));
    }
    if let (Authority::Delegate { until, .. }, Some(named)) = (authority, row.opt_unsigned::<u64>("delegate_named_until")?) {
        compared.push(("stored_authority", named.to_string(), until.to_string()));
    }
    let differs = compared.into_iter().find(|(_, expected, found)| expected != found);
    Ok(differs.map(|(check, expected, found)| ProofIssue { check, expected, found }))
}

pub(crate) fn authority(fields: &Fields<'_>) -> Result<Authority, StoreError> {
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

/// The two kinds of proofs: their table, and the column that names the request.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Payments,
    Refunds,
}

impl Table {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Payments => ("proofs", "payment_request_id"),
            Self::Refunds => ("refund_proofs", "refund_request_id"),
        }
    }
}

pub(crate) async fn insert(connection: &mut AnyConnection, id: &PaymentRequestId, proof: &Proof) -> Result<(), StoreError> {
    // The rules make a proof of another request impossible here; the row would be believed, so it is checked all the same.
    if proof.request() != id {
        return Err(Conflict::Changed.into());
    }
    insert_into(connection, (Table::Payments, id.as_str()), &proof.event().location, (proof.authority(), proof.final_through())).await
}

pub(crate) async fn insert_refund(connection: &mut AnyConnection, id: &RefundId, proof: &RefundProof) -> Result<(), StoreError> {
    if proof.refund() != id {
        return Err(Conflict::Changed.into());
    }
    insert_into(connection, (Table::Refunds, id.as_str()), &proof.event().location, (proof.authority(), proof.final_through())).await
}

async fn insert_into(
    connection: &mut AnyConnection,
    (table, id): (Table, &str),
    location: &Location,
    (authority, final_through): (Authority, u64),
) -> Result<(), StoreError> {
    let (name, delegate, until) = match authority {
        Authority::Operator => ("operator", None, None),
        Authority::Delegate { signer, until } => ("delegate", Some(lower(signer)), Some(signed(until)?)),
    };
    let (table, key) = table.names();
    let sql = format!(
        "INSERT INTO {table} ({key}, chain_id, block_hash, log_index, block_number, authority, delegate, delegate_until, final_through) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_owned())
        .bind(signed(location.chain_id)?)
        .bind(lower(location.block_hash))
        .bind(signed(location.log_index)?)
        .bind(signed(location.block_number)?)
        .bind(name)
        .bind(delegate)
        .bind(until)
        .bind(signed(final_through)?);
    query.execute(connection).await?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut AnyConnection, table: Table, id: &str) -> Result<(), StoreError> {
    let (table, key) = table.names();
    sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE {key} = $1"))).bind(id.to_owned()).execute(connection).await?;
    Ok(())
}
