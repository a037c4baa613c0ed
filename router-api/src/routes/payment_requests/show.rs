//! GET `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{Sighting, detail};
use crate::extract::{PaymentRead, RequestParticipant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payment_request::PaymentRequestBody;

/// A payment request in detail.
///
/// The buyer's answer carries `execution` while the request is to be paid: what the wallet sends, and everything to check it with before. Others see the
/// same without anything that can be executed.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The request.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })))
)]
pub async fn show_payment_request(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentRead>,
) -> Result<Json<PaymentRequestBody>, Problem> {
    let payer = participant.payer();
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let sighting = Sighting::read(&api, &request).await?;
    Ok(Json(PaymentRequestBody { payment_request: detail(&api, &known, &request, &sighting, (participant.actor, payer)) }))
}
