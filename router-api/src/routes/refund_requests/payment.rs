//! GET `/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/payment`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{Sighting, shown, sound};
use crate::extract::{PaymentRead, RefundParticipant};
use crate::known::Known;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::execution;
use crate::view::refund_request::{PayerRefundRequestView, RefundPaymentBody};

/// What the seller's wallet executes.
///
/// Only the seller sees it, and only while it is to be paid: the same `execution` as of a payment, the other way round. `parent` names the payment; the money
/// goes to the wallet that had paid. Whatever was signed for a refund carries one nonce, so it is paid back once.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/payment",
    tag = "refunds",
    params(("contractId" = String, Path, description = "`agr_…`"), ("refundRequestId" = String, Path, description = "`rf_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses(
        (status = 200, description = "The payload.", body = RefundPaymentBody, example = json!({ "refundRequest": example() })),
        (status = 409, description = "There is nothing to pay back now (`not_allowed`, with `currentStatus`), the payment does not stand now \
            (`payment_not_verified`) or is in doubt (`router_payment_proof_inspection_required`), or the refund is (`refund_inspection_required`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn show_refund_payment(
    State(api): State<Arc<Api>>,
    RefundParticipant { participant, refund }: RefundParticipant<PaymentRead>,
) -> Result<Json<RefundPaymentBody>, Problem> {
    let seller = participant.require_seller()?;
    let actor = participant.actor;
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let sighting = Sighting::read(&api, &refund).await?;
    let shown = shown(&known, &refund, &sighting, (actor, true), |facts, parts| {
        PayerRefundRequestView::new(&seller, facts, parts).ok_or_else(|| facts.recommended(actor))
    })?;
    let recommended = match shown {
        Ok(refund_request) => return Ok(Json(RefundPaymentBody { refund_request })),
        Err(recommended) => recommended,
    };
    let refund = sound(refund)?;
    known.refunds.covers(&refund.payment).map_err(super::refused)?;
    let detail = "there is no payload to pay back now; recommendedAction says what is next";
    Err(Problem::new(Code::NotAllowed, detail)
        .with("currentStatus", refund.state.name().as_str())
        .with("refundRequestId", refund.id.as_str())
        .recommend(recommended.code.code(), recommended.label))
}

/// For the document.
fn example() -> serde_json::Value {
    let mut example = super::example();
    example["execution"] = execution::example();
    example
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use signer::ExecutionPayload;
    use signer::wallet::{PayloadIssue, RefundExpectation, check_refund};

    use crate::testing::{CHAIN_ID, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::refund_request::{RefundPaymentBody, RefundRequestBody};

    /// A payment of 12.50, and an approved refund of 5 of it.
    async fn approved(app: &TestApp) -> (String, String) {
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        let refund = app.refund("5000000").await;
        app.respond(&refund, &app.seller, "approve").await.expect(200);
        (id, refund)
    }

    fn expected(app: &TestApp, payment: &str, refund: &str) -> RefundExpectation {
        RefundExpectation {
            router: app.chain().router,
            operator: Some(app.chain().operator),
            asset: Some(app.seeded.asset),
            payee: Some(app.buyer.wallet.address()),
            refund: Some(refund.parse().unwrap()),
            payment: Some(payment.parse().unwrap()),
            max_amount: Some("5000000".parse().unwrap()),
            ..RefundExpectation::new(app.seller.wallet.address(), CHAIN_ID)
        }
    }

    #[tokio::test]
    async fn g13_a_careful_wallet_finds_all_of_it_as_it_should_be() {
        let app = TestApp::new().await;
        let (payment, refund) = approved(&app).await;
        let answer = app.refund_payment(&refund).await.expect(200);
        assert_documented::<RefundPaymentBody>(answer.json());
        let payload: ExecutionPayload = serde_json::from_value(answer["refundRequest"]["execution"].clone()).unwrap();
        let checked = check_refund(&payload, &expected(&app, &payment, &refund)).unwrap();
        let (back, paid) = (checked.signed().payment(), app.stored(&payment).await.signed.payment());
        assert_eq!((back.parent, back.payee, back.payer), (paid.requestId, paid.payer, app.seller.wallet.address()));
        assert!(back.feeAmount.is_zero() && back.nonce != paid.nonce);
        let other = RefundExpectation { payee: Some(app.seller.wallet.address()), ..expected(&app, &payment, &refund) };
        assert!(matches!(check_refund(&payload, &other), Err(PayloadIssue::Payee(_))));
    }

    #[tokio::test]
    async fn nobody_but_the_paying_seller_is_shown_anything_to_execute() {
        let app = TestApp::new().await;
        let (_, refund) = approved(&app).await;
        app.on_refund(axum::http::Method::GET, &refund, "payment").bearer(&app.buyer).send().await.problem(403, "role_required");
        app.on_refund(axum::http::Method::GET, &refund, "payment").bearer(&app.stranger).send().await.problem(404, "not_found");
        let mut shown = vec![app.refund_as(&refund, &app.buyer).await, app.refund_as(&refund, &app.seller).await];
        for actor in [&app.buyer, &app.seller] {
            shown.push(app.get(&app.refunds_path()).bearer(actor).send().await.expect(200).json().clone());
            shown.push(app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(actor).send().await.expect(200).json().clone());
        }
        shown.extend(app.store.notices_after(0, 1_000).await.unwrap().into_iter().map(|logged| logged.notice.data));
        for document in shown {
            let text = document.to_string();
            for key in ["execution", "calldata", "\"data\"", "signature", "snapshot", "nonce", "\"router\"", "\"payee\"", "digest"] {
                assert!(!text.contains(key), "{key} in {document:#}");
            }
        }
    }

    #[tokio::test]
    async fn it_is_handed_out_while_it_is_to_be_paid_and_not_before_or_after() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        let refund = app.refund("5000000").await;
        let pending = app.refund_payment(&refund).await.problem(409, "not_allowed");
        assert_eq!((&pending["currentStatus"], &pending["recommendedAction"]["code"]), (&json!("pending"), &json!("answer_refund")));
        app.respond(&refund, &app.seller, "approve").await.expect(200);
        app.refund_payment(&refund).await.expect(200);
        app.see_refund(&refund).await;
        let seen = app.refund_payment(&refund).await.problem(409, "not_allowed");
        assert_eq!(seen["recommendedAction"]["code"], "wait_for_confirmations", "a second one is not invited while the first may settle");
        let shown = app.refund_as(&refund, &app.buyer).await;
        assert_eq!((&shown["status"], &shown["confirmations"]["seen"]), (&json!("awaiting_seller_settlement"), &json!(1)));
        app.finalise_refund(&refund).await;
        let settled = app.refund_payment(&refund).await.problem(409, "not_allowed");
        assert_eq!(settled["currentStatus"], "settled");
        let shown = app.refund_as(&refund, &app.buyer).await;
        assert_documented::<RefundRequestBody>(&json!({ "refundRequest": shown }));
        assert_eq!((&shown["status"], &shown["settlement"]["payeeAddress"]), (&json!("settled"), &json!(app.buyer.wallet.address().to_string())));
        assert_eq!(shown["recommendedAction"]["code"], "none");
    }

    #[tokio::test]
    async fn d04_a_revoked_signature_is_not_handed_out_and_the_seller_gets_another_under_the_same_nonce() {
        let app = TestApp::new().await;
        let (_, refund) = approved(&app).await;
        let nonce = app.stored_refund(&refund).await.payload().unwrap().payment().nonce;
        app.set_signer(app.signer, 0).await;
        for actor in [&app.buyer, &app.seller] {
            let shown = app.refund_as(&refund, actor).await;
            assert_eq!((&shown["isPayable"], &shown["unpayableReason"]), (&json!(false), &json!("signature_revoked")));
            assert!(shown["availableActions"].as_array().unwrap().iter().all(|action| action["action"] != "fetch_refund_payment"), "{shown:#}");
        }
        let refused = app.refund_payment(&refund).await.problem(409, "not_allowed");
        assert_eq!(refused["recommendedAction"]["code"], "wait_for_operator", "nobody can sign another");
        app.respond(&refund, &app.seller, "approve").await.problem(503, "signer_unavailable");
        // The operator names a key again.
        app.set_signer(app.signer, app.now().unix_seconds() + 10 * 86_400).await;
        let shown = app.refund_as(&refund, &app.seller).await;
        assert_eq!((&shown["isPayable"], &shown["unpayableReason"]), (&json!(true), &json!(null)));
        assert_eq!(app.stored_refund(&refund).await.payload().unwrap().payment().nonce, nonce);
        app.see_refund(&refund).await;
        app.set_signer(app.signer, 0).await;
        assert_eq!(app.refund_as(&refund, &app.seller).await["unpayableReason"], json!(null), "what was paid before stays paid");
    }

    #[tokio::test]
    async fn g05_what_came_back_otherwise_leaves_it_awaited_and_is_said_as_such() {
        let app = TestApp::new().await;
        let (_, refund) = approved(&app).await;
        app.see_altered_refund(&refund, |event| event.amount -= alloy_primitives::U256::ONE).await;
        app.finalise_refund(&refund).await;
        for actor in [&app.buyer, &app.seller] {
            let shown = app.refund_as(&refund, actor).await;
            assert_eq!((&shown["status"], &shown["settlementIssues"][0]["check"]), (&json!("refund_settlement_mismatch"), &json!("amount")));
            assert!(shown["availableActions"].as_array().unwrap().iter().all(|action| action["action"] != "pay_refund"));
        }
        assert_eq!(app.stored_refund(&refund).await.state.name().as_str(), "approved");
        app.refund_payment(&refund).await.problem(409, "not_allowed");
        let left: Value = app.get(&app.refunds_path()).bearer(&app.buyer).send().await.expect(200)["remainingRefundableAtomic"].clone();
        assert_eq!(left, "7500000", "it is still reserved");
    }
}
