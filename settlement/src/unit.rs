//! What a payment pays, and when a payload for it may be signed.

use alloy_primitives::U256;

use crate::clock::Timestamp;
use crate::ids::{AgreementId, PaymentRequestId, UnitId};
use crate::money::{Amount, AmountError};

/// The whole agreement, or one instalment of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// All of it in one payment.
    Whole,
    /// The n-th partial payment, from 1.
    Instalment(u32),
}

impl UnitKind {
    /// `contract` or `instalment`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "contract",
            Self::Instalment(_) => "instalment",
        }
    }
}

/// A payable unit. Its nonce is used on chain at most once, whatever is signed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// The agreement it belongs to.
    pub agreement: AgreementId,
    /// What it pays.
    pub kind: UnitKind,
    /// Its router nonce under the operator.
    pub nonce: U256,
}

/// What is known of one request of an agreement when the next is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// The request.
    pub request: PaymentRequestId,
    /// The unit it pays.
    pub unit: UnitKind,
    /// The unit's row, to reuse its nonce.
    pub unit_id: UnitId,
    /// What it pays the seller.
    pub seller_amount: Amount,
    /// Until when its payload can be executed, in unix seconds.
    pub deadline: u64,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a request, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Signed or submitted.
    Live,
    /// An event was seen that is not final yet.
    Settling,
    /// Cancelled, expired or failed off-chain: its payload can be paid until the deadline is final.
    Ended,
    /// Verified.
    Paid,
}

/// Which unit the next request pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextUnit {
    /// A unit that exists and was never paid: the new payload carries its nonce.
    Reuse {
        /// The unit.
        unit: UnitId,
        /// What it is.
        kind: UnitKind,
    },
    /// A unit with a nonce of its own.
    New(UnitKind),
}

/// Why nothing may be signed now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSign {
    /// There is one already.
    #[error("request {0} is live")]
    Live(PaymentRequestId),
    /// A payment was seen and is on its way to finality.
    #[error("a payment for request {0} has been seen on the chain and is not final yet")]
    Settling(PaymentRequestId),
    /// A payload with another nonce could still be executed beside the new one, and together they would pay more than is open.
    #[error("the payload of request {request} covers the same work under another nonce and can be paid until {until} is final")]
    Overlap {
        /// The one of those payloads that lives longest.
        request: PaymentRequestId,
        /// Its deadline.
        until: Timestamp,
    },
    /// Nothing is left to pay.
    #[error("the agreement is paid in full")]
    PaidInFull,
    /// More is asked for than is left.
    #[error("{asked} is more than the {open} that is still open")]
    MoreThanOpen {
        /// What was asked for.
        asked: Amount,
        /// What is open.
        open: Amount,
    },
    /// Nothing is asked for.
    #[error("a payment must be more than zero")]
    Zero,
}

/// Decides which unit a new request for `asked` (all that is open, when `None`) pays.
///
/// `final_time` is the time, in unix seconds, of the newest block that is final: only deadlines before it are certainly over.
///
/// # Errors
/// [`CannotSign`] whenever two payloads that pay the same work could both be executed.
pub fn next_unit(agreed: Amount, asked: Option<Amount>, siblings: &[Sibling], final_time: u64) -> Result<(NextUnit, Amount), CannotSign> {
    if let Some(live) = siblings.iter().find(|s| s.fate == Fate::Live) {
        return Err(CannotSign::Live(live.request.clone()));
    }
    if let Some(settling) = siblings.iter().find(|s| s.fate == Fate::Settling) {
        return Err(CannotSign::Settling(settling.request.clone()));
    }
    let open = open_amount(agreed, siblings).map_err(|_| CannotSign::PaidInFull)?;
    if open.is_zero() {
        return Err(CannotSign::PaidInFull);
    }
    let amount = asked.unwrap_or(open);
    if amount.is_zero() {
        return Err(CannotSign::Zero);
    }
    if amount > open {
        return Err(CannotSign::MoreThanOpen { asked: amount, open });
    }
    let unit = choose(amount == agreed, siblings);
    let same_nonce = |s: &Sibling| matches!(&unit, NextUnit::Reuse { unit, .. } if *unit == s.unit_id);
    let alive: Vec<&Sibling> = unpaid(siblings).filter(|s| !same_nonce(s) && s.deadline >= final_time).collect();
    if let Some(last) = alive.iter().max_by_key(|s| s.deadline).filter(|_| exceeds(open, amount, &alive)) {
        return Err(CannotSign::Overlap { request: last.request.clone(), until: Timestamp::from_unix_seconds(last.deadline) });
    }
    Ok((unit, amount))
}

/// Requests of units whose nonce is not used.
fn unpaid(siblings: &[Sibling]) -> impl DoubleEndedIterator<Item = &Sibling> {
    siblings.iter().filter(|s| !siblings.iter().any(|other| other.fate == Fate::Paid && other.unit_id == s.unit_id))
}

/// An unpaid unit of the right kind where there is one, so that what was signed for it before and what is signed now exclude each other.
fn choose(whole: bool, siblings: &[Sibling]) -> NextUnit {
    let fits = |s: &&Sibling| matches!(s.unit, UnitKind::Whole) == whole;
    if let Some(s) = unpaid(siblings).rfind(fits) {
        return NextUnit::Reuse { unit: s.unit_id.clone(), kind: s.unit };
    }
    let index = |s: &Sibling| match s.unit {
        UnitKind::Whole => 0,
        UnitKind::Instalment(index) => index,
    };
    let last = siblings.iter().map(index).max().unwrap_or(0);
    NextUnit::New(if whole { UnitKind::Whole } else { UnitKind::Instalment(last.saturating_add(1)) })
}

/// Whether `amount` and all that payloads under other nonces can still take is more than what is open. Of the payloads of one unit only one can be executed.
fn exceeds(open: Amount, amount: Amount, alive: &[&Sibling]) -> bool {
    let most_of_its_unit = |s: &&&Sibling| !alive.iter().any(|o| o.unit_id == s.unit_id && (o.seller_amount, &o.request) > (s.seller_amount, &s.request));
    alive.iter().filter(most_of_its_unit).try_fold(amount, |sum, s| sum.plus(s.seller_amount)).map_or(true, |sum| sum > open)
}

/// What verified payments leave open.
///
/// # Errors
/// When more was paid than was agreed, which the rules above make impossible.
pub fn open_amount(agreed: Amount, siblings: &[Sibling]) -> Result<Amount, AmountError> {
    siblings.iter().filter(|s| s.fate == Fate::Paid).try_fold(agreed, |open, s| open.minus(s.seller_amount))
}
