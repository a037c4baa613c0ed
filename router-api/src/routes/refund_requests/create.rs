//! POST `/api/agent/contracts/{contractId}/refund-requests`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use settlement::audit::AuditAction;
use settlement::clock::Timestamp;
use settlement::ids::{PaymentRequestId, RefundId};
use settlement::notice::NoticeType;
use settlement::refund::{PLATFORM_FEE_NOT_REFUNDABLE, RefundRequest, RefundState, Reservation};
use utoipa::ToSchema;

use super::{refused, view_within};
use crate::extract::wire::AtomicAmount;
use crate::extract::{Participant, PaymentWrite, Write};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::refund_request::RefundRequestBody;

/// What is asked back, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "amountAtomic": "2500000", "reason": "chapter three is missing", "confirmed": true }))]
pub struct CreateRefundRequest {
    /// The payment request whose payment is meant; needed where several are verified.
    payment_request_id: Option<String>,
    /// How much, in atomic units; all that no other refund has reserved when absent. The platform fee is not refundable.
    amount_atomic: Option<AtomicAmount>,
    /// Why, for the seller: 10 to 1,000 characters.
    #[schema(min_length = 10, max_length = 1000)]
    reason: String,
    /// `true`: whoever asks has been told that the platform fee does not come back, and that the seller decides.
    confirmed: bool,
}

/// Ask for a refund.
///
/// Only the buyer does, of a payment that is verified, up to what no other refund of it has reserved. The seller approves or denies; only an event on the
/// chain settles it. The platform fee stays with the operator (`platform_fee_not_refundable`).
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/refund-requests",
    tag = "refunds",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = CreateRefundRequest,
    responses(
        (status = 201, description = "It waits for the seller.", body = RefundRequestBody, example = json!({ "refundRequest": super::example() })),
        (status = 409, description = "The payment is not verified (`payment_not_verified`) or in doubt (`router_payment_proof_inspection_required`), an \
            earlier refund of it is (`refund_inspection_required`), or there have been enough (`limit_reached`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_refund_request(
    State(api): State<Arc<Api>>,
    participant: Participant<PaymentWrite>,
    Write(body, mut effect): Write<CreateRefundRequest>,
) -> Result<Response, Problem> {
    participant.require_payer()?;
    let (payment, reason) = body.checked()?;
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let reserved = known.refunds.reserve(payment.as_ref(), body.amount_atomic.map(|amount| amount.0)).map_err(refused)?;
    let refund = pending(RefundId::new(api.ids.ulid()), &known, reserved, (reason, api.now()));
    effect.tx.insert_refund(&refund, known.agreement.terms.asset.chain_id()).await?;
    let data = facts(&refund);
    effect.tx.audit(participant.caller.author().did(AuditAction::RefundRequested, &refund.id, refund.created_at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::RefundRequested, &known.agreement, data);
    let refund_request = view_within(&mut effect.tx, &known, &refund.id, participant.actor).await?;
    effect.commit(StatusCode::CREATED, &RefundRequestBody { refund_request }).await
}

fn pending(id: RefundId, known: &Known, reserved: Reservation, (reason, at): (String, Timestamp)) -> RefundRequest {
    let (agreement, Reservation { payment, amount }) = (known.agreement.id.clone(), reserved);
    RefundRequest { id, agreement, payment, amount, reason, state: RefundState::Pending, created_at: at, updated_at: at }
}

/// What is told of it.
fn facts(refund: &RefundRequest) -> Value {
    json!({
        "contractId": refund.agreement.as_str(), "paymentRequestId": refund.payment.as_str(), "refundRequestId": refund.id.as_str(),
        "amountAtomic": refund.amount.to_string(), "reason": refund.reason, "platformFee": PLATFORM_FEE_NOT_REFUNDABLE,
    })
}

impl CreateRefundRequest {
    fn checked(&self) -> Result<(Option<PaymentRequestId>, String), Problem> {
        if !self.confirmed {
            let why = "must be true: the platform fee does not come back, and the seller decides";
            return Err(Problem::field(Code::InvalidField, "confirmed", why));
        }
        let payment = self.payment_request_id.as_deref().map(str::parse).transpose();
        let payment = payment.map_err(|error: settlement::ids::InvalidId| Problem::field(Code::InvalidField, "paymentRequestId", error))?;
        Ok((payment, text::paragraph("reason", &self.reason, 10, 1_000)?))
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::{Value, json};
    use store::Engine;

    use crate::testing::{Answer, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::refund_request::{RefundRequestBody, RefundRequestsBody};

    fn asking(atomic: &str) -> Value {
        json!({ "amountAtomic": atomic, "reason": "half of it is missing", "confirmed": true })
    }

    /// An agreement over 12.50 that is paid, and the request that paid it.
    async fn paid(app: &TestApp) -> String {
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        id
    }

    async fn remaining(app: &TestApp) -> Value {
        let page = app.get(&app.refunds_path()).bearer(&app.seller).send().await.expect(200);
        assert_documented::<RefundRequestsBody>(page.json());
        page["remainingRefundableAtomic"].clone()
    }

    async fn g01_two_refunds_that_do_not_both_fit(engine: Engine) {
        let app = TestApp::on(engine).await;
        paid(&app).await;
        let answers = join_all((0..2).map(|_| app.ask_back(asking("7500000")))).await;
        let (made, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!((made.len(), refused.len()), (1, 1), "of 60 and 60 of 100 one fits");
        for answer in refused {
            let problem = answer.problem(422, "exceeds_refundable");
            assert_eq!((&problem["remainingRefundableAtomic"], &problem["field"]), (&json!("5000000"), &json!("amountAtomic")));
        }
        assert_eq!((remaining(&app).await, app.notices("refund_request.created").await.len()), (json!("5000000"), 1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn g01_two_refunds_that_do_not_both_fit_on_sqlite() {
        g01_two_refunds_that_do_not_both_fit(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn g01_two_refunds_that_do_not_both_fit_on_postgres() {
        g01_two_refunds_that_do_not_both_fit(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn g02_all_that_is_left_may_be_asked_for_and_not_one_unit_more() {
        let app = TestApp::new().await;
        paid(&app).await;
        app.refund("5000000").await;
        app.ask_back(asking("7500001")).await.problem(422, "exceeds_refundable");
        app.ask_back(asking("7500000")).await.expect(201);
        assert_eq!(remaining(&app).await, "0");
        let nothing_left = app.ask_back(json!({ "reason": "all of it is wrong", "confirmed": true })).await.problem(422, "exceeds_refundable");
        assert_eq!(nothing_left["remainingRefundableAtomic"], "0");
    }

    #[tokio::test]
    async fn without_an_amount_it_is_all_that_is_left_and_the_only_payment() {
        let app = TestApp::new().await;
        let id = paid(&app).await;
        let answer = app.ask_back(json!({ "reason": "all of it is wrong", "confirmed": true })).await.expect(201);
        assert_documented::<RefundRequestBody>(answer.json());
        let refund = &answer["refundRequest"];
        assert_eq!((&refund["amountAtomic"], &refund["paymentRequestId"], &refund["status"]), (&json!("12500000"), &json!(id), &json!("pending")));
        assert_eq!(refund["recommendedAction"]["code"], "wait_for_seller");
    }

    #[tokio::test]
    async fn g03_what_is_not_verified_in_doubt_or_reorged_is_not_asked_back() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        let named = json!({ "paymentRequestId": id, "reason": "half of it is missing", "confirmed": true });
        app.ask_back(asking("1")).await.problem(409, "payment_not_verified");
        app.ask_back(named.clone()).await.problem(409, "payment_not_verified");
        app.see(&id).await;
        app.ask_back(named.clone()).await.problem(409, "payment_not_verified");
        app.finalise(&id).await;
        app.reorg(&id).await;
        app.ask_back(named).await.problem(409, "payment_not_verified");

        let app = TestApp::new().await;
        let id = paid(&app).await;
        app.database.tamper("UPDATE router_events SET amount = '1' WHERE kind = 'payment'").await;
        let named = json!({ "paymentRequestId": id, "reason": "half of it is missing", "confirmed": true });
        let problem = app.ask_back(named.clone()).await.problem(409, "router_payment_proof_inspection_required");
        assert_eq!((&problem["paymentRequestId"], &problem["recommendedAction"]["code"]), (&json!(id), &json!("inspect_payment_proof")));

        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.raise_issue(&id).await;
        let named = json!({ "paymentRequestId": id, "reason": "half of it is missing", "confirmed": true });
        app.ask_back(named).await.problem(409, "router_payment_proof_inspection_required");
        assert!(app.notices("refund_request.created").await.is_empty());
    }

    #[tokio::test]
    async fn g08_the_platform_fee_does_not_come_back_and_that_is_said() {
        let app = TestApp::new().await;
        let id = paid(&app).await;
        // The buyer paid 12.625 in all, of which 0.125 is the fee.
        let total = app.request_detail(&id).await["totalAmountAtomic"].clone();
        assert_eq!(total, "12625000");
        app.ask_back(asking("12625000")).await.problem(422, "exceeds_refundable");
        let refund = app.refund("12500000").await;
        for actor in [&app.buyer, &app.seller] {
            assert_eq!(app.refund_as(&refund, actor).await["platformFee"], "platform_fee_not_refundable");
        }
        assert_eq!(app.notices("refund_request.created").await[0].notice.data["platformFee"], "platform_fee_not_refundable");
    }

    #[tokio::test]
    async fn a17_what_went_back_and_what_is_denied_count_as_they_should() {
        let app = TestApp::new().await;
        paid(&app).await;
        let (settled, denied) = (app.refund("5000000").await, app.refund("7000000").await);
        app.respond(&settled, &app.seller, "approve").await.expect(200);
        app.see_refund(&settled).await;
        app.finalise_refund(&settled).await;
        assert_eq!(remaining(&app).await, "500000");
        app.respond(&denied, &app.seller, "deny").await.expect(200);
        assert_eq!(remaining(&app).await, "7500000", "a denied one reserves nothing; what went back is gone for good");
        app.ask_back(asking("12500000")).await.problem(422, "exceeds_refundable");
        app.ask_back(asking("7500000")).await.expect(201);
    }

    #[tokio::test]
    async fn what_is_asked_is_checked_before_anything_is_reserved() {
        let app = TestApp::new().await;
        let id = paid(&app).await;
        let with = |change: fn(&mut Value)| {
            let mut body = asking("1");
            change(&mut body);
            app.ask_back(body)
        };
        with(|b| b["confirmed"] = json!(false)).await.problem(422, "invalid_field");
        with(|b| b["reason"] = json!("too short")).await.problem(422, "invalid_field");
        with(|b| b["reason"] = json!("x".repeat(1_001))).await.problem(422, "invalid_field");
        with(|b| b["amountAtomic"] = json!("0")).await.problem(422, "invalid_amount");
        with(|b| b["amountAtomic"] = json!(1)).await.problem(422, "invalid_amount");
        with(|b| b["amountAtomic"] = json!("-1")).await.problem(422, "invalid_amount");
        with(|b| b["paymentRequestId"] = json!("rf_1")).await.problem(422, "invalid_field");
        with(|b| b["paymentRequestId"] = json!("pr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")).await.problem(422, "invalid_field");
        app.post(&app.refunds_path()).bearer(&app.seller).json(asking("1")).send().await.problem(403, "role_required");
        app.post(&app.refunds_path()).bearer(&app.stranger).json(asking("1")).send().await.problem(404, "not_found");
        assert_eq!((remaining(&app).await, app.store.refunds_of(&app.seeded.agreement).await.unwrap().len()), (json!("12500000"), 0));
        with(|b| b["reason"] = json!("exactly 10")).await.expect(201);
        let offered = app.request_detail(&id).await["availableActions"].clone();
        assert!(offered.as_array().unwrap().iter().any(|action| action["action"] == "request_refund" && action["state"] == "available"), "{offered:#}");
    }

    #[tokio::test]
    async fn e01_the_same_key_asks_once() {
        let app = TestApp::new().await;
        paid(&app).await;
        let ask = || app.post(&app.refunds_path()).bearer(&app.buyer).header("idempotency-key", "refund-1").json(asking("5000000"));
        let (first, again) = (ask().send().await.expect(201), ask().send().await.expect(201));
        assert_eq!((first.text(), app.store.refunds_of(&app.seeded.agreement).await.unwrap().len()), (again.text(), 1));
    }

    #[tokio::test]
    async fn d06_a_changed_refund_row_stops_further_refunds_of_its_payment() {
        let app = TestApp::new().await;
        paid(&app).await;
        let refund = app.refund("5000000").await;
        app.respond(&refund, &app.seller, "approve").await.expect(200);
        app.database.tamper("UPDATE refund_requests SET amount = '1'").await;
        let problem = app.ask_back(asking("1")).await.problem(409, "refund_inspection_required");
        assert_eq!(problem["refundRequestId"], refund.as_str());
        let shown = app.refund_as(&refund, &app.buyer).await;
        assert_eq!((&shown["status"], &shown["settlementIssues"][0]["check"]), (&json!("refund_inspection_required"), &json!("snapshot.amount")));
        assert_eq!((&shown["reason"], &shown["recommendedAction"]["code"]), (&Value::Null, &json!("inspect_refund")));
        assert_eq!(remaining(&app).await, "0");
    }
}
