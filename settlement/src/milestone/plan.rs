//! The plan: all milestones of an agreement, and who has confirmed them.

use super::{Circumstances, MAX_MILESTONES, Milestone, MilestoneState, Side};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::MilestoneId;
use crate::money::Amount;
use crate::unit::{CannotSign, Sibling, alive_undivided};

const NOT_WHOLE: &str = "the milestones have to add up to exactly the amount of the agreement";

/// All milestones of an agreement, and who has confirmed them. An agreement without milestones has an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Grows with every change of what is planned; 0 before the first milestone. A final plan keeps its version.
    pub version: u64,
    /// The version that the buyer has confirmed.
    pub buyer_confirmed: Option<u64>,
    /// The version that the seller has confirmed.
    pub seller_confirmed: Option<u64>,
    /// When it became final.
    pub finalised_at: Option<Timestamp>,
    /// In their order, those that were taken out included.
    pub milestones: Vec<Milestone>,
}

/// How far the milestones of an agreement are, for the rules of the agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It is paid without milestones.
    #[default]
    None,
    /// No milestone is accepted.
    Planned,
    /// Some are.
    Begun,
    /// All are, of a plan that is final.
    Accepted,
}

impl Progress {
    /// Whether a milestone is still to be accepted.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Begun)
    }

    /// Whether a milestone was accepted: it has been paid, or is owed.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        matches!(self, Self::Begun | Self::Accepted)
    }
}

/// More would be planned than was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the milestones would add up to more than the agreement's amount; {left} is left to plan")]
pub struct OverPlanned {
    /// What is left, atomic units.
    pub left: Amount,
}

/// Why a plan cannot become final now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotFinalise {
    /// It does not stand as it should.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A payload for the agreement as a whole, or an instalment, could still be paid beside the milestones.
    #[error(transparent)]
    Payload(CannotSign),
}

impl Plan {
    /// A plan that both parties have signed as part of the terms: final from the start.
    #[must_use]
    pub fn signed(milestones: Vec<Milestone>, at: Timestamp) -> Self {
        if milestones.is_empty() {
            return Self::default();
        }
        Self { version: 1, buyer_confirmed: Some(1), seller_confirmed: Some(1), finalised_at: Some(at), milestones }
    }

    /// Whether it can no longer change.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.finalised_at.is_some()
    }

    /// `none`, `draft` or `final`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.is_final(), self.live().next()) {
            (true, _) => "final",
            (false, Some(_)) => "draft",
            (false, None) => "none",
        }
    }

    /// The milestones that count.
    pub fn live(&self) -> impl Iterator<Item = &Milestone> + Clone {
        self.milestones.iter().filter(|m| m.state.is_live())
    }

    /// A milestone by its id.
    #[must_use]
    pub fn get(&self, id: &MilestoneId) -> Option<&Milestone> {
        self.milestones.iter().find(|m| m.id == *id)
    }

    /// What of `agreed` no milestone plans for, leaving `except` out of account.
    #[must_use]
    pub fn left(&self, agreed: Amount, except: Option<&MilestoneId>) -> Amount {
        let others = self.live().filter(|m| Some(&m.id) != except);
        others.map(|m| m.part.amount).try_fold(agreed, Amount::minus).unwrap_or(Amount::ZERO)
    }

    /// Whether a milestone of `amount` fits beside the others, `except` being the one that gets it.
    ///
    /// # Errors
    /// When they would add up to more than was agreed.
    pub fn fits(&self, agreed: Amount, amount: Amount, except: Option<&MilestoneId>) -> Result<(), OverPlanned> {
        let left = self.left(agreed, except);
        if amount <= left { Ok(()) } else { Err(OverPlanned { left }) }
    }

    /// How far it is. A draft says nothing of an agreement that was paid, in part, without milestones: it has come too late.
    #[must_use]
    pub fn progress(&self, any_verified: bool) -> Progress {
        let is_accepted = |m: &Milestone| matches!(m.state, MilestoneState::Accepted { .. });
        match (self.live().next(), self.is_final()) {
            (None, _) => Progress::None,
            (Some(_), false) if any_verified => Progress::None,
            (Some(_), false) => Progress::Planned,
            (Some(_), true) if self.live().all(is_accepted) => Progress::Accepted,
            (Some(_), true) if self.live().any(is_accepted) => Progress::Begun,
            (Some(_), true) => Progress::Planned,
        }
    }

    /// Whether this side may add a milestone.
    ///
    /// # Errors
    /// Once the plan is final, while the agreement is paid without milestones, when there are [`MAX_MILESTONES`], and when the side has added as many.
    pub fn may_add(&self, by: Side, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_plan(|because| self.refuse("add a milestone", because))?;
        if self.live().count() >= MAX_MILESTONES {
            return Err(self.refuse("add a milestone", "a plan has at most 50 milestones"));
        }
        if self.milestones.iter().filter(|milestone| milestone.added_by == by).count() >= MAX_MILESTONES {
            return Err(self.refuse("add a milestone", "each side adds at most 50 milestones, those that were cancelled included; change one instead"));
        }
        Ok(())
    }

    /// The version after a change of what is planned: every confirmation is of another one.
    #[must_use]
    pub const fn next_version(&self) -> u64 {
        self.version.saturating_add(1)
    }

    /// Whether this side may confirm it as it stands.
    ///
    /// # Errors
    /// Unless every milestone is active and together they are the agreement's amount; once confirmed; and when the plan cannot change.
    pub fn may_confirm(&self, by: Side, agreed: Amount, circumstances: Circumstances<'_>) -> Result<(), NotAllowed> {
        circumstances.may_plan(|because| self.refuse("confirm", because))?;
        if self.live().any(|m| m.state == MilestoneState::Proposed) {
            return Err(self.refuse("confirm", "the buyer has to activate or cancel every proposed milestone first"));
        }
        if self.live().next().is_none() || !self.left(agreed, None).is_zero() {
            return Err(self.refuse("confirm", NOT_WHOLE));
        }
        if self.has_confirmed(by) {
            return Err(self.refuse("confirm", "you have confirmed this version"));
        }
        Ok(())
    }

    /// One side confirms it as it stands.
    ///
    /// # Errors
    /// As [`Self::may_confirm`].
    pub fn confirm(self, by: Side, agreed: Amount, circumstances: Circumstances<'_>) -> Result<Self, NotAllowed> {
        self.may_confirm(by, agreed, circumstances)?;
        let version = Some(self.version);
        Ok(match by {
            Side::Buyer => Self { buyer_confirmed: version, ..self },
            Side::Seller => Self { seller_confirmed: version, ..self },
        })
    }

    /// Whether this side has confirmed it as it stands.
    #[must_use]
    pub fn has_confirmed(&self, by: Side) -> bool {
        let confirmed = match by {
            Side::Buyer => self.buyer_confirmed,
            Side::Seller => self.seller_confirmed,
        };
        confirmed == Some(self.version)
    }

    /// Whether the buyer may make it final.
    ///
    /// # Errors
    /// Unless both have confirmed it as it stands, and nothing that was signed for the agreement without milestones can be paid any more.
    pub fn may_finalise(&self, circumstances: Circumstances<'_>, siblings: &[Sibling], final_time: u64) -> Result<(), CannotFinalise> {
        circumstances.may_plan(|because| self.refuse("finalise", because))?;
        if self.live().next().is_none() || !(self.has_confirmed(Side::Buyer) && self.has_confirmed(Side::Seller)) {
            return Err(self.refuse("finalise", "both parties have to confirm this version first").into());
        }
        alive_undivided(siblings, final_time).map_or(Ok(()), |alive| Err(CannotFinalise::Payload(alive)))
    }

    /// The buyer makes it final.
    ///
    /// # Errors
    /// As [`Self::may_finalise`].
    pub fn finalise(self, circumstances: Circumstances<'_>, payloads: (&[Sibling], u64), at: Timestamp) -> Result<Self, CannotFinalise> {
        self.may_finalise(circumstances, payloads.0, payloads.1)?;
        Ok(Self { finalised_at: Some(at), ..self })
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.status(), action, because }
    }
}
