//! Field types of request bodies that check themselves. Each refuses with a code of its own and accepts one spelling.

use std::fmt::Display;
use std::ops::Deref;

use alloy_primitives::{Address, B256, Bytes};
use serde::de::{Deserialize, Deserializer, Error};
use settlement::asset::{Asset, parse_address};
use settlement::clock::Timestamp;
use settlement::money::Amount;

use crate::problem::Code;

/// Marks the code inside the text of a deserialisation error, the only thing serde carries.
const CODE_MARK: char = '\u{1}';

/// The code that a field type put into its error, and the text without it.
pub(super) fn split_code(text: &str) -> (Option<Code>, &str) {
    match text.strip_prefix(CODE_MARK).and_then(|rest| rest.split_once(CODE_MARK)) {
        Some((code, text)) => (Code::parse(code), text),
        None => (None, text),
    }
}

fn refuse<E: Error>(code: Code, why: impl Display) -> E {
    E::custom(format_args!("{CODE_MARK}{}{CODE_MARK}{why}", code.as_str()))
}

/// The string in the field; anything else is refused with the same code and reason as a string that does not fit.
fn text<'de, D: Deserializer<'de>>(deserializer: D, code: Code, expected: &str) -> Result<String, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Ok(text),
        _ => Err(refuse(code, format_args!("expected {expected}, as a string"))),
    }
}

macro_rules! field_types {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $code:ident, $expected:literal, $pattern:literal, $example:literal, $parse:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, utoipa::ToSchema)]
        #[schema(value_type = String, pattern = $pattern, example = $example)]
        pub struct $name(pub $inner);

        impl Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = text(deserializer, Code::$code, $expected)?;
                let parse: fn(&str) -> Result<$inner, String> = $parse;
                parse(&text).map(Self).map_err(|why| refuse(Code::$code, why))
            }
        }
    )+};
}

field_types! {
    /// An amount in atomic units: a string of decimal digits.
    AtomicAmount(Amount) = InvalidAmount, "an amount in atomic units", "^(0|[1-9][0-9]{0,77})$", "12500000",
        |text| text.parse().map_err(|e: settlement::money::AmountError| e.to_string());
    /// An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum.
    AccountAddress(Address) = InvalidAddress, "an address", "^0x[0-9a-fA-F]{40}$", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        |text| parse_address(text).map_err(|e| e.to_string());
    /// An asset by its CAIP-19 id.
    AssetId(Asset) = InvalidAsset, "a CAIP-19 asset id", "^eip155:[1-9][0-9]*/(erc20:0x[0-9a-fA-F]{40}|slip44:60)$",
        "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", |text| text.parse().map_err(|e: settlement::asset::InvalidAsset| e.to_string());
    /// 32 bytes: `0x` and 64 hex digits (a transaction hash, a salt, a digest).
    Hash32(B256) = InvalidField, "0x and 64 hexadecimal digits", "^0x[0-9a-fA-F]{64}$",
        "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", |text| prefixed(text, Some(64))?.parse().map_err(|_| HASH.to_owned());
    /// Bytes: `0x` and an even number of hex digits, at most 8 KiB (signatures of contract wallets are the longest).
    HexBytes(Bytes) = InvalidField, "0x and hexadecimal digits", "^0x([0-9a-fA-F]{2})*$", "0x1b",
        |text| prefixed(text, None)?.parse().map_err(|_| HEX.to_owned());
    /// An instant: ISO-8601 with an offset.
    Instant(Timestamp) = InvalidField, "an ISO-8601 instant", "^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-5][0-9])$", "2026-01-31T12:00:00.000Z",
        |text| Timestamp::parse(text).ok_or_else(|| "expected an ISO-8601 instant like 2026-01-31T12:00:00.000Z".to_owned());
}

const HASH: &str = "expected 0x and 64 hexadecimal digits";
const HEX: &str = "expected 0x and an even number of hexadecimal digits";
/// Longest hex field, in digits: 8 KiB, more than any known contract wallet's signature.
const MAX_HEX_DIGITS: usize = 16 * 1024;

/// `text`, if it is `0x` and `digits` hex digits (or an even number of them, not too many).
fn prefixed(text: &str, digits: Option<usize>) -> Result<&str, String> {
    let message = if digits.is_some() { HASH } else { HEX };
    let hex = text.strip_prefix("0x").ok_or(message)?;
    let fits = digits.map_or(hex.len() <= MAX_HEX_DIGITS, |digits| hex.len() == digits);
    if fits && hex.bytes().all(|b| b.is_ascii_hexdigit()) { Ok(text) } else { Err(message.to_owned()) }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    fn code<T: DeserializeOwned + std::fmt::Debug>(value: serde_json::Value) -> Option<Code> {
        let error = serde_json::from_value::<T>(value).unwrap_err().to_string();
        split_code(&error).0
    }

    #[test]
    fn a11_no_spelling_but_decimal_digits_is_an_amount() {
        for text in ["", "-1", "+1", "1.0", "1e6", "0x10", "01", "NaN", " 1", "1 ", "١٢", "１", "1_000", &"9".repeat(80)] {
            assert_eq!(code::<AtomicAmount>(json!(text)), Some(Code::InvalidAmount), "{text:?}");
        }
        for value in [json!(1), json!(1.5), json!(-1), json!(null), json!(true), json!(["1"]), json!({"amount": "1"})] {
            assert_eq!(code::<AtomicAmount>(value.clone()), Some(Code::InvalidAmount), "{value}");
        }
        assert_eq!(serde_json::from_value::<AtomicAmount>(json!("12500000")).unwrap().to_string(), "12500000");
    }

    #[test]
    fn c08_a_wrong_checksum_or_a_name_is_no_address() {
        for text in ["vitalik.eth", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x1", ""] {
            assert_eq!(code::<AccountAddress>(json!(text)), Some(Code::InvalidAddress), "{text:?}");
        }
        assert!(serde_json::from_value::<AccountAddress>(json!("0x70997970c51812dc3a010c7d01b50e0d17dc79c8")).is_ok());
    }

    #[test]
    fn hashes_and_bytes_are_prefixed_hex_of_the_right_length() {
        let hash = format!("0x{}", "ab".repeat(32));
        assert!(serde_json::from_value::<Hash32>(json!(hash)).is_ok());
        for text in [hash[2..].to_owned(), hash[..64].to_owned(), format!("{hash}00"), hash.replace('a', "g"), String::new()] {
            assert_eq!(code::<Hash32>(json!(text)), Some(Code::InvalidField), "{text:?}");
        }
        assert!(serde_json::from_value::<HexBytes>(json!("0x")).is_ok());
        for text in ["0x1", "1b", "0xzz", &format!("0x{}", "00".repeat(9_000))] {
            assert_eq!(code::<HexBytes>(json!(text)), Some(Code::InvalidField));
        }
        assert_eq!(code::<AssetId>(json!("eip155:1/erc721:0x00")), Some(Code::InvalidAsset));
        assert_eq!(code::<Instant>(json!("yesterday")), Some(Code::InvalidField));
    }
}
