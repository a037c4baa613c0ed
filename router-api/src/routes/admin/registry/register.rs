//! POST `/api/admin/tokens-registry`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::asset::Token;
use settlement::audit::AuditAction;
use settlement::ids::ProfileId;
use utoipa::ToSchema;

use super::example;
use crate::extract::wire::AssetId;
use crate::extract::{Admin, Caller, Prepare, PreparedWrite};
use crate::problem::{Code, Problem};
use crate::state::{Api, TokenUnreadable};
use crate::view::registered_asset::{RegisteredAssetBody, RegisteredAssetView};

/// How long the node may take to describe a token.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(10);

/// Which asset. Everything else is read from its chain.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "assetId": "eip155:31337/erc20:0x5FbDB2315678afecb367f032d93F642f64180aa3" }))]
pub struct RegisterAsset {
    /// CAIP-19 id, of a chain of this instance.
    asset_id: AssetId,
}

impl Prepare for RegisterAsset {
    type Prepared = Result<Token, Problem>;

    /// Asks the chain, before a transaction is open.
    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        let asset = &*self.asset_id;
        if api.chain(asset.chain_id()).is_none() {
            return Err(Problem::field(Code::AssetNotSupported, "assetId", "this instance does not settle on that chain; see /api/chains"));
        }
        let unavailable = |_| TokenUnreadable::Unavailable { chain_id: asset.chain_id() };
        let read = tokio::time::timeout(DESCRIBED_WITHIN, api.tokens.read_token(asset)).await.map_err(unavailable).and_then(|read| read);
        read.map_err(|error| match error {
            TokenUnreadable::NoToken(why) => Problem::field(Code::AssetNotSupported, "assetId", why),
            TokenUnreadable::Unavailable { chain_id } => Problem::new(Code::ChainUnavailable, format!("no node of chain {chain_id} answers")),
        })
    }
}

/// Register an asset, or read its abilities again.
///
/// Ticker, decimals and abilities are what the chain says, never what somebody sends. An asset that is registered keeps its ticker and decimals, and whether it
/// is allowed: those are in what was signed. A new one is allowed.
#[utoipa::path(
    post,
    path = "/api/admin/tokens-registry",
    tag = "admin",
    security(("bearer" = ["admin"])),
    request_body = RegisterAsset,
    responses((status = 201, description = "The entry.", body = RegisteredAssetBody, example = json!({ "asset": example() })))
)]
pub async fn register_asset(
    State(api): State<Arc<Api>>,
    caller: Caller<Admin>,
    PreparedWrite(body, read, mut effect): PreparedWrite<RegisterAsset>,
) -> Result<Response, Problem> {
    let now = api.now();
    let token = effect.tx.upsert_registered_token(&read?, now).await?;
    effect.tx.audit(caller.author().did(AuditAction::AssetRegistered, *body.asset_id, now).with(token.facts()));
    effect.commit(StatusCode::CREATED, &RegisteredAssetBody { asset: RegisteredAssetView::from(&token) }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Answer, TestApp};

    const PATH: &str = "/api/admin/tokens-registry";

    async fn register(app: &TestApp, asset: &str) -> Answer {
        app.post(PATH).bearer(&app.stranger).json(json!({ "assetId": asset })).send().await
    }

    #[tokio::test]
    async fn a12_what_is_registered_is_what_the_chain_says() {
        let app = TestApp::new().await;
        let asset = "eip155:31337/erc20:0x5FbDB2315678afecb367f032d93F642f64180aa3";
        let made = register(&app, asset).await.expect(201);
        assert_eq!((&made["asset"]["tokenSymbol"], &made["asset"]["tokenDecimals"]), (&json!("NEW"), &json!(18)));
        assert_eq!((&made["asset"]["supportsPermit"], &made["asset"]["isAllowed"]), (&json!(true), &json!(true)));
        assert_eq!((&made["asset"]["supportsTransferAuthorization"], &made["asset"]["supportsPermit2"]), (&json!(false), &json!(false)));
        let body = json!({ "assetId": asset, "tokenDecimals": 6 });
        app.post(PATH).bearer(&app.stranger).json(body).send().await.problem(422, "unknown_field");
        let chains = app.get("/api/chains").send().await.expect(200);
        assert!(chains.text().contains(asset));
    }

    #[tokio::test]
    async fn a12_an_asset_keeps_its_decimals_and_whether_it_is_allowed() {
        let app = TestApp::new().await;
        let asset = app.seeded.asset.to_string();
        app.patch(PATH).bearer(&app.stranger).json(json!({ "assetId": asset, "isAllowed": false })).send().await.expect(200);
        let again = register(&app, &asset).await.expect(201);
        assert_eq!((&again["asset"]["tokenSymbol"], &again["asset"]["tokenDecimals"]), (&json!("USDC"), &json!(6)));
        assert_eq!(
            (&again["asset"]["isAllowed"], &again["asset"]["supportsTransferAuthorization"]),
            (&json!(false), &json!(false)),
            "abilities are read again"
        );
    }

    #[tokio::test]
    async fn what_is_no_token_or_cannot_be_asked_for_is_refused() {
        let app = TestApp::new().await;
        for asset in ["eip155:31337/erc20:0x000000000000000000000000000000000000dEaD", "eip155:1/slip44:60"] {
            assert_eq!(register(&app, asset).await.problem(422, "asset_not_supported")["field"], "assetId");
        }
        register(&app, "USDC").await.problem(422, "invalid_asset");
        register(&app, "eip155:31337/slip44:60").await.problem(503, "chain_unavailable");
    }
}
