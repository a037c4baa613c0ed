//! Public pages of a receipt: made, listed and revoked by the two parties.

pub mod create;
pub mod list;
pub mod revoke;

use serde_json::{Value, json};

/// For the document.
fn example() -> Value {
    json!({
        "id": "rl_01ARZ3NDEKTSV4RRFFQ69G5FAV", "purpose": "shared", "isOpen": true, "url": "https://pay.example/r/9f86d081884c7d659a2feaa0c55ad015",
        "label": "for the accountant", "createdBy": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAB", "createdAt": "2026-01-31T12:15:00.000Z",
        "expiresAt": "2026-05-01T12:15:00.000Z", "revokedAt": null,
    })
}

#[cfg(test)]
mod tests;
