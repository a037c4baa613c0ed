//! GET `/r/{linkToken}`: the public page of a receipt.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use super::issue;
use super::show::{Asked, Audience, ReceiptFormat, present};
use crate::document::{self, Format};
use crate::extract::{Params, PathId};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::receipt_link;
use crate::state::Api;
use crate::view::receipt::ReceiptBody;

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// The public page of a receipt.
///
/// What a link, or the code on a printed receipt, leads to: the receipt as it stands now, as a page (the default), a PDF or JSON. A link that was never made,
/// was revoked or has ended is 404, and looks the same. Of what was agreed it has the title and the hash: `proof.terms` is null, also in the JSON inside the PDF.
/// Its signature verifies all the same.
#[utoipa::path(
    get,
    path = "/r/{linkToken}",
    tag = "documents",
    params(("linkToken" = String, Path, description = "32 hexadecimal digits"), ReceiptFormat),
    responses(
        (status = 200, description = "The receipt.", content(
            (String = "text/html", example = json!("<!doctype html>")),
            (String = "application/pdf", example = json!("%PDF-1.7")),
            (ReceiptBody = "application/json", example = json!({ "receipt": super::public_example(), "refunds": [] })))),
        (status = 304, description = "It is what `If-None-Match` names."),
        (status = 404, description = "The link opens nothing (`not_found`); a page, for who asks for one.",
            content((ProblemBody = PROBLEM_JSON), (String = "text/html"))),
        (status = 409, description = "The payment does not prove itself (`router_payment_proof_inspection_required`); a page, for who asks for one.",
            content((ProblemBody = PROBLEM_JSON), (String = "text/html"))),
        (status = 410, description = "A reorganisation took the payment away (`receipt_revoked`); page and PDF say so over what had been handed out.",
            content((ProblemBody = PROBLEM_JSON), (String = "text/html"), (String = "application/pdf"))),
        (status = 503, description = "It cannot be shown now (`signer_unavailable`, `unavailable`); a page, for who asks for one.",
            content((ProblemBody = PROBLEM_JSON), (String = "text/html"))),
    )
)]
pub async fn show_public_receipt(
    State(api): State<Arc<Api>>,
    PathId(token): PathId<String>,
    Params(params): Params<ReceiptFormat>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = document::wanted(params.format(), &headers, Format::Html)?;
    let shown = match opened(&api, &token, format, &headers).await {
        Ok(shown) => Ok(shown),
        Err(problem) if format == Format::Html => Ok(document::problem_page(&problem)),
        Err(problem) => Err(problem),
    };
    shown.map(unindexed)
}

async fn opened(api: &Api, token: &str, format: Format, headers: &HeaderMap) -> Result<Response, Problem> {
    if !receipt_link::is_well_formed(token) {
        return Err(Problem::not_found());
    }
    let link = api.store.receipt_link_by_hash(&receipt_link::hash(api, token)).await?;
    let link = link.filter(|link| link.is_open(api.now())).ok_or_else(Problem::not_found)?;
    let found = api.store.receipted(&link.request).await?.ok_or_else(Problem::not_found)?;
    let standing = issue::standing(api, found).await?;
    let page = receipt_link::page(&api.config.public_url, token);
    present(api, &link.request, standing, &Asked { format, audience: Audience::Public, page: Some(page), headers }).await
}

/// No search engine is to keep it.
fn unindexed(mut response: Response) -> Response {
    response.headers_mut().insert(X_ROBOTS_TAG, HeaderValue::from_static("noindex, nofollow, noarchive"));
    response
}
