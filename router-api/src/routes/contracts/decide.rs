//! POST `/api/agent/contracts/{contractId}/decision`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use crate::extract::wire::Instant;
use crate::extract::{DecisionWrite, Participant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::agreement::ContractBody;

/// What the buyer decides.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "action": "reject", "reason": "chapter three is missing", "expectedUpdatedAt": "2023-11-14T22:13:20.000Z" }))]
pub struct Decision {
    /// Accept or reject.
    action: DecisionAction,
    /// What has to be different: 10 to 2,000 characters, needed to reject.
    #[schema(min_length = 10, max_length = 2000)]
    reason: Option<String>,
    /// `updatedAt` of the agreement as the caller saw it, so that no delivery is decided on that it has not seen.
    expected_updated_at: Option<Instant>,
}

/// Accept or reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionAction {
    /// The delivery is what was agreed. Needs the payment to be verified in full.
    Accept,
    /// The delivery has to be done again. Not after a payment, and not while one may come.
    Reject,
}

/// Accept or reject the delivery.
///
/// Only the buyer decides. Accepting needs the whole amount verified on the chain, of an agreement with milestones the payment of each of them; rejecting is
/// refused after a verified payment, while a payment request is live, and once a milestone was accepted.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/decision",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["decision:write"])),
    request_body = Decision,
    responses(
        (status = 200, description = "The agreement after it.", body = ContractBody, example = json!({ "contract": super::example() })),
        (status = 409, description = "Not in this state (`not_allowed`), changed meanwhile (`stale`, with `updatedAt`), a payment is in doubt \
            (`router_payment_proof_inspection_required`), or came unexpectedly (`payment_acknowledgement_required`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn decide_contract(
    State(api): State<Arc<Api>>,
    participant: Participant<DecisionWrite>,
    Write(body, mut effect): Write<Decision>,
) -> Result<Response, Problem> {
    participant.require_payer()?;
    let reason = reason(body.reason.as_deref(), body.action)?;
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    if let Some(expected) = &body.expected_updated_at {
        super::check_version(&known.agreement, **expected)?;
    }
    let before = known.agreement.clone();
    let now = before.changed_at(api.now());
    let (decided, kind) = match body.action {
        DecisionAction::Accept => (before.state.clone().accept(known.payments, now), NoticeType::DecisionAccepted),
        DecisionAction::Reject => (before.state.clone().reject(reason.clone().unwrap_or_default(), known.payments, now), NoticeType::DecisionRejected),
    };
    known.agreement.state = decided.map_err(|refusal| super::not_allowed(refusal, &known))?;
    known.agreement.updated_at = now;
    effect.tx.set_agreement_state(&before.id, &before, &known.agreement.state, now).await?;
    let submission = super::delivery_of(&known.agreement.state).map(|id| id.as_str());
    let data = json!({ "contractId": before.id.as_str(), "submissionId": submission, "reason": reason });
    let decision = json!({ "decision": known.agreement.state.name(), "submissionId": submission });
    effect.tx.audit(participant.caller.author().did(AuditAction::ContractDecided, &before.id, now).with(decision));
    announce(&api, &mut effect.tx, kind, &before, data);
    let contract = super::view_within(&mut effect.tx, &known, participant.actor).await?;
    effect.commit(StatusCode::OK, &ContractBody { contract }).await
}

/// The reason of a decision, needed to reject.
pub(in crate::routes) fn reason(text: Option<&str>, action: DecisionAction) -> Result<Option<String>, Problem> {
    match (text, action) {
        (Some(text), _) => text::paragraph("reason", text, 10, 2_000).map(Some),
        (None, DecisionAction::Accept) => Ok(None),
        (None, DecisionAction::Reject) => Err(Problem::field(Code::InvalidField, "reason", "say what has to be different, in 10 to 2,000 characters")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, Answer, TestApp};

    async fn decide(app: &TestApp, actor: &Actor, body: Value) -> Answer {
        app.post(&format!("/api/agent/contracts/{}/decision", app.seeded.agreement)).bearer(actor).json(body).send().await
    }

    fn reject() -> Value {
        json!({ "action": "reject", "reason": "chapter three is missing" })
    }

    #[tokio::test]
    async fn accepting_needs_the_payment_in_full() {
        let app = TestApp::new().await;
        decide(&app, &app.buyer, json!({ "action": "accept" })).await.problem(409, "not_allowed");
        app.submit_work().await;
        let unpaid = decide(&app, &app.buyer, json!({ "action": "accept" })).await.problem(409, "not_allowed");
        assert_eq!(unpaid["currentStatus"], "submitted");
        let request = app.request().await;
        app.pay(&request).await;
        let accepted = decide(&app, &app.buyer, json!({ "action": "accept" })).await.expect(200);
        assert_eq!(accepted["contract"]["status"], "accepted");
        assert_eq!(accepted["contract"]["approvedDeliveryPackageId"], accepted["contract"]["currentDelivery"]["id"]);
        assert_eq!(app.notices("decision.accepted").await.len(), 1);
        decide(&app, &app.buyer, json!({ "action": "accept" })).await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn rejecting_is_refused_after_payment_and_while_one_may_come() {
        let app = TestApp::new().await;
        app.submit_work().await;
        let request = app.request().await;
        decide(&app, &app.buyer, reject()).await.problem(409, "not_allowed");
        app.pay(&request).await;
        decide(&app, &app.buyer, reject()).await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn a_rejected_delivery_can_be_done_again() {
        let app = TestApp::new().await;
        app.submit_work().await;
        let rejected = decide(&app, &app.buyer, reject()).await.expect(200);
        assert_eq!((&rejected["contract"]["status"], &rejected["contract"]["statusReason"]), (&json!("rejected"), &json!("chapter three is missing")));
        let again = app.submit_work().await;
        assert_eq!((&again["contract"]["status"], &again["submission"]["revision"]), (&json!("submitted"), &json!(2)));
    }

    #[tokio::test]
    async fn only_the_buyer_decides_and_says_why_it_rejects() {
        let app = TestApp::new().await;
        app.submit_work().await;
        decide(&app, &app.seller, json!({ "action": "accept" })).await.problem(403, "role_required");
        decide(&app, &app.stranger, json!({ "action": "accept" })).await.problem(404, "not_found");
        for body in [
            json!({ "action": "reject" }),
            json!({ "action": "reject", "reason": "bad" }),
            json!({ "action": "reject", "reason": "x".repeat(2_001) }),
            json!({ "action": "pay" }),
            json!({}),
        ] {
            decide(&app, &app.buyer, body).await.problem(422, "invalid_field");
        }
    }

    #[tokio::test]
    async fn e12_of_two_decisions_at_once_one_wins() {
        let app = TestApp::new().await;
        app.submit_work().await;
        let seen = app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.seller).send().await.expect(200);
        let body = json!({ "reason": "no longer possible", "expectedUpdatedAt": seen["contract"]["updatedAt"] });
        app.clock.advance_s(1);
        let cancel = app.post(&format!("/api/agent/contracts/{}/cancel", app.seeded.agreement)).bearer(&app.seller).json(body).send();
        let (decided, cancelled) = tokio::join!(decide(&app, &app.buyer, reject()), cancel);
        let mut statuses = [decided.status.as_u16(), cancelled.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", decided.text(), cancelled.text());
    }
}
