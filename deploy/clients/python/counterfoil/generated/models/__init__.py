"""Contains all the data models used in inputs/outputs"""

from .account_balance import AccountBalance
from .acknowledge_payment import AcknowledgePayment
from .action_actor import ActionActor
from .action_blocked import ActionBlocked
from .action_confirmation import ActionConfirmation
from .action_entity import ActionEntity
from .action_idempotency import ActionIdempotency
from .action_invocation import ActionInvocation
from .action_invocation_body_template_type_0 import ActionInvocationBodyTemplateType0
from .action_payment import ActionPayment
from .actor_permissions import ActorPermissions
from .add_payout_method import AddPayoutMethod
from .agreement_domain import AgreementDomain
from .agreement_message import AgreementMessage
from .agreement_typed_data import AgreementTypedData
from .agreement_typed_data_types import AgreementTypedDataTypes
from .agreement_typed_field import AgreementTypedField
from .alive_payload import AlivePayload
from .asset_balance import AssetBalance
from .asset_view import AssetView
from .attempt_view import AttemptView
from .audience import Audience
from .audit_body import AuditBody
from .audit_entry import AuditEntry
from .audit_entry_details import AuditEntryDetails
from .audit_head import AuditHead
from .available_action import AvailableAction
from .balances_body import BalancesBody
from .call import Call
from .cancel_contract import CancelContract
from .cancel_payment_request import CancelPaymentRequest
from .chain_signers import ChainSigners
from .chain_view import ChainView
from .chains_body import ChainsBody
from .change_action import ChangeAction
from .change_milestone import ChangeMilestone
from .check import Check
from .code import Code
from .confirmations import Confirmations
from .contract import Contract
from .contract_body import ContractBody
from .contract_milestone_plan import ContractMilestonePlan
from .contract_party import ContractParty
from .contract_payment_state import ContractPaymentState
from .contract_task import ContractTask
from .contract_terms import ContractTerms
from .contracts_body import ContractsBody
from .create_managed_token import CreateManagedToken
from .create_milestone import CreateMilestone
from .create_payment_request import CreatePaymentRequest
from .create_profile import CreateProfile
from .create_receipt_link import CreateReceiptLink
from .create_refund_request import CreateRefundRequest
from .create_submission import CreateSubmission
from .create_token import CreateToken
from .create_webhook import CreateWebhook
from .current_delivery import CurrentDelivery
from .decision import Decision
from .decision_action import DecisionAction
from .decoded_call import DecodedCall
from .delegate_signer import DelegateSigner
from .deliveries_body import DeliveriesBody
from .delivery_state import DeliveryState
from .delivery_view import DeliveryView
from .difference import Difference
from .dispute import Dispute
from .dispute_answer import DisputeAnswer
from .dispute_body import DisputeBody
from .dispute_recommendation import DisputeRecommendation
from .dispute_recommended_action import DisputeRecommendedAction
from .dispute_resolution import DisputeResolution
from .disputes_body import DisputesBody
from .event_view import EventView
from .event_view_data import EventViewData
from .events_body import EventsBody
from .execution import Execution
from .expected_plan import ExpectedPlan
from .failure_view import FailureView
from .fee_view import FeeView
from .funding_target import FundingTarget
from .health_body import HealthBody
from .import_consent_type_0 import ImportConsentType0
from .import_consent_type_0_kind import ImportConsentType0Kind
from .import_consent_type_1 import ImportConsentType1
from .import_consent_type_1_kind import ImportConsentType1Kind
from .import_contract import ImportContract
from .import_party import ImportParty
from .indexed_view import IndexedView
from .invoice import Invoice
from .invoice_body import InvoiceBody
from .invoice_fee_policy import InvoiceFeePolicy
from .invoice_line import InvoiceLine
from .invoice_line_proof import InvoiceLineProof
from .invoice_party import InvoiceParty
from .invoices_body import InvoicesBody
from .list_audit_action import ListAuditAction
from .managed_chain import ManagedChain
from .managed_chains_body import ManagedChainsBody
from .managed_profile import ManagedProfile
from .managed_profile_body import ManagedProfileBody
from .managed_profiles_body import ManagedProfilesBody
from .managed_token import ManagedToken
from .managed_token_body import ManagedTokenBody
from .managed_tokens_body import ManagedTokensBody
from .me_body import MeBody
from .milestone import Milestone
from .milestone_body import MilestoneBody
from .milestone_decision import MilestoneDecision
from .milestone_delivery import MilestoneDelivery
from .milestone_plan import MilestonePlan
from .milestone_recommendation import MilestoneRecommendation
from .milestones_body import MilestonesBody
from .new_token_body import NewTokenBody
from .new_webhook_body import NewWebhookBody
from .nonce_body import NonceBody
from .not_issued_receipt import NotIssuedReceipt
from .onboarding_action import OnboardingAction
from .onboarding_body import OnboardingBody
from .onboarding_chain import OnboardingChain
from .open_dispute import OpenDispute
from .openapi_alias_response_200 import OpenapiAliasResponse200
from .openapi_document_response_200 import OpenapiDocumentResponse200
from .outcome_name import OutcomeName
from .outstanding_requests import OutstandingRequests
from .payable_unit import PayableUnit
from .payer_payment_request import PayerPaymentRequest
from .payer_refund_request import PayerRefundRequest
from .payment_authorization import PaymentAuthorization
from .payment_fields import PaymentFields
from .payment_options import PaymentOptions
from .payment_options_chain import PaymentOptionsChain
from .payment_options_state import PaymentOptionsState
from .payment_protocol import PaymentProtocol
from .payment_reason import PaymentReason
from .payment_request import PaymentRequest
from .payment_request_body import PaymentRequestBody
from .payment_request_summary import PaymentRequestSummary
from .payment_requests_body import PaymentRequestsBody
from .payment_typed_data import PaymentTypedData
from .payment_typed_data_types import PaymentTypedDataTypes
from .payment_unit import PaymentUnit
from .payout_change import PayoutChange
from .payout_change_action import PayoutChangeAction
from .payout_change_body import PayoutChangeBody
from .payout_change_message import PayoutChangeMessage
from .payout_change_to_sign import PayoutChangeToSign
from .payout_change_typed_data import PayoutChangeTypedData
from .payout_change_typed_data_body import PayoutChangeTypedDataBody
from .payout_change_typed_data_types import PayoutChangeTypedDataTypes
from .payout_changes_body import PayoutChangesBody
from .payout_method_body import PayoutMethodBody
from .payout_method_view import PayoutMethodView
from .payout_methods_body import PayoutMethodsBody
from .pending_payment_request_body import PendingPaymentRequestBody
from .problem_body import ProblemBody
from .problem_members import ProblemMembers
from .profile_body import ProfileBody
from .profile_view import ProfileView
from .proof_issue import ProofIssue
from .proof_issue_request import ProofIssueRequest
from .public_payout_method_view import PublicPayoutMethodView
from .public_payout_methods_body import PublicPayoutMethodsBody
from .queued_test_body import QueuedTestBody
from .readiness import Readiness
from .ready_body import ReadyBody
from .receipt import Receipt
from .receipt_attestation import ReceiptAttestation
from .receipt_body import ReceiptBody
from .receipt_domain import ReceiptDomain
from .receipt_event import ReceiptEvent
from .receipt_link import ReceiptLink
from .receipt_link_body import ReceiptLinkBody
from .receipt_links_body import ReceiptLinksBody
from .receipt_proof import ReceiptProof
from .receipt_typed_data import ReceiptTypedData
from .receipt_typed_data_message import ReceiptTypedDataMessage
from .receipt_typed_data_types import ReceiptTypedDataTypes
from .receipt_typed_field import ReceiptTypedField
from .receipts_body import ReceiptsBody
from .recommended_action import RecommendedAction
from .recommended_step import RecommendedStep
from .reconciliation_body import ReconciliationBody
from .redeliver import Redeliver
from .redelivery_body import RedeliveryBody
from .refund_action import RefundAction
from .refund_payment_body import RefundPaymentBody
from .refund_recommendation import RefundRecommendation
from .refund_request import RefundRequest
from .refund_request_body import RefundRequestBody
from .refund_requests_body import RefundRequestsBody
from .refund_settlement import RefundSettlement
from .register_asset import RegisterAsset
from .registered_asset import RegisteredAsset
from .registered_asset_body import RegisteredAssetBody
from .registered_assets_body import RegisteredAssetsBody
from .request_payout_change import RequestPayoutChange
from .resolve_dispute import ResolveDispute
from .respond_to_dispute import RespondToDispute
from .respond_to_payout_change import RespondToPayoutChange
from .respond_to_refund_request import RespondToRefundRequest
from .revoked_receipt import RevokedReceipt
from .scope import Scope
from .scope_requirement import ScopeRequirement
from .seen_payment import SeenPayment
from .settled_refund import SettledRefund
from .settlement_body import SettlementBody
from .settlement_event import SettlementEvent
from .settlement_status import SettlementStatus
from .settlements_body import SettlementsBody
from .sign_in_body import SignInBody
from .signed_message import SignedMessage
from .signers_body import SignersBody
from .statement_account import StatementAccount
from .statement_body import StatementBody
from .statement_line_view import StatementLineView
from .statement_row import StatementRow
from .submission import Submission
from .submission_body import SubmissionBody
from .submissions_body import SubmissionsBody
from .submit_milestone import SubmitMilestone
from .submit_transaction import SubmitTransaction
from .terms import Terms
from .terms_milestone import TermsMilestone
from .token_body import TokenBody
from .token_view import TokenView
from .tokens_body import TokensBody
from .typed_data_body import TypedDataBody
from .typed_data_request import TypedDataRequest
from .typed_domain import TypedDomain
from .typed_field import TypedField
from .update_asset import UpdateAsset
from .update_contract import UpdateContract
from .update_contract_payment_proof_type_0 import UpdateContractPaymentProofType0
from .update_me import UpdateMe
from .update_payout_method import UpdatePayoutMethod
from .update_profile import UpdateProfile
from .update_webhook import UpdateWebhook
from .verify_transaction import VerifyTransaction
from .wallet_body import WalletBody
from .wallet_send_calls import WalletSendCalls
from .wallet_view import WalletView
from .wallets_body import WalletsBody
from .wanted_audience import WantedAudience
from .webhook_body import WebhookBody
from .webhook_message import WebhookMessage
from .webhook_status import WebhookStatus
from .webhook_view import WebhookView
from .webhooks_body import WebhooksBody
from .withdraw_dispute import WithdrawDispute

__all__ = (
    "AccountBalance",
    "AcknowledgePayment",
    "ActionActor",
    "ActionBlocked",
    "ActionConfirmation",
    "ActionEntity",
    "ActionIdempotency",
    "ActionInvocation",
    "ActionInvocationBodyTemplateType0",
    "ActionPayment",
    "ActorPermissions",
    "AddPayoutMethod",
    "AgreementDomain",
    "AgreementMessage",
    "AgreementTypedData",
    "AgreementTypedDataTypes",
    "AgreementTypedField",
    "AlivePayload",
    "AssetBalance",
    "AssetView",
    "AttemptView",
    "Audience",
    "AuditBody",
    "AuditEntry",
    "AuditEntryDetails",
    "AuditHead",
    "AvailableAction",
    "BalancesBody",
    "Call",
    "CancelContract",
    "CancelPaymentRequest",
    "ChainsBody",
    "ChainSigners",
    "ChainView",
    "ChangeAction",
    "ChangeMilestone",
    "Check",
    "Code",
    "Confirmations",
    "Contract",
    "ContractBody",
    "ContractMilestonePlan",
    "ContractParty",
    "ContractPaymentState",
    "ContractsBody",
    "ContractTask",
    "ContractTerms",
    "CreateManagedToken",
    "CreateMilestone",
    "CreatePaymentRequest",
    "CreateProfile",
    "CreateReceiptLink",
    "CreateRefundRequest",
    "CreateSubmission",
    "CreateToken",
    "CreateWebhook",
    "CurrentDelivery",
    "Decision",
    "DecisionAction",
    "DecodedCall",
    "DelegateSigner",
    "DeliveriesBody",
    "DeliveryState",
    "DeliveryView",
    "Difference",
    "Dispute",
    "DisputeAnswer",
    "DisputeBody",
    "DisputeRecommendation",
    "DisputeRecommendedAction",
    "DisputeResolution",
    "DisputesBody",
    "EventsBody",
    "EventView",
    "EventViewData",
    "Execution",
    "ExpectedPlan",
    "FailureView",
    "FeeView",
    "FundingTarget",
    "HealthBody",
    "ImportConsentType0",
    "ImportConsentType0Kind",
    "ImportConsentType1",
    "ImportConsentType1Kind",
    "ImportContract",
    "ImportParty",
    "IndexedView",
    "Invoice",
    "InvoiceBody",
    "InvoiceFeePolicy",
    "InvoiceLine",
    "InvoiceLineProof",
    "InvoiceParty",
    "InvoicesBody",
    "ListAuditAction",
    "ManagedChain",
    "ManagedChainsBody",
    "ManagedProfile",
    "ManagedProfileBody",
    "ManagedProfilesBody",
    "ManagedToken",
    "ManagedTokenBody",
    "ManagedTokensBody",
    "MeBody",
    "Milestone",
    "MilestoneBody",
    "MilestoneDecision",
    "MilestoneDelivery",
    "MilestonePlan",
    "MilestoneRecommendation",
    "MilestonesBody",
    "NewTokenBody",
    "NewWebhookBody",
    "NonceBody",
    "NotIssuedReceipt",
    "OnboardingAction",
    "OnboardingBody",
    "OnboardingChain",
    "OpenapiAliasResponse200",
    "OpenapiDocumentResponse200",
    "OpenDispute",
    "OutcomeName",
    "OutstandingRequests",
    "PayableUnit",
    "PayerPaymentRequest",
    "PayerRefundRequest",
    "PaymentAuthorization",
    "PaymentFields",
    "PaymentOptions",
    "PaymentOptionsChain",
    "PaymentOptionsState",
    "PaymentProtocol",
    "PaymentReason",
    "PaymentRequest",
    "PaymentRequestBody",
    "PaymentRequestsBody",
    "PaymentRequestSummary",
    "PaymentTypedData",
    "PaymentTypedDataTypes",
    "PaymentUnit",
    "PayoutChange",
    "PayoutChangeAction",
    "PayoutChangeBody",
    "PayoutChangeMessage",
    "PayoutChangesBody",
    "PayoutChangeToSign",
    "PayoutChangeTypedData",
    "PayoutChangeTypedDataBody",
    "PayoutChangeTypedDataTypes",
    "PayoutMethodBody",
    "PayoutMethodsBody",
    "PayoutMethodView",
    "PendingPaymentRequestBody",
    "ProblemBody",
    "ProblemMembers",
    "ProfileBody",
    "ProfileView",
    "ProofIssue",
    "ProofIssueRequest",
    "PublicPayoutMethodsBody",
    "PublicPayoutMethodView",
    "QueuedTestBody",
    "Readiness",
    "ReadyBody",
    "Receipt",
    "ReceiptAttestation",
    "ReceiptBody",
    "ReceiptDomain",
    "ReceiptEvent",
    "ReceiptLink",
    "ReceiptLinkBody",
    "ReceiptLinksBody",
    "ReceiptProof",
    "ReceiptsBody",
    "ReceiptTypedData",
    "ReceiptTypedDataMessage",
    "ReceiptTypedDataTypes",
    "ReceiptTypedField",
    "RecommendedAction",
    "RecommendedStep",
    "ReconciliationBody",
    "Redeliver",
    "RedeliveryBody",
    "RefundAction",
    "RefundPaymentBody",
    "RefundRecommendation",
    "RefundRequest",
    "RefundRequestBody",
    "RefundRequestsBody",
    "RefundSettlement",
    "RegisterAsset",
    "RegisteredAsset",
    "RegisteredAssetBody",
    "RegisteredAssetsBody",
    "RequestPayoutChange",
    "ResolveDispute",
    "RespondToDispute",
    "RespondToPayoutChange",
    "RespondToRefundRequest",
    "RevokedReceipt",
    "Scope",
    "ScopeRequirement",
    "SeenPayment",
    "SettledRefund",
    "SettlementBody",
    "SettlementEvent",
    "SettlementsBody",
    "SettlementStatus",
    "SignedMessage",
    "SignersBody",
    "SignInBody",
    "StatementAccount",
    "StatementBody",
    "StatementLineView",
    "StatementRow",
    "Submission",
    "SubmissionBody",
    "SubmissionsBody",
    "SubmitMilestone",
    "SubmitTransaction",
    "Terms",
    "TermsMilestone",
    "TokenBody",
    "TokensBody",
    "TokenView",
    "TypedDataBody",
    "TypedDataRequest",
    "TypedDomain",
    "TypedField",
    "UpdateAsset",
    "UpdateContract",
    "UpdateContractPaymentProofType0",
    "UpdateMe",
    "UpdatePayoutMethod",
    "UpdateProfile",
    "UpdateWebhook",
    "VerifyTransaction",
    "WalletBody",
    "WalletsBody",
    "WalletSendCalls",
    "WalletView",
    "WantedAudience",
    "WebhookBody",
    "WebhookMessage",
    "WebhooksBody",
    "WebhookStatus",
    "WebhookView",
    "WithdrawDispute",
)
