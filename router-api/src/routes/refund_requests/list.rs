//! GET `/api/agent/contracts/{contractId}/refund-requests`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::{PageKey, StoredRefund};

use super::{Sighting, view};
use crate::extract::{PageParams, Params, Participant, PaymentRead};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::refund_request::RefundRequestsBody;

/// The refund requests of an agreement.
///
/// Newest first, with what may still be asked back of all its verified payments. Nothing here can be executed.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/refund-requests",
    tag = "refunds",
    params(("contractId" = String, Path, description = "`agr_…`"), PageParams),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of them.", body = RefundRequestsBody,
        example = json!({ "refundRequests": [super::example()], "remainingRefundableAtomic": "10000000", "nextCursor": null })))
)]
pub async fn list_refund_requests(
    State(api): State<Arc<Api>>,
    participant: Participant<PaymentRead>,
    Params(params): Params<PageParams>,
) -> Result<Json<RefundRequestsBody>, Problem> {
    let page = params.page()?;
    let actor = participant.actor;
    let mut found = api.store.refunds_of(&participant.agreement.id).await?;
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    found.sort_by_key(|refund| std::cmp::Reverse(position(refund)));
    found.retain(|refund| page.after.as_ref().is_none_or(|after| position(refund) < (after.at, after.id.clone())));
    let (rows, next_cursor) = page.cut(found, |row| PageKey { at: position(row).0, id: position(row).1 });
    let open = api.store.refund_issues(&known.agreement.id).await?;
    let mut refund_requests = Vec::with_capacity(rows.len());
    for refund in &rows {
        let sighting = Sighting::among(&api, refund.id(), &open).await?;
        refund_requests.push(view(&known, refund, &sighting, actor)?);
    }
    let remaining_refundable_atomic = known.refunds.remaining_of_all().to_string();
    Ok(Json(RefundRequestsBody { refund_requests, remaining_refundable_atomic, next_cursor }))
}

/// Where a refund stands in the list.
fn position(refund: &StoredRefund) -> (settlement::Timestamp, String) {
    (refund.created_at(), refund.id().to_string())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::refund_request::RefundRequestsBody;

    #[tokio::test]
    async fn both_parties_page_through_all_of_them_newest_first() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        let mut made = Vec::new();
        for _ in 0..5 {
            app.clock.advance_s(1);
            made.insert(0, app.refund("1000000").await);
        }
        for actor in [&app.buyer, &app.seller] {
            let (mut seen, mut path) = (Vec::new(), format!("{}?limit=2", app.refunds_path()));
            loop {
                let page = app.get(&path).bearer(actor).send().await.expect(200);
                assert_documented::<RefundRequestsBody>(page.json());
                assert_eq!(page["remainingRefundableAtomic"], "7500000");
                seen.extend(page["refundRequests"].as_array().unwrap().iter().map(|refund| refund["id"].as_str().unwrap().to_owned()));
                let Some(cursor) = page["nextCursor"].as_str() else { break };
                path = format!("{}?limit=2&cursor={cursor}", app.refunds_path());
            }
            assert_eq!(seen, made);
        }
        app.get(&app.refunds_path()).bearer(&app.stranger).send().await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn an_agreement_without_payment_has_none() {
        let app = TestApp::new().await;
        let page = app.get(&app.refunds_path()).bearer(&app.buyer).send().await.expect(200);
        assert_eq!((page["refundRequests"].as_array().unwrap().len(), page["remainingRefundableAtomic"].as_str()), (0, Some("0")));
    }
}
