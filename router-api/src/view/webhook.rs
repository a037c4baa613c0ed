//! The JSON of webhook endpoints and deliveries. The member with the secret is called `signingSecret` and exists only in the answers that make one.

use serde::Serialize;
use settlement::Timestamp;
use settlement::webhook::{DeliveryStatus, EndpointStatus};
use store::{Delivery, Endpoint, Reader};
use utoipa::ToSchema;

use crate::webhooks::SigningSecret;

/// A webhook endpoint, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// `we_…`
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// What its owner calls it.
    #[schema(required)]
    pub description: Option<String>,
    /// The types it gets; empty for all.
    pub types: Vec<String>,
    /// Whose events it gets.
    #[schema(value_type = Audience)]
    pub audience: &'static str,
    /// Whether it gets any: `enabled`, `paused` by its owner, or `gone` after an answer of 410.
    #[schema(value_type = WebhookStatus)]
    pub status: &'static str,
    /// Until when deliveries are signed with the secret before the last rotation too.
    #[schema(required)]
    pub previous_secret_until: Option<String>,
    /// When it was made. It gets what happens from then on.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// Whose events an endpoint gets.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Audience {
    /// What is told to the profile that owns it.
    Profile,
    /// What is told to the operators of the instance.
    Operators,
}

/// Whether an endpoint gets anything.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum WebhookStatus {
    /// It does.
    Enabled,
    /// Its owner has stopped it.
    Paused,
    /// It answered 410.
    Gone,
}

impl WebhookView {
    /// As it is now.
    pub(crate) fn new(endpoint: &Endpoint, now: Timestamp) -> Self {
        let previous = endpoint.secrets.previous.as_ref().map(|(_, until)| *until).filter(|until| now < *until);
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            types: endpoint.kinds.iter().map(ToString::to_string).collect(),
            audience: match endpoint.reader {
                Reader::Profile(_) => "profile",
                Reader::Operators => "operators",
            },
            status: endpoint.status.name(),
            previous_secret_until: previous.map(|until| until.to_string()),
            created_at: endpoint.created_at.to_string(),
            updated_at: endpoint.updated_at.to_string(),
        }
    }
}

/// `{webhook}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookBody {
    /// The endpoint.
    pub webhook: WebhookView,
}

/// `{webhooks}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhooksBody {
    /// All of them, oldest first.
    pub webhooks: Vec<WebhookView>,
}

/// An endpoint with a secret that was just made.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhookBody {
    /// The endpoint.
    pub webhook: WebhookView,
    /// What deliveries are signed with (HMAC-SHA256), shown once. Null when an idempotency key replays the answer: whoever has lost it has another made
    /// with `rotate-secret`, which leaves the one that the receiver knows in use until `previousSecretUntil`.
    #[schema(required, example = "whsec_<44 characters of base64>")]
    pub signing_secret: Option<String>,
}

impl NewWebhookBody {
    /// The answer with the secret, to be sent once, and the same without it, to be stored.
    pub(crate) fn shown_and_kept(webhook: WebhookView, secret: &SigningSecret) -> (Self, Self) {
        let kept = Self { webhook, signing_secret: None };
        (Self { signing_secret: Some(secret.expose().to_owned()), ..kept.clone() }, kept)
    }
}

/// The delivery of one event to one endpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// `del_…`
    pub id: String,
    /// The event; `webhook-id` of every attempt.
    pub event_id: String,
    /// The event's number in the log.
    #[schema(minimum = 1)]
    pub sequence: i64,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pending` until it is `delivered`; `failed` after the last attempt.
    #[schema(value_type = DeliveryState)]
    pub status: &'static str,
    /// Whether somebody asked for it again.
    pub redelivery: bool,
    /// Attempts that are over.
    pub attempts: u32,
    /// When it is tried next; null when it is over, and while its endpoint gets nothing.
    #[schema(required)]
    pub next_attempt_at: Option<String>,
    /// The last attempt.
    #[schema(required)]
    pub last_attempt: Option<AttemptView>,
    /// When it was made.
    pub created_at: String,
}

/// Where a delivery stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried while its endpoint gets something.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was tried often enough, or was answered with 410.
    Failed,
}

/// What came of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// When it began.
    pub at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The status of the answer, where there was one.
    #[schema(required)]
    pub status: Option<u16>,
    /// Why it does not count as delivered.
    #[schema(required)]
    pub failure: Option<FailureView>,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailureView {
    /// `status redirect timeout connect dns address_refused url_refused tls broken`
    pub reason: String,
    /// The same for people.
    pub detail: String,
}

impl DeliveryView {
    /// To an endpoint of this status.
    pub(crate) fn new(delivery: &Delivery, endpoint: EndpointStatus) -> Self {
        let is_tried = delivery.status == DeliveryStatus::Pending && endpoint == EndpointStatus::Enabled;
        let failure = |(reason, detail): &(String, String)| FailureView { reason: reason.clone(), detail: detail.clone() };
        Self {
            id: delivery.id.to_string(),
            event_id: delivery.event.to_string(),
            sequence: delivery.sequence,
            kind: delivery.kind.to_string(),
            status: delivery.status.name(),
            redelivery: delivery.is_redelivery,
            attempts: delivery.attempts,
            next_attempt_at: is_tried.then(|| delivery.due_at.to_string()),
            last_attempt: delivery.last.as_ref().map(|last| AttemptView {
                at: last.at.to_string(),
                duration_ms: u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX),
                status: last.answer,
                failure: last.failure.as_ref().map(failure),
            }),
            created_at: delivery.created_at.to_string(),
        }
    }
}

/// `{deliveries, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveriesBody {
    /// Newest first.
    pub deliveries: Vec<DeliveryView>,
    /// The next page; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// `{event}`: the test that was queued.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedTestBody {
    /// The id that the test will be delivered with.
    pub event_id: String,
}

/// What was queued again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeliveryBody {
    /// Deliveries that were made.
    #[schema(minimum = 0)]
    pub queued: u64,
    /// Events that wait for this endpoint already; they are not sent twice.
    #[schema(minimum = 0)]
    pub already_queued: u64,
    /// Send the same request with this `after` for the rest of the range; null when that was all.
    #[schema(required)]
    pub next_after: Option<i64>,
}

/// Whether an endpoint was stopped by its owner or by an answer of 410, and can be enabled again.
pub(crate) fn is_stopped(status: EndpointStatus) -> bool {
    matches!(status, EndpointStatus::Paused | EndpointStatus::Gone)
}
