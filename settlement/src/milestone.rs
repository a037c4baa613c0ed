//! Milestones: parts of an agreement that are delivered, accepted and paid one by one.
//!
//! First the plan is made: either party adds milestones, the buyer takes up or both let go of what the seller proposes, and every change gives the plan another
//! version. Once both have confirmed one and the same version and the buyer has made it final, it never changes, and work begins. A milestone that is accepted
//! is owed, and its payment pays that milestone and nothing else.
//!
//! Milestones that are part of the agreed terms are a final plan from the start: both parties have signed them.

use crate::agreement::{AgreementState, PaymentFacts};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, MilestoneId};
use crate::money::Amount;

mod plan;
mod state;

pub use plan::{CannotFinalise, OverPlanned, Plan, Progress};
pub use state::MilestoneState;

/// Most milestones that a plan has: a year of weeks, about. Also the most that each side ever adds, those that were taken out of the plan included, because an
/// agreement is read with all of them; so neither side can use up the other's.
pub const MAX_MILESTONES: usize = 50;
/// Most deliveries of a milestone: who has rejected a hundred has something else to agree on.
pub const MAX_DELIVERIES: u32 = 100;

/// The two sides of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Pays.
    Buyer,
    /// Is paid.
    Seller,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Buyer, Self::Seller];

    /// The side that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.name() == text)
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Seller,
            Self::Seller => Self::Buyer,
        }
    }

    /// `buyer` or `seller`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
        }
    }
}

/// What a milestone asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What is to be done, in one line.
    pub title: String,
    /// What is to be done, at length.
    pub description: Option<String>,
    /// When it counts as done.
    pub acceptance_criteria: Vec<String>,
    /// What the seller receives for it, in atomic units, without fee. Never zero.
    pub amount: Amount,
    /// When it should be delivered. Nothing happens by itself when that has passed.
    pub due_at: Option<Timestamp>,
}

/// A milestone and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// The agreement it is part of.
    pub agreement: AgreementId,
    /// Its place in the plan, from 1.
    pub position: u32,
    /// Which side has added it; the buyer, for those of the terms.
    pub added_by: Side,
    /// What it asks for.
    pub part: Part,
    /// Where it stands.
    pub state: MilestoneState,
    /// Grows with every change; whoever changes it says which version they saw.
    pub version: u64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a change of a milestone or a plan depends on beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Where the agreement stands.
    pub agreement: &'a AgreementState,
    /// What its payments say.
    pub payments: PaymentFacts,
    /// Whether the plan is final.
    pub is_final: bool,
}

impl Circumstances<'_> {
    /// Whether the plan may still be changed.
    fn may_plan(&self, refuse: impl FnOnce(&'static str) -> NotAllowed) -> Result<(), NotAllowed> {
        use crate::agreement::{END_REQUEST_FIRST, ENDED, INSPECT_FIRST};
        let because = match self.agreement {
            AgreementState::Accepted { .. } | AgreementState::Cancelled { .. } => ENDED,
            _ if self.is_final => "the plan is final; what both parties have confirmed does not change",
            AgreementState::Submitted { .. } => "the work was submitted as a whole",
            AgreementState::InProgress | AgreementState::Rejected { .. } if self.payments.proof_issue => INSPECT_FIRST,
            AgreementState::InProgress | AgreementState::Rejected { .. } if self.payments.any_verified => {
                "a payment of the agreement is verified, and it was not for a milestone; what is open is paid without milestones, too"
            }
            AgreementState::InProgress | AgreementState::Rejected { .. } if self.payments.live_request => END_REQUEST_FIRST,
            AgreementState::InProgress | AgreementState::Rejected { .. } => return Ok(()),
        };
        Err(refuse(because))
    }

    /// Whether milestones may be delivered and decided on.
    fn may_work(&self, refuse: impl FnOnce(&'static str) -> NotAllowed) -> Result<(), NotAllowed> {
        let because = match self.agreement {
            AgreementState::Accepted { .. } | AgreementState::Cancelled { .. } => crate::agreement::ENDED,
            _ if !self.is_final => "the plan is not final; milestones are delivered once both parties have confirmed it and the buyer has finalised it",
            AgreementState::Submitted { .. } => "the work was submitted as a whole",
            AgreementState::InProgress | AgreementState::Rejected { .. } if self.payments.unacknowledged => crate::agreement::ACKNOWLEDGE_FIRST,
            AgreementState::InProgress | AgreementState::Rejected { .. } => return Ok(()),
        };
        Err(refuse(because))
    }
}

impl Milestone {
    /// Whether the buyer may ask for its payment now. Whether a payload may be signed, [`crate::unit::next_milestone_unit`] says.
    ///
    /// # Errors
    /// Unless it is accepted, and while a proof of the agreement is in doubt.
    pub fn may_pay(&self, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        let refuse = |because| NotAllowed { from: self.state.name(), action: "pay", because };
        match (&self.state, circumstances.agreement) {
            (_, AgreementState::Cancelled { .. }) => Err(refuse(crate::agreement::ENDED)),
            (MilestoneState::Accepted { .. }, _) if circumstances.payments.proof_issue => Err(refuse(crate::agreement::INSPECT_FIRST)),
            (MilestoneState::Accepted { .. }, _) if circumstances.payments.unacknowledged => Err(refuse(crate::agreement::ACKNOWLEDGE_FIRST)),
            (MilestoneState::Accepted { .. }, _) => Ok(()),
            (MilestoneState::Cancelled { .. }, _) => Err(refuse("the milestone was taken out of the plan")),
            (MilestoneState::Proposed | MilestoneState::Active | MilestoneState::Submitted { .. } | MilestoneState::Rejected { .. }, _) => {
                Err(refuse("a milestone is paid once it is accepted"))
            }
        }
    }
}
