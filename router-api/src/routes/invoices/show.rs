//! GET `/api/agent/invoices/{invoiceId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use settlement::ids::agreement_of_invoice;

use crate::document::{self, Format, Shown};
use crate::extract::{Caller, Params, PathId, PaymentRead, visible};
use crate::known::{Known, Setting};
use crate::problem::Problem;
use crate::routes::receipts::show::ReceiptFormat;
use crate::state::Api;
use crate::view::invoice::InvoiceBody;

/// An invoice.
///
/// `inv_{contractId}`: what is owed, what was asked for and what is paid and proven, by unit. For programs as JSON, for people as a page or a PDF (PDF/A-3 with
/// the JSON attached). A receipt that was revoked is named.
#[utoipa::path(
    get,
    path = "/api/agent/invoices/{invoiceId}",
    tag = "documents",
    params(("invoiceId" = String, Path, description = "`inv_agr_…`"), ReceiptFormat),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses(
        (status = 200, description = "The invoice.", content(
            (InvoiceBody = "application/json", example = json!({ "invoice": super::example() })),
            (String = "text/html", example = json!("<!doctype html>")),
            (String = "application/pdf", example = json!("%PDF-1.7")))),
        (status = 304, description = "It is what `If-None-Match` names."),
    )
)]
pub async fn show_invoice(
    State(api): State<Arc<Api>>,
    caller: Caller<PaymentRead>,
    PathId(id): PathId<String>,
    Params(params): Params<ReceiptFormat>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = document::wanted(params.format(), &headers, Format::Json)?;
    let agreement = agreement_of_invoice(&id).map_err(|_| Problem::not_found())?;
    let (agreement, _) = visible(&api.store, &agreement, &caller.profile).await?;
    let setting = Setting::read(&api, &agreement.terms.asset).await?;
    let known = Known::read(&api, agreement, setting).await?;
    let invoice = super::invoice(&api, &known).await?;
    let sheet = document::invoice::sheet(&invoice);
    let json = serde_json::to_string(&InvoiceBody { invoice }).map_err(|error| Problem::internal(&error))?;
    document::drawn(Shown { status: StatusCode::OK, id, json, sheet }, format, &headers).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::invoice::{InvoiceBody, InvoicesBody};

    #[tokio::test]
    async fn says_what_is_owed_until_it_is_paid() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/invoices/inv_{}", app.seeded.agreement);
        let open = app.get(&path).bearer(&app.seller).send().await.expect(200);
        let amounts = |invoice: &serde_json::Value| ["status", "totalAmountAtomic", "paidAmountAtomic", "openAmountAtomic"].map(|key| invoice[key].clone());
        assert_eq!(amounts(&open["invoice"]), [json!("open"), json!("12625000"), json!("0"), json!("12500000")]);
        let request = app.request().await;
        app.pay(&request).await;
        let paid = app.get(&path).bearer(&app.seller).send().await.expect(200);
        assert_documented::<InvoiceBody>(paid.json());
        assert_eq!(amounts(&paid["invoice"]), [json!("paid"), json!("12625000"), json!("12500000"), json!("0")]);
        assert_eq!(paid["invoice"]["lines"][0]["receiptId"], format!("rcpt_{request}"));
        let list = app.get(&format!("/api/agent/contracts/{}/invoices", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
        assert_documented::<InvoicesBody>(list.json());
        assert_eq!(list["invoices"][0], paid["invoice"]);
    }

    #[tokio::test]
    async fn a13_amounts_and_fees_add_up_while_it_is_paid_in_parts() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/invoices/inv_{}", app.seeded.agreement);
        for part in ["1", "2499950", "10000049"] {
            let mut body = app.wanted();
            body["sellerAmount"] = json!(part);
            let request = app.create(body).await.expect(201);
            app.pay(request["paymentRequest"]["id"].as_str().unwrap()).await;
            let answer = app.get(&path).bearer(&app.buyer).send().await.expect(200);
            let invoice = &answer["invoice"];
            let number = |value: &serde_json::Value| value.as_str().unwrap().parse::<u64>().unwrap();
            assert_eq!(number(&invoice["sellerAmountAtomic"]) + number(&invoice["feeAmountAtomic"]), number(&invoice["totalAmountAtomic"]));
            assert_eq!(number(&invoice["paidAmountAtomic"]) + number(&invoice["openAmountAtomic"]), 12_500_000);
            for line in invoice["lines"].as_array().unwrap() {
                let (seller, fee) = (number(&line["sellerAmountAtomic"]), number(&line["feeAmountAtomic"]));
                assert_eq!((seller / 100, seller + fee), (fee, number(&line["totalAmountAtomic"])), "one per cent, rounded down, on top");
            }
        }
        let paid = app.get(&path).bearer(&app.seller).send().await.expect(200);
        assert_eq!((&paid["invoice"]["status"], &paid["invoice"]["feeAmountAtomic"]), (&json!("paid"), &json!("124999")));
    }

    #[tokio::test]
    async fn i01_invoices_of_others_are_not_there() {
        let app = TestApp::new().await;
        for id in [format!("inv_{}", app.seeded.agreement), app.seeded.agreement.to_string(), "inv_agr_1".to_owned()] {
            app.get(&format!("/api/agent/invoices/{id}")).bearer(&app.stranger).send().await.problem(404, "not_found");
        }
    }
}
