//! GET `/api/agent/contracts/{contractId}/disputes/{disputeId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{AgreementRead, DisputeParticipant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::dispute::DisputeBody;

/// A dispute.
///
/// What both sides say, what the evaluator would do, how it is to end or has ended, and what the reader may do.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/disputes/{disputeId}",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`"), ("disputeId" = String, Path, description = "`dsp_…`")),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The dispute.", body = DisputeBody, example = json!({ "dispute": super::example() })))
)]
pub async fn show_dispute(
    State(api): State<Arc<Api>>,
    DisputeParticipant { participant, dispute }: DisputeParticipant<AgreementRead>,
) -> Result<Json<DisputeBody>, Problem> {
    let known = Known::read(&api, participant.agreement.clone(), participant.setting.clone()).await?;
    Ok(Json(DisputeBody { dispute: super::view(&known, &dispute, &participant) }))
}
