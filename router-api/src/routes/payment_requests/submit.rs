//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/submit`.

use std::sync::Arc;

use alloy_primitives::B256;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::agreement::AgreementRecord;
use settlement::audit::{AuditAction, Author};
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::unit::Fate;
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
    let named = Named { agreement: &participant.agreement.id, request: request.id(), tx_hash: *body.tx_hash, by: participant.caller.author() };
    let (request, seen) = name_transaction(&api, &mut effect.tx, named).await?;
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let sighting = Sighting { seen, ..Sighting::default() };
    let view = detail(&api, &known, &StoredRequest::Sound(request), &sighting, (participant.actor, Some(payer)));
    effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: view }).await
}

/// A transaction that is said to pay a request, and who says so.
#[derive(Clone, Debug)]
pub(super) struct Named<'a> {
    pub(super) agreement: &'a AgreementId,
    pub(super) request: &'a PaymentRequestId,
    pub(super) tx_hash: B256,
    pub(super) by: Author,
}

/// Binds a transaction to a request, which waits for the chain from then on, and says what is on the chain. Naming what is known already changes nothing.
///
/// # Errors
/// When the transaction pays something else, or the request can no longer be paid by it.
pub(super) async fn name_transaction(api: &Api, tx: &mut Tx, named: Named<'_>) -> Result<(PaymentRequest, Option<SeenEvent>), Problem> {
    let Named { agreement, request: id, tx_hash, by } = named;
    // The indexer may be about to decide on the same request; whoever has the agreement first, the other sees what came of it.
    let agreement = tx.agreement(agreement).await?.ok_or_else(Problem::not_found)?;
    let request = sound(tx.request(id).await?.ok_or_else(Problem::not_found)?)?;
    let seen = tx.seen_event(id).await?;
    match (&request.state, seen.as_ref().map(|seen| seen.event.location.tx_hash)) {
        (PaymentRequestState::Verified { proof, .. }, _) if proof.event().location.tx_hash == tx_hash => return Ok((request, seen)),
        (PaymentRequestState::Verified { .. }, _) => return Err(conflict::already_verified(id)),
        (PaymentRequestState::Submitted { tx_hash: known, .. }, _) if *known == tx_hash => return Ok((request, seen)),
        (_, Some(paying)) if paying == tx_hash => return Ok((request, seen)),
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
    check_unit_is_open(tx, &request).await?;
    check_is_free(tx, &request, tx_hash).await?;
    let request = bind(api, tx, &agreement, request, tx_hash).await?;
    tx.audit(by.did(AuditAction::RequestSubmitted, id, request.updated_at).with(json!({ "txHash": tx_hash.to_string() })));
    Ok((request, seen))
}

/// Refuses when another request has used the unit's nonce: a failed one must not come back to life beside it.
async fn check_unit_is_open(tx: &mut Tx, request: &PaymentRequest) -> Result<(), Problem> {
    let siblings = tx.siblings(&request.agreement).await?;
    let others = siblings.iter().filter(|sibling| sibling.unit_id == request.unit.id && sibling.request != request.id);
    for other in others {
        match other.fate {
            Fate::Paid => return Err(conflict::already_verified(&other.request)),
            Fate::Settling => return Err(conflict::settling(&other.request)),
            Fate::Live | Fate::Ended => {}
        }
    }
    Ok(())
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
        Err(StoreError::Conflict(Conflict::Duplicate("live_request"))) => return Err(newer(api, tx, &request).await?),
        changed => changed?,
    }
    let data = json!({ "contractId": request.agreement.as_str(), "paymentRequestId": request.id.as_str(), "txHash": tx_hash.to_string() });
    announce(api, tx, NoticeType::RequestSubmitted, agreement, data);
    Ok(request)
}

/// A newer request took the place of this one.
async fn newer(api: &Api, tx: &mut Tx, request: &PaymentRequest) -> Result<Problem, Problem> {
    const WHY: &str = "it is newer than this one; if this one was paid, the chain tells us";
    let requests = tx.requests_of(&request.agreement).await?;
    let live = requests.iter().filter(|other| other.id() != &request.id).find(|other| other.status().is_live());
    Ok(match live {
        Some(StoredRequest::Sound(live)) => conflict::active(live, WHY, api.now()),
        Some(StoredRequest::Unproven { id, .. }) => super::inspection_required(id),
        None => Problem::new(Code::Conflict, "a newer payment request has just ended; repeat this"),
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use axum::http::Method;
    use serde_json::{Value, json};
    use settlement::payment_request::FailureReason;

    use crate::testing::{Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::payment_request::PaymentRequestBody;

    /// A request of another agreement between the same two, and where it is.
    async fn another(app: &TestApp) -> String {
        let contract = app.import("another").await;
        let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests");
        let answer = app.post(&path).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
        format!("{path}/{}", answer["paymentRequest"]["id"].as_str().unwrap())
    }

    async fn submit(app: &TestApp, path: &str, tx_hash: &str) -> Answer {
        app.post(&format!("{path}/submit")).bearer(&app.buyer).json(json!({ "txHash": tx_hash })).send().await
    }

    #[tokio::test]
    async fn the_request_waits_for_the_named_transaction_and_a_faster_one_replaces_it() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let answer = app.submit(&id, &TestApp::hash(1)).await.expect(200);
        assert_documented::<PaymentRequestBody>(answer.json());
        let request = &answer["paymentRequest"];
        assert_eq!((&request["status"], &request["submittedTxHash"], &request["paidTxHash"]), (&json!("submitted"), &json!(TestApp::hash(1)), &Value::Null));
        assert_eq!((&request["isPayable"], request.get("execution")), (&json!(false), None), "a second payment is not invited");
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        assert_eq!(app.notices("payment_request.submitted").await.len(), 1, "naming it again is no news");
        let faster = app.submit(&id, &TestApp::hash(2)).await.expect(200);
        assert_eq!(faster["paymentRequest"]["submittedTxHash"], TestApp::hash(2));
        assert_eq!(app.notices("payment_request.submitted").await.len(), 2);
    }

    #[tokio::test]
    async fn b15_a_transaction_belongs_to_the_request_that_named_it_first() {
        let app = TestApp::new().await;
        let (first, second) = (app.request().await, another(&app).await);
        app.submit(&first, &TestApp::hash(1)).await.expect(200);
        submit(&app, &second, &TestApp::hash(1)).await.problem(409, "tx_hash_mismatch");
        let unchanged = app.get(&second).bearer(&app.buyer).send().await.expect(200);
        assert_eq!((&unchanged["paymentRequest"]["status"], &unchanged["paymentRequest"]["isPayable"]), (&json!("signed"), &json!(true)));
        submit(&app, &second, &TestApp::hash(2)).await.expect(200);
        assert_eq!(app.request_detail(&first).await["submittedTxHash"], TestApp::hash(1));
    }

    #[tokio::test]
    async fn b15_a_transaction_that_is_seen_to_pay_something_else_is_refused() {
        let app = TestApp::new().await;
        let (first, second) = (app.request().await, another(&app).await);
        let pays_first = app.see(&first).await;
        submit(&app, &second, &pays_first).await.problem(409, "tx_hash_mismatch");
        assert_eq!(app.get(&second).bearer(&app.buyer).send().await.expect(200)["paymentRequest"]["status"], "signed");
        // The refusal bound nothing: the request that it pays can name it.
        app.submit(&first, &pays_first).await.expect(200);
    }

    #[tokio::test]
    async fn b14_after_a_reverted_transaction_the_payload_can_be_sent_again() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        app.fail_request(&id, FailureReason::Reverted { tx_hash: B256::with_last_byte(1) }).await;
        let failed = app.request_detail(&id).await;
        assert_eq!((&failed["status"], &failed["statusReason"]), (&json!("failed"), &json!("reverted")));
        assert_eq!((&failed["isPayable"], &failed["recommendedAction"]["code"]), (&json!(true), &json!("pay_now")));
        assert!(failed["execution"].is_object());
        let again = app.submit(&id, &TestApp::hash(2)).await.expect(200);
        assert_eq!(again["paymentRequest"]["status"], "submitted");
    }

    #[tokio::test]
    async fn b17_while_another_transaction_pays_no_other_can_be_named() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let paying = app.see(&id).await;
        let refused = app.submit(&id, &TestApp::hash(2)).await.problem(409, "payment_settling");
        assert_eq!((&refused["txHash"], &refused["retryAfterSeconds"]), (&json!(paying), &json!(5)));
        app.submit(&id, &paying).await.expect(200);
    }

    #[tokio::test]
    async fn a10_a_paid_request_takes_no_other_transaction() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let paid_by = app.pay(&id).await;
        let refused = app.submit(&id, &TestApp::hash(2)).await.problem(409, "already_verified");
        assert_eq!(refused["recommendedAction"]["code"], "view_receipt");
        app.get(refused["receiptUrl"].as_str().unwrap()).bearer(&app.buyer).send().await.expect(200);
        let same = app.submit(&id, &paid_by).await.expect(200);
        assert_eq!((&same["paymentRequest"]["status"], &same["paymentRequest"]["paidTxHash"]), (&json!("router_verified"), &json!(paid_by)));
    }

    #[tokio::test]
    async fn what_has_ended_takes_no_transaction() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        let refused = app.submit(&id, &TestApp::hash(1)).await.problem(409, "not_allowed");
        assert_eq!((&refused["currentStatus"], &refused["paymentRequestId"]), (&json!("cancelled"), &json!(id)));
    }

    #[tokio::test]
    async fn a_failed_request_does_not_come_back_beside_a_newer_one() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        app.fail_request(&id, FailureReason::Reverted { tx_hash: B256::with_last_byte(1) }).await;
        let newer = app.request().await;
        let refused = app.submit(&id, &TestApp::hash(2)).await.problem(409, "reuse_or_cancel_active_request");
        assert_eq!(refused["paymentRequestId"], newer);
        assert_eq!(app.request_detail(&newer).await["status"], "signed");
    }

    #[tokio::test]
    async fn a10_a_failed_request_does_not_come_back_once_its_unit_is_paid() {
        let app = TestApp::new().await;
        let failed = app.request().await;
        app.submit(&failed, &TestApp::hash(1)).await.expect(200);
        app.fail_request(&failed, FailureReason::Reverted { tx_hash: B256::with_last_byte(1) }).await;
        let newer = app.request().await;
        app.see(&newer).await;
        let settling = app.submit(&failed, &TestApp::hash(2)).await.problem(409, "payment_settling");
        assert_eq!(settling["paymentRequestId"], newer);
        app.finalise(&newer).await;
        let paid = app.submit(&failed, &TestApp::hash(2)).await.problem(409, "already_verified");
        assert_eq!(paid["paymentRequestId"], newer);
        app.verify(&failed, json!({ "txHash": TestApp::hash(2) })).await.problem(409, "already_verified");
        assert_eq!(app.request_detail(&failed).await["status"], "failed");
        // Nothing stands in the way when a reorg takes the payment back.
        app.reorg(&newer).await;
        assert_eq!(app.request_detail(&newer).await["status"], "submitted");
    }

    #[tokio::test]
    async fn i04_only_a_hash_is_taken_and_only_from_the_buyer() {
        let app = TestApp::new().await;
        let id = app.request().await;
        for hash in ["", "0x", "latest", &TestApp::hash(1)[2..], &format!("{}00", TestApp::hash(1))] {
            let refused = app.submit(&id, hash).await.problem(422, "invalid_field");
            assert_eq!(refused["field"], "txHash", "{hash}");
        }
        for (actor, status, code) in [(&app.seller, 403, "role_required"), (&app.stranger, 404, "not_found")] {
            let body = json!({ "txHash": TestApp::hash(1) });
            app.on_request(Method::POST, &id, "submit").bearer(actor).json(body).send().await.problem(status, code);
        }
        let extra = json!({ "txHash": TestApp::hash(1), "status": "router_verified" });
        app.on_request(Method::POST, &id, "submit").bearer(&app.buyer).json(extra).send().await.problem(422, "unknown_field");
        let contract = app.import("another").await;
        let elsewhere = format!("/api/agent/contracts/{contract}/crypto-payment-requests/{id}");
        submit(&app, &elsewhere, &TestApp::hash(1)).await.problem(404, "not_found");
        assert_eq!(app.request_detail(&id).await["status"], "signed");
    }
}
