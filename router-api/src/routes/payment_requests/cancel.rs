//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/cancel`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::notice::NoticeType;
use store::StoredRequest;
use utoipa::ToSchema;

use super::{Sighting, detail, sound};
use crate::extract::{PaymentWrite, RequestParticipant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::payment_request::PaymentRequestBody;

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Why, if that is to be said.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "another wallet will pay" }))]
pub struct CancelPaymentRequest {
    /// Up to 500 characters.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Cancel a payment request.
///
/// Only the buyer, and only before a transaction was named. The signature stays executable until the deadline: if it is paid all the same, the payment counts.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/cancel",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = CancelPaymentRequest,
    responses(
        (status = 200, description = "It is cancelled.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })),
        (status = 409, description = "Not in this state (`not_allowed`, with `currentStatus`), or its payment is in doubt \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn cancel_payment_request(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentWrite>,
    Write(body, mut effect): Write<CancelPaymentRequest>,
) -> Result<Response, Problem> {
    let payer = participant.require_payer()?;
    let reason = body.reason.filter(|text| !text.is_empty()).map(|text| text::paragraph("reason", &text, 1, MAX_REASON)).transpose()?;
    let mut request = sound(effect.tx.request(request.id()).await?.ok_or_else(Problem::not_found)?)?;
    let (from, now) = (request.state.name(), api.now());
    request.state = request.state.clone().cancel(reason.clone(), now).map_err(|refusal| {
        Problem::new(Code::NotAllowed, refusal.to_string()).with("currentStatus", refusal.from).with("paymentRequestId", request.id.as_str())
    })?;
    request.updated_at = now;
    effect.tx.set_request_state(&request.id, from, &request.state, now).await?;
    let data = json!({ "contractId": request.agreement.as_str(), "paymentRequestId": request.id.as_str(), "reason": reason });
    announce(&api, &mut effect.tx, NoticeType::RequestCancelled, &participant.agreement, data);
    let known = Known::within(&mut effect.tx, &request.agreement, &participant.setting).await?;
    let view = detail(&api, &known, &StoredRequest::Sound(request), &Sighting::default(), (participant.actor, Some(payer)));
    effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: view }).await
}
