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
        let sighting = Sighting::among(&api, request.id(), &open).await?;
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
