//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/acknowledge`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::notice::NoticeType;
use settlement::payment_request::Acknowledgement;
use store::StoredRequest;
use utoipa::ToSchema;

use super::{Sighting, detail, sound};
use crate::extract::{PaymentWrite, RequestParticipant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payment_request::PaymentRequestBody;

/// Nothing more to say.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct AcknowledgePayment {}

/// Acknowledge a payment that came unexpectedly.
///
/// Where a payment was made after its request was cancelled or had failed, or after the agreement was called off, it counts, and nothing else goes on until one of
/// the parties says that it knows. Where it was a mistake, ask for a refund.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/acknowledge",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = AcknowledgePayment,
    responses(
        (status = 200, description = "It is acknowledged.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })),
        (status = 409, description = "It did not come unexpectedly, or is acknowledged already (`not_allowed`), or does not prove itself \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn acknowledge_payment(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentWrite>,
    Write(AcknowledgePayment {}, mut effect): Write<AcknowledgePayment>,
) -> Result<Response, Problem> {
    let by = participant.require_party()?;
    let agreement = &participant.agreement.id;
    let known = Known::within(&mut effect.tx, agreement, &participant.setting).await?;
    let request = sound(effect.tx.request(request.id()).await?.ok_or_else(Problem::not_found)?)?;
    if !known.pending.to_acknowledge.contains(&request.id) {
        let why = "only a payment that came unexpectedly is acknowledged, and once";
        return Err(Problem::new(Code::NotAllowed, why).with("currentStatus", request.state.name().as_str()).with("paymentRequestId", request.id.as_str()));
    }
    let acknowledgement = Acknowledgement { request: request.id.clone(), agreement: agreement.clone(), by, at: api.now() };
    effect.tx.acknowledge(&acknowledgement).await?;
    let data = json!({ "contractId": agreement.as_str(), "paymentRequestId": request.id.as_str(), "by": by.name() });
    effect.tx.audit(participant.caller.author().did(AuditAction::PaymentAcknowledged, &request.id, acknowledgement.at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::PaymentAcknowledged, &known.agreement, data);
    let known = Known::within(&mut effect.tx, agreement, &participant.setting).await?;
    let sighting = Sighting { seen: effect.tx.seen_event(&request.id).await?, ..Sighting::default() };
    let view = detail(&api, &known, &StoredRequest::Sound(request), &sighting, (participant.actor, participant.payer()));
    effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: view }).await
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::testing::{Actor, Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::payment_request::PaymentRequestBody;

    async fn acknowledge(app: &TestApp, actor: &Actor, id: &str) -> Answer {
        app.on_request(Method::POST, id, "acknowledge").bearer(actor).json(json!({})).send().await
    }

    async fn paid_after_cancel() -> (TestApp, String) {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        app.pay(&id).await;
        (app, id)
    }

    #[tokio::test]
    async fn a08_what_was_paid_after_it_was_cancelled_counts_and_stops_everything_else() {
        let (app, id) = paid_after_cancel().await;
        let request = app.request_detail(&id).await;
        assert_eq!((&request["status"], &request["recoveredFrom"]), (&json!("router_verified"), &json!("cancelled")));
        assert_eq!((&request["paidAfterCancel"], &request["needsAcknowledgement"]), (&json!(true), &json!(true)));
        assert_eq!(request["recommendedAction"]["code"], "acknowledge_payment");
        let contract = app.contract().await;
        assert_eq!((&contract["suggestedAction"], &contract["paymentState"]["paidInFull"]), (&json!("acknowledge_payment"), &json!(true)));
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        let deliver = || app.post(&format!("{path}/submissions")).bearer(&app.seller).json(json!({ "notes": "x" })).send();
        let refused = deliver().await.problem(409, "payment_acknowledgement_required");
        assert_eq!(refused["paymentRequestIds"], json!([id]));
        acknowledge(&app, &app.seller, &id).await.expect(200);
        deliver().await.expect(201);
    }

    #[tokio::test]
    async fn a08_no_second_payment_is_asked_for_meanwhile() {
        let app = TestApp::new().await;
        let part = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string(), "sellerAmount": "2500000" })).await.expect(201);
        let id = part["paymentRequest"]["id"].as_str().unwrap().to_owned();
        app.cancel_request(&id).await.expect(200);
        app.pay(&id).await;
        app.create(app.wanted()).await.problem(409, "payment_acknowledgement_required");
        acknowledge(&app, &app.buyer, &id).await.expect(200);
        app.create(app.wanted()).await.expect(201);
    }

    #[tokio::test]
    async fn a08_a_payment_of_a_cancelled_agreement_is_acknowledged_too() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        let seen = app.contract().await["updatedAt"].clone();
        let body = json!({ "reason": "no longer needed", "expectedUpdatedAt": seen });
        app.post(&format!("/api/agent/contracts/{}/cancel", app.seeded.agreement)).bearer(&app.buyer).json(body).send().await.expect(200);
        app.pay(&id).await;
        assert_eq!(app.contract().await["suggestedAction"], "acknowledge_payment");
        let answer = acknowledge(&app, &app.buyer, &id).await.expect(200);
        assert_documented::<PaymentRequestBody>(answer.json());
        assert_eq!((&answer["paymentRequest"]["paidAfterCancel"], &answer["paymentRequest"]["needsAcknowledgement"]), (&json!(true), &json!(false)));
        assert_eq!(app.contract().await["suggestedAction"], "view_receipt");
        let told = app.notices("payment.acknowledged").await;
        assert_eq!((told.len(), &told[0].notice.data["by"]), (1, &json!("buyer")));
    }

    #[tokio::test]
    async fn what_came_as_expected_is_not_acknowledged() {
        let app = TestApp::new().await;
        let id = app.request().await;
        acknowledge(&app, &app.buyer, &id).await.problem(409, "not_allowed");
        app.pay(&id).await;
        let refused: Value = acknowledge(&app, &app.seller, &id).await.problem(409, "not_allowed");
        assert_eq!(refused["currentStatus"], "router_verified");
        acknowledge(&app, &app.stranger, &id).await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn a07_what_expired_and_was_paid_in_time_needs_no_acknowledgement() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.see(&id).await;
        let mut tx = app.store.begin().await.unwrap();
        let request = app.stored(&id).await;
        let expired = request.state.clone().expire(app.now()).unwrap();
        tx.set_request_state(&request.id, request.state.name(), &expired, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        app.finalise(&id).await;
        let request = app.request_detail(&id).await;
        assert_eq!(
            (&request["recoveredFrom"], &request["paidAfterCancel"], &request["needsAcknowledgement"]),
            (&json!("expired"), &json!(false), &json!(false))
        );
    }
}
