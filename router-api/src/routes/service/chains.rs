//! GET `/api/chains`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::problem::Problem;
use crate::state::Api;
use crate::view::chain::{ChainView, ChainsBody};

/// The chains this instance settles on.
///
/// Router, operator, signer, when a payment is final, what it costs and what can be paid with: everything to check a payload against. Public.
#[utoipa::path(
    get,
    path = "/api/chains",
    tag = "service",
    responses((status = 200, description = "All of them.", body = ChainsBody, example = json!({ "chains": [{
        "chainId": 8453, "network": "eip155:8453", "name": "base", "router": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "operator": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "signer": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "finality": "confirmations:12",
        "fee": { "bps": 100, "fixedAtomic": "0", "recipient": "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "capBps": 2000 },
        "assets": [{ "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenAddress": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "tokenSymbol": "USDC", "tokenDecimals": 6, "supportsPermit": true, "supportsTransferAuthorization": true, "supportsPermit2": true }],
        "indexed": { "block": 25000000, "head": 25000000, "finalBlock": 24999989, "halted": null } }] })))
)]
pub async fn list_chains(State(api): State<Arc<Api>>) -> Result<Json<ChainsBody>, Problem> {
    let mut chains = Vec::with_capacity(api.config.chains.len());
    for policy in &api.config.chains {
        let tokens = api.store.registered_tokens(policy.chain_id).await?;
        let cursor = api.store.cursor(policy.chain_id).await?;
        let signer = api.signers.get(&policy.chain_id);
        chains.push(ChainView::new(policy, signer.map(|signer| signer.as_ref()), &tokens, cursor.as_ref()));
    }
    Ok(Json(ChainsBody { chains }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn shows_what_a_payload_can_be_checked_against() {
        let app = TestApp::new().await;
        let answer = app.get("/api/chains").send().await.expect(200);
        let chain = &answer["chains"][0];
        assert_eq!((&chain["chainId"], &chain["finality"]), (&json!(31_337), &json!("confirmations:2")));
        assert_eq!(chain["router"], app.chain().router.to_string());
        assert_eq!(chain["signer"], app.signer.to_string());
        assert_eq!(chain["assets"][0]["assetId"], app.seeded.asset.to_string());
        assert!(chain["indexed"].is_null());
        app.start_chain().await;
        assert_eq!(app.get("/api/chains").send().await.expect(200)["chains"][0]["indexed"]["block"], 1);
    }
}
