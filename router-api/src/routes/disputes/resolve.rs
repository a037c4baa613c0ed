//! POST `/api/agent/contracts/{contractId}/disputes/{disputeId}/resolve`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use settlement::dispute::{Dispute, DisputeState, Outcome, OutcomeError, Proposal, Recommendation};
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use super::{Changing, MAX_NOTE};
use crate::extract::wire::AtomicAmount;
use crate::extract::{AgreementWrite, DisputeParticipant, Write};
use crate::known::Known;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::dispute::DisputeBody;

/// How it is to end.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "outcome": "refund", "refundAmountAtomic": "2500000", "note": "for the missing chapter", "expectedVersion": 2 }))]
pub struct ResolveDispute {
    /// Whether money goes back.
    outcome: OutcomeName,
    /// How much the seller pays back, in atomic units, without fee: needed for a refund. At most what was paid and has neither gone back nor been promised back
    /// by a refund that the seller approved.
    refund_amount_atomic: Option<AtomicAmount>,
    /// Why: up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    note: Option<String>,
    /// `version` of the dispute as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u32,
}

/// Whether money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeName {
    /// Nothing does.
    NoRefund,
    /// Some or all of what was paid does.
    Refund,
}

impl ResolveDispute {
    fn outcome(&self, known: &Known) -> Result<Outcome, Problem> {
        let outcome = match (self.outcome, &self.refund_amount_atomic) {
            (OutcomeName::NoRefund, None) => return Ok(Outcome::NoRefund),
            (OutcomeName::NoRefund, Some(_)) => {
                return Err(Problem::field(Code::InvalidField, "refundAmountAtomic", "leave it out where the outcome is no_refund"));
            }
            (OutcomeName::Refund, None) => return Err(Problem::field(Code::InvalidField, "refundAmountAtomic", "say how much goes back")),
            (OutcomeName::Refund, Some(amount)) => Outcome::Refund(**amount),
        };
        outcome
            .check(known.refunds.unpromised_of_all())
            .map(|()| outcome)
            .map_err(|error: OutcomeError| Problem::field(Code::InvalidField, "refundAmountAtomic", error))
    }
}

/// Say how a dispute is to end.
///
/// Each party says how it would end it; when both have said the same, it ends so. The evaluator whom the terms name says what it would do, which binds nobody.
/// The end moves no money: where both agree on a refund, the buyer makes a refund request for that amount. To say again what one has said changes nothing; after
/// 50 versions a side says something else only once the other has spoken, and after 100 the parties can only agree or withdraw.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/disputes/{disputeId}/resolve",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`"), ("disputeId" = String, Path, description = "`dsp_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = ResolveDispute,
    responses(
        (status = 200, description = "`proposed`, or `resolved` when the other side had said the same.", body = DisputeBody,
            example = json!({ "dispute": super::example() })),
        (status = 409, description = "It has ended, or it is for the other side to speak (`not_allowed`), or it changed meanwhile (`stale`, with `currentVersion`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn resolve_dispute(
    State(api): State<Arc<Api>>,
    DisputeParticipant { participant, dispute }: DisputeParticipant<AgreementWrite>,
    Write(body, mut effect): Write<ResolveDispute>,
) -> Result<Response, Problem> {
    let side = participant.require_judge()?;
    let note = body.note.as_deref().map(|note| text::paragraph("note", note, 1, MAX_NOTE)).transpose()?;
    let changing = Changing::read(&mut effect, &participant, &dispute.id, body.expected_version).await?;
    let proposal = Proposal { outcome: body.outcome(&changing.known)?, note, at: api.now() };
    let before = changing.dispute.clone();
    let changed = match side {
        Some(side) => before.resolve(side, proposal),
        None => before.recommend(Recommendation { by: participant.caller.profile.clone(), proposal }),
    };
    let kind = match (side, &changed) {
        (None, _) => NoticeType::DisputeRecommended,
        (Some(_), Ok(Dispute { state: DisputeState::Resolved { .. }, .. })) => NoticeType::DisputeResolved,
        (Some(_), _) => NoticeType::DisputeProposed,
    };
    changing.commit(&api, effect, &participant, (changed, kind)).await
}
