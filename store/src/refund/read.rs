//! Reading refunds: one statement fetches the refunds of a payment, or of an agreement, with all that they rest on, so that they are judged by one moment of
//! the database.

use alloy_primitives::{B256, Bytes};
use settlement::event::RefundEvent;
use settlement::ids::{AgreementId, PaymentRequestId, RefundId};
use settlement::money::Amount;
use settlement::refund::{RefundEvidence, RefundProof, RefundRequest, RefundSibling, RefundState, RefundStatus, SignedRefund, verify_refund};
use settlement::snapshot::SignedSnapshot;
use settlement::verify::{Authority, ProofIssue};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{Listed, Nonce, PAYLOAD, RefundPayload, StoredRefund, key};
use crate::error::StoreError;
use crate::proof;
use crate::router_event::refund_of;
use crate::row::{Fields, signed};

/// Columns of the refund request by their names, those of the other tables as `<table>.<column>`. `is_seen`: an event of it stands on the chain. `has_issue`:
/// an event names it and is not what was signed. `delegate_named_until`: what the operator last said of the proof's delegate before the event.
pub(crate) const SELECT: &str = r#"SELECT f.*,
 r.snapshot AS "payment_requests.snapshot", r.signature AS "payment_requests.signature",
 y.digest AS "refund_payloads.digest", y.refund_request_id AS "refund_payloads.refund_request_id", y.snapshot AS "refund_payloads.snapshot",
 y.signature AS "refund_payloads.signature", y.signer AS "refund_payloads.signer", y.request_id AS "refund_payloads.request_id",
 y.deadline AS "refund_payloads.deadline",
 p.refund_request_id AS "refund_proofs.refund_request_id", p.block_number AS "refund_proofs.block_number", p.authority AS "refund_proofs.authority",
 p.delegate AS "refund_proofs.delegate", p.delegate_until AS "refund_proofs.delegate_until", p.final_through AS "refund_proofs.final_through",
 e.chain_id AS "router_events.chain_id", e.block_hash AS "router_events.block_hash", e.log_index AS "router_events.log_index",
 e.block_number AS "router_events.block_number", e.block_time AS "router_events.block_time", e.tx_hash AS "router_events.tx_hash",
 e.operator AS "router_events.operator", e.emitter AS "router_events.emitter", e.request_id AS "router_events.request_id",
 e.parent AS "router_events.parent", e.payee AS "router_events.payee", e.payer AS "router_events.payer", e.token AS "router_events.token",
 e.amount AS "router_events.amount", e.nonce AS "router_events.nonce", e.deadline AS "router_events.deadline", e.digest AS "router_events.digest",
 h.hash AS "chain_headers.hash", h.time AS "chain_headers.time",
 CAST(EXISTS (SELECT 1 FROM refund_payloads q JOIN router_events s ON s.digest = q.digest AND s.chain_id = f.chain_id AND s.orphaned = 0
  WHERE q.refund_request_id = f.id) AS INTEGER) AS is_seen,
 CAST(EXISTS (SELECT 1 FROM refund_issues i WHERE i.refund_request_id = f.id AND i.closed_at IS NULL) AS INTEGER) AS has_issue,
 (SELECT s.signer_until FROM router_events s WHERE s.chain_id = e.chain_id AND s.operator = e.operator AND s.signer = p.delegate
  AND s.kind = 'signer_set' AND s.orphaned = 0 AND (s.block_number, s.log_index) < (e.block_number, e.log_index)
  ORDER BY s.block_number DESC, s.log_index DESC LIMIT 1) AS delegate_named_until
 FROM refund_requests f JOIN payment_requests r ON r.id = f.payment_request_id
 LEFT JOIN refund_payloads y ON y.digest = f.payload_digest
 LEFT JOIN refund_proofs p ON p.refund_request_id = f.id
 LEFT JOIN router_events e ON e.chain_id = p.chain_id AND e.block_hash = p.block_hash AND e.log_index = p.log_index AND e.kind = 'refund' AND e.orphaned = 0
 LEFT JOIN chain_headers h ON h.chain_id = e.chain_id AND h.number = e.block_number"#;

pub(crate) const BY_AGREEMENT: &str = "WHERE f.agreement_id = $1 ORDER BY f.created_at, f.id";
const BY_PAYMENT: &str = "WHERE f.payment_request_id = $1 ORDER BY f.created_at, f.id";
/// The refund with all others of its payment: how much came back in all decides about each.
pub(crate) const BY_ID: &str = "WHERE f.payment_request_id = (SELECT payment_request_id FROM refund_requests WHERE id = $1) ORDER BY f.created_at, f.id";

/// A refund by its id.
pub(super) async fn find(connection: &mut AnyConnection, id: &RefundId) -> Result<Option<StoredRefund>, StoreError> {
    let listed = query(connection, BY_ID, id.as_str()).await?;
    Ok(listed.into_iter().map(|listed| listed.stored).find(|stored| stored.id() == id))
}

/// The refunds of an agreement, oldest first.
pub(crate) async fn list(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Vec<Listed>, StoreError> {
    query(connection, BY_AGREEMENT, agreement.as_str()).await
}

/// The refunds of a payment, oldest first.
pub(super) async fn list_of_payment(connection: &mut AnyConnection, payment: &PaymentRequestId) -> Result<Vec<Listed>, StoreError> {
    query(connection, BY_PAYMENT, payment.as_str()).await
}

async fn query(connection: &mut AnyConnection, which: &'static str, id: &str) -> Result<Vec<Listed>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!("{SELECT} {which}"))).bind(id.to_owned()).fetch_all(connection).await?;
    let settled: Vec<Settled> = rows.iter().map(Settled::of).collect::<Result<_, _>>()?;
    rows.iter().map(|row| listed(row, &settled)).collect()
}

/// What a row says it has paid back.
struct Settled {
    id: String,
    payment: String,
    amount: Amount,
}

impl Settled {
    fn of(row: &AnyRow) -> Result<Self, StoreError> {
        let fields = Fields::new("refund_requests", "id", row)?;
        let is_settled = fields.text("status")? == RefundStatus::Settled.as_str();
        let amount = if is_settled { fields.amount("amount")? } else { Amount::ZERO };
        Ok(Self { id: fields.text("id")?, payment: fields.text("payment_request_id")?, amount })
    }
}

fn listed(row: &AnyRow, settled: &[Settled]) -> Result<Listed, StoreError> {
    let fields = Fields::new("refund_requests", "id", row)?;
    let stored = stored(&fields, settled)?;
    let payload = fields.beside("refund_payloads", "id");
    let sibling = RefundSibling {
        refund: stored.id().clone(),
        payment: stored.payment().clone(),
        amount: fields.amount("amount")?,
        status: stored.status(),
        is_sound: stored.sound().is_some(),
        payer: stored.sound().and_then(RefundRequest::payload).map(|payload| payload.snapshot().payer),
        deadline: payload.opt_unsigned("deadline")?,
        signer_until: None,
        is_void: false,
        is_seen: fields.flag("is_seen")?,
        has_issue: fields.flag("has_issue")?,
        updated_at: fields.time("updated_at")?,
    };
    let voided = match (fields.opt_unsigned("voided_in_block")?, fields.opt_address("operator")?) {
        (Some(block), Some(operator)) => Some((Nonce { chain_id: fields.unsigned("chain_id")?, operator, nonce: fields.word("nonce")? }, block)),
        (Some(_) | None, _) => None,
    };
    Ok(Listed { stored, sibling, voided })
}

/// Reads a row and checks all of it.
fn stored(fields: &Fields<'_>, settled: &[Settled]) -> Result<StoredRefund, StoreError> {
    let (id, agreement, payment): (RefundId, AgreementId, PaymentRequestId) =
        (fields.parsed("id")?, fields.parsed("agreement_id")?, fields.parsed("payment_request_id")?);
    let (amount, status) = (fields.amount("amount")?, fields.one_of("status", RefundStatus::parse)?);
    let (created_at, updated_at) = (fields.time("created_at")?, fields.time("updated_at")?);
    let issues = match state(fields, status, &refunded(fields, settled)?) {
        Ok(Ok(state)) => {
            let reason = fields.text("reason")?;
            return Ok(StoredRefund::Sound(RefundRequest { id, agreement, payment, amount, reason, state, created_at, updated_at }));
        }
        Ok(Err(issues)) => issues,
        // What cannot be read proves nothing.
        Err(StoreError::Row(error)) => {
            vec![ProofIssue { check: "stored_row", expected: "values that can be read".to_owned(), found: error.to_string() }]
        }
        Err(error) => return Err(error),
    };
    Ok(StoredRefund::Unproven { id, agreement, payment, amount, status, issues, created_at, updated_at })
}

/// What other refunds of the same payment have paid back.
fn refunded(fields: &Fields<'_>, settled: &[Settled]) -> Result<Amount, StoreError> {
    let (id, payment) = (fields.text("id")?, fields.text("payment_request_id")?);
    let others = settled.iter().filter(|other| other.payment == payment && other.id != id);
    others.clone().try_fold(Amount::ZERO, |sum, other| sum.plus(other.amount)).map_err(|error| fields.bad("amount", error))
}

type Proven = Result<RefundState, Vec<ProofIssue>>;

fn state(fields: &Fields<'_>, status: RefundStatus, refunded: &Amount) -> Result<Proven, StoreError> {
    let (response, at) = (fields.opt_text("response")?, fields.time("status_at")?);
    // A proof stands beside a refund exactly while it counts as settled.
    let has_proof = fields.beside("refund_proofs", "id").opt_text("refund_request_id")?.is_some();
    if has_proof && status != RefundStatus::Settled {
        let issue = ProofIssue { check: "stored_status", expected: RefundStatus::Settled.as_str().to_owned(), found: status.as_str().to_owned() };
        return Ok(Err(vec![issue]));
    }
    match status {
        RefundStatus::Pending => Ok(Ok(RefundState::Pending)),
        RefundStatus::Denied => Ok(Ok(RefundState::Denied { response, at })),
        RefundStatus::Cancelled => Ok(Ok(RefundState::Cancelled { response, at })),
        RefundStatus::Approved => Ok(payload(fields)?.map(|payload| RefundState::Approved { payload: Box::new(payload), response, at })),
        RefundStatus::Settled => {
            let payload = match payload(fields)? {
                Ok(payload) => payload,
                Err(issues) => return Ok(Err(issues)),
            };
            let proof = proven(fields, &payload, *refunded)?;
            Ok(proof.map(|proof| RefundState::Settled { payload: Box::new(payload), proof: Box::new(proof), response, at }))
        }
    }
}

/// What was signed, if every column that repeats it says the same.
fn payload(fields: &Fields<'_>) -> Result<Result<SignedRefund, Vec<ProofIssue>>, StoreError> {
    let row = fields.beside("refund_payloads", "id");
    let doubt = |check, expected: String, found: String| Ok(Err(vec![ProofIssue { check, expected, found }]));
    let Some(text) = row.opt_text("snapshot")? else { return doubt("stored_payload", "the payload that was signed".to_owned(), "none".to_owned()) };
    let signed = match SignedRefund::parse(&text, row.text("signature")?.parse::<Bytes>().unwrap_or_default()) {
        Ok(signed) => signed,
        Err(error) => return doubt("snapshot", "what was signed".to_owned(), error.to_string()),
    };
    let snapshot = signed.snapshot();
    let repeated = [
        ("snapshot.digest", signed.digest().to_string(), row.text("digest")?),
        ("snapshot.request_id", signed.request_id().to_string(), row.text("request_id")?),
        ("snapshot.signer", signed.signer().to_string(), row.address("signer")?.to_string()),
        ("snapshot.deadline", snapshot.deadline.to_string(), row.integer("deadline")?.to_string()),
        ("snapshot.payload_of", snapshot.refund_request.to_string(), row.text("refund_request_id")?),
        ("snapshot.refund_request", snapshot.refund_request.to_string(), fields.text("id")?),
        ("snapshot.payment_request", snapshot.payment_request.to_string(), fields.text("payment_request_id")?),
        ("snapshot.agreement", snapshot.agreement.to_string(), fields.text("agreement_id")?),
        ("snapshot.amount", snapshot.amount.to_string(), fields.text("amount")?),
        ("snapshot.chain", snapshot.asset.chain_id().to_string(), fields.integer("chain_id")?.to_string()),
        ("snapshot.router", snapshot.router.to_string(), fields.address("router")?.to_string()),
        ("snapshot.operator", snapshot.operator.to_string(), fields.address("operator")?.to_string()),
        ("snapshot.nonce", snapshot.nonce.to_string(), fields.text("nonce")?),
    ];
    let differ = repeated.into_iter().filter(|(_, expected, found)| expected != found);
    let issues: Vec<_> = differ.map(|(check, expected, found)| ProofIssue { check, expected, found }).collect();
    Ok(if issues.is_empty() { Ok(signed) } else { Err(issues) })
}

/// Verifies a refund that is stored as settled, again.
fn proven(fields: &Fields<'_>, signed: &SignedRefund, refunded: Amount) -> Result<Result<RefundProof, Vec<ProofIssue>>, StoreError> {
    let (row, event) = (fields.beside("refund_proofs", "id"), fields.beside("router_events", "id"));
    if row.opt_text("refund_request_id")?.is_none() {
        return Ok(Err(proof::missing("stored_proof", "a proof beside the status")));
    }
    if event.opt_text("tx_hash")?.is_none() {
        return Ok(Err(proof::missing("stored_event", "the event of the proof")));
    }
    let paid = fields.beside("payment_requests", "payment_request_id");
    let payment = match SignedSnapshot::parse(&paid.text("snapshot")?, paid.text("signature")?.parse::<Bytes>().unwrap_or_default()) {
        Ok(payment) => payment,
        Err(error) => return Ok(Err(vec![ProofIssue { check: "payment", expected: "what was signed".to_owned(), found: error.to_string() }])),
    };
    let (authority, final_through, event): (Authority, _, RefundEvent) = (proof::authority(&row)?, row.unsigned("final_through")?, refund_of(&event)?);
    if let Some(issue) = proof::contradiction(fields, &row, &event.location, authority)? {
        return Ok(Err(vec![issue]));
    }
    let evidence = RefundEvidence { signed, event: &event, payment: &payment, refunded, authority: Some(authority), final_through: Some(final_through) };
    Ok(verify_refund(&evidence))
}

/// The refund request that a payload was signed for, by the payload's digest or the hash of its snapshot.
pub(super) async fn refund_of_payload(connection: &mut AnyConnection, hash: B256) -> Result<Option<RefundId>, StoreError> {
    for column in ["y.digest", "y.request_id"] {
        let sql = format!("{PAYLOAD} WHERE {column} = $1");
        if let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(key(hash)).fetch_optional(&mut *connection).await? {
            return Fields::new("refund_payloads", "digest", &row)?.parsed("refund_request_id").map(Some);
        }
    }
    Ok(None)
}

/// The payload that an event names, as far as it can be read; see [`crate::Store::payload_of`].
pub(super) async fn payload_of(connection: &mut AnyConnection, event: &RefundEvent) -> Result<Option<RefundPayload>, StoreError> {
    for (column, hash) in [("y.digest", event.digest), ("y.request_id", event.request_id)] {
        let sql = format!("{PAYLOAD} WHERE {column} = $1");
        if let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(key(hash)).fetch_optional(&mut *connection).await? {
            return payload_row(&row).map(Some);
        }
    }
    let by_nonce = format!("{PAYLOAD} WHERE f.chain_id = $1 AND f.router = $2 AND f.operator = $3 AND f.nonce = $4 AND y.digest = f.payload_digest");
    let query = sqlx::query(AssertSqlSafe(by_nonce)).bind(signed(event.location.chain_id)?).bind(crate::row::lower(event.emitter));
    let query = query.bind(crate::row::lower(event.operator)).bind(event.nonce.to_string());
    if let Some(row) = query.fetch_optional(&mut *connection).await? {
        return payload_row(&row).map(Some);
    }
    let by_parent = format!(
        "{PAYLOAD} JOIN payment_requests r ON r.id = f.payment_request_id WHERE r.request_id = $1 AND f.status = 'approved' AND y.digest = f.payload_digest \
         ORDER BY f.created_at DESC, f.id DESC LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(by_parent)).bind(key(event.parent)).fetch_optional(connection).await?;
    row.as_ref().map(payload_row).transpose()
}

fn payload_row(row: &AnyRow) -> Result<RefundPayload, StoreError> {
    let fields = Fields::new("refund_payloads", "digest", row)?;
    let signed = SignedRefund::parse(&fields.text("snapshot")?, fields.text("signature")?.parse::<Bytes>().unwrap_or_default());
    Ok(RefundPayload { refund: fields.parsed("refund_request_id")?, agreement: fields.parsed("agreement_id")?, signed: signed.ok() })
}
