//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/verify`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use settlement::ids::PaymentRequestId;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use store::{Changes, StoredRequest};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::submit::name_transaction;
use super::{Sighting, detail, inspection_required, sound};
use crate::extract::wire::Hash32;
use crate::extract::{PaymentWrite, RequestParticipant, Write};
use crate::known::{ChainState, Following, Known, Setting};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payment_request::{PaymentRequestBody, PendingPaymentRequestBody};

/// The longest that an answer is held, whatever the configuration says: proxies give up after a minute or less.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// When to ask again while the chain is followed, in seconds: about a block.
const RETRY_S: u64 = 2;
/// When to ask again while it is not, in seconds: somebody has to act first.
const DELAYED_RETRY_S: u64 = 30;

/// The transaction to look for, where the payer knows it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060" }))]
pub struct VerifyTransaction {
    /// Its hash; the payment is found without it too.
    tx_hash: Option<Hash32>,
}

/// Look for the payment.
///
/// Names the transaction, if there is one in the body, and waits up to 30 seconds for the chain. 200 once the request is verified or has ended; 202 with
/// `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. Safe to repeat: its answer is never a stored one.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/verify",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = VerifyTransaction,
    responses(
        (status = 200, description = "It is verified, or has ended otherwise; `status` says which.", body = PaymentRequestBody,
            example = json!({ "paymentRequest": super::example() })),
        (status = 202, description = "Not yet.", body = PendingPaymentRequestBody, example = json!({ "paymentRequest": super::example(), "retryAfterSeconds": 2 })),
        (status = 409, description = "The transaction belongs to another payment (`tx_hash_mismatch`), or the payment is in doubt \
            (`router_payment_proof_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn verify_transaction(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentWrite>,
    Write(body, mut effect): Write<VerifyTransaction>,
) -> Result<Response, Problem> {
    let payer = participant.require_payer()?;
    // Listening starts before the first look, so that nothing can happen in between.
    let changes = api.store.changes();
    if let Some(tx_hash) = &body.tx_hash {
        let seen = effect.tx.seen_event(request.id()).await?;
        name_transaction(&api, &mut effect.tx, &participant.agreement, request.id(), **tx_hash, seen.as_ref()).await?;
    }
    effect.release().await?;
    let (request, sighting) = wait(&api, request.id(), changes).await?;
    let chain = ChainState::read(&api, participant.agreement.terms.asset.chain_id()).await?;
    let (following, ended) = (chain.following(), has_ended(&request.state) && sighting.seen.is_none());
    let verified = matches!(request.state, PaymentRequestState::Verified { .. });
    let setting = Setting { chain, ..participant.setting };
    let known = Known::read(&api, participant.agreement, setting).await?;
    let payment_request = detail(&api, &known, &StoredRequest::Sound(request), &sighting, (participant.actor, Some(payer)));
    if verified || ended {
        return Ok(Json(PaymentRequestBody { payment_request }).into_response());
    }
    Ok(not_yet(PendingPaymentRequestBody { payment_request, retry_after_seconds: retry_after(following), delayed_by: following.delay() }))
}

/// Looks until the request is verified, has ended or does not prove itself, or the time is over.
async fn wait(api: &Api, id: &PaymentRequestId, mut changes: Changes) -> Result<(PaymentRequest, Sighting), Problem> {
    let until = Instant::now() + api.config.verify_wait.min(MAX_WAIT);
    loop {
        let stored = api.store.request(id).await?.ok_or_else(Problem::not_found)?;
        let sighting = Sighting::read(api, &stored).await?;
        let request = sound(stored)?;
        if !sighting.issues.is_empty() {
            return Err(inspection_required(id).with("proofIssues", sighting.shown()));
        }
        let left = until.saturating_duration_since(Instant::now());
        let ended = has_ended(&request.state) && sighting.seen.is_none();
        if ended || matches!(request.state, PaymentRequestState::Verified { .. }) || left.is_zero() {
            return Ok((request, sighting));
        }
        changes.wait(left).await;
    }
}

/// Whether nothing more is to be expected, unless it is paid all the same.
const fn has_ended(state: &PaymentRequestState) -> bool {
    match state {
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } | PaymentRequestState::Verified { .. } => false,
        PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => true,
    }
}

const fn retry_after(following: Following) -> u64 {
    match following {
        Following::Yes => RETRY_S,
        Following::NotStarted | Following::Lagging | Following::Halted => DELAYED_RETRY_S,
    }
}

fn not_yet(body: PendingPaymentRequestBody) -> Response {
    let retry_after = [(axum::http::header::RETRY_AFTER, body.retry_after_seconds.to_string())];
    (StatusCode::ACCEPTED, retry_after, Json(body)).into_response()
}
