//! Reading requests: one statement fetches a request with all that it rests on, so that it is judged by one moment of the database.

use alloy_primitives::{Address, B256, Bytes};
use settlement::agreement::ConsentKind;
use settlement::ids::{AgreementId, PaymentRequestId, PayoutChangeId};
use settlement::money::{Amount, FeePolicy};
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, StatusName};
use settlement::snapshot::SignedSnapshot;
use settlement::terms::Terms;
use settlement::unit::Unit;
use settlement::verify::{AgreedMilestone, AgreedTerms, ProofIssue};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::StoredRequest;
use crate::error::StoreError;
use crate::payout_change::Payouts;
use crate::row::Fields;
use crate::{proof, unit};

/// Columns of the request by their names, those of the other tables as `<table>.<column>`. `is_seen`: its event stands on the chain. `is_lost`: its nonce
/// was used, finally, by a payload that this database does not know. `delegate_named_until`: what the operator last said of the proof's delegate before the event.
pub(crate) const SELECT: &str = r#"SELECT r.*,
 u.agreement_id AS "units.agreement_id", u.instalment AS "units.instalment", u.milestone_id AS "units.milestone_id", u.chain_id AS "units.chain_id", u.router AS "units.router",
 u.operator AS "units.operator", u.nonce AS "units.nonce", u.voided_in_block AS "units.voided_in_block",
 m.agreement_id AS "milestones.agreement_id", m.amount AS "milestones.amount",
 a.terms AS "agreements.terms", a.terms_hash AS "agreements.terms_hash", a.consent AS "agreements.consent", a.buyer_id AS "agreements.buyer_id",
 a.seller_id AS "agreements.seller_id", a.fee_bps AS "agreements.fee_bps", a.fee_fixed AS "agreements.fee_fixed",
 a.fee_recipient AS "agreements.fee_recipient",
 p.payment_request_id AS "proofs.payment_request_id", p.block_number AS "proofs.block_number", p.authority AS "proofs.authority",
 p.delegate AS "proofs.delegate", p.delegate_until AS "proofs.delegate_until", p.final_through AS "proofs.final_through",
 e.chain_id AS "router_events.chain_id", e.block_hash AS "router_events.block_hash", e.log_index AS "router_events.log_index",
 e.block_number AS "router_events.block_number", e.block_time AS "router_events.block_time", e.tx_hash AS "router_events.tx_hash",
 e.operator AS "router_events.operator", e.emitter AS "router_events.emitter", e.request_id AS "router_events.request_id",
 e.payee AS "router_events.payee", e.payer AS "router_events.payer", e.token AS "router_events.token", e.amount AS "router_events.amount",
 e.fee_recipient AS "router_events.fee_recipient", e.fee_amount AS "router_events.fee_amount", e.nonce AS "router_events.nonce",
 e.deadline AS "router_events.deadline", e.digest AS "router_events.digest",
 h.hash AS "chain_headers.hash", h.time AS "chain_headers.time",
 CAST(EXISTS (SELECT 1 FROM router_events s WHERE s.digest = r.digest AND s.chain_id = r.chain_id AND s.orphaned = 0) AS INTEGER) AS is_seen,
 CAST(EXISTS (SELECT 1 FROM router_events f WHERE f.chain_id = u.chain_id AND f.operator = u.operator AND f.nonce = u.nonce
  AND f.emitter = u.router AND f.orphaned = 0 AND f.verdict = 'foreign' AND NOT EXISTS (SELECT 1 FROM payment_requests q WHERE q.digest = f.digest))
  AS INTEGER) AS is_lost,
 (SELECT s.signer_until FROM router_events s WHERE s.chain_id = e.chain_id AND s.operator = e.operator AND s.signer = p.delegate
  AND s.kind = 'signer_set' AND s.orphaned = 0 AND (s.block_number, s.log_index) < (e.block_number, e.log_index)
  ORDER BY s.block_number DESC, s.log_index DESC LIMIT 1) AS delegate_named_until
 FROM payment_requests r JOIN units u ON u.id = r.unit_id JOIN agreements a ON a.id = r.agreement_id
 LEFT JOIN milestones m ON m.id = u.milestone_id
 LEFT JOIN proofs p ON p.payment_request_id = r.id
 LEFT JOIN router_events e ON e.chain_id = p.chain_id AND e.block_hash = p.block_hash AND e.log_index = p.log_index AND e.kind = 'payment' AND e.orphaned = 0
 LEFT JOIN chain_headers h ON h.chain_id = e.chain_id AND h.number = e.block_number"#;

/// Where the tables begin in [`SELECT`].
const FROM: &str = " FROM payment_requests r ";

/// [`SELECT`] with more columns of more tables.
pub(crate) fn select_with(columns: &str, joins: &str) -> String {
    let (before, tables) = SELECT.split_once(FROM).expect("the statement reads payment requests");
    format!("{before}, {columns}{FROM}{tables} {joins}")
}

/// A request with what its siblings need to know even where it does not prove itself.
pub(crate) struct Listed {
    pub(crate) stored: StoredRequest,
    pub(crate) seller_amount: Amount,
    pub(crate) deadline: u64,
    /// An event of it stands on the chain.
    pub(crate) is_seen: bool,
    /// Its nonce was used, finally, by a payload that this database does not know.
    pub(crate) is_lost: bool,
    pub(crate) voided: Option<Voided>,
}

/// What a unit says of the cancellation of its nonce.
#[derive(Clone, Copy)]
pub(crate) struct Voided {
    pub(crate) chain_id: u64,
    pub(crate) operator: Address,
    pub(crate) in_block: u64,
}

/// The requests of an agreement, oldest first.
pub(crate) async fn list(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Vec<Listed>, StoreError> {
    let sql = format!("{SELECT} WHERE r.agreement_id = $1 ORDER BY r.created_at, r.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(agreement.as_str()).fetch_all(&mut *connection).await?;
    let payouts = Payouts::named_by(connection, &rows).await?;
    rows.iter().map(|row| listed(row, &payouts)).collect()
}

fn listed(row: &AnyRow, payouts: &Payouts) -> Result<Listed, StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    let unit = fields.beside("units", "unit_id");
    let voided = match unit.opt_unsigned("voided_in_block")? {
        Some(in_block) => Some(Voided { chain_id: unit.unsigned("chain_id")?, operator: unit.address("operator")?, in_block }),
        None => None,
    };
    let stored = stored(row, payouts)?;
    // What was signed says it best; the columns are for a row in which that is lost.
    let (seller_amount, deadline) = match signed_part(&stored) {
        Some(signed) => (signed.snapshot().quote.seller, signed.snapshot().deadline),
        None => (fields.amount("seller_amount")?, fields.unsigned("deadline")?),
    };
    Ok(Listed { stored, seller_amount, deadline, is_seen: fields.flag("is_seen")?, is_lost: fields.flag("is_lost")?, voided })
}

fn signed_part(stored: &StoredRequest) -> Option<&SignedSnapshot> {
    match stored {
        StoredRequest::Sound(request) => Some(&request.signed),
        StoredRequest::Unproven { signed, .. } => signed.as_deref(),
    }
}

/// Reads a row and checks all of it.
pub(crate) fn stored(row: &AnyRow, payouts: &Payouts) -> Result<StoredRequest, StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    let unit_fields = fields.beside("units", "unit_id");
    let (id, agreement): (PaymentRequestId, AgreementId) = (fields.parsed("id")?, fields.parsed("agreement_id")?);
    let unit = Unit { id: fields.parsed("unit_id")?, agreement: agreement.clone(), kind: unit::kind(&unit_fields)?, nonce: unit_fields.word("nonce")? };
    let status = fields.one_of("status", StatusName::parse)?;
    let (created_at, updated_at) = (fields.time("created_at")?, fields.time("updated_at")?);
    let doubt = match proven(&fields, &id, (&unit, status), payouts) {
        Ok(Ok((signed, state))) => return Ok(StoredRequest::Sound(PaymentRequest { id, agreement, unit, signed, state, created_at, updated_at })),
        Ok(Err(doubt)) => doubt,
        // What cannot be read proves nothing.
        Err(StoreError::Row(error)) => {
            let issue = ProofIssue { check: "stored_row", expected: "values that can be read".to_owned(), found: error.to_string() };
            Doubt { signed: None, issues: vec![issue] }
        }
        Err(error) => return Err(error),
    };
    let Doubt { signed, issues } = doubt;
    Ok(StoredRequest::Unproven { id, agreement, unit, signed: signed.map(Box::new), status, issues, created_at, updated_at })
}

/// What does not hold, and what was signed, if that at least can be read.
struct Doubt {
    signed: Option<SignedSnapshot>,
    issues: Vec<ProofIssue>,
}

type Proven = Result<(SignedSnapshot, PaymentRequestState), Doubt>;

fn proven(fields: &Fields<'_>, id: &PaymentRequestId, (unit, status): (&Unit, StatusName), payouts: &Payouts) -> Result<Proven, StoreError> {
    let signed = match SignedSnapshot::parse(&fields.text("snapshot")?, fields.text("signature")?.parse::<Bytes>().unwrap_or_default()) {
        Ok(signed) => signed,
        Err(error) => {
            let issue = ProofIssue { check: "snapshot", expected: "what was signed".to_owned(), found: error.to_string() };
            return Ok(Err(Doubt { signed: None, issues: vec![issue] }));
        }
    };
    let doubt = |signed, issues| Ok(Err(Doubt { signed: Some(signed), issues }));
    let terms = agreed(fields, unit)?;
    // The change that the snapshot names, and no other: one that was confirmed since has nothing to say about it.
    let agreed = match signed.snapshot().payout_change.as_ref().and_then(|change| payouts.get(change)) {
        Some(payout) => terms.paid_at(payout),
        None => terms,
    };
    let issues = differences(fields, &signed, id, unit, &agreed)?;
    if !issues.is_empty() {
        return doubt(signed, issues);
    }
    if status == StatusName::Verified {
        return match proof::load(fields, &signed, &agreed)? {
            Ok(proof) => {
                let (at, recovered_from) = (fields.time("status_at")?, recovered_from(fields)?);
                Ok(Ok((signed, PaymentRequestState::Verified { proof: Box::new(proof), at, recovered_from })))
            }
            Err(issues) => doubt(signed, issues),
        };
    }
    // A proof stands beside a request exactly while it counts as verified.
    if fields.beside("proofs", "id").opt_text("payment_request_id")?.is_some() {
        let issue = ProofIssue { check: "stored_status", expected: StatusName::Verified.as_str().to_owned(), found: status.as_str().to_owned() };
        return doubt(signed, vec![issue]);
    }
    Ok(Ok((signed, unpaid(fields, status)?)))
}

/// What the agreement of the row says.
fn agreed(fields: &Fields<'_>, unit: &Unit) -> Result<AgreedTerms, StoreError> {
    let agreement = fields.beside("agreements", "agreement_id");
    let terms = Terms::from_canonical(&agreement.text("terms")?).map_err(|error| agreement.bad("terms", error))?;
    if terms.hash() != agreement.hash("terms_hash")? {
        return Err(agreement.bad("terms_hash", "is not the hash of the terms"));
    }
    Ok(AgreedTerms {
        agreement: unit.agreement.clone(),
        terms_hash: terms.hash(),
        consent: agreement.one_of("consent", ConsentKind::parse)?,
        buyer: agreement.parsed("buyer_id")?,
        seller: agreement.parsed("seller_id")?,
        payee: terms.payee,
        payout_change: None,
        asset: terms.asset,
        amount: terms.amount,
        fee: FeePolicy { bps: agreement.unsigned("fee_bps")?, fixed: agreement.amount("fee_fixed")?, recipient: agreement.address("fee_recipient")? },
        milestone: milestone(fields, unit)?,
    })
}

/// What the plan of the agreement says of the milestone that the unit pays.
fn milestone(fields: &Fields<'_>, unit: &Unit) -> Result<Option<AgreedMilestone>, StoreError> {
    let (Some(id), milestone) = (unit.kind.milestone(), fields.beside("milestones", "unit_id")) else { return Ok(None) };
    let is_of_agreement = milestone.opt_text("agreement_id")?.is_some_and(|agreement| agreement == unit.agreement.as_str());
    if is_of_agreement { Ok(Some(AgreedMilestone { id: id.clone(), amount: milestone.amount("amount")? })) } else { Ok(None) }
}

/// Compares what was signed with every column that repeats it.
fn differences(fields: &Fields<'_>, signed: &SignedSnapshot, id: &PaymentRequestId, unit: &Unit, agreed: &AgreedTerms) -> Result<Vec<ProofIssue>, StoreError> {
    let (snapshot, units) = (signed.snapshot(), fields.beside("units", "unit_id"));
    let change = |id: Option<&PayoutChangeId>| id.map_or_else(|| "none".to_owned(), ToString::to_string);
    let repeated = [
        ("snapshot.request_id", signed.request_id().to_string(), fields.text("request_id")?),
        ("snapshot.digest", signed.digest().to_string(), fields.text("digest")?),
        ("snapshot.signer", signed.signer().to_string(), fields.address("signer")?.to_string()),
        ("snapshot.payment_request", snapshot.payment_request.to_string(), id.to_string()),
        ("snapshot.agreement", snapshot.agreement.to_string(), unit.agreement.to_string()),
        ("snapshot.unit", snapshot.unit.to_string(), unit.id.to_string()),
        ("snapshot.unit_agreement", snapshot.agreement.to_string(), units.text("agreement_id")?),
        ("snapshot.unit_kind", format!("{:?}", snapshot.unit_kind), format!("{:?}", unit.kind)),
        ("snapshot.unit_chain", snapshot.asset.chain_id().to_string(), units.integer("chain_id")?.to_string()),
        ("snapshot.router", snapshot.router.to_string(), units.address("router")?.to_string()),
        ("snapshot.operator", snapshot.operator.to_string(), units.address("operator")?.to_string()),
        ("snapshot.nonce", snapshot.nonce.to_string(), unit.nonce.to_string()),
        ("snapshot.chain", snapshot.asset.chain_id().to_string(), fields.integer("chain_id")?.to_string()),
        ("snapshot.asset", snapshot.asset.to_string(), fields.text("asset")?),
        ("snapshot.seller_amount", snapshot.quote.seller.to_string(), fields.text("seller_amount")?),
        ("snapshot.payout_change", change(snapshot.payout_change.as_ref()), fields.opt_text("payout_change_id")?.unwrap_or_else(|| "none".to_owned())),
        ("snapshot.agreed_payout", change(snapshot.payout_change.as_ref()), change(agreed.payout_change.as_ref())),
        ("snapshot.payee", snapshot.payee.to_string(), agreed.payee.to_string()),
        ("snapshot.deadline", snapshot.deadline.to_string(), fields.integer("deadline")?.to_string()),
        ("snapshot.created_at", snapshot.created_at.to_string(), fields.time("created_at")?.to_string()),
        ("snapshot.terms_hash", snapshot.terms_hash.to_string(), agreed.terms_hash.to_string()),
        ("snapshot.consent", snapshot.consent.to_string(), agreed.consent.to_string()),
        ("snapshot.buyer", snapshot.buyer.to_string(), agreed.buyer.to_string()),
        ("snapshot.seller", snapshot.seller.to_string(), agreed.seller.to_string()),
        ("snapshot.fee", format!("{:?}", snapshot.fee), format!("{:?}", agreed.fee)),
    ];
    let differ = repeated.into_iter().filter(|(_, expected, found)| expected != found);
    Ok(differ.map(|(check, expected, found)| ProofIssue { check, expected, found }).collect())
}

fn recovered_from(fields: &Fields<'_>) -> Result<Option<StatusName>, StoreError> {
    match fields.opt_text("recovered_from")? {
        Some(_) => fields.one_of("recovered_from", StatusName::parse).map(Some),
        None => Ok(None),
    }
}

/// A state without a proof.
fn unpaid(fields: &Fields<'_>, status: StatusName) -> Result<PaymentRequestState, StoreError> {
    let at = fields.time("status_at")?;
    let tx_hash = fields.opt_hash("tx_hash")?;
    Ok(match status {
        StatusName::Signed => PaymentRequestState::Signed,
        StatusName::Submitted => PaymentRequestState::Submitted { tx_hash: fields.present("tx_hash", tx_hash)?, at },
        StatusName::Cancelled => PaymentRequestState::Cancelled { reason: fields.opt_text("status_reason")?, at },
        StatusName::Failed => PaymentRequestState::Failed { reason: failure(fields, tx_hash)?, at },
        StatusName::Expired => PaymentRequestState::Expired { tx_hash, at },
        StatusName::Verified => return Err(fields.bad("status", "a verified request has a proof")),
    })
}

fn failure(fields: &Fields<'_>, tx_hash: Option<B256>) -> Result<FailureReason, StoreError> {
    match fields.text("status_reason")?.as_str() {
        "reverted" => Ok(FailureReason::Reverted { tx_hash: fields.present("tx_hash", tx_hash)? }),
        "token_transfer_blocked" => Ok(FailureReason::TransferBlocked { tx_hash: fields.present("tx_hash", tx_hash)? }),
        "not_this_payment" => Ok(FailureReason::NotThisPayment { tx_hash: fields.present("tx_hash", tx_hash)? }),
        "unit_paid" => Ok(FailureReason::UnitPaid { by: fields.parsed("paid_by")? }),
        other => Err(fields.bad("status_reason", format!("{other:?} is not one of its values"))),
    }
}
