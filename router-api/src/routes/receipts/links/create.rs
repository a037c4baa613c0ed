//! POST `/api/agent/receipts/{receiptId}/links`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::ReceiptLinkId;
use settlement::payment_request::StatusName;
use store::{LinkPurpose, ReceiptLink};
use utoipa::ToSchema;

use crate::extract::{PaymentWrite, ReceiptParty, Write};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::receipt_link::{ReceiptLinkBody, ReceiptLinkView};
use crate::{receipt_link, text};

/// Most links of a receipt that are open at the same time: one per accountant, auditor and system, with room.
const MAX_OPEN: u64 = 50;
/// Longest label, in characters.
const MAX_LABEL: usize = 80;
/// Longest lifetime, in days: ten years, as long as books are kept.
const MAX_DAYS: u32 = 3_660;

/// What the page is for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "label": "for the accountant", "expiresInDays": 90 }))]
pub struct CreateReceiptLink {
    /// For whom, 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    label: Option<String>,
    /// Lifetime in days, 1 to 3660; until it is revoked when absent.
    #[schema(minimum = 1, maximum = 3660)]
    expires_in_days: Option<u32>,
}

/// Make a public page of a receipt.
///
/// For the two parties. Whoever has the URL sees this receipt as it stands by then, and nothing else; it cannot be guessed (128 bits), is not indexed, and can
/// be revoked. `GET …/links` shows the URL again. A replay under an idempotency key has `url: null`.
#[utoipa::path(
    post,
    path = "/api/agent/receipts/{receiptId}/links",
    tag = "documents",
    params(("receiptId" = String, Path, description = "`rcpt_pr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = CreateReceiptLink,
    responses(
        (status = 201, description = "The page.", body = ReceiptLinkBody, example = json!({ "link": super::example() })),
        (status = 404, description = "There is no such payment request to see (`not_found`), or it is not verified (`receipt_not_issued`).", body = ProblemBody,
            content_type = PROBLEM_JSON),
        (status = 409, description = "There are 50 open ones (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_receipt_link(
    State(api): State<Arc<Api>>,
    party: ReceiptParty<PaymentWrite>,
    Write(body, mut effect): Write<CreateReceiptLink>,
) -> Result<Response, Problem> {
    let ReceiptParty { caller, request } = party;
    let label = body.label.as_deref().map(|label| text::line("label", label, MAX_LABEL)).transpose()?;
    let expires_in = body.expires_in_days.map(lifetime).transpose()?;
    let stored = effect.tx.request(&request).await?.ok_or_else(Problem::not_found)?;
    // Locked, so that two of them are not counted at once.
    effect.tx.agreement(stored.agreement()).await?.ok_or_else(Problem::not_found)?;
    let paid = payment_requests::sound(stored)?;
    if paid.state.name() != StatusName::Verified {
        let status = paid.state.name().as_str();
        return Err(Problem::new(Code::ReceiptNotIssued, format!("{request} is {status}")).with("currentStatus", status));
    }
    let now = api.now();
    if effect.tx.open_receipt_links(&request, now).await? >= MAX_OPEN {
        return Err(Problem::new(Code::LimitReached, format!("a receipt has at most {MAX_OPEN} open links; revoke one")));
    }
    let author = caller.author();
    let link = ReceiptLink {
        id: ReceiptLinkId::new(api.ids.ulid()),
        request,
        purpose: LinkPurpose::Shared,
        label,
        created_by: caller.profile,
        created_at: now,
        expires_at: expires_in.map(|lifetime| now.plus(lifetime)),
        revoked_at: None,
    };
    effect.tx.insert_receipt_link(&link, &receipt_link::hash_of(&api, &link.id)).await?;
    effect.tx.audit(author.did(AuditAction::ReceiptLinkCreated, &link.id, now).with(receipt_link::about(&link)));
    let shown = ReceiptLinkView::new(&api, &link);
    let kept = ReceiptLinkBody { link: shown.clone().without_url() };
    effect.commit_secret(StatusCode::CREATED, &ReceiptLinkBody { link: shown }, &kept).await
}

fn lifetime(days: u32) -> Result<Duration, Problem> {
    if (1..=MAX_DAYS).contains(&days) {
        Ok(Duration::from_secs(u64::from(days) * 86_400))
    } else {
        Err(Problem::field(Code::InvalidField, "expiresInDays", format_args!("expected 1 to {MAX_DAYS}")))
    }
}
