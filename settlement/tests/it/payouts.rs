//! Payout changes: who may decide them, and what a payment has to follow.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, PaymentFacts, agreement_digest};
use settlement::available_action::Action;
use settlement::ids::PayoutChangeId;
use settlement::next_action::Actor;
use settlement::payout_change::{
    COOLING, MAX_PAYOUT_CHANGES, PayeeError, Payout, PayoutChangeRecord, PayoutChangeState, Unfounded, Word, check_payee, founded, in_force, may_request,
};
use settlement::snapshot::Snapshot;
use settlement::verify::AgreedTerms;

use crate::states::{Row, listing, outcome};
use crate::world::{self, Case, at};

fn elsewhere() -> Address {
    Address::repeat_byte(0x5f)
}

fn payout(n: u64, payee: Address) -> Payout {
    Payout { change: PayoutChangeId::new(world::ulid(n)), payee }
}

/// The first change of the agreement, asked for at 1.
pub fn change(state: PayoutChangeState, asked: Word) -> PayoutChangeRecord {
    PayoutChangeRecord {
        id: PayoutChangeId::new(world::ulid(60)),
        agreement: world::agreement().id,
        number: 1,
        previous_payee: world::PAYEE,
        payee: elsewhere(),
        note: None,
        asked,
        state,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn signed_word() -> Word {
    Word::Signed(Bytes::from(vec![1; 65]))
}

fn confirmed() -> PayoutChangeState {
    PayoutChangeState::Confirmed { word: Word::Authenticated, at: at(2) }
}

/// Whether the rules accept what an action of `availableActions` does.
pub fn accepted(action: Action, actor: Actor, change: &PayoutChangeRecord) -> bool {
    let c = || change.clone();
    match (action, actor) {
        (Action::ConfirmPayoutChange, Actor::Buyer) => c().confirm(Word::Authenticated, at(0)).is_ok(),
        (Action::DeclinePayoutChange, Actor::Buyer) => c().decline(at(0)).is_ok(),
        (Action::CancelPayoutChange, Actor::Seller) => c().cancel(at(0)).is_ok(),
        _ => false,
    }
}

pub fn payout_table() -> Vec<Row> {
    let states = [
        ("requested", PayoutChangeState::Requested),
        ("confirmed", confirmed()),
        ("superseded", PayoutChangeState::Superseded { word: Word::Authenticated, confirmed_at: at(2), at: at(3) }),
        ("declined", PayoutChangeState::Declined { at: at(2) }),
        ("cancelled", PayoutChangeState::Cancelled { at: at(2) }),
    ];
    let row = |(from, state): (&str, PayoutChangeState)| {
        let (plain, by_wallet) = (|| change(state.clone(), Word::Authenticated), || change(state.clone(), signed_word()));
        let to = |result| outcome(result, |change: &PayoutChangeRecord| change.state.name().to_owned());
        let outcomes = vec![
            ("confirm: signed by the seller's wallet", to(by_wallet().confirm(Word::Authenticated, at(1)))),
            ("confirm: not signed, within a day", to(plain().confirm(Word::Authenticated, at(2)))),
            ("confirm: not signed, after a day", to(plain().confirm(Word::Authenticated, at(1).plus(COOLING)))),
            ("decline", to(plain().decline(at(2)))),
            ("cancel", to(plain().cancel(at(2)))),
            ("supersede", to(plain().supersede(at(9)))),
        ];
        Row { from: from.to_owned(), outcomes }
    };
    states.into_iter().map(row).collect()
}

#[test]
fn the_transitions_of_a_payout_change() {
    insta::assert_snapshot!("payout_change", listing(&payout_table()));
}

#[test]
fn a_change_that_no_wallet_signed_stands_for_a_day_to_the_millisecond() {
    let asked = || change(PayoutChangeState::Requested, Word::Authenticated);
    let over = at(1).plus(COOLING);
    assert!(asked().confirm(Word::Authenticated, over).is_ok());
    assert!(asked().confirm(Word::Authenticated, at(1).plus(COOLING - Duration::from_millis(1))).is_err());
    assert_eq!(asked().confirmable_at(), over);
    assert_eq!(change(PayoutChangeState::Requested, signed_word()).confirmable_at(), at(1));
}

#[test]
fn a_change_is_asked_for_while_something_is_left_to_pay() {
    let (none, paid) = (PaymentFacts::default(), PaymentFacts { any_verified: true, paid_in_full: true, ..PaymentFacts::default() });
    let cancelled = AgreementState::Cancelled { reason: "changed plans".to_owned(), by: world::agreement().buyer.profile, at: at(1) };
    assert!(may_request(&AgreementState::InProgress, none, MAX_PAYOUT_CHANGES - 1, false).is_ok());
    for (state, payments, earlier, open) in [
        (AgreementState::InProgress, paid, 0, false),
        (AgreementState::InProgress, none, 1, true),
        (AgreementState::InProgress, none, MAX_PAYOUT_CHANGES, false),
        (cancelled, none, 0, false),
    ] {
        assert!(may_request(&state, payments, earlier, open).is_err(), "{state:?} {payments:?} {earlier} {open}");
    }
}

#[test]
fn c08_the_payee_is_nobody_else() {
    let agreement = world::agreement();
    let check = |payee| check_payee(&agreement, payee, world::ROUTER);
    assert_eq!(check(elsewhere()), Ok(()));
    assert_eq!(check(world::PAYEE), Err(PayeeError::Same));
    assert_eq!(check(world::BUYER), Err(PayeeError::Is("buyer")));
    assert_eq!(check(world::FEE_RECIPIENT), Err(PayeeError::Is("fee recipient")));
    for unusable in [Address::ZERO, world::ROUTER, world::asset().token_address()] {
        assert!(matches!(check(unusable), Err(PayeeError::Unusable(_))), "{unusable}");
    }
    let moved = AgreementRecord { payout: Some(payout(60, elsewhere())), ..world::agreement() };
    assert_eq!(check_payee(&moved, elsewhere(), world::ROUTER), Err(PayeeError::Same));
    assert_eq!(check_payee(&moved, world::PAYEE, world::ROUTER), Ok(()), "and back");
}

/// A payment of a snapshot that was signed while `in_force` was, judged by `agreed`.
fn judged(in_force: Option<Payout>, agreed: AgreedTerms) -> Vec<&'static str> {
    let agreement = AgreementRecord { payout: in_force, ..world::agreement() };
    let signed = world::sign(Snapshot::new(&agreement, world::ask()).unwrap(), &world::operator());
    Case { event: world::event(&signed), signed, agreed, ..Case::sound() }.failing()
}

#[test]
fn c06_a_payment_follows_the_change_that_was_in_force_when_it_was_signed_and_no_other() {
    let terms = || AgreedTerms::from(&world::agreement());
    let (first, second) = (payout(60, elsewhere()), payout(61, Address::repeat_byte(0x60)));
    assert!(judged(None, terms()).is_empty());
    assert!(judged(Some(first.clone()), terms().paid_at(&first)).is_empty());
    for (in_force, agreed) in [
        (None, terms().paid_at(&first)),
        (Some(first.clone()), terms()),
        (Some(first.clone()), terms().paid_at(&second)),
        (Some(first.clone()), terms().paid_at(&Payout { payee: second.payee, ..first.clone() })),
        (Some(first.clone()), terms().paid_at(&Payout { change: second.change.clone(), ..first.clone() })),
        (Some(payout(62, world::PAYEE)), terms()),
    ] {
        assert_eq!(judged(in_force.clone(), agreed.clone()), ["agreement"], "{in_force:?} {agreed:?}");
    }
}

#[test]
fn c06_the_change_is_part_of_what_is_signed() {
    let agreement = AgreementRecord { payout: Some(payout(60, elsewhere())), ..world::agreement() };
    let snapshot = Snapshot::new(&agreement, world::ask()).unwrap();
    assert_eq!((snapshot.payee, snapshot.payment().payee), (elsewhere(), elsewhere()));
    let read = Snapshot::parse(&snapshot.canonical()).unwrap();
    assert_eq!(read, snapshot);
    let unnamed = Snapshot { payout_change: None, ..snapshot.clone() };
    assert_ne!(unnamed.request_id(), snapshot.request_id());
    assert!(!unnamed.canonical().contains("payoutChange"), "what follows the terms says nothing about changes");
}

fn sign(key: &PrivateKeySigner, digest: B256) -> Bytes {
    Bytes::from(key.sign_hash_sync(&digest).unwrap().as_bytes().to_vec())
}

#[test]
fn c06_the_last_change_that_was_confirmed_is_in_force_and_each_follows_the_one_before() {
    let agreement = world::agreement();
    let superseded = || PayoutChangeState::Superseded { word: Word::Authenticated, confirmed_at: at(2), at: at(3) };
    let third = Address::repeat_byte(0x60);
    let first = change(superseded(), Word::Authenticated);
    let second = PayoutChangeRecord {
        id: PayoutChangeId::new(world::ulid(62)),
        // The one in between was declined.
        number: 3,
        previous_payee: elsewhere(),
        payee: third,
        ..change(confirmed(), Word::Authenticated)
    };
    let with = |change: &PayoutChangeRecord, state| PayoutChangeRecord { state, ..change.clone() };
    assert_eq!(in_force(&[], &agreement), Ok(None));
    assert_eq!(in_force(&[with(&first, confirmed())], &agreement), Ok(Some(payout(60, elsewhere()))));
    assert_eq!(in_force(&[first.clone(), second.clone()], &agreement), Ok(Some(payout(62, third))));
    // Brought back, beside the other one or instead of it.
    assert_eq!(in_force(&[with(&first, confirmed()), with(&second, superseded())], &agreement), Err(Unfounded::NotTheLast(3)));
    assert_eq!(in_force(&[with(&first, confirmed()), second.clone()], &agreement), Err(Unfounded::NotTheLast(3)));
    assert_eq!(in_force(&[first.clone(), with(&second, superseded())], &agreement), Err(Unfounded::NotTheLast(3)));
    // Left out, or put in another order.
    let gap = |number, expected, found| Err(Unfounded::Gap { number, expected, found });
    assert_eq!(in_force(std::slice::from_ref(&second), &agreement), gap(3, world::PAYEE, elsewhere()));
    assert_eq!(in_force(&[second.clone(), with(&first, confirmed())], &agreement), gap(3, world::PAYEE, elsewhere()));
    assert_eq!(in_force(&[with(&first, PayoutChangeState::Requested), second], &agreement), Err(Unfounded::Unconfirmed));
}

#[test]
fn c06_where_wallets_agreed_wallets_move_the_money() {
    let key = |byte| PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap();
    let (buyer, seller, stranger) = (key(1), key(2), key(3));
    let mut agreement = world::agreement();
    (agreement.buyer.wallet, agreement.seller.wallet) = (buyer.address(), seller.address());
    let digest = agreement_digest(&agreement.terms, buyer.address(), seller.address(), B256::ZERO);
    agreement.consent = Consent::Signatures { salt: B256::ZERO, buyer: sign(&buyer, digest), seller: sign(&seller, digest) };
    let unsigned = change(PayoutChangeState::Requested, Word::Authenticated);
    let digest = unsigned.digest(&agreement);
    let by = |asked: Word, word: Word| PayoutChangeRecord { asked, state: PayoutChangeState::Confirmed { word, at: at(2) }, ..unsigned.clone() };
    let word = |key: &PrivateKeySigner| Word::Signed(sign(key, digest));
    let sound = by(word(&seller), word(&buyer));
    assert_eq!(founded(&sound, &agreement), Ok(payout(60, elsewhere())));
    assert_eq!(founded(&by(word(&stranger), word(&buyer)), &agreement), Err(Unfounded::Unsigned("seller")));
    assert_eq!(founded(&by(word(&seller), word(&seller)), &agreement), Err(Unfounded::Unsigned("buyer")));
    assert_eq!(founded(&by(word(&seller), Word::Authenticated), &agreement), Err(Unfounded::Unsigned("buyer")));
    assert_eq!(founded(&by(Word::Authenticated, word(&buyer)), &agreement), Err(Unfounded::Unsigned("seller")));
    // Whatever of it is altered, the signatures are no longer of it.
    for altered in [
        PayoutChangeRecord { payee: stranger.address(), ..sound.clone() },
        PayoutChangeRecord { previous_payee: stranger.address(), ..sound.clone() },
        PayoutChangeRecord { number: 2, ..sound.clone() },
    ] {
        assert_eq!(founded(&altered, &agreement), Err(Unfounded::Unsigned("seller")));
    }
    let undecided = PayoutChangeRecord { state: PayoutChangeState::Requested, ..sound.clone() };
    assert_eq!(founded(&undecided, &agreement), Err(Unfounded::Unconfirmed));
    let other = AgreementRecord { id: settlement::ids::AgreementId::new(world::ulid(99)), ..agreement.clone() };
    assert_eq!(founded(&sound, &other), Err(Unfounded::Elsewhere));
    // Where a marketplace's word was enough for the agreement, the parties' authenticated word is enough for this.
    assert_eq!(founded(&by(Word::Authenticated, Word::Authenticated), &world::agreement()), Ok(payout(60, elsewhere())));
}
