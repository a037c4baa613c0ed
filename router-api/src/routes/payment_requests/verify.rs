//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/verify`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use settlement::ids::{PaymentRequestId, ProfileId};
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use store::StoredRequest;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::submit::{Named, name_transaction};
use super::{Sighting, detail, inspection_required, sound};
use crate::extract::wire::Hash32;
use crate::extract::{PaymentWrite, RequestParticipant, Write};
use crate::known::{ChainState, Following, Known, Setting};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payment_request::{PaymentRequestBody, PendingPaymentRequestBody};
use crate::waiting::Wake;

/// The longest that an answer is held, whatever the configuration says: proxies give up after a minute or less.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// When to ask again while the chain is followed, in seconds: about a block.
const RETRY_S: u64 = 2;
/// When to ask again while it is not, in seconds: somebody has to act first.
const DELAYED_RETRY_S: u64 = 30;
/// When to ask again where the answer could not be held, in seconds: somebody who waits has to get it first.
const CROWDED_RETRY_S: u64 = 10;

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
/// `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. The 202 comes at once when the profile has 20 such answers waiting,
/// or the instance as many as it takes, and when the instance stops. Safe to repeat: its answer is never a stored one.
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
    if let Some(tx_hash) = &body.tx_hash {
        let named = Named { agreement: &participant.agreement.id, request: request.id(), tx_hash: **tx_hash, by: participant.caller.author() };
        name_transaction(&api, &mut effect.tx, named).await?;
    }
    effect.release().await?;
    let looked = wait(&api, request.id(), &participant.caller.profile).await?;
    let (is_over, Looked { request, sighting, is_crowded }) = (looked.is_over(), looked);
    let chain = ChainState::read(&api, participant.agreement.terms.asset.chain_id()).await?;
    let following = chain.following();
    let setting = Setting { chain, ..participant.setting };
    let known = Known::read(&api, participant.agreement, setting).await?;
    let payment_request = detail(&api, &known, &StoredRequest::Sound(request), &sighting, (participant.actor, Some(payer)));
    if is_over {
        return Ok(Json(PaymentRequestBody { payment_request }).into_response());
    }
    Ok(not_yet(PendingPaymentRequestBody { payment_request, retry_after_seconds: retry_after(following, is_crowded), delayed_by: following.delay() }))
}

/// What was seen last.
struct Looked {
    request: PaymentRequest,
    sighting: Sighting,
    /// Nobody waited, because too many do.
    is_crowded: bool,
}

impl Looked {
    /// Whether waiting brings nothing more.
    fn is_over(&self) -> bool {
        matches!(self.request.state, PaymentRequestState::Verified { .. }) || (has_ended(&self.request.state) && self.sighting.seen.is_none())
    }
}

/// Looks whenever something is told of the request, until it is verified, has ended or does not prove itself, or the time is over. When the instance stops, the time
/// is over too: the caller asks another one.
async fn wait(api: &Api, id: &PaymentRequestId, caller: &ProfileId) -> Result<Looked, Problem> {
    let until = Instant::now() + api.config.verify_wait.min(MAX_WAIT);
    // Listening starts before the first look, so that nothing can happen in between.
    let mut held = api.waiting.hold(&api.store, caller).await?;
    let is_crowded = held.is_none();
    let mut goes_on = true;
    loop {
        let (request, sighting) = look(api, id).await?;
        let looked = Looked { request, sighting, is_crowded };
        let Some(held) = held.as_mut().filter(|_| goes_on && !looked.is_over()) else { return Ok(looked) };
        goes_on = match held.wait(id, until).await {
            Wake::Told => true,
            Wake::Over | Wake::Stop => false,
        };
    }
}

/// The request as it stands, if nothing of it is in doubt.
async fn look(api: &Api, id: &PaymentRequestId) -> Result<(PaymentRequest, Sighting), Problem> {
    let stored = api.store.request(id).await?.ok_or_else(Problem::not_found)?;
    let sighting = Sighting::read(api, &stored).await?;
    let request = sound(stored)?;
    if !sighting.issues.is_empty() {
        return Err(inspection_required(id).with("proofIssues", sighting.shown()));
    }
    Ok((request, sighting))
}

/// Whether nothing more is to be expected, unless it is paid all the same.
const fn has_ended(state: &PaymentRequestState) -> bool {
    match state {
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } | PaymentRequestState::Verified { .. } => false,
        PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => true,
    }
}

const fn retry_after(following: Following, is_crowded: bool) -> u64 {
    match following {
        Following::Yes if is_crowded => CROWDED_RETRY_S,
        Following::Yes => RETRY_S,
        Following::NotStarted | Following::Lagging | Following::Halted => DELAYED_RETRY_S,
    }
}

fn not_yet(body: PendingPaymentRequestBody) -> Response {
    let retry_after = [(axum::http::header::RETRY_AFTER, body.retry_after_seconds.to_string())];
    (StatusCode::ACCEPTED, retry_after, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use alloy_primitives::{Address, U256};
    use axum::http::Method;
    use serde_json::{Value, json};
    use settlement::event::PaymentEvent;
    use settlement::receipt::Receipt;
    use tokio::task::JoinSet;

    use crate::testing::{Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::payment_request::{PaymentRequestBody, PendingPaymentRequestBody};
    use crate::waiting::MAX_HELD_PER_PROFILE;

    #[tokio::test]
    async fn b16_an_unmined_transaction_is_no_error_and_says_when_to_ask_again() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        let answer = app.verify(&id, json!({ "txHash": TestApp::hash(1) })).await.expect(202);
        assert_documented::<PendingPaymentRequestBody>(answer.json());
        assert_eq!((&answer["retryAfterSeconds"], answer.header("retry-after")), (&json!(2), Some("2")));
        assert_eq!((&answer["paymentRequest"]["status"], answer["paymentRequest"].get("execution")), (&json!("submitted"), None));
        assert!(answer.json().get("delayedBy").is_none());
    }

    #[tokio::test]
    async fn without_a_hash_it_only_looks() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let answer = app.verify(&id, json!({})).await.expect(202);
        assert_eq!((&answer["paymentRequest"]["status"], &answer["delayedBy"]), (&json!("signed"), &json!("indexer_not_started")));
        assert_eq!(answer["retryAfterSeconds"], 30, "nobody reads the chain");
        let paid_by = app.pay(&id).await;
        let paid = app.verify(&id, json!({})).await.expect(200);
        assert_documented::<PaymentRequestBody>(paid.json());
        assert_eq!((&paid["paymentRequest"]["status"], &paid["paymentRequest"]["paidTxHash"]), (&json!("router_verified"), &json!(paid_by)));
        assert_eq!(paid["paymentRequest"]["receiptId"], format!("rcpt_{id}"));
    }

    #[tokio::test]
    async fn a_young_payment_is_not_yet_final_and_counts_its_confirmations() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let paying = app.see(&id).await;
        let answer = app.verify(&id, json!({ "txHash": paying })).await.expect(202);
        let request = &answer["paymentRequest"];
        assert_eq!((&request["status"], &request["confirmations"]), (&json!("submitted"), &json!({ "seen": 1, "required": 2 })));
        assert_eq!(request["recommendedAction"]["label"], "Wait until the payment is final: 1 of 2 confirmations");
        assert_eq!(request["payment"]["payerAddress"], app.buyer.wallet.address().to_string());
    }

    #[tokio::test]
    async fn e13_the_waiting_caller_and_the_scan_find_one_payment_once() {
        let app = TestApp::with(|config| config.verify_wait = Duration::from_secs(20)).await;
        let id = app.request().await;
        let paying = app.see(&id).await;
        let (first, second, ()) = tokio::join!(app.verify(&id, json!({ "txHash": paying })), app.verify(&id, json!({})), app.finalise(&id));
        for answer in [first.expect(200), second.expect(200)] {
            assert_eq!(answer["paymentRequest"]["status"], "router_verified");
        }
        let counts = (app.notices("payment.verified").await.len(), app.notices("receipt.issued").await.len());
        assert_eq!(counts, (1, 1));
        let receipts = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.seller).send().await.expect(200);
        assert_eq!(receipts["receipts"].as_array().unwrap().len(), 1);
        assert_eq!(app.store.postings(&app.seeded.agreement).await.unwrap().len(), 3, "buyer, seller, fee: one entry");
    }

    #[tokio::test]
    async fn a_caller_with_many_waiting_answers_is_told_to_come_back_and_others_wait() {
        let app = TestApp::with(|config| config.verify_wait = Duration::from_secs(30)).await;
        app.start_chain().await;
        let id = app.request().await;
        let mut waiting: JoinSet<Answer> = JoinSet::new();
        let ask = || app.on_request(Method::POST, &id, "verify").bearer(&app.buyer).json(json!({})).send();
        for _ in 0..MAX_HELD_PER_PROFILE {
            waiting.spawn(ask());
        }
        // Each of them has to be waiting before one is too many.
        let crowded = async {
            loop {
                let asking = tokio::time::timeout(Duration::from_secs(1), app.verify(&id, json!({})));
                if let Ok(answer) = asking.await {
                    return answer;
                }
                // It was before one of them, which was one too many then.
                while let Some(early) = waiting.try_join_next() {
                    early.unwrap().expect(202);
                    waiting.spawn(ask());
                }
            }
        };
        let crowded = tokio::time::timeout(Duration::from_secs(20), crowded).await.expect("one too many does not wait").expect(202);
        assert_eq!((&crowded["retryAfterSeconds"], crowded.header("retry-after")), (&json!(10), Some("10")));
        assert!(waiting.try_join_next().is_none(), "the others wait on");
        app.pay(&id).await;
        while let Some(answer) = waiting.join_next().await {
            assert_eq!(answer.unwrap().expect(200)["paymentRequest"]["status"], "router_verified");
        }
    }

    #[tokio::test]
    async fn its_answer_is_never_a_stored_one() {
        let app = TestApp::new().await;
        let id = app.request().await;
        let ask = || app.on_request(Method::POST, &id, "verify").bearer(&app.buyer).key("same").json(json!({})).send();
        ask().await.expect(202);
        app.pay(&id).await;
        assert_eq!(ask().await.expect(200)["paymentRequest"]["status"], "router_verified");
    }

    #[tokio::test]
    async fn what_has_ended_says_so_without_waiting() {
        let app = TestApp::with(|config| config.verify_wait = Duration::from_secs(30)).await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        let answer = tokio::time::timeout(Duration::from_secs(10), app.verify(&id, json!({}))).await.expect("nothing is waited for").expect(200);
        assert_eq!(answer["paymentRequest"]["status"], "cancelled");
        app.verify(&id, json!({ "txHash": TestApp::hash(1) })).await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn a08_a_cancelled_request_that_is_paid_all_the_same_is_recovered() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        app.see(&id).await;
        let seen = app.verify(&id, json!({})).await.expect(202);
        assert_eq!((&seen["paymentRequest"]["status"], &seen["paymentRequest"]["confirmations"]["seen"]), (&json!("cancelled"), &json!(1)));
        app.finalise(&id).await;
        let paid = app.verify(&id, json!({})).await.expect(200);
        assert_eq!((&paid["paymentRequest"]["status"], &paid["paymentRequest"]["recoveredFrom"]), (&json!("router_verified"), &json!("cancelled")));
        let receipt = app.get(&format!("/api/agent/receipts/rcpt_{id}")).bearer(&app.seller).send().await.expect(200);
        Receipt::parse(&receipt.text()).unwrap();
    }

    #[tokio::test]
    async fn b15_a_transaction_of_another_request_is_not_looked_for() {
        let app = TestApp::new().await;
        let first = app.request().await;
        let paid_by = app.pay(&first).await;
        let contract = app.import("another").await;
        let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests");
        let second = app.post(&path).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
        let verify = format!("{path}/{}/verify", second["paymentRequest"]["id"].as_str().unwrap());
        app.post(&verify).bearer(&app.buyer).json(json!({ "txHash": paid_by })).send().await.problem(409, "tx_hash_mismatch");
        let other = app.verify(&first, json!({ "txHash": TestApp::hash(1) })).await.problem(409, "already_verified");
        assert_eq!(other["receiptId"], format!("rcpt_{first}"));
        assert_eq!(app.verify(&first, json!({ "txHash": paid_by })).await.expect(200)["paymentRequest"]["paidTxHash"], paid_by);
    }

    #[tokio::test]
    async fn b13_a_payment_that_is_not_what_was_signed_stops_everything() {
        type Change = fn(&mut PaymentEvent);
        let changes: [(&str, Change); 5] = [
            ("amount", |event| event.amount += U256::from(1)),
            ("payee", |event| event.payee = Address::repeat_byte(9)),
            ("payer", |event| event.payer = Address::repeat_byte(9)),
            ("token", |event| event.token = Address::repeat_byte(9)),
            ("fee_amount", |event| event.fee_amount = U256::ZERO),
        ];
        for (check, change) in changes {
            let app = TestApp::new().await;
            let id = app.request().await;
            app.submit_work().await;
            app.see_altered(&id, change).await;
            app.finalise(&id).await;
            let refused = app.verify(&id, json!({})).await.problem(409, "router_payment_proof_inspection_required");
            assert_eq!((&refused["proofIssues"][0]["check"], &refused["recommendedAction"]["code"]), (&json!(check), &json!("inspect_payment_proof")));
            assert_stopped(&app, &id).await;
        }
    }

    /// Nothing goes on with an agreement one of whose payments is in doubt, and nothing is believed of it.
    async fn assert_stopped(app: &TestApp, id: &str) {
        const CODE: &str = "router_payment_proof_inspection_required";
        let contract = format!("/api/agent/contracts/{}", app.seeded.agreement);
        for actor in [&app.buyer, &app.seller] {
            let detail = app.on_request(Method::GET, id, "").bearer(actor).send().await.expect(200)["paymentRequest"].clone();
            assert_eq!((&detail["status"], &detail["isPayable"], &detail["receiptId"]), (&json!(CODE), &json!(false), &Value::Null));
            assert!(detail.get("execution").is_none() && !detail["proofIssues"].as_array().unwrap().is_empty(), "{detail:#}");
            app.get(&format!("/api/agent/receipts/rcpt_{id}")).bearer(actor).send().await.problem(409, CODE);
            let receipts = app.get(&format!("{contract}/receipts")).bearer(actor).send().await.expect(200);
            assert_eq!((&receipts["receipts"], &receipts["inspectionRequired"]), (&json!([]), &json!([id])));
            let invoice = app.get(&format!("{contract}/invoices")).bearer(actor).send().await.expect(200);
            assert_eq!(invoice["invoices"][0]["status"], "inspection_required");
            let options = app.get(&format!("{contract}/payment-options")).bearer(actor).send().await.expect(200);
            assert_eq!(options["state"]["proofIssueCryptoPaymentRequest"], json!({ "id": id, "status": CODE }));
        }
        app.create(app.wanted()).await.problem(409, CODE);
        app.cancel_request(id).await.expect(409);
        for body in [json!({ "action": "accept" }), json!({ "action": "reject", "reason": "chapter three is missing" })] {
            app.post(&format!("{contract}/decision")).bearer(&app.buyer).json(body).send().await.problem(409, CODE);
        }
        let cancel = json!({ "reason": "no longer needed", "expectedUpdatedAt": app.contract().await["updatedAt"] });
        app.post(&format!("{contract}/cancel")).bearer(&app.seller).json(cancel).send().await.problem(409, CODE);
    }

    #[tokio::test]
    async fn d06_a_changed_row_is_never_believed_and_the_log_says_so() {
        // Each of these would make somebody richer if the row were believed.
        let tampers = [
            "UPDATE payment_requests SET seller_amount = '1'",
            "UPDATE payment_requests SET deadline = deadline + 86400",
            "UPDATE payment_requests SET snapshot = replace(snapshot, '12500000', '92500000')",
            "DELETE FROM proofs",
            "UPDATE router_events SET amount = '1' WHERE kind = 'payment'",
        ];
        for sql in tampers {
            let app = TestApp::new().await;
            let id = app.request().await;
            app.pay(&id).await;
            app.submit_work().await;
            app.database.tamper(sql).await;
            let log = app.log();
            app.verify(&id, json!({})).await.problem(409, "router_payment_proof_inspection_required");
            assert!(log.text().contains("does not prove itself") && log.text().contains(&id), "{sql}: {}", log.text());
            assert_stopped(&app, &id).await;
            let public = app.get(&format!("/api/settlements/{id}")).send().await.expect(200);
            assert_eq!(public["settlement"]["status"], "unknown", "{sql}");
        }
    }
}
