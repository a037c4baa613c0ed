//! GET `/api/agent/contracts`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::{AgreementFilter, PageKey, Role};
use utoipa::IntoParams;

use super::{Common, view_among};
use crate::extract::{AgreementRead, Caller, Page, Params, part_in};
use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::agreement::ContractsBody;

/// The statuses that can be filtered by.
const STATUSES: [&str; 5] = ["in_progress", "submitted", "accepted", "rejected", "cancelled"];

/// Which agreements.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListContracts {
    /// Only those in which the caller has this role: `buyer`, `seller` or `evaluator`.
    #[param(pattern = "^(buyer|seller|evaluator)$")]
    role: Option<String>,
    /// Only those in this status: `in_progress`, `submitted`, `accepted`, `rejected` or `cancelled`.
    #[param(pattern = "^(in_progress|submitted|accepted|rejected|cancelled)$")]
    status: Option<String>,
    /// `nextCursor` of the page before; absent for the first page.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// The caller's agreements.
///
/// Newest first: those in which the caller is buyer, seller or evaluator, and those it has imported.
#[utoipa::path(
    get,
    path = "/api/agent/contracts",
    tag = "contracts",
    params(ListContracts),
    security(("bearer" = ["contracts:read"])),
    responses((status = 200, description = "A page of them.", body = ContractsBody, example = json!({ "contracts": [super::example()], "nextCursor": null })))
)]
pub async fn list_contracts(
    State(api): State<Arc<Api>>,
    caller: Caller<AgreementRead>,
    Params(params): Params<ListContracts>,
) -> Result<Json<ContractsBody>, Problem> {
    let page = Page::new(params.cursor.as_deref(), params.limit)?;
    let filter = AgreementFilter {
        profile: caller.profile.clone(),
        role: params.role.as_deref().map(role).transpose()?,
        status: params.status.as_deref().map(status).transpose()?,
        after: page.after.clone(),
        limit: page.read_limit(),
    };
    let found = api.store.agreements(&filter).await?;
    let (rows, next_cursor) = page.cut(found, |row| PageKey { at: row.created_at, id: row.id.to_string() });
    let (mut contracts, mut common) = (Vec::with_capacity(rows.len()), Common::default());
    for agreement in rows {
        let Some(actor) = part_in(&api.store, &agreement, &caller.profile).await? else { continue };
        let setting = common.setting(&api, &agreement.terms.asset).await?;
        contracts.push(view_among(&api, &mut common, (&Known::read(&api, agreement, setting).await?, actor)).await?);
    }
    Ok(Json(ContractsBody { contracts, next_cursor }))
}

fn role(text: &str) -> Result<Role, Problem> {
    match text {
        "buyer" => Ok(Role::Buyer),
        "seller" => Ok(Role::Seller),
        "evaluator" => Ok(Role::Evaluator),
        _ => Err(Problem::new(Code::MalformedRequest, "query: role must be buyer, seller or evaluator")),
    }
}

fn status(text: &str) -> Result<String, Problem> {
    if STATUSES.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(Problem::new(Code::MalformedRequest, format!("query: status must be one of {}", STATUSES.join(", "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    const PATH: &str = "/api/agent/contracts";

    #[tokio::test]
    async fn shows_the_callers_by_role_and_status_and_nobody_elses() {
        let app = TestApp::new().await;
        let count = async |actor, query: &str| {
            let answer = app.get(&format!("{PATH}{query}")).bearer(actor).send().await.expect(200);
            answer["contracts"].as_array().unwrap().len()
        };
        assert_eq!(count(&app.buyer, "").await, 1);
        assert_eq!(count(&app.buyer, "?role=buyer&status=in_progress").await, 1);
        assert_eq!(count(&app.buyer, "?role=seller").await, 0);
        assert_eq!(count(&app.seller, "?role=seller").await, 1);
        assert_eq!(count(&app.seller, "?status=accepted").await, 0);
        assert_eq!(count(&app.stranger, "").await, 0);
    }

    #[tokio::test]
    async fn a_marketplace_sees_what_it_imported_and_has_no_part_in_it() {
        let app = TestApp::new().await;
        let mut body = app.import_body("r-1");
        body["consent"] = json!({ "kind": "attested" });
        app.post("/api/agent/contracts/import").bearer(&app.stranger).json(body).send().await.expect(201);
        let listed = app.get(PATH).bearer(&app.stranger).send().await.expect(200);
        let contracts = listed["contracts"].as_array().unwrap();
        assert_eq!((contracts.len(), &contracts[0]["externalRef"], &contracts[0]["actorRole"]), (1, &json!("r-1"), &json!("operator")));
        for role in ["buyer", "seller", "evaluator"] {
            let answer = app.get(&format!("{PATH}?role={role}")).bearer(&app.stranger).send().await.expect(200);
            assert_eq!(answer["contracts"], json!([]), "{role}");
        }
    }

    #[tokio::test]
    async fn pages_follow_each_other_without_gap_or_repeat() {
        let app = TestApp::new().await;
        for n in 0..4 {
            app.import(&format!("page-{n}")).await;
            app.clock.advance_s(1);
        }
        let (mut seen, mut path) = (Vec::new(), format!("{PATH}?limit=2"));
        loop {
            let page = app.get(&path).bearer(&app.buyer).send().await.expect(200);
            seen.extend(page["contracts"].as_array().unwrap().iter().map(|c| c["externalRef"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            path = format!("{PATH}?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, ["page-3", "page-2", "page-1", "page-0", "order-1"]);
    }

    #[tokio::test]
    async fn a_filter_that_is_not_known_is_refused() {
        let app = TestApp::new().await;
        for query in ["?role=owner", "?status=paid", "?limit=0", "?sort=asc", "?cursor=x"] {
            let answer = app.get(&format!("{PATH}{query}")).bearer(&app.buyer).send().await.expect(400);
            assert!([json!("malformed_request"), json!("invalid_cursor")].contains(&answer["code"]), "{query}");
        }
    }
}
