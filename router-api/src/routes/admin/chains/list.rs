//! GET `/api/admin/chains`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{Admin, Caller};
use crate::known::ChainState;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::chain::{ManagedChainView, ManagedChainsBody};

/// The chains: policy, how far each was read, and what is in the way.
///
/// `lagSeconds` is how far reading is behind, by block time or by how long nobody has said that it goes on. A `halted` chain goes on when somebody has looked
/// and says so: `counterfoil indexer acknowledge CHAIN`.
#[utoipa::path(
    get,
    path = "/api/admin/chains",
    tag = "admin",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "All of them.", body = ManagedChainsBody, example = json!({ "chains": [{
        "chainId": 8453, "network": "eip155:8453", "name": "base", "router": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "operator": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "finality": "confirmations:12",
        "fee": { "bps": 100, "fixedAtomic": "0", "recipient": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "capBps": 2000 },
        "following": "following", "lagSeconds": 2, "indexed": { "block": 120, "head": 121, "finalBlock": 109, "halted": null },
        "heardAt": "2026-01-31T12:00:00.000Z" }] })))
)]
pub async fn list_managed_chains(State(api): State<Arc<Api>>, _caller: Caller<Admin>) -> Result<Json<ManagedChainsBody>, Problem> {
    let mut chains = Vec::with_capacity(api.config.chains.len());
    for policy in &api.config.chains {
        let state = ChainState::read(&api, policy.chain_id).await?;
        chains.push(ManagedChainView::new(policy, &state, api.now()));
    }
    Ok(Json(ManagedChainsBody { chains }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn b23_a_chain_that_lags_or_has_halted_says_so() {
        let app = TestApp::new().await;
        let chain = async || app.get("/api/admin/chains").bearer(&app.stranger).send().await.expect(200)["chains"][0].clone();
        let before = chain().await;
        assert_eq!((&before["following"], &before["lagSeconds"], &before["indexed"]), (&json!("not_started"), &json!(null), &json!(null)));
        app.start_chain().await;
        let started = chain().await;
        assert_eq!((&started["following"], &started["lagSeconds"], &started["indexed"]["block"]), (&json!("following"), &json!(0), &json!(1)));
        app.halt("reorg below what is final").await;
        let halted = chain().await;
        assert_eq!((&halted["following"], &halted["indexed"]["halted"]), (&json!("halted"), &json!("reorg below what is final")));
    }
}
