//! Double entry: the postings that a proven payment stands for, and their reversal.

use alloy_primitives::Address;

use crate::asset::Asset;
use crate::clock::Timestamp;
use crate::ids::{AgreementId, PaymentRequestId};
use crate::money::Amount;
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
}

impl Account {
    /// `buyer_external`, `seller_proceeds` or `platform_fee`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BuyerExternal(_) => "buyer_external",
            Self::SellerProceeds(_) => "seller_proceeds",
            Self::PlatformFee(_) => "platform_fee",
        }
    }

    /// The wallet behind the account.
    #[must_use]
    pub const fn wallet(&self) -> Address {
        match self {
            Self::BuyerExternal(wallet) | Self::SellerProceeds(wallet) | Self::PlatformFee(wallet) => *wallet,
        }
    }

    /// The account that a name and a wallet spell.
    #[must_use]
    pub fn parse(name: &str, wallet: Address) -> Option<Self> {
        [Self::BuyerExternal(wallet), Self::SellerProceeds(wallet), Self::PlatformFee(wallet)].into_iter().find(|account| account.name() == name)
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
    /// The payment request it stands for.
    pub request: PaymentRequestId,
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

/// The lines that take `lines` back.
#[must_use]
pub fn reversal(lines: &[Posting]) -> Vec<Posting> {
    lines.iter().map(|line| Posting { side: line.side.reversed(), ..line.clone() }).collect()
}
