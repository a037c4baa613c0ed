//! Everybody on this instance.

pub mod create;
pub mod list;
pub mod retire_wallet;
pub mod show;
pub mod update;

use serde_json::{Value, json};

/// For the document.
fn example() -> Value {
    json!({ "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV", "handle": "ada", "displayName": "Ada", "createdAt": "2026-01-31T12:00:00.000Z",
        "updatedAt": "2026-01-31T12:00:00.000Z", "disabledAt": null })
}
