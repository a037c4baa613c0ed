//! A dispute about what was paid for: both sides speak, and it ends when both say the same or the opener takes it back.
//!
//! A dispute moves no money. Where both agree that money goes back, a refund request does that; an evaluator whom the terms name can say what it would do.

use crate::agreement::PaymentFacts;
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, DisputeId, ProfileId};
use crate::milestone::Side;
use crate::money::Amount;

/// Most disputes of an agreement, however they ended: one is open at a time, and without a limit one side could open and withdraw for ever, each time with a
/// notice to the other.
pub const MAX_DISPUTES: usize = 20;
/// Most versions of a dispute, so that nobody keeps telling the other the same for ever. Until half of them are used, each says what it likes; from then on a
/// side speaks only after the other has, and the evaluator only if it never has, so that nobody uses up what is left to the others. To agree, to answer and to
/// withdraw are possible after the last one too.
pub const MAX_VERSIONS: u32 = 100;

const NOT_OPEN: &str = "the dispute has ended";

/// How a dispute is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is paid back.
    NoRefund,
    /// The seller pays this much back, in atomic units, without fee. Never zero; a refund request moves it.
    Refund(Amount),
}

impl Outcome {
    /// `no_refund` or `refund`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRefund => "no_refund",
            Self::Refund(_) => "refund",
        }
    }

    /// What is paid back.
    #[must_use]
    pub const fn refund(self) -> Option<Amount> {
        match self {
            Self::NoRefund => None,
            Self::Refund(amount) => Some(amount),
        }
    }
}

/// What a refund is refused for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// That is no refund.
    #[error("a refund must be more than zero; the outcome without one is no_refund")]
    Zero,
    /// More than is left.
    #[error("{asked} is more than the {left} that the seller was paid and has neither paid back nor promised to")]
    MoreThanLeft {
        /// What was asked for.
        asked: Amount,
        /// What is left of the verified payments.
        left: Amount,
    },
}

impl Outcome {
    /// Checks that no more goes back than is `left`: [`Refunds::unpromised_of_all`](crate::refund::Refunds::unpromised_of_all).
    ///
    /// # Errors
    /// When the refund is zero or more than that.
    pub fn check(self, left: Amount) -> Result<(), OutcomeError> {
        match self {
            Self::Refund(asked) if asked.is_zero() => Err(OutcomeError::Zero),
            Self::Refund(asked) if asked > left => Err(OutcomeError::MoreThanLeft { asked, left }),
            Self::NoRefund | Self::Refund(_) => Ok(()),
        }
    }
}

/// What a side, or the evaluator, would have as the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The end.
    pub outcome: Outcome,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Proposal {
    /// Whether it says what `other` says, whenever that was.
    fn says(&self, other: &Self) -> bool {
        self.outcome == other.outcome && self.note == other.note
    }
}

/// What the other side says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its view.
    pub statement: String,
    /// What shows it.
    pub evidence_url: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What the evaluator of the terms would do. It binds nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Whose profile.
    pub by: ProfileId,
    /// What it would do.
    pub proposal: Proposal,
}

/// Where a dispute stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisputeState {
    /// Nobody has said how it is to end.
    Open,
    /// One side has; the other agrees by saying the same, or says something else.
    Proposed {
        /// Who.
        by: Side,
        /// What.
        proposal: Proposal,
    },
    /// Both said the same.
    Resolved {
        /// Who said it first.
        by: Side,
        /// What, as it was first said.
        proposal: Proposal,
        /// What the other side said to it.
        agreed_note: Option<String>,
        /// When the other side agreed.
        at: Timestamp,
    },
    /// The opener took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

impl DisputeState {
    /// Every name, in the order of the diagram.
    pub const NAMES: [&'static str; 4] = ["open", "proposed", "resolved", "withdrawn"];

    /// `open`, `proposed`, `resolved` or `withdrawn`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proposed { .. } => "proposed",
            Self::Resolved { .. } => "resolved",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether it counts against the one open dispute of an agreement.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Open | Self::Proposed { .. } => true,
            Self::Resolved { .. } | Self::Withdrawn { .. } => false,
        }
    }
}

/// A dispute of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// Of which agreement.
    pub agreement: AgreementId,
    /// Who opened it.
    pub opened_by: Side,
    /// What is wrong.
    pub reason: String,
    /// What shows it.
    pub evidence_url: Option<String>,
    /// What else to know.
    pub notes: Option<String>,
    /// What the other side says.
    pub answer: Option<Answer>,
    /// What the evaluator would do.
    pub recommendation: Option<Recommendation>,
    /// Where it stands.
    pub state: DisputeState,
    /// From 1, one more with every change.
    pub version: u32,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Whether a dispute may be opened: by what was paid, and by the disputes there were, of which `open` says whether one is.
///
/// # Errors
/// While nothing was verifiably paid, while one is open, and after [`MAX_DISPUTES`].
pub fn may_open(payments: PaymentFacts, earlier: usize, open: bool) -> Result<(), NotAllowed> {
    let because = if open {
        "a dispute of this agreement is open; there is one at a time"
    } else if !payments.any_verified {
        "a dispute is about a payment, and none is verified"
    } else if earlier >= MAX_DISPUTES {
        "this agreement has had as many disputes as there can be"
    } else {
        return Ok(());
    };
    Err(NotAllowed { from: if open { "disputed" } else { "undisputed" }, action: "dispute", because })
}

impl Dispute {
    /// Whether this side may answer.
    ///
    /// # Errors
    /// Unless it is the other side's, which has not answered, and the dispute is open.
    pub fn may_answer(&self, by: Side) -> Result<(), NotAllowed> {
        if !self.state.is_open() {
            return Err(self.refuse("answer", NOT_OPEN));
        }
        if by == self.opened_by {
            return Err(self.refuse("answer", "only the other side answers; the one who opened it has said why"));
        }
        if self.answer.is_some() {
            return Err(self.refuse("answer", "it is answered already; propose how it is to end"));
        }
        Ok(())
    }

    /// The other side says how it sees it.
    ///
    /// # Errors
    /// As [`Self::may_answer`].
    pub fn answer(self, by: Side, answer: Answer) -> Result<Self, NotAllowed> {
        self.may_answer(by)?;
        let at = answer.at;
        Ok(Self { answer: Some(answer), ..self }.changed(at))
    }

    /// Whether this side may take it back.
    ///
    /// # Errors
    /// Unless it opened it and it has not ended.
    pub fn may_withdraw(&self, by: Side) -> Result<(), NotAllowed> {
        if !self.state.is_open() {
            return Err(self.refuse("withdraw", NOT_OPEN));
        }
        if by != self.opened_by {
            return Err(self.refuse("withdraw", "only the one who opened it takes it back"));
        }
        Ok(())
    }

    /// The opener takes it back.
    ///
    /// # Errors
    /// As [`Self::may_withdraw`].
    pub fn withdraw(self, by: Side, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_withdraw(by)?;
        Ok(Self { state: DisputeState::Withdrawn { at }, ..self }.changed(at))
    }

    /// Whether a side may say how it is to end, other than by agreeing with the other.
    ///
    /// # Errors
    /// Once it ended; after [`MAX_VERSIONS`], and after half of them unless the other side has spoken last.
    pub fn may_propose(&self, by: Side) -> Result<(), NotAllowed> {
        let spoke_last = match &self.state {
            DisputeState::Open => false,
            DisputeState::Proposed { by: last, .. } => *last == by,
            DisputeState::Resolved { .. } | DisputeState::Withdrawn { .. } => return Err(self.refuse("resolve", NOT_OPEN)),
        };
        if self.version >= MAX_VERSIONS {
            return Err(self.refuse("resolve", "nothing new can be proposed any more; agree with the other side, or withdraw it"));
        }
        if spoke_last && self.is_long() {
            return Err(self.refuse("resolve", "you have said often enough how it is to end; it is for the other side to answer"));
        }
        Ok(())
    }

    /// A side says how it is to end. When the other side has said the same, it ends so; what it said before otherwise, it replaces. To say again what one has
    /// said changes nothing.
    ///
    /// # Errors
    /// As [`Self::may_propose`], unless it agrees with the other side.
    pub fn resolve(self, by: Side, proposal: Proposal) -> Result<Self, NotAllowed> {
        let at = proposal.at;
        let state = match &self.state {
            DisputeState::Proposed { by: first, proposal: said } if *first != by && said.outcome == proposal.outcome => {
                DisputeState::Resolved { by: *first, proposal: said.clone(), agreed_note: proposal.note, at }
            }
            DisputeState::Proposed { by: first, proposal: said } if *first == by && said.says(&proposal) => return Ok(self),
            DisputeState::Open | DisputeState::Proposed { .. } | DisputeState::Resolved { .. } | DisputeState::Withdrawn { .. } => {
                self.may_propose(by)?;
                DisputeState::Proposed { by, proposal }
            }
        };
        Ok(Self { state, ..self }.changed(at))
    }

    /// Whether the evaluator may say what it would do.
    ///
    /// # Errors
    /// Once it ended, and once it has said so and half of [`MAX_VERSIONS`] are used.
    pub fn may_recommend(&self) -> Result<(), NotAllowed> {
        if !self.state.is_open() {
            return Err(self.refuse("recommend", NOT_OPEN));
        }
        if self.recommendation.is_some() && self.is_long() {
            return Err(self.refuse("recommend", "it is known what you would do; it is for the parties to end it"));
        }
        Ok(())
    }

    /// The evaluator says what it would do, or says it anew. To say again what it has said changes nothing.
    ///
    /// # Errors
    /// As [`Self::may_recommend`].
    pub fn recommend(self, recommendation: Recommendation) -> Result<Self, NotAllowed> {
        let is_said = |said: &Recommendation| said.by == recommendation.by && said.proposal.says(&recommendation.proposal);
        if self.state.is_open() && self.recommendation.as_ref().is_some_and(is_said) {
            return Ok(self);
        }
        self.may_recommend()?;
        let at = recommendation.proposal.at;
        Ok(Self { recommendation: Some(recommendation), ..self }.changed(at))
    }

    /// The outcome that waits for this side to agree.
    #[must_use]
    pub fn awaits(&self, side: Side) -> Option<Outcome> {
        match &self.state {
            DisputeState::Proposed { by, proposal } if *by != side => Some(proposal.outcome),
            DisputeState::Open | DisputeState::Proposed { .. } | DisputeState::Resolved { .. } | DisputeState::Withdrawn { .. } => None,
        }
    }

    /// Whether half of its versions are used.
    const fn is_long(&self) -> bool {
        self.version >= MAX_VERSIONS / 2
    }

    fn changed(self, at: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: at, ..self }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.state.name(), action, because }
    }
}
