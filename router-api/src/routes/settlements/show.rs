//! GET `/api/settlements/{settlementId}`.

use std::sync::Arc;

use alloy_primitives::B256;
use axum::Json;
use axum::extract::State;
use settlement::ids::{PaymentRequestId, RefundId};

use super::Asked;
use crate::extract::PathId;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::settlement_status::{SettlementBody, SettlementStatusView};

/// Whether something is settled.
///
/// Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, a `pr_…`, or an `rf_…` for what was paid back. `settled` is final and verified; `not_settled` is
/// not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.
#[utoipa::path(
    get,
    path = "/api/settlements/{settlementId}",
    tag = "payments",
    params(("settlementId" = String, Path, description = "`requestId` or digest (0x and 64 hexadecimal digits), `pr_…` or `rf_…`")),
    responses((status = 200, description = "What is known.", body = SettlementBody, example = json!({ "settlement": {
        "id": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "type": "payment", "status": "not_settled", "event": null, "confirmations": null,
        "finality": "confirmations:12", "retryAfterSeconds": 5 } })))
)]
pub async fn show_settlement(State(api): State<Arc<Api>>, PathId(id): PathId<String>) -> Result<Json<SettlementBody>, Problem> {
    let settlement = match find(&api, &id).await? {
        Some(asked) => super::status(&api, id, asked).await?,
        None => SettlementStatusView::unknown(id, super::DELAYED_RETRY_S),
    };
    Ok(Json(SettlementBody { settlement }))
}

async fn find(api: &Api, id: &str) -> Result<Option<Asked>, Problem> {
    if let Ok(id) = id.parse::<PaymentRequestId>() {
        return Ok(api.store.request(&id).await?.map(|request| Asked::Payment(Box::new(request))));
    }
    if let Ok(id) = id.parse::<RefundId>() {
        return Ok(api.store.refund(&id).await?.map(|refund| Asked::Refund(Box::new(refund))));
    }
    let hash = id.strip_prefix("0x").filter(|hex| hex.len() == 64).and_then(|_| id.parse::<B256>().ok());
    let hash = hash.ok_or_else(Problem::not_found)?;
    if let Some(request) = api.store.request_by_request_id(hash).await? {
        return Ok(Some(Asked::Payment(Box::new(request))));
    }
    if let Some((_, request)) = api.store.requests_by_digest(&[hash]).await?.into_iter().next() {
        return Ok(Some(Asked::Payment(Box::new(request))));
    }
    Ok(api.store.refund_of_payload(hash).await?.map(|refund| Asked::Refund(Box::new(refund))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::settlement_status::SettlementBody;

    #[tokio::test]
    async fn anybody_can_ask_by_any_of_the_three_ids() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let request = app.request().await;
        let execution = app.request_detail(&request).await["execution"].clone();
        let ids = [request.as_str(), execution["requestId"].as_str().unwrap(), execution["digest"].as_str().unwrap()];
        for id in ids {
            let answer = app.get(&format!("/api/settlements/{id}")).send().await.expect(200);
            assert_eq!((&answer["settlement"]["status"], &answer["settlement"]["event"]), (&json!("not_settled"), &json!(null)), "{id}");
            assert_eq!(answer["settlement"]["finality"], "confirmations:2", "the policy is published before there is anything to apply it to");
        }
        app.see(&request).await;
        let seen = app.get(&format!("/api/settlements/{request}")).send().await.expect(200);
        assert_eq!((&seen["settlement"]["status"], &seen["settlement"]["confirmations"]), (&json!("not_settled"), &json!({ "seen": 1, "required": 2 })));
        app.finalise(&request).await;
        for id in ids {
            let answer = app.get(&format!("/api/settlements/{id}")).send().await.expect(200);
            assert_documented::<SettlementBody>(answer.json());
            assert_eq!((&answer["settlement"]["status"], &answer["settlement"]["retryAfterSeconds"]), (&json!("settled"), &json!(null)), "{id}");
            assert_eq!(answer["settlement"]["event"]["requestId"], ids[1]);
        }
    }

    #[tokio::test]
    async fn what_was_paid_back_is_settled_like_what_was_paid() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let payment = app.request().await;
        let paid = app.pay(&payment).await;
        let refund = app.refund("5000000").await;
        let ask = async |id: &str| app.get(&format!("/api/settlements/{id}")).send().await.expect(200)["settlement"].clone();
        assert_eq!((&ask(&refund).await["status"], &ask(&refund).await["type"]), (&json!("unknown"), &json!(null)), "nothing is signed yet");
        app.respond(&refund, &app.seller, "approve").await.expect(200);
        let execution = app.refund_payment(&refund).await.expect(200)["refundRequest"]["execution"].clone();
        let ids = [refund.as_str(), execution["requestId"].as_str().unwrap(), execution["digest"].as_str().unwrap()];
        for id in ids {
            let signed = ask(id).await;
            assert_eq!((&signed["status"], &signed["type"], &signed["event"]), (&json!("not_settled"), &json!("refund"), &json!(null)), "{id}");
        }
        app.see_refund(&refund).await;
        assert_eq!((&ask(&refund).await["status"], &ask(&refund).await["confirmations"]["seen"]), (&json!("not_settled"), &json!(1)));
        app.finalise_refund(&refund).await;
        for id in ids {
            let settled = ask(id).await;
            assert_eq!((&settled["status"], &settled["type"], &settled["retryAfterSeconds"]), (&json!("settled"), &json!("refund"), &json!(null)), "{id}");
            assert_eq!((&settled["event"]["requestId"], &settled["event"]["digest"]), (&execution["requestId"], &execution["digest"]));
            assert_eq!(settled["event"]["parent"], app.stored(&payment).await.signed.request_id().to_string());
        }
        let tx_hash = ask(&refund).await["event"]["txHash"].clone();
        let of_tx = async |tx: &str| app.get(&format!("/api/settlements?txHash={tx}")).send().await.expect(200)["settlements"].clone();
        let found = of_tx(tx_hash.as_str().unwrap()).await;
        assert_eq!((found.as_array().unwrap().len(), &found[0]["type"], &found[0]["status"]), (1, &json!("refund"), &json!("settled")));
        let found = of_tx(&paid).await;
        assert_eq!((found.as_array().unwrap().len(), &found[0]["type"], &found[0]["event"]["parent"]), (1, &json!("payment"), &json!(null)));
    }

    #[tokio::test]
    async fn it_shows_no_more_than_the_chain_does() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        let text = app.get(&format!("/api/settlements/{request}")).send().await.expect(200).text();
        for private in [app.seeded.agreement.as_str(), app.buyer.profile.as_str(), "Translate", "signature", "snapshot"] {
            assert!(!text.contains(private), "{private}: {text}");
        }
    }

    #[tokio::test]
    async fn b09_what_cannot_be_known_is_unknown_and_says_when_to_ask_again() {
        let app = TestApp::new().await;
        let request = app.request().await;
        for id in [request.clone(), format!("0x{}", "ab".repeat(32)), "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned()] {
            let answer = app.get(&format!("/api/settlements/{id}")).send().await.expect(200);
            assert_eq!((&answer["settlement"]["status"], &answer["settlement"]["retryAfterSeconds"]), (&json!("unknown"), &json!(30)), "{id}");
        }
        app.get("/api/settlements/agr_1").send().await.problem(404, "not_found");
    }
}
