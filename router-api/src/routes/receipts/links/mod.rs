//! Public pages of a receipt: made, listed and revoked by the two parties.

pub mod create;
pub mod list;
pub mod revoke;

use serde_json::{Value, json};
use settlement::ids::{PaymentRequestId, ProfileId, request_of_receipt};

use crate::extract::{role_required, visible};
use crate::problem::Problem;
use crate::state::Api;

/// The request of a receipt, for one of its parties.
///
/// # Errors
/// 404 for whoever may not see it, 403 `role_required` for whoever may see it and is not a party.
async fn of_party(api: &Api, receipt: &str, profile: &ProfileId) -> Result<PaymentRequestId, Problem> {
    let id = request_of_receipt(receipt).map_err(|_| Problem::not_found())?;
    let found = api.store.receipted(&id).await?.ok_or_else(Problem::not_found)?;
    if [&found.buyer, &found.seller].contains(&profile) {
        return Ok(id);
    }
    let (_, actor) = visible(&api.store, found.request.agreement(), profile).await?;
    Err(role_required("buyer or the seller", actor))
}

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
