//! GET `/metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::state::Api;

/// The text format of Prometheus.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4";

/// Figures for Prometheus.
///
/// Requests by method, route and status, their durations, and what indexer and workers count. Empty when the instance records none.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = 200, description = "The figures.", body = String, content_type = PROMETHEUS_TEXT,
        example = "http_requests_total{method=\"GET\",route=\"/health\",status=\"200\"} 1\n"))
)]
pub async fn metrics(State(api): State<Arc<Api>>) -> Response {
    let figures = api.metrics.as_ref().map(|handle| handle.render()).unwrap_or_default();
    ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], figures).into_response()
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn answers_in_prometheus_text_and_without_ids_in_labels() {
        let app = TestApp::with_metrics().await;
        let path = format!("/api/profiles/{}/payout-methods", app.seller.profile);
        app.get(&path).send().await.expect(200);
        let figures = app.get("/metrics").send().await.expect(200);
        assert!(figures.text().contains("http_requests_total"), "{}", figures.text());
        assert!(figures.text().contains("route=\"/api/profiles/{profileId}/payout-methods\""), "{}", figures.text());
        assert!(!figures.text().contains("prof_"), "{}", figures.text());
    }
}
