//! GET `/api/agent/webhooks/{webhookId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::ids::EndpointId;

use super::{example, own};
use crate::extract::{Caller, PathId, WebhookRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::webhook::{WebhookBody, WebhookView};

/// A webhook endpoint.
///
/// Without its secret, which is shown only once.
#[utoipa::path(
    get,
    path = "/api/agent/webhooks/{webhookId}",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:read"])),
    responses((status = 200, description = "The endpoint.", body = WebhookBody, example = json!({ "webhook": example() })))
)]
pub async fn show_webhook(State(api): State<Arc<Api>>, caller: Caller<WebhookRead>, PathId(id): PathId<EndpointId>) -> Result<Json<WebhookBody>, Problem> {
    let endpoint = own(&api, &caller.profile, &id).await?;
    Ok(Json(WebhookBody { webhook: WebhookView::new(&endpoint, api.now()) }))
}
