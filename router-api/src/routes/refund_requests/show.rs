//! GET `/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{Sighting, view};
use crate::extract::{PaymentRead, RefundParticipant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::refund_request::RefundRequestBody;

/// A refund request.
///
/// What both parties see: where it stands, what came back, and what may be done. An approved refund is `awaiting_seller_settlement` until a final event on the
/// chain is what was signed; nothing else settles it.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}",
    tag = "refunds",
    params(("contractId" = String, Path, description = "`agr_…`"), ("refundRequestId" = String, Path, description = "`rf_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The refund request.", body = RefundRequestBody, example = json!({ "refundRequest": super::example() })))
)]
pub async fn show_refund_request(
    State(api): State<Arc<Api>>,
    RefundParticipant { participant, refund }: RefundParticipant<PaymentRead>,
) -> Result<Json<RefundRequestBody>, Problem> {
    let actor = participant.actor;
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let sighting = Sighting::read(&api, &refund).await?;
    Ok(Json(RefundRequestBody { refund_request: view(&known, &refund, &sighting, actor)? }))
}
