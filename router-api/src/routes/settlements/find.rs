//! GET `/api/settlements`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::sync::Arc;

use alloy_primitives::B256;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Asked;
use crate::extract::Params;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::settlement_status::{SettlementStatusView, SettlementsBody};

/// Which transaction.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindSettlements {
    /// Its hash: 0x and 64 hexadecimal digits.
    #[param(pattern = "^0x[0-9a-fA-F]{64}$")]
    tx_hash: String,
    /// EIP-155 id of its chain; every chain of this instance when absent.
    chain_id: Option<u64>,
}

/// What a transaction has settled.
///
/// Public: no more than the chain shows. One entry per payment and refund of this instance in the transaction; a single `unknown` one when none is known.
#[utoipa::path(
    get,
    path = "/api/settlements",
    tag = "payments",
    params(FindSettlements),
    responses((status = 200, description = "What is known.", body = SettlementsBody, example = json!({ "settlements": [{
        "id": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "type": null, "status": "unknown", "event": null, "confirmations": null,
        "finality": null, "retryAfterSeconds": 30 }] })))
)]
pub async fn find_settlements(State(api): State<Arc<Api>>, Params(params): Params<FindSettlements>) -> Result<Json<SettlementsBody>, Problem> {
    let tx_hash = hash(&params.tx_hash)?;
    let mut settlements = Vec::new();
    for chain in api.config.chains.iter().filter(|chain| params.chain_id.is_none_or(|wanted| wanted == chain.chain_id)) {
        let events = api.store.events_of_tx(chain.chain_id, tx_hash).await?;
        let digests: Vec<B256> = events.iter().map(|event| event.digest).collect();
        for (digest, request) in api.store.requests_by_digest(&digests).await? {
            settlements.push(super::status(&api, digest.to_string(), Asked::Payment(Box::new(request))).await?);
        }
        for event in api.store.refunds_of_tx(chain.chain_id, tx_hash).await? {
            if let Some(refund) = api.store.refund_of_payload(event.digest).await? {
                settlements.push(super::status(&api, event.digest.to_string(), Asked::Refund(Box::new(refund))).await?);
            }
        }
    }
    if settlements.is_empty() {
        settlements.push(SettlementStatusView::unknown(params.tx_hash, super::DELAYED_RETRY_S));
    }
    Ok(Json(SettlementsBody { settlements }))
}

fn hash(text: &str) -> Result<B256, Problem> {
    let hash = text.strip_prefix("0x").filter(|hex| hex.len() == 64).and_then(|_| text.parse().ok());
    hash.ok_or_else(|| Problem::new(Code::MalformedRequest, "query: txHash must be 0x and 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::settlement_status::SettlementsBody;

    #[tokio::test]
    async fn finds_what_a_transaction_has_paid() {
        let app = TestApp::new().await;
        let request = app.request().await;
        let tx_hash = app.pay(&request).await;
        for query in [format!("txHash={tx_hash}"), format!("txHash={tx_hash}&chainId=31337")] {
            let answer = app.get(&format!("/api/settlements?{query}")).send().await.expect(200);
            assert_documented::<SettlementsBody>(answer.json());
            assert_eq!((&answer["settlements"][0]["status"], &answer["settlements"][0]["event"]["txHash"]), (&json!("settled"), &json!(tx_hash)));
        }
        for query in [format!("txHash={tx_hash}&chainId=1"), format!("txHash=0x{}", "ab".repeat(32))] {
            let answer = app.get(&format!("/api/settlements?{query}")).send().await.expect(200);
            assert_eq!(answer["settlements"][0]["status"], "unknown");
        }
    }

    #[tokio::test]
    async fn what_is_no_hash_is_refused() {
        let app = TestApp::new().await;
        for query in ["", "?txHash=", "?txHash=0x12", "?txHash=latest", &format!("?txHash=0x{}&chain=1", "ab".repeat(32))] {
            app.get(&format!("/api/settlements{query}")).send().await.problem(400, "malformed_request");
        }
    }
}
