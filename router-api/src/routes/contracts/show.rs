//! GET `/api/agent/contracts/{contractId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::extract::{AgreementRead, Participant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::agreement::ContractBody;

/// An agreement.
///
/// Terms, parties, where work and payment stand, and what the caller may do next. `updatedAt` is the `expectedUpdatedAt` of the next change.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The agreement.", body = ContractBody, example = json!({ "contract": super::example() })))
)]
pub async fn show_contract(State(api): State<Arc<Api>>, participant: Participant<AgreementRead>) -> Result<Json<ContractBody>, Problem> {
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    Ok(Json(ContractBody { contract: super::view(&api, &known, participant.actor).await? }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::view::agreement::ContractBody;
    use crate::view::documented::assert_documented;

    #[tokio::test]
    async fn each_party_sees_it_with_what_it_may_do() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        let buyer = app.get(&path).bearer(&app.buyer).send().await.expect(200);
        let contract = &buyer["contract"];
        assert_documented::<ContractBody>(buyer.json());
        assert_eq!((&contract["id"], &contract["status"]), (&json!(app.seeded.agreement.as_str()), &json!("in_progress")));
        assert_eq!((&contract["paymentManagement"], &contract["currentDelivery"]), (&json!("buyer"), &json!(null)));
        assert_eq!(contract["buyer"]["wallet"], app.buyer.wallet.address().to_string());
        assert_eq!(contract["terms"]["amountAtomic"], "12500000");
        assert_eq!((&contract["actorRole"], &contract["suggestedAction"]), (&json!("buyer"), &json!("wait_for_seller")));
        let seller = app.get(&path).bearer(&app.seller).send().await.expect(200);
        assert_eq!((&seller["contract"]["actorRole"], &seller["contract"]["suggestedAction"]), (&json!("seller"), &json!("submit_delivery")));
    }

    #[tokio::test]
    async fn i01_who_has_no_part_in_it_learns_nothing() {
        let app = TestApp::new().await;
        let theirs = app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.stranger).send().await.problem(404, "not_found");
        let nobodys = app.get("/api/agent/contracts/agr_01ARZ3NDEKTSV4RRFFQ69G5FAV").bearer(&app.stranger).send().await.problem(404, "not_found");
        assert_eq!(theirs["detail"], nobodys["detail"]);
    }
}
