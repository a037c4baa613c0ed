//! The durable event log: what is told to the parties, written in the transaction that causes it.

use std::fmt;

use serde_json::Value;

use crate::ids::{AgreementId, ProfileId};

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The type of a notice: `<object>.<verb>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum NoticeType {
            $($(#[$doc])* $name,)+
        }

        impl NoticeType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

notices! {
    /// An agreement was imported.
    ContractImported = "contract.imported",
    /// An agreement was called off.
    ContractCancelled = "contract.cancelled",
    /// Work was delivered.
    SubmissionCreated = "submission.created",
    /// A delivery was accepted.
    DecisionAccepted = "decision.accepted",
    /// A delivery was rejected.
    DecisionRejected = "decision.rejected",
    /// A milestone was added to the plan of an agreement.
    MilestoneCreated = "milestone.created",
    /// What a milestone asks for was changed.
    MilestoneUpdated = "milestone.updated",
    /// The buyer took up a milestone that the seller had proposed.
    MilestoneActivated = "milestone.activated",
    /// A milestone was taken out of the plan.
    MilestoneCancelled = "milestone.cancelled",
    /// A party confirmed the plan as it stands.
    PlanConfirmed = "milestone.plan_confirmed",
    /// The plan is final: work on the milestones begins.
    PlanFinalized = "milestone.plan_finalized",
    /// A milestone was delivered.
    MilestoneSubmitted = "milestone.submitted",
    /// A milestone was accepted: its payment is due.
    MilestoneAccepted = "milestone.accepted",
    /// The delivery of a milestone was sent back.
    MilestoneRejected = "milestone.rejected",
    /// A payment request was signed.
    RequestSigned = "payment_request.signed",
    /// A transaction was named or seen.
    RequestSubmitted = "payment_request.submitted",
    /// A payment request was cancelled.
    RequestCancelled = "payment_request.cancelled",
    /// A payment request expired.
    RequestExpired = "payment_request.expired",
    /// The named transaction did not pay, or the unit was paid otherwise.
    PaymentFailed = "payment.failed",
    /// The event was seen and is not final yet.
    PaymentPending = "payment.pending",
    /// The payment is final and matches in every field.
    PaymentVerified = "payment.verified",
    /// A cancelled, expired or failed request was paid all the same.
    PaymentRecovered = "payment.recovered",
    /// Another transaction than the named one paid it.
    PaymentReplaced = "payment.replaced",
    /// The same transaction now stands in another block.
    PaymentUpdated = "payment.updated",
    /// A reorg took the event of a verified payment away.
    PaymentReorged = "payment.reorged",
    /// A payment does not prove what it should.
    PaymentInspectionRequired = "payment.inspection_required",
    /// A receipt was issued.
    ReceiptIssued = "receipt.issued",
    /// A receipt no longer holds.
    ReceiptRevoked = "receipt.revoked",
    /// A chain's indexer stopped until somebody acknowledges.
    IndexerHalted = "indexer.halted",
    /// A delegate signer was named or revoked on chain.
    SignerRotated = "signer.rotated",
}

impl NoticeType {
    /// The type that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for NoticeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeType,
    /// Whose agreement it concerns; none for notices about the instance.
    pub agreement: Option<AgreementId>,
    /// Who may read it: the agreement's parties.
    pub readers: Vec<ProfileId>,
    /// The facts, as JSON. No executable fields, no secrets.
    pub data: Value,
}
