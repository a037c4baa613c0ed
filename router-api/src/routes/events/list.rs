//! GET `/api/agent/events`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::NoticeFilter;
use utoipa::IntoParams;

use super::{check_after, kinds, readers};
use crate::extract::{Caller, EventRead, Page, Params};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::event::{EventView, EventsBody};

/// Which events.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventParams {
    /// Only events after this `sequence`: `nextAfter` of the page before. 0 when absent.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// Only these types, with commas between them; `payment.*` stands for all of an object.
    #[param(example = "payment.verified,receipt.*", pattern = "^[a-z_]+\\.([a-z_]+|\\*)(,[a-z_]+\\.([a-z_]+|\\*))*$")]
    types: Option<String>,
    /// Events per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// The event log, oldest first.
///
/// What was told to the caller: about agreements that it has a part in, and about its webhook endpoints; with `admin` also about the instance. Nothing is
/// ever missing, also after a long time away: pass `nextAfter` as `after` until `hasMore` is false. `sequence` orders events; the log of the instance has no
/// gaps, the caller's part of it does.
#[utoipa::path(
    get,
    path = "/api/agent/events",
    tag = "events",
    params(EventParams),
    security(("bearer" = ["notifications:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of it.", body = EventsBody, example = json!({
        "events": [{ "id": "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "sequence": 42, "type": "payment.verified", "timestamp": "2026-01-31T12:00:00.000Z",
            "data": { "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "paymentRequestId": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV" }, "apiVersion": "2026-11-01" }],
        "nextAfter": 42, "hasMore": false })))
)]
pub async fn list_events(State(api): State<Arc<Api>>, caller: Caller<EventRead>, Params(params): Params<EventParams>) -> Result<Json<EventsBody>, Problem> {
    let (page, kinds) = (Page::new(None, params.limit)?, kinds(params.types.as_deref())?);
    let after = check_after(params.after)?.unwrap_or_default();
    let filter = NoticeFilter { readers: &readers(&caller), kinds: &kinds, after, limit: page.read_limit() };
    let mut lines = api.store.notices(&filter).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    let next_after = lines.last().map_or(after, |line| line.sequence);
    Ok(Json(EventsBody { events: lines.iter().map(EventView::from).collect(), next_after, has_more }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use settlement::IdSource;
    use settlement::ids::EventId;
    use settlement::notice::{Notice, NoticeType};
    use settlement::scope::Scope;

    use crate::testing::{Actor, TestApp};

    async fn read(app: &TestApp, actor: &Actor, query: &str) -> Value {
        app.get(&format!("/api/agent/events{query}")).bearer(actor).send().await.expect(200).json().clone()
    }

    fn types(body: &Value) -> Vec<&str> {
        body["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn both_parties_read_what_was_told_in_order_and_nobody_else_does() {
        let app = TestApp::new().await;
        app.start_chain().await;
        app.submit_work().await;
        let id = app.request().await;
        app.pay(&id).await;
        let (buyer, seller) = (read(&app, &app.buyer, "").await, read(&app, &app.seller, "").await);
        assert_eq!(buyer, seller);
        assert_eq!(types(&buyer)[..2], ["submission.created", "payment_request.signed"]);
        assert!(types(&buyer).contains(&"payment.verified"));
        let sequences: Vec<i64> = buyer["events"].as_array().unwrap().iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
        assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
        assert_eq!(read(&app, &app.stranger, "").await, json!({ "events": [], "nextAfter": 0, "hasMore": false }));
    }

    #[tokio::test]
    async fn pages_go_on_where_they_ended_and_types_are_filtered() {
        let app = TestApp::new().await;
        app.submit_work().await;
        let id = app.request().await;
        app.cancel_request(&id).await.expect(200);
        let first = read(&app, &app.seller, "?limit=2").await;
        assert_eq!((types(&first), &first["hasMore"]), (vec!["submission.created", "payment_request.signed"], &json!(true)));
        let rest = read(&app, &app.seller, &format!("?limit=2&after={}", first["nextAfter"])).await;
        assert_eq!((types(&rest), &rest["hasMore"]), (vec!["payment_request.cancelled"], &json!(false)));
        let nothing = read(&app, &app.seller, &format!("?after={}", rest["nextAfter"])).await;
        assert_eq!(nothing["nextAfter"], rest["nextAfter"]);
        assert_eq!(types(&read(&app, &app.seller, "?types=payment_request.*").await), ["payment_request.signed", "payment_request.cancelled"]);
        let two = read(&app, &app.seller, "?types=payment_request.cancelled,submission.created&limit=1").await;
        assert_eq!((types(&two), &two["hasMore"]), (vec!["submission.created"], &json!(true)));
        for query in ["?types=payment.settled", "?types=", "?types=*,", "?after=-1", "?after=x", "?limit=0", "?type=payment.verified"] {
            app.get(&format!("/api/agent/events{query}")).bearer(&app.buyer).send().await.problem(400, "malformed_request");
        }
    }

    #[tokio::test]
    async fn what_is_told_to_the_operators_needs_admin() {
        let app = TestApp::new().await;
        let mut tx = app.store.begin().await.unwrap();
        let halted = Notice::for_operators(NoticeType::IndexerHalted, NoticeType::IndexerHalted.example());
        tx.append(&EventId::new(app.ids.ulid()), &halted, app.now());
        tx.commit().await.unwrap();
        let party = app.token_with(&app.buyer, &Scope::party()).await;
        let seen = app.get("/api/agent/events").token(&party).send().await.expect(200);
        assert_eq!(types(seen.json()), Vec::<&str>::new());
        let admin = app.token_with(&app.stranger, &[Scope::ADMIN, Scope::NOTIFICATIONS_READ]).await;
        let seen = app.get("/api/agent/events?types=indexer.*").token(&admin).send().await.expect(200);
        assert_eq!(types(seen.json()), ["indexer.halted"]);
    }

    #[tokio::test]
    async fn an_evaluator_reads_what_it_will_have_to_judge() {
        let app = TestApp::new().await;
        let evaluator = app.stranger.wallet.address().to_string();
        let body = app.signed("evaluated", |terms| terms["evaluator"] = json!(evaluator));
        app.post("/api/agent/contracts/import").bearer(&app.buyer).json(body).send().await.expect(201);
        assert_eq!(types(&read(&app, &app.stranger, "").await), ["contract.imported"]);
    }
}
