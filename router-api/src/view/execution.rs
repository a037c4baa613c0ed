//! The shape of `execution`, for the document: what a wallet needs to pay, and to check what it signs. The values are `signer::ExecutionPayload`'s; a test
//! holds the two together.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// One payment, ready to execute. Only the payer's own detail has it.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Execution, rename_all = "camelCase")]
pub struct ExecutionSchema {
    /// ERC-20 `approve` of exactly the total for the router, to be executed first; absent for the native coin.
    pub approval: Option<CallSchema>,
    /// `PaymentRouter.pay`.
    pub payment: CallSchema,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The payment's calldata in words.
    pub decoded_call: DecodedCallSchema,
    /// What the operator's signer signed (EIP-712).
    pub typed_data: TypedDataSchema,
    /// The signature, 65 bytes in hex.
    pub signature: String,
    /// The EIP-712 digest that was signed.
    pub digest: String,
    /// keccak256 of the snapshot.
    pub request_id: String,
    /// The canonical JSON (RFC 8785) of all that was agreed and asked; parse it to read it, hash its bytes to check it.
    pub snapshot: String,
    /// Approval and payment as parameters of `wallet_sendCalls` (EIP-5792).
    pub wallet_send_calls: WalletSendCallsSchema,
}

/// A transaction to send.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Call)]
pub struct CallSchema {
    /// The contract, EIP-55.
    pub to: String,
    /// Its calldata, hex.
    pub data: String,
    /// Wei, decimal.
    pub value: String,
}

/// The name and the arguments of a call.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = DecodedCall, rename_all = "camelCase")]
pub struct DecodedCallSchema {
    /// `pay`
    pub function_name: String,
    /// The payment (as `typedData.message`), then the signature.
    #[schema(min_items = 2, max_items = 2)]
    pub args: Vec<ArgumentSchema>,
}

/// An argument of the call.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = CallArgument)]
pub enum ArgumentSchema {
    /// The payment.
    Payment(Box<PaymentFieldsSchema>),
    /// The signature, 65 bytes in hex.
    Signature(String),
}

/// EIP-712 typed data, as `eth_signTypedData_v4` takes it.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = PaymentTypedData, rename_all = "camelCase")]
pub struct TypedDataSchema {
    /// `EIP712Domain` and `Payment`, with their fields in order.
    pub types: BTreeMap<String, Vec<TypedFieldSchema>>,
    /// The router's domain.
    pub domain: TypedDomainSchema,
    /// `Payment`
    pub primary_type: String,
    /// The payment.
    pub message: PaymentFieldsSchema,
}

/// One field of a type.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = TypedField)]
pub struct TypedFieldSchema {
    /// Its name.
    pub name: String,
    /// Its Solidity type.
    pub r#type: String,
}

/// The domain separator's fields.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = TypedDomain, rename_all = "camelCase")]
pub struct TypedDomainSchema {
    /// `PaymentRouter`
    pub name: String,
    /// `1`
    pub version: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The router, EIP-55.
    pub verifying_contract: String,
}

/// The router's `Payment`: EIP-55 addresses, decimal strings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentFields)]
pub struct PaymentFieldsSchema {
    /// On whose behalf it is signed.
    pub operator: String,
    /// keccak256 of the snapshot.
    pub request_id: String,
    /// Zero: a payment, not a refund.
    pub parent: String,
    /// Who pays.
    pub payer: String,
    /// Who is paid.
    pub payee: String,
    /// The token; zero is the native coin.
    pub token: String,
    /// What the payee receives, atomic units.
    pub amount: String,
    /// Who receives the fee; zero when there is none.
    pub fee_recipient: String,
    /// The fee on top, atomic units.
    pub fee_amount: String,
    /// The unit's nonce under the operator.
    pub nonce: String,
    /// Last block time, unix seconds, at which the router executes it.
    pub deadline: String,
}

/// Parameters of `wallet_sendCalls` (EIP-5792).
#[derive(Clone, Debug, ToSchema)]
#[schema(as = WalletSendCalls, rename_all = "camelCase")]
pub struct WalletSendCallsSchema {
    /// `2.0.0`
    pub version: String,
    /// EIP-155 chain id, hex quantity.
    pub chain_id: String,
    /// The payer.
    pub from: String,
    /// Whether the calls have to succeed together.
    pub atomic_required: bool,
    /// Approval, where one is needed, then payment; values are hex quantities of wei.
    pub calls: Vec<CallSchema>,
}
