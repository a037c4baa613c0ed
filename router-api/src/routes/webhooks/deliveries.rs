//! GET `/api/agent/webhooks/{webhookId}/deliveries`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::ids::EndpointId;
use store::PageKey;

use super::{own, require_audience};
use crate::extract::{Caller, PageParams, Params, PathId, WebhookRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::webhook::{DeliveriesBody, DeliveryView};

/// What was and will be delivered to a webhook endpoint.
///
/// One row per event, with what came of its last attempt and when the next one is. Rows that are over are kept for 30 days.
#[utoipa::path(
    get,
    path = "/api/agent/webhooks/{webhookId}/deliveries",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`"), PageParams),
    security(("bearer" = ["webhooks:read"])),
    responses((status = 200, description = "A page of them, newest first.", body = DeliveriesBody, example = json!({ "deliveries": [{
        "id": "del_01ARZ3NDEKTSV4RRFFQ69G5FAV", "eventId": "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "sequence": 42, "type": "payment.verified",
        "status": "pending", "redelivery": false, "attempts": 1, "nextAttemptAt": "2026-01-31T12:00:05.120Z",
        "lastAttempt": { "at": "2026-01-31T12:00:00.000Z", "durationMs": 120, "status": 500,
            "failure": { "reason": "status", "detail": "the endpoint answered 500" } },
        "createdAt": "2026-01-31T12:00:00.000Z" }], "nextCursor": null })))
)]
pub async fn list_webhook_deliveries(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookRead>,
    PathId(id): PathId<EndpointId>,
    Params(params): Params<PageParams>,
) -> Result<Json<DeliveriesBody>, Problem> {
    let endpoint = own(&api, &caller.profile, &id).await?;
    require_audience(&caller, &endpoint.reader)?;
    let page = params.page()?;
    let rows = api.store.deliveries(&endpoint.id, page.after.as_ref(), page.read_limit()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| PageKey { at: row.created_at, id: row.id.to_string() });
    Ok(Json(DeliveriesBody { deliveries: rows.iter().map(|row| DeliveryView::new(row, endpoint.status)).collect(), next_cursor }))
}
