//! GET `/health`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The process is alive.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HealthBody {
    /// `ok`
    status: &'static str,
}

/// Whether the process is alive.
///
/// Asks nothing of database or chain; `/ready` does.
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    responses((status = 200, description = "It is.", body = HealthBody, example = json!({ "status": "ok" })))
)]
pub async fn health() -> Json<HealthBody> {
    Json(HealthBody { status: "ok" })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn is_alive_without_its_database() {
        let app = TestApp::new().await;
        app.store.close().await;
        assert_eq!(app.get("/health").send().await.expect(200)["status"], "ok");
    }
}
