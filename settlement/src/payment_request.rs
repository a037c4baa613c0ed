//! A payment request and all its states.
//!
//! `signed → submitted → verified`, with `cancelled`, `failed` and `expired` beside it. Money that moved is never stranded: a matching, final event leads
//! to `verified` from every state, and a reorg leads back to `submitted`.

use alloy_primitives::B256;

use crate::agreement::AgreementState;
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, PaymentRequestId};
use crate::milestone::Side;
use crate::snapshot::SignedSnapshot;
use crate::unit::Unit;
use crate::verify::Proof;

/// Shortest lifetime of a request, in minutes: time for a wallet to sign and a block to include it.
pub const MIN_EXPIRY_MINUTES: u32 = 5;
/// Longest lifetime, in minutes: one day.
pub const MAX_EXPIRY_MINUTES: u32 = 1_440;
/// Lifetime when none is asked for, in minutes.
pub const DEFAULT_EXPIRY_MINUTES: u32 = 60;

/// A signed offer to route one payment for one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// Its id.
    pub id: PaymentRequestId,
    /// The agreement.
    pub agreement: AgreementId,
    /// What it pays.
    pub unit: Unit,
    /// What was asked and signed.
    pub signed: SignedSnapshot,
    /// What became of it.
    pub state: PaymentRequestState,
    /// When it was signed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl PaymentRequest {
    /// A matching event is final: the state that follows. Possible from every state but verified, because what was paid is never stranded.
    ///
    /// # Errors
    /// When it is verified already, or the proof is of another request.
    pub fn verify(&self, proof: Proof, at: Timestamp) -> Result<PaymentRequestState, NotAllowed> {
        if *proof.request() != self.id {
            return Err(self.state.refuse("verify", "the proof is of another request"));
        }
        let recovered_from = match self.state {
            PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } => None,
            PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => Some(self.state.name()),
            PaymentRequestState::Verified { .. } => return Err(self.state.refuse("verify", "the request is already verified")),
        };
        Ok(PaymentRequestState::Verified { proof: Box::new(proof), at, recovered_from })
    }
}

/// A stored request, as far as it can be believed.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'a> {
    /// What is stored proves itself.
    Sound(&'a PaymentRequest),
    /// The row was changed behind our back, or its proof no longer holds.
    Unproven {
        /// The request.
        id: &'a PaymentRequestId,
        /// Its unit.
        unit: &'a Unit,
    },
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentRequestState {
    /// Signed, and nothing heard since.
    Signed,
    /// A transaction was named by the payer, or its event seen.
    Submitted {
        /// The transaction.
        tx_hash: B256,
        /// When we learnt of it.
        at: Timestamp,
    },
    /// Called off by the payer. Its payload can still be executed until the deadline.
    Cancelled {
        /// Why.
        reason: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// Its transaction reverted, or another payload of the unit was paid.
    Failed {
        /// Why.
        reason: FailureReason,
        /// When.
        at: Timestamp,
    },
    /// Its deadline has passed.
    Expired {
        /// The transaction that was named, if any.
        tx_hash: Option<B256>,
        /// When it was noticed.
        at: Timestamp,
    },
    /// Paid: the proof says so.
    Verified {
        /// The proof.
        proof: Box<Proof>,
        /// When it was verified.
        at: Timestamp,
        /// The state it was recovered from, where it was not live.
        recovered_from: Option<StatusName>,
    },
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// The named transaction was mined and reverted; payable again until the deadline.
    Reverted {
        /// The transaction.
        tx_hash: B256,
    },
    /// As [`Self::Reverted`], and the token said why: it is paused, or one of the parties is on its list. Payable again until the deadline, once the token
    /// allows it.
    TransferBlocked {
        /// The transaction.
        tx_hash: B256,
    },
    /// The named transaction is final and has no event of this request; payable again until the deadline.
    NotThisPayment {
        /// The transaction.
        tx_hash: B256,
    },
    /// The unit was paid through another request, so its nonce is used.
    UnitPaid {
        /// The request that paid it.
        by: PaymentRequestId,
    },
}

impl FailureReason {
    /// `reverted`, `token_transfer_blocked`, `not_this_payment` or `unit_paid`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reverted { .. } => "reverted",
            Self::TransferBlocked { .. } => "token_transfer_blocked",
            Self::NotThisPayment { .. } => "not_this_payment",
            Self::UnitPaid { .. } => "unit_paid",
        }
    }

    /// The transaction it is about.
    #[must_use]
    pub const fn tx_hash(&self) -> Option<B256> {
        match self {
            Self::Reverted { tx_hash } | Self::TransferBlocked { tx_hash } | Self::NotThisPayment { tx_hash } => Some(*tx_hash),
            Self::UnitPaid { .. } => None,
        }
    }
}

/// What came unexpectedly: a payment whose request had been cancelled or had failed, or whose agreement was called off. It counts, because what was paid is never
/// stranded, but nothing goes on until a party has said that it knows. A request that had only expired was paid in time, and nobody called anything off.
#[must_use]
pub const fn is_unexpected(request: &PaymentRequestState, agreement: &AgreementState) -> bool {
    match (request, agreement) {
        (PaymentRequestState::Verified { .. }, AgreementState::Cancelled { .. })
        | (PaymentRequestState::Verified { recovered_from: Some(StatusName::Cancelled | StatusName::Failed), .. }, _) => true,
        (
            PaymentRequestState::Verified {
                recovered_from: None | Some(StatusName::Signed | StatusName::Submitted | StatusName::Expired | StatusName::Verified),
                ..
            }
            | PaymentRequestState::Signed
            | PaymentRequestState::Submitted { .. }
            | PaymentRequestState::Cancelled { .. }
            | PaymentRequestState::Failed { .. }
            | PaymentRequestState::Expired { .. },
            _,
        ) => false,
    }
}

/// That a party knows of a payment that came unexpectedly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The request that was paid.
    pub request: PaymentRequestId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// Who knows.
    pub by: Side,
    /// Since when.
    pub at: Timestamp,
}

/// The name of a state, as the database and the API write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusName {
    /// `signed`
    Signed,
    /// `submitted`
    Submitted,
    /// `cancelled`
    Cancelled,
    /// `failed`
    Failed,
    /// `expired`
    Expired,
    /// `router_verified`
    Verified,
}

impl StatusName {
    /// Every name, in the order of the diagram.
    pub const ALL: [Self; 6] = [Self::Signed, Self::Submitted, Self::Cancelled, Self::Failed, Self::Expired, Self::Verified];

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Submitted => "submitted",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Verified => "router_verified",
        }
    }

    /// The name that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// Whether it counts against the one live request per unit.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Signed | Self::Submitted)
    }
}

impl PaymentRequestState {
    /// The name of the state.
    #[must_use]
    pub const fn name(&self) -> StatusName {
        match self {
            Self::Signed => StatusName::Signed,
            Self::Submitted { .. } => StatusName::Submitted,
            Self::Cancelled { .. } => StatusName::Cancelled,
            Self::Failed { .. } => StatusName::Failed,
            Self::Expired { .. } => StatusName::Expired,
            Self::Verified { .. } => StatusName::Verified,
        }
    }

    /// Whether a transaction may be named.
    ///
    /// # Errors
    /// Once it was cancelled, has expired, is verified or its unit was paid.
    pub fn may_submit(&self) -> Result<(), NotAllowed> {
        match self {
            Self::Signed
            | Self::Submitted { .. }
            | Self::Failed { reason: FailureReason::Reverted { .. } | FailureReason::TransferBlocked { .. } | FailureReason::NotThisPayment { .. }, .. } => {
                Ok(())
            }
            Self::Failed { reason: FailureReason::UnitPaid { .. }, .. } => Err(self.refuse("submit", "the unit was paid through another request")),
            Self::Cancelled { .. } | Self::Expired { .. } => {
                Err(self.refuse("submit", "the request has ended; if it was paid all the same, the chain tells us"))
            }
            Self::Verified { .. } => Err(self.refuse("submit", "the request is already paid and verified")),
        }
    }

    /// The payer names its transaction, or the indexer sees the event before it is final. A later hash replaces an earlier one (a sped-up transaction).
    ///
    /// # Errors
    /// As [`Self::may_submit`].
    pub fn submit(self, tx_hash: B256, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_submit()?;
        Ok(Self::Submitted { tx_hash, at })
    }

    /// Whether the payer may call it off.
    ///
    /// # Errors
    /// Once a transaction was named, or it ended.
    pub fn may_cancel(&self) -> Result<(), NotAllowed> {
        match self {
            Self::Signed => Ok(()),
            Self::Submitted { .. } => Err(self.refuse("cancel", "a transaction was submitted and may still settle")),
            Self::Cancelled { .. } | Self::Failed { .. } | Self::Expired { .. } | Self::Verified { .. } => {
                Err(self.refuse("cancel", "the request has already ended"))
            }
        }
    }

    /// The payer calls it off. The signature stays executable until the deadline.
    ///
    /// # Errors
    /// As [`Self::may_cancel`].
    pub fn cancel(self, reason: Option<String>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_cancel()?;
        Ok(Self::Cancelled { reason, at })
    }

    /// Its transaction did not pay it, or the unit was paid otherwise.
    ///
    /// # Errors
    /// Unless it is live; those about a transaction need it to be the submitted one.
    pub fn fail(self, reason: FailureReason, at: Timestamp) -> Result<Self, NotAllowed> {
        let failed = match (&self, &reason) {
            (Self::Signed | Self::Submitted { .. }, FailureReason::UnitPaid { .. }) => true,
            (
                Self::Submitted { tx_hash, .. },
                FailureReason::Reverted { tx_hash: failed }
                | FailureReason::TransferBlocked { tx_hash: failed }
                | FailureReason::NotThisPayment { tx_hash: failed },
            ) => tx_hash == failed,
            (Self::Signed, FailureReason::Reverted { .. } | FailureReason::TransferBlocked { .. } | FailureReason::NotThisPayment { .. })
            | (Self::Cancelled { .. } | Self::Failed { .. } | Self::Expired { .. } | Self::Verified { .. }, _) => false,
        };
        if failed { Ok(Self::Failed { reason, at }) } else { Err(self.refuse("fail", "only a live request can fail, and by its own transaction")) }
    }

    /// The deadline has passed on the chain.
    ///
    /// # Errors
    /// Unless it is live.
    pub fn expire(self, at: Timestamp) -> Result<Self, NotAllowed> {
        match self {
            Self::Signed => Ok(Self::Expired { tx_hash: None, at }),
            Self::Submitted { tx_hash, .. } => Ok(Self::Expired { tx_hash: Some(tx_hash), at }),
            Self::Cancelled { .. } | Self::Failed { .. } | Self::Expired { .. } | Self::Verified { .. } => {
                Err(self.refuse("expire", "only a live request expires"))
            }
        }
    }

    /// A reorg took the event away.
    ///
    /// # Errors
    /// Unless it was verified.
    pub fn reorg(self, at: Timestamp) -> Result<Self, NotAllowed> {
        match self {
            Self::Verified { proof, .. } => Ok(Self::Submitted { tx_hash: proof.event().location.tx_hash, at }),
            Self::Signed | Self::Submitted { .. } | Self::Cancelled { .. } | Self::Failed { .. } | Self::Expired { .. } => {
                Err(self.refuse("reorg", "only a verified request can lose its event"))
            }
        }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.name().as_str(), action, because }
    }
}
