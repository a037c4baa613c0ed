//! The audit log.

use serde::Serialize;
use serde_json::Value;
use settlement::audit::{AuditHead, LoggedEntry};
use utoipa::ToSchema;

/// One act. Its members without `hash`, as canonical JSON, are what was hashed behind the hash of the entry before.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct AuditEntryView {
    /// Its number: from 1, without gaps, in the order in which things took effect.
    pub sequence: u64,
    /// When.
    pub at: String,
    /// By whom: profile and bearer token (`prof_…/key_…`), a wallet at sign-in (`wallet:0x…`), `cli`, `instance` (from its configuration) or a chain (CAIP-2).
    pub author: String,
    /// What, like `token.created`.
    pub action: String,
    /// To what: an id, an address or a CAIP id.
    pub subject: String,
    /// The facts; which there are depends on the action.
    #[schema(value_type = Object)]
    pub details: Value,
    /// sha256, links it to every entry before.
    pub hash: String,
}

impl From<&LoggedEntry> for AuditEntryView {
    fn from(entry: &LoggedEntry) -> Self {
        Self {
            sequence: entry.sequence,
            at: entry.at.to_string(),
            author: entry.author.clone(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            details: entry.details.clone(),
            hash: entry.hash.to_string(),
        }
    }
}

/// The end of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditHead)]
pub struct AuditHeadView {
    /// Number of the last entry; 0 while there is none.
    pub sequence: u64,
    /// Its hash; zero while there is none.
    pub hash: String,
}

impl From<AuditHead> for AuditHeadView {
    fn from(head: AuditHead) -> Self {
        Self { sequence: head.sequence, hash: head.hash.to_string() }
    }
}

/// `{entries, head, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditBody {
    /// The page, newest first.
    pub entries: Vec<AuditEntryView>,
    /// The end of the whole log.
    pub head: AuditHeadView,
    /// Where the next page starts; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}
