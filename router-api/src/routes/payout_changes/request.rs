//! POST `/api/agent/contracts/{contractId}/payout-changes`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::notice::NoticeType;
use settlement::payout_change::{PayoutChangeRecord, may_request};
use utoipa::ToSchema;

use super::typed_data::next;
use crate::extract::wire::{AccountAddress, HexBytes, Instant};
use crate::extract::{Participant, ParticipantWrite, PaymentWrite, PrepareFor};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::contracts;
use crate::state::Api;
use crate::text;
use crate::view::payout_change::PayoutChangeBody;

/// Longest note, in characters.
const MAX_NOTE: usize = 1_000;

/// Where the seller wants to be paid.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "payeeAddress": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", "note": "we have a new wallet", "expectedUpdatedAt": "2023-11-14T22:13:20.000Z" }))]
pub struct RequestPayoutChange {
    /// Where you want to be paid from now on.
    payee_address: AccountAddress,
    /// Why, for the buyer: up to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    note: Option<String>,
    /// `updatedAt` of the agreement as the caller saw it.
    expected_updated_at: Instant,
    /// Your wallet's signature of what `payout-changes/typed-data` answers: needed where the agreement was signed, and elsewhere it spares the change its day of waiting.
    signature: Option<HexBytes>,
}

impl PrepareFor<PaymentWrite> for RequestPayoutChange {
    /// The change, as it is to be stored.
    type Prepared = Result<PayoutChangeRecord, Problem>;

    async fn prepare_for(&self, api: &Api, participant: &Participant<PaymentWrite>) -> Self::Prepared {
        participant.require_seller()?;
        let agreement = &participant.agreement;
        super::check(api, agreement, *self.payee_address)?;
        let change = next(api, participant, *self.payee_address).await?;
        let asked = super::word(api, agreement, (change.digest(agreement), agreement.seller.wallet), self.signature.as_deref()).await?;
        let note = self.note.as_deref().map(|note| text::paragraph("note", note, 1, MAX_NOTE)).transpose()?;
        Ok(PayoutChangeRecord { asked, note, ..change })
    }
}

/// Ask to be paid elsewhere.
///
/// Only the seller does, while something is left to pay. Nothing changes before the buyer has confirmed it: both are told, and a change that no wallet has signed has to
/// stand for a day first. What is signed before stays as it is.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/payout-changes",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = RequestPayoutChange,
    responses(
        (status = 201, description = "It waits for the buyer.", body = PayoutChangeBody, example = json!({ "payoutChange": super::example() })),
        (status = 409, description = "Nothing is left to pay, or another change waits for the buyer (`not_allowed`), the agreement has changed meanwhile (`stale`, with \
            `updatedAt`), or there were enough changes (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn request_payout_change(
    State(api): State<Arc<Api>>,
    ParticipantWrite(participant, body, change, mut effect): ParticipantWrite<PaymentWrite, RequestPayoutChange>,
) -> Result<Response, Problem> {
    let change = change?;
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    contracts::check_version(&known.agreement, *body.expected_updated_at)?;
    let (open, earlier) = (known.pending.payout_change.is_some(), known.pending.payout_changes);
    if let Err(refusal) = may_request(&known.agreement.state, known.payments, earlier, open) {
        let is_limit = earlier >= settlement::payout_change::MAX_PAYOUT_CHANGES && !open;
        let code = if is_limit { Code::LimitReached } else { Code::NotAllowed };
        return Err(Problem::new(code, refusal.to_string()).with("currentStatus", refusal.from));
    }
    let before = known.agreement.clone();
    effect.tx.insert_payout_change(&change).await?;
    known.agreement.updated_at = before.changed_at(api.now());
    effect.tx.note_payout_change(&before, &change, known.agreement.updated_at).await?;
    let data = super::about(&change, &participant);
    effect.tx.audit(participant.caller.author().did(AuditAction::PayoutChangeRequested, &change.id, change.created_at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::PayoutChangeRequested, &before, data);
    known.pending.payout_change = Some(change.clone());
    let requests = effect.tx.requests_of(&before.id).await?;
    let payout_change = super::view(&known, &requests, &change, &participant);
    effect.commit(StatusCode::CREATED, &PayoutChangeBody { payout_change }).await
}
