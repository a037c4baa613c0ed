use alloy_primitives::aliases::{U40, U96};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolCall as _, SolEvent as _, SolStruct, SolValue as _, eip712_domain};
use contracts::escrow::{self, PermitWitnessTransferFrom, ReceiveWithAuthorization, permit2_domain};
use contracts::{Escrow, Release, Settlement, Terms, Verdict, escrow_domain};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Golden {
    signer: Signer,
    terms: Vec<TermsVector>,
    messages: Vec<MessageVector>,
    funding: Vec<FundingVector>,
    keys: Vec<KeyVector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signer {
    address: Address,
    private_key: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TermsVector {
    name: String,
    verifying_contract: Address,
    #[serde(deserialize_with = "terms")]
    terms: Terms,
    domain_separator: B256,
    struct_hash: B256,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageVector {
    primary_type: String,
    chain_id: u64,
    verifying_contract: Address,
    message: Map<String, Value>,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FundingVector {
    name: String,
    verifying_contract: Address,
    #[serde(deserialize_with = "terms")]
    terms: Terms,
    token_separator: B256,
    authorization: Signed,
    permit_nonce: U256,
    permit: Signed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyVector {
    seller: Address,
    key: B256,
    key_hash: B256,
}

#[derive(Deserialize)]
struct Signed {
    digest: B256,
    signature: Bytes,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../vectors/escrows.json")).expect("the vectors have this shape")
}

/// A field that viem was given: numbers are decimal text.
fn field<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str) -> T {
    serde_json::from_value(fields[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn number<T: TryFrom<U256>>(fields: &Map<String, Value>, name: &str) -> T {
    T::try_from(field::<U256>(fields, name)).ok().unwrap_or_else(|| panic!("{name} fits its type"))
}

fn terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Terms, D::Error> {
    let fields = Map::deserialize(deserializer)?;
    assert_eq!(fields.len(), 20);
    Ok(Terms {
        chainId: number(&fields, "chainId"),
        operator: field(&fields, "operator"),
        nonce: field(&fields, "nonce"),
        fundBy: field(&fields, "fundBy"),
        requestId: field(&fields, "requestId"),
        buyer: field(&fields, "buyer"),
        seller: field(&fields, "seller"),
        arbiter: field(&fields, "arbiter"),
        evaluator: field(&fields, "evaluator"),
        token: field(&fields, "token"),
        amount: field(&fields, "amount"),
        feeRecipient: field(&fields, "feeRecipient"),
        feeAmount: field(&fields, "feeAmount"),
        arbiterFeeBps: number(&fields, "arbiterFeeBps"),
        fallbackBps: number(&fields, "fallbackBps"),
        deliverBy: field(&fields, "deliverBy"),
        reviewWindow: number(&fields, "reviewWindow"),
        rulingWindow: number(&fields, "rulingWindow"),
        keyHash: field(&fields, "keyHash"),
        delivery: field(&fields, "delivery"),
    })
}

fn token_domain(terms: &Terms) -> Eip712Domain {
    eip712_domain! {
        name: "USD Coin",
        version: "2",
        chain_id: terms.chainId,
        verifying_contract: terms.token,
    }
}

/// What Solidity says between `start` and the next `"` in EscrowHash.sol.
fn hashed_by_the_contract(start: &str) -> &'static str {
    let source = include_str!("../../src/libraries/EscrowHash.sol");
    let at = source.find(&format!("\"{start}")).expect("the contract has this type");
    source[at + 1..].split('"').next().expect("a split has a first part")
}

#[test]
fn the_type_strings_are_the_contracts() {
    for (type_string, start) in [
        (Terms::eip712_encode_type(), "Terms(uint64"),
        (Release::eip712_encode_type(), "Release("),
        (Settlement::eip712_encode_type(), "Settlement("),
        (Verdict::eip712_encode_type(), "Verdict("),
    ] {
        assert_eq!(type_string, hashed_by_the_contract(start));
    }
    let stub = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
    let witness = hashed_by_the_contract("Terms witness)");
    assert_eq!(PermitWitnessTransferFrom::eip712_encode_type(), format!("{stub}{witness}"));
    assert_eq!(
        ReceiveWithAuthorization::eip712_encode_type(),
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
}

#[test]
fn every_id_is_the_golden_vectors() {
    let golden = golden();
    assert_eq!(golden.terms.len(), 8);
    for vector in &golden.terms {
        let domain = escrow_domain(vector.terms.chainId, vector.verifying_contract);
        assert_eq!(domain.separator(), vector.domain_separator, "{}", vector.name);
        assert_eq!(vector.terms.eip712_hash_struct(), vector.struct_hash, "{}", vector.name);
        assert_eq!(vector.terms.id(vector.verifying_contract), vector.signed.digest, "{}", vector.name);
    }
}

#[test]
fn what_the_roles_sign_is_the_golden_vectors() {
    let golden = golden();
    assert_eq!(golden.messages.len(), 12);
    for MessageVector { primary_type, chain_id, verifying_contract, message, signed } in &golden.messages {
        let domain = escrow_domain(*chain_id, *verifying_contract);
        let id = field(message, "id");
        let digest = match primary_type.as_str() {
            "Release" => Release { id, upTo: field(message, "upTo"), deadline: field(message, "deadline") }.eip712_signing_hash(&domain),
            "Settlement" => {
                Settlement { id, remaining: field(message, "remaining"), toSeller: field(message, "toSeller"), deadline: field(message, "deadline") }
                    .eip712_signing_hash(&domain)
            }
            "Verdict" => Verdict { id, deliverable: field(message, "deliverable"), pass: field(message, "pass"), evidenceHash: field(message, "evidenceHash") }
                .eip712_signing_hash(&domain),
            other => panic!("{other}"),
        };
        assert_eq!(digest, signed.digest, "{primary_type} on {chain_id}");
    }
}

#[test]
fn what_the_buyer_signs_to_fund_is_the_golden_vectors() {
    let golden = golden();
    assert_eq!(golden.funding.len(), 2);
    for vector in &golden.funding {
        let (terms, escrow) = (&vector.terms, vector.verifying_contract);
        let token = token_domain(terms);
        assert_eq!(token.separator(), vector.token_separator, "{}", vector.name);
        assert_eq!(terms.authorization(escrow).eip712_signing_hash(&token), vector.authorization.digest, "{}", vector.name);
        let permit = terms.permit(escrow, vector.permit_nonce);
        assert_eq!(permit.eip712_signing_hash(&permit2_domain(terms.chainId)), vector.permit.digest, "{}", vector.name);
    }
}

#[test]
fn every_signature_is_the_golden_vectors() {
    let golden = golden();
    let signer = PrivateKeySigner::from_bytes(&golden.signer.private_key).expect("a valid key");
    assert_eq!(signer.address(), golden.signer.address);
    let terms = golden.terms.iter().map(|vector| &vector.signed);
    let messages = golden.messages.iter().map(|vector| &vector.signed);
    let funding = golden.funding.iter().flat_map(|vector| [&vector.authorization, &vector.permit]);
    for signed in terms.chain(messages).chain(funding) {
        let signature = signer.sign_hash_sync(&signed.digest).expect("a local key signs");
        assert_eq!(Bytes::from(signature.as_bytes()), signed.signature);
    }
}

#[test]
fn the_hash_of_a_key_is_of_the_seller_and_the_key() {
    let golden = golden();
    assert_eq!(golden.keys.len(), 3);
    for KeyVector { seller, key, key_hash } in golden.keys {
        assert_eq!(keccak256((seller, key).abi_encode()), key_hash);
    }
}

#[test]
fn the_limits_are_the_contracts() {
    let source = include_str!("../../src/libraries/EscrowTerms.sol");
    let value = |name: &str| {
        let declaration = format!("uint256 internal constant {name} = ");
        let at = source.find(&declaration).unwrap_or_else(|| panic!("the contract has {name}")) + declaration.len();
        let (number, unit) = match source[at..].split(';').next().expect("a split has a first part").split_once(' ') {
            Some((number, "hours")) => (number, 3_600),
            Some((number, "days")) => (number, 86_400),
            Some((_, unit)) => panic!("{name} is in {unit}"),
            None => (source[at..].split(';').next().expect("a split has a first part"), 1),
        };
        number.replace('_', "").parse::<u64>().expect("a number") * unit
    };
    assert_eq!(u64::from(escrow::BPS), value("BPS"));
    assert_eq!(u64::from(escrow::MAX_FEE_BPS), value("MAX_FEE_BPS"));
    assert_eq!(u64::from(escrow::MAX_ARBITER_FEE_BPS), value("MAX_ARBITER_FEE_BPS"));
    assert_eq!(escrow::MIN_DELIVERY, value("MIN_DELIVERY"));
    assert_eq!(escrow::MAX_DELIVERY, value("MAX_DELIVERY"));
    assert_eq!(u64::from(escrow::MIN_WINDOW), value("MIN_WINDOW"));
    assert_eq!(u64::from(escrow::MAX_WINDOW), value("MAX_WINDOW"));
    assert_eq!(source.matches("internal constant").count(), 7, "each of them is above");

    let permit2 = format!("IPermit2 internal constant PERMIT2 = IPermit2({});", escrow::PERMIT2);
    assert!(include_str!("../../src/Funds.sol").contains(&permit2));
}

#[test]
fn the_calldata_of_fund_is_read_back_as_it_was_written() {
    let golden = golden();
    let vector = &golden.terms[0];
    let call = Escrow::fundCall { terms: vector.terms.clone(), signature: vector.signed.signature.clone() };
    let calldata = call.abi_encode();
    let signature = "fund((uint64,address,uint256,uint40,bytes32,address,address,address,address,address,uint96,address,uint96,uint16,uint16,uint40,\
                     uint32,uint32,bytes32,bytes32),bytes)";
    assert_eq!(calldata[..4], keccak256(signature)[..4]);
    assert_eq!(Escrow::fundCall::abi_decode(&calldata).expect("our own calldata"), call);
}

#[test]
fn the_events_have_the_topics_that_indexers_filter_by() {
    for (event, signature) in [
        (Escrow::Submitted::SIGNATURE, "Submitted(address,bytes32,bytes32,uint40)"),
        (Escrow::Attested::SIGNATURE, "Attested(address,bytes32,bytes32,bool,bytes32)"),
        (Escrow::KeyRevealed::SIGNATURE, "KeyRevealed(address,bytes32,bytes32)"),
        (Escrow::Disputed::SIGNATURE, "Disputed(address,bytes32,bytes32,uint40)"),
        (Escrow::Resolved::SIGNATURE, "Resolved(address,bytes32,uint256,uint256,bytes32)"),
        (Escrow::Paid::SIGNATURE, "Paid(address,bytes32,address,uint256,uint256,uint256,uint8)"),
        (Escrow::Returned::SIGNATURE, "Returned(address,bytes32,address,uint256,uint256,uint8)"),
        (Escrow::Credited::SIGNATURE, "Credited(address,bytes32,address,address,uint256)"),
        (Escrow::Withdrawn::SIGNATURE, "Withdrawn(address,address,address,uint256)"),
    ] {
        assert_eq!(event, signature);
    }
    assert_eq!(
        Escrow::Funded::SIGNATURE,
        "Funded(address,bytes32,address,(uint64,address,uint256,uint40,bytes32,address,address,address,address,address,uint96,address,uint96,uint16,\
         uint16,uint40,uint32,uint32,bytes32,bytes32))"
    );
}

/// A narrow number of the contract is a number of the same width here, so that nothing is cut off on the way.
#[test]
fn the_greatest_values_fit() {
    let golden = golden();
    let greatest = &golden.terms.last().expect("there are vectors").terms;
    assert_eq!(greatest.amount, U96::MAX);
    assert_eq!(greatest.fundBy, U40::MAX);
    assert_eq!(greatest.authorization(Address::ZERO).validBefore, U256::from(1) << 40);
}
