//! POST `/api/agent/contracts/{contractId}/submissions`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::{AgreementId, SubmissionId};
use settlement::notice::NoticeType;
use store::Submission;
use utoipa::ToSchema;

use crate::extract::wire::{Hash32, Instant};
use crate::extract::{Participant, SubmissionWrite, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::state::Api;
use crate::text;
use crate::view::submission::{SubmissionBody, SubmissionView};

/// Longest notes, in characters: a page or two; more belongs behind the URL.
pub(in crate::routes) const MAX_NOTES: usize = 5_000;

/// Most deliveries of an agreement. Work that was sent back a hundred times is not getting there, and each delivery is told to the buyer.
const MAX_SUBMISSIONS: u32 = 100;

/// The work, or where it is. At least one of the three.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "deliverableUrl": "https://files.example/manual-de.pdf", "notes": "All chapters" }))]
pub struct CreateSubmission {
    /// Where the work is: an http or https URL.
    #[schema(max_length = 2048)]
    deliverable_url: Option<String>,
    /// What to know about it.
    #[schema(min_length = 1, max_length = 5000)]
    notes: Option<String>,
    /// SHA-256 of the file that is delivered (of the sealed file, where it is sealed), so that it cannot be exchanged afterwards.
    deliverable_hash: Option<Hash32>,
    /// `updatedAt` of the agreement as the caller saw it, so that nothing is delivered into a state that it has not seen.
    expected_updated_at: Option<Instant>,
}

/// Submit the work.
///
/// Only the seller does, while work is in progress or was rejected; where there are milestones, once each of them is accepted. From then on the buyer may pay, where payment is on delivery, and decide.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/submissions",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["submissions:write"])),
    request_body = CreateSubmission,
    responses(
        (status = 201, description = "The delivery, and the agreement after it.", body = SubmissionBody,
            example = json!({ "submission": super::list::example(), "contract": contracts::example() })),
        (status = 409, description = "Not in this state (`not_allowed`), changed meanwhile (`stale`, with `updatedAt`), the agreement has had enough \
            deliveries (`limit_reached`), or a payment came unexpectedly (`payment_acknowledgement_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_submission(
    State(api): State<Arc<Api>>,
    participant: Participant<SubmissionWrite>,
    Write(body, mut effect): Write<CreateSubmission>,
) -> Result<Response, Problem> {
    participant.require_seller()?;
    let (id, now) = (SubmissionId::new(api.ids.ulid()), api.now());
    let expected = body.expected_updated_at.clone();
    let mut submission = check(id, &participant.agreement.id, body, now)?;
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    if let Some(expected) = expected {
        contracts::check_version(&known.agreement, *expected)?;
    }
    let before = known.agreement.clone();
    let now = before.changed_at(now);
    let submitted = before.state.clone().submit(submission.id.clone(), known.payments, now);
    known.agreement.state = submitted.map_err(|refusal| contracts::not_allowed(refusal, &known))?;
    known.agreement.updated_at = now;
    submission.revision = effect.tx.next_revision(&before.id).await?;
    if submission.revision > MAX_SUBMISSIONS {
        return Err(Problem::new(
            Code::LimitReached,
            format!("an agreement has at most {MAX_SUBMISSIONS} deliveries; agree on what is still to do as a new one"),
        ));
    }
    effect.tx.insert_submission(&submission).await?;
    effect.tx.set_agreement_state(&before.id, &before, &known.agreement.state, now).await?;
    let data = json!({ "contractId": before.id.as_str(), "submissionId": submission.id.as_str(), "revision": submission.revision });
    effect.tx.audit(participant.caller.author().did(AuditAction::SubmissionCreated, &submission.id, now).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::SubmissionCreated, &before, data);
    let contract = contracts::view_within(&mut effect.tx, &known, participant.actor).await?;
    effect.commit(StatusCode::CREATED, &SubmissionBody { submission: SubmissionView::from(&submission), contract }).await
}

fn check(id: SubmissionId, agreement: &AgreementId, body: CreateSubmission, at: settlement::Timestamp) -> Result<Submission, Problem> {
    if body.deliverable_url.is_none() && body.notes.is_none() && body.deliverable_hash.is_none() {
        return Err(Problem::new(Code::InvalidField, "name at least one of deliverableUrl, notes and deliverableHash"));
    }
    Ok(Submission {
        id,
        agreement: agreement.clone(),
        revision: 1,
        deliverable_url: body.deliverable_url.map(|text| text::url("deliverableUrl", &text)).transpose()?,
        notes: body.notes.map(|notes| text::paragraph("notes", &notes, 1, MAX_NOTES)).transpose()?,
        deliverable_hash: body.deliverable_hash.map(|hash| hash.0),
        created_at: at,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::submission::SubmissionBody;

    async fn submit(app: &TestApp, actor: &Actor, body: Value) -> Answer {
        app.post(&format!("/api/agent/contracts/{}/submissions", app.seeded.agreement)).bearer(actor).json(body).send().await
    }

    #[tokio::test]
    async fn the_seller_delivers_and_the_buyer_is_told() {
        let app = TestApp::new().await;
        let hash = format!("0x{}", "ab".repeat(32));
        let body = json!({ "deliverableUrl": "https://files.example/x?y=1", "notes": "line\nbreak", "deliverableHash": hash });
        let answer = submit(&app, &app.seller, body).await.expect(201);
        assert_documented::<SubmissionBody>(answer.json());
        assert_eq!((&answer["submission"]["revision"], &answer["submission"]["deliverableHash"]), (&json!(1), &json!(hash)));
        assert_eq!(answer["contract"]["status"], "submitted");
        let delivery = json!({ "id": answer["submission"]["id"], "status": "submitted", "revision": 1 });
        assert_eq!(answer["contract"]["currentDelivery"], delivery);
        assert_eq!(app.notices("submission.created").await.len(), 1);
        submit(&app, &app.seller, json!({ "notes": "again" })).await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn i07_links_that_run_something_or_show_a_password_are_refused() {
        let app = TestApp::new().await;
        for url in ["javascript:alert(1)", "data:text/html,x", "ftp://x/y", "https://user:pass@x/", "x", "", &format!("https://x/{}", "y".repeat(2_048))] {
            let refused = submit(&app, &app.seller, json!({ "deliverableUrl": url })).await.problem(422, "invalid_field");
            assert_eq!(refused["field"], "deliverableUrl", "{url}");
        }
        submit(&app, &app.seller, json!({})).await.problem(422, "invalid_field");
        for notes in ["", " ", &"x".repeat(5_001)] {
            submit(&app, &app.seller, json!({ "notes": notes })).await.problem(422, "invalid_field");
        }
        submit(&app, &app.seller, json!({ "notes": "a\u{0}b" })).await.problem(422, "invalid_field");
        submit(&app, &app.seller, json!({ "notes": "x", "status": "accepted" })).await.problem(422, "unknown_field");
    }

    #[tokio::test]
    async fn only_the_seller_delivers() {
        let app = TestApp::new().await;
        submit(&app, &app.buyer, json!({ "notes": "x" })).await.problem(403, "role_required");
        submit(&app, &app.stranger, json!({ "notes": "x" })).await.problem(404, "not_found");
    }
}
