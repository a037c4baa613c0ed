//! POST `/api/agent/contracts/{contractId}/payout-changes/typed-data`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use settlement::ids::PayoutChangeId;
use settlement::payout_change::{PayoutChangeRecord, PayoutChangeState, Word};
use utoipa::ToSchema;

use crate::extract::wire::AccountAddress;
use crate::extract::{AgreementWrite, JsonBody, Participant};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payout_change::{PayoutChangeTypedDataBody, PayoutChangeTypedDataView};

/// Where the seller wants to be paid.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "payeeAddress": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" }))]
pub struct PayoutChangeToSign {
    /// Where you want to be paid from now on.
    payee_address: AccountAddress,
}

/// What the seller's wallet signs to ask for a payout change.
///
/// Changes nothing. The buyer's wallet signs the same to confirm it; the change itself shows it.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/payout-changes/typed-data",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = PayoutChangeToSign,
    responses((status = 200, description = "The typed data.", body = PayoutChangeTypedDataBody,
        example = json!({ "typedData": super::example_typed_data(), "digest": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060" })))
)]
pub async fn payout_change_typed_data(
    State(api): State<Arc<Api>>,
    participant: Participant<AgreementWrite>,
    JsonBody(body): JsonBody<PayoutChangeToSign>,
) -> Result<Json<PayoutChangeTypedDataBody>, Problem> {
    participant.require_seller()?;
    super::check(&api, &participant.agreement, *body.payee_address)?;
    let change = next(&api, &participant, *body.payee_address).await?;
    let chain_id = participant.agreement.terms.asset.chain_id();
    let typed_data = PayoutChangeTypedDataView::new(&change.typed_data(&participant.agreement), chain_id);
    Ok(Json(PayoutChangeTypedDataBody { typed_data, digest: change.digest(&participant.agreement).to_string() }))
}

/// The change that would be the next of the agreement, as it would be signed.
pub(super) async fn next<A>(api: &Api, participant: &Participant<A>, payee: alloy_primitives::Address) -> Result<PayoutChangeRecord, Problem> {
    let agreement = &participant.agreement;
    let earlier = api.store.payout_changes(&agreement.id).await?;
    let now = api.now();
    Ok(PayoutChangeRecord {
        id: PayoutChangeId::new(api.ids.ulid()),
        agreement: agreement.id.clone(),
        number: earlier.last().map_or(0, |last| last.number).saturating_add(1),
        previous_payee: agreement.payee(),
        payee,
        note: None,
        asked: Word::Authenticated,
        state: PayoutChangeState::Requested,
        created_at: now,
        updated_at: now,
    })
}
