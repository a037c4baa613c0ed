//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/submit`.

use std::sync::Arc;

use alloy_primitives::B256;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::agreement::AgreementRecord;
use settlement::ids::PaymentRequestId;
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use store::{Conflict, SeenEvent, StoreError, StoredRequest, Tx};
use utoipa::ToSchema;

use super::{Sighting, conflict, detail, sound};
use crate::extract::wire::Hash32;
use crate::extract::{PaymentWrite, RequestParticipant, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payment_request::PaymentRequestBody;

/// The transaction that pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060" }))]
pub struct SubmitTransaction {
    /// Its hash.
    tx_hash: Hash32,
}

/// Name the transaction that pays.
///
/// A hint: the payment is found on the chain without it, and the hint proves nothing. A later hash replaces an earlier one (a sped-up transaction).
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/submit",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = SubmitTransaction,
    responses(
        (status = 200, description = "The request, which now waits for the chain.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })),
        (status = 409, description = "The transaction belongs to another payment (`tx_hash_mismatch`), the request is paid (`already_verified`), being paid \
            by another transaction (`payment_settling`), in doubt (`router_payment_proof_inspection_required`) or ended (`not_allowed`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn submit_transaction(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentWrite>,
    Write(body, mut effect): Write<SubmitTransaction>,
) -> Result<Response, Problem> {
    let payer = participant.require_payer()?;
    let sighting = Sighting { seen: effect.tx.seen_event(request.id()).await?, ..Sighting::default() };
    let request = name_transaction(&api, &mut effect.tx, &participant.agreement, request.id(), *body.tx_hash, sighting.seen.as_ref()).await?;
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let view = detail(&api, &known, &StoredRequest::Sound(request), &sighting, (participant.actor, Some(payer)));
    effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: view }).await
}

/// Binds a transaction to a request, which waits for the chain from then on. Naming what is known already changes nothing.
///
/// # Errors
/// When the transaction pays something else, or the request can no longer be paid by it.
pub(super) async fn name_transaction(
    api: &Api,
    tx: &mut Tx,
    agreement: &AgreementRecord,
    id: &PaymentRequestId,
    tx_hash: B256,
    seen: Option<&SeenEvent>,
) -> Result<PaymentRequest, Problem> {
    let request = sound(tx.request(id).await?.ok_or_else(Problem::not_found)?)?;
    match (&request.state, seen.map(|seen| seen.event.location.tx_hash)) {
        (PaymentRequestState::Verified { proof, .. }, _) if proof.event().location.tx_hash == tx_hash => return Ok(request),
        (PaymentRequestState::Verified { .. }, _) => return Err(conflict::already_verified(id)),
        (PaymentRequestState::Submitted { tx_hash: known, .. }, _) if *known == tx_hash => return Ok(request),
        (_, Some(paying)) if paying == tx_hash => return Ok(request),
        (_, Some(paying)) => {
            let problem = Problem::new(Code::PaymentSettling, "another transaction pays this request and is not final yet");
            return Err(problem.with("txHash", paying.to_string()).retry_after(conflict::SETTLING_RETRY_S));
        }
        (
            PaymentRequestState::Signed
            | PaymentRequestState::Submitted { .. }
            | PaymentRequestState::Cancelled { .. }
            | PaymentRequestState::Failed { .. }
            | PaymentRequestState::Expired { .. },
            None,
        ) => {}
    }
    check_is_free(tx, &request, tx_hash).await?;
    bind(api, tx, agreement, request, tx_hash).await
}

/// Refuses a transaction that is known to pay something else.
async fn check_is_free(tx: &mut Tx, request: &PaymentRequest, tx_hash: B256) -> Result<(), Problem> {
    let chain_id = request.signed.snapshot().asset.chain_id();
    match tx.claim_hint(chain_id, tx_hash, &request.id).await {
        Err(StoreError::Conflict(Conflict::Duplicate("tx_hash"))) => return Err(conflict::mismatch("this transaction was named for another payment request")),
        claimed => claimed?,
    }
    let events = tx.events_of_tx(chain_id, tx_hash).await?;
    if !events.is_empty() && !events.iter().any(|event| event.digest == request.signed.digest()) {
        return Err(conflict::mismatch("this transaction pays something else"));
    }
    Ok(())
}

async fn bind(api: &Api, tx: &mut Tx, agreement: &AgreementRecord, mut request: PaymentRequest, tx_hash: B256) -> Result<PaymentRequest, Problem> {
    let (from, now) = (request.state.name(), api.now());
    request.state = request.state.clone().submit(tx_hash, now).map_err(|refusal| {
        Problem::new(Code::NotAllowed, refusal.to_string()).with("currentStatus", refusal.from).with("paymentRequestId", request.id.as_str())
    })?;
    request.updated_at = now;
    match tx.set_request_state(&request.id, from, &request.state, now).await {
        Err(StoreError::Conflict(Conflict::Duplicate("live_request"))) => {
            return Err(Problem::new(Code::ReuseOrCancelActiveRequest, "a newer payment request of this agreement is active; if this one was paid, the chain tells us"));
        }
        changed => changed?,
    }
    let data = json!({ "contractId": request.agreement.as_str(), "paymentRequestId": request.id.as_str(), "txHash": tx_hash.to_string() });
    announce(api, tx, NoticeType::RequestSubmitted, agreement, data);
    Ok(request)
}
