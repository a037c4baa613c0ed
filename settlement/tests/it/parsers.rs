//! Text from outside: whatever it is, it is read exactly or refused, and never panics. And the arithmetic of money.

use std::str::FromStr;

use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use settlement::Timestamp;
use settlement::agreement::recover;
use settlement::asset::{Asset, InvalidAddress, parse_address};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId, agreement_of_invoice, invoice_id, receipt_id, request_of_receipt};
use settlement::money::{Amount, FeeError, FeePolicy, MAX_FEE_BPS};
use settlement::receipt::Receipt;
use settlement::scope::Scope;
use settlement::snapshot::Snapshot;
use settlement::terms::Terms;

use crate::world;

/// Text that is often nearly right.
fn text() -> impl Strategy<Value = String> {
    let id = world::request_id(1).to_string();
    let known = vec![
        "0".to_owned(),
        U256::MAX.to_string(),
        world::asset().to_string(),
        world::PAYEE.to_string(),
        id.clone(),
        format!("rcpt_{id}"),
        format!("inv_{}", world::agreement().id),
        "confirmations:12".to_owned(),
        "payments:read".to_owned(),
        "2023-11-14T22:13:20.007Z".to_owned(),
    ];
    let edited = (prop::sample::select(known), any::<prop::sample::Index>(), "\\PC{0,2}").prop_map(|(mut text, at, inserted)| {
        let places: Vec<_> = text.char_indices().map(|(n, _)| n).chain([text.len()]).collect();
        text.insert_str(*at.get(&places), &inserted);
        text
    });
    prop_oneof![any::<String>(), "\\PC{0,80}", "[0-9]{1,90}", "0x[0-9a-fA-F]{38,42}", edited]
}

/// Whether `text` is read, and what was read is another text.
fn reads_otherwise<T: FromStr + ToString>(text: &str) -> bool {
    text.parse::<T>().is_ok_and(|value| value.to_string() != text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn a11_no_text_is_read_as_something_else(text in text()) {
        prop_assert!(!reads_otherwise::<Amount>(&text), "amount {text:?}");
        prop_assert!(!reads_otherwise::<FinalityPolicy>(&text), "finality {text:?}");
        prop_assert!(!reads_otherwise::<Scope>(&text), "scope {text:?}");
        prop_assert!(!reads_otherwise::<AgreementId>(&text), "agreement id {text:?}");
        prop_assert!(!reads_otherwise::<PaymentRequestId>(&text), "request id {text:?}");
        if let Ok(id) = agreement_of_invoice(&text) {
            prop_assert_eq!(invoice_id(&id), text.clone());
        }
        if let Ok(id) = request_of_receipt(&text) {
            prop_assert_eq!(receipt_id(&id), text.clone());
        }
        if let Ok(address) = parse_address(&text) {
            prop_assert_eq!(address.to_string().to_lowercase(), text.to_lowercase());
        }
        if let Ok(asset) = text.parse::<Asset>() {
            prop_assert_eq!(asset.to_string().to_lowercase(), text.to_lowercase());
        }
        if let Some(at) = Timestamp::parse(&text) {
            prop_assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        }
        let _ = (Snapshot::parse(&text).is_err(), Receipt::parse(&text).is_err(), Terms::from_canonical(&text).is_err());
    }

    #[test]
    fn c08_no_single_change_of_case_passes_the_checksum(bytes: [u8; 20], at: prop::sample::Index) {
        let good = Address::from(bytes).to_string();
        prop_assert!(parse_address(&good).is_ok());
        let letters: Vec<_> = good.char_indices().skip(2).filter(|(_, c)| c.is_ascii_alphabetic()).collect();
        prop_assume!(letters.len() > 2);
        let (n, letter) = *at.get(&letters);
        let flipped = if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
        let changed = format!("{}{flipped}{}", &good[..n], &good[n + 1..]);
        let uniform = changed[2..].to_lowercase() == changed[2..] || changed[2..].to_uppercase() == changed[2..];
        prop_assert!(uniform || parse_address(&changed) == Err(InvalidAddress::Checksum), "{changed}");
    }

    #[test]
    fn a_signature_of_any_bytes_recovers_somebody_or_nobody(digest: [u8; 32], signature in prop::collection::vec(any::<u8>(), 0..80)) {
        let somebody = recover(&digest.into(), &signature);
        prop_assert!(somebody.is_none() || signature.len() == 65);
    }

    #[test]
    fn a13_total_is_seller_and_fee_for_every_amount(seller in any_amount(), bps in 0..=2_600u16, fixed in any_amount()) {
        let policy = FeePolicy { bps, fixed, recipient: world::FEE_RECIPIENT };
        match policy.quote(seller) {
            Ok(quote) => {
                prop_assert_eq!(quote.seller, seller);
                prop_assert_eq!(quote.total, quote.seller.plus(quote.fee).unwrap());
                // floor(seller × bps / 10 000) + fixed, in twice the width.
                let product: alloy_primitives::U512 = seller.atomic().widening_mul(U256::from(bps));
                let share = product / alloy_primitives::U512::from(10_000);
                prop_assert_eq!(alloy_primitives::U512::from(quote.fee.atomic()), share + alloy_primitives::U512::from(fixed.atomic()));
                let fee: alloy_primitives::U512 = quote.fee.atomic().widening_mul(U256::from(10_000));
                let cap: alloy_primitives::U512 = quote.total.atomic().widening_mul(U256::from(MAX_FEE_BPS));
                prop_assert!(fee <= cap, "the router would refuse it");
            }
            Err(FeeError::TooLarge) => {
                let product: alloy_primitives::U512 = seller.atomic().widening_mul(U256::from(bps));
                let wide = |amount: Amount| alloy_primitives::U512::from(amount.atomic());
                let total = wide(seller) + product / alloy_primitives::U512::from(10_000) + wide(fixed);
                prop_assert!(total > alloy_primitives::U512::from(U256::MAX), "{total} fits");
            }
            Err(FeeError::AboveCap { .. }) => {
                let quote = policy.price(seller).unwrap();
                let fee: alloy_primitives::U512 = quote.fee.atomic().widening_mul(U256::from(10_000));
                let cap: alloy_primitives::U512 = quote.total.atomic().widening_mul(U256::from(MAX_FEE_BPS));
                prop_assert!(fee > cap, "the router would take it");
            }
            Err(other @ FeeError::RecipientMismatch) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn a13_a_larger_amount_never_has_a_smaller_fee(a in any_amount(), b in any_amount(), bps in 0..=2_500u16, fixed in 0..1_000_000u64) {
        let policy = FeePolicy { bps, fixed: world::amount(fixed), recipient: world::FEE_RECIPIENT };
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        if let (Ok(small), Ok(large)) = (policy.price(small), policy.price(large)) {
            prop_assert!(small.fee <= large.fee && small.total <= large.total);
        }
    }

    #[test]
    fn amounts_add_and_subtract_exactly(a in any_amount(), b in any_amount()) {
        match a.plus(b) {
            Ok(sum) => prop_assert!(sum.minus(b) == Ok(a) && sum.minus(a) == Ok(b)),
            Err(_) => prop_assert!(a.atomic() > U256::MAX - b.atomic()),
        }
        prop_assert_eq!(a.minus(b).is_err(), a < b);
        prop_assert_eq!(a.to_string().parse(), Ok(a));
    }

    #[test]
    fn an_amount_for_people_is_the_same_number(atomic in any_amount(), decimals: u8) {
        let shown = atomic.display(decimals);
        let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
        prop_assert!(fraction.len() <= usize::from(decimals));
        let digits = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
        let plain = digits.trim_start_matches('0');
        prop_assert_eq!(if plain.is_empty() { "0" } else { plain }, atomic.to_string());
    }
}

/// From dust to the whole word.
fn any_amount() -> impl Strategy<Value = Amount> {
    let word = any::<[u8; 32]>().prop_map(U256::from_be_bytes);
    let scaled = (word, 0..256usize).prop_map(|(word, shift)| word >> shift);
    prop_oneof![4 => scaled, 1 => (0..3u64).prop_map(U256::from), 1 => (0..3u64).prop_map(|n| U256::MAX - U256::from(n))].prop_map(Amount::new)
}

#[test]
fn a11_every_shape_that_is_not_a_plain_integer_is_refused() {
    // Beside those of the unit test: what other parsers take.
    for text in ["1,000", "1e18", "0.1", "1/2", "1n", "١٢٣", "𝟏", "1\u{0}", "\u{feff}1", "1 ", "\t1", "--1", "∞", "null", "true", "[1]", "\"1\""] {
        assert!(text.parse::<Amount>().is_err(), "{text:?}");
    }
}
