//! POST `/api/agent/contracts/{contractId}/payout-changes/{payoutChangeId}/respond`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::{AgreementId, PayoutChangeId};
use settlement::notice::NoticeType;
use settlement::payout_change::{PayoutChangeRecord, PayoutChangeState, Word, founded};
use store::Tx;
use utoipa::ToSchema;

use crate::extract::wire::{AccountAddress, HexBytes, Instant};
use crate::extract::{Participant, ParticipantWrite, PathIds, PaymentWrite, PrepareFor};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payout_change::PayoutChangeBody;

/// What becomes of a change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "action": "decline", "expectedUpdatedAt": "2023-11-14T22:13:20.000Z" }))]
pub struct RespondToPayoutChange {
    /// What becomes of it.
    action: PayoutChangeAction,
    /// To confirm: the payee that you confirm. It has to be the one of the change.
    payee_address: Option<AccountAddress>,
    /// To confirm: your wallet's signature of the change's `typedData`, needed where the agreement was signed.
    signature: Option<HexBytes>,
    /// `updatedAt` of the change as the caller saw it.
    expected_updated_at: Instant,
}

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutChangeAction {
    /// The buyer: requests that are signed from now on pay there.
    Confirm,
    /// The buyer: nothing changes.
    Decline,
    /// The seller: it takes the change back.
    Cancel,
}

/// How the buyer's word can be taken, once the change is known.
pub struct Given {
    signature: Option<(Word, PayoutChangeRecord)>,
}

impl PrepareFor<PaymentWrite> for RespondToPayoutChange {
    /// The buyer's word about the change that waits for it; none where it was not asked for.
    type Prepared = Result<Given, Problem>;

    async fn prepare_for(&self, api: &Api, participant: &Participant<PaymentWrite>) -> Self::Prepared {
        match self.action {
            PayoutChangeAction::Confirm | PayoutChangeAction::Decline => participant.require_payer().map(|_| ())?,
            PayoutChangeAction::Cancel => participant.require_seller().map(|_| ())?,
        }
        if self.action != PayoutChangeAction::Confirm {
            return Ok(Given { signature: None });
        }
        let agreement = &participant.agreement;
        let changes = api.store.payout_changes(&agreement.id).await?;
        let Some(waiting) = changes.into_iter().find(|change| change.state == PayoutChangeState::Requested) else { return Ok(Given { signature: None }) };
        let word = super::word(api, agreement, (waiting.digest(agreement), agreement.buyer.wallet), self.signature.as_deref()).await?;
        Ok(Given { signature: Some((word, waiting)) })
    }
}

impl RespondToPayoutChange {
    /// The change after it.
    fn decide(&self, change: &PayoutChangeRecord, given: Given, now: settlement::Timestamp) -> Result<(PayoutChangeRecord, NoticeType), Problem> {
        let decided = match self.action {
            PayoutChangeAction::Decline => (change.clone().decline(now), NoticeType::PayoutChangeDeclined),
            PayoutChangeAction::Cancel => (change.clone().cancel(now), NoticeType::PayoutChangeCancelled),
            PayoutChangeAction::Confirm => {
                if self.payee_address.as_deref() != Some(&change.payee) {
                    let why = format!("name the address that you confirm: the change asks for {}", change.payee);
                    return Err(Problem::field(Code::InvalidField, "payeeAddress", why));
                }
                // The word was given for the change that waited when it was checked; another one has another digest.
                let word = given.signature.filter(|(_, of)| of == change).map(|(word, _)| word);
                if word.is_none() && change.state == PayoutChangeState::Requested {
                    return Err(Problem::new(Code::Conflict, "the change was asked for just now; repeat this"));
                }
                (change.clone().confirm(word.unwrap_or(Word::Authenticated), now), NoticeType::PayoutChangeConfirmed)
            }
        };
        let (changed, kind) = decided;
        let changed = changed.map_err(|refusal| {
            let problem = Problem::new(Code::NotAllowed, refusal.to_string()).with("currentStatus", refusal.from);
            let too_early = change.state == PayoutChangeState::Requested;
            if too_early { problem.with("availableAfter", change.confirmable_at().to_string()) } else { problem }
        })?;
        Ok((changed, kind))
    }
}

/// The change in force, if there is one, ends with a new one.
async fn supersede(tx: &mut Tx, confirmed: &PayoutChangeRecord) -> Result<(), Problem> {
    let PayoutChangeState::Confirmed { at, .. } = confirmed.state else { return Ok(()) };
    for earlier in tx.payout_changes(&confirmed.agreement).await? {
        if let Ok(superseded) = earlier.clone().supersede(at) {
            tx.update_payout_change(&earlier, &superseded).await?;
        }
    }
    Ok(())
}

/// Confirm, decline or take back a payout change.
///
/// The buyer confirms or declines, the seller takes back. Before you confirm, ask the seller through a channel that you have used before. Requests that are signed from then
/// on pay the new payee; those that were signed before pay whom they say, and are listed.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/payout-changes/{payoutChangeId}/respond",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`"), ("payoutChangeId" = String, Path, description = "`poc_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = RespondToPayoutChange,
    responses(
        (status = 200, description = "The change after it.", body = PayoutChangeBody, example = json!({ "payoutChange": super::example() })),
        (status = 409, description = "It is decided, or has to stand for longer (`not_allowed`, with `availableAfter`), or changed meanwhile (`stale`, with `updatedAt`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn respond_to_payout_change(
    State(api): State<Arc<Api>>,
    ids: PathIds<AgreementId, PayoutChangeId>,
    ParticipantWrite(participant, body, given, mut effect): ParticipantWrite<PaymentWrite, RespondToPayoutChange>,
) -> Result<Response, Problem> {
    let mut known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let changes = effect.tx.payout_changes(&known.agreement.id).await?;
    let change = changes.into_iter().find(|change| change.id == ids.1).ok_or_else(Problem::not_found)?;
    let given = given?;
    if change.updated_at != *body.expected_updated_at {
        let stale = Problem::new(Code::Stale, "the change has changed since then").with("updatedAt", change.updated_at.to_string());
        return Err(stale.with("currentStatus", change.state.name()));
    }
    let (changed, kind) = body.decide(&change, given, known.setting.now)?;
    supersede(&mut effect.tx, &changed).await?;
    effect.tx.update_payout_change(&change, &changed).await?;
    let before = known.agreement.clone();
    known.agreement.updated_at = before.changed_at(api.now());
    effect.tx.note_payout_change(&before, &changed, known.agreement.updated_at).await?;
    let data = super::about(&changed, &participant);
    effect.tx.audit(participant.caller.author().did(AuditAction::PayoutChangeDecided, &changed.id, changed.updated_at).with(data.clone()));
    announce(&api, &mut effect.tx, kind, &before, data);
    if kind == NoticeType::PayoutChangeConfirmed {
        known.agreement.payout = Some(founded(&changed, &before).map_err(|error| Problem::field(Code::ConsentInvalid, "signature", error))?);
    }
    known.pending.payout_change = None;
    let requests = effect.tx.requests_of(&before.id).await?;
    let payout_change = super::view(&known, &requests, &changed, &participant);
    effect.commit(StatusCode::OK, &PayoutChangeBody { payout_change }).await
}
