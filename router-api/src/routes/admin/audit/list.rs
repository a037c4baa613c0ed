//! GET `/api/admin/audit`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use settlement::audit::AuditAction;
use store::{AuditFilter, PageKey};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::extract::{Admin, Caller, Page, Params};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::audit::{AuditBody, AuditEntryView, AuditHeadView};

/// Which entries.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAudit {
    /// Those about this id, address or CAIP id.
    #[param(pattern = "^[!-~]{1,200}$")]
    subject: Option<String>,
    /// Those that tell of this act, like `token.created`.
    #[param(value_type = Option<ActionName>, inline)]
    action: Option<String>,
    /// `nextCursor` of the page before; absent for the newest.
    cursor: Option<String>,
    /// Entries per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// Longest subject, in characters: longer than any id, address or CAIP id.
const MAX_SUBJECT: usize = 200;

impl ListAudit {
    fn filter(&self) -> Result<AuditFilter, Problem> {
        let refused = |name: &str, why: String| Problem::new(Code::MalformedRequest, format!("query: {name} {why}")).with("field", name);
        if let Some(subject) = &self.subject
            && (subject.is_empty() || subject.len() > MAX_SUBJECT || !subject.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(refused("subject", format!("must be an id, an address or a CAIP id, of at most {MAX_SUBJECT} characters")));
        }
        if let Some(action) = &self.action
            && !AuditAction::ALL.iter().any(|known| known.as_str() == action)
        {
            return Err(refused("action", "must be one that is logged, like token.created; /openapi.json lists them".to_owned()));
        }
        Ok(AuditFilter { subject: self.subject.clone(), action: self.action.clone() })
    }
}

/// Every act that is logged.
struct ActionName;

impl utoipa::PartialSchema for ActionName {
    fn schema() -> RefOr<Schema> {
        let names = AuditAction::ALL.iter().map(|action| action.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl utoipa::ToSchema for ActionName {}

/// What was done on this instance, newest first.
///
/// Each entry's `hash` is `sha256(hash of the entry before ‖ canonical JSON (RFC 8785) of the entry without its hash)`, so that none can be changed without
/// all that follow. `head` is the end of the log: note it elsewhere, and `counterfoil audit verify --expect-head` tells later whether anything before it was
/// touched.
#[utoipa::path(
    get,
    path = "/api/admin/audit",
    tag = "admin",
    params(ListAudit),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of them.", body = AuditBody, example = json!(example())))
)]
pub async fn list_audit(State(api): State<Arc<Api>>, _caller: Caller<Admin>, Params(params): Params<ListAudit>) -> Result<Json<AuditBody>, Problem> {
    let page = Page::new(params.cursor.as_deref(), params.limit)?;
    let filter = params.filter()?;
    let found = api.store.audit_entries(&filter, page.after.as_ref(), page.read_limit()).await?;
    let (entries, next_cursor) = page.cut(found, |entry| PageKey { at: entry.at, id: entry.sequence.to_string() });
    let head = AuditHeadView::from(api.store.audit_head().await?);
    Ok(Json(AuditBody { entries: entries.iter().map(AuditEntryView::from).collect(), head, next_cursor }))
}

/// For the document.
fn example() -> Value {
    let hash = "0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
    json!({
        "entries": [{ "sequence": 42, "at": "2026-01-31T12:00:00.000Z", "author": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV/key_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "action": "token.revoked", "subject": "key_01ARZ3NDEKTSV4RRFFQ69G5FAW", "details": {}, "hash": hash }],
        "head": { "sequence": 42, "hash": hash },
        "nextCursor": null,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use settlement::audit::{AuditHead, LoggedEntry};

    use store::Engine;

    use crate::testing::TestApp;

    #[tokio::test]
    async fn entries_come_newest_first_and_by_subject_and_action() {
        let app = TestApp::new().await;
        for name in ["Ada", "Eve", "Bob"] {
            app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "displayName": name })).send().await.expect(200);
        }
        app.delete(&format!("/api/agent/me/tokens/{}", app.seller.token_id)).bearer(&app.seller).send().await.expect(200);
        let list = async |query: &str| app.get(&format!("/api/admin/audit{query}")).bearer(&app.stranger).send().await.expect(200);
        let first = list("?limit=2").await;
        assert_eq!((&first["entries"][0]["action"], &first["entries"][1]["details"]["displayName"]), (&json!("token.revoked"), &json!("Bob")));
        assert_eq!(first["entries"][1]["author"], format!("{}/{}", app.buyer.profile, app.buyer.token_id));
        assert_eq!((&first["head"]["sequence"], &first["head"]["hash"]), (&first["entries"][0]["sequence"], &first["entries"][0]["hash"]));
        let rest = list(&format!("?limit=2&cursor={}", first["nextCursor"].as_str().unwrap())).await;
        assert_eq!((&rest["entries"][1]["details"]["displayName"], &rest["nextCursor"]), (&json!("Ada"), &json!(null)));
        let about = list(&format!("?subject={}&action=profile.updated&limit=100", app.buyer.profile)).await;
        assert_eq!(about["entries"].as_array().unwrap().len(), 3);
        assert_eq!(list("?action=wallet.added").await["entries"], json!([]));
    }

    #[tokio::test]
    async fn a_cursor_that_is_none_is_refused() {
        let app = TestApp::new().await;
        for cursor in ["x", "-1", "1.0"] {
            app.get(&format!("/api/admin/audit?cursor={cursor}")).bearer(&app.stranger).send().await.problem(400, "invalid_cursor");
        }
        for limit in ["0", "101", "x"] {
            app.get(&format!("/api/admin/audit?limit={limit}")).bearer(&app.stranger).send().await.problem(400, "malformed_request");
        }
    }

    #[tokio::test]
    async fn what_is_no_subject_and_no_action_is_refused_on_both_engines() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let app = TestApp::on(engine).await;
            let long = "a".repeat(201);
            for query in
                ["subject=%00", "subject=", "subject=a%0Ab", &format!("subject={long}"), "action=%00", "action=nothing.such", "action=", "action=%C3%BC"]
            {
                let refused = app.get(&format!("/api/admin/audit?{query}")).bearer(&app.stranger).send().await.problem(400, "malformed_request");
                assert_eq!(refused["field"], query.split('=').next().unwrap());
            }
        }
    }

    #[tokio::test]
    async fn i16_whoever_reads_the_log_can_compute_it_again() {
        let app = TestApp::new().await;
        for name in ["Ada", "Eve ü"] {
            app.patch("/api/agent/me").bearer(&app.buyer).json(json!({ "displayName": name })).send().await.expect(200);
        }
        let answer = app.get("/api/admin/audit").bearer(&app.stranger).send().await.expect(200);
        let mut entries: Vec<LoggedEntry> = answer["entries"].as_array().unwrap().iter().map(read).collect();
        entries.reverse();
        let head = entries.iter().try_fold(AuditHead::EMPTY, |head, entry| head.advance(entry)).unwrap();
        assert_eq!(json!({ "sequence": head.sequence, "hash": head.hash.to_string() }), answer["head"]);
    }

    fn read(entry: &Value) -> LoggedEntry {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        LoggedEntry {
            sequence: entry["sequence"].as_u64().unwrap(),
            at: settlement::Timestamp::parse(&text("at")).unwrap(),
            author: text("author"),
            action: text("action"),
            subject: text("subject"),
            details: entry["details"].clone(),
            hash: text("hash").parse().unwrap(),
        }
    }
}
