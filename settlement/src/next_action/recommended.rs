//! The closed list of what is best done next.

use serde::Serialize;

macro_rules! recommendations {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $label:literal;)+) => {
        /// What is best done next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Recommended {
            $($(#[$doc])* $name,)+
        }

        impl Recommended {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in JSON.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// For people.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

recommendations! {
    /// The seller delivers.
    SubmitDelivery = "submit_delivery", "Submit the work";
    /// The buyer accepts or rejects; `availableActions` says which of the two is open.
    DecideDelivery = "decide_delivery", "Decide on the delivery";
    /// The buyer asks for a signed payload.
    CreatePaymentRequest = "create_payment_request", "Create a payment request";
    /// Load the live request in full.
    FetchPaymentRequest = "fetch_payment_request", "Load the payment request before paying";
    /// A request is in the way of a new one.
    ReuseOrCancelActiveRequest = "reuse_or_cancel_active_request", "Use the active payment request, or cancel it first";
    /// The payer's wallet executes the payload.
    PayNow = "pay_now", "Check the payload and pay from the payer's wallet";
    /// The chain has to speak.
    WaitForConfirmations = "wait_for_confirmations", "Wait until the payment is final";
    /// An older payload that covers the same work has to die first.
    WaitForExpiry = "wait_for_expiry", "Wait until an earlier payload can no longer be paid";
    /// It is the seller's turn.
    WaitForSeller = "wait_for_seller", "Wait for the seller";
    /// It is the buyer's turn.
    WaitForBuyer = "wait_for_buyer", "Wait for the buyer";
    /// Nothing can be signed for the chain until whoever runs the instance has acted.
    WaitForOperator = "wait_for_operator", "Wait until the operator of this instance has acted";
    /// The buyer takes up or cancels what the seller has proposed.
    ReviewMilestone = "review_milestone", "Activate the proposed milestone, or cancel it";
    /// The buyer adds or changes milestones until they add up to the amount of the agreement.
    CompletePlan = "complete_milestone_plan", "Divide the whole amount into milestones";
    /// A party confirms the plan.
    ConfirmPlan = "confirm_milestone_plan", "Confirm the plan";
    /// The buyer makes the plan final.
    FinalizePlan = "finalize_milestone_plan", "Finalise the plan";
    /// The seller delivers a milestone.
    SubmitMilestone = "submit_milestone", "Submit a milestone";
    /// The buyer accepts or rejects a milestone.
    DecideMilestone = "decide_milestone", "Decide on a milestone";
    /// A verified-looking payment does not prove itself.
    InspectPaymentProof = "inspect_payment_proof", "Stop and inspect the payment proof";
    /// The buyer wants money back; the seller approves or denies.
    AnswerRefund = "answer_refund", "Approve or deny the refund";
    /// Load the payload of an approved refund.
    FetchRefundPayment = "fetch_refund_payment", "Load the refund's payload before paying back";
    /// The seller's wallet executes the refund's payload.
    PayRefund = "pay_refund", "Check the payload and pay back from the seller's wallet";
    /// The last payload was not paid in time: have another one signed.
    ApproveRefundAgain = "approve_refund_again", "Approve again to get a fresh payload";
    /// What came back is not what was signed, or what is stored does not prove itself.
    InspectRefund = "inspect_refund", "Stop and inspect the refund";
    /// A payment came unexpectedly.
    AcknowledgePayment = "acknowledge_payment", "Look at the payment that came unexpectedly, and acknowledge it";
    /// The other side has opened a dispute.
    AnswerDispute = "answer_dispute", "Answer the dispute";
    /// A dispute waits for this side to say how it is to end.
    ResolveDispute = "resolve_dispute", "Say how the dispute is to end";
    /// A dispute waits for the evaluator's view.
    RecommendResolution = "recommend_resolution", "Recommend how the dispute ends";
    /// All is done.
    ViewReceipt = "view_receipt", "View the receipt";
    /// There is nothing to do.
    None = "none", "Nothing to do";
}

impl Serialize for Recommended {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Recommended {
    /// Whether it is somebody else's turn, or the chain's.
    #[must_use]
    pub const fn is_wait(self) -> bool {
        matches!(self, Self::WaitForConfirmations | Self::WaitForExpiry | Self::WaitForSeller | Self::WaitForBuyer | Self::WaitForOperator)
    }
}
