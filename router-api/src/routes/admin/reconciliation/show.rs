//! GET `/api/admin/reconciliation`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::extract::{Admin, Caller, Params};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::reconciliation::{DifferenceView, ReconciliationBody};

/// Most differences of a kind that are listed: whoever has more mends these first.
const MOST: u32 = 100;

/// Which chain.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowReconciliation {
    /// Only this chain (EIP-155 id); all when absent.
    #[param(minimum = 1)]
    chain_id: Option<i64>,
}

impl ShowReconciliation {
    fn chain(&self) -> Result<Option<u64>, Problem> {
        let refused = || Problem::new(Code::MalformedRequest, "query: chainId must be 1 or more");
        self.chain_id.map(|id| u64::try_from(id).ok().filter(|id| *id > 0).ok_or_else(refused)).transpose()
    }
}

/// Where chain, requests and ledger do not agree, and what mends it.
///
/// Compared are the events that were read from the chain, the payment requests and the postings, as they are stored. At most 100 of each kind are listed.
#[utoipa::path(
    get,
    path = "/api/admin/reconciliation",
    tag = "admin",
    params(ShowReconciliation),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The differences; none when all is well.", body = ReconciliationBody, example = json!({ "differences": [{
        "kind": "chain_only", "chainId": 8453, "paymentRequestId": null, "contractId": null, "status": null,
        "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "detail": "nothing here was signed for this payment",
        "fix": "restore the newest backup" }], "asOf": "2026-01-31T12:00:00.000Z" })))
)]
pub async fn show_reconciliation(
    State(api): State<Arc<Api>>,
    _caller: Caller<Admin>,
    Params(params): Params<ShowReconciliation>,
) -> Result<Json<ReconciliationBody>, Problem> {
    let (wanted, as_of) = (params.chain()?, api.now().to_string());
    let mut differences = Vec::new();
    for chain in api.config.chains.iter().filter(|chain| wanted.is_none_or(|id| id == chain.chain_id)) {
        differences.extend(api.store.differences(chain.chain_id, MOST).await?.iter().map(DifferenceView::from));
    }
    Ok(Json(ReconciliationBody { differences, as_of }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn k07_a_payment_that_does_not_match_is_listed_with_what_mends_it() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let list = async |query: &str| app.get(&format!("/api/admin/reconciliation{query}")).bearer(&app.stranger).send().await.expect(200);
        assert_eq!(list("").await["differences"], json!([]));
        let id = app.request().await;
        app.raise_issue(&id).await;
        let found = list("?chainId=31337").await;
        let difference = &found["differences"][0];
        assert_eq!((&difference["kind"], &difference["paymentRequestId"]), (&json!("amount"), &json!(id)));
        assert!(difference["fix"].as_str().unwrap().contains("proofIssues"), "{difference:#}");
        assert_eq!(list("?chainId=1").await["differences"], json!([]));
        for refused in ["base", "0", "-1", "9223372036854775808"] {
            app.get(&format!("/api/admin/reconciliation?chainId={refused}")).bearer(&app.stranger).send().await.problem(400, "malformed_request");
        }
    }
}
