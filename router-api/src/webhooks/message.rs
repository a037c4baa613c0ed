//! What is sent: the event as it is in the log, signed by Standard Webhooks 1.0.

use serde::Serialize;
use settlement::Timestamp;
use store::{Endpoint, LoggedNotice};
use url::Url;
use utoipa::ToSchema;

use super::secret::{SealingKey, Unreadable};
use crate::view::event::EventView;

/// Largest body, in bytes: what receivers and the queues behind them take (Standard Webhooks, "Payload size").
pub const MAX_BODY: usize = 20 * 1_024;

/// An event as it is delivered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookMessage {
    /// The event, as in the log.
    #[serde(flatten)]
    pub event: EventView,
    /// True when somebody asked for this delivery again; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redelivery: Option<bool>,
    /// True when `data` was too long to send and is null; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    /// Where the whole event can be read, when `truncated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The body of a delivery.
pub(super) fn body(line: &LoggedNotice, is_redelivery: bool, public_url: &Url) -> Vec<u8> {
    let message = WebhookMessage { event: EventView::from(line), redelivery: is_redelivery.then_some(true), truncated: None, url: None };
    let whole = serde_json::to_vec(&message).expect("views are plain data with string keys");
    if whole.len() <= MAX_BODY {
        return whole;
    }
    let place = format!("/api/agent/events?after={}&limit=1", line.sequence - 1);
    let url = public_url.join(&place).map_or(place, |url| url.to_string());
    let event = EventView { data: serde_json::Value::Null, ..message.event };
    serde_json::to_vec(&WebhookMessage { event, truncated: Some(true), url: Some(url), ..message }).expect("views are plain data with string keys")
}

/// The header `webhook-signature`: by the secret of the endpoint and, for a time after a rotation, by the one before. Where that one was sealed under a key that
/// the instance no longer has, the rotation is what mended it, and the new one signs alone.
///
/// # Errors
/// When the secret does not open.
pub(super) fn signatures(key: &SealingKey, endpoint: &Endpoint, id: &str, body: &[u8], now: Timestamp) -> Result<String, Unreadable> {
    let timestamp = seconds(now);
    let sign = |sealed: &[u8]| key.open(sealed, &endpoint.id)?.sign(id, timestamp, body);
    let current = sign(&endpoint.secrets.current)?;
    let previous = endpoint.secrets.previous.as_ref().filter(|(_, until)| now < *until);
    Ok(match previous.and_then(|(sealed, _)| sign(sealed).ok()) {
        Some(previous) => format!("{current} {previous}"),
        None => current,
    })
}

/// The header `webhook-timestamp`.
pub(super) fn seconds(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use settlement::IdSource;
    use settlement::ids::EventId;
    use settlement::notice::{Notice, NoticeType};

    use super::*;
    use crate::testing::FixedIds;

    fn line(data: Value) -> LoggedNotice {
        let kind = NoticeType::PaymentVerified;
        let notice = Notice { data, ..Notice::for_operators(kind, kind.example()) };
        LoggedNotice { sequence: 42, id: EventId::new(FixedIds::default().ulid()), notice, at: Timestamp::from_millis(1_700_000_000_123) }
    }

    fn read(line: &LoggedNotice, is_redelivery: bool) -> (usize, Value) {
        let body = body(line, is_redelivery, &"https://pay.example".parse().unwrap());
        (body.len(), serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn f15_what_is_too_long_says_so_and_where_to_read_it() {
        let long = |length: usize| line(json!({ "text": "\u{1f600}".repeat(length) }));
        let (length, message) = read(&long(4_000), false);
        assert!(length <= MAX_BODY && message["truncated"].is_null() && message["data"]["text"].is_string(), "{length}");
        for length in [5_100, 5_200, 100_000] {
            let (bytes, message) = read(&long(length), true);
            let is_whole = message["truncated"].is_null();
            assert_eq!(is_whole, bytes > 400, "{length}: {bytes}");
            assert!(bytes <= MAX_BODY);
            assert_eq!(message["redelivery"], true);
        }
        let (_, message) = read(&long(100_000), false);
        assert_eq!((&message["data"], &message["truncated"]), (&Value::Null, &json!(true)));
        assert_eq!(message["url"], "https://pay.example/api/agent/events?after=41&limit=1");
        assert_eq!((&message["sequence"], &message["type"]), (&json!(42), &json!("payment.verified")));
    }

    #[test]
    fn f17_only_what_was_asked_for_again_is_marked() {
        let keys = |is_redelivery| read(&line(json!({})), is_redelivery).1.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(false), ["apiVersion", "data", "id", "sequence", "timestamp", "type"]);
        assert_eq!(keys(true), ["apiVersion", "data", "id", "redelivery", "sequence", "timestamp", "type"]);
    }
}
