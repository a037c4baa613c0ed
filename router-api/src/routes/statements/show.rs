//! GET `/api/agent/statements`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use settlement::asset::Asset;

use super::stream::Statement;
use super::{period, symbol};
use crate::extract::{Caller, Params, PaymentRead};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::statement::{AccountHead, Format, StatementBody, StatementRow};

/// Which lines, and how they are written.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ShowStatement {
    /// The first instant of it: a day in UTC (`2026-01-01`) or an instant (`2026-01-01T00:00:00Z`); from the beginning when absent.
    from: Option<String>,
    /// The first instant that is not part of it, likewise; up to now when absent.
    to: Option<String>,
    /// Only this asset (CAIP-19).
    #[param(pattern = "^eip155:[1-9][0-9]*/(erc20:0x[0-9a-fA-F]{40}|slip44:60)$")]
    asset: Option<String>,
    /// `json`, `jsonl` (a line per row) or `csv` (RFC 4180); what the `Accept` header likes best when absent.
    #[param(pattern = "^(json|jsonl|csv)$")]
    format: Option<String>,
}

/// The caller's statement of account.
///
/// Account by account: what stood on it when the period began, every line in the order of booking with what stands after it, and what stands at the end.
/// `booked` says what a line stands for: a `payment`, a refund that the seller approved (`refund_due`) or one that was paid back (`refund`). A line that takes
/// another back is a `reversal` and names the entry in `reverses`. Balances are counted on the side on which the account grows: what the buyer has paid, what
/// the seller has received, what the seller owes back; they start with `-` where more was taken back than stood there.
///
/// Payments and refunds are booked with the time of their block, approvals and reversals with the time at which they were made. So a period that is over can still
/// change, while the chain's blocks are read late: fetch it again before you rely on it, or close your books some time after the period.
///
/// It is written while it is read, however long it is: it is complete when the `closing` row of the last account is there (in JSON: when it ends). In CSV, a
/// text that a spreadsheet would take for a formula starts with an apostrophe; numbers are numbers.
#[utoipa::path(
    get,
    path = "/api/agent/statements",
    tag = "ledger",
    params(ShowStatement),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The statement, as a file.", content(
        (StatementBody = "application/json", example = json!(example())),
        (StatementRow = "application/jsonl", example = json!(example_row())),
        (String = "text/csv", example = "assetId,tokenSymbol,tokenDecimals,account,kind,at,…"),
    )))
)]
pub async fn show_statement(
    State(api): State<Arc<Api>>,
    caller: Caller<PaymentRead>,
    headers: HeaderMap,
    Params(params): Params<ShowStatement>,
) -> Result<Response, Problem> {
    let format = match params.format.as_deref() {
        Some(text) => Format::parse(text).ok_or_else(|| Problem::new(Code::MalformedRequest, "query: format must be json, jsonl or csv"))?,
        None => {
            Format::accepted(&headers).ok_or_else(|| Problem::new(Code::NotAcceptable, "statements are application/json, text/csv or application/jsonl"))?
        }
    };
    let period = period::parse(params.from.as_deref(), params.to.as_deref(), api.now())?;
    let asset = params.asset.as_deref().map(|text| text.parse::<Asset>());
    let asset = asset.transpose().map_err(|error| Problem::new(Code::MalformedRequest, format!("query: asset: {error}")))?;
    let mut accounts = Vec::new();
    for opening in api.store.statement_accounts(caller.profile.as_str(), period).await? {
        if asset.is_none_or(|asset| asset == opening.asset) {
            let (token_symbol, token_decimals) = symbol(&api, &opening.asset).await?;
            accounts.push(AccountHead { opening, token_symbol, token_decimals });
        }
    }
    let day = |at: settlement::Timestamp| at.to_string().chars().take(10).collect::<String>();
    let name = format!("attachment; filename=\"statement-{}-{}.{}\"", day(period.from), day(period.until), format.extension());
    let disposition = HeaderValue::try_from(name).map_err(|error| Problem::internal(&error))?;
    let body = Body::from_stream(Statement::new(api.store.clone(), caller.profile, period, (format, accounts)).into_stream());
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}

/// For the document.
fn example() -> serde_json::Value {
    json!({
        "from": "2026-01-01T00:00:00.000Z", "to": "2026-02-01T00:00:00.000Z",
        "accounts": [{ "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC", "tokenDecimals": 6,
            "account": "seller_proceeds", "openingAtomic": "0", "lines": [{ "kind": "posting", "booked": "payment", "at": "2026-01-31T12:00:00.000Z",
                "entry": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV:0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9:0:0", "line": 1,
                "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "externalRef": "order-1", "paymentRequestId": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "refundRequestId": null,
                "walletAddress": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "debitAtomic": "0", "creditAtomic": "12500000", "balanceAtomic": "12500000",
                "reverses": null }], "closingAtomic": "12500000" }],
    })
}

/// For the document: what stands on the account when the period begins.
fn example_row() -> serde_json::Value {
    json!({
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC", "tokenDecimals": 6,
        "account": "seller_proceeds", "kind": "opening", "booked": null, "at": "2026-01-01T00:00:00.000Z", "entry": null, "line": null, "contractId": null,
        "externalRef": null, "paymentRequestId": null, "refundRequestId": null, "walletAddress": null, "debitAtomic": null, "creditAtomic": null, "balanceAtomic": "0", "reverses": null,
    })
}

#[cfg(test)]
mod tests;
