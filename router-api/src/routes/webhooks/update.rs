//! PATCH `/api/agent/webhooks/{webhookId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::{EndpointId, ProfileId};
use settlement::webhook::EndpointStatus;
use url::Url;
use utoipa::ToSchema;

use super::{description, example, facts, kinds, lock_own, refuse_url};
use crate::extract::{Caller, PathId, Prepare, PreparedWrite, WebhookSend};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::webhook::{WebhookBody, WebhookView, is_stopped};
use crate::webhooks::TargetError;

/// What to change; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "types": ["payment.*"], "isActive": true }))]
pub struct UpdateWebhook {
    /// Another URL; what waits is sent there.
    #[schema(max_length = 2048)]
    url: Option<String>,
    /// Other types; empty for all.
    #[schema(max_items = 50)]
    types: Option<Vec<String>>,
    /// Up to 120 characters; empty takes it away.
    #[schema(max_length = 120)]
    description: Option<String>,
    /// False pauses it: it gets nothing, and what happens meanwhile is not queued. True enables it again, also after 410.
    is_active: Option<bool>,
}

impl Prepare for UpdateWebhook {
    type Prepared = Option<Result<Url, TargetError>>;

    async fn prepare(&self, api: &Api, caller: &ProfileId) -> Self::Prepared {
        match &self.url {
            Some(url) => Some(api.webhooks.targets.check(caller, url).await),
            None => None,
        }
    }
}

/// Change, pause or enable a webhook endpoint.
///
/// What was waiting when it was paused is sent when it is enabled again. What happened meanwhile is not: ask for it with `redeliver`.
#[utoipa::path(
    patch,
    path = "/api/agent/webhooks/{webhookId}",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:write", "contracts:read"])),
    request_body = UpdateWebhook,
    responses(
        (status = 200, description = "The endpoint.", body = WebhookBody, example = json!({ "webhook": example() })),
        (status = 503, description = "The URL's name cannot be looked up now (`name_not_looked_up`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn update_webhook(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookSend>,
    PathId(id): PathId<EndpointId>,
    PreparedWrite(body, url, mut effect): PreparedWrite<UpdateWebhook>,
) -> Result<Response, Problem> {
    let mut endpoint = lock_own(&mut effect.tx, &caller, &id).await?;
    if let Some(url) = url {
        endpoint.url = url.map_err(|error| refuse_url(&error))?.to_string();
    }
    if let Some(types) = &body.types {
        endpoint.kinds = kinds(types)?;
    }
    if let Some(text) = &body.description {
        endpoint.description = description(Some(text))?;
    }
    match body.is_active {
        Some(false) if endpoint.status == EndpointStatus::Enabled => endpoint.status = EndpointStatus::Paused,
        Some(true) if is_stopped(endpoint.status) => {
            // Lines that were told meanwhile and not handed out yet belong to the pause too.
            endpoint.from_sequence = effect.tx.last_sequence().await?;
            endpoint.status = EndpointStatus::Enabled;
        }
        Some(_) | None => {}
    }
    let before = std::mem::replace(&mut endpoint.updated_at, api.now());
    effect.tx.update_endpoint(&endpoint, before).await?;
    effect.tx.audit(caller.author().did(AuditAction::WebhookUpdated, &id, endpoint.updated_at).with(facts(&endpoint)));
    effect.commit(StatusCode::OK, &WebhookBody { webhook: WebhookView::new(&endpoint, api.now()) }).await
}
