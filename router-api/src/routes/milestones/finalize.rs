//! POST `/api/agent/contracts/{contractId}/milestones/finalize`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::milestone::CannotFinalise;
use settlement::next_action::CannotRequest;
use settlement::notice::NoticeType;

use super::confirm::ExpectedPlan;
use crate::extract::{AgreementWrite, Participant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::{contracts, payment_requests};
use crate::state::Api;
use crate::view::milestone::MilestonesBody;

/// Make the plan final.
///
/// Only the buyer does, once both parties have confirmed this version. From then on the plan never changes, and the seller delivers. It is refused while a
/// payload for the agreement as a whole, signed before, can still be paid.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/milestones/finalize",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = ExpectedPlan,
    responses(
        (status = 200, description = "The plan after it.", body = MilestonesBody, example = json!(super::example_bodies())),
        (status = 409, description = "Changed meanwhile (`stale`, with `currentPlanVersion`), not in this state (`not_allowed`), an earlier payload is alive \
            (`overlapping_payload_alive`), or a payment is in doubt (`router_payment_proof_inspection_required`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn finalize_milestones(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    Write(body, mut effect): Write<ExpectedPlan>,
) -> Result<Response, Problem> {
    participant.require_payer()?;
    let known = super::seen_plan(&mut effect.tx, &participant, body.expected_plan_version).await?;
    let facts = known.facts();
    let finalised = known.plan.clone().finalise(facts.circumstances(), (facts.siblings, facts.final_time), api.now());
    let plan = finalised.map_err(|refusal| refused(&api, refusal, &known))?;
    effect.tx.set_plan(&known.agreement.id, &known.plan, &plan).await?;
    let data = json!({ "contractId": known.agreement.id.as_str(), "planVersion": plan.version, "milestones": plan.live().count() });
    effect.tx.audit(participant.caller.author().did(AuditAction::PlanFinalized, &known.agreement.id, api.now()).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::PlanFinalized, &known.agreement, data);
    let view = super::all_shown(&mut effect.tx, &participant).await?;
    effect.commit(StatusCode::OK, &view).await
}

fn refused(api: &Api, refusal: CannotFinalise, known: &Known) -> Problem {
    match refusal {
        CannotFinalise::NotAllowed(refusal) => contracts::not_allowed(refusal, known),
        CannotFinalise::Payload(alive) => payment_requests::refused(CannotRequest::Unit(alive), known, api.now()),
    }
}
