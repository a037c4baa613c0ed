//! POST `/api/agent/webhooks/{webhookId}/test`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use settlement::audit::AuditAction;
use settlement::ids::{EndpointId, EventId};
use settlement::notice::{Notice, NoticeType};
use store::Reader;

use super::{lock_own, require_enabled};
use crate::extract::{Caller, NoBody, PathId, WebhookWrite, Write};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::webhook::QueuedTestBody;

/// Send a test to a webhook endpoint.
///
/// An event of the type `webhook_endpoint.test` that goes to this endpoint only, whatever its types. What came of it is among its deliveries.
#[utoipa::path(
    post,
    path = "/api/agent/webhooks/{webhookId}/test",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:write"])),
    responses(
        (status = 202, description = "It is queued.", body = QueuedTestBody, example = json!({ "eventId": "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        (status = 409, description = "The endpoint is paused or gone (`not_allowed`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn test_webhook(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookWrite>,
    PathId(id): PathId<EndpointId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let endpoint = lock_own(&mut effect.tx, &caller, &id).await?;
    require_enabled(&endpoint)?;
    let (event, data) = (EventId::new(api.ids.ulid()), json!({ "webhookId": id.as_str() }));
    let notice = match &endpoint.reader {
        Reader::Profile(profile) => Notice::for_profile(NoticeType::EndpointTest, profile, data),
        Reader::Operators => Notice::for_operators(NoticeType::EndpointTest, data),
    };
    effect.tx.audit(caller.author().did(AuditAction::WebhookTested, &id, api.now()));
    effect.tx.append(&event, &notice, api.now());
    effect.commit(StatusCode::ACCEPTED, &QueuedTestBody { event_id: event.to_string() }).await
}
