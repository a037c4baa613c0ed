//! What a verified payment entitles both parties to.

mod issue;
pub mod links;
pub mod list;
pub mod public;
pub mod show;

use serde_json::{Value, json};

pub(crate) use issue::last_revocations;

/// For the document: as the public sees it.
fn public_example() -> Value {
    let mut example = example();
    example["proof"]["terms"] = Value::Null;
    example
}

/// For the document.
fn example() -> Value {
    let hash = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
    let (payer, payee) = ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");
    let (operator, signer) = ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65");
    json!({
        "schema": "counterfoil-receipt-v1", "id": "rcpt_pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "paymentRequestId": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "invoiceId": "inv_agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "title": "Translate the manual",
        "consent": "signatures", "termsHash": hash, "asset": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC",
        "tokenDecimals": 6, "sellerAmountAtomic": "12500000", "feeAmountAtomic": "125000", "totalAmountAtomic": "12625000", "buyerWallet": payer,
        "sellerWallet": payee, "payer": payer, "payee": payee, "payoutChangeId": null, "verifiedAt": "2026-01-31T12:10:00.000Z", "issuedAt": "2026-01-31T12:10:02.500Z",
        "event": { "chainId": 8453, "router": "0x5FbDB2315678afecb367f032d93F642f64180aa3", "blockNumber": 25000000, "blockHash": hash,
            "blockTime": 1769861000, "transactionHash": hash, "logIndex": 3, "operator": operator, "requestId": hash, "digest": hash, "payer": payer,
            "payee": payee, "tokenAddress": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "amount": "12500000",
            "feeRecipient": "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "feeAmount": "125000", "nonce": "0", "deadline": 1769864400 },
        "proof": { "snapshot": "{\"asset\":\"eip155:8453/erc20:0x8335…\",…}", "terms": "{\"amountAtomic\":\"12500000\",…}", "signature": "0x…", "signer": signer,
            "authority": "delegate", "authorisedUntil": 1785542400, "finality": "confirmations:12", "finalThrough": 25000011 },
        "attestation": { "signer": signer, "digest": hash, "signature": "0x…", "typedData": {
            "types": { "EIP712Domain": [{ "name": "name", "type": "string" }], "Receipt": [{ "name": "receiptId", "type": "string" }] },
            "domain": { "name": "Counterfoil", "version": "1", "chainId": 8453 }, "primaryType": "Receipt",
            "message": { "receiptId": "rcpt_pr_01ARZ3NDEKTSV4RRFFQ69G5FAV" } } },
    })
}
