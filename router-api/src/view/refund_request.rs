//! Refund requests. What can be executed is in a type of its own that takes a [`Repayer`] to make: lists, the buyer and conflicts cannot show it.

use serde::Serialize;
use settlement::asset::Token;
use settlement::available_action::AvailableAction;
use settlement::clock::Timestamp;
use settlement::event::RefundEvent;
use settlement::finality::confirmations;
use settlement::ids::receipt_id;
use settlement::next_action::{Actor, RefundFacts, RefundRecommendation};
use settlement::refund::{PLATFORM_FEE_NOT_REFUNDABLE, RefundRequest, RefundStatus};
use settlement::verify::ProofIssue;
use signer::ExecutionPayload;
use store::StoredRefund;
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;
use super::execution::ExecutionSchema;
use super::payment_request::{ConfirmationsView, ProofIssueView};
use crate::extract::Repayer;

/// What an approved refund shows that nobody has paid back: never that it is on its way.
pub const AWAITING: &str = "awaiting_seller_settlement";
/// What it shows when what came back is not what was signed.
pub const MISMATCH: &str = "refund_settlement_mismatch";
/// The status of a refund that does not prove itself.
pub const INSPECTION_REQUIRED: &str = "refund_inspection_required";

/// A refund request without anything that can be executed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RefundRequest)]
pub struct RefundRequestView {
    /// `rf_…`
    pub id: String,
    /// `pending`, `awaiting_seller_settlement` (approved, and nothing has come back yet), `settled`, `denied`, `cancelled`, `refund_settlement_mismatch` or
    /// `refund_inspection_required`.
    pub status: &'static str,
    /// The agreement.
    pub contract_id: String,
    /// The payment request whose payment is to be paid back.
    pub payment_request_id: String,
    /// Its receipt.
    pub receipt_id: String,
    /// Whether that payment is verified now. A reorg can take it away; then nothing is approved or handed out until it is back.
    pub is_payment_verified: bool,
    /// What the buyer gets back, atomic units.
    pub amount_atomic: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// CAIP-19 id of the asset.
    pub asset_id: String,
    /// `platform_fee_not_refundable`: the fee of the payment stays with the operator.
    pub platform_fee: &'static str,
    /// Why, in the buyer's words; null where the row cannot be believed any more.
    #[schema(required)]
    pub reason: Option<String>,
    /// What whoever answered says to it.
    #[schema(required)]
    pub response: Option<String>,
    /// Last block time at which the seller's payload can be executed; null before one was signed.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// Whether the seller's wallet should execute it now.
    pub is_payable: bool,
    /// `signature_revoked`: the key that signed the payload may not sign any more, so the router refuses it. The seller approves once more and gets another, under
    /// the same nonce.
    #[schema(required)]
    pub unpayable_reason: Option<&'static str>,
    /// What stands on the chain; null before anything does.
    #[schema(required)]
    pub settlement: Option<RefundSettlementView>,
    /// How many confirmations there are and how many it takes; null before anything is seen.
    #[schema(required)]
    pub confirmations: Option<ConfirmationsView>,
    /// What does not match, where something does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settlement_issues: Vec<ProofIssueView>,
    /// What the reader does best next.
    #[schema(value_type = RefundRecommendationSchema)]
    pub recommended_action: RefundRecommendation,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// When it was asked for.
    pub created_at: String,
    /// When it last changed; `expectedUpdatedAt` of an answer.
    pub updated_at: String,
}

/// A refund on the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RefundSettlement)]
pub struct RefundSettlementView {
    /// The transaction.
    pub tx_hash: String,
    /// Its block.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: String,
    /// Time of that block.
    pub block_time: String,
    /// Which of the seller's wallets paid back, EIP-55.
    pub payer_address: String,
    /// Who got it: the wallet that had paid, EIP-55.
    pub payee_address: String,
}

/// What is best done next.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = RefundRecommendation)]
pub struct RefundRecommendationSchema {
    /// One of a closed list.
    #[schema(example = "answer_refund")]
    pub code: String,
    /// For people.
    pub label: String,
}

/// A refund request as the seller that pays it back sees it: with what the wallet needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayerRefundRequest)]
pub struct PayerRefundRequestView {
    /// What every participant sees.
    #[serde(flatten)]
    pub refund: RefundRequestView,
    /// What to sign and send.
    #[schema(value_type = ExecutionSchema)]
    pub execution: ExecutionPayload,
}

/// `{refundRequest}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundRequestBody {
    /// The refund request.
    pub refund_request: RefundRequestView,
}

/// `{refundRequest}`, with what its seller executes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundPaymentBody {
    /// The refund request.
    pub refund_request: PayerRefundRequestView,
}

/// `{refundRequests, remainingRefundableAtomic, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundRequestsBody {
    /// Newest first.
    pub refund_requests: Vec<RefundRequestView>,
    /// What of all verified payments of the agreement no refund has reserved, atomic units.
    pub remaining_refundable_atomic: String,
    /// Where the next page starts; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What a view of a refund needs beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct RefundParts<'a> {
    /// The refund.
    pub stored: &'a StoredRefund,
    /// Its event, where one stands on the chain.
    pub seen: Option<&'a RefundEvent>,
    /// The newest block of the chain, where that is known.
    pub head: Option<u64>,
    /// What of an event does not match.
    pub issues: &'a [ProofIssue],
    /// Who reads.
    pub actor: Actor,
}

impl RefundRequestView {
    /// As the actor sees it.
    #[must_use]
    pub fn new(facts: &RefundFacts<'_>, parts: RefundParts<'_>) -> Self {
        let (sibling, sound) = (facts.refund, parts.stored.sound());
        let Token { asset, symbol, decimals, .. } = facts.contract.token;
        let mut issues: Vec<ProofIssueView> = parts.issues.iter().map(ProofIssueView::from).collect();
        if let StoredRefund::Unproven { issues: own, .. } = parts.stored {
            issues.extend(own.iter().map(ProofIssueView::from));
        }
        Self {
            id: sibling.refund.to_string(),
            status: status(facts),
            contract_id: parts.stored.agreement().to_string(),
            payment_request_id: sibling.payment.to_string(),
            receipt_id: receipt_id(&sibling.payment),
            is_payment_verified: facts.contract.refunds.proven(&sibling.payment).is_ok(),
            amount_atomic: sibling.amount.to_string(),
            chain_id: asset.chain_id(),
            token_symbol: symbol.clone(),
            token_decimals: *decimals,
            asset_id: asset.to_string(),
            platform_fee: PLATFORM_FEE_NOT_REFUNDABLE,
            reason: sound.map(|refund| refund.reason.clone()),
            response: sound.and_then(response),
            expires_at: sibling.deadline.map(|deadline| Timestamp::from_unix_seconds(deadline).to_string()),
            is_payable: facts.is_payable(),
            unpayable_reason: is_revoked(facts).then_some("signature_revoked"),
            settlement: parts.seen.map(RefundSettlementView::from),
            confirmations: progress(sound, &parts),
            settlement_issues: issues,
            recommended_action: facts.recommended(parts.actor),
            available_actions: facts.actions(parts.actor),
            created_at: parts.stored.created_at().to_string(),
            updated_at: sibling.updated_at.to_string(),
        }
    }
}

impl PayerRefundRequestView {
    /// For the seller, while it is to be paid. `facts.executable` has to be true.
    #[must_use]
    pub fn new(_seller: &Repayer, facts: &RefundFacts<'_>, parts: RefundParts<'_>) -> Option<Self> {
        let payload = parts.stored.sound().filter(|_| facts.is_payable()).and_then(RefundRequest::payload)?;
        Some(Self { execution: ExecutionPayload::build(payload), refund: RefundRequestView::new(facts, parts) })
    }
}

impl From<&RefundEvent> for RefundSettlementView {
    fn from(event: &RefundEvent) -> Self {
        let location = &event.location;
        Self {
            tx_hash: location.tx_hash.to_string(),
            block_number: location.block_number,
            block_hash: location.block_hash.to_string(),
            block_time: location.at().to_string(),
            payer_address: event.payer.to_string(),
            payee_address: event.payee.to_string(),
        }
    }
}

/// What the status is called here: an approved refund is called by what it lacks.
fn status(facts: &RefundFacts<'_>) -> &'static str {
    let refund = facts.refund;
    match refund.status {
        _ if !refund.is_sound => INSPECTION_REQUIRED,
        RefundStatus::Approved if refund.has_issue => MISMATCH,
        RefundStatus::Approved => AWAITING,
        RefundStatus::Pending | RefundStatus::Denied | RefundStatus::Cancelled | RefundStatus::Settled => refund.status.as_str(),
    }
}

/// Whether the payload that is to be paid lacks a key with the right to sign it.
fn is_revoked(facts: &RefundFacts<'_>) -> bool {
    let refund = facts.refund;
    refund.is_sound && refund.status == RefundStatus::Approved && !refund.is_seen && refund.is_revoked(facts.contract.now)
}

fn response(refund: &RefundRequest) -> Option<String> {
    refund.state.response().map(str::to_owned)
}

fn progress(refund: Option<&RefundRequest>, parts: &RefundParts<'_>) -> Option<ConfirmationsView> {
    let (event, head) = (parts.seen?.location.block_number, parts.head?);
    Some(ConfirmationsView { seen: confirmations(event, head), required: refund?.payload()?.snapshot().finality.required() })
}
