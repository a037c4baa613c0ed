//! GET `/api/agent/contracts/{contractId}/disputes`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::PageKey;

use crate::extract::{AgreementRead, PageParams, Params, Participant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::dispute::DisputesBody;

/// The disputes of an agreement.
///
/// Newest first; at most one has not ended.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/disputes",
    tag = "disputes",
    params(("contractId" = String, Path, description = "`agr_…`"), PageParams),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of them.", body = DisputesBody, example = json!({ "disputes": [super::example()], "nextCursor": null })))
)]
pub async fn list_disputes(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementRead>,
    Params(params): Params<PageParams>,
) -> Result<Json<DisputesBody>, Problem> {
    let page = params.page()?;
    let known = Known::read(&api, participant.agreement.clone(), participant.setting.clone()).await?;
    let found = api.store.disputes(&participant.agreement.id, page.after.as_ref(), page.read_limit()).await?;
    let (rows, next_cursor) = page.cut(found, |row| PageKey { at: row.created_at, id: row.id.to_string() });
    Ok(Json(DisputesBody { disputes: rows.iter().map(|dispute| super::view(&known, dispute, &participant)).collect(), next_cursor }))
}
