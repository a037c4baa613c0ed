//! PATCH `/api/agent/contracts/{contractId}/milestones/{milestoneId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::NotAllowed;
use settlement::audit::AuditAction;
use settlement::milestone::{Circumstances, Milestone, Part, Side};
use settlement::notice::NoticeType;
use settlement::terms::TITLE_CHARS;
use utoipa::ToSchema;

use crate::extract::wire::{AtomicAmount, Instant};
use crate::extract::{AgreementWrite, MilestoneParticipant, Write};
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::state::Api;
use crate::text;
use crate::view::milestone::MilestoneBody;

/// What to do with the milestone, and in which version the caller saw it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "action": "update", "expectedVersion": 1, "amountAtomic": "3000000" }))]
pub struct ChangeMilestone {
    /// Update, activate or cancel.
    action: ChangeAction,
    /// `version` of the milestone as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u64,
    /// To update: what is to be done, in one line. What is absent stays.
    #[schema(min_length = 1, max_length = 160)]
    title: Option<String>,
    /// To update: what is to be done, at length; empty takes it away.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// To update: when it counts as done.
    #[schema(max_items = 50)]
    acceptance_criteria: Option<Vec<String>>,
    /// To update: what the seller receives for it.
    amount_atomic: Option<AtomicAmount>,
    /// To update: when it should be delivered.
    due_at: Option<Instant>,
}

/// Update, activate or cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// Change what it asks for: either party while it is proposed, the buyer also while it is active.
    Update,
    /// The buyer takes up what the seller has proposed.
    Activate,
    /// Either party takes it out of the plan.
    Cancel,
}

/// Change, activate or cancel a milestone.
///
/// While the plan is not final. Every change gives milestone and plan another version, so that earlier confirmations of the plan no longer count.
#[utoipa::path(
    patch,
    path = "/api/agent/contracts/{contractId}/milestones/{milestoneId}",
    tag = "milestones",
    params(("contractId" = String, Path, description = "`agr_…`"), ("milestoneId" = String, Path, description = "`ms_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = ChangeMilestone,
    responses(
        (status = 200, description = "The milestone after it.", body = MilestoneBody, example = json!(super::example_body())),
        (status = 409, description = "Changed meanwhile (`stale`, with `currentVersion`), not in this state (`not_allowed`), together more than was agreed \
            (`exceeds_agreed_amount`), or a payment is in doubt (`router_payment_proof_inspection_required`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn change_milestone(
    State(api): State<Arc<Api>>,
    MilestoneParticipant { participant, milestone: id }: MilestoneParticipant<AgreementWrite>,
    Write(body, mut effect): Write<ChangeMilestone>,
) -> Result<Response, Problem> {
    let by = participant.require_party()?;
    if body.action == ChangeAction::Activate {
        participant.require_payer()?;
    }
    let (known, before) = super::seen(&mut effect.tx, &participant, &id, body.expected_version).await?;
    let refused = |refusal| contracts::not_allowed(refusal, &known);
    let (mut after, kind) = body.changed(&before, by, (known.facts().circumstances(), api.now())).map_err(refused)?;
    if body.action == ChangeAction::Update {
        after.part = body.part(&before.part)?;
        super::check_amount(&known, &after.part, Some(&id))?;
    } else {
        body.check_bare()?;
    }
    super::raise_version(&mut effect.tx, &known.agreement.id, &known.plan).await?;
    effect.tx.set_milestone(&before, &after).await?;
    let data = json!({
        "contractId": known.agreement.id.as_str(), "milestoneId": id.as_str(), "by": by.name(), "status": after.state.name(), "version": after.version,
        "amountAtomic": after.part.amount.to_string(), "planVersion": known.plan.next_version(),
    });
    effect.tx.audit(participant.caller.author().did(AuditAction::MilestoneChanged, &id, after.updated_at).with(data.clone()));
    announce(&api, &mut effect.tx, kind, &known.agreement, data);
    let view = super::shown(&mut effect.tx, &participant, &id).await?;
    effect.commit(StatusCode::OK, &view).await
}

impl ChangeMilestone {
    /// The milestone in its next state and version.
    fn changed(
        &self,
        before: &Milestone,
        by: Side,
        (circumstances, now): (Circumstances<'_>, settlement::Timestamp),
    ) -> Result<(Milestone, NoticeType), NotAllowed> {
        let state = before.state.clone();
        let (state, kind) = match self.action {
            ChangeAction::Update => {
                state.may_update(by, circumstances)?;
                (state, NoticeType::MilestoneUpdated)
            }
            ChangeAction::Activate => (state.activate(circumstances)?, NoticeType::MilestoneActivated),
            ChangeAction::Cancel => (state.cancel(by, circumstances, now)?, NoticeType::MilestoneCancelled),
        };
        Ok((Milestone { state, version: before.version.saturating_add(1), updated_at: now, ..before.clone() }, kind))
    }

    /// What it asks for after an update.
    fn part(&self, before: &Part) -> Result<Part, Problem> {
        Ok(Part {
            title: self.title.as_deref().map_or_else(|| Ok(before.title.clone()), |title| text::line("title", title, TITLE_CHARS))?,
            description: self.description.as_deref().map_or_else(|| Ok(before.description.clone()), super::description)?,
            acceptance_criteria: self.acceptance_criteria.as_deref().map_or_else(|| Ok(before.acceptance_criteria.clone()), super::criteria)?,
            amount: self.amount_atomic.as_ref().map_or(before.amount, |amount| **amount),
            due_at: self.due_at.as_ref().map_or(before.due_at, |at| Some(**at)),
        })
    }

    /// Refuses what only an update takes.
    fn check_bare(&self) -> Result<(), Problem> {
        let given = [
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("acceptanceCriteria", self.acceptance_criteria.is_some()),
            ("amountAtomic", self.amount_atomic.is_some()),
            ("dueAt", self.due_at.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((field, _)) => Err(Problem::field(Code::InvalidField, field, "it is changed with the action update only")),
            None => Ok(()),
        }
    }
}
