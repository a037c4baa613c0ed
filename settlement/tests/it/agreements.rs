//! Who may be a party, what both sign, and which logs of the router are read.

use alloy_primitives::aliases::U48;
use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::{SolEvent, SolStruct};
use contracts::PaymentRouter;
use settlement::agreement::{
    AgreementRecord, ConsentKind, Party, PartyError, agreement_digest, agreement_domain, agreement_typed_data, check_parties, is_signed_by,
};
use settlement::event::{PaymentEvent, RouterEvent};
use settlement::notice::NoticeType;
use settlement::scope::Scope;
use settlement::terms::Terms;

use crate::world::{self, PAYEE, ROUTER, SELLER, TOKEN};

const SALT: B256 = B256::repeat_byte(0x5a);

#[test]
fn consent_is_a_signature_of_exactly_these_terms_parties_and_salt() {
    let (terms, signer) = (world::agreement().terms, world::other_signer());
    let (buyer, seller) = (signer.address(), SELLER);
    let digest = agreement_digest(&terms, buyer, seller, SALT);
    let signature = signer.sign_hash_sync(&digest).unwrap().as_bytes();
    assert!(is_signed_by(&digest, &signature, buyer));
    assert!(!is_signed_by(&digest, &signature, seller));

    let mut document = world::terms_document();
    document["title"] = "Label 9,000 images".into();
    let other_terms = Terms::parse(&document).unwrap();
    for other in [
        agreement_digest(&other_terms, buyer, seller, SALT),
        agreement_digest(&terms, seller, seller, SALT),
        agreement_digest(&terms, buyer, buyer, SALT),
        agreement_digest(&terms, buyer, seller, B256::ZERO),
    ] {
        assert!(!is_signed_by(&other, &signature, buyer));
    }
}

#[test]
fn d02_consent_on_one_chain_is_none_on_another() {
    let typed = agreement_typed_data(&world::agreement().terms, world::BUYER, SELLER, SALT);
    assert_eq!(typed.eip712_signing_hash(&agreement_domain(world::CHAIN)), agreement_digest(&world::agreement().terms, world::BUYER, SELLER, SALT));
    assert_ne!(typed.eip712_signing_hash(&agreement_domain(1)), typed.eip712_signing_hash(&agreement_domain(world::CHAIN)));
    let type_text = "Agreement(bytes32 termsHash,address buyer,address seller,string asset,uint256 amount,address evaluator,bytes32 salt)";
    assert_eq!(type_text_of(&typed), type_text);
}

fn type_text_of<T: SolStruct>(_: &T) -> String {
    T::eip712_encode_type().into_owned()
}

#[test]
fn a_high_s_is_a_second_spelling_and_none() {
    let (signer, digest) = (world::other_signer(), B256::repeat_byte(1));
    let signature = signer.sign_hash_sync(&digest).unwrap();
    let order = U256::from_str_radix("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16).unwrap();
    let high = order - signature.s();
    let flipped = 27 + u8::from(!signature.v());
    let respelled = [signature.r().to_be_bytes_vec(), high.to_be_bytes_vec(), vec![flipped]].concat();
    assert!(is_signed_by(&digest, &signature.as_bytes(), signer.address()));
    assert!(!is_signed_by(&digest, &respelled, signer.address()), "EIP-2");
}

#[test]
fn c08_parties_are_apart_and_none_of_them_is_a_contract_of_the_payment() {
    let agreement = world::agreement();
    let check = |change: fn(&mut AgreementRecord)| {
        let mut changed = agreement.clone();
        change(&mut changed);
        check_parties(&changed.terms, &changed.buyer, &changed.seller, ROUTER)
    };
    let judged_by = |judge: Address| {
        let mut document = world::terms_document();
        document["evaluator"] = judge.to_string().into();
        check_parties(&Terms::parse(&document).unwrap(), &agreement.buyer, &agreement.seller, ROUTER)
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|a| a.seller.profile = a.buyer.profile.clone()), Err(PartyError::Same("profiles")));
    assert_eq!(check(|a| a.seller.wallet = a.buyer.wallet), Err(PartyError::Same("wallets")));
    assert_eq!(check(|a| a.buyer.wallet = PAYEE), Err(PartyError::Same("wallets")), "the buyer would pay itself");
    for change in [(|a| a.buyer.wallet = Address::ZERO) as fn(&mut AgreementRecord), |a| a.buyer.wallet = ROUTER, |a| a.seller.wallet = TOKEN] {
        assert!(matches!(check(change), Err(PartyError::Unusable(_))));
    }
    assert_eq!(judged_by(Address::repeat_byte(0xe7)), Ok(()));
    assert!(matches!(judged_by(ROUTER), Err(PartyError::Unusable(_))));
    for interested in [world::BUYER, SELLER, PAYEE] {
        assert_eq!(judged_by(interested), Err(PartyError::OwnJudge));
    }
}

#[test]
fn a_seller_may_be_paid_elsewhere_than_where_it_signs() {
    let seller = Party { wallet: PAYEE, ..world::agreement().seller };
    assert_eq!(check_parties(&world::agreement().terms, &world::agreement().buyer, &seller, ROUTER), Ok(()));
}

fn routed(event: &PaymentEvent) -> LogData {
    let log = PaymentRouter::PaymentRouted {
        operator: event.operator,
        requestId: event.request_id,
        payee: event.payee,
        payer: event.payer,
        token: event.token,
        amount: event.amount,
        feeRecipient: event.fee_recipient,
        feeAmount: event.fee_amount,
        nonce: event.nonce,
        deadline: event.deadline,
        digest: event.digest,
    };
    log.encode_log_data()
}

#[test]
fn the_routers_logs_are_read_in_every_field() {
    let (event, at) = (world::Case::sound().event, world::location());
    let decoded = RouterEvent::decode(ROUTER, at, &routed(&event)).unwrap().unwrap();
    assert_eq!(decoded, RouterEvent::Payment(event.clone()));
    assert_eq!((decoded.location(), decoded.operator()), (&at, event.operator));

    let (operator, signer) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let set = PaymentRouter::SignerSet { operator, signer, until: U48::MAX }.encode_log_data();
    let decoded = RouterEvent::decode(ROUTER, at, &set).unwrap().unwrap();
    assert_eq!(decoded, RouterEvent::SignerSet { location: at, operator, signer, until: (1 << 48) - 1 });
    assert_eq!((decoded.location(), decoded.operator()), (&at, operator));

    let (word, mask) = (U256::MAX, U256::from(5));
    let cancelled = PaymentRouter::NoncesCancelled { operator, word, mask }.encode_log_data();
    let decoded = RouterEvent::decode(ROUTER, at, &cancelled).unwrap().unwrap();
    assert_eq!(decoded, RouterEvent::NoncesCancelled { location: at, operator, word, mask });
    assert_eq!(at.at(), settlement::Timestamp::from_unix_seconds(world::PAID_AT));
}

#[test]
fn other_logs_are_nobodys_business_and_a_log_that_lies_is_an_error() {
    let (sound, at) = (routed(&world::Case::sound().event), world::location());
    assert_eq!(RouterEvent::decode(ROUTER, at, &LogData::default()), Ok(None), "an anonymous event");
    let other = LogData::new_unchecked(vec![B256::repeat_byte(9)], sound.data.clone());
    assert_eq!(RouterEvent::decode(ROUTER, at, &other), Ok(None));

    let short = LogData::new_unchecked(sound.topics().to_vec(), Bytes::copy_from_slice(&sound.data[..sound.data.len() - 1]));
    let fewer_topics = LogData::new_unchecked(sound.topics()[..3].to_vec(), sound.data.clone());
    let mut dirty = sound.topics().to_vec();
    dirty[1].0[0] = 1;
    let dirty = LogData::new_unchecked(dirty, sound.data);
    for log in [short, fewer_topics, dirty] {
        let error = RouterEvent::decode(ROUTER, at, &log).unwrap_err();
        assert_eq!(error.location, at);
        assert!(error.to_string().starts_with("log 3 of block 0xbbbb"), "{error}");
    }
}

#[test]
fn closed_lists_read_back() {
    for kind in NoticeType::ALL {
        assert_eq!(NoticeType::parse(kind.as_str()), Some(*kind));
        assert!(kind.as_str().split_once('.').is_some_and(|(object, verb)| !object.is_empty() && !verb.is_empty()), "{kind}");
    }
    assert_eq!(NoticeType::parse("payment.paid"), None);
    for scope in Scope::ALL {
        assert_eq!(scope.as_str().parse(), Ok(*scope));
    }
    assert!("payments:admin".parse::<Scope>().is_err());
    for kind in [ConsentKind::Signatures, ConsentKind::Attested] {
        assert_eq!(ConsentKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(ConsentKind::parse("assumed"), None);
}

#[test]
fn i03_a_party_gets_neither_import_nor_administration() {
    let party = Scope::party();
    assert!(!party.contains(&Scope::ADMIN) && !party.contains(&Scope::CONTRACTS_IMPORT));
    assert_eq!(party.len(), Scope::ALL.len() - 2);
}
