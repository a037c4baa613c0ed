//! Money: atomic units, exact arithmetic, the fee.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::{Address, U256};

/// Ten thousandths: the unit of `fee_bps`.
const BPS: u64 = 10_000;
/// The most a router accepts: 20 % of the total (`MAX_FEE_BPS` in the contract).
pub const MAX_FEE_BPS: u16 = 2_000;
/// U256::MAX has 78 decimal digits.
const MAX_DIGITS: usize = 78;

/// An amount of an asset in its atomic units. No floats, no implicit wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(U256);

/// Why a text is not an amount, or an operation on amounts has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a plain decimal integer.
    #[error("an amount is a string of decimal digits in atomic units, without sign, point, exponent or leading zero")]
    Malformed,
    /// More than 2^256 - 1.
    #[error("an amount is at most 2^256 - 1")]
    TooLarge,
    /// More is taken than there is.
    #[error("the amount to subtract is larger than what is left")]
    Negative,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// From atomic units.
    #[must_use]
    pub const fn new(atomic: U256) -> Self {
        Self(atomic)
    }

    /// The atomic units.
    #[must_use]
    pub const fn atomic(self) -> U256 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum.
    ///
    /// # Errors
    /// [`AmountError::TooLarge`] when it does not fit.
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountError::TooLarge)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`AmountError::Negative`] when `other` is larger.
    pub fn minus(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountError::Negative)
    }

    /// For people: `decimals` places, trailing zeros kept to two at the least where there are that many (`12.50`).
    #[must_use]
    pub fn display(self, decimals: u8) -> String {
        let places = usize::from(decimals);
        let digits = format!("{:0>width$}", self.0.to_string(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let keep = fraction.trim_end_matches('0').len().max(places.min(2));
        if keep == 0 { whole.to_owned() } else { format!("{whole}.{}", &fraction[..keep]) }
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Decimal digits only; `U256::from_str` would also take hex, octal and underscores.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        if !plain {
            return Err(AmountError::Malformed);
        }
        if text.len() > MAX_DIGITS {
            return Err(AmountError::TooLarge);
        }
        U256::from_str_radix(text, 10).map(Self).map_err(|_| AmountError::TooLarge)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the operator takes on top: `floor(seller × bps / 10 000) + fixed`. Snapshotted with the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Share of the seller amount in ten thousandths.
    pub bps: u16,
    /// Atomic units of the agreement's asset, on every payment.
    pub fixed: Amount,
    /// Who receives the fee; the zero address exactly when there is none.
    pub recipient: Address,
}

/// A payment divided: the buyer pays `total = seller + fee`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What the seller receives.
    pub seller: Amount,
    /// What the operator receives.
    pub fee: Amount,
    /// What the buyer pays.
    pub total: Amount,
}

/// Why a fee policy cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// The router would refuse it.
    #[error("the fee of {fee} on {seller} is more than the router's cap of {max_bps} bps of the total")]
    AboveCap {
        /// The seller amount in atomic units.
        seller: Amount,
        /// The fee in atomic units.
        fee: Amount,
        /// The cap in bps of the total.
        max_bps: u16,
    },
    /// The total does not fit in 256 bits.
    #[error("the total of seller amount and fee is larger than 2^256 - 1")]
    TooLarge,
    /// A fee needs somebody to receive it, and nobody receives no fee.
    #[error("a fee recipient is set exactly when there is a fee")]
    RecipientMismatch,
}

impl FeePolicy {
    /// No fee.
    pub const NONE: Self = Self { bps: 0, fixed: Amount::ZERO, recipient: Address::ZERO };

    /// Whether the policy is one the router can honour at all.
    ///
    /// # Errors
    /// When a recipient is set without a fee or a fee without one, or the share alone is above the cap.
    pub fn check(&self) -> Result<(), FeeError> {
        let charges = self.bps > 0 || !self.fixed.is_zero();
        if charges == self.recipient.is_zero() {
            return Err(FeeError::RecipientMismatch);
        }
        // fee <= cap × (seller + fee)  ⇔  bps × (10 000 − cap) <= cap × 10 000
        let share = u64::from(self.bps) * (BPS - u64::from(MAX_FEE_BPS));
        if share > u64::from(MAX_FEE_BPS) * BPS {
            return Err(FeeError::AboveCap { seller: Amount(U256::from(BPS)), fee: Amount(U256::from(self.bps)), max_bps: MAX_FEE_BPS });
        }
        Ok(())
    }

    /// The fee on `seller`, rounded down, and the total, whether or not the router would take it.
    ///
    /// # Errors
    /// [`FeeError::TooLarge`] when the total does not fit.
    pub fn price(&self, seller: Amount) -> Result<Quote, FeeError> {
        let (bps, base) = (U256::from(self.bps), U256::from(BPS));
        // seller = q × 10 000 + r, so that no intermediate product can overflow before the result does.
        let (q, r) = (seller.0 / base, seller.0 % base);
        let share = q.checked_mul(bps).and_then(|s| s.checked_add(r * bps / base)).ok_or(FeeError::TooLarge)?;
        let fee = Amount(share).plus(self.fixed).map_err(|_| FeeError::TooLarge)?;
        let total = seller.plus(fee).map_err(|_| FeeError::TooLarge)?;
        Ok(Quote { seller, fee, total })
    }

    /// The price of a payment that can be asked for.
    ///
    /// # Errors
    /// [`FeeError::TooLarge`] when the total does not fit, [`FeeError::AboveCap`] when the router would refuse it.
    pub fn quote(&self, seller: Amount) -> Result<Quote, FeeError> {
        let quote = self.price(seller)?;
        if !within_cap(quote.fee.0, quote.total.0) {
            return Err(FeeError::AboveCap { seller, fee: quote.fee, max_bps: MAX_FEE_BPS });
        }
        Ok(quote)
    }
}

/// `fee × 10 000 <= total × cap`, in 512 bits where 256 do not suffice.
fn within_cap(fee: U256, total: U256) -> bool {
    let left: alloy_primitives::U512 = fee.widening_mul(U256::from(BPS));
    let right: alloy_primitives::U512 = total.widening_mul(U256::from(MAX_FEE_BPS));
    left <= right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a11_only_plain_decimal_integers_are_amounts() {
        let refused =
            ["", " ", "-1", "+1", "1.0", "1e6", "0x10", "01", "00", "1_000", "1 000", "NaN", "Infinity", "١٢", "１２", "\u{200b}1", "1\n", "0b1", "0o7"];
        for text in refused {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Malformed), "{text:?}");
        }
        let max = U256::MAX.to_string();
        assert_eq!(max.parse::<Amount>().unwrap().atomic(), U256::MAX);
        for text in ["115792089237316195423570985008687907853269984665640564039457584007913129639936", &"9".repeat(80)] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::TooLarge), "{text}");
        }
        assert!("0".parse::<Amount>().unwrap().is_zero());
    }

    #[test]
    fn an_amount_is_shown_with_its_decimals() {
        let shown = |text: &str, decimals| text.parse::<Amount>().unwrap().display(decimals);
        assert_eq!(shown("12500000", 6), "12.50");
        assert_eq!(shown("1", 6), "0.000001");
        assert_eq!(shown("0", 6), "0.00");
        assert_eq!(shown("42", 0), "42");
        assert_eq!(shown("105", 1), "10.5");
        assert_eq!(shown("1000000000000000000", 18), "1.00");
    }

    #[test]
    fn a13_the_fee_is_floored() {
        let policy = FeePolicy { bps: 250, fixed: Amount::ZERO, recipient: Address::repeat_byte(1) };
        for (seller, fee) in [(1u64, 0u64), (39, 0), (40, 1), (10_000, 250), (10_001, 250), (1_000_000, 25_000)] {
            let quote = policy.quote(Amount::new(U256::from(seller))).unwrap();
            assert_eq!(quote.fee.atomic(), U256::from(fee), "{seller}");
            assert_eq!(quote.total, quote.seller.plus(quote.fee).unwrap());
        }
    }

    #[test]
    fn a_fee_above_the_routers_cap_is_refused_before_it_is_signed() {
        let fixed = FeePolicy { bps: 0, fixed: Amount::new(U256::from(26)), recipient: Address::repeat_byte(1) };
        assert!(matches!(fixed.quote(Amount::new(U256::from(100))), Err(FeeError::AboveCap { .. })));
        let edge = FeePolicy { fixed: Amount::new(U256::from(25)), ..fixed };
        assert_eq!(edge.quote(Amount::new(U256::from(100))).unwrap().total.atomic(), U256::from(125));
        assert!(FeePolicy { bps: 2_501, ..fixed }.check().is_err());
        assert!(FeePolicy { bps: 2_500, ..fixed }.check().is_ok());
        assert_eq!(FeePolicy { recipient: Address::ZERO, ..fixed }.check(), Err(FeeError::RecipientMismatch));
    }
}
