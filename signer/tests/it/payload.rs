//! The `execution` JSON.

use alloy_dyn_abi::TypedData;
use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::payCall;
use serde_json::{Value, json};
use signer::ExecutionPayload;

use crate::fixture::{BUYER, FEE_RECIPIENT, NOW_S, OPERATOR, OPERATOR_KEY, PAYEE, TOKEN, native_snapshot, sign_with, signed};

#[test]
fn a_token_payment_is_an_exact_approval_and_a_call_of_pay() {
    let (signed, router) = (signed(), contracts::router_address());
    let json = serde_json::to_value(ExecutionPayload::build(&signed)).unwrap();
    let spender = format!("{:0>64}", alloy_primitives::hex::encode(router));
    let approve = format!("0x095ea7b3{spender}{:064x}", 10_250_000);
    assert_eq!(json["approval"], json!({ "to": TOKEN.to_string(), "data": approve, "value": "0" }));
    assert_eq!((&json["payment"]["to"], &json["payment"]["value"]), (&json!(router.to_string()), &json!("0")));
    assert_eq!(json["chainId"], json!(8453));
    let fields = json!({
        "operator": OPERATOR.to_string(), "requestId": signed.request_id(), "parent": B256::ZERO, "payer": BUYER.to_string(), "payee": PAYEE.to_string(),
        "token": TOKEN.to_string(), "amount": "10000000", "feeRecipient": FEE_RECIPIENT.to_string(), "feeAmount": "250000", "nonce": "7",
        "deadline": (NOW_S + 3_600).to_string(),
    });
    assert_eq!(json["decodedCall"], json!({ "functionName": "pay", "args": [fields, signed.signature()] }));
    assert_eq!(json["typedData"]["message"], fields);
    assert_eq!(json["snapshot"], json!(signed.canonical()));
    assert_eq!(
        json["walletSendCalls"],
        json!({
            "version": "2.0.0", "chainId": "0x2105", "from": BUYER.to_string(), "atomicRequired": false,
            "calls": [{ "to": TOKEN.to_string(), "data": approve, "value": "0x0" }, { "to": router.to_string(), "data": json["payment"]["data"], "value": "0x0" }],
        })
    );
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["approval", "chainId", "decodedCall", "digest", "payment", "requestId", "signature", "snapshot", "typedData", "walletSendCalls"];
    assert_eq!(keys, expected);
}

#[test]
fn a_native_payment_carries_the_total_and_needs_no_approval() {
    let json = serde_json::to_value(ExecutionPayload::build(&sign_with(OPERATOR_KEY, native_snapshot()))).unwrap();
    assert!(json.get("approval").is_none());
    assert_eq!(json["payment"]["value"], json!("10000000"));
    assert_eq!(json["walletSendCalls"]["calls"].as_array().unwrap().len(), 1);
    assert_eq!(json["walletSendCalls"]["calls"][0]["value"], json!("0x989680"));
    assert_eq!(json["decodedCall"]["args"][0]["feeRecipient"], json!("0x0000000000000000000000000000000000000000"));
}

#[test]
fn the_calldata_decodes_to_what_was_signed() {
    let signed = signed();
    let call = payCall::abi_decode(&ExecutionPayload::build(&signed).payment.data).unwrap();
    assert_eq!((call.payment, call.signature), (signed.payment(), signed.signature().clone()));
}

/// Another implementation of EIP-712, which reads the JSON as wallets do, arrives at the digest that was signed.
#[test]
fn the_typed_data_hashes_to_the_digest() {
    for signed in [signed(), sign_with(OPERATOR_KEY, native_snapshot())] {
        let json = serde_json::to_value(ExecutionPayload::build(&signed).typed_data).unwrap();
        let types: Vec<_> = json["types"].as_object().unwrap().keys().cloned().collect();
        assert_eq!((types, &json["primaryType"]), (vec!["EIP712Domain".to_owned(), "Payment".to_owned()], &json!("Payment")));
        let read: TypedData = serde_json::from_value(json).unwrap();
        assert_eq!(read.eip712_signing_hash().unwrap(), signed.digest());
    }
}

#[test]
fn it_reads_back_and_money_is_never_a_json_number() {
    let payload = ExecutionPayload::build(&signed());
    let json = serde_json::to_value(&payload).unwrap();
    assert_eq!(serde_json::from_value::<ExecutionPayload>(json.clone()).unwrap(), payload);
    for at in ["/payment/value", "/approval/value", "/typedData/message/amount", "/decodedCall/args/0/feeAmount"] {
        let mut number = json.clone();
        let text = number.pointer(at).unwrap().as_str().unwrap().to_owned();
        *number.pointer_mut(at).unwrap() = Value::from(text.parse::<u64>().unwrap());
        assert!(serde_json::from_value::<ExecutionPayload>(number).is_err(), "{at}");
    }
}
