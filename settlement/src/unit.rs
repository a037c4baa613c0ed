//! What a payment pays, and when a payload for it may be signed.

use alloy_primitives::U256;

use crate::clock::Timestamp;
use crate::duplicate;
use crate::ids::{AgreementId, MilestoneId, PaymentRequestId, UnitId};
use crate::money::Amount;

/// The whole agreement, one instalment of it, or one of its milestones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// All of it in one payment.
    Whole,
    /// The n-th partial payment, from 1.
    Instalment(u32),
    /// One milestone, for exactly what was agreed for it.
    Milestone(MilestoneId),
}

impl UnitKind {
    /// `contract`, `instalment` or `milestone`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Whole => "contract",
            Self::Instalment(_) => "instalment",
            Self::Milestone(_) => "milestone",
        }
    }

    /// Which instalment, from 1.
    #[must_use]
    pub const fn index(&self) -> Option<u32> {
        match self {
            Self::Instalment(index) => Some(*index),
            Self::Whole | Self::Milestone(_) => None,
        }
    }

    /// Which milestone.
    #[must_use]
    pub const fn milestone(&self) -> Option<&MilestoneId> {
        match self {
            Self::Milestone(id) => Some(id),
            Self::Whole | Self::Instalment(_) => None,
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
    #[error("it is paid in full")]
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

/// Decides which unit a new request for `asked` (all that is open, when `None`) pays, of an agreement that is paid as a whole or in instalments.
///
/// `final_time` is the time, in unix seconds, of the newest block that is final: only deadlines before it are certainly over.
///
/// # Errors
/// [`CannotSign`] whenever two payloads that pay the same work could both be executed.
pub fn next_unit(agreed: Amount, asked: Option<Amount>, siblings: &[Sibling], final_time: u64) -> Result<(NextUnit, Amount), CannotSign> {
    none_under_way(siblings.iter())?;
    let open = open(agreed, siblings)?;
    let amount = asked.unwrap_or(open);
    if amount.is_zero() {
        return Err(CannotSign::Zero);
    }
    if amount > open {
        return Err(CannotSign::MoreThanOpen { asked: amount, open });
    }
    let unit = choose(amount == agreed, siblings);
    none_beside(&unit, (amount, open), siblings, final_time)?;
    Ok((unit, amount))
}

/// Decides which unit a new request for a milestone pays: its own, for all that was agreed for it. Requests of other milestones may be under way meanwhile, as
/// long as everything that can be paid together is no more than what is open.
///
/// # Errors
/// [`CannotSign`] whenever two payloads that pay the same work could both be executed.
pub fn next_milestone_unit(agreed: Amount, milestone: (&MilestoneId, Amount), siblings: &[Sibling], final_time: u64) -> Result<NextUnit, CannotSign> {
    let (kind, amount) = (UnitKind::Milestone(milestone.0.clone()), milestone.1);
    none_under_way(siblings.iter().filter(|s| s.overlaps(&kind)))?;
    let open = open(agreed, siblings)?;
    if siblings.iter().any(|s| s.unit == kind && s.fate == Fate::Paid) {
        return Err(CannotSign::PaidInFull);
    }
    if amount.is_zero() {
        return Err(CannotSign::Zero);
    }
    if amount > open {
        return Err(CannotSign::MoreThanOpen { asked: amount, open });
    }
    let unit = match unpaid(siblings).rfind(|s| s.unit == kind) {
        Some(s) => NextUnit::Reuse { unit: s.unit_id.clone(), kind: kind.clone() },
        None => NextUnit::New(kind.clone()),
    };
    // The same milestone under another nonce is the same work, however much of the agreement is open.
    let twice = unpaid(siblings).filter(|s| s.unit == kind && !unit.is(&s.unit_id) && s.is_alive(final_time));
    if let Some(last) = twice.max_by_key(|s| s.deadline) {
        return Err(last.in_the_way());
    }
    none_beside(&unit, (amount, open), siblings, final_time)?;
    Ok(unit)
}

impl Sibling {
    /// Whether it pays work that this unit pays, too: milestones are apart from each other, everything else overlaps.
    #[must_use]
    pub fn overlaps(&self, kind: &UnitKind) -> bool {
        self.unit == *kind || self.unit.milestone().is_none() || kind.milestone().is_none()
    }

    /// Whether its payload may still be executed, or has been and is not final.
    const fn is_alive(&self, final_time: u64) -> bool {
        match self.fate {
            Fate::Live | Fate::Settling => true,
            Fate::Ended => self.deadline >= final_time,
            Fate::Paid => false,
        }
    }

    fn in_the_way(&self) -> CannotSign {
        CannotSign::Overlap { request: self.request.clone(), until: Timestamp::from_unix_seconds(self.deadline) }
    }
}

impl NextUnit {
    fn is(&self, id: &UnitId) -> bool {
        matches!(self, Self::Reuse { unit, .. } if unit == id)
    }
}

/// No request that covers the same work is live or being paid.
fn none_under_way<'a>(overlapping: impl Iterator<Item = &'a Sibling> + Clone) -> Result<(), CannotSign> {
    if let Some(live) = overlapping.clone().find(|s| s.fate == Fate::Live) {
        return Err(CannotSign::Live(live.request.clone()));
    }
    let mut overlapping = overlapping;
    match overlapping.find(|s| s.fate == Fate::Settling) {
        Some(settling) => Err(CannotSign::Settling(settling.request.clone())),
        None => Ok(()),
    }
}

/// What is open, if anything is.
fn open(agreed: Amount, siblings: &[Sibling]) -> Result<Amount, CannotSign> {
    Some(open_amount(agreed, siblings)).filter(|open| !open.is_zero()).ok_or(CannotSign::PaidInFull)
}

/// No payload under another nonce is alive that together with `amount` would pay more than is open.
fn none_beside(unit: &NextUnit, (amount, open): (Amount, Amount), siblings: &[Sibling], final_time: u64) -> Result<(), CannotSign> {
    let alive: Vec<&Sibling> = unpaid(siblings).filter(|s| !unit.is(&s.unit_id) && s.is_alive(final_time)).collect();
    match alive.iter().max_by_key(|s| s.deadline) {
        Some(last) if exceeds(open, amount, &alive) => Err(last.in_the_way()),
        Some(_) | None => Ok(()),
    }
}

/// The payload of the agreement as a whole, or of an instalment, that may be executed for the longest time; `None` when none can be. While there is one, no
/// milestone can be counted on to be paid.
#[must_use]
pub fn alive_undivided(siblings: &[Sibling], final_time: u64) -> Option<CannotSign> {
    let alive = unpaid(siblings).filter(|s| s.unit.milestone().is_none() && s.is_alive(final_time));
    alive.max_by_key(|s| s.deadline).map(Sibling::in_the_way)
}

/// Requests of units whose nonce is not used.
fn unpaid(siblings: &[Sibling]) -> impl DoubleEndedIterator<Item = &Sibling> {
    siblings.iter().filter(|s| !siblings.iter().any(|other| other.fate == Fate::Paid && other.unit_id == s.unit_id))
}

/// An unpaid unit of the right kind where there is one, so that what was signed for it before and what is signed now exclude each other.
fn choose(whole: bool, siblings: &[Sibling]) -> NextUnit {
    let fits = |s: &&Sibling| if whole { s.unit == UnitKind::Whole } else { s.unit.index().is_some() };
    if let Some(s) = unpaid(siblings).rfind(fits) {
        return NextUnit::Reuse { unit: s.unit_id.clone(), kind: s.unit.clone() };
    }
    let last = siblings.iter().filter_map(|s| s.unit.index()).max().unwrap_or(0);
    NextUnit::New(if whole { UnitKind::Whole } else { UnitKind::Instalment(last.saturating_add(1)) })
}

/// Whether `amount` and all that payloads under other nonces can still take is more than what is open. Of the payloads of one unit only one can be executed.
fn exceeds(open: Amount, amount: Amount, alive: &[&Sibling]) -> bool {
    let most_of_its_unit = |s: &&&Sibling| !alive.iter().any(|o| o.unit_id == s.unit_id && (o.seller_amount, &o.request) > (s.seller_amount, &s.request));
    alive.iter().filter(most_of_its_unit).try_fold(amount, |sum, s| sum.plus(s.seller_amount)).map_or(true, |sum| sum > open)
}

/// What verified payments leave open. That more is paid than was agreed the rules above make impossible while what is final stays final; where it is so, what
/// came twice counts once ([`duplicate`]).
#[must_use]
pub fn open_amount(agreed: Amount, siblings: &[Sibling]) -> Amount {
    duplicate::left(agreed, siblings)
}
