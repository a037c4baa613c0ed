//! GET `/api/agent/receipts/{receiptId}`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use settlement::ids::request_of_receipt;
use utoipa::IntoParams;

use crate::extract::{Caller, Params, PathId, PaymentRead, visible};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::payment_request::INSPECTION_REQUIRED;
use crate::view::receipt::ReceiptBody;

/// How it is to be shown.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFormat {
    /// `json`, which is the default.
    #[param(pattern = "^json$")]
    format: Option<String>,
}

/// A receipt.
///
/// `rcpt_{paymentRequestId}`, from verification on. It carries all that is needed to check it against the chain alone: the snapshot to the byte, the
/// signature, and where the event stands. A reorganisation that takes the payment away takes the receipt away with it.
#[utoipa::path(
    get,
    path = "/api/agent/receipts/{receiptId}",
    tag = "documents",
    params(("receiptId" = String, Path, description = "`rcpt_pr_…`"), ReceiptFormat),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses(
        (status = 200, description = "The receipt.", body = ReceiptBody, example = json!({ "receipt": super::example() })),
        (status = 404, description = "There is no such payment request to see (`not_found`), or it is not verified (`receipt_not_issued`, with `currentStatus`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 409, description = "The payment does not prove itself (`router_payment_proof_inspection_required`).", body = ProblemBody,
            content_type = PROBLEM_JSON),
    )
)]
pub async fn show_receipt(
    State(api): State<Arc<Api>>,
    caller: Caller<PaymentRead>,
    PathId(id): PathId<String>,
    Params(params): Params<ReceiptFormat>,
) -> Result<Json<ReceiptBody>, Problem> {
    if params.format.as_deref().is_some_and(|format| format != "json") {
        return Err(Problem::new(Code::NotAcceptable, "receipts are shown as json"));
    }
    let id = request_of_receipt(&id).map_err(|_| Problem::not_found())?;
    let stored = api.store.request(&id).await?.ok_or_else(Problem::not_found)?;
    let (agreement, _) = visible(&api.store, stored.agreement(), &caller.profile).await?;
    let in_doubt = |problem: Problem| problem.with("currentStatus", INSPECTION_REQUIRED);
    let request = payment_requests::sound(stored).map_err(in_doubt)?;
    if api.store.open_issues(&agreement.id).await?.iter().any(|issue| issue.request == id) {
        return Err(in_doubt(payment_requests::inspection_required(&id)));
    }
    let receipt = super::receipt(&request, &agreement).ok_or_else(|| {
        let status = request.state.name().as_str();
        Problem::new(Code::ReceiptNotIssued, format!("{id} is {status}; its receipt exists while it is router_verified")).with("currentStatus", status)
    })?;
    Ok(Json(ReceiptBody { receipt }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::receipt::Receipt;
    use settlement::verify::{Evidence, verify};

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::receipt::{ReceiptBody, ReceiptsBody};

    #[tokio::test]
    async fn exists_once_the_payment_is_verified_and_proves_itself() {
        let app = TestApp::new().await;
        let request = app.request().await;
        let path = format!("/api/agent/receipts/rcpt_{request}");
        let early = app.get(&path).bearer(&app.seller).send().await.problem(404, "receipt_not_issued");
        assert_eq!(early["currentStatus"], "signed");
        app.pay(&request).await;
        let answer = app.get(&path).bearer(&app.seller).send().await.expect(200);
        assert_documented::<ReceiptBody>(answer.json());
        let claim = Receipt::parse(&answer.text()).unwrap();
        assert_eq!(claim.signed.signer(), app.signer);
        assert_eq!(answer["receipt"]["totalAmountAtomic"], "12625000");
        let list = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
        assert_documented::<ReceiptsBody>(list.json());
        assert_eq!((&list["receipts"], &list["inspectionRequired"]), (&json!([answer["receipt"]]), &json!([])));
    }

    #[tokio::test]
    async fn d04_it_is_checked_from_its_json_alone_and_any_change_shows() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        let answer = app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.seller).send().await.expect(200);
        let claim = Receipt::parse(&answer.text()).unwrap();
        // The verifier of a stranger: it has the document, the chain's word on the signer, and the newest final block.
        let (agreed, through) = (claim.agreed(), Some(claim.event.location.block_number));
        let evidence = Evidence { signed: &claim.signed, event: &claim.event, agreed: Some(&agreed), authority: Some(claim.authority), final_through: through };
        assert_eq!(verify(&evidence).unwrap().request().as_str(), request);
        for (pointer, value) in [
            ("/receipt/sellerAmountAtomic", json!("92500000")),
            ("/receipt/payee", json!(app.stranger.wallet.address().to_string())),
            ("/receipt/title", json!("Another manual")),
            ("/receipt/proof/signer", json!(app.stranger.wallet.address().to_string())),
        ] {
            let mut changed = answer.json().clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            Receipt::parse(&changed.to_string()).expect_err(pointer);
        }
    }

    #[tokio::test]
    async fn b01_a_reorg_takes_it_away() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        app.reorg(&request).await;
        let gone = app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.seller).send().await.problem(404, "receipt_not_issued");
        assert_eq!(gone["currentStatus"], "submitted");
        let list = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.seller).send().await.expect(200);
        assert_eq!(list["receipts"], json!([]));
    }

    #[tokio::test]
    async fn i13_other_formats_are_not_acceptable() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        let path = format!("/api/agent/receipts/rcpt_{request}");
        app.get(&format!("{path}?format=json")).bearer(&app.buyer).send().await.expect(200);
        for format in ["html", "pdf", ""] {
            app.get(&format!("{path}?format={format}")).bearer(&app.buyer).send().await.problem(406, "not_acceptable");
        }
        app.get(&path).bearer(&app.buyer).header("accept", "application/pdf").send().await.problem(406, "not_acceptable");
    }

    #[tokio::test]
    async fn i01_receipts_of_others_are_not_there() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        for id in [format!("rcpt_{request}"), request.clone(), "rcpt_pr_1".to_owned()] {
            app.get(&format!("/api/agent/receipts/{id}")).bearer(&app.stranger).send().await.problem(404, "not_found");
        }
    }
}
