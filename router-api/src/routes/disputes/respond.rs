//! POST `/api/agent/contracts/{contractId}/disputes/{disputeId}/respond`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use settlement::dispute::Answer;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use super::{Changing, MAX_TEXT, MIN_TEXT};
use crate::extract::{AgreementWrite, DisputeParticipant, Write};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::dispute::DisputeBody;

/// How the other side sees it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "statement": "It is in the second file.", "expectedVersion": 1 }))]
pub struct RespondToDispute {
    /// How you see it: 10 to 5,000 characters.
    #[schema(min_length = 10, max_length = 5000)]
    statement: String,
    /// What shows it: an http or https URL.
    #[schema(max_length = 2048)]
    evidence_url: Option<String>,
    /// `version` of the dispute as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u32,
}

/// Answer a dispute.
///
/// The side that did not open it says, once, how it sees it.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/disputes/{disputeId}/respond",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`"), ("disputeId" = String, Path, description = "`dsp_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = RespondToDispute,
    responses(
        (status = 200, description = "It is answered.", body = DisputeBody, example = json!({ "dispute": super::example() })),
        (status = 409, description = "Not now, or not by you (`not_allowed`), or changed meanwhile (`stale`, with `currentVersion`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn respond_to_dispute(
    State(api): State<Arc<Api>>,
    DisputeParticipant { participant, dispute }: DisputeParticipant<AgreementWrite>,
    Write(body, mut effect): Write<RespondToDispute>,
) -> Result<Response, Problem> {
    let side = participant.require_party()?;
    let statement = text::paragraph("statement", &body.statement, MIN_TEXT, MAX_TEXT)?;
    let evidence_url = body.evidence_url.map(|url| text::url("evidenceUrl", &url)).transpose()?;
    let changing = Changing::read(&mut effect, &participant, &dispute.id, body.expected_version).await?;
    let answered = changing.dispute.clone().answer(side, Answer { statement, evidence_url, at: api.now() });
    changing.commit(&api, effect, &participant, (answered, NoticeType::DisputeAnswered)).await
}
