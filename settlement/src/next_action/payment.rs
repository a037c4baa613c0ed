//! What the buyer would pay next, and why it may not: the rules that the create endpoint asks.

use super::AgreementFacts;
use crate::available_action::BlockedReason;
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::milestone::{Milestone, Progress};
use crate::money::{Amount, FeeError, Quote};
use crate::terms::PaymentTiming;
use crate::unit::{CannotSign, NextUnit, UnitKind, next_milestone_unit, next_unit, open_amount};

/// Most requests of an agreement, however they ended. Each is verified whenever the agreement is looked at, so without a limit a buyer could make one that
/// takes seconds to read, and holds up everybody who writes meanwhile. At one an hour they last four days; a hundred instalments can be paid.
pub const MAX_REQUESTS: usize = 100;

/// Why nothing new can be signed for a chain, whoever asks. It is for the operator to mend, and may take long. A signer that does not answer is none of these: it
/// is asked again, and may answer the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSigning {
    /// What happens on the chain is not known.
    #[error("reading this chain has stopped until the operator acts")]
    Halted,
    /// It is not among the chains of the instance.
    #[error("this instance no longer settles on that chain")]
    NotSettled,
    /// The instance has no key for it.
    #[error("no routing signer is configured")]
    NoSigner,
    /// The operator has revoked the key on chain, or its time there is over, or too short for a payment.
    #[error("the routing signer may no longer sign on that chain")]
    Revoked,
}

impl NoSigning {
    /// Closed list: `indexer_halted`, `signer_unavailable`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Halted => "indexer_halted",
            Self::NotSettled | Self::NoSigner | Self::Revoked => "signer_unavailable",
        }
    }

    /// For an action that needs a signature.
    pub(super) fn blocks(self) -> BlockedReason {
        BlockedReason { code: self.code(), message: self.to_string(), recoverable: true }
    }
}

/// Why the buyer cannot get a payload now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRequest {
    /// The agreement does not allow it.
    #[error(transparent)]
    Agreement(#[from] NotAllowed),
    /// Another payload stands in the way, or nothing is open.
    #[error(transparent)]
    Unit(#[from] CannotSign),
    /// The fee policy does not fit the amount.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The fee policy does not fit what this payment would leave open.
    #[error("the {rest} that this payment leaves open could not be paid")]
    Rest {
        /// What would be left, atomic units.
        rest: Amount,
        /// Why it could not be paid.
        #[source]
        fee: FeeError,
    },
    /// The milestone does not stand so that it is paid.
    #[error(transparent)]
    Milestone(NotAllowed),
    /// It is paid by milestones, and none was named.
    #[error("the agreement is paid by its milestones; name the one to pay as milestoneId")]
    ByMilestones,
    /// There have been [`MAX_REQUESTS`].
    #[error("an agreement has at most {MAX_REQUESTS} payment requests; agree on what is still open as a new one")]
    Limit,
    /// Nothing can be signed.
    #[error(transparent)]
    Chain(#[from] NoSigning),
}

impl CannotRequest {
    /// Closed list: `not_allowed`, `milestone_required`, `active_request`, `payment_settling`, `overlapping_payload`, `paid_in_full`, `amount_refused`, `fee_refused`,
    /// `limit_reached`, and those of [`NoSigning::code`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Agreement(_) | Self::Milestone(_) => "not_allowed",
            Self::ByMilestones => "milestone_required",
            Self::Unit(CannotSign::Live(_)) => "active_request",
            Self::Unit(CannotSign::Settling(_)) => "payment_settling",
            Self::Unit(CannotSign::Overlap { .. }) => "overlapping_payload",
            Self::Unit(CannotSign::PaidInFull) => "paid_in_full",
            Self::Unit(CannotSign::MoreThanOpen { .. } | CannotSign::Zero) => "amount_refused",
            Self::Fee(_) | Self::Rest { .. } => "fee_refused",
            Self::Limit => "limit_reached",
            Self::Chain(why) => why.code(),
        }
    }

    /// The earliest time at which it may be otherwise by itself.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Unit(CannotSign::Overlap { until, .. }) => Some(*until),
            Self::Unit(CannotSign::Live(_) | CannotSign::Settling(_) | CannotSign::PaidInFull | CannotSign::MoreThanOpen { .. } | CannotSign::Zero)
            | Self::Agreement(_)
            | Self::Milestone(_)
            | Self::ByMilestones
            | Self::Fee(_)
            | Self::Rest { .. }
            | Self::Limit
            | Self::Chain(_) => None,
        }
    }
}

impl AgreementFacts<'_> {
    /// Which unit a request for `asked` (all that is open, when `None`) would pay, and its price. The create endpoint asks this very function.
    ///
    /// # Errors
    /// [`CannotRequest`] when a request would be refused.
    pub fn next_payment(&self, asked: Option<Amount>) -> Result<(NextUnit, Quote), CannotRequest> {
        let is_divided = self.payments.milestones != Progress::None;
        // When an agreement is paid as a whole is of no interest where it is not: the milestones are what its buyer has to hear of.
        let timing = if is_divided { PaymentTiming::AnyTime } else { self.agreement.terms.payment_timing };
        self.agreement.state.may_pay(timing, self.payments)?;
        if is_divided {
            return Err(CannotRequest::ByMilestones);
        }
        let (unit, amount) = next_unit(self.agreement.terms.amount, asked, self.siblings, self.final_time)?;
        if self.siblings.len() >= MAX_REQUESTS {
            return Err(CannotRequest::Limit);
        }
        let quote = self.agreement.fee.quote(amount)?;
        // A fixed fee can be more than the cap allows on a small rest, and then nobody could ever pay it.
        let rest = open_amount(self.agreement.terms.amount, self.siblings).minus(amount).unwrap_or(Amount::ZERO);
        match self.agreement.fee.quote(rest) {
            Err(fee) if !rest.is_zero() => Err(CannotRequest::Rest { rest, fee }),
            Ok(_) | Err(_) => self.signing().map(|()| (unit, quote)),
        }
    }

    /// Which unit a request for this milestone would pay, and its price: exactly what was agreed for it. The create endpoint asks this very function.
    ///
    /// # Errors
    /// [`CannotRequest`] when a request would be refused.
    pub fn next_milestone_payment(&self, milestone: &Milestone) -> Result<(NextUnit, Quote), CannotRequest> {
        milestone.may_pay(self.circumstances()).map_err(CannotRequest::Milestone)?;
        let unit = next_milestone_unit(self.agreement.terms.amount, (&milestone.id, milestone.part.amount), self.siblings, self.final_time)?;
        if self.siblings.len() >= MAX_REQUESTS {
            return Err(CannotRequest::Limit);
        }
        let quote = self.agreement.fee.quote(milestone.part.amount)?;
        self.signing().map(|()| (unit, quote))
    }

    /// The last of the questions: what stands in the way for other reasons is said first.
    fn signing(&self) -> Result<(), CannotRequest> {
        self.no_signing.map_or(Ok(()), |why| Err(why.into()))
    }

    /// What another request for the same work as this unit's would pay.
    pub(super) fn next_payment_like(&self, kind: &UnitKind) -> Result<(NextUnit, Quote), CannotRequest> {
        match kind {
            UnitKind::Whole | UnitKind::Instalment(_) => self.next_payment(None),
            UnitKind::Milestone(id) => self.plan.get(id).map_or(Err(CannotRequest::ByMilestones), |milestone| self.next_milestone_payment(milestone)),
        }
    }

    /// Whether the work that this unit pays is to be paid now, whatever was signed for it.
    pub(super) fn may_pay(&self, kind: &UnitKind) -> bool {
        match kind {
            UnitKind::Whole | UnitKind::Instalment(_) => {
                let state = &self.agreement.state;
                self.payments.milestones == Progress::None && state.may_pay(self.agreement.terms.payment_timing, self.payments).is_ok()
            }
            UnitKind::Milestone(id) => self.plan.get(id).is_some_and(|milestone| milestone.may_pay(self.circumstances()).is_ok()),
        }
    }
}
