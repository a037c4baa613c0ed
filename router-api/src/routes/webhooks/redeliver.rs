//! POST `/api/agent/webhooks/{webhookId}/redeliver`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use settlement::Timestamp;
use settlement::audit::AuditAction;
use settlement::ids::{DeliveryId, EndpointId, EventId};
use store::{Endpoint, Redelivery, RedeliveryRange, Tx};
use utoipa::ToSchema;

use super::{lock_own, require_enabled};
use crate::extract::wire::Instant;
use crate::extract::{Caller, PathId, WebhookWrite, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::webhook::RedeliveryBody;

/// Most events that one request queues: what is inserted in well under a second.
const MAX_EVENTS: u32 = 1_000;
/// Most deliveries that may wait for an endpoint while more are asked for: an endpoint that does not keep up gets no more of the past.
const MAX_PENDING: i64 = 10_000;
/// Most events that are delivered again to the endpoints of a profile in an hour: each costs a row and a request, and the request that asks for them next to nothing.
const MAX_PER_HOUR: i64 = 10_000;
/// Longest range, in milliseconds: a quarter of a year and a bit.
const MAX_RANGE_MS: i64 = 100 * 86_400_000;

/// What to deliver again: one event, or a time.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "from": "2026-01-30T00:00:00Z", "to": "2026-01-31T00:00:00Z" }))]
pub struct Redeliver {
    /// One event, of any type.
    event_id: Option<String>,
    /// Events that happened then or later, of the endpoint's types. With `to`.
    from: Option<Instant>,
    /// Events that happened before then; at most 100 days after `from`.
    to: Option<Instant>,
    /// Only events after this `sequence`: `nextAfter` of the request before. With `from` and `to`.
    #[schema(minimum = 0)]
    after: Option<i64>,
}

/// Deliver events again.
///
/// They come with the same `webhook-id` and `redelivery: true`, at most 1000 for a request: go on with `nextAfter` until it is null. Repeating the request
/// is harmless: what waits already is not queued twice.
#[utoipa::path(
    post,
    path = "/api/agent/webhooks/{webhookId}/redeliver",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:write"])),
    request_body = Redeliver,
    responses(
        (status = 202, description = "They are queued.", body = RedeliveryBody, example = json!({ "queued": 12, "alreadyQueued": 1, "nextAfter": null })),
        (status = 409, description = "The endpoint is paused or gone (`not_allowed`), or too much waits for it or was asked for within an hour (`limit_reached`).", body = ProblemBody,
            content_type = PROBLEM_JSON),
    )
)]
pub async fn redeliver_webhooks(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookWrite>,
    PathId(id): PathId<EndpointId>,
    Write(body, mut effect): Write<Redeliver>,
) -> Result<Response, Problem> {
    let endpoint = lock_own(&mut effect.tx, &caller, &id).await?;
    let wanted = wanted(&body)?;
    require_enabled(&endpoint)?;
    if effect.tx.pending_of(&id).await? >= MAX_PENDING {
        return Err(Problem::new(Code::LimitReached, format!("{MAX_PENDING} deliveries wait for this endpoint; ask again when it has taken some")));
    }
    let an_hour_ago = Timestamp::from_millis(api.now().as_millis() - 3_600_000);
    if effect.tx.redelivered_since(&caller.profile, an_hour_ago).await? >= MAX_PER_HOUR {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_PER_HOUR} events delivered again in an hour; ask again later")));
    }
    let Redelivery { queued, already_queued, next_after } = queue(&api, &mut effect.tx, &endpoint, &wanted).await?;
    effect.tx.audit(caller.author().did(AuditAction::WebhookRedelivered, &id, api.now()).with(json!({ "queued": queued })));
    effect.commit(StatusCode::ACCEPTED, &RedeliveryBody { queued, already_queued, next_after }).await
}

/// What the body asks for.
enum Wanted {
    Event(EventId),
    Range(RedeliveryRange),
}

fn wanted(body: &Redeliver) -> Result<Wanted, Problem> {
    let one_of = "name either eventId, or from and to";
    match (&body.event_id, &body.from, &body.to, body.after) {
        (Some(event), None, None, None) => {
            let event = event.parse().map_err(|error| Problem::field(Code::InvalidField, "eventId", error))?;
            Ok(Wanted::Event(event))
        }
        (None, Some(from), Some(to), after) => {
            let length = to.as_millis().saturating_sub(from.as_millis());
            if !(1..=MAX_RANGE_MS).contains(&length) {
                return Err(Problem::field(Code::InvalidField, "to", "must be after from, and at most 100 days after it"));
            }
            let after = after.unwrap_or_default();
            if after < 0 {
                return Err(Problem::field(Code::InvalidField, "after", "must be the sequence of an event, or 0"));
            }
            Ok(Wanted::Range(RedeliveryRange { from: **from, to: **to, after, limit: MAX_EVENTS }))
        }
        (Some(_), ..) => Err(Problem::field(Code::InvalidField, "eventId", one_of)),
        (None, ..) => Err(Problem::field(Code::InvalidField, "from", one_of)),
    }
}

async fn queue(api: &Api, tx: &mut Tx, endpoint: &Endpoint, wanted: &Wanted) -> Result<Redelivery, Problem> {
    let new_id = || DeliveryId::new(api.ids.ulid());
    match wanted {
        Wanted::Event(event) => {
            let queued = tx.redeliver_event(endpoint, event, new_id(), api.now()).await?;
            queued.ok_or_else(|| Problem::field(Code::InvalidField, "eventId", "there is no such event for this endpoint"))
        }
        Wanted::Range(range) => Ok(tx.redeliver_range(endpoint, range, &new_id, api.now()).await?),
    }
}
