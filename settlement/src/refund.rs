//! A refund request and all its states.
//!
//! `pending → approved → settled`, with `denied` and `cancelled` beside it. The buyer asks, the seller approves, the seller's wallet pays back, and only the
//! chain settles: until a final event matches what was signed, an approved refund is nothing but awaited. What is pending, approved or settled is reserved
//! of what the payment paid ([`Refunds::reserve`]), and approving reserves until the signed payload is dead *at finality*.

mod life;
mod reserve;
mod snapshot;
mod verify;

use std::time::Duration;

use serde::Serialize;

pub use life::PayloadLife;
pub use reserve::{CannotRefund, MAX_REFUNDS, PaidFate, PaidRequest, RefundSibling, Refunds, Reservation};
pub use snapshot::{RefundAsk, RefundSnapshot, SignedRefund};
pub use verify::{REFUND_CHECKS, RefundEvidence, RefundProof, report_refund, verify_refund};

use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, PaymentRequestId, RefundId};
use crate::money::Amount;

/// How long a refund's payload can be executed: time for a person to be asked, and half of what a routing signer signs at most, so that clocks which differ
/// do not matter. A seller that is later has another one signed.
pub const REFUND_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// What every refund says about the fee of its payment: it stays with the operator.
pub const PLATFORM_FEE_NOT_REFUNDABLE: &str = "platform_fee_not_refundable";

/// The buyer asks to get back what a payment paid the seller, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Its id.
    pub id: RefundId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The payment request whose verified payment is to be paid back.
    pub payment: PaymentRequestId,
    /// How much, atomic units of the payment's asset. Never more than the seller received.
    pub amount: Amount,
    /// Why, in the buyer's words.
    pub reason: String,
    /// What became of it.
    pub state: RefundState,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl RefundRequest {
    /// The newest payload that was signed for it.
    #[must_use]
    pub const fn payload(&self) -> Option<&SignedRefund> {
        match &self.state {
            RefundState::Approved { payload, .. } | RefundState::Settled { payload, .. } => Some(payload),
            RefundState::Pending | RefundState::Denied { .. } | RefundState::Cancelled { .. } => None,
        }
    }

    /// A matching event is final: the state that follows. `payload` is the one that was paid, which need not be the newest.
    ///
    /// # Errors
    /// When it is settled already or was never approved, or proof or payload are of another refund.
    pub fn settle(&self, payload: SignedRefund, proof: RefundProof, at: Timestamp) -> Result<RefundState, NotAllowed> {
        if *proof.refund() != self.id || payload.snapshot().refund_request != self.id || payload.digest() != proof.event().digest {
            return Err(self.state.refuse("settle", "the proof is of another refund"));
        }
        let (payload, proof) = (Box::new(payload), Box::new(proof));
        match &self.state {
            RefundState::Approved { response, .. } => Ok(RefundState::Settled { payload, proof, response: response.clone(), at }),
            // It was cancelled when its payload was dead, and a node had hidden the event: money that went back is never stranded.
            RefundState::Cancelled { .. } => Ok(RefundState::Settled { payload, proof, response: None, at }),
            RefundState::Settled { .. } => Err(self.state.refuse("settle", "the refund is already settled")),
            RefundState::Pending | RefundState::Denied { .. } => Err(self.state.refuse("settle", "nothing was signed for it")),
        }
    }
}

/// What became of a refund request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// The seller has not answered.
    Pending,
    /// The seller will pay back; nothing has come back yet.
    Approved {
        /// What the seller's wallet executes; the newest one.
        payload: Box<SignedRefund>,
        /// What the seller says to it.
        response: Option<String>,
        /// When the payload was signed.
        at: Timestamp,
    },
    /// The seller will not.
    Denied {
        /// What the seller says to it.
        response: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The buyer took it back.
    Cancelled {
        /// What the buyer says to it.
        response: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// Paid back: the proof says so.
    Settled {
        /// What was executed.
        payload: Box<SignedRefund>,
        /// The proof.
        proof: Box<RefundProof>,
        /// What the seller had said to it.
        response: Option<String>,
        /// When it was verified.
        at: Timestamp,
    },
}

/// The name of a state, as the database writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// `pending`
    Pending,
    /// `approved`
    Approved,
    /// `denied`
    Denied,
    /// `cancelled`
    Cancelled,
    /// `settled`
    Settled,
}

impl RefundStatus {
    /// Every name.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Denied, Self::Cancelled, Self::Settled];

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Cancelled => "cancelled",
            Self::Settled => "settled",
        }
    }

    /// The name that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// Whether its amount is reserved of what the payment paid.
    #[must_use]
    pub const fn reserves(self) -> bool {
        matches!(self, Self::Pending | Self::Approved | Self::Settled)
    }
}

impl RefundState {
    /// The name of the state.
    #[must_use]
    pub const fn name(&self) -> RefundStatus {
        match self {
            Self::Pending => RefundStatus::Pending,
            Self::Approved { .. } => RefundStatus::Approved,
            Self::Denied { .. } => RefundStatus::Denied,
            Self::Cancelled { .. } => RefundStatus::Cancelled,
            Self::Settled { .. } => RefundStatus::Settled,
        }
    }

    /// The seller approves: `payload` was signed for it.
    ///
    /// # Errors
    /// Unless it is pending.
    pub fn approve(self, payload: SignedRefund, response: Option<String>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.name().may_approve()?;
        Ok(Self::Approved { payload: Box::new(payload), response, at })
    }

    /// The seller was too late and has a fresh payload, under the same nonce. What it says to it replaces what it said before; where it says nothing, that stays.
    ///
    /// # Errors
    /// As [`RefundStatus::may_reissue`].
    pub fn reissue(self, (fresh, said): (SignedRefund, Option<String>), life: PayloadLife, at: Timestamp) -> Result<Self, NotAllowed> {
        self.name().may_reissue(life)?;
        let response = said.or_else(|| self.response().map(str::to_owned));
        Ok(Self::Approved { payload: Box::new(fresh), response, at })
    }

    /// What was said to it, by the seller or with the cancellation.
    #[must_use]
    pub fn response(&self) -> Option<&str> {
        match self {
            Self::Pending => None,
            Self::Approved { response, .. } | Self::Denied { response, .. } | Self::Cancelled { response, .. } | Self::Settled { response, .. } => {
                response.as_deref()
            }
        }
    }

    /// The seller denies.
    ///
    /// # Errors
    /// Unless it is pending.
    pub fn deny(self, response: Option<String>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.name().may_deny()?;
        Ok(Self::Denied { response, at })
    }

    /// The buyer takes it back. `life` is that of the newest payload, where one was signed.
    ///
    /// # Errors
    /// As [`RefundStatus::may_cancel`].
    pub fn cancel(self, response: Option<String>, life: Option<PayloadLife>, at: Timestamp) -> Result<Self, NotAllowed> {
        self.name().may_cancel(life)?;
        Ok(Self::Cancelled { response, at })
    }

    /// A reorg took the event away: it is approved and awaited again.
    ///
    /// # Errors
    /// Unless it was settled.
    pub fn reorg(self, at: Timestamp) -> Result<Self, NotAllowed> {
        match self {
            Self::Settled { payload, response, .. } => Ok(Self::Approved { payload, response, at }),
            Self::Pending | Self::Approved { .. } | Self::Denied { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("reorg", "only a settled refund can lose its event"))
            }
        }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        self.name().refuse(action, because)
    }
}

const ENDED: &str = "the refund request has ended; ask for another one";
const IN_DOUBT: &str = "an event on the chain names it and is not what was signed; that has to be inspected first";

impl RefundStatus {
    /// Whether the seller may approve.
    ///
    /// # Errors
    /// Unless it is pending.
    pub fn may_approve(self) -> Result<(), NotAllowed> {
        match self {
            Self::Pending => Ok(()),
            Self::Approved => Err(self.refuse("approve", "it is approved already")),
            Self::Settled => Err(self.refuse("approve", "it is paid back already")),
            Self::Denied | Self::Cancelled => Err(self.refuse("approve", ENDED)),
        }
    }

    /// Whether a fresh payload may be signed.
    ///
    /// # Errors
    /// Unless it is approved, its payload is too old to be paid, and nothing was seen.
    pub fn may_reissue(self, life: PayloadLife) -> Result<(), NotAllowed> {
        match (self, life) {
            (Self::Approved, PayloadLife::TooLate | PayloadLife::Dead) => Ok(()),
            (Self::Approved, PayloadLife::Payable) => Err(self.refuse("sign again", "its payload can still be paid")),
            (Self::Approved, PayloadLife::Seen) => Err(self.refuse("sign again", "its payment was seen on the chain")),
            (Self::Approved, PayloadLife::InDoubt) => Err(self.refuse("sign again", IN_DOUBT)),
            (Self::Pending, _) => Err(self.refuse("sign again", "the seller has not approved it")),
            (Self::Settled, _) => Err(self.refuse("sign again", "it is paid back already")),
            (Self::Denied | Self::Cancelled, _) => Err(self.refuse("sign again", ENDED)),
        }
    }

    /// Whether the seller may deny.
    ///
    /// # Errors
    /// Unless it is pending.
    pub fn may_deny(self) -> Result<(), NotAllowed> {
        match self {
            Self::Pending => Ok(()),
            Self::Approved => Err(self.refuse("deny", "it is approved; what was signed can be paid")),
            Self::Settled => Err(self.refuse("deny", "it is paid back already")),
            Self::Denied | Self::Cancelled => Err(self.refuse("deny", ENDED)),
        }
    }

    /// Whether the buyer may take it back; `life` is that of the newest payload, where one was signed.
    ///
    /// # Errors
    /// Unless it is pending, or approved and its payload is dead at finality: until then the reservation holds, because it may still be paid. And it holds
    /// while an event is in doubt, because that may have paid it: by a payload that nobody knows any more, say.
    pub fn may_cancel(self, life: Option<PayloadLife>) -> Result<(), NotAllowed> {
        match (self, life) {
            (Self::Pending, _) | (Self::Approved, Some(PayloadLife::Dead)) => Ok(()),
            (Self::Approved, Some(PayloadLife::Seen)) => Err(self.refuse("cancel", "its payment was seen on the chain")),
            (Self::Approved, Some(PayloadLife::InDoubt)) => Err(self.refuse("cancel", IN_DOUBT)),
            (Self::Approved, Some(PayloadLife::Payable | PayloadLife::TooLate) | None) => {
                Err(self.refuse("cancel", "what was signed for it can still be paid; wait until its deadline is final"))
            }
            (Self::Settled, _) => Err(self.refuse("cancel", "it is paid back already")),
            (Self::Denied | Self::Cancelled, _) => Err(self.refuse("cancel", ENDED)),
        }
    }

    const fn refuse(self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.as_str(), action, because }
    }
}

/// A refund that was paid back, for receipts and invoices: exact keys, amounts as decimal strings, times as ISO-8601.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SettledRefund {
    /// `rf_…`
    pub refund_request_id: String,
    /// The payment request whose payment was paid back.
    pub payment_request_id: String,
    /// What the buyer got back, atomic units.
    pub amount_atomic: String,
    /// [`PLATFORM_FEE_NOT_REFUNDABLE`].
    pub fee: &'static str,
    /// Who paid back (EIP-55).
    pub payer: String,
    /// Who got it (EIP-55).
    pub payee: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The transaction.
    pub transaction_hash: String,
    /// Its block.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: String,
    /// Index of the log in the block.
    pub log_index: u64,
    /// Hash of the refund's snapshot, as in the event.
    pub request_id: String,
    /// The EIP-712 digest that was signed, as in the event.
    pub digest: String,
    /// Time of the block.
    pub settled_at: String,
}

impl SettledRefund {
    /// Of a refund request, if it is settled.
    #[must_use]
    pub fn of(refund: &RefundRequest) -> Option<Self> {
        let RefundState::Settled { proof, .. } = &refund.state else { return None };
        let event = proof.event();
        Some(Self {
            refund_request_id: refund.id.to_string(),
            payment_request_id: refund.payment.to_string(),
            amount_atomic: proof.amount().to_string(),
            fee: PLATFORM_FEE_NOT_REFUNDABLE,
            payer: event.payer.to_string(),
            payee: event.payee.to_string(),
            chain_id: event.location.chain_id,
            transaction_hash: event.location.tx_hash.to_string(),
            block_number: event.location.block_number,
            block_hash: event.location.block_hash.to_string(),
            log_index: event.location.log_index,
            request_id: event.request_id.to_string(),
            digest: event.digest.to_string(),
            settled_at: event.location.at().to_string(),
        })
    }
}
