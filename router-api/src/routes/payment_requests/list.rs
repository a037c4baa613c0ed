//! GET `/api/agent/contracts/{contractId}/crypto-payment-requests`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::{PageKey, StoredRequest};

use super::{Sighting, listed};
use crate::extract::{PageParams, Params, Participant, PaymentRead};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payment_request::PaymentRequestsBody;

/// The payment requests of an agreement.
///
/// Newest first, without anything that can be executed: the detail of the live one has that, for its payer.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), PageParams),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of them.", body = PaymentRequestsBody, example = json!({ "paymentRequests": [super::example()], "nextCursor": null })))
)]
pub async fn list_payment_requests(
    State(api): State<Arc<Api>>,
    participant: Participant<PaymentRead>,
    Params(params): Params<PageParams>,
) -> Result<Json<PaymentRequestsBody>, Problem> {
    let page = params.page()?;
    let actor = participant.actor;
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let mut found = api.store.requests_of(&known.agreement.id).await?;
    found.sort_by_key(|request| std::cmp::Reverse(position(request)));
    found.retain(|request| page.after.as_ref().is_none_or(|after| position(request) < (after.at, after.id.clone())));
    let (rows, next_cursor) = page.cut(found, |row| PageKey { at: position(row).0, id: position(row).1 });
    let open = api.store.open_issues(&known.agreement.id).await?;
    let mut payment_requests = Vec::with_capacity(rows.len());
    for request in &rows {
        let sighting = Sighting::among(&api, request, &open).await?;
        payment_requests.push(listed(&api, &known, request, &sighting, actor));
    }
    Ok(Json(PaymentRequestsBody { payment_requests, next_cursor }))
}

/// Where a request stands in the list.
fn position(request: &StoredRequest) -> (settlement::Timestamp, String) {
    let at = match request {
        StoredRequest::Sound(request) => request.created_at,
        StoredRequest::Unproven { created_at, .. } => *created_at,
    };
    (at, request.id().to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::payment_request::PaymentRequestsBody;

    fn ids(page: &Value) -> Vec<&str> {
        page["paymentRequests"].as_array().unwrap().iter().map(|request| request["id"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn both_parties_page_through_all_of_them_newest_first() {
        let app = TestApp::new().await;
        let mut made = Vec::new();
        for _ in 0..5 {
            let id = app.request().await;
            app.cancel_request(&id).await.expect(200);
            made.insert(0, id);
        }
        for actor in [&app.buyer, &app.seller] {
            let (mut seen, mut path) = (Vec::new(), format!("{}?limit=2", app.requests_path()));
            loop {
                let page = app.get(&path).bearer(actor).send().await.expect(200);
                assert_documented::<PaymentRequestsBody>(page.json());
                seen.extend(ids(page.json()).into_iter().map(str::to_owned));
                let Some(cursor) = page["nextCursor"].as_str() else { break };
                path = format!("{}?limit=2&cursor={cursor}", app.requests_path());
            }
            assert_eq!(seen, made);
        }
    }

    #[tokio::test]
    async fn d06_a_changed_row_is_listed_as_what_it_is() {
        let app = TestApp::new().await;
        let (old, new) = {
            let old = app.request().await;
            app.cancel_request(&old).await.expect(200);
            (old, app.request().await)
        };
        app.database.tamper(&format!("UPDATE payment_requests SET snapshot = '{{}}' WHERE id = '{old}'")).await;
        let page = app.get(&app.requests_path()).bearer(&app.buyer).send().await.expect(200);
        assert_documented::<PaymentRequestsBody>(page.json());
        assert_eq!(ids(page.json()), [new.as_str(), old.as_str()]);
        let changed = &page["paymentRequests"][1];
        assert_eq!((&changed["status"], &changed["proofIssues"][0]["check"]), (&json!("router_payment_proof_inspection_required"), &json!("snapshot")));
        assert!(changed.get("sellerAmountAtomic").is_none(), "what cannot be read is not shown");
    }

    #[tokio::test]
    async fn i01_strangers_see_none() {
        let app = TestApp::new().await;
        app.get(&app.requests_path()).bearer(&app.stranger).send().await.problem(404, "not_found");
    }
}
