//! POST `/api/agent/contracts/{contractId}/cancel`.

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
use crate::extract::{AgreementWrite, Participant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::agreement::ContractBody;

/// Why, and what the caller saw.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "the work is no longer needed", "expectedUpdatedAt": "2023-11-14T22:13:20.000Z" }))]
pub struct CancelContract {
    /// Why, for the other side: 10 to 1,000 characters.
    #[schema(min_length = 10, max_length = 1000)]
    reason: String,
    /// `updatedAt` of the agreement as the caller saw it.
    expected_updated_at: Instant,
}

/// Cancel an agreement.
///
/// Either party can, while nothing is paid and no payment request is live. It ends the agreement for both.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/cancel",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = CancelContract,
    responses(
        (status = 200, description = "It is cancelled.", body = ContractBody, example = json!({ "contract": super::example() })),
        (status = 409, description = "Not in this state (`not_allowed`), changed meanwhile (`stale`, with `updatedAt`), or a payment is in doubt \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn cancel_contract(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    Write(body, mut effect): Write<CancelContract>,
) -> Result<Response, Problem> {
    participant.require_party()?;
    let reason = text::paragraph("reason", &body.reason, 10, 1_000)?;
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    super::check_version(&known.agreement, *body.expected_updated_at)?;
    let before = known.agreement.clone();
    let now = before.changed_at(api.now());
    let cancelled = before.state.clone().cancel(reason.clone(), participant.caller.profile.clone(), known.payments, now);
    known.agreement.state = cancelled.map_err(|refusal| super::not_allowed(refusal, &known))?;
    known.agreement.updated_at = now;
    effect.tx.set_agreement_state(&before.id, &before, &known.agreement.state, now).await?;
    let data = json!({ "contractId": before.id.as_str(), "by": participant.actor.name(), "reason": reason });
    effect.tx.audit(participant.caller.author().did(AuditAction::ContractCancelled, &before.id, now).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::ContractCancelled, &before, data);
    let contract = super::view_within(&mut effect.tx, &known, participant.actor).await?;
    effect.commit(StatusCode::OK, &ContractBody { contract }).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, Answer, TestApp};

    async fn cancel(app: &TestApp, actor: &Actor, updated_at: &Value) -> Answer {
        let body = json!({ "reason": "no longer needed", "expectedUpdatedAt": updated_at });
        app.post(&format!("/api/agent/contracts/{}/cancel", app.seeded.agreement)).bearer(actor).json(body).send().await
    }

    async fn updated_at(app: &TestApp) -> Value {
        let answer = app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
        answer["contract"]["updatedAt"].clone()
    }

    #[tokio::test]
    async fn either_party_ends_it_once() {
        let app = TestApp::new().await;
        let seen = updated_at(&app).await;
        app.clock.advance_s(1);
        let answer = cancel(&app, &app.seller, &seen).await.expect(200);
        assert_eq!((&answer["contract"]["status"], &answer["contract"]["statusReason"]), (&json!("cancelled"), &json!("no longer needed")));
        let again = updated_at(&app).await;
        let refused = cancel(&app, &app.buyer, &again).await.problem(409, "not_allowed");
        assert_eq!(refused["currentStatus"], "cancelled");
        assert_eq!(app.notices("contract.cancelled").await.len(), 1);
    }

    #[tokio::test]
    async fn e11_what_was_seen_too_long_ago_is_refused_with_the_present_version() {
        let app = TestApp::new().await;
        let refused = cancel(&app, &app.buyer, &json!("2023-11-14T22:13:19.999Z")).await.problem(409, "stale");
        assert_eq!(refused["updatedAt"], updated_at(&app).await);
    }

    #[tokio::test]
    async fn not_while_a_payment_request_is_live() {
        let app = TestApp::new().await;
        app.request().await;
        cancel(&app, &app.buyer, &updated_at(&app).await).await.problem(409, "not_allowed");
        assert_eq!(app.notices("contract.cancelled").await.len(), 0);
    }

    #[tokio::test]
    async fn a_reason_has_a_length_and_strangers_have_none() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/contracts/{}/cancel", app.seeded.agreement);
        for reason in ["short", &"x".repeat(1_001), "          "] {
            let body = json!({ "reason": reason, "expectedUpdatedAt": updated_at(&app).await });
            app.post(&path).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_field");
        }
        cancel(&app, &app.stranger, &json!("2023-11-14T22:13:20.000Z")).await.problem(404, "not_found");
    }
}
