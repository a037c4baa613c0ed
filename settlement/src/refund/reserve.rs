//! What may be asked back: no two refunds of a payment ever reserve more than it paid the seller.

use alloy_primitives::Address;

use crate::clock::Timestamp;
use crate::duplicate::Duplicate;
use crate::ids::{PaymentRequestId, RefundId};
use crate::money::{Amount, AmountError};

use super::{PayloadLife, RefundStatus};

/// Most refund requests of one payment, however they ended. Each is verified whenever the payment is looked at, so without a limit a buyer could make one that
/// takes seconds to read.
pub const MAX_REFUNDS: usize = 50;

/// What is known of a payment request when a refund of it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaidFate {
    /// Verified, and it proves itself.
    Proven,
    /// Something of it has to be inspected first.
    InDoubt,
    /// It is not verified: never paid, not final yet, or a reorg took its event away.
    Unverified,
}

/// A payment request, as far as refunds are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidRequest {
    /// The payment request.
    pub payment: PaymentRequestId,
    /// What it pays the seller.
    pub amount: Amount,
    /// Whether it is paid.
    pub fate: PaidFate,
}

/// A refund request, as far as the next one and the views are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSibling {
    /// The refund request.
    pub refund: RefundId,
    /// The payment request.
    pub payment: PaymentRequestId,
    /// How much it reserves while it does.
    pub amount: Amount,
    /// What became of it, as its row says.
    pub status: RefundStatus,
    /// Whether its row proves itself. One that does not reserves everything: nobody knows what was signed for it.
    pub is_sound: bool,
    /// The seller's wallet that the newest payload names; none before one was signed.
    pub payer: Option<Address>,
    /// The deadline of the newest payload, unix seconds; none before one was signed.
    pub deadline: Option<u64>,
    /// Until when the key that signed the newest payload may sign, in unix seconds (0: revoked), where an event says so.
    pub signer_until: Option<u64>,
    /// Whether the operator has cancelled its nonce, finally.
    pub is_void: bool,
    /// An event of it stands on the chain, final or not.
    pub is_seen: bool,
    /// An event names it and is not what was signed.
    pub has_issue: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl RefundSibling {
    /// What can still become of the newest payload, where one was signed; the times as in [`PayloadLife::of`].
    #[must_use]
    pub fn life(&self, now: Timestamp, final_time: u64) -> Option<PayloadLife> {
        let life = |deadline| match PayloadLife::of(deadline, self.is_seen, now, final_time) {
            // A paid event always beats a cancelled nonce.
            PayloadLife::Seen => PayloadLife::Seen,
            PayloadLife::InDoubt => PayloadLife::InDoubt,
            // Money came back in a way that nobody can account for yet, so no clock and no cancelled nonce makes it certain that none did.
            PayloadLife::Payable | PayloadLife::TooLate | PayloadLife::Dead if self.has_issue => PayloadLife::InDoubt,
            PayloadLife::Payable | PayloadLife::TooLate | PayloadLife::Dead if self.is_void => PayloadLife::Dead,
            // The router refuses it now, and may have taken it before.
            PayloadLife::Payable if self.is_revoked(now) => PayloadLife::TooLate,
            PayloadLife::Payable => PayloadLife::Payable,
            PayloadLife::TooLate => PayloadLife::TooLate,
            PayloadLife::Dead => PayloadLife::Dead,
        };
        self.deadline.map(life)
    }

    /// Whether the key that signed the newest payload may not sign any more. The router accepts a delegate up to and at its last second.
    #[must_use]
    pub fn is_revoked(&self, now: Timestamp) -> bool {
        self.signer_until.is_some_and(|until| until < now.unix_seconds())
    }
}

/// The payments of an agreement and what was asked back of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refunds {
    /// Its payment requests, oldest first.
    pub payments: Vec<PaidRequest>,
    /// Its refund requests, oldest first.
    pub refunds: Vec<RefundSibling>,
}

/// What a new refund request reserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The payment request.
    pub payment: PaymentRequestId,
    /// How much.
    pub amount: Amount,
}

/// Why nothing can be asked back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRefund {
    /// The agreement has no such payment request.
    #[error("the agreement has no payment request {0}")]
    Unknown(PaymentRequestId),
    /// Nothing of the agreement is paid.
    #[error("nothing of this agreement is paid and verified")]
    NothingPaid,
    /// Several payments could be meant.
    #[error("several payments of this agreement are verified; name one with paymentRequestId")]
    Ambiguous,
    /// The payment is not verified.
    #[error("payment request {0} is not verified, so there is nothing to pay back yet")]
    Unverified(PaymentRequestId),
    /// The payment does not prove itself.
    #[error("the payment of {0} does not prove what was signed and has to be inspected first")]
    InDoubt(PaymentRequestId),
    /// An earlier refund request of the payment does not prove itself.
    #[error("refund request {0} of this payment does not prove itself and has to be inspected first")]
    RefundInDoubt(RefundId),
    /// Nothing is asked for.
    #[error("a refund must be more than zero")]
    Zero,
    /// More than is left.
    #[error("{asked} is more than the {remaining} that no other refund has reserved")]
    Exceeds {
        /// What was asked for.
        asked: Amount,
        /// What is left.
        remaining: Amount,
    },
    /// There have been [`MAX_REFUNDS`].
    #[error("a payment has at most {MAX_REFUNDS} refund requests")]
    Limit,
}

impl CannotRefund {
    /// Closed list: `unknown_payment`, `nothing_paid`, `ambiguous_payment`, `payment_not_verified`, `proof_in_doubt`, `refund_in_doubt`, `zero_amount`,
    /// `exceeds_refundable`, `limit_reached`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_payment",
            Self::NothingPaid => "nothing_paid",
            Self::Ambiguous => "ambiguous_payment",
            Self::Unverified(_) => "payment_not_verified",
            Self::InDoubt(_) => "proof_in_doubt",
            Self::RefundInDoubt(_) => "refund_in_doubt",
            Self::Zero => "zero_amount",
            Self::Exceeds { .. } => "exceeds_refundable",
            Self::Limit => "limit_reached",
        }
    }
}

impl Refunds {
    /// The payment request of this id.
    ///
    /// # Errors
    /// [`CannotRefund::Unknown`], [`CannotRefund::Unverified`] and [`CannotRefund::InDoubt`]: unless it is verified and proves itself.
    pub fn proven(&self, payment: &PaymentRequestId) -> Result<&PaidRequest, CannotRefund> {
        let found = self.payments.iter().find(|p| p.payment == *payment).ok_or_else(|| CannotRefund::Unknown(payment.clone()))?;
        match found.fate {
            PaidFate::Proven => Ok(found),
            PaidFate::InDoubt => Err(CannotRefund::InDoubt(payment.clone())),
            PaidFate::Unverified => Err(CannotRefund::Unverified(payment.clone())),
        }
    }

    /// What no refund has reserved of what a payment paid the seller. Zero where that cannot be said for certain.
    ///
    /// # Errors
    /// As [`Self::proven`], and [`CannotRefund::RefundInDoubt`].
    pub fn remaining(&self, payment: &PaymentRequestId) -> Result<Amount, CannotRefund> {
        let paid = self.proven(payment)?;
        if let Some(unsound) = self.of(payment).find(|refund| !refund.is_sound) {
            return Err(CannotRefund::RefundInDoubt(unsound.refund.clone()));
        }
        // More reserved than was paid is not possible by these rules; if it is so, certainly nothing is left.
        Ok(self.reserved(payment).and_then(|reserved| paid.amount.minus(reserved)).unwrap_or(Amount::ZERO))
    }

    /// What of all verified payments has neither gone back nor been promised back: the most that two parties can agree on. A refund that the seller has not
    /// answered is part of it, because it is what they may be at odds about; what is in doubt counts nothing.
    #[must_use]
    pub fn unpromised_of_all(&self) -> Amount {
        let sum = |sum: Amount, amount: Amount| sum.plus(amount).unwrap_or(sum);
        let of_payment = |paid: &PaidRequest| {
            let pending = self.of(&paid.payment).filter(|refund| refund.status == RefundStatus::Pending);
            Some(pending.map(|refund| refund.amount).fold(self.remaining(&paid.payment).ok()?, sum))
        };
        self.payments.iter().filter_map(of_payment).fold(Amount::ZERO, sum)
    }

    /// What no refund has reserved of all verified payments; those in doubt count nothing.
    #[must_use]
    pub fn remaining_of_all(&self) -> Amount {
        let remaining = self.payments.iter().filter_map(|paid| self.remaining(&paid.payment).ok());
        remaining.fold(Amount::ZERO, |sum, amount| sum.plus(amount).unwrap_or(sum))
    }

    /// What a new refund request would reserve: of the payment that is named, or the only one that is verified; as much as is asked for, or all that is left.
    ///
    /// # Errors
    /// [`CannotRefund`] whenever the request would be refused.
    pub fn reserve(&self, payment: Option<&PaymentRequestId>, asked: Option<Amount>) -> Result<Reservation, CannotRefund> {
        let payment = match payment {
            Some(named) => named,
            None => self.only_payment()?,
        };
        let remaining = self.remaining(payment)?;
        if self.of(payment).count() >= MAX_REFUNDS {
            return Err(CannotRefund::Limit);
        }
        let amount = asked.unwrap_or(remaining);
        if asked.is_some_and(Amount::is_zero) {
            return Err(CannotRefund::Zero);
        }
        if amount > remaining || remaining.is_zero() {
            return Err(CannotRefund::Exceeds { asked: amount, remaining });
        }
        Ok(Reservation { payment: payment.clone(), amount })
    }

    /// Whether a payload may be signed for a refund of this payment: all that is reserved is no more than was paid.
    ///
    /// # Errors
    /// As [`Self::proven`]; [`CannotRefund::RefundInDoubt`] and [`CannotRefund::Exceeds`] where rows were changed behind our back.
    pub fn covers(&self, payment: &PaymentRequestId) -> Result<(), CannotRefund> {
        let paid = self.proven(payment)?.amount;
        self.remaining(payment)?;
        match self.reserved(payment) {
            Ok(reserved) if reserved <= paid => Ok(()),
            Ok(asked) => Err(CannotRefund::Exceeds { asked, remaining: paid }),
            Err(_) => Err(CannotRefund::Exceeds { asked: paid, remaining: Amount::ZERO }),
        }
    }

    /// What of a payment that pays something again no refund request asks back yet; none where nothing is left of it, or nobody can say.
    #[must_use]
    pub fn not_asked_back(&self, twice: &Duplicate) -> Option<Amount> {
        let reserved = self.proven(&twice.request).ok()?.amount.minus(self.remaining(&twice.request).ok()?).ok()?;
        twice.excess.minus(reserved).ok().filter(|open| !open.is_zero())
    }

    /// What refunds have reserved of a payment, however much that is.
    fn reserved(&self, payment: &PaymentRequestId) -> Result<Amount, AmountError> {
        self.of(payment).filter(|refund| refund.status.reserves()).try_fold(Amount::ZERO, |sum, refund| sum.plus(refund.amount))
    }

    /// The refund requests of one payment.
    pub fn of(&self, payment: &PaymentRequestId) -> impl Iterator<Item = &RefundSibling> {
        self.refunds.iter().filter(move |refund| refund.payment == *payment)
    }

    /// A payment that is in doubt is named too, so that the answer says why rather than that there is none.
    fn only_payment(&self) -> Result<&PaymentRequestId, CannotRefund> {
        let mut paid = self.payments.iter().filter(|p| p.fate != PaidFate::Unverified);
        match (paid.next(), paid.next()) {
            (Some(only), None) => Ok(&only.payment),
            (Some(_), Some(_)) => Err(CannotRefund::Ambiguous),
            (None, _) => Err(CannotRefund::NothingPaid),
        }
    }
}
