//! Where a milestone stands, and what may follow.

use super::{Circumstances, Side};
use crate::agreement::INSPECT_FIRST;
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::SubmissionId;

/// Where a milestone stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MilestoneState {
    /// The seller has proposed it; the buyer takes it up or not.
    Proposed,
    /// It is part of the plan, and the seller's turn once the plan is final.
    Active,
    /// The seller has delivered; the buyer decides.
    Submitted {
        /// The delivery to decide on.
        submission: SubmissionId,
        /// When it was delivered.
        at: Timestamp,
    },
    /// The buyer has accepted. Unpaid, its payment is due.
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
    /// Taken out of the plan.
    Cancelled {
        /// By whom.
        by: Side,
        /// When.
        at: Timestamp,
    },
}

impl MilestoneState {
    /// That of a new milestone: what the buyer adds needs nobody's leave, what the seller adds needs the buyer's.
    #[must_use]
    pub const fn new(by: Side) -> Self {
        match by {
            Side::Buyer => Self::Active,
            Side::Seller => Self::Proposed,
        }
    }

    /// `proposed`, `active`, `submitted`, `accepted`, `rejected` or `cancelled`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Active => "active",
            Self::Submitted { .. } => "submitted",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The delivery that the state is about.
    #[must_use]
    pub const fn submission(&self) -> Option<&SubmissionId> {
        match self {
            Self::Submitted { submission, .. } | Self::Accepted { submission, .. } | Self::Rejected { submission, .. } => Some(submission),
            Self::Proposed | Self::Active | Self::Cancelled { .. } => None,
        }
    }

    /// Whether it counts towards what is planned.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        match self {
            Self::Proposed | Self::Active | Self::Submitted { .. } | Self::Accepted { .. } | Self::Rejected { .. } => true,
            Self::Cancelled { .. } => false,
        }
    }

    /// Whether this side may change what it asks for.
    ///
    /// # Errors
    /// Once it is delivered or cancelled, once the plan is final, and for the seller once the buyer has taken it up.
    pub fn may_update(&self, by: Side, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_plan(|because| self.refuse("update", because))?;
        match (self, by) {
            (Self::Proposed, _) | (Self::Active, Side::Buyer) => Ok(()),
            (Self::Active, Side::Seller) => Err(self.refuse("update", "the buyer has taken it up; propose another milestone, or cancel this one")),
            (Self::Submitted { .. } | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. }, _) => {
                Err(self.refuse("update", "only a proposed or active milestone can be changed"))
            }
        }
    }

    /// Whether the buyer may take it up.
    ///
    /// # Errors
    /// Unless the seller has proposed it and the plan can change.
    pub fn may_activate(&self, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_plan(|because| self.refuse("activate", because))?;
        match self {
            Self::Proposed => Ok(()),
            Self::Active | Self::Submitted { .. } | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("activate", "only a proposed milestone can be activated"))
            }
        }
    }

    /// The buyer takes it up.
    ///
    /// # Errors
    /// As [`Self::may_activate`].
    pub fn activate(self, circumstances: Circumstances<'_>) -> Result<Self, NotAllowed> {
        self.may_activate(circumstances)?;
        Ok(Self::Active)
    }

    /// Whether either party may take it out of the plan.
    ///
    /// # Errors
    /// Unless it is proposed or active and the plan can change.
    pub fn may_cancel(&self, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_plan(|because| self.refuse("cancel", because))?;
        match self {
            Self::Proposed | Self::Active => Ok(()),
            Self::Submitted { .. } | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("cancel", "only a proposed or active milestone can be cancelled"))
            }
        }
    }

    /// Either party takes it out of the plan.
    ///
    /// # Errors
    /// As [`Self::may_cancel`].
    pub fn cancel(self, by: Side, circumstances: Circumstances<'_>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_cancel(circumstances)?;
        Ok(Self::Cancelled { by, at })
    }

    /// Whether the seller may deliver it.
    ///
    /// # Errors
    /// Unless it is active or was rejected, and the plan is final.
    pub fn may_submit(&self, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_work(|because| self.refuse("submit", because))?;
        match self {
            Self::Active | Self::Rejected { .. } => Ok(()),
            Self::Proposed | Self::Submitted { .. } | Self::Accepted { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("submit", "only an active or rejected milestone can be submitted"))
            }
        }
    }

    /// The seller delivers it.
    ///
    /// # Errors
    /// As [`Self::may_submit`].
    pub fn submit(self, submission: SubmissionId, circumstances: Circumstances<'_>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_submit(circumstances)?;
        Ok(Self::Submitted { submission, at })
    }

    /// The delivery that the buyer may accept, and then owes.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision and no proof of the agreement is in doubt: then nothing more may be paid on it.
    pub fn may_accept(&self, circumstances: Circumstances<'_>) -> Result<&SubmissionId, NotAllowed> {
        circumstances.may_work(|because| self.refuse("accept", because))?;
        match self {
            Self::Submitted { .. } if circumstances.payments.proof_issue => Err(self.refuse("accept", INSPECT_FIRST)),
            Self::Submitted { submission, .. } => Ok(submission),
            Self::Proposed | Self::Active | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("accept", "only a submitted milestone can be accepted"))
            }
        }
    }

    /// The buyer accepts what was delivered.
    ///
    /// # Errors
    /// As [`Self::may_accept`].
    pub fn accept(self, circumstances: Circumstances<'_>, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_accept(circumstances)?.clone();
        Ok(Self::Accepted { submission, at })
    }

    /// The delivery that the buyer may send back. A milestone is paid after it is accepted, so no payment stands in the way.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision.
    pub fn may_reject(&self, circumstances: Circumstances<'_>) -> Result<&SubmissionId, NotAllowed> {
        circumstances.may_work(|because| self.refuse("reject", because))?;
        match self {
            Self::Submitted { submission, .. } => Ok(submission),
            Self::Proposed | Self::Active | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("reject", "only a submitted milestone can be rejected"))
            }
        }
    }

    /// The buyer sends the delivery back.
    ///
    /// # Errors
    /// As [`Self::may_reject`].
    pub fn reject(self, reason: String, circumstances: Circumstances<'_>, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_reject(circumstances)?.clone();
        Ok(Self::Rejected { submission, reason, at })
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.name(), action, because }
    }
}
