//! POST `/api/agent/contracts/{contractId}/milestones/{milestoneId}/decision`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::milestone::Milestone;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use crate::extract::{DecisionWrite, MilestoneParticipant, Write};
use crate::outbox::announce;
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::routes::contracts::decide::{DecisionAction, reason};
use crate::state::Api;
use crate::view::milestone::MilestoneBody;

/// What the buyer decides, and in which version it saw the milestone.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "expectedVersion": 2, "action": "accept" }))]
pub struct MilestoneDecision {
    /// `version` of the milestone as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u64,
    /// Accept or reject.
    action: DecisionAction,
    /// What has to be different: 10 to 2,000 characters, needed to reject.
    #[schema(min_length = 10, max_length = 2000)]
    reason: Option<String>,
}

/// Accept or reject a milestone.
///
/// Only the buyer decides. What was agreed for an accepted milestone is owed: it can be asked for with `milestoneId` from then on, and the agreement can no
/// longer be cancelled.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/milestones/{milestoneId}/decision",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`"), ("milestoneId" = String, Path, description = "`ms_…`")),
    security(("bearer" = ["decision:write"])),
    request_body = MilestoneDecision,
    responses(
        (status = 200, description = "The milestone after it.", body = MilestoneBody, example = json!(super::example_body())),
        (status = 409, description = "Changed meanwhile (`stale`, with `currentVersion`), not in this state (`not_allowed`), or a payment is in doubt \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn decide_milestone(
    State(api): State<Arc<Api>>,
    MilestoneParticipant { participant, milestone: id }: MilestoneParticipant<DecisionWrite>,
    Write(body, mut effect): Write<MilestoneDecision>,
) -> Result<Response, Problem> {
    participant.require_payer()?;
    let reason = reason(body.reason.as_deref(), body.action)?;
    let (known, before) = super::seen(&mut effect.tx, &participant, &id, body.expected_version).await?;
    let (now, facts, state) = (api.now(), known.facts(), before.state.clone());
    let (decided, kind) = match body.action {
        DecisionAction::Accept => (state.accept(facts.circumstances(), now), NoticeType::MilestoneAccepted),
        DecisionAction::Reject => (state.reject(reason.clone().unwrap_or_default(), facts.circumstances(), now), NoticeType::MilestoneRejected),
    };
    let state = decided.map_err(|refusal| contracts::not_allowed(refusal, &known))?;
    let after = Milestone { state, version: before.version.saturating_add(1), updated_at: now, ..before.clone() };
    effect.tx.set_milestone(&before, &after).await?;
    let data = json!({
        "contractId": known.agreement.id.as_str(), "milestoneId": id.as_str(), "version": after.version, "status": after.state.name(), "reason": reason,
        "amountAtomic": after.part.amount.to_string(),
    });
    effect.tx.audit(participant.caller.author().did(AuditAction::MilestoneDecided, &id, now).with(data.clone()));
    announce(&api, &mut effect.tx, kind, &known.agreement, data);
    let view = super::shown(&mut effect.tx, &participant, &id).await?;
    effect.commit(StatusCode::OK, &view).await
}
