//! DELETE `/api/agent/receipts/{receiptId}/links/{linkId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::audit::AuditAction;
use settlement::ids::ReceiptLinkId;

use crate::extract::{NoBody, PathIds, PaymentWrite, ReceiptParty, Write};
use crate::problem::Problem;
use crate::receipt_link;
use crate::state::Api;
use crate::view::receipt_link::{ReceiptLinkBody, ReceiptLinkView};

/// Revoke a public page of a receipt.
///
/// It opens nothing from now on, for good. The two parties may revoke each other's. Revoking the one that printed receipts lead to makes their codes lead
/// nowhere; the next print has a new one.
#[utoipa::path(
    delete,
    path = "/api/agent/receipts/{receiptId}/links/{linkId}",
    tag = "documents",
    params(("receiptId" = String, Path, description = "`rcpt_pr_…`"), ("linkId" = String, Path, description = "`rl_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    responses((status = 200, description = "The link, revoked.", body = ReceiptLinkBody, example = json!({ "link": {
        "id": "rl_01ARZ3NDEKTSV4RRFFQ69G5FAV", "purpose": "shared", "isOpen": false, "url": null, "label": "for the accountant",
        "createdBy": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAB", "createdAt": "2026-01-31T12:15:00.000Z", "expiresAt": null, "revokedAt": "2026-02-01T12:00:00.000Z" } })))
)]
pub async fn revoke_receipt_link(
    State(api): State<Arc<Api>>,
    party: ReceiptParty<PaymentWrite>,
    PathIds(_receipt, id): PathIds<String, ReceiptLinkId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let mut link = effect.tx.receipt_link(&id).await?.filter(|link| link.request == party.request).ok_or_else(Problem::not_found)?;
    let now = api.now();
    if !effect.tx.revoke_receipt_link(&id, now).await? {
        return Err(Problem::not_found());
    }
    effect.tx.audit(party.caller.author().did(AuditAction::ReceiptLinkRevoked, &id, now).with(receipt_link::about(&link)));
    link.revoked_at = Some(now);
    effect.commit(StatusCode::OK, &ReceiptLinkBody { link: ReceiptLinkView::new(&api, &link) }).await
}
