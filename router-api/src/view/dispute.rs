//! Disputes.

use serde::Serialize;
use settlement::available_action::AvailableAction;
use settlement::dispute::{Dispute, DisputeState, Proposal};
use settlement::next_action::{Actor, DisputeFacts, Recommended};
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;

/// A dispute, as one of the agreement's participants sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Dispute)]
pub struct DisputeView {
    /// `dsp_…`
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// `open`, `proposed`, `resolved` or `withdrawn`.
    pub status: &'static str,
    /// Who opened it: `buyer` or `seller`.
    pub opened_by: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What shows it.
    #[schema(required)]
    pub evidence_url: Option<String>,
    /// What else to know.
    #[schema(required)]
    pub notes: Option<String>,
    /// What the other side says.
    #[schema(required)]
    pub answer: Option<AnswerView>,
    /// How it is to end, or has ended.
    #[schema(required)]
    pub resolution: Option<ResolutionView>,
    /// What the evaluator of the terms would do. It binds nobody.
    #[schema(required)]
    pub recommendation: Option<RecommendationView>,
    /// When it ended.
    #[schema(required)]
    pub ended_at: Option<String>,
    /// `expectedVersion` of the next change.
    pub version: u32,
    /// The reader's role: `buyer`, `seller`, `evaluator` or `operator`.
    pub actor_role: &'static str,
    /// What the reader does best next.
    pub recommended_action: StepView,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// When it was opened.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// What the reader does best next.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DisputeRecommendedAction)]
pub struct StepView {
    /// Closed list; `none` when there is nothing.
    #[schema(example = "answer_dispute")]
    pub code: &'static str,
    /// For people.
    pub label: &'static str,
}

impl From<Recommended> for StepView {
    fn from(recommended: Recommended) -> Self {
        Self { code: recommended.code(), label: recommended.label() }
    }
}

/// What the other side says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DisputeAnswer)]
pub struct AnswerView {
    /// How it sees it.
    pub statement: String,
    /// What shows it.
    #[schema(required)]
    pub evidence_url: Option<String>,
    /// When.
    pub at: String,
}

/// How a dispute is to end.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DisputeResolution)]
pub struct ResolutionView {
    /// `no_refund` or `refund`.
    pub outcome: &'static str,
    /// What is to be paid back, atomic units. A refund request moves it; the dispute does not.
    #[schema(required)]
    pub refund_amount_atomic: Option<String>,
    /// Why.
    #[schema(required)]
    pub note: Option<String>,
    /// Who said so first: `buyer` or `seller`.
    pub proposed_by: &'static str,
    /// When.
    pub proposed_at: String,
    /// When the other side agreed.
    #[schema(required)]
    pub agreed_at: Option<String>,
    /// What the other side said when it agreed.
    #[schema(required)]
    pub agreed_note: Option<String>,
}

/// What the evaluator would do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DisputeRecommendation)]
pub struct RecommendationView {
    /// Whose profile.
    pub by: String,
    /// `no_refund` or `refund`.
    pub outcome: &'static str,
    /// What it would have paid back, atomic units.
    #[schema(required)]
    pub refund_amount_atomic: Option<String>,
    /// Why.
    #[schema(required)]
    pub note: Option<String>,
    /// When.
    pub at: String,
}

/// `{dispute}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DisputeBody {
    /// The dispute.
    pub dispute: DisputeView,
}

/// `{disputes, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisputesBody {
    /// Newest first.
    pub disputes: Vec<DisputeView>,
    /// Where the next page starts; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl DisputeView {
    /// As the actor sees it.
    #[must_use]
    pub fn new(facts: &DisputeFacts<'_>, actor: Actor) -> Self {
        let dispute = facts.dispute;
        Self {
            id: dispute.id.to_string(),
            contract_id: dispute.agreement.to_string(),
            status: dispute.state.name(),
            opened_by: dispute.opened_by.name(),
            reason: dispute.reason.clone(),
            evidence_url: dispute.evidence_url.clone(),
            notes: dispute.notes.clone(),
            answer: dispute.answer.as_ref().map(|answer| AnswerView {
                statement: answer.statement.clone(),
                evidence_url: answer.evidence_url.clone(),
                at: answer.at.to_string(),
            }),
            resolution: resolution(dispute),
            recommendation: dispute.recommendation.as_ref().map(|said| RecommendationView {
                by: said.by.to_string(),
                outcome: said.proposal.outcome.name(),
                refund_amount_atomic: refund(&said.proposal),
                note: said.proposal.note.clone(),
                at: said.proposal.at.to_string(),
            }),
            ended_at: ended_at(&dispute.state),
            version: dispute.version,
            actor_role: actor.name(),
            recommended_action: facts.recommended(actor).into(),
            available_actions: facts.actions(actor),
            created_at: dispute.created_at.to_string(),
            updated_at: dispute.updated_at.to_string(),
        }
    }
}

fn refund(proposal: &Proposal) -> Option<String> {
    proposal.outcome.refund().map(|amount| amount.to_string())
}

fn resolution(dispute: &Dispute) -> Option<ResolutionView> {
    let (by, proposal, agreed) = match &dispute.state {
        DisputeState::Open | DisputeState::Withdrawn { .. } => return None,
        DisputeState::Proposed { by, proposal } => (by, proposal, None),
        DisputeState::Resolved { by, proposal, agreed_note, at } => (by, proposal, Some((at.to_string(), agreed_note.clone()))),
    };
    let (agreed_at, agreed_note) = agreed.unzip();
    Some(ResolutionView {
        outcome: proposal.outcome.name(),
        refund_amount_atomic: refund(proposal),
        note: proposal.note.clone(),
        proposed_by: by.name(),
        proposed_at: proposal.at.to_string(),
        agreed_at,
        agreed_note: agreed_note.flatten(),
    })
}

fn ended_at(state: &DisputeState) -> Option<String> {
    match state {
        DisputeState::Open | DisputeState::Proposed { .. } => None,
        DisputeState::Resolved { at, .. } | DisputeState::Withdrawn { at } => Some(at.to_string()),
    }
}
