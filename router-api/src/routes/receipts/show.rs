//! GET `/api/agent/receipts/{receiptId}`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use settlement::ids::{PaymentRequestId, receipt_id, request_of_receipt};
use settlement::receipt::Receipt;
use utoipa::IntoParams;

use super::issue::{self, Standing};
use crate::document::receipt::Aside;
use crate::document::{self, Format, Shown};
use crate::extract::{Caller, Params, PathId, PaymentRead};
use crate::problem::{PROBLEM_JSON, Problem, ProblemBody};
use crate::receipt_link;
use crate::state::Api;
use crate::view::receipt::ReceiptBody;

/// How it is to be shown.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFormat {
    /// `json`, `html` or `pdf`. Without it, the `Accept` header decides.
    #[param(pattern = "^(json|html|pdf)$")]
    format: Option<String>,
}

impl ReceiptFormat {
    /// What was asked for.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }
}

/// A receipt.
///
/// `rcpt_{paymentRequestId}`, from verification on: for programs as JSON, for people as a page or a PDF (PDF/A-3 with the JSON attached). It carries all that is
/// needed to check it against the chain alone: the snapshot to the byte, both signatures, and where the event stands. It is signed when it is read for the
/// first time and the same bytes ever after. The code on the page and the PDF of a party leads to a public page of this receipt, which has all but the terms;
/// those of anybody else have no code. A reorganisation that takes the payment away revokes it.
#[utoipa::path(
    get,
    path = "/api/agent/receipts/{receiptId}",
    tag = "documents",
    params(("receiptId" = String, Path, description = "`rcpt_pr_…`"), ReceiptFormat),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses(
        (status = 200, description = "The receipt.", content(
            (ReceiptBody = "application/json", example = json!({ "receipt": super::example(), "refunds": [] })),
            (String = "text/html", example = json!("<!doctype html>")),
            (String = "application/pdf", example = json!("%PDF-1.7")))),
        (status = 304, description = "It is what `If-None-Match` names."),
        (status = 404, description = "There is no such payment request to see (`not_found`), or it is not verified (`receipt_not_issued`, with `currentStatus`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 409, description = "The payment does not prove itself (`router_payment_proof_inspection_required`).", body = ProblemBody,
            content_type = PROBLEM_JSON),
        (status = 410, description = "A reorganisation took the payment away (`receipt_revoked`, with `revokedAt`); page and PDF say so over what had been handed out.",
            content((ProblemBody = PROBLEM_JSON), (String = "text/html"), (String = "application/pdf"))),
    )
)]
pub async fn show_receipt(
    State(api): State<Arc<Api>>,
    caller: Caller<PaymentRead>,
    PathId(id): PathId<String>,
    Params(params): Params<ReceiptFormat>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = document::wanted(params.format(), &headers, Format::Json)?;
    let id = request_of_receipt(&id).map_err(|_| Problem::not_found())?;
    let found = issue::find(&api, &id, &caller.profile).await?;
    let is_party = [&found.buyer, &found.seller].contains(&&caller.profile);
    let standing = issue::standing(&api, found).await?;
    let page = match format {
        Format::Html | Format::Pdf if is_party => Some(receipt_link::printed(&api, &id, &caller.profile).await?),
        Format::Json | Format::Html | Format::Pdf => None,
    };
    present(&api, &id, standing, &Asked { format, audience: Audience::Agreement, page, headers: &headers }).await
}

/// Who looks at a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Who may see the agreement: all of the receipt.
    Agreement,
    /// Whoever has a link: what was paid, and of the terms only title and hash.
    Public,
}

impl Audience {
    /// The text of a receipt as this audience has it.
    fn text(self, whole: String) -> Result<String, Problem> {
        match self {
            Self::Agreement => Ok(whole),
            Self::Public => Receipt::without_terms(&whole).map_err(|error| Problem::internal(&error)),
        }
    }
}

/// How a receipt is asked for.
pub(super) struct Asked<'a> {
    pub(super) format: Format,
    pub(super) audience: Audience,
    /// Where page and PDF lead to.
    pub(super) page: Option<String>,
    pub(super) headers: &'a HeaderMap,
}

/// The answer: the receipt as it stands.
///
/// # Errors
/// 410 `receipt_revoked` where there is nothing to draw over.
pub(super) async fn present(api: &Api, id: &PaymentRequestId, standing: Standing, asked: &Asked<'_>) -> Result<Response, Problem> {
    let Asked { format, audience, page, headers } = asked;
    match (standing, *format) {
        (Standing::InForce(text, refunds), Format::Json) => {
            let text = audience.text(text)?;
            Ok(document::answer(StatusCode::OK, *format, &receipt_id(id), ReceiptBody::json(&text, &refunds).into_bytes(), headers))
        }
        (Standing::InForce(text, refunds), Format::Html | Format::Pdf) => {
            document::drawn(shown(audience.text(text)?, &Aside { revoked_at: None, refunds, page: page.clone() })?, *format, headers).await
        }
        (Standing::Revoked(gone), Format::Json) => Err(issue::revoked(id, &gone)),
        (Standing::Revoked(gone), Format::Html | Format::Pdf) => match issue::handed_out(api, id, &gone).await? {
            Some(text) => {
                let aside = Aside { revoked_at: Some(gone.revocation.at), refunds: Vec::new(), page: page.clone() };
                document::drawn(shown(audience.text(text)?, &aside)?, *format, headers).await
            }
            None => Err(issue::revoked(id, &gone)),
        },
    }
}

fn shown(text: String, aside: &Aside) -> Result<Shown, Problem> {
    let claim = Receipt::parse(&text).map_err(|error| Problem::internal(&error))?;
    Ok(Shown {
        status: if aside.revoked_at.is_none() { StatusCode::OK } else { StatusCode::GONE },
        id: claim.document.id.clone(),
        json: text,
        sheet: document::receipt::sheet(&claim, aside),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use settlement::receipt::Receipt;
    use settlement::verify::{Evidence, verify};

    use crate::testing::TestApp;
    use crate::view::documented::assert_documented;
    use crate::view::receipt::{ReceiptBody, ReceiptsBody};

    #[tokio::test]
    async fn exists_once_the_payment_is_verified_and_proves_itself() {
        let app = TestApp::new().await;
        let request = app.request().await;
        let path = format!("/api/agent/receipts/rcpt_{request}");
        let early = app.get(&path).bearer(&app.seller).send().await.problem(404, "receipt_not_issued");
        assert_eq!(early["currentStatus"], "signed");
        app.pay(&request).await;
        let answer = app.get(&path).bearer(&app.seller).send().await.expect(200);
        assert_documented::<ReceiptBody>(answer.json());
        let claim = Receipt::parse(&answer.text()).unwrap();
        assert_eq!(claim.signed.signer(), app.signer);
        assert_eq!(answer["receipt"]["totalAmountAtomic"], "12625000");
        let list = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
        assert_documented::<ReceiptsBody>(list.json());
        assert_eq!((&list["receipts"], &list["inspectionRequired"]), (&json!([answer["receipt"]]), &json!([])));
        assert_eq!(list["revoked"], json!([]));
    }

    #[tokio::test]
    async fn d04_it_is_checked_from_its_json_alone_and_any_change_shows() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        let answer = app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.seller).send().await.expect(200);
        let claim = Receipt::parse(&answer.text()).unwrap();
        // The verifier of a stranger: it has the document, the chain's word on the signer, and the newest final block.
        let (agreed, through) = (claim.agreed().unwrap(), Some(claim.event.location.block_number));
        let evidence = Evidence { signed: &claim.signed, event: &claim.event, agreed: Some(&agreed), authority: Some(claim.authority), final_through: through };
        assert_eq!(verify(&evidence).unwrap().request().as_str(), request);
        for (pointer, value) in [
            ("/receipt/sellerAmountAtomic", json!("92500000")),
            ("/receipt/payee", json!(app.stranger.wallet.address().to_string())),
            ("/receipt/title", json!("Another manual")),
            ("/receipt/proof/signer", json!(app.stranger.wallet.address().to_string())),
        ] {
            let mut changed = answer.json().clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            Receipt::parse(&changed.to_string()).expect_err(pointer);
        }
    }

    #[tokio::test]
    async fn i01_receipts_of_others_are_not_there() {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        for id in [format!("rcpt_{request}"), request.clone(), "rcpt_pr_1".to_owned()] {
            app.get(&format!("/api/agent/receipts/{id}")).bearer(&app.stranger).send().await.problem(404, "not_found");
        }
    }
}
