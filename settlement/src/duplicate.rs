//! Work that was paid twice.
//!
//! The rules of [`crate::unit`] never let two payloads for the same work be alive together, and payloads of one unit exclude each other by their nonce; so this
//! cannot be while what is final stays final. Where a chain takes back what counted as final, a payload that was dead can be paid after all, beside the one
//! that was signed in its place. What moved is kept and proven like every payment; the work counts once, and what is too much is told and can be asked back.

use crate::ids::PaymentRequestId;
use crate::money::Amount;
use crate::unit::{Fate, Sibling};

/// Most payments that a reason names: it has room for 1,000 characters.
const MAX_NAMED: usize = 10;

/// A payment and what of it counts as paid.
struct Counted<'a> {
    payment: &'a Sibling,
    counts: Amount,
}

/// A verified payment that pays, wholly or in part, what is paid already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The request that was paid.
    pub request: PaymentRequestId,
    /// How much of what the seller received through it is too much, in atomic units; more than zero.
    pub excess: Amount,
    /// The verified requests that pay the same work, oldest first.
    pub of: Vec<PaymentRequestId>,
}

impl Duplicate {
    /// Why it is asked back, for the refund request.
    #[must_use]
    pub fn reason(&self) -> String {
        let of: Vec<&str> = self.of.iter().take(MAX_NAMED).map(PaymentRequestId::as_str).collect();
        format!("Paid twice: {} of this payment were paid already by {}.", self.excess, of.join(", "))
    }
}

/// The payments among `siblings` (in the order in which they were signed) that pay again what those before them have paid: the same unit or milestone, or more
/// together than was `agreed`.
#[must_use]
pub fn duplicates(agreed: Amount, siblings: &[Sibling]) -> Vec<Duplicate> {
    let counted = count(agreed, siblings);
    let mut found = Vec::new();
    for (n, paid) in counted.iter().enumerate() {
        let Some(excess) = paid.payment.seller_amount.minus(paid.counts).ok().filter(|excess| !excess.is_zero()) else { continue };
        let same = counted[..n].iter().map(|other| other.payment).filter(|other| other.overlaps(&paid.payment.unit));
        found.push(Duplicate { request: paid.payment.request.clone(), excess, of: same.map(|other| other.request.clone()).collect() });
    }
    found
}

/// What of `agreed` verified payments leave open, each piece of work counted once.
#[must_use]
pub fn left(agreed: Amount, siblings: &[Sibling]) -> Amount {
    count(agreed, siblings).iter().fold(agreed, |open, paid| open.minus(paid.counts).unwrap_or(Amount::ZERO))
}

/// What of each verified payment counts: nothing where its unit or milestone is paid already, and together never more than was agreed.
fn count(agreed: Amount, siblings: &[Sibling]) -> Vec<Counted<'_>> {
    let (mut open, mut counted): (Amount, Vec<Counted<'_>>) = (agreed, Vec::new());
    for payment in siblings.iter().filter(|s| s.fate == Fate::Paid) {
        let is_same = |other: &Sibling| other.unit_id == payment.unit_id || (payment.unit.milestone().is_some() && other.unit == payment.unit);
        let again = counted.iter().any(|other| is_same(other.payment));
        let counts = if again { Amount::ZERO } else { payment.seller_amount.min(open) };
        open = open.minus(counts).unwrap_or(Amount::ZERO);
        counted.push(Counted { payment, counts });
    }
    counted
}
