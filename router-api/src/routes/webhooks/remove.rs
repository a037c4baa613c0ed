//! DELETE `/api/agent/webhooks/{webhookId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::EndpointId;

use super::lock_own;
use crate::extract::{Caller, NoBody, PathId, WebhookWrite, Write};
use crate::problem::Problem;
use crate::state::Api;

/// Delete a webhook endpoint.
///
/// What waits for it is dropped and its secret forgotten. An attempt that is on its way in this moment may still arrive.
#[utoipa::path(
    delete,
    path = "/api/agent/webhooks/{webhookId}",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:write"])),
    responses((status = 204, description = "It is gone."))
)]
pub async fn delete_webhook(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookWrite>,
    PathId(id): PathId<EndpointId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    lock_own(&mut effect.tx, &caller, &id).await?;
    let dropped = effect.tx.delete_endpoint(&id, api.now()).await?.ok_or_else(Problem::not_found)?;
    effect.tx.audit(caller.author().did(AuditAction::WebhookDeleted, &id, api.now()).with(json!({ "dropped": dropped })));
    let answer = effect.commit_empty().await?;
    tracing::info!(endpoint = %id, dropped, "a webhook endpoint was deleted; what was waiting for it is dropped");
    Ok(answer)
}
