//! GET `/api/agent/balances`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::asset::Asset;
use settlement::ledger::{AccountKind, Turnover};
use settlement::money::{Amount, AmountError};
use store::Asked;

use crate::extract::{Caller, PaymentRead};
use crate::problem::Problem;
use crate::routes::statements::symbol;
use crate::state::Api;
use crate::view::balance::{AccountBalanceView, AssetBalanceView, BalancesBody};

/// What the caller has paid and received, and what is asked for.
///
/// Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back. `payableAtomic` and `receivableAtomic` are what live
/// payment requests ask of the caller and for it; they are promises, not money.
#[utoipa::path(
    get,
    path = "/api/agent/balances",
    tag = "ledger",
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The balances, by asset.", body = BalancesBody, example = json!({ "balances": [{
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC", "tokenDecimals": 6,
        "paidAtomic": "12625000", "receivedAtomic": "0", "payableAtomic": "0", "receivableAtomic": "0",
        "accounts": [{ "account": "buyer_external", "debitAtomic": "12625000", "creditAtomic": "0", "balanceAtomic": "12625000" }] }],
        "asOf": "2026-01-31T12:00:00.000Z" })))
)]
pub async fn show_balances(State(api): State<Arc<Api>>, caller: Caller<PaymentRead>) -> Result<Json<BalancesBody>, Problem> {
    let as_of = api.now().to_string();
    let mut assets: BTreeMap<String, Known> = BTreeMap::new();
    for account in api.store.turnover(caller.profile.as_str()).await? {
        known(&mut assets, account.asset).accounts.push((account.account, account.turnover));
    }
    let (of_buyer, for_seller) = api.store.asked(&caller.profile).await?;
    add_asked(&mut assets, &of_buyer, &for_seller).map_err(|error| Problem::internal(&error))?;
    let mut balances = Vec::with_capacity(assets.len());
    for known in assets.into_values() {
        balances.push(known.view(&api).await?);
    }
    Ok(Json(BalancesBody { balances, as_of }))
}

/// What is known about an asset.
struct Known {
    asset: Asset,
    accounts: Vec<(AccountKind, Turnover)>,
    payable: Amount,
    receivable: Amount,
}

fn known(assets: &mut BTreeMap<String, Known>, asset: Asset) -> &mut Known {
    assets.entry(asset.to_string()).or_insert_with(|| Known { asset, accounts: Vec::new(), payable: Amount::ZERO, receivable: Amount::ZERO })
}

fn add_asked(assets: &mut BTreeMap<String, Known>, of_buyer: &[Asked], for_seller: &[Asked]) -> Result<(), AmountError> {
    for asked in of_buyer {
        let known = known(assets, asked.asset);
        known.payable = known.payable.plus(asked.quote.total)?;
    }
    for asked in for_seller {
        let known = known(assets, asked.asset);
        known.receivable = known.receivable.plus(asked.quote.seller)?;
    }
    Ok(())
}

impl Known {
    async fn view(self, api: &Api) -> Result<AssetBalanceView, Problem> {
        let (token_symbol, token_decimals) = symbol(api, &self.asset).await?;
        let of = |kind: AccountKind| {
            let turnover = self.accounts.iter().find(|(account, _)| *account == kind).map(|(_, turnover)| *turnover);
            turnover.unwrap_or_default().balance(kind).to_string()
        };
        Ok(AssetBalanceView {
            asset_id: self.asset.to_string(),
            token_symbol,
            token_decimals,
            paid_atomic: of(AccountKind::BuyerExternal),
            received_atomic: of(AccountKind::SellerProceeds),
            payable_atomic: self.payable.to_string(),
            receivable_atomic: self.receivable.to_string(),
            accounts: self.accounts.iter().map(|(kind, turnover)| AccountBalanceView::new(*kind, *turnover)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, TestApp};

    async fn balances(app: &TestApp, actor: &Actor) -> Value {
        app.get("/api/agent/balances").bearer(actor).send().await.expect(200)["balances"].clone()
    }

    #[tokio::test]
    async fn what_is_asked_becomes_what_is_paid_for_both_sides() {
        let app = TestApp::new().await;
        app.start_chain().await;
        assert_eq!(balances(&app, &app.buyer).await, json!([]));
        let id = app.request().await;
        let (buyer, seller) = (balances(&app, &app.buyer).await, balances(&app, &app.seller).await);
        assert_eq!((&buyer[0]["payableAtomic"], &buyer[0]["paidAtomic"], &buyer[0]["accounts"]), (&json!("12625000"), &json!("0"), &json!([])));
        assert_eq!((&seller[0]["receivableAtomic"], &seller[0]["payableAtomic"]), (&json!("12500000"), &json!("0")));
        app.pay(&id).await;
        let (buyer, seller) = (balances(&app, &app.buyer).await, balances(&app, &app.seller).await);
        assert_eq!((&buyer[0]["payableAtomic"], &buyer[0]["paidAtomic"], &buyer[0]["tokenSymbol"]), (&json!("0"), &json!("12625000"), &json!("USDC")));
        let account = json!([{ "account": "seller_proceeds", "debitAtomic": "0", "creditAtomic": "12500000", "balanceAtomic": "12500000" }]);
        assert_eq!((&seller[0]["receivedAtomic"], &seller[0]["accounts"]), (&json!("12500000"), &account));
        assert_eq!(balances(&app, &app.stranger).await, json!([]), "the balances of others are nobody else's");
    }

    #[tokio::test]
    async fn b01_what_a_reorg_took_away_is_taken_back() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        let mut tx = app.store.begin().await.unwrap();
        assert!(tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap());
        tx.commit().await.unwrap();
        let seller = balances(&app, &app.seller).await;
        let account = json!([{ "account": "seller_proceeds", "debitAtomic": "12500000", "creditAtomic": "12500000", "balanceAtomic": "0" }]);
        assert_eq!((&seller[0]["receivedAtomic"], &seller[0]["accounts"]), (&json!("0"), &account));
    }
}
