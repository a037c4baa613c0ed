//! POST `/api/agent/contracts/{contractId}/disputes`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::dispute::{Dispute, DisputeState, may_open};
use settlement::ids::DisputeId;
use settlement::milestone::Side;
use settlement::notice::NoticeType;
use utoipa::ToSchema;

use super::{MAX_TEXT, MIN_TEXT};
use crate::extract::{AgreementWrite, Participant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::dispute::DisputeBody;

/// What is wrong.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "Chapter three is missing.", "evidenceUrl": "https://files.example/table-of-contents.pdf" }))]
pub struct OpenDispute {
    /// What is wrong, for the other side: 10 to 5,000 characters.
    #[schema(min_length = 10, max_length = 5000)]
    reason: String,
    /// What shows it: an http or https URL.
    #[schema(max_length = 2048)]
    evidence_url: Option<String>,
    /// What else to know.
    #[schema(min_length = 1, max_length = 5000)]
    notes: Option<String>,
}

impl OpenDispute {
    fn dispute(self, api: &Api, participant: &Participant<AgreementWrite>, opened_by: Side) -> Result<Dispute, Problem> {
        let now = api.now();
        Ok(Dispute {
            id: DisputeId::new(api.ids.ulid()),
            agreement: participant.agreement.id.clone(),
            opened_by,
            reason: text::paragraph("reason", &self.reason, MIN_TEXT, MAX_TEXT)?,
            evidence_url: self.evidence_url.map(|url| text::url("evidenceUrl", &url)).transpose()?,
            notes: self.notes.map(|notes| text::paragraph("notes", &notes, 1, MAX_TEXT)).transpose()?,
            answer: None,
            recommendation: None,
            state: DisputeState::Open,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

/// Open a dispute.
///
/// Either party can, once a payment is verified. One dispute of an agreement is open at a time. While the buyer's is, the buyer cannot accept. A dispute moves no
/// money: where both agree that money goes back, a refund request does that.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/disputes",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = OpenDispute,
    responses(
        (status = 201, description = "It is open.", body = DisputeBody, example = json!({ "dispute": super::example() })),
        (status = 409, description = "Nothing is verifiably paid, or one is open already (`not_allowed`; `disputeId` names that one), or there were enough \
            (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn open_dispute(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    Write(body, mut effect): Write<OpenDispute>,
) -> Result<Response, Problem> {
    let side = participant.require_party()?;
    let dispute = body.dispute(&api, &participant, side)?;
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let open = known.pending.dispute.as_ref();
    if let Err(refusal) = may_open(known.payments, known.pending.disputes, open.is_some()) {
        let is_limit = open.is_none() && known.payments.any_verified;
        let problem = Problem::new(if is_limit { Code::LimitReached } else { Code::NotAllowed }, refusal.to_string()).with("currentStatus", refusal.from);
        return Err(match open {
            Some(open) => problem.with("disputeId", open.id.as_str()),
            None => problem,
        });
    }
    effect.tx.insert_dispute(&dispute).await?;
    let data = super::about(&dispute, &participant);
    effect.tx.audit(participant.caller.author().did(AuditAction::DisputeOpened, &dispute.id, dispute.created_at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::DisputeOpened, &known.agreement, data);
    known.pending.dispute = Some(dispute.clone());
    let view = super::view(&known, &dispute, &participant);
    effect.commit(StatusCode::CREATED, &DisputeBody { dispute: view }).await
}
