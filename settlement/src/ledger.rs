//! Double entry: the postings that a proven payment or refund stands for, and their reversal.
//!
//! | what | debit | credit |
//! |---|---|---|
//! | a payment is verified | `buyer_external` the total | `seller_proceeds` the seller amount, `platform_fee` the fee |
//! | a refund is approved | `seller_proceeds` | `refund_due` |
//! | a refund is settled | `refund_due` | `buyer_external` |
//!
//! So `refund_due` is what sellers have promised and not paid back, and `seller_proceeds` with `refund_due` is what the chain has moved to the seller.

use std::fmt;

use alloy_primitives::Address;

use crate::asset::Asset;
use crate::clock::Timestamp;
use crate::ids::{AgreementId, PaymentRequestId, RefundId};
use crate::money::{Amount, AmountError};
use crate::refund::{RefundProof, RefundRequest};
use crate::snapshot::Snapshot;
use crate::verify::Proof;

/// Where value stands, from this system's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The buyer's own wallet.
    BuyerExternal(Address),
    /// What the seller received.
    SellerProceeds(Address),
    /// What the operator received.
    PlatformFee(Address),
    /// What the seller has approved to pay back and not paid back yet.
    RefundDue(Address),
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// The buyer's own wallets.
    BuyerExternal,
    /// What the seller received.
    SellerProceeds,
    /// What the operator received.
    PlatformFee,
    /// What sellers have approved to pay back and not paid back yet.
    RefundDue,
}

/// Whose account it is: a side of the agreement, or whoever runs the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The agreement's buyer.
    Buyer,
    /// The agreement's seller.
    Seller,
    /// The operator.
    Operator,
}

impl Owner {
    /// `buyer`, `seller` or `operator`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Operator => "operator",
        }
    }
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::BuyerExternal, Self::SellerProceeds, Self::PlatformFee, Self::RefundDue];

    /// `buyer_external`, `seller_proceeds`, `platform_fee` or `refund_due`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BuyerExternal => "buyer_external",
            Self::SellerProceeds => "seller_proceeds",
            Self::PlatformFee => "platform_fee",
            Self::RefundDue => "refund_due",
        }
    }

    /// The kind that a name spells.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whose such accounts are.
    #[must_use]
    pub const fn owner(self) -> Owner {
        match self {
            Self::BuyerExternal => Owner::Buyer,
            Self::SellerProceeds | Self::RefundDue => Owner::Seller,
            Self::PlatformFee => Owner::Operator,
        }
    }

    /// The side on which it grows: a buyer's account counts what has left it, the others what has come in.
    #[must_use]
    pub const fn grows_by(self) -> Side {
        match self {
            Self::BuyerExternal => Side::Debit,
            Self::SellerProceeds | Self::PlatformFee | Self::RefundDue => Side::Credit,
        }
    }
}

impl Account {
    /// What kind of account it is.
    #[must_use]
    pub const fn kind(&self) -> AccountKind {
        match self {
            Self::BuyerExternal(_) => AccountKind::BuyerExternal,
            Self::SellerProceeds(_) => AccountKind::SellerProceeds,
            Self::PlatformFee(_) => AccountKind::PlatformFee,
            Self::RefundDue(_) => AccountKind::RefundDue,
        }
    }

    /// The name of its kind.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The wallet behind the account.
    #[must_use]
    pub const fn wallet(&self) -> Address {
        match self {
            Self::BuyerExternal(wallet) | Self::SellerProceeds(wallet) | Self::PlatformFee(wallet) | Self::RefundDue(wallet) => *wallet,
        }
    }

    /// The account that a name and a wallet spell.
    #[must_use]
    pub fn parse(name: &str, wallet: Address) -> Option<Self> {
        Some(match AccountKind::parse(name)? {
            AccountKind::BuyerExternal => Self::BuyerExternal(wallet),
            AccountKind::SellerProceeds => Self::SellerProceeds(wallet),
            AccountKind::PlatformFee => Self::PlatformFee(wallet),
            AccountKind::RefundDue => Self::RefundDue(wallet),
        })
    }
}

/// What has moved on an account: the sums of its two sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// What went out.
    pub debits: Amount,
    /// What came in.
    pub credits: Amount,
}

impl Turnover {
    /// With one more line.
    ///
    /// # Errors
    /// When the sum does not fit in 256 bits.
    pub fn and(self, side: Side, amount: Amount) -> Result<Self, AmountError> {
        Ok(match side {
            Side::Debit => Self { debits: self.debits.plus(amount)?, ..self },
            Side::Credit => Self { credits: self.credits.plus(amount)?, ..self },
        })
    }

    /// Both together.
    ///
    /// # Errors
    /// When a sum does not fit in 256 bits.
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        self.and(Side::Debit, other.debits)?.and(Side::Credit, other.credits)
    }

    /// What stands on an account of this kind, counted on the side on which it grows.
    #[must_use]
    pub fn balance(self, kind: AccountKind) -> Balance {
        let (grown, shrunk) = match kind.grows_by() {
            Side::Debit => (self.debits, self.credits),
            Side::Credit => (self.credits, self.debits),
        };
        match grown.minus(shrunk) {
            Ok(amount) => Balance { is_negative: false, amount },
            Err(_) => Balance { is_negative: true, amount: Amount::new(shrunk.atomic().wrapping_sub(grown.atomic())) },
        }
    }
}

/// What stands on an account. Below zero where a correction is dated before what it corrects, and where the chain has taken a payment away whose refund is due or
/// has gone back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    is_negative: bool,
    amount: Amount,
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        write!(f, "{sign}{}", self.amount)
    }
}

/// Which way value moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Out of the account.
    Debit,
    /// Into the account.
    Credit,
}

impl Side {
    /// The side that a name spells.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Debit, Self::Credit].into_iter().find(|side| side.name() == name)
    }

    /// `debit` or `credit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// One line of the ledger. Immutable; a correction is a new line on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The agreement it belongs to.
    pub agreement: AgreementId,
    /// The payment request it stands for, or whose refund it stands for.
    pub request: PaymentRequestId,
    /// The refund request it stands for; none for a payment.
    pub refund: Option<RefundId>,
    /// The account.
    pub account: Account,
    /// Which way.
    pub side: Side,
    /// Of what.
    pub asset: Asset,
    /// How much, never zero.
    pub amount: Amount,
    /// Block time of the event.
    pub at: Timestamp,
}

/// The postings of a proven payment: what leaves the buyer is what reaches seller and operator.
#[must_use]
pub fn postings(proof: &Proof, agreement: &AgreementId, asset: Asset) -> Vec<Posting> {
    let (event, quote) = (proof.event(), proof.quote());
    let line = |account, side, amount| Posting {
        agreement: agreement.clone(),
        request: proof.request().clone(),
        refund: None,
        account,
        side,
        asset,
        amount,
        at: event.location.at(),
    };
    let mut lines =
        vec![line(Account::BuyerExternal(event.payer), Side::Debit, quote.total), line(Account::SellerProceeds(event.payee), Side::Credit, quote.seller)];
    if !quote.fee.is_zero() {
        lines.push(line(Account::PlatformFee(event.fee_recipient), Side::Credit, quote.fee));
    }
    lines
}

/// What an entry of the ledger stands for. Of each at most one entry stands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked<'a> {
    /// A verified payment.
    Payment(&'a PaymentRequestId),
    /// An approved refund.
    RefundDue(&'a RefundId),
    /// A settled refund.
    Refund(&'a RefundId),
}

/// What kind of thing an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BookedKind {
    /// A verified payment.
    Payment,
    /// An approved refund.
    RefundDue,
    /// A settled refund.
    Refund,
}

impl BookedKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Payment, Self::RefundDue, Self::Refund];

    /// `payment`, `refund_due` or `refund`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::RefundDue => "refund_due",
            Self::Refund => "refund",
        }
    }

    /// The kind that a name spells.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Booked<'_> {
    /// What kind it is.
    #[must_use]
    pub const fn kind(self) -> BookedKind {
        match self {
            Self::Payment(_) => BookedKind::Payment,
            Self::RefundDue(_) => BookedKind::RefundDue,
            Self::Refund(_) => BookedKind::Refund,
        }
    }
}

impl<'a> From<&'a PaymentRequestId> for Booked<'a> {
    fn from(request: &'a PaymentRequestId) -> Self {
        Self::Payment(request)
    }
}

/// The postings of an approved refund: what the seller has received is no longer all the seller's. The accounts are those of the payment that is paid back,
/// whichever wallet pays. `at` is when it was approved.
#[must_use]
pub fn refund_due(refund: &RefundRequest, payment: &Snapshot, at: Timestamp) -> Vec<Posting> {
    refund_lines(refund, payment, at, [Account::SellerProceeds(payment.payee), Account::RefundDue(payment.payee)])
}

/// The postings of a settled refund: what was due has reached the buyer.
#[must_use]
pub fn refund_postings(refund: &RefundRequest, payment: &Snapshot, proof: &RefundProof) -> Vec<Posting> {
    let event = proof.event();
    refund_lines(refund, payment, event.location.at(), [Account::RefundDue(payment.payee), Account::BuyerExternal(event.payee)])
}

fn refund_lines(refund: &RefundRequest, payment: &Snapshot, at: Timestamp, [from, to]: [Account; 2]) -> Vec<Posting> {
    let line = |account, side| Posting {
        agreement: refund.agreement.clone(),
        request: refund.payment.clone(),
        refund: Some(refund.id.clone()),
        account,
        side,
        asset: payment.asset,
        amount: refund.amount,
        at,
    };
    vec![line(from, Side::Debit), line(to, Side::Credit)]
}

/// The lines that take `lines` back.
#[must_use]
pub fn reversal(lines: &[Posting]) -> Vec<Posting> {
    lines.iter().map(|line| Posting { side: line.side.reversed(), ..line.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_is_counted_on_the_side_on_which_its_account_grows() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let turnover = Turnover::default().and(Side::Debit, amount("101")).unwrap().and(Side::Credit, amount("1")).unwrap();
        assert_eq!(turnover.balance(AccountKind::BuyerExternal).to_string(), "100");
        assert_eq!(turnover.balance(AccountKind::SellerProceeds).to_string(), "-100");
        assert_eq!(Turnover::default().balance(AccountKind::PlatformFee).to_string(), "0");
        let most = Turnover { debits: Amount::new(alloy_primitives::U256::MAX), credits: Amount::ZERO };
        assert_eq!(most.and(Side::Debit, amount("1")), Err(AmountError::TooLarge));
        assert_eq!(most.plus(turnover), Err(AmountError::TooLarge));
        assert_eq!(most.balance(AccountKind::PlatformFee).to_string(), format!("-{}", alloy_primitives::U256::MAX));
    }

    #[test]
    fn names_read_back() {
        for kind in AccountKind::ALL {
            let account = Account::parse(kind.name(), Address::repeat_byte(7)).unwrap();
            assert_eq!((account.kind(), account.name(), account.wallet()), (kind, kind.name(), Address::repeat_byte(7)));
        }
        assert_eq!(Account::parse("petty_cash", Address::ZERO), None);
    }
}
