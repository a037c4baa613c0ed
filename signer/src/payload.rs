//! The `execution` of a payment request or a refund: all that a wallet, a library or a careful agent needs to pay it and to check what it signs.
//!
//! Everything in it follows from two things, the snapshot and the signature over its digest. The API makes it with
//! [`ExecutionPayload::build`], buyers check it with [`crate::wallet::check`]: both sides share the encoding in this file.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_sol_types::{SolCall, SolStruct, sol};
use contracts::{Payment, PaymentRouter, router_domain};
use serde::{Deserialize, Serialize};
use settlement::snapshot::{Signable, Signed};

sol! {
    /// ERC-20's `approve`.
    #[derive(Debug, PartialEq, Eq)]
    function approve(address spender, uint256 value) external returns (bool);
}

/// Version of the `wallet_sendCalls` parameters (EIP-5792).
const SEND_CALLS_VERSION: &str = "2.0.0";
/// Fields of the router's EIP-712 domain, in the order of EIP-712.
const DOMAIN_TYPE: [(&str, &str); 4] = [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address")];

/// One payment, ready to execute. JSON as in the API's `execution`; unknown fields are refused, because nobody has checked them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecutionPayload {
    /// ERC-20 `approve` of exactly the total for the router, to be executed before the payment; absent for the native coin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Call>,
    /// `PaymentRouter.pay`; carries the total as value when it is paid in the native coin.
    pub payment: Call,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The payment's calldata in words.
    pub decoded_call: DecodedCall,
    /// What the operator's signer signed, in the JSON of EIP-712.
    pub typed_data: TypedData,
    /// The signature, 65 bytes `r ‖ s ‖ v`.
    pub signature: Bytes,
    /// The EIP-712 digest that was signed.
    pub digest: B256,
    /// `keccak256(snapshot)`.
    pub request_id: B256,
    /// The canonical JSON (RFC 8785) of all that was agreed and asked.
    pub snapshot: String,
    /// Approval and payment as parameters of `wallet_sendCalls` (EIP-5792).
    pub wallet_send_calls: WalletSendCalls,
}

/// A transaction to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The contract.
    #[serde(with = "eip55")]
    pub to: Address,
    /// Its calldata.
    pub data: Bytes,
    /// Wei; a decimal string in JSON.
    #[serde(with = "decimal")]
    pub value: U256,
}

/// The name and the arguments of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecodedCall {
    /// `pay`.
    pub function_name: String,
    /// The payment, and the signature over its digest.
    pub args: (PaymentFields, Bytes),
}

/// The router's `Payment` in JSON: EIP-55 addresses, decimal strings for numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentFields {
    /// On whose behalf it is signed.
    #[serde(with = "eip55")]
    pub operator: Address,
    /// `keccak256` of the snapshot.
    pub request_id: B256,
    /// Zero for a payment; for a refund the `requestId` of the payment that is paid back.
    pub parent: B256,
    /// Who pays.
    #[serde(with = "eip55")]
    pub payer: Address,
    /// Who is paid.
    #[serde(with = "eip55")]
    pub payee: Address,
    /// The token; zero is the native coin.
    #[serde(with = "eip55")]
    pub token: Address,
    /// What the payee receives, in atomic units.
    #[serde(with = "decimal")]
    pub amount: U256,
    /// Who receives the fee; zero when there is none.
    #[serde(with = "eip55")]
    pub fee_recipient: Address,
    /// The fee on top, in atomic units.
    #[serde(with = "decimal")]
    pub fee_amount: U256,
    /// The unit's nonce under the operator.
    #[serde(with = "decimal")]
    pub nonce: U256,
    /// Last block time, in unix seconds, at which the router executes it.
    #[serde(with = "decimal")]
    pub deadline: U256,
}

/// EIP-712 typed data of a [`Payment`], for `eth_signTypedData_v4` and every library that hashes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedData {
    /// `EIP712Domain` and `Payment`, with their fields in order.
    pub types: BTreeMap<String, Vec<TypedField>>,
    /// The router's domain.
    pub domain: TypedDomain,
    /// `Payment`.
    pub primary_type: String,
    /// The payment.
    pub message: PaymentFields,
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

/// The domain separator's fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedDomain {
    /// `PaymentRouter`.
    pub name: String,
    /// `1`.
    pub version: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The router.
    #[serde(with = "eip55")]
    pub verifying_contract: Address,
}

/// Parameters of `wallet_sendCalls` (EIP-5792).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WalletSendCalls {
    /// `2.0.0`.
    pub version: String,
    /// EIP-155 chain id as a hex quantity.
    pub chain_id: U64,
    /// The payer.
    #[serde(with = "eip55")]
    pub from: Address,
    /// `false`: one after the other will do. An approval whose payment fails is exact, and the router spends it in the payer's own call only.
    pub atomic_required: bool,
    /// Approval, where one is needed, then payment.
    pub calls: Vec<SendCall>,
}

/// One call of [`WalletSendCalls`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendCall {
    /// The contract.
    #[serde(with = "eip55")]
    pub to: Address,
    /// Its calldata.
    pub data: Bytes,
    /// Wei, as a hex quantity.
    pub value: U256,
}

impl ExecutionPayload {
    /// The payload of a signed payment or refund.
    #[must_use]
    pub fn build<S: Signable>(signed: &Signed<S>) -> Self {
        let (snapshot, payment) = (signed.snapshot(), signed.payment());
        let (chain_id, router, total) = (snapshot.asset().chain_id(), snapshot.router(), total(&payment));
        let native = payment.token.is_zero();
        let approval = (!native).then(|| approval(payment.token, router, total));
        let data = pay_calldata(&payment, signed.signature());
        let call = Call { to: router, data, value: if native { total } else { U256::ZERO } };
        let fields = PaymentFields::from(&payment);
        Self {
            wallet_send_calls: WalletSendCalls {
                version: SEND_CALLS_VERSION.to_owned(),
                chain_id: U64::from(chain_id),
                from: payment.payer,
                atomic_required: false,
                calls: approval.iter().chain([&call]).map(SendCall::from).collect(),
            },
            approval,
            payment: call,
            chain_id,
            decoded_call: DecodedCall { function_name: "pay".to_owned(), args: (fields.clone(), signed.signature().clone()) },
            typed_data: TypedData::new(chain_id, router, fields),
            signature: signed.signature().clone(),
            digest: signed.digest(),
            request_id: signed.request_id(),
            snapshot: signed.canonical().to_owned(),
        }
    }
}

impl TypedData {
    fn new(chain_id: u64, router: Address, message: PaymentFields) -> Self {
        let domain = router_domain(chain_id, router);
        let named = |name: &str, kind: &str| TypedField { name: name.to_owned(), kind: kind.to_owned() };
        let domain_type = DOMAIN_TYPE.iter().map(|(name, kind)| named(name, kind)).collect();
        Self {
            types: BTreeMap::from([("EIP712Domain".to_owned(), domain_type), (Payment::NAME.to_owned(), payment_type())]),
            domain: TypedDomain {
                name: domain.name.expect("the router's domain has a name").into_owned(),
                version: domain.version.expect("the router's domain has a version").into_owned(),
                chain_id,
                verifying_contract: router,
            },
            primary_type: Payment::NAME.to_owned(),
            message,
        }
    }
}

/// The fields of `Payment`, read from the `encodeType` string that the digest is made with, so that the two cannot differ.
fn payment_type() -> Vec<TypedField> {
    let encoded = Payment::eip712_encode_type();
    let fields = encoded.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).expect("encodeType is name(fields) for a struct without structs inside");
    let field = |text: &str| {
        let (kind, name) = text.split_once(' ').expect("encodeType writes each field as type, space, name");
        TypedField { name: name.to_owned(), kind: kind.to_owned() }
    };
    fields.split(',').map(field).collect()
}

/// What the payer pays. A sum beyond the type saturates, as in the router, at a value that nobody has.
pub(crate) fn total(payment: &Payment) -> U256 {
    payment.amount.saturating_add(payment.feeAmount)
}

/// `pay(payment, signature)`.
pub(crate) fn pay_calldata(payment: &Payment, signature: &Bytes) -> Bytes {
    PaymentRouter::payCall { payment: payment.clone(), signature: signature.clone() }.abi_encode().into()
}

/// `approve(router, total)` on the token.
pub(crate) fn approval(token: Address, router: Address, total: U256) -> Call {
    Call { to: token, data: approveCall { spender: router, value: total }.abi_encode().into(), value: U256::ZERO }
}

impl From<&Payment> for PaymentFields {
    fn from(p: &Payment) -> Self {
        Self {
            operator: p.operator,
            request_id: p.requestId,
            parent: p.parent,
            payer: p.payer,
            payee: p.payee,
            token: p.token,
            amount: p.amount,
            fee_recipient: p.feeRecipient,
            fee_amount: p.feeAmount,
            nonce: p.nonce,
            deadline: p.deadline,
        }
    }
}

impl From<&Call> for SendCall {
    fn from(call: &Call) -> Self {
        Self { to: call.to, data: call.data.clone(), value: call.value }
    }
}

/// Addresses in JSON: written in their EIP-55 spelling; a mixed-case one with a wrong checksum is refused.
mod eip55 {
    use alloy_primitives::Address;
    use serde::{Deserialize, Deserializer, Serializer, de};
    use settlement::asset::parse_address;

    pub fn serialize<S: Serializer>(address: &Address, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(address)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Address, D::Error> {
        parse_address(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// 256-bit numbers in JSON: decimal strings, never JSON numbers, which readers round.
mod decimal {
    use alloy_primitives::U256;
    use serde::{Deserialize, Deserializer, Serializer, de};
    use settlement::money::Amount;

    pub fn serialize<S: Serializer>(number: &U256, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<U256, D::Error> {
        String::deserialize(from)?.parse::<Amount>().map(Amount::atomic).map_err(de::Error::custom)
    }
}
