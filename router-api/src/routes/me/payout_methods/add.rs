//! POST `/api/agent/me/payout-methods`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::asset::Token;
use settlement::audit::AuditAction;
use settlement::ids::{PayoutMethodId, ProfileId};
use store::PayoutMethod;
use utoipa::ToSchema;

use super::{check_payee, facts, find_token, optional_line};
use crate::extract::wire::{AccountAddress, AssetId};
use crate::extract::{Caller, Prepare, PreparedWrite, ProfileWrite};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me::lock_own;
use crate::state::Api;
use crate::view::payout_method::{PayoutMethodBody, PayoutMethodView};

/// Most payout methods of a profile: every asset of every chain, with room for old addresses.
const MAX_METHODS: usize = 50;

/// Where money can be sent. The asset is named by `assetId`, or by `symbol` and `network`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "symbol": "USDC", "network": "eip155:31337", "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "label": "main" }))]
pub struct AddPayoutMethod {
    /// Ticker of a token in `/api/chains`.
    symbol: Option<String>,
    /// CAIP-2 id or name of a chain in `/api/chains`.
    network: Option<String>,
    /// CAIP-19 id of the asset, instead of symbol and network.
    asset_id: Option<AssetId>,
    /// Where the money goes.
    address: AccountAddress,
    /// Whatever the receiving side needs to tell payments apart, up to 120 characters.
    #[schema(max_length = 120)]
    memo: Option<String>,
    /// What its owner calls it, up to 120 characters.
    #[schema(max_length = 120)]
    label: Option<String>,
    /// Whether new agreements may use it; true when absent.
    is_active: Option<bool>,
}

impl Prepare for AddPayoutMethod {
    type Prepared = Result<Token, Problem>;

    /// The registered token that the body names.
    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        match (&self.asset_id, &self.symbol, &self.network) {
            (Some(asset), None, None) => {
                let token = api.store.token(asset).await?.filter(|token| token.allowed);
                token.ok_or_else(|| Problem::field(Code::AssetNotSupported, "assetId", "this asset is not registered here; see /api/chains"))
            }
            (None, Some(symbol), Some(network)) => find_token(api, symbol, network).await,
            _ => Err(Problem::field(Code::InvalidField, "assetId", "name the asset either by assetId or by symbol and network")),
        }
    }
}

/// Add a payout method, or change the one with the same asset and address.
///
/// There is one per asset and address: sending it again updates memo, label and `isActive`. Agreements that exist keep the payee they were made with.
#[utoipa::path(
    post,
    path = "/api/agent/me/payout-methods",
    tag = "me",
    security(("bearer" = ["profile:write"])),
    request_body = AddPayoutMethod,
    responses(
        (status = 201, description = "The payout method.", body = PayoutMethodBody, example = json!({ "payoutMethod": {
            "id": "pm_01ARZ3NDEKTSV4RRFFQ69G5FAV", "symbol": "USDC", "network": "eip155:8453",
            "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "memo": null, "label": "main", "isActive": true, "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" } })),
        (status = 409, description = "The profile has enough (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn add_payout_method(
    State(api): State<Arc<Api>>,
    caller: Caller<ProfileWrite>,
    PreparedWrite(body, token, mut effect): PreparedWrite<AddPayoutMethod>,
) -> Result<Response, Problem> {
    let token = token?;
    check_payee(&api, *body.address, &token.asset)?;
    lock_own(&mut effect.tx, &caller.profile).await?;
    let others = effect.tx.payout_methods(&caller.profile).await?.into_iter().filter(|method| (method.asset, method.address) != (token.asset, *body.address));
    if others.count() >= MAX_METHODS {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_METHODS} payout methods")));
    }
    let now = api.now();
    let wanted = PayoutMethod {
        id: PayoutMethodId::new(api.ids.ulid()),
        profile: caller.profile.clone(),
        asset: token.asset,
        network: format!("eip155:{}", token.asset.chain_id()),
        symbol: token.symbol,
        address: *body.address,
        memo: optional_line("memo", body.memo.as_deref())?,
        label: optional_line("label", body.label.as_deref())?,
        is_active: body.is_active.unwrap_or(true),
        created_at: now,
        updated_at: now,
    };
    let method = effect.tx.upsert_payout_method(&wanted).await?;
    effect.tx.audit(caller.author().did(AuditAction::PayoutMethodSet, &method.id, now).with(facts(&method)));
    effect.commit(StatusCode::CREATED, &PayoutMethodBody { payout_method: PayoutMethodView::from(&method) }).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    const PATH: &str = "/api/agent/me/payout-methods";

    #[tokio::test]
    async fn one_per_asset_and_address_whatever_it_is_called() {
        let app = TestApp::new().await;
        let address = app.buyer.wallet.address().to_string();
        let by_name = json!({ "symbol": "USDC", "network": "eip155:31337", "address": address, "label": "a" });
        let by_asset = json!({ "assetId": app.seeded.asset.to_string(), "address": address.to_lowercase(), "label": "b" });
        let first = app.post(PATH).bearer(&app.buyer).json(by_name).send().await.expect(201);
        let second = app.post(PATH).bearer(&app.buyer).json(by_asset).send().await.expect(201);
        assert_eq!(first["payoutMethod"]["id"], second["payoutMethod"]["id"]);
        assert_eq!((&second["payoutMethod"]["label"], &second["payoutMethod"]["address"]), (&json!("b"), &json!(address)));
    }

    #[tokio::test]
    async fn c08_addresses_that_would_lose_the_money_are_refused() {
        let app = TestApp::new().await;
        let (router, token) = (app.chain().router.to_string(), app.seeded.asset.token_address().to_string());
        for address in ["0x0000000000000000000000000000000000000000", &router, &token, "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "vitalik.eth"] {
            let body = json!({ "symbol": "USDC", "network": "eip155:31337", "address": address });
            let refused = app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_address");
            assert_eq!(refused["field"], "address", "{address}");
        }
    }

    #[tokio::test]
    async fn an_asset_that_is_not_registered_is_refused() {
        let app = TestApp::new().await;
        let address = app.buyer.wallet.address().to_string();
        for (symbol, network) in [("USDC", "eip155:1"), ("FAKE", "eip155:31337"), ("usdc", "eip155:31337")] {
            let body = json!({ "symbol": symbol, "network": network, "address": address });
            app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "asset_not_supported");
        }
        let body = json!({ "assetId": "eip155:31337/slip44:60", "symbol": "USDC", "network": "eip155:31337", "address": address });
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_field");
    }
}
