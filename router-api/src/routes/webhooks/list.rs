//! GET `/api/agent/webhooks`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::example;
use crate::extract::{Caller, WebhookRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::webhook::{WebhookView, WebhooksBody};

/// The caller's webhook endpoints.
///
/// Without their secrets, which are shown only once.
#[utoipa::path(
    get,
    path = "/api/agent/webhooks",
    tag = "events",
    security(("bearer" = ["webhooks:read"])),
    responses((status = 200, description = "All of them.", body = WebhooksBody, example = json!({ "webhooks": [example()] })))
)]
pub async fn list_webhooks(State(api): State<Arc<Api>>, caller: Caller<WebhookRead>) -> Result<Json<WebhooksBody>, Problem> {
    let endpoints = api.store.endpoints(&caller.profile).await?;
    let now = api.now();
    Ok(Json(WebhooksBody { webhooks: endpoints.iter().map(|endpoint| WebhookView::new(endpoint, now)).collect() }))
}
