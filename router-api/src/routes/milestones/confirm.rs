//! POST `/api/agent/contracts/{contractId}/milestones/confirm`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use crate::extract::{AgreementWrite, Participant, Write};
use crate::outbox::announce;
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::state::Api;
use crate::view::milestone::MilestonesBody;

/// Which version of the plan is meant.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "expectedPlanVersion": 2 }))]
pub struct ExpectedPlan {
    /// `version` of the plan as the caller saw it.
    #[schema(minimum = 1)]
    pub(super) expected_plan_version: u64,
}

/// Confirm the plan.
///
/// Each party does, once every milestone is active and together they are the amount of the agreement. A confirmation is of one version: any change of a
/// milestone after it gives the plan another one, which both confirm again.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/milestones/confirm",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = ExpectedPlan,
    responses(
        (status = 200, description = "The plan after it.", body = MilestonesBody, example = json!(super::example_bodies())),
        (status = 409, description = "Changed meanwhile (`stale`, with `currentPlanVersion`), not in this state (`not_allowed`), or a payment is in doubt \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn confirm_milestones(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    Write(body, mut effect): Write<ExpectedPlan>,
) -> Result<Response, Problem> {
    let by = participant.require_party()?;
    let known = super::seen_plan(&mut effect.tx, &participant, body.expected_plan_version).await?;
    let confirmed = known.plan.clone().confirm(by, known.agreement.terms.amount, known.facts().circumstances());
    let plan = confirmed.map_err(|refusal| contracts::not_allowed(refusal, &known))?;
    effect.tx.set_plan(&known.agreement.id, &known.plan, &plan).await?;
    let data = json!({ "contractId": known.agreement.id.as_str(), "planVersion": plan.version, "by": by.name() });
    effect.tx.audit(participant.caller.author().did(AuditAction::PlanConfirmed, &known.agreement.id, api.now()).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::PlanConfirmed, &known.agreement, data);
    let view = super::all_shown(&mut effect.tx, &participant).await?;
    effect.commit(StatusCode::OK, &view).await
}
