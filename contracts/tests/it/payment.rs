use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolCall as _, SolEvent as _, SolStruct, eip712_domain};
use contracts::{Payment, PaymentBatch, PaymentRouter, escrow::permit2_domain, router::PermitBatchWitnessTransferFrom, router_domain};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    signer: Signer,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signer {
    address: Address,
    private_key: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    chain_id: u64,
    verifying_contract: Address,
    payment: Fields,
    domain_separator: B256,
    struct_hash: B256,
    digest: B256,
    signature: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    operator: Address,
    request_id: B256,
    parent: B256,
    payer: Address,
    payee: Address,
    token: Address,
    amount: U256,
    fee_recipient: Address,
    fee_amount: U256,
    nonce: U256,
    deadline: U256,
}

/// What viem computed and signed for payers and for batches, see `bin/payer-vectors.cjs`.
#[derive(Deserialize)]
struct GoldenPayers {
    signer: Signer,
    batches: Vec<Batch>,
    relayed: Vec<Relayed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    name: String,
    chain_id: u64,
    verifying_contract: Address,
    payments: Vec<Fields>,
    digest: B256,
    signature: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relayed {
    name: String,
    chain_id: u64,
    verifying_contract: Address,
    payment: Fields,
    token_separator: B256,
    authorization: Signed,
    permit_nonce: U256,
    permit: Signed,
}

#[derive(Deserialize)]
struct Signed {
    digest: B256,
    signature: Bytes,
}

impl Fields {
    fn payment(&self) -> Payment {
        Payment {
            operator: self.operator,
            requestId: self.request_id,
            parent: self.parent,
            payer: self.payer,
            payee: self.payee,
            token: self.token,
            amount: self.amount,
            feeRecipient: self.fee_recipient,
            feeAmount: self.fee_amount,
            nonce: self.nonce,
            deadline: self.deadline,
        }
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../vectors/payments.json")).expect("the vectors have this shape")
}

fn golden_payers() -> GoldenPayers {
    serde_json::from_str(include_str!("../../vectors/payers.json")).expect("the vectors have this shape")
}

fn key(signer: &Signer) -> PrivateKeySigner {
    let key = PrivateKeySigner::from_bytes(&signer.private_key).expect("a valid key");
    assert_eq!(key.address(), signer.address);
    key
}

#[track_caller]
fn assert_signs<T: SolStruct>(key: &PrivateKeySigner, message: &T, domain: &Eip712Domain, digest: B256, signature: &Bytes, name: &str) {
    assert_eq!(message.eip712_signing_hash(domain), digest, "{name}");
    let ours = key.sign_hash_sync(&digest).expect("a local key signs");
    assert_eq!(Bytes::from(ours.as_bytes()), *signature, "{name}");
}

#[test]
fn a_batch_is_the_golden_vectors() {
    let operator = key(&golden().signer);
    let batches = golden_payers().batches;
    assert_eq!(batches.len(), 3);
    for Batch { name, chain_id, verifying_contract, payments, digest, signature } in batches {
        let batch = PaymentBatch { payments: payments.iter().map(Fields::payment).collect() };
        assert_signs(&operator, &batch, &router_domain(chain_id, verifying_contract), digest, &signature, &name);
    }
}

#[test]
fn what_a_payer_signs_for_the_token_is_the_golden_vectors() {
    let GoldenPayers { signer, relayed, .. } = golden_payers();
    assert_eq!(relayed.len(), 6);
    for Relayed { name, chain_id, verifying_contract, payment, token_separator, authorization, .. } in relayed {
        let payment = payment.payment();
        let usdc = eip712_domain! { name: "USD Coin", version: "2", chain_id: chain_id, verifying_contract: payment.token, };
        assert_eq!(usdc.separator(), token_separator, "{name}");
        let ours = payment.authorization(chain_id, verifying_contract);
        assert_signs(&key(&signer), &ours, &usdc, authorization.digest, &authorization.signature, &name);
    }
}

#[test]
fn what_a_payer_signs_for_permit2_is_the_golden_vectors() {
    let GoldenPayers { signer, relayed, .. } = golden_payers();
    for Relayed { name, chain_id, verifying_contract, payment, permit_nonce, permit, .. } in relayed {
        let ours: PermitBatchWitnessTransferFrom = payment.payment().permit(verifying_contract, permit_nonce);
        assert_signs(&key(&signer), &ours, &permit2_domain(chain_id), permit.digest, &permit.signature, &name);
    }
}

#[test]
fn the_type_strings_of_batch_and_permit_are_those_that_wallets_hash() {
    let payment = Payment::eip712_encode_type();
    assert_eq!(PaymentBatch::eip712_encode_type(), format!("PaymentBatch(Payment[] payments){payment}"));
    assert_eq!(
        PermitBatchWitnessTransferFrom::eip712_encode_type(),
        format!(
            "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,Payment witness)\
             {payment}TokenPermissions(address token,uint256 amount)"
        )
    );
}

#[test]
fn the_type_string_is_the_one_that_wallets_hash() {
    assert_eq!(
        Payment::eip712_root_type(),
        "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,\
         uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
    );
}

#[test]
fn every_hash_is_the_golden_vectors() {
    let golden = golden();
    assert_eq!(golden.vectors.len(), 8);
    for vector in &golden.vectors {
        let payment = vector.payment.payment();
        let domain = router_domain(vector.chain_id, vector.verifying_contract);
        assert_eq!(domain.separator(), vector.domain_separator, "{}", vector.name);
        assert_eq!(payment.eip712_hash_struct(), vector.struct_hash, "{}", vector.name);
        assert_eq!(payment.eip712_signing_hash(&domain), vector.digest, "{}", vector.name);
    }
}

#[test]
fn every_signature_is_the_golden_vectors() {
    let golden = golden();
    let signer = key(&golden.signer);
    for vector in &golden.vectors {
        let signature = signer.sign_hash_sync(&vector.digest).expect("a local key signs");
        assert_eq!(Bytes::from(signature.as_bytes()), vector.signature, "{}", vector.name);
    }
}

#[test]
fn the_calldata_of_pay_is_read_back_as_it_was_written() {
    let vector = &golden().vectors[0];
    let call = PaymentRouter::payCall { payment: vector.payment.payment(), signature: vector.signature.clone() };
    let calldata = call.abi_encode();
    let signature = "pay((address,bytes32,bytes32,address,address,address,uint256,address,uint256,uint256,uint256),bytes)";
    assert_eq!(calldata[..4], keccak256(signature)[..4]);
    assert_eq!(PaymentRouter::payCall::abi_decode(&calldata).expect("our own calldata"), call);
}

#[test]
fn the_events_have_the_topics_that_indexers_filter_by() {
    assert_eq!(
        PaymentRouter::PaymentRouted::SIGNATURE,
        "PaymentRouted(address,bytes32,address,address,address,uint256,address,uint256,uint256,uint256,bytes32)"
    );
    assert_eq!(PaymentRouter::RefundRouted::SIGNATURE, "RefundRouted(address,bytes32,address,bytes32,address,address,uint256,uint256,uint256,bytes32)");
    assert_eq!(PaymentRouter::SignerSet::SIGNATURE, "SignerSet(address,address,uint48)");
    assert_eq!(PaymentRouter::NoncesCancelled::SIGNATURE, "NoncesCancelled(address,uint256,uint256)");
}
