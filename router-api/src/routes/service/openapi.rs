//! GET `/openapi.json`.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// The document never changes while the process runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(crate::openapi::to_json);

/// This document.
///
/// OpenAPI 3.1: every operation with its scopes, bodies, answers and examples. It is generated from the code that answers.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "The document.", body = Object, example = json!({ "openapi": "3.1.0" })))
)]
pub async fn openapi_document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// This document, under its other path.
///
/// The same as `/openapi.json`.
#[utoipa::path(
    get,
    path = "/api/openapi",
    tag = "service",
    responses((status = 200, description = "The document.", body = Object, example = json!({ "openapi": "3.1.0" })))
)]
pub async fn openapi_alias() -> Response {
    openapi_document().await
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn both_paths_serve_the_document() {
        let app = TestApp::new().await;
        let document = app.get("/openapi.json").send().await.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(app.get("/api/openapi").send().await.expect(200).text(), document.text());
    }
}
