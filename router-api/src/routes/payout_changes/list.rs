//! GET `/api/agent/contracts/{contractId}/payout-changes`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{AgreementRead, Participant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payout_change::PayoutChangesBody;

/// Where the seller is paid, and what was asked to change that.
///
/// All changes of the agreement, oldest first: there are few.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/payout-changes",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The payee, and the changes.", body = PayoutChangesBody,
        example = json!({ "payoutChanges": [super::example()], "payeeAddress": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" })))
)]
pub async fn list_payout_changes(State(api): State<Arc<Api>>, participant: Participant<AgreementRead>) -> Result<Json<PayoutChangesBody>, Problem> {
    let known = Known::read(&api, participant.agreement.clone(), participant.setting.clone()).await?;
    let changes = api.store.payout_changes(&participant.agreement.id).await?;
    let requests = api.store.requests_of(&participant.agreement.id).await?;
    Ok(Json(PayoutChangesBody {
        payout_changes: changes.iter().map(|change| super::view(&known, &requests, change, &participant)).collect(),
        payee_address: participant.agreement.payee().to_string(),
    }))
}
