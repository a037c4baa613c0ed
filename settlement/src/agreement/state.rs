//! Where the work stands, and what may follow.

use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{ProfileId, SubmissionId};
use crate::milestone::Progress;
use crate::terms::PaymentTiming;

pub(crate) const INSPECT_FIRST: &str = "a payment of this agreement does not prove itself and has to be inspected first";
pub(crate) const ENDED: &str = "the agreement has already ended";
const OWED: &str = "a milestone is accepted, and what was agreed for it is owed";
pub(crate) const END_REQUEST_FIRST: &str = "a payment request of this agreement is live; cancel it or let it end first";
/// Refuses what has to wait until a party has acknowledged a payment.
pub const ACKNOWLEDGE_FIRST: &str = "a payment came after its request was cancelled or had failed; a party has to acknowledge it first";

/// Where the work stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementState {
    /// The seller works.
    InProgress,
    /// The seller has delivered; the buyer decides.
    Submitted {
        /// The delivery to decide on.
        submission: SubmissionId,
        /// When it was delivered.
        at: Timestamp,
    },
    /// The buyer has accepted and paid.
    Accepted {
        /// The delivery that was accepted.
        submission: SubmissionId,
        /// When.
        at: Timestamp,
    },
    /// The buyer wants it done again.
    Rejected {
        /// The delivery that was rejected.
        submission: SubmissionId,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Called off before anything was paid.
    Cancelled {
        /// Why.
        reason: String,
        /// Who called it off.
        by: ProfileId,
        /// When.
        at: Timestamp,
    },
}

/// What payments and milestones say about an agreement, for the rules that depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts; the rules read them together")]
pub struct PaymentFacts {
    /// Verified payments add up to the whole seller amount.
    pub paid_in_full: bool,
    /// At least one payment is verified.
    pub any_verified: bool,
    /// A request is signed or submitted, or a payment is seen and not yet final.
    pub live_request: bool,
    /// A payment no longer proves itself and must be looked at.
    pub proof_issue: bool,
    /// How far the milestones are, where it is paid by milestones.
    pub milestones: Progress,
    /// A payment came after its request was cancelled or had failed, or after the agreement was called off, and neither party has said that it knows.
    pub unacknowledged: bool,
    /// The buyer disputes what it has paid.
    pub disputed: bool,
}

impl AgreementState {
    /// `in_progress`, `submitted`, `accepted`, `rejected` or `cancelled`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Submitted { .. } => "submitted",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether the seller may deliver: an agreement with milestones closes with a delivery of its own, after theirs.
    ///
    /// # Errors
    /// Unless work is in progress or was rejected, every milestone is accepted, and no payment waits to be acknowledged.
    pub fn may_submit(&self, payments: PaymentFacts) -> Result<(), NotAllowed> {
        match self {
            Self::InProgress | Self::Rejected { .. } if payments.unacknowledged => Err(self.refuse("submit", ACKNOWLEDGE_FIRST)),
            Self::InProgress | Self::Rejected { .. } if payments.milestones.is_open() => {
                Err(self.refuse("submit", "the agreement has milestones; it is submitted once each of them is accepted"))
            }
            Self::InProgress | Self::Rejected { .. } => Ok(()),
            Self::Submitted { .. } | Self::Accepted { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("submit", "the work can be submitted only while it is in progress or rejected"))
            }
        }
    }

    /// The seller delivers.
    ///
    /// # Errors
    /// As [`Self::may_submit`].
    pub fn submit(self, submission: SubmissionId, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_submit(payments)?;
        Ok(Self::Submitted { submission, at })
    }

    /// The delivery that the buyer may accept.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision, payment is verified in full and acknowledged, the buyer disputes nothing and no proof is in doubt.
    pub fn may_accept(&self, payments: PaymentFacts) -> Result<&SubmissionId, NotAllowed> {
        match self {
            Self::Submitted { .. } if payments.proof_issue => Err(self.refuse("accept", INSPECT_FIRST)),
            Self::Submitted { .. } if payments.unacknowledged => Err(self.refuse("accept", ACKNOWLEDGE_FIRST)),
            Self::Submitted { .. } if payments.disputed => {
                Err(self.refuse("accept", "you dispute what you have paid for; withdraw the dispute or settle it first"))
            }
            Self::Submitted { .. } if !payments.paid_in_full && payments.milestones != Progress::None => {
                Err(self.refuse("accept", "the agreement is accepted once the payment of each milestone is verified"))
            }
            Self::Submitted { .. } if !payments.paid_in_full => Err(self.refuse("accept", "the agreement is accepted once its payment is verified in full")),
            Self::Submitted { submission, .. } => Ok(submission),
            Self::InProgress | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("accept", "only a submitted delivery can be accepted"))
            }
        }
    }

    /// The buyer accepts what was delivered and paid.
    ///
    /// # Errors
    /// As [`Self::may_accept`].
    pub fn accept(self, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_accept(payments)?.clone();
        Ok(Self::Accepted { submission, at })
    }

    /// The delivery that the buyer may send back.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision and nothing was paid or may still be.
    pub fn may_reject(&self, payments: PaymentFacts) -> Result<&SubmissionId, NotAllowed> {
        match self {
            Self::Submitted { .. } if payments.any_verified => {
                Err(self.refuse("reject", "a verified payment cannot be followed by a rejection; ask for a refund"))
            }
            Self::Submitted { .. } if payments.proof_issue => Err(self.refuse("reject", INSPECT_FIRST)),
            Self::Submitted { .. } if payments.live_request => Err(self.refuse("reject", END_REQUEST_FIRST)),
            Self::Submitted { .. } if payments.milestones.is_owed() => Err(self.refuse("reject", OWED)),
            Self::Submitted { submission, .. } => Ok(submission),
            Self::InProgress | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("reject", "only a submitted delivery can be rejected"))
            }
        }
    }

    /// The buyer sends the delivery back.
    ///
    /// # Errors
    /// As [`Self::may_reject`].
    pub fn reject(self, reason: String, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_reject(payments)?.clone();
        Ok(Self::Rejected { submission, reason, at })
    }

    /// Whether either party may call it off.
    ///
    /// # Errors
    /// Once it ended, a milestone was accepted, or anything was paid or may still be.
    pub fn may_cancel(&self, payments: PaymentFacts) -> Result<(), NotAllowed> {
        match self {
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.any_verified => {
                Err(self.refuse("cancel", "a paid agreement cannot be cancelled; ask for a refund"))
            }
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.proof_issue => Err(self.refuse("cancel", INSPECT_FIRST)),
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.live_request => Err(self.refuse("cancel", END_REQUEST_FIRST)),
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.milestones.is_owed() => Err(self.refuse("cancel", OWED)),
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } => Ok(()),
            Self::Accepted { .. } | Self::Cancelled { .. } => Err(self.refuse("cancel", ENDED)),
        }
    }

    /// Either party calls it off.
    ///
    /// # Errors
    /// As [`Self::may_cancel`].
    pub fn cancel(self, reason: String, by: ProfileId, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_cancel(payments)?;
        Ok(Self::Cancelled { reason, by, at })
    }

    /// Whether the buyer may ask for a payment payload now, where the agreement is not paid by milestones. Which unit it pays, and whether one may be signed, [`crate::unit::next_unit`] says.
    ///
    /// # Errors
    /// Once it is cancelled or accepted and paid, before delivery where payment is on delivery, while a proof is in doubt, and while a payment waits to be
    /// acknowledged.
    pub fn may_pay(&self, timing: PaymentTiming, payments: PaymentFacts) -> Result<(), NotAllowed> {
        match (self, timing) {
            (Self::Cancelled { .. }, _) => Err(self.refuse("pay", ENDED)),
            (Self::Accepted { .. }, _) if payments.paid_in_full => Err(self.refuse("pay", ENDED)),
            _ if payments.proof_issue => Err(self.refuse("pay", INSPECT_FIRST)),
            _ if payments.unacknowledged => Err(self.refuse("pay", ACKNOWLEDGE_FIRST)),
            (Self::InProgress | Self::Rejected { .. }, PaymentTiming::OnDelivery) => {
                Err(self.refuse("pay", "the terms say payment on delivery; the seller has not submitted the work yet"))
            }
            // Accepted and yet not paid in full: a reorg below finality took a payment away, and the seller is still owed.
            (Self::Submitted { .. } | Self::Accepted { .. }, PaymentTiming::OnDelivery)
            | (Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } | Self::Accepted { .. }, PaymentTiming::AnyTime) => Ok(()),
        }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.name(), action, because }
    }
}
