//! Agreements; `contract` in JSON.

use serde::Serialize;
use serde_json::Value;
use settlement::agreement::{AgreementRecord, AgreementState, Party};
use settlement::available_action::AvailableAction;
use settlement::milestone::{MilestoneState, Progress};
use settlement::next_action::{Actor, AgreementFacts, MilestoneFacts};
use store::{Profile, Submission};
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;
use super::chain::FeeView;

/// An agreement, as one of its participants sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Contract)]
pub struct ContractView {
    /// `agr_…`
    pub id: String,
    /// `in_progress`, `submitted`, `accepted`, `rejected` or `cancelled`.
    pub status: &'static str,
    /// `import`: it was agreed elsewhere.
    pub source: &'static str,
    /// The importing party's own reference.
    pub external_ref: String,
    /// Who pays.
    pub buyer: PartyView,
    /// Who is paid.
    pub seller: PartyView,
    /// The work, as the importing party refers to it.
    pub task: TaskView,
    /// The agreed terms, as they were hashed (up to the order of keys).
    #[schema(value_type = Object)]
    pub terms: Value,
    /// keccak256 of the canonical JSON (RFC 8785) of the terms.
    pub terms_hash: String,
    /// `signatures` or `attested`: how both sides' consent was shown.
    pub consent: &'static str,
    /// The fee policy of this agreement.
    pub fee: FeeView,
    /// What the seller receives, atomic units.
    pub seller_amount_atomic: String,
    /// Where the seller is paid by what is signed from now on, EIP-55: the terms' payee, unless both have agreed on another since.
    pub payee_address: String,
    /// The payout change that says so; null where the terms do.
    #[schema(required)]
    pub payout_change_id: Option<String>,
    /// CAIP-19 id of the asset.
    pub asset_id: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// The delivery that is under discussion or was decided.
    #[schema(required)]
    pub current_delivery: Option<DeliveryView>,
    /// The delivery that was accepted.
    #[schema(required)]
    pub approved_delivery_package_id: Option<String>,
    /// `buyer`: only the buyer's wallet pays.
    pub payment_management: &'static str,
    /// Where payment stands.
    pub payment_state: PaymentStateView,
    /// Its milestones in short; null where it never had any.
    #[schema(required)]
    pub milestone_plan: Option<PlanSummaryView>,
    /// Why it was rejected or cancelled.
    #[schema(required)]
    pub status_reason: Option<String>,
    /// The reader's role: `buyer`, `seller`, `evaluator` or `operator`.
    pub actor_role: &'static str,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// What the reader does best next; `none` when there is nothing.
    #[schema(required)]
    pub suggested_action: Option<&'static str>,
    /// The same for people.
    #[schema(required)]
    pub suggested_action_label: Option<&'static str>,
    /// When it was imported.
    pub created_at: String,
    /// When it last changed; `expectedUpdatedAt` of the next change.
    pub updated_at: String,
}

/// One side of an agreement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContractParty)]
pub struct PartyView {
    /// `prof_…`
    pub id: String,
    /// Its short public name.
    #[schema(required)]
    pub handle: Option<String>,
    /// Its name for people.
    pub display_name: String,
    /// The wallet that consented, EIP-55.
    pub wallet: String,
}

/// The work.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ContractTask)]
pub struct TaskView {
    /// The importing party's reference.
    pub id: String,
    /// The title of the terms.
    pub title: String,
}

/// A delivery, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CurrentDelivery)]
pub struct DeliveryView {
    /// `sub_…`
    pub id: String,
    /// `submitted`, `accepted` or `rejected`.
    pub status: &'static str,
    /// Which one, from 1.
    #[schema(required)]
    pub revision: Option<u32>,
}

/// Where payment of an agreement stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContractPaymentState)]
pub struct PaymentStateView {
    /// What accepting the agreement needs: `contract` (payment of the whole amount) or `milestone_rollup` (payment of each of its milestones).
    pub basis: &'static str,
    /// Verified payments add up to the whole amount.
    pub paid_in_full: bool,
    /// At least one payment is verified.
    pub has_router_verified_payment: bool,
    /// A request is signed or submitted, or a payment is not final yet.
    pub has_active_router_payment_request: bool,
    /// A payment does not prove itself.
    pub has_router_payment_proof_issue: bool,
}

/// The milestones of an agreement in short; `GET …/milestones` has them in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContractMilestonePlan)]
pub struct PlanSummaryView {
    /// `none` (it is paid without milestones), `draft`, or `final`.
    pub status: &'static str,
    /// `version` of the plan.
    pub version: u64,
    /// How many there are, those that were cancelled left out.
    pub milestones: usize,
    /// How many of them are accepted.
    pub accepted: usize,
    /// How many are accepted and unpaid.
    pub payment_due: usize,
    /// How many have a verified payment.
    pub paid: usize,
}

/// `{contract}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContractBody {
    /// The agreement.
    pub contract: ContractView,
}

/// `{contracts, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractsBody {
    /// Newest first.
    pub contracts: Vec<ContractView>,
    /// Where the next page starts; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What a view of an agreement needs beside its payment facts.
#[derive(Clone, Copy, Debug)]
pub struct ContractParts<'a> {
    /// The buyer's profile.
    pub buyer: &'a Profile,
    /// The seller's profile.
    pub seller: &'a Profile,
    /// The delivery of the present state.
    pub delivery: Option<&'a Submission>,
    /// Who reads.
    pub actor: Actor,
}

impl ContractView {
    /// As the actor sees it.
    #[must_use]
    pub fn new(facts: &AgreementFacts<'_>, parts: ContractParts<'_>) -> Self {
        let agreement = facts.agreement;
        let recommended = facts.recommended(parts.actor);
        Self {
            id: agreement.id.to_string(),
            status: agreement.state.name(),
            source: "import",
            external_ref: agreement.external_ref.clone(),
            buyer: PartyView::new(&agreement.buyer, parts.buyer),
            seller: PartyView::new(&agreement.seller, parts.seller),
            task: TaskView { id: agreement.external_ref.clone(), title: agreement.terms.title.clone() },
            terms: serde_json::from_str(agreement.terms.canonical()).expect("canonical terms are JSON, because parsing made them"),
            terms_hash: agreement.terms.hash().to_string(),
            consent: agreement.consent.kind().as_str(),
            fee: FeeView::from(&agreement.fee),
            seller_amount_atomic: agreement.terms.amount.to_string(),
            payee_address: agreement.payee().to_string(),
            payout_change_id: agreement.payout.as_ref().map(|payout| payout.change.to_string()),
            asset_id: agreement.terms.asset.to_string(),
            token_symbol: facts.token.symbol.clone(),
            token_decimals: facts.token.decimals,
            current_delivery: delivery(agreement, parts.delivery),
            approved_delivery_package_id: approved(&agreement.state),
            payment_management: "buyer",
            milestone_plan: PlanSummaryView::new(facts),
            payment_state: PaymentStateView {
                basis: if facts.payments.milestones == Progress::None { "contract" } else { "milestone_rollup" },
                paid_in_full: facts.payments.paid_in_full,
                has_router_verified_payment: facts.payments.any_verified,
                has_active_router_payment_request: facts.payments.live_request,
                has_router_payment_proof_issue: facts.payments.proof_issue,
            },
            status_reason: reason(&agreement.state),
            actor_role: parts.actor.name(),
            available_actions: facts.actions(parts.actor),
            suggested_action: Some(recommended.code()),
            suggested_action_label: Some(recommended.label()),
            created_at: agreement.created_at.to_string(),
            updated_at: agreement.updated_at.to_string(),
        }
    }
}

impl PlanSummaryView {
    fn new(facts: &AgreementFacts<'_>) -> Option<Self> {
        let count = |wanted: fn(&MilestoneFacts<'_>) -> bool| facts.plan.live().filter(|milestone| wanted(&facts.on_plan(milestone))).count();
        (facts.plan.version > 0).then(|| Self {
            status: facts.plan.status(),
            version: facts.plan.version,
            milestones: facts.plan.live().count(),
            accepted: count(|m| matches!(m.milestone.state, MilestoneState::Accepted { .. })),
            payment_due: count(|m| m.is_due()),
            paid: count(|m| m.paid_by().is_some()),
        })
    }
}

impl PartyView {
    fn new(party: &Party, profile: &Profile) -> Self {
        Self { id: party.profile.to_string(), handle: profile.handle.clone(), display_name: profile.display_name.clone(), wallet: party.wallet.to_string() }
    }
}

fn delivery(agreement: &AgreementRecord, submission: Option<&Submission>) -> Option<DeliveryView> {
    let (id, status) = match &agreement.state {
        AgreementState::InProgress | AgreementState::Cancelled { .. } => return None,
        AgreementState::Submitted { submission, .. } => (submission, "submitted"),
        AgreementState::Accepted { submission, .. } => (submission, "accepted"),
        AgreementState::Rejected { submission, .. } => (submission, "rejected"),
    };
    Some(DeliveryView { id: id.to_string(), status, revision: submission.filter(|s| s.id == *id).map(|s| s.revision) })
}

fn approved(state: &AgreementState) -> Option<String> {
    match state {
        AgreementState::Accepted { submission, .. } => Some(submission.to_string()),
        AgreementState::InProgress | AgreementState::Submitted { .. } | AgreementState::Rejected { .. } | AgreementState::Cancelled { .. } => None,
    }
}

fn reason(state: &AgreementState) -> Option<String> {
    match state {
        AgreementState::Rejected { reason, .. } | AgreementState::Cancelled { reason, .. } => Some(reason.clone()),
        AgreementState::InProgress | AgreementState::Submitted { .. } | AgreementState::Accepted { .. } => None,
    }
}
