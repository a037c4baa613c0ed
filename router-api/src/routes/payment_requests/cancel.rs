//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/cancel`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
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
    // The indexer may be about to decide on the same request; whoever has the agreement first, the other sees what came of it.
    effect.tx.agreement(&participant.agreement.id).await?.ok_or_else(Problem::not_found)?;
    let mut request = sound(effect.tx.request(request.id()).await?.ok_or_else(Problem::not_found)?)?;
    let (from, now) = (request.state.name(), api.now());
    request.state = request.state.clone().cancel(reason.clone(), now).map_err(|refusal| {
        Problem::new(Code::NotAllowed, refusal.to_string()).with("currentStatus", refusal.from).with("paymentRequestId", request.id.as_str())
    })?;
    request.updated_at = now;
    effect.tx.set_request_state(&request.id, from, &request.state, now).await?;
    let data = json!({ "contractId": request.agreement.as_str(), "paymentRequestId": request.id.as_str(), "reason": reason });
    effect.tx.audit(participant.caller.author().did(AuditAction::RequestCancelled, &request.id, now).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::RequestCancelled, &participant.agreement, data);
    let known = Known::within(&mut effect.tx, &request.agreement, &participant.setting).await?;
    let view = detail(&api, &known, &StoredRequest::Sound(request), &Sighting::default(), (participant.actor, Some(payer)));
    effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: view }).await
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::testing::{Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::payment_request::PaymentRequestBody;

    async fn cancel(app: &TestApp, id: &str, body: Value) -> Answer {
        app.on_request(Method::POST, id, "cancel").bearer(&app.buyer).json(body).send().await
    }

    #[tokio::test]
    async fn the_buyer_calls_it_off_once_and_says_why() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let answer = cancel(&app, &id, json!({ "reason": "another wallet will pay" })).await.expect(200);
        assert_documented::<PaymentRequestBody>(answer.json());
        let request = &answer["paymentRequest"];
        assert_eq!((&request["status"], &request["statusReason"]), (&json!("cancelled"), &json!("another wallet will pay")));
        assert_eq!((&request["isPayable"], request.get("execution")), (&json!(false), None));
        let told = app.notices("payment_request.cancelled").await;
        assert_eq!((told.len(), &told[0].notice.data["reason"]), (1, &json!("another wallet will pay")));
        let again = cancel(&app, &id, json!({})).await.problem(409, "not_allowed");
        assert_eq!(again["currentStatus"], "cancelled");
    }

    #[tokio::test]
    async fn not_once_a_transaction_was_named_or_seen() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        let named = cancel(&app, &id, json!({})).await.problem(409, "not_allowed");
        assert_eq!(named["currentStatus"], "submitted");
        app.pay(&id).await;
        let paid = cancel(&app, &id, json!({})).await.problem(409, "not_allowed");
        assert_eq!(paid["currentStatus"], "router_verified");
        assert!(app.notices("payment_request.cancelled").await.is_empty());
    }

    #[tokio::test]
    async fn i04_a_reason_has_a_length_and_others_cannot() {
        let app = TestApp::new().await;
        let id = app.request().await;
        for reason in [json!("x".repeat(501)), json!("a\u{0}b"), json!(5)] {
            cancel(&app, &id, json!({ "reason": reason })).await.problem(422, "invalid_field");
        }
        cancel(&app, &id, json!({ "status": "cancelled" })).await.problem(422, "unknown_field");
        for (actor, status, code) in [(&app.seller, 403, "role_required"), (&app.stranger, 404, "not_found")] {
            app.on_request(Method::POST, &id, "cancel").bearer(actor).json(json!({})).send().await.problem(status, code);
        }
        cancel(&app, &id, json!({ "reason": "x".repeat(500) })).await.expect(200);
    }
}
