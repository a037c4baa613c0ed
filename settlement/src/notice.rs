//! The durable event log: what is told to the parties, written in the transaction that causes it.

use std::fmt;

use alloy_primitives::Address;
use serde_json::Value;

use crate::agreement::AgreementRecord;
use crate::ids::{AgreementId, ProfileId};

macro_rules! notices {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// The type of a notice: `<object>.<verb>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum NoticeType {
            $($(#[doc = $doc])+ $name,)+
        }

        impl NoticeType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What happened, in a sentence.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii_start(),)+ }
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
    /// A verified payment pays again what is paid already; the seller owes it back.
    PaymentDuplicate = "payment.duplicate",
    /// The buyer asks for money back.
    RefundRequested = "refund_request.created",
    /// The seller will pay it back; a payload is signed.
    RefundApproved = "refund_request.approved",
    /// A fresh payload was signed for an approved refund whose earlier one was not paid in time.
    RefundReissued = "refund_request.reissued",
    /// The seller will not pay it back.
    RefundDenied = "refund_request.denied",
    /// The buyer took it back.
    RefundCancelled = "refund_request.cancelled",
    /// The refund was seen on the chain and is not final yet.
    RefundPending = "refund_request.pending",
    /// The refund is final and matches in every field.
    RefundSettled = "refund_request.settled",
    /// The same refund now stands in another block.
    RefundUpdated = "refund_request.updated",
    /// A reorg took a settled refund away.
    RefundReorged = "refund_request.reorged",
    /// An event names the refund and is not what was signed.
    RefundMismatch = "refund_request.settlement_mismatch",
    /// A payment came after its request was cancelled or had failed, and a party has said that it knows.
    PaymentAcknowledged = "payment.acknowledged",
    /// A dispute was opened.
    DisputeOpened = "dispute.opened",
    /// The other side has answered.
    DisputeAnswered = "dispute.answered",
    /// A side has said how a dispute is to end.
    DisputeProposed = "dispute.proposed",
    /// The evaluator has said how it would end a dispute.
    DisputeRecommended = "dispute.recommended",
    /// Both sides have said the same.
    DisputeResolved = "dispute.resolved",
    /// The opener took a dispute back.
    DisputeWithdrawn = "dispute.withdrawn",
    /// The seller wants to be paid elsewhere.
    PayoutChangeRequested = "payout_change.requested",
    /// The buyer has confirmed it.
    PayoutChangeConfirmed = "payout_change.confirmed",
    /// The buyer has declined it.
    PayoutChangeDeclined = "payout_change.declined",
    /// The seller took it back.
    PayoutChangeCancelled = "payout_change.cancelled",
    /// A receipt was issued.
    ReceiptIssued = "receipt.issued",
    /// A receipt no longer holds.
    ReceiptRevoked = "receipt.revoked",
    /// A chain's indexer stopped until somebody acknowledges.
    IndexerHalted = "indexer.halted",
    /// A delegate signer was named or revoked on chain.
    SignerRotated = "signer.rotated",
    /// The owner of an endpoint asked for a test; it goes to that endpoint only.
    EndpointTest = "webhook_endpoint.test",
    /// An endpoint answered 410 and gets nothing any more.
    EndpointDisabled = "webhook_endpoint.disabled",
}

impl NoticeType {
    /// The types that a pattern stands for: one by its text, or those of an object by `<object>.*`. None when there is no such type.
    #[must_use]
    pub fn matching(pattern: &str) -> Vec<Self> {
        let fits = |kind: &&Self| match pattern.strip_suffix(".*") {
            Some(object) => kind.as_str().split_once('.').is_some_and(|(of, _)| of == object),
            None => kind.as_str() == pattern,
        };
        Self::ALL.iter().filter(fits).copied().collect()
    }

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
    /// Who may read it: the agreement's parties and who imported it. Nobody stands for the operators of the instance.
    pub readers: Vec<ProfileId>,
    /// The wallet of the agreement's evaluator: whose it is when this is told may read it too.
    pub evaluator: Option<Address>,
    /// The facts, as JSON. No executable fields, no secrets.
    pub data: Value,
}

impl Notice {
    /// About an agreement, for everybody who has a part in it.
    #[must_use]
    pub fn about(kind: NoticeType, agreement: &AgreementRecord, data: Value) -> Self {
        let mut readers = vec![agreement.buyer.profile.clone(), agreement.seller.profile.clone()];
        if !readers.contains(&agreement.importer) {
            readers.push(agreement.importer.clone());
        }
        Self { agreement: Some(agreement.id.clone()), readers, evaluator: agreement.terms.evaluator, ..Self::for_operators(kind, data) }
    }

    /// About something that is one profile's.
    #[must_use]
    pub fn for_profile(kind: NoticeType, reader: &ProfileId, data: Value) -> Self {
        Self { readers: vec![reader.clone()], ..Self::for_operators(kind, data) }
    }

    /// About the instance, for its operators.
    ///
    /// Data that is not what [`crate::fact`] has for the type is a mistake of ours: it stops whatever is built for tests, and is told all the same elsewhere.
    #[must_use]
    pub fn for_operators(kind: NoticeType, data: Value) -> Self {
        debug_assert_eq!(kind.misfit(&data), None, "{data}");
        Self { kind, agreement: None, readers: Vec::new(), evaluator: None, data }
    }
}
