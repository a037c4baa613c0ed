//! The JSON of a snapshot: which keys there are and how each value is spelt.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::{Snapshot, SnapshotError};
use crate::agreement::ConsentKind;
use crate::asset::{Asset, parse_address};
use crate::clock::Timestamp;
use crate::money::{Amount, FeePolicy, Quote};
use crate::unit::UnitKind;

/// The version of the document; a verifier refuses others.
const SCHEMA: &str = "counterfoil-payment-v1";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Document {
    schema: String,
    payment_request_id: String,
    contract_id: String,
    unit: UnitDocument,
    terms_hash: B256,
    consent: String,
    buyer: String,
    seller: String,
    chain_id: u64,
    router: String,
    operator: String,
    asset: String,
    token_symbol: String,
    token_decimals: u8,
    payer: String,
    payee: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout_change: Option<String>,
    seller_amount: String,
    fee_amount: String,
    total_amount: String,
    fee_policy: FeeDocument,
    nonce: String,
    created_at: String,
    deadline: u64,
    finality: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UnitDocument {
    id: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FeeDocument {
    bps: u16,
    fixed: String,
    recipient: String,
}

impl From<&Snapshot> for Document {
    fn from(s: &Snapshot) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            payment_request_id: s.payment_request.to_string(),
            contract_id: s.agreement.to_string(),
            unit: UnitDocument {
                id: s.unit.to_string(),
                kind: s.unit_kind.name().to_owned(),
                index: s.unit_kind.index(),
                milestone_id: s.unit_kind.milestone().map(ToString::to_string),
            },
            terms_hash: s.terms_hash,
            consent: s.consent.to_string(),
            buyer: s.buyer.to_string(),
            seller: s.seller.to_string(),
            chain_id: s.asset.chain_id(),
            router: s.router.to_string(),
            operator: s.operator.to_string(),
            asset: s.asset.to_string(),
            token_symbol: s.symbol.clone(),
            token_decimals: s.decimals,
            payer: s.payer.to_string(),
            payee: s.payee.to_string(),
            payout_change: s.payout_change.as_ref().map(ToString::to_string),
            seller_amount: s.quote.seller.to_string(),
            fee_amount: s.quote.fee.to_string(),
            total_amount: s.quote.total.to_string(),
            fee_policy: FeeDocument { bps: s.fee.bps, fixed: s.fee.fixed.to_string(), recipient: s.fee.recipient.to_string() },
            nonce: s.nonce.to_string(),
            created_at: s.created_at.to_string(),
            deadline: s.deadline,
            finality: s.finality.to_string(),
        }
    }
}

impl TryFrom<Document> for Snapshot {
    type Error = SnapshotError;

    fn try_from(d: Document) -> Result<Self, SnapshotError> {
        if d.schema != SCHEMA {
            return Err(malformed("schema", &format!("expected {SCHEMA}")));
        }
        let asset: Asset = read("asset", &d.asset)?;
        if asset.chain_id() != d.chain_id {
            return Err(malformed("chainId", "not the chain of the asset"));
        }
        let unit_kind = match (d.unit.kind.as_str(), d.unit.index, &d.unit.milestone_id) {
            ("contract", None, None) => UnitKind::Whole,
            ("instalment", Some(index), None) if index > 0 => UnitKind::Instalment(index),
            ("milestone", None, Some(id)) => UnitKind::Milestone(read("unit.milestoneId", id)?),
            _ => return Err(malformed("unit", "expected kind contract, kind instalment with an index from 1, or kind milestone with a milestoneId")),
        };
        let quote =
            Quote { seller: read("sellerAmount", &d.seller_amount)?, fee: read("feeAmount", &d.fee_amount)?, total: read("totalAmount", &d.total_amount)? };
        let fee = FeePolicy {
            bps: d.fee_policy.bps,
            fixed: read("feePolicy.fixed", &d.fee_policy.fixed)?,
            recipient: address("feePolicy.recipient", &d.fee_policy.recipient)?,
        };
        Ok(Self {
            payment_request: read("paymentRequestId", &d.payment_request_id)?,
            agreement: read("contractId", &d.contract_id)?,
            unit: read("unit.id", &d.unit.id)?,
            unit_kind,
            terms_hash: d.terms_hash,
            consent: ConsentKind::parse(&d.consent).ok_or_else(|| malformed("consent", "expected signatures or attested"))?,
            buyer: read("buyer", &d.buyer)?,
            seller: read("seller", &d.seller)?,
            router: address("router", &d.router)?,
            operator: address("operator", &d.operator)?,
            asset,
            symbol: d.token_symbol,
            decimals: d.token_decimals,
            payer: address("payer", &d.payer)?,
            payee: address("payee", &d.payee)?,
            payout_change: d.payout_change.as_deref().map(|id| read("payoutChange", id)).transpose()?,
            quote,
            fee,
            nonce: read::<Amount>("nonce", &d.nonce)?.atomic(),
            created_at: Timestamp::parse(&d.created_at).ok_or_else(|| malformed("createdAt", "not an instant"))?,
            deadline: d.deadline,
            finality: read("finality", &d.finality)?,
        })
    }
}

pub(crate) fn malformed(field: &str, reason: &str) -> SnapshotError {
    SnapshotError::Malformed(format!("{field}: {reason}"))
}

pub(crate) fn read<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T, SnapshotError> {
    text.parse().map_err(|e: T::Err| malformed(field, &e.to_string()))
}

pub(crate) fn address(field: &str, text: &str) -> Result<Address, SnapshotError> {
    parse_address(text).map_err(|e| malformed(field, &e.to_string()))
}
