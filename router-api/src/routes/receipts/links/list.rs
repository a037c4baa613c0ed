//! GET `/api/agent/receipts/{receiptId}/links`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{PaymentRead, ReceiptParty};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::receipt_link::{ReceiptLinkView, ReceiptLinksBody};

/// The public pages of a receipt.
///
/// For the two parties: what either of them made, and where printed receipts lead to. Those that are open, and the last 50 of those that were revoked or have
/// ended; older ones are in the audit log.
#[utoipa::path(
    get,
    path = "/api/agent/receipts/{receiptId}/links",
    tag = "documents",
    params(("receiptId" = String, Path, description = "`rcpt_pr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The pages, oldest first.", body = ReceiptLinksBody, example = json!({ "links": [super::example()] })))
)]
pub async fn list_receipt_links(State(api): State<Arc<Api>>, party: ReceiptParty<PaymentRead>) -> Result<Json<ReceiptLinksBody>, Problem> {
    let links = api.store.receipt_links(&party.request).await?;
    Ok(Json(ReceiptLinksBody { links: links.iter().map(|link| ReceiptLinkView::new(&api, link)).collect() }))
}
