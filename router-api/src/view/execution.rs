//! The shape of `execution`, for the document: what a wallet needs to pay, and to check what it signs. The values are `signer::ExecutionPayload`'s; a test
//! holds the two together.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// One payment or refund, ready to execute. Only whoever pays it is shown it.
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
    /// Zero for a payment; for a refund the `requestId` of the payment that is paid back.
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

/// For the document: a refund's, as the API makes it.
pub(crate) fn example() -> Value {
    let (router, token) = ("0x52bA6bF4a5bB4c0E0b3F0bC5b7a2Dc8d3bA1E752", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
    let (hash, signature) = ("0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", format!("0x{}1b", "11".repeat(64)));
    let fields = json!({
        "operator": "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "requestId": hash, "parent": hash,
        "payer": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "payee": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "token": token,
        "amount": "2500000", "feeRecipient": "0x0000000000000000000000000000000000000000", "feeAmount": "0", "nonce": "78", "deadline": "1769947200",
    });
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let call = |to: &str, value: &str| json!({ "to": to, "data": "0x", "value": value });
    json!({
        "approval": call(token, "0"), "payment": call(router, "0"), "chainId": 8453,
        "decodedCall": { "functionName": "pay", "args": [fields, signature] },
        "typedData": {
            "types": { "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256"), field("verifyingContract", "address")],
                "Payment": [field("operator", "address"), field("requestId", "bytes32")] },
            "domain": { "name": "PaymentRouter", "version": "1", "chainId": 8453, "verifyingContract": router }, "primaryType": "Payment", "message": fields,
        },
        "signature": signature, "digest": hash, "requestId": hash, "snapshot": "{\"amount\":\"2500000\",…}",
        "walletSendCalls": { "version": "2.0.0", "chainId": "0x2105", "from": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "atomicRequired": false,
            "calls": [call(token, "0x0"), call(router, "0x0")] },
    })
}
