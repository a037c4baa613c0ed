//! The lines of an invoice: one for each unit that was ever asked for.

use alloy_primitives::B256;
use serde::Serialize;

use super::RevokedPayment;
use crate::event::PaymentEvent;
use crate::ids::{UnitId, receipt_id};
use crate::payment_request::{PaymentRequestState, Standing};
use crate::unit::Unit;

/// Where one unit of an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// Asked for, and over without payment so far.
    Open,
    /// A payload is out.
    Requested,
    /// A transaction was named or seen.
    Pending,
    /// Paid and proven.
    Paid,
    /// Its payment does not prove itself.
    InspectionRequired,
}

/// Where the payment of a line stands on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineProof {
    /// EIP-155.
    pub chain_id: u64,
    /// Block number.
    pub block_number: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Transaction.
    pub transaction_hash: B256,
    /// Index of the log in the block.
    pub log_index: u64,
    /// keccak256 of the snapshot.
    pub request_id: B256,
    /// The EIP-712 digest that was signed.
    pub digest: B256,
}

/// One unit of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceLine {
    /// The unit.
    pub unit_id: String,
    /// `contract`, `instalment` or `milestone`.
    pub kind: &'static str,
    /// Which instalment, from 1.
    pub index: Option<u32>,
    /// Which milestone.
    pub milestone_id: Option<String>,
    /// Where it stands.
    pub status: LineStatus,
    /// The request that paid it, else the latest one for it.
    pub payment_request_id: String,
    /// To the seller; null where the request cannot be read any more.
    pub seller_amount_atomic: Option<String>,
    /// To the operator.
    pub fee_amount_atomic: Option<String>,
    /// From the buyer.
    pub total_amount_atomic: Option<String>,
    /// `rcpt_{paymentRequestId}`, once paid.
    pub receipt_id: Option<String>,
    /// The transaction, once paid.
    pub paid_tx_hash: Option<B256>,
    /// Block time, once paid.
    pub paid_at: Option<String>,
    /// Where the payment stands, once paid.
    pub proof: Option<LineProof>,
    /// When the chain took a payment of this request back that had counted, and nothing has replaced it: its receipt is revoked.
    pub receipt_revoked_at: Option<String>,
}

/// One line per unit: the request that says most about it.
pub(super) fn lines(requests: &[Standing<'_>], revoked: &[RevokedPayment]) -> Vec<InvoiceLine> {
    let mut chosen: Vec<(&UnitId, &Standing<'_>)> = Vec::new();
    for standing in requests {
        let unit = &unit_of(standing).id;
        match chosen.iter_mut().find(|(id, _)| *id == unit) {
            // Of two requests for a unit the later one counts, unless the earlier one says more (paid, in doubt, on its way).
            Some((_, kept)) if weight(standing) >= weight(kept) => *kept = standing,
            Some(_) => {}
            None => chosen.push((unit, standing)),
        }
    }
    chosen.into_iter().map(|(_, standing)| line(standing, revoked)).collect()
}

fn unit_of<'a>(standing: &Standing<'a>) -> &'a Unit {
    match standing {
        Standing::Sound(request) => &request.unit,
        Standing::Unproven { unit, .. } => unit,
    }
}

fn status(standing: &Standing<'_>) -> LineStatus {
    match standing {
        Standing::Unproven { .. } => LineStatus::InspectionRequired,
        Standing::Sound(request) => match request.state {
            PaymentRequestState::Verified { .. } => LineStatus::Paid,
            PaymentRequestState::Submitted { .. } => LineStatus::Pending,
            PaymentRequestState::Signed => LineStatus::Requested,
            PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => LineStatus::Open,
        },
    }
}

fn weight(standing: &Standing<'_>) -> u8 {
    match status(standing) {
        LineStatus::Open => 0,
        LineStatus::Requested => 1,
        LineStatus::Pending => 2,
        LineStatus::InspectionRequired => 3,
        LineStatus::Paid => 4,
    }
}

fn line(standing: &Standing<'_>, revoked: &[RevokedPayment]) -> InvoiceLine {
    let unit = unit_of(standing);
    let (id, quote, paid) = match standing {
        Standing::Unproven { id, .. } => (*id, None, None),
        Standing::Sound(request) => {
            let paid = if let PaymentRequestState::Verified { proof, .. } = &request.state { Some(proof.event()) } else { None };
            (&request.id, Some(request.signed.snapshot().quote), paid)
        }
    };
    InvoiceLine {
        unit_id: unit.id.to_string(),
        kind: unit.kind.name(),
        index: unit.kind.index(),
        milestone_id: unit.kind.milestone().map(ToString::to_string),
        status: status(standing),
        payment_request_id: id.to_string(),
        seller_amount_atomic: quote.map(|q| q.seller.to_string()),
        fee_amount_atomic: quote.map(|q| q.fee.to_string()),
        total_amount_atomic: quote.map(|q| q.total.to_string()),
        receipt_id: paid.map(|_| receipt_id(id)),
        paid_tx_hash: paid.map(|event| event.location.tx_hash),
        paid_at: paid.map(|event| event.location.at().to_string()),
        proof: paid.map(LineProof::from),
        receipt_revoked_at: if paid.is_some() { None } else { revoked.iter().find(|revoked| revoked.request == *id).map(|revoked| revoked.at.to_string()) },
    }
}

impl From<&PaymentEvent> for LineProof {
    fn from(event: &PaymentEvent) -> Self {
        let at = event.location;
        Self {
            chain_id: at.chain_id,
            block_number: at.block_number,
            block_hash: at.block_hash,
            transaction_hash: at.tx_hash,
            log_index: at.log_index,
            request_id: event.request_id,
            digest: event.digest,
        }
    }
}
