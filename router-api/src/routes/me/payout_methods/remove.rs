//! DELETE `/api/agent/me/payout-methods/{payoutMethodId}`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use settlement::audit::AuditAction;
use settlement::ids::PayoutMethodId;

use crate::extract::{Caller, NoBody, PathId, ProfileWrite, Write};
use crate::problem::Problem;
use crate::state::Api;

/// Remove a payout method.
///
/// Agreements that exist keep the payee they were made with.
#[utoipa::path(
    delete,
    path = "/api/agent/me/payout-methods/{payoutMethodId}",
    tag = "me",
    params(("payoutMethodId" = String, Path, description = "`pm_…`")),
    security(("bearer" = ["profile:write"])),
    responses((status = 204, description = "It is gone."))
)]
pub async fn remove_payout_method(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PathId(id): PathId<PayoutMethodId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    if !effect.tx.delete_payout_method(&caller.profile, &id).await? {
        return Err(Problem::not_found());
    }
    effect.tx.audit(caller.author().did(AuditAction::PayoutMethodRemoved, &id, api.now()));
    effect.commit_empty().await
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn it_is_gone_and_a_second_time_it_is_not_found() {
        let app = TestApp::new().await;
        let path = format!("/api/agent/me/payout-methods/{}", app.seeded.payout_method);
        let gone = app.delete(&path).bearer(&app.seller).send().await.expect(204);
        assert_eq!(gone.text(), "");
        app.delete(&path).bearer(&app.seller).send().await.problem(404, "not_found");
        let list = app.get("/api/agent/me/payout-methods").bearer(&app.seller).send().await.expect(200);
        assert_eq!(list["payoutMethods"].as_array().unwrap().len(), 0);
    }
}
