//! The JSON of the event log.

use serde::Serialize;
use serde_json::Value;
use store::LoggedNotice;
use utoipa::ToSchema;

/// The version of the shape of events, their types and their data. Members may be added to data without a new one.
pub const API_VERSION: &str = "2026-11-01";

/// One line of the event log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// `evt_…`; also `webhook-id`. Whoever sees one twice has it already.
    pub id: String,
    /// Its number in the log of the instance: without gaps, in the order in which things happened. A caller sees those lines that are told to it.
    #[schema(minimum = 1)]
    pub sequence: i64,
    /// `<object>.<verb>`; the section `webhooks` of this document lists all of them with their data.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: String,
    /// The facts, by type. Members may be added.
    #[schema(value_type = Object)]
    pub data: Value,
    /// The version of the shape.
    #[schema(example = "2026-11-01")]
    pub api_version: String,
}

impl From<&LoggedNotice> for EventView {
    fn from(line: &LoggedNotice) -> Self {
        Self {
            id: line.id.to_string(),
            sequence: line.sequence,
            kind: line.notice.kind.to_string(),
            timestamp: line.at.to_string(),
            data: line.notice.data.clone(),
            api_version: API_VERSION.to_owned(),
        }
    }
}

/// `{events, nextAfter, hasMore}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsBody {
    /// In the order of the log.
    pub events: Vec<EventView>,
    /// Pass it as `after` to go on where this page ends.
    #[schema(minimum = 0)]
    pub next_after: i64,
    /// Whether there is more already.
    pub has_more: bool,
}
