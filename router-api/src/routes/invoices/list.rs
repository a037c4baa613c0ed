//! GET `/api/agent/contracts/{contractId}/invoices`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{Participant, PaymentRead};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::invoice::InvoicesBody;

/// The invoices of an agreement.
///
/// One: it says what is owed, what was asked for and what is paid and proven.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/invoices",
    tag = "documents",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The invoice.", body = InvoicesBody, example = json!({ "invoices": [super::example()] })))
)]
pub async fn list_invoices(State(api): State<Arc<Api>>, participant: Participant<PaymentRead>) -> Result<Json<InvoicesBody>, Problem> {
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    Ok(Json(InvoicesBody { invoices: vec![super::invoice(&api, &known).await?] }))
}
