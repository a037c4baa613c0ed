//! POST `/api/agent/contracts/{contractId}/milestones/{milestoneId}/submit`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::{MilestoneId, SubmissionId};
use settlement::milestone::{MAX_DELIVERIES, Milestone};
use settlement::notice::NoticeType;
use store::MilestoneDelivery;
use utoipa::ToSchema;

use crate::extract::{MilestoneParticipant, SubmissionWrite, Write};
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::routes::submissions::create::MAX_NOTES;
use crate::state::Api;
use crate::text;
use crate::view::milestone::MilestoneBody;

/// The work, or where it is. At least one of the two.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "expectedVersion": 1, "deliverableUrl": "https://files.example/chapters-1-3.pdf", "notes": "With all captions" }))]
pub struct SubmitMilestone {
    /// `version` of the milestone as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u64,
    /// Where the work is: an http or https URL.
    #[schema(max_length = 2048)]
    deliverable_url: Option<String>,
    /// What to know about it.
    #[schema(min_length = 1, max_length = 5000)]
    notes: Option<String>,
}

/// Submit a milestone.
///
/// Only the seller does, once the plan is final: a milestone that is active or was rejected. The buyer then decides on it.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/milestones/{milestoneId}/submit",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`"), ("milestoneId" = String, Path, description = "`ms_…`")),
    security(("bearer" = ["submissions:write"])),
    request_body = SubmitMilestone,
    responses(
        (status = 200, description = "The milestone after it.", body = MilestoneBody, example = json!(super::example_body())),
        (status = 409, description = "Changed meanwhile (`stale`, with `currentVersion`), not in this state (`not_allowed`), a payment came unexpectedly \
            (`payment_acknowledgement_required`), or the milestone has had enough deliveries (`limit_reached`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn submit_milestone(
    State(api): State<Arc<Api>>,
    MilestoneParticipant { participant, milestone: id }: MilestoneParticipant<SubmissionWrite>,
    Write(body, mut effect): Write<SubmitMilestone>,
) -> Result<Response, Problem> {
    participant.require_seller()?;
    let (now, mut delivery) = (api.now(), body.delivery(SubmissionId::new(api.ids.ulid()), &id, api.now())?);
    let (known, before) = super::seen(&mut effect.tx, &participant, &id, body.expected_version).await?;
    let submitted = before.state.clone().submit(delivery.id.clone(), known.facts().circumstances(), now);
    let state = submitted.map_err(|refusal| contracts::not_allowed(refusal, &known))?;
    delivery.revision = effect.tx.next_milestone_revision(&id).await?;
    if delivery.revision > MAX_DELIVERIES {
        let detail = format!("a milestone has at most {MAX_DELIVERIES} deliveries; agree on what is still to do as a new agreement");
        return Err(Problem::new(Code::LimitReached, detail));
    }
    effect.tx.insert_milestone_delivery(&delivery).await?;
    let after = Milestone { state, version: before.version.saturating_add(1), updated_at: now, ..before.clone() };
    effect.tx.set_milestone(&before, &after).await?;
    let data = json!({
        "contractId": known.agreement.id.as_str(), "milestoneId": id.as_str(), "version": after.version, "submissionId": delivery.id.as_str(),
        "revision": delivery.revision,
    });
    effect.tx.audit(participant.caller.author().did(AuditAction::MilestoneSubmitted, &id, now).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::MilestoneSubmitted, &known.agreement, data);
    let view = super::shown(&mut effect.tx, &participant, &id).await?;
    effect.commit(StatusCode::OK, &view).await
}

impl SubmitMilestone {
    fn delivery(&self, id: SubmissionId, milestone: &MilestoneId, at: settlement::Timestamp) -> Result<MilestoneDelivery, Problem> {
        if self.deliverable_url.is_none() && self.notes.is_none() {
            return Err(Problem::new(Code::InvalidField, "name at least one of deliverableUrl and notes"));
        }
        Ok(MilestoneDelivery {
            id,
            milestone: milestone.clone(),
            revision: 1,
            deliverable_url: self.deliverable_url.as_deref().map(|url| text::url("deliverableUrl", url)).transpose()?,
            notes: self.notes.as_deref().map(|notes| text::paragraph("notes", notes, 1, MAX_NOTES)).transpose()?,
            created_at: at,
        })
    }
}
