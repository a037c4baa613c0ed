//! What a problem may hold besides the members that every problem has. Only described here: codes add what they need with [`super::Problem::with`], and every
//! answer of every test is held against this list.

use utoipa::ToSchema;

use crate::routes::service::ready::Check;
use crate::view::payment_request::{ProofIssueView, SummaryView};

/// Members that belong to a code; each is there only where it says something.
#[derive(Clone, Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct ProblemMembers {
    /// The field or parameter that was refused, as a path like `terms.amountAtomic`.
    pub field: Option<String>,
    /// What would help now.
    pub recommended_action: Option<RecommendedStep>,
    /// `insufficient_scope`: what the token lacks.
    pub missing_scopes: Option<Vec<String>>,
    /// `insufficient_scope`: what the operation needs.
    pub required_scopes: Option<Vec<String>>,
    /// `insufficient_scope`: whether it needs `all` of them or `any`.
    pub required_scope_mode: Option<String>,
    /// `role_required`: who may do it.
    pub required_role: Option<String>,
    /// `role_required`: who you are.
    pub actor_role: Option<String>,
    /// The present state, where that is in the way.
    pub current_status: Option<String>,
    /// `stale`, `not_allowed`: the present `updatedAt`.
    pub updated_at: Option<String>,
    /// `stale`: the present `version` of the milestone or the dispute.
    pub current_version: Option<u64>,
    /// `stale`: the present `version` of the plan.
    pub current_plan_version: Option<u64>,
    /// `exceeds_agreed_amount`: what is left to plan.
    pub unplanned_amount_atomic: Option<String>,
    /// `payment_acknowledgement_required`: the payment requests to look at.
    pub payment_request_ids: Option<Vec<String>>,
    /// `not_allowed`: the dispute that is open.
    pub dispute_id: Option<String>,
    /// `external_ref_taken`: the agreement that has the reference.
    pub contract_id: Option<String>,
    /// `external_ref_taken`: the hash of its terms.
    pub terms_hash: Option<String>,
    /// The payment request that is in the way.
    pub payment_request_id: Option<String>,
    /// `reuse_or_cancel_active_request`: that request, with nothing to execute.
    pub active_payment_request: Option<SummaryView>,
    /// The transaction that pays it.
    pub tx_hash: Option<String>,
    /// `router_payment_proof_inspection_required`: what does not match.
    pub proof_issues: Option<Vec<ProofIssueView>>,
    /// The receipt of what is paid already.
    pub receipt_id: Option<String>,
    /// `receipt_revoked`: when the chain took the payment back.
    pub revoked_at: Option<String>,
    /// `receipt_revoked`: the block that is no longer on the chain.
    pub block_hash: Option<String>,
    /// `receipt_revoked`: the event in that block.
    pub log_index: Option<u64>,
    /// Where that receipt is.
    pub receipt_url: Option<String>,
    /// `exceeds_open_amount`: what is still open.
    pub open_amount_atomic: Option<String>,
    /// `exceeds_refundable`: what no other refund has reserved.
    pub remaining_refundable_atomic: Option<String>,
    /// The refund request that is meant.
    pub refund_request_id: Option<String>,
    /// `overlapping_payload_alive`: when the other payload is dead.
    pub available_after: Option<String>,
    /// Why the chain cannot be asked now: `indexer_not_started`, `indexer_lagging` or `indexer_halted`.
    pub delayed_by: Option<String>,
    /// `consent_invalid`: the digest that should have been signed.
    pub expected_digest: Option<String>,
    /// `conflict`: what there is already.
    pub duplicate: Option<String>,
    /// `rate_limited`: which limit was reached, as `RateLimit-Policy` names it.
    pub limit: Option<String>,
    /// `/ready`: what was looked at.
    pub checks: Option<Vec<Check>>,
}

/// What to do next.
#[derive(Clone, Debug, ToSchema)]
pub struct RecommendedStep {
    /// What it is called.
    #[schema(example = "wait_for_confirmations")]
    pub code: String,
    /// The same for people.
    pub label: String,
}
