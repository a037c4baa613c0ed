//! POST `/api/agent/contracts/{contractId}/milestones`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::MilestoneId;
use settlement::milestone::{Milestone, MilestoneState, Part, Side};
use settlement::notice::NoticeType;
use settlement::terms::TITLE_CHARS;
use utoipa::ToSchema;

use crate::extract::wire::{AtomicAmount, Instant};
use crate::extract::{AgreementWrite, Participant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::state::Api;
use crate::text;
use crate::view::milestone::MilestoneBody;

/// What the milestone asks for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "title": "Chapters one to three", "acceptanceCriteria": ["No untranslated captions"], "amountAtomic": "2500000",
    "dueAt": "2026-02-28T12:00:00.000Z" }))]
pub struct CreateMilestone {
    /// What is to be done, in one line.
    #[schema(min_length = 1, max_length = 160)]
    title: String,
    /// What is to be done, at length.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// When it counts as done: at most 50, each of 1 to 500 characters.
    #[schema(max_items = 50)]
    acceptance_criteria: Option<Vec<String>>,
    /// What the seller receives for it, in atomic units; the fee is on top. Not zero.
    amount_atomic: AtomicAmount,
    /// When it should be delivered.
    due_at: Option<Instant>,
}

/// Add a milestone to the plan.
///
/// Either party does, while the plan is not final and the agreement is not paid without milestones. What the buyer adds is active, what the seller adds is
/// proposed until the buyer activates it. Milestones never add up to more than the agreement. From the first one on the agreement is paid by milestones only.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/milestones",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = CreateMilestone,
    responses(
        (status = 201, description = "The milestone, and the plan with it.", body = MilestoneBody, example = json!(super::example_body())),
        (status = 409, description = "Together they would be more than was agreed (`exceeds_agreed_amount`, with what is left), not in this state \
            (`not_allowed`), or a payment is in doubt (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_milestone(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    Write(body, mut effect): Write<CreateMilestone>,
) -> Result<Response, Problem> {
    let (by, part) = (participant.require_party()?, body.part()?);
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let milestone = add(&api, &known, by, part)?;
    super::raise_version(&mut effect.tx, &known.agreement.id, &known.plan).await?;
    effect.tx.insert_milestone(&milestone).await?;
    let data = json!({
        "contractId": known.agreement.id.as_str(), "milestoneId": milestone.id.as_str(), "by": by.name(), "status": milestone.state.name(),
        "amountAtomic": milestone.part.amount.to_string(), "planVersion": known.plan.next_version(),
    });
    effect.tx.audit(participant.caller.author().did(AuditAction::MilestoneCreated, &milestone.id, milestone.created_at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::MilestoneCreated, &known.agreement, data);
    let view = super::shown(&mut effect.tx, &participant, &milestone.id).await?;
    effect.commit(StatusCode::CREATED, &view).await
}

/// The new milestone, at the end of the plan.
fn add(api: &Api, known: &Known, by: Side, part: Part) -> Result<Milestone, Problem> {
    known.plan.may_add(by, known.facts().circumstances()).map_err(|refusal| contracts::not_allowed(refusal, known))?;
    super::check_amount(known, &part, None)?;
    let last = known.plan.milestones.last().map_or(0, |milestone| milestone.position);
    let (id, now) = (MilestoneId::new(api.ids.ulid()), api.now());
    Ok(Milestone {
        id,
        agreement: known.agreement.id.clone(),
        position: last.saturating_add(1),
        added_by: by,
        part,
        state: MilestoneState::new(by),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

impl CreateMilestone {
    fn part(&self) -> Result<Part, Problem> {
        Ok(Part {
            title: text::line("title", &self.title, TITLE_CHARS)?,
            description: super::description(self.description.as_deref().unwrap_or_default())?,
            acceptance_criteria: super::criteria(self.acceptance_criteria.as_deref().unwrap_or_default())?,
            amount: *self.amount_atomic,
            due_at: self.due_at.as_ref().map(|at| **at),
        })
    }
}
