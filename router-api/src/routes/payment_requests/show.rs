//! GET `/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{Sighting, detail};
use crate::extract::{PaymentRead, RequestParticipant};
use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::payment_request::PaymentRequestBody;

/// A payment request in detail.
///
/// The buyer's answer carries `execution` while the request is to be paid: what the wallet sends, and everything to check it with before. Others see the
/// same without anything that can be executed.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`"), ("paymentRequestId" = String, Path, description = "`pr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The request.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })))
)]
pub async fn show_payment_request(
    State(api): State<Arc<Api>>,
    RequestParticipant { participant, request }: RequestParticipant<PaymentRead>,
) -> Result<Json<PaymentRequestBody>, Problem> {
    let payer = participant.payer();
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let sighting = Sighting::read(&api, &request).await?;
    Ok(Json(PaymentRequestBody { payment_request: detail(&api, &known, &request, &sighting, (participant.actor, payer)) }))
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};
    use settlement::clock::Timestamp;

    use crate::testing::TestApp;

    /// Every key of a document, with its value.
    fn members(value: &Value) -> Vec<(String, Value)> {
        match value {
            Value::Object(object) => object.iter().flat_map(|(key, value)| std::iter::once((key.clone(), value.clone())).chain(members(value))).collect(),
            Value::Array(items) => items.iter().flat_map(members).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        }
    }

    /// What everybody is answered about the agreement and its request, by path; without the payer's detail.
    async fn shown_to_all(app: &TestApp, id: &str) -> Vec<(String, Value)> {
        let contract = format!("/api/agent/contracts/{}", app.seeded.agreement);
        let mut paths = vec![contract.clone(), "/api/agent/contracts".to_owned(), format!("/api/agent/invoices/inv_{}", app.seeded.agreement)];
        paths.extend(["payment-options", "crypto-payment-requests", "invoices", "submissions"].map(|noun| format!("{contract}/{noun}")));
        paths.extend([format!("/api/settlements/{id}"), "/api/agent/payments/testnet-onboarding".to_owned()]);
        let mut shown = Vec::new();
        for path in paths {
            for actor in [&app.buyer, &app.seller] {
                shown.push((path.clone(), app.get(&path).bearer(actor).send().await.expect(200).json().clone()));
            }
        }
        let detail = app.on_request(Method::GET, id, "").bearer(&app.seller).send().await.expect(200);
        shown.push(("the seller's detail".to_owned(), detail.json().clone()));
        for logged in app.store.notices_after(0, 1_000).await.unwrap() {
            shown.push((format!("notice {}", logged.notice.kind), logged.notice.data));
        }
        shown
    }

    /// Brings the request on, from signed to paid, and looks at each step.
    async fn at_every_step(check: impl AsyncFn(&TestApp, &str)) {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        check(&app, &id).await;
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        check(&app, &id).await;
        app.see(&id).await;
        check(&app, &id).await;
        app.finalise(&id).await;
        app.submit_work().await;
        check(&app, &id).await;
    }

    #[tokio::test]
    async fn nobody_but_the_payer_is_shown_anything_to_execute() {
        const EXECUTABLE: [&str; 12] =
            ["execution", "approval", "data", "calldata", "decodedCall", "typedData", "signature", "snapshot", "walletSendCalls", "nonce", "router", "payee"];
        at_every_step(async |app, id| {
            for (path, document) in shown_to_all(app, id).await {
                // The public status shows the event, whose router the chain shows too; onboarding says whether there is a router.
                let public = path.starts_with("/api/settlements") || path.ends_with("onboarding");
                let found = members(&document).into_iter().find(|(key, _)| EXECUTABLE.contains(&key.as_str()) && !(public && key == "router"));
                assert!(found.is_none(), "{path} shows {found:?}");
            }
        })
        .await;
    }

    #[tokio::test]
    async fn the_payer_is_shown_the_payload_only_while_it_is_to_be_paid() {
        let app = TestApp::new().await;
        let id = app.request().await;
        assert!(app.request_detail(&id).await["execution"].is_object());
        app.submit(&id, &TestApp::hash(1)).await.expect(200);
        assert!(app.request_detail(&id).await.get("execution").is_none(), "a second payment is not invited while the first may settle");
        app.see(&id).await;
        assert!(app.request_detail(&id).await.get("execution").is_none());
        app.finalise(&id).await;
        let paid = app.request_detail(&id).await;
        assert!(paid.get("execution").is_none());
        assert_eq!((&paid["recommendedAction"]["code"], &paid["receiptId"]), (&json!("view_receipt"), &json!(format!("rcpt_{id}"))));
    }

    #[tokio::test]
    async fn a06_close_to_its_deadline_it_is_not_handed_out() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.clock.advance_s(3_600 - 30);
        assert_eq!(app.request_detail(&id).await["isPayable"], true);
        app.clock.advance_s(1);
        let late = app.request_detail(&id).await;
        assert_eq!((&late["isPayable"], &late["isExpired"], late.get("execution")), (&json!(false), &json!(false), None));
        app.clock.advance_s(30);
        assert_eq!(app.request_detail(&id).await["isExpired"], true);
    }

    #[tokio::test]
    async fn b23_the_time_of_the_chain_counts_where_it_is_ahead() {
        let app = TestApp::new().await;
        let id = app.request().await;
        app.clock.advance_s(3_601);
        app.start_chain().await;
        app.clock.advance_s(-3_601);
        assert_eq!(app.request_detail(&id).await["isExpired"], true, "the host's clock is behind; the router would refuse");
    }

    #[tokio::test]
    async fn amounts_are_strings_and_times_have_milliseconds_everywhere() {
        at_every_step(async |app, id| {
            let mut shown = shown_to_all(app, id).await;
            shown.push(("the payer's detail".to_owned(), app.request_detail(id).await));
            for (path, document) in shown {
                for (key, value) in members(&document) {
                    let lower = key.to_lowercase();
                    if (lower.ends_with("atomic") || lower.ends_with("amount")) && !value.is_null() {
                        let digits = value.as_str().unwrap_or_else(|| panic!("{path}: {key} is {value}"));
                        assert!(digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty(), "{path}: {key} is {digits}");
                    }
                    if ["At", "Until", "After", "Time"].iter().any(|end| key.ends_with(end)) && !value.is_null() {
                        let text = value.as_str().unwrap_or_else(|| panic!("{path}: {key} is {value}"));
                        let parsed = Timestamp::parse(text).unwrap_or_else(|| panic!("{path}: {key} is {text}"));
                        assert_eq!((parsed.to_string().as_str(), text.len()), (text, "2026-01-31T12:00:00.000Z".len()), "{path}: {key}");
                    }
                }
            }
        })
        .await;
    }
}
