//! PATCH `/api/agent/contracts/{contractId}`.

use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::{AgreementWrite, JsonBody, Participant};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};

/// A payment declared by hand, as some clients send it. It is never taken.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "paymentProof": { "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060" } }))]
pub struct UpdateContract {
    /// A claimed proof.
    #[schema(value_type = Option<Object>)]
    payment_proof: Option<Value>,
    /// A claimed payment status.
    payment_status: Option<String>,
    /// A claimed transaction.
    tx_hash: Option<String>,
}

/// Declare a payment by hand: always refused.
///
/// Only the chain proves a payment. An agreement is changed by its own operations (submissions, decision, cancel), never by a patch.
#[utoipa::path(
    patch,
    path = "/api/agent/contracts/{contractId}",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["contracts:write"])),
    request_body = UpdateContract,
    responses((status = 409, description = "Always (`manual_payment_proof_disabled`).", body = ProblemBody, content_type = PROBLEM_JSON))
)]
pub async fn update_contract(_participant: Participant<AgreementWrite>, JsonBody(body): JsonBody<UpdateContract>) -> Response {
    if body.payment_proof.is_none() && body.payment_status.is_none() && body.tx_hash.is_none() {
        return Problem::new(Code::InvalidField, "an agreement has no fields that can be patched; see availableActions").into_response();
    }
    Problem::new(Code::ManualPaymentProofDisabled, "a payment counts once its event is on the chain, never because somebody says so")
        .recommend("create_payment_request", "Create a payment request, pay it, and name the transaction")
        .into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_payment_cannot_be_declared() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        for body in [json!({ "paymentProof": { "txHash": "0x00" } }), json!({ "paymentStatus": "paid" }), json!({ "txHash": "0x00" })] {
            app.patch(&path).bearer(&app.buyer).json(body).send().await.problem(409, "manual_payment_proof_disabled");
        }
        app.patch(&path).bearer(&app.stranger).json(json!({ "paymentStatus": "paid" })).send().await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn i04_fields_that_callers_may_not_set_are_refused() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        for field in ["status", "amountReceived", "livemode", "fee", "updatedAt"] {
            app.patch(&path).bearer(&app.buyer).json(json!({ field: "x" })).send().await.problem(422, "unknown_field");
        }
        let after = app.get(&path).bearer(&app.buyer).send().await.expect(200);
        assert_eq!(after["contract"]["status"], "in_progress");
    }
}
