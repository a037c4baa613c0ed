//! GET `/api/settlements/{settlementId}`.

use std::sync::Arc;

use alloy_primitives::B256;
use axum::Json;
use axum::extract::State;
use settlement::ids::PaymentRequestId;
use store::StoredRequest;

use crate::extract::PathId;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::settlement_status::{SettlementBody, SettlementStatusView};

/// Whether something is settled.
///
/// Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, or a `pr_…`. `settled` is final and verified; `not_settled` is
/// not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.
#[utoipa::path(
    get,
    path = "/api/settlements/{settlementId}",
    tag = "payments",
    params(("settlementId" = String, Path, description = "`requestId` or digest (0x and 64 hexadecimal digits), or `pr_…`")),
    responses((status = 200, description = "What is known.", body = SettlementBody, example = json!({ "settlement": {
        "id": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "status": "not_settled", "event": null, "confirmations": null,
        "finality": "confirmations:12", "retryAfterSeconds": 5 } })))
)]
pub async fn show_settlement(State(api): State<Arc<Api>>, PathId(id): PathId<String>) -> Result<Json<SettlementBody>, Problem> {
    let settlement = match find(&api, &id).await? {
        Some(request) => super::status(&api, id, request).await?,
        None => SettlementStatusView::without_event(id, "unknown", None, Some(super::DELAYED_RETRY_S)),
    };
    Ok(Json(SettlementBody { settlement }))
}

async fn find(api: &Api, id: &str) -> Result<Option<StoredRequest>, Problem> {
    if let Ok(id) = id.parse::<PaymentRequestId>() {
        return Ok(api.store.request(&id).await?);
    }
    let hash = id.strip_prefix("0x").filter(|hex| hex.len() == 64).and_then(|_| id.parse::<B256>().ok());
    let hash = hash.ok_or_else(Problem::not_found)?;
    if let Some(request) = api.store.request_by_request_id(hash).await? {
        return Ok(Some(request));
    }
    Ok(api.store.requests_by_digest(&[hash]).await?.into_iter().next().map(|(_, request)| request))
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
