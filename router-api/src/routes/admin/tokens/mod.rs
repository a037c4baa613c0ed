//! The bearer tokens of everybody.

pub mod create;
pub mod list;
pub mod revoke;

use serde_json::{Value, json};

/// For the document.
fn example() -> Value {
    json!({ "id": "key_01ARZ3NDEKTSV4RRFFQ69G5FAV", "profileId": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "agent", "scopes": ["contracts:read"],
        "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null, "lastUsedAt": null, "revokedAt": null })
}
