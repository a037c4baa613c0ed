//! The actions: name, label, scopes and confirmation of each.

use serde::Serialize;

use super::ScopeMode;
use crate::scope::Scope;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $label:literal;)+) => {
        /// Something that can be done with an agreement, a milestone, a payment request or a refund.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
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

actions! {
    /// The seller hands over the work.
    SubmitDelivery = "submit_delivery", "Submit the work";
    /// The buyer accepts the delivery.
    Accept = "accept", "Accept the delivery";
    /// The buyer sends the delivery back.
    Reject = "reject", "Reject the delivery";
    /// Either party calls the agreement off.
    CancelContract = "cancel_contract", "Cancel the contract";
    /// Either party adds a milestone to the plan.
    CreateMilestone = "create_milestone", "Add a milestone";
    /// Either party changes what a milestone asks for.
    UpdateMilestone = "update_milestone", "Change the milestone";
    /// The buyer takes up a milestone that the seller has proposed.
    ActivateMilestone = "activate_milestone", "Activate the milestone";
    /// Either party takes a milestone out of the plan.
    CancelMilestone = "cancel_milestone", "Cancel the milestone";
    /// Either party confirms the plan as it stands.
    ConfirmPlan = "confirm_milestone_plan", "Confirm the plan";
    /// The buyer makes the plan final.
    FinalizePlan = "finalize_milestone_plan", "Finalise the plan";
    /// The seller hands over a milestone.
    SubmitMilestone = "submit_milestone", "Submit the milestone";
    /// The buyer accepts a milestone.
    AcceptMilestone = "accept_milestone", "Accept the milestone";
    /// The buyer sends a milestone back.
    RejectMilestone = "reject_milestone", "Reject the milestone";
    /// The buyer asks for a signed payload.
    CreatePaymentRequest = "create_payment_request", "Create a payment request";
    /// Read a payment request in full.
    FetchPaymentRequest = "fetch_payment_request", "Load the payment request";
    /// The payer's wallet executes the payload. No endpoint: the money never passes through us.
    Pay = "pay", "Pay from the payer's wallet";
    /// The payer names its transaction.
    SubmitTxHash = "submit_tx_hash", "Name the transaction that pays";
    /// The payer asks to have its transaction looked for.
    VerifyPayment = "verify_payment", "Check the payment";
    /// The payer calls a payment request off.
    CancelPaymentRequest = "cancel_payment_request", "Cancel the payment request";
    /// Read the receipt of a verified payment.
    ViewReceipt = "view_receipt", "View the receipt";
    /// Read the invoice of the agreement.
    ViewInvoice = "view_invoice", "View the invoice";
    /// The buyer asks for money back.
    RequestRefund = "request_refund", "Ask for a refund";
    /// The seller agrees to pay back; a payload is signed. Again, when the last one was not paid in time.
    ApproveRefund = "approve_refund", "Approve the refund";
    /// The seller does not pay back.
    DenyRefund = "deny_refund", "Deny the refund";
    /// The buyer takes the request for money back.
    CancelRefund = "cancel_refund", "Cancel the refund request";
    /// Read the signed payload of an approved refund.
    FetchRefundPayment = "fetch_refund_payment", "Load the refund's payload";
    /// The seller's wallet executes the payload. No endpoint: the money never passes through us.
    PayRefund = "pay_refund", "Pay back from the seller's wallet";
    /// Read a refund whose settlement is not what was signed.
    InspectRefund = "inspect_refund", "Inspect the refund's settlement";
    /// Read a payment request whose proof does not hold.
    InspectPaymentProof = "inspect_payment_proof", "Inspect the payment proof";
    /// Either party says that it knows of a payment that came unexpectedly.
    AcknowledgePayment = "acknowledge_payment", "Acknowledge the payment";
    /// Either party disputes what was paid for.
    OpenDispute = "open_dispute", "Open a dispute";
    /// Read a dispute.
    ViewDispute = "view_dispute", "View the dispute";
    /// The other side says how it sees it.
    AnswerDispute = "answer_dispute", "Answer the dispute";
    /// A side says how the dispute is to end.
    ProposeResolution = "propose_resolution", "Propose how the dispute ends";
    /// The other side says the same.
    AgreeResolution = "agree_resolution", "Agree to how the dispute is to end";
    /// The opener takes it back.
    WithdrawDispute = "withdraw_dispute", "Withdraw the dispute";
    /// The evaluator says how it would end the dispute.
    RecommendResolution = "recommend_resolution", "Recommend how the dispute ends";
    /// The seller asks to be paid elsewhere.
    RequestPayoutChange = "request_payout_change", "Ask to be paid elsewhere";
    /// Read a payout change that waits for the buyer.
    ViewPayoutChange = "view_payout_change", "View the payout change";
    /// The buyer confirms where the seller is paid from now on.
    ConfirmPayoutChange = "confirm_payout_change", "Confirm where the seller is paid";
    /// The buyer goes on paying where it has.
    DeclinePayoutChange = "decline_payout_change", "Decline the payout change";
    /// The seller takes the change back.
    CancelPayoutChange = "cancel_payout_change", "Take the payout change back";
    /// Nothing but to look again later.
    Wait = "wait", "Wait";
}

impl Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Action {
    /// All the scopes it takes, or for reads any one of them.
    #[must_use]
    pub const fn scopes(self) -> (&'static [Scope], ScopeMode) {
        match self {
            Self::SubmitDelivery | Self::SubmitMilestone => (&[Scope::SUBMISSIONS_WRITE], ScopeMode::All),
            Self::Accept | Self::Reject | Self::AcceptMilestone | Self::RejectMilestone => (&[Scope::DECISION_WRITE], ScopeMode::All),
            Self::CancelContract
            | Self::CreateMilestone
            | Self::UpdateMilestone
            | Self::ActivateMilestone
            | Self::CancelMilestone
            | Self::ConfirmPlan
            | Self::FinalizePlan
            | Self::OpenDispute
            | Self::AnswerDispute
            | Self::ProposeResolution
            | Self::AgreeResolution
            | Self::WithdrawDispute
            | Self::RecommendResolution => (&[Scope::CONTRACTS_WRITE], ScopeMode::All),
            Self::CreatePaymentRequest
            | Self::SubmitTxHash
            | Self::VerifyPayment
            | Self::CancelPaymentRequest
            | Self::RequestRefund
            | Self::ApproveRefund
            | Self::DenyRefund
            | Self::CancelRefund
            | Self::AcknowledgePayment
            | Self::RequestPayoutChange
            | Self::ConfirmPayoutChange
            | Self::DeclinePayoutChange
            | Self::CancelPayoutChange => (&[Scope::PAYMENTS_WRITE, Scope::CONTRACTS_WRITE], ScopeMode::All),
            Self::ViewDispute | Self::ViewPayoutChange => (&[Scope::CONTRACTS_READ], ScopeMode::All),
            Self::FetchPaymentRequest
            | Self::Pay
            | Self::FetchRefundPayment
            | Self::PayRefund
            | Self::InspectRefund
            | Self::ViewReceipt
            | Self::ViewInvoice
            | Self::InspectPaymentProof => (&[Scope::PAYMENTS_READ, Scope::CONTRACTS_READ], ScopeMode::Any),
            Self::Wait => (&[], ScopeMode::All),
        }
    }

    /// Why a person should be asked before; `None` for what changes nothing or can be taken back.
    #[must_use]
    pub const fn confirmation(self) -> Option<&'static str> {
        match self {
            Self::Pay => Some("The payment goes directly to the seller and cannot be reversed."),
            Self::ApproveRefund => Some("Approving promises to pay back; it cannot be denied afterwards."),
            Self::PayRefund => Some("The refund goes directly to whoever had paid and cannot be reversed."),
            Self::Accept => Some("Accepting ends the contract."),
            Self::Reject => Some("Rejecting sends the work back to the seller."),
            Self::CancelContract => Some("Cancelling ends the contract for both parties."),
            Self::AcknowledgePayment => Some("From then on the payment counts like any other."),
            Self::OpenDispute => Some("The other side is told; disputes stay on record."),
            Self::AgreeResolution => Some("Agreeing ends the dispute as proposed."),
            Self::RequestPayoutChange => Some("Money that is asked for after the buyer has confirmed it goes there."),
            Self::ConfirmPayoutChange => {
                Some("Changed payment details are how most payments are stolen: ask the seller first, through a channel that you have used before.")
            }
            Self::FinalizePlan => Some("A final plan cannot be changed."),
            Self::AcceptMilestone => Some("What was agreed for an accepted milestone is owed to the seller."),
            Self::RejectMilestone => Some("Rejecting sends the milestone back to the seller."),
            Self::SubmitDelivery
            | Self::ViewDispute
            | Self::AnswerDispute
            | Self::ProposeResolution
            | Self::WithdrawDispute
            | Self::RecommendResolution
            | Self::ViewPayoutChange
            | Self::DeclinePayoutChange
            | Self::CancelPayoutChange
            | Self::CreateMilestone
            | Self::UpdateMilestone
            | Self::ActivateMilestone
            | Self::CancelMilestone
            | Self::ConfirmPlan
            | Self::SubmitMilestone
            | Self::CreatePaymentRequest
            | Self::FetchPaymentRequest
            | Self::SubmitTxHash
            | Self::VerifyPayment
            | Self::CancelPaymentRequest
            | Self::RequestRefund
            | Self::DenyRefund
            | Self::CancelRefund
            | Self::FetchRefundPayment
            | Self::InspectRefund
            | Self::ViewReceipt
            | Self::ViewInvoice
            | Self::InspectPaymentProof
            | Self::Wait => None,
        }
    }
}
