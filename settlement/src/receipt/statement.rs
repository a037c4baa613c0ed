//! What the issuer of a receipt signs (EIP-712): the payment in words and numbers that a wallet can show, and the hashes that commit to all the rest.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use serde::{Deserialize, Serialize};

use super::ReceiptError;
use crate::agreement::{AgreementRecord, agreement_domain};
use crate::clock::Timestamp;
use crate::event::PaymentEvent;
use crate::finality::FinalityPolicy;
use crate::snapshot::SignedSnapshot;

sol! {
    /// A receipt, as it is signed. The chain is the domain's (`Counterfoil`/`1`/chain id). `requestId` commits to the snapshot, and with it to the
    /// agreement, token symbol and decimals, fee policy and both profiles; `termsHash` to the terms; `digest` to what the operator signed before the payment,
    /// router included. `signer` made that signature; until when it could, the chain says.
    #[derive(Debug, PartialEq, Eq)]
    struct Receipt {
        string receiptId;
        bytes32 termsHash;
        string consent;
        address buyer;
        address seller;
        address payer;
        address payee;
        string asset;
        uint256 amount;
        uint256 fee;
        uint256 total;
        address operator;
        bytes32 requestId;
        bytes32 digest;
        address signer;
        uint256 blockNumber;
        bytes32 blockHash;
        uint256 blockTime;
        bytes32 transactionHash;
        uint256 logIndex;
        string finality;
        uint256 finalThrough;
        string verifiedAt;
        string issuedAt;
    }
}

/// The struct that is signed.
pub use Receipt as Statement;

/// Wallets of the two parties: those that consented to the agreement, or were named where consent is attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallets {
    /// Who owed.
    pub buyer: Address,
    /// Who was owed.
    pub seller: Address,
}

impl From<&AgreementRecord> for Wallets {
    fn from(agreement: &AgreementRecord) -> Self {
        Self { buyer: agreement.buyer.wallet, seller: agreement.seller.wallet }
    }
}

/// What is the issuer's own word: when, and what was final then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the payment was verified.
    pub verified_at: Timestamp,
    /// When the receipt was made out.
    pub issued_at: Timestamp,
    /// The newest final block when it was verified.
    pub final_through: u64,
}

/// What a statement is about.
pub(super) struct Facts<'a> {
    pub(super) signed: &'a SignedSnapshot,
    pub(super) event: &'a PaymentEvent,
    pub(super) wallets: Wallets,
    pub(super) stamp: Stamp,
}

impl Facts<'_> {
    pub(super) fn statement(&self) -> Statement {
        let (s, e) = (self.signed.snapshot(), self.event);
        Statement {
            receiptId: crate::ids::receipt_id(&s.payment_request),
            termsHash: s.terms_hash,
            consent: s.consent.to_string(),
            buyer: self.wallets.buyer,
            seller: self.wallets.seller,
            payer: e.payer,
            payee: e.payee,
            asset: s.asset.to_string(),
            amount: s.quote.seller.atomic(),
            fee: s.quote.fee.atomic(),
            total: s.quote.total.atomic(),
            operator: e.operator,
            requestId: e.request_id,
            digest: e.digest,
            signer: self.signed.signer(),
            blockNumber: U256::from(e.location.block_number),
            blockHash: e.location.block_hash,
            blockTime: U256::from(e.location.block_time),
            transactionHash: e.location.tx_hash,
            logIndex: U256::from(e.location.log_index),
            finality: FinalityPolicy::to_string(&s.finality),
            finalThrough: U256::from(self.stamp.final_through),
            verifiedAt: self.stamp.verified_at.to_string(),
            issuedAt: self.stamp.issued_at.to_string(),
        }
    }
}

/// The EIP-712 digest of a statement about a payment on this chain.
#[must_use]
pub fn statement_digest(statement: &Statement, chain_id: u64) -> B256 {
    statement.eip712_signing_hash(&agreement_domain(chain_id))
}

/// The signed statement in the JSON of EIP-712, as `eth_signTypedData_v4` and every library that verifies it take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedData {
    /// `EIP712Domain` and `Receipt`, with their fields in order.
    pub types: BTreeMap<String, Vec<TypedField>>,
    /// `Counterfoil`, `1`, the chain.
    pub domain: TypedDomain,
    /// `Receipt`.
    pub primary_type: String,
    /// EIP-55 addresses, decimal strings for numbers, hex for hashes.
    pub message: BTreeMap<String, String>,
}

/// One field of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedField {
    /// Its name.
    pub name: String,
    /// Its Solidity type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedDomain {
    /// `Counterfoil`.
    pub name: String,
    /// `1`.
    pub version: String,
    /// EIP-155.
    pub chain_id: u64,
}

impl TypedData {
    /// Of a statement about a payment on this chain.
    #[must_use]
    pub fn new(statement: &Statement, chain_id: u64) -> Self {
        let domain: Eip712Domain = agreement_domain(chain_id);
        Self {
            types: BTreeMap::from([
                ("EIP712Domain".to_owned(), fields(&domain.encode_type())),
                (Statement::NAME.to_owned(), fields(&Statement::eip712_encode_type())),
            ]),
            domain: TypedDomain { name: domain.name.unwrap_or_default().into_owned(), version: domain.version.unwrap_or_default().into_owned(), chain_id },
            primary_type: Statement::NAME.to_owned(),
            message: message(statement),
        }
    }
}

/// The fields of an `encodeType` string: the digest is made with it, so the two cannot differ.
fn fields(encoded: &str) -> Vec<TypedField> {
    let inside = encoded.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    let field = |(kind, name): (&str, &str)| TypedField { name: name.to_owned(), kind: kind.to_owned() };
    inside.split(',').filter_map(|text| text.split_once(' ')).map(field).collect()
}

fn message(s: &Statement) -> BTreeMap<String, String> {
    let values: [(&str, String); 24] = [
        ("receiptId", s.receiptId.clone()),
        ("termsHash", s.termsHash.to_string()),
        ("consent", s.consent.clone()),
        ("buyer", s.buyer.to_string()),
        ("seller", s.seller.to_string()),
        ("payer", s.payer.to_string()),
        ("payee", s.payee.to_string()),
        ("asset", s.asset.clone()),
        ("amount", s.amount.to_string()),
        ("fee", s.fee.to_string()),
        ("total", s.total.to_string()),
        ("operator", s.operator.to_string()),
        ("requestId", s.requestId.to_string()),
        ("digest", s.digest.to_string()),
        ("signer", s.signer.to_string()),
        ("blockNumber", s.blockNumber.to_string()),
        ("blockHash", s.blockHash.to_string()),
        ("blockTime", s.blockTime.to_string()),
        ("transactionHash", s.transactionHash.to_string()),
        ("logIndex", s.logIndex.to_string()),
        ("finality", s.finality.clone()),
        ("finalThrough", s.finalThrough.to_string()),
        ("verifiedAt", s.verifiedAt.clone()),
        ("issuedAt", s.issuedAt.clone()),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An instant as a receipt writes it, to the character.
pub(super) fn instant(field: &'static str, text: &str) -> Result<Timestamp, ReceiptError> {
    let at = Timestamp::parse(text).filter(|at| at.to_string() == text);
    at.ok_or_else(|| ReceiptError::Malformed(format!("{field}: not an instant with milliseconds and Z")))
}
