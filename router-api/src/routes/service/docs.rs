//! GET `/docs` and `/docs/errors/{code}`: pages for people, written from the tables in the code.
//!
//! No script, no style, no image: the content security policy of every answer forbids them, and the text needs none.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Problem};

const HTML: &str = "text/html; charset=utf-8";

/// The reference in short: where the document is, and every problem code.
///
/// For people; machines read `/openapi.json`.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html", example = "<!doctype html>"))
)]
pub async fn docs_index() -> Response {
    let rows: String = Code::ALL
        .iter()
        .map(|code| {
            format!("<li><a href=\"/docs/errors/{0}\"><code>{0}</code></a> {1}: {2}</li>\n", code.as_str(), code.status().as_u16(), escape(code.title()))
        })
        .collect();
    page(
        "Counterfoil API",
        &format!(
            "<p>Every operation is described in <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). The chains, tokens and fees of this instance are in \
             <a href=\"/api/chains\">/api/chains</a>.</p>\n<h2 id=\"errors\">Problem codes</h2>\n<ul>\n{rows}</ul>"
        ),
    )
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
    let code = Code::parse(&code).ok_or_else(Problem::not_found)?;
    let again = if code.is_retryable() { "The same request may succeed later, unchanged." } else { "The same request will fail again." };
    Ok(page(
        code.title(),
        &format!(
            "<p><code>{}</code>, status {}</p>\n<h2>Cause</h2>\n<p>{}</p>\n<h2>Cure</h2>\n<p>{}</p>\n<p>{again}</p>\n<p><a href=\"/docs\">All codes</a></p>",
            code.as_str(),
            code.status(),
            escape(code.cause()),
            escape(code.cure())
        ),
    ))
}

fn page(title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         </head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    );
    ([(header::CONTENT_TYPE, HTML)], html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use crate::problem::Code;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn every_code_has_a_page_that_the_index_links() {
        let app = TestApp::new().await;
        let index = app.get("/docs").send().await.expect(200);
        for code in Code::ALL {
            let path = format!("/docs/errors/{}", code.as_str());
            assert!(index.text().contains(&format!("href=\"{path}\"")), "{path}");
            let page = app.get(&path).send().await.expect(200);
            assert!(page.text().contains("<h2>Cure</h2>"));
        }
        app.get("/docs/errors/teapot").send().await.problem(404, "not_found");
    }

    #[tokio::test]
    async fn i07_pages_carry_a_policy_that_runs_nothing() {
        let app = TestApp::new().await;
        let page = app.get("/docs").send().await.expect(200);
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!page.text().contains("<script") && !page.text().contains("style="));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    }
}
