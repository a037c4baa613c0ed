//! GET `/api/agent/contracts/{contractId}/receipts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::StoredRequest;

use crate::extract::{Participant, PaymentRead};
use crate::problem::Problem;
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::receipt::ReceiptsBody;

/// The receipts of an agreement.
///
/// One per verified payment. A payment that does not prove itself has none; `inspectionRequired` names it.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/receipts",
    tag = "documents",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "All of them.", body = ReceiptsBody, example = json!({ "receipts": [super::example()], "inspectionRequired": [] })))
)]
pub async fn list_receipts(State(api): State<Arc<Api>>, participant: Participant<PaymentRead>) -> Result<Json<ReceiptsBody>, Problem> {
    let open = api.store.open_issues(&participant.agreement.id).await?;
    let (mut receipts, mut inspection_required) = (Vec::new(), Vec::new());
    for stored in api.store.requests_of(&participant.agreement.id).await? {
        match stored {
            StoredRequest::Sound(request) if open.iter().any(|issue| issue.request == request.id) => inspection_required.push(request.id.to_string()),
            StoredRequest::Sound(request) => receipts.extend(super::receipt(&request, &participant.agreement)),
            StoredRequest::Unproven { id, issues, .. } => {
                payment_requests::alarm(&id, &issues);
                inspection_required.push(id.to_string());
            }
        }
    }
    Ok(Json(ReceiptsBody { receipts, inspection_required }))
}
