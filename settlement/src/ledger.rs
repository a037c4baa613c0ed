//! Double entry: the postings that a proven payment or refund stands for, and their reversal.
//!
//! | what | debit | credit |
//! |---|---|---|
//! | a payment is verified | `buyer_external` the total | `seller_proceeds` the seller amount, `platform_fee` the fee |
//! | a refund is approved | `seller_proceeds` | `refund_due` |
//! | a refund is settled | `refund_due` | `buyer_external` |
//!
//! So `refund_due` is what sellers have promised and not paid back, and `seller_proceeds` with `refund_due` is what the chain has moved to the seller.

use alloy_primitives::Address;

use crate::asset::Asset;
use crate::clock::Timestamp;
use crate::ids::{AgreementId, PaymentRequestId, RefundId};
use crate::money::Amount;
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

impl Account {
    /// `buyer_external`, `seller_proceeds`, `platform_fee` or `refund_due`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BuyerExternal(_) => "buyer_external",
            Self::SellerProceeds(_) => "seller_proceeds",
            Self::PlatformFee(_) => "platform_fee",
            Self::RefundDue(_) => "refund_due",
        }
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
        let all = [Self::BuyerExternal(wallet), Self::SellerProceeds(wallet), Self::PlatformFee(wallet), Self::RefundDue(wallet)];
        all.into_iter().find(|account| account.name() == name)
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
