//! GET `/docs`, its pages, and `/llms.txt`: the reference for people and for agents, written from the OpenAPI document and the table of codes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::problem::{Code, Problem};
use crate::reference::{html, text};
use crate::state::Api;

/// The reference: every operation, problem code and schema.
///
/// For people; machines read `/openapi.json`.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html", example = "<!doctype html>"))
)]
pub async fn docs_index() -> Response {
    html::index()
}

/// One operation, for people.
///
/// What it needs, takes and answers, with examples and every problem that it may answer.
#[utoipa::path(
    get,
    path = "/docs/operations/{operationId}",
    tag = "service",
    params(("operationId" = String, Path, description = "The `operationId` in `/openapi.json`", example = "show_me")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html", example = "<!doctype html>"))
)]
pub async fn docs_operation(Path(id): Path<String>) -> Result<Response, Problem> {
    html::operation(&id).ok_or_else(Problem::not_found)
}

/// One schema, for people.
///
/// The members of a body, what each means, and the JSON Schema.
#[utoipa::path(
    get,
    path = "/docs/schemas/{schema}",
    tag = "service",
    params(("schema" = String, Path, description = "Its name in `/openapi.json`", example = "ProblemBody")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html", example = "<!doctype html>"))
)]
pub async fn docs_schema(Path(name): Path<String>) -> Result<Response, Problem> {
    html::schema(&name).ok_or_else(Problem::not_found)
}

/// What a problem code means and what to do about it.
///
/// The `type` of every problem answer points here.
#[utoipa::path(
    get,
    path = "/docs/errors/{code}",
    tag = "service",
    params(("code" = String, Path, description = "The `code` of a problem answer", example = "not_found")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html", example = "<!doctype html>"))
)]
pub async fn docs_error(Path(code): Path<String>) -> Result<Response, Problem> {
    Code::parse(&code).map(html::error).ok_or_else(Problem::not_found)
}

/// What an agent needs to find its way here (llmstxt.org).
///
/// The rules, one payment step by step, every operation and every problem code with its cure, as Markdown.
#[utoipa::path(
    get,
    path = "/llms.txt",
    tag = "service",
    responses((status = 200, description = "Markdown.", body = String, content_type = "text/plain", example = "# Counterfoil router API\n"))
)]
pub async fn llms(State(api): State<Arc<Api>>) -> String {
    text::short(&api.config.public_url)
}

/// The same, with every operation in full.
///
/// Parameters, bodies, answers and examples of every operation, as one text.
#[utoipa::path(
    get,
    path = "/llms-full.txt",
    tag = "service",
    responses((status = 200, description = "Markdown.", body = String, content_type = "text/plain", example = "# Counterfoil router API\n"))
)]
pub async fn llms_full(State(api): State<Arc<Api>>) -> String {
    text::full(&api.config.public_url)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use settlement::notice::NoticeType;

    use crate::problem::Code;
    use crate::reference::{ONE_PAYMENT, operations, schemas};
    use crate::testing::{Answer, TestApp};

    /// The targets of the links of a page.
    fn links(page: &Answer) -> BTreeSet<String> {
        page.text().split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn every_page_of_the_reference_is_there_and_every_link_leads_somewhere() {
        let app = TestApp::new().await;
        let mut seen = BTreeSet::new();
        let mut open = vec!["/docs".to_owned()];
        while let Some(path) = open.pop() {
            let page = app.get(&path).header("accept", "text/html, application/json;q=0.5, */*;q=0.1").send().await.expect(200);
            let found = if path.starts_with("/docs") { links(&page) } else { BTreeSet::new() };
            open.extend(found.into_iter().filter(|link| seen.insert(link.clone())));
        }
        for operation in operations() {
            assert!(seen.contains(&format!("/docs/operations/{}", operation.id)), "{}", operation.id);
        }
        for (name, _) in schemas() {
            assert!(seen.contains(&format!("/docs/schemas/{name}")), "{name}");
        }
        for code in Code::ALL {
            assert!(seen.contains(&format!("/docs/errors/{}", code.as_str())), "{code:?}");
        }
        for nothing in ["/docs/errors/teapot", "/docs/operations/brew", "/docs/schemas/Teapot"] {
            app.get(nothing).send().await.problem(404, "not_found");
        }
    }

    #[tokio::test]
    async fn the_page_of_an_operation_has_all_that_a_caller_needs() {
        let app = TestApp::new().await;
        let text = app.get("/docs/operations/create_payment_request").send().await.expect(200).text();
        for part in [
            "POST",
            "/api/agent/contracts/{contractId}/crypto-payment-requests",
            "payments:write and contracts:write",
            "Idempotency-Key",
            "/docs/schemas/CreatePaymentRequest",
            "payerAddress",
            "/docs/errors/reuse_or_cancel_active_request",
        ] {
            assert!(text.contains(part), "{part}");
        }
        let schema = app.get("/docs/schemas/CreatePaymentRequest").send().await.expect(200).text();
        assert!(schema.contains("/docs/schemas/AtomicAmount") && schema.contains("expiresInMinutes"), "{schema}");
    }

    #[tokio::test]
    async fn i07_pages_carry_a_policy_that_runs_nothing() {
        let app = TestApp::new().await;
        for path in ["/docs", "/docs/operations/import_contract", "/docs/schemas/Code", "/docs/errors/not_found"] {
            let page = app.get(path).send().await.expect(200);
            let policy = page.header("content-security-policy").unwrap().to_owned();
            assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
            let text = page.text();
            assert!(!text.contains("<script") && !text.contains("style=") && !text.contains("src=") && !text.contains("http://"), "{path}");
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        }
    }

    #[tokio::test]
    async fn an_agent_finds_its_way_from_one_text() {
        let app = TestApp::new().await;
        let (short, full) = (app.get("/llms.txt").send().await.expect(200).text(), app.get("/llms-full.txt").send().await.expect(200).text());
        assert!(short.starts_with("# Counterfoil router API\n\n> "), "{short}");
        assert!(full.starts_with(&short));
        for operation in operations() {
            let line = format!("- [{} {}](https://pay.example/docs/operations/{})", operation.method, operation.path, operation.id);
            assert!(short.contains(&line), "{line}");
            assert!(full.contains(&format!("\n## {} {}\n", operation.method, operation.path)), "{}", operation.id);
        }
        for code in Code::ALL {
            assert!(short.contains(&format!("https://pay.example/docs/errors/{}", code.as_str())), "{code:?}");
        }
        let index = app.get("/docs").send().await.expect(200).text();
        for kind in NoticeType::ALL {
            assert!(short.contains(&format!("\n- `{kind}`: ")) && index.contains(&format!("<code>{kind}</code>")), "{kind}");
        }
        assert!(short.contains("`contractId paymentRequestId reason [milestoneId] [txHash] [paidBy]`"), "{short}");
        for (id, _) in ONE_PAYMENT {
            assert!(operations().iter().any(|operation| operation.id == *id), "{id} is no operation");
        }
        for path in short.split("https://pay.example").skip(1).map(|rest| rest.split([')', ' ', '\n']).next().unwrap().trim_end_matches('.')) {
            app.get(path).header("accept", "*/*").send().await.expect(if path == "/" { 404 } else { 200 });
        }
    }
}
