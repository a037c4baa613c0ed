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
    /// A payload with another nonce could still be executed beside the new one.
    #[error("the payload of request {request} covers the same work under another nonce and can be paid until {until} is final")]
    Overlap {
        /// The request whose payload it is.
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
    let paid = u32::try_from(siblings.iter().filter(|s| s.fate == Fate::Paid).count()).unwrap_or(u32::MAX);
    let kind = if amount == agreed { UnitKind::Whole } else { UnitKind::Instalment(paid.saturating_add(1)) };
    let alive = siblings.iter().find(|s| s.fate == Fate::Ended && s.unit != kind && s.deadline >= final_time);
    if let Some(other) = alive {
        return Err(CannotSign::Overlap { request: other.request.clone(), until: Timestamp::from_unix_seconds(other.deadline) });
    }
    let existing = siblings.iter().find(|s| s.unit == kind);
    let unit = existing.map_or(NextUnit::New(kind), |s| NextUnit::Reuse { unit: s.unit_id.clone(), kind });
    Ok((unit, amount))
}

/// What verified payments leave open.
///
/// # Errors
/// When more was paid than was agreed, which the rules above make impossible.
pub fn open_amount(agreed: Amount, siblings: &[Sibling]) -> Result<Amount, AmountError> {
    siblings.iter().filter(|s| s.fate == Fate::Paid).try_fold(agreed, |open, s| open.minus(s.seller_amount))
}
