//! GET `/api/agent/contracts/{contractId}/milestones`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{AgreementRead, Participant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::milestone::MilestonesBody;

/// The milestones of an agreement, and their plan.
///
/// In their order. `version` of a milestone is the `expectedVersion` of its next change, `version` of the plan the `expectedPlanVersion` of a confirmation.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/milestones",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "All of them.", body = MilestonesBody, example = json!(super::example_bodies())))
)]
pub async fn list_milestones(State(api): State<Arc<Api>>, participant: Participant<AgreementRead>) -> Result<Json<MilestonesBody>, Problem> {
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let deliveries = api.store.milestone_deliveries(&known.plan).await?;
    Ok(Json(MilestonesBody::new(&known.facts(), &deliveries, participant.actor)))
}
