//! GET `/api/agent/contracts/{contractId}/receipts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::value::RawValue;
use settlement::payment_request::StatusName;

use super::issue::{self, Standing};
use crate::extract::{Participant, PaymentRead};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::receipt::{NotIssuedView, ReceiptsBody, RevokedReceiptView};

/// The receipts of an agreement.
///
/// One per verified payment, each signed by the instance when it was read for the first time and the same bytes ever after. `revoked` has those that a
/// reorganisation of the chain took back. A payment that does not prove itself has none; `inspectionRequired` names it. One that nobody has read yet and that
/// cannot be signed now is in `notIssued`, with the reason; the others are listed all the same.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/receipts",
    tag = "documents",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "All of them.", body = ReceiptsBody, example = json!({ "receipts": [super::example()], "refunds": [], "revoked": [], "inspectionRequired": [], "notIssued": [] })))
)]
pub async fn list_receipts(State(api): State<Arc<Api>>, participant: Participant<PaymentRead>) -> Result<Json<ReceiptsBody>, Problem> {
    let agreement = &participant.agreement.id;
    let mut body = ReceiptsBody { receipts: Vec::new(), refunds: Vec::new(), revoked: Vec::new(), inspection_required: Vec::new(), not_issued: Vec::new() };
    let mut verified = Vec::new();
    for found in api.store.receipted_of(agreement).await? {
        let id = found.request.id().clone();
        if matches!(issue::sound(&found), Ok(request) if request.state.name() != StatusName::Verified) {
            continue;
        }
        match issue::standing(&api, found).await {
            Ok(Standing::InForce(text, refunds)) => {
                body.receipts.push(raw(text)?);
                body.refunds.extend(refunds);
            }
            Ok(Standing::Revoked(_)) => continue,
            Err(problem) if problem.code() == Code::ProofInspectionRequired => body.inspection_required.push(id.to_string()),
            // Where the operator has changed or the chain is no longer served, this one can never be signed; that must not hide those that were.
            Err(problem) if problem.code() == Code::SignerUnavailable => body.not_issued.push(NotIssuedView::new(&id, &problem)),
            Err(problem) => return Err(problem),
        }
        verified.push(id);
    }
    let gone = issue::last_revocations(&api, agreement).await?;
    body.revoked = gone.iter().filter(|revocation| !verified.contains(&revocation.request)).map(RevokedReceiptView::from).collect();
    Ok(Json(body))
}

fn raw(text: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(text).map_err(|error| Problem::internal(&error))
}
