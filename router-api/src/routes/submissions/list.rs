//! GET `/api/agent/contracts/{contractId}/submissions`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use store::PageKey;

use crate::extract::{PageParams, Params, Participant, SubmissionRead};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::submission::{SubmissionView, SubmissionsBody};

/// The deliveries of an agreement.
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/submissions",
    tag = "contracts",
    params(("contractId" = String, Path, description = "`agr_…`"), PageParams),
    security(("bearer" = ["submissions:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of them.", body = SubmissionsBody, example = json!({ "submissions": [example()], "nextCursor": null, "totalCount": 1 })))
)]
pub async fn list_submissions(
    State(api): State<Arc<Api>>,
    participant: Participant<SubmissionRead>,
    Params(params): Params<PageParams>,
) -> Result<Json<SubmissionsBody>, Problem> {
    let page = params.page()?;
    let (found, total_count) = api.store.submissions(&participant.agreement.id, page.after.as_ref(), page.read_limit()).await?;
    let (rows, next_cursor) = page.cut(found, |row| PageKey { at: row.created_at, id: row.id.to_string() });
    Ok(Json(SubmissionsBody { submissions: rows.iter().map(SubmissionView::from).collect(), next_cursor, total_count }))
}

/// For the document.
pub(super) fn example() -> Value {
    json!({
        "id": "sub_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "revision": 1,
        "deliverableUrl": "https://files.example/manual-de.pdf", "notes": "All chapters", "deliverableHash": null, "createdAt": "2026-01-31T12:00:00.000Z",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn both_parties_see_every_delivery_newest_first() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
        for _ in 0..3 {
            app.submit_work().await;
            app.clock.advance_s(1);
            let reject = json!({ "action": "reject", "reason": "do it once more" });
            app.post(&format!("{path}/decision")).bearer(&app.buyer).json(reject).send().await.expect(200);
        }
        let first = app.get(&format!("{path}/submissions?limit=2")).bearer(&app.buyer).send().await.expect(200);
        let revisions = |answer: &crate::testing::Answer| -> Vec<i64> {
            answer["submissions"].as_array().unwrap().iter().map(|s| s["revision"].as_i64().unwrap()).collect()
        };
        assert_eq!((revisions(&first), &first["totalCount"]), (vec![3, 2], &json!(3)));
        let next = format!("{path}/submissions?limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
        let second = app.get(&next).bearer(&app.seller).send().await.expect(200);
        assert_eq!((revisions(&second), &second["nextCursor"]), (vec![1], &json!(null)));
        app.get(&format!("{path}/submissions")).bearer(&app.stranger).send().await.problem(404, "not_found");
    }
}
