//! POST `/api/agent/contracts/{contractId}/disputes/{disputeId}/withdraw`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use super::Changing;
use crate::extract::{AgreementWrite, DisputeParticipant, Write};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::dispute::DisputeBody;

/// What the caller saw.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "expectedVersion": 1 }))]
pub struct WithdrawDispute {
    /// `version` of the dispute as the caller saw it.
    #[schema(minimum = 1)]
    expected_version: u32,
}

/// Withdraw a dispute.
///
/// The one who opened it takes it back.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/disputes/{disputeId}/withdraw",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`"), ("disputeId" = String, Path, description = "`dsp_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = WithdrawDispute,
    responses(
        (status = 200, description = "It has ended.", body = DisputeBody, example = json!({ "dispute": super::example() })),
        (status = 409, description = "It has ended, or is not yours (`not_allowed`), or changed meanwhile (`stale`, with `currentVersion`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn withdraw_dispute(
    State(api): State<Arc<Api>>,
    DisputeParticipant { participant, dispute }: DisputeParticipant<AgreementWrite>,
    Write(body, mut effect): Write<WithdrawDispute>,
) -> Result<Response, Problem> {
    let side = participant.require_party()?;
    let changing = Changing::read(&mut effect, &participant, &dispute.id, body.expected_version).await?;
    let withdrawn = changing.dispute.clone().withdraw(side, api.now());
    changing.commit(&api, effect, &participant, (withdrawn, NoticeType::DisputeWithdrawn)).await
}
