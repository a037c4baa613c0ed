//! GET `/api/admin/reconciliation`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::extract::{Admin, Caller, Params};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::reconciliation::{DifferenceView, ReconciliationBody};

/// Most differences that are listed of each question: whoever has more mends these first.
const MOST: u32 = 100;

/// Which chain.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowReconciliation {
    /// Only this chain (EIP-155 id); all of which anything is stored when absent.
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
/// Compared are the events that were read from the chain, the payment and refund requests, the postings and the sums of days, as they are stored. At most 100
/// answers to each question are listed; `hasMore` says whether there are others.
#[utoipa::path(
    get,
    path = "/api/admin/reconciliation",
    tag = "admin",
    params(ShowReconciliation),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The differences; none when all is well.", body = ReconciliationBody, example = json!({ "differences": [{
        "kind": "chain_only", "chainId": 8453, "paymentRequestId": null, "refundRequestId": null, "contractId": null, "status": null,
        "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "detail": "nothing here was signed for this payment",
        "fix": "restore the newest backup" }], "hasMore": false, "asOf": "2026-01-31T12:00:00.000Z" })))
)]
pub async fn show_reconciliation(
    State(api): State<Arc<Api>>,
    _caller: Caller<Admin>,
    Params(params): Params<ShowReconciliation>,
) -> Result<Json<ReconciliationBody>, Problem> {
    let (wanted, as_of) = (params.chain()?, api.now().to_string());
    let (mut differences, mut has_more) = (Vec::new(), false);
    for chain_id in api.store.compared_chains().await?.into_iter().filter(|id| wanted.is_none_or(|wanted| wanted == *id)) {
        let found = api.store.differences(chain_id, MOST).await?;
        has_more |= found.has_more;
        differences.extend(found.differences.iter().map(DifferenceView::from));
    }
    Ok(Json(ReconciliationBody { differences, has_more, as_of }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn k07_a_chain_that_is_configured_no_longer_is_compared_too() {
        let mut app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.raise_issue(&id).await;
        app.reconfigure(|config| config.chains[0].chain_id = 1);
        let found = app.get("/api/admin/reconciliation").bearer(&app.stranger).send().await.expect(200);
        assert_eq!((&found["differences"][0]["chainId"], &found["differences"][0]["paymentRequestId"]), (&json!(31_337), &json!(id)));
    }

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
        assert_eq!((&found["hasMore"], &difference["refundRequestId"]), (&json!(false), &json!(null)));
        assert_eq!(list("?chainId=1").await["differences"], json!([]));
        for refused in ["base", "0", "-1", "9223372036854775808"] {
            app.get(&format!("/api/admin/reconciliation?chainId={refused}")).bearer(&app.stranger).send().await.problem(400, "malformed_request");
        }
    }
}
