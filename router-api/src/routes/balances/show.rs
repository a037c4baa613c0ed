//! GET `/api/agent/balances`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::asset::Asset;
use settlement::ledger::{AccountKind, Balance, Turnover};
use settlement::money::{Amount, AmountError};
use store::Asked;

use crate::extract::{Caller, PaymentRead};
use crate::problem::Problem;
use crate::routes::statements::symbol;
use crate::state::Api;
use crate::view::balance::{AccountBalanceView, AssetBalanceView, BalancesBody};

/// What the caller has paid and received, and what is asked for.
///
/// Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back. What was paid back counts once its payment is verified;
/// `refundDueAtomic` is what the caller has approved to pay back until then. `payableAtomic` and `receivableAtomic` are what live payment requests ask of the
/// caller and for it; they are promises, not money. What was paid, received or stands on an account starts with `-` while the chain has taken a payment away
/// whose refund stands.
#[utoipa::path(
    get,
    path = "/api/agent/balances",
    tag = "ledger",
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The balances, by asset.", body = BalancesBody, example = json!({ "balances": [{
        "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC", "tokenDecimals": 6,
        "paidAtomic": "12625000", "receivedAtomic": "0", "refundDueAtomic": "0", "payableAtomic": "0", "receivableAtomic": "0",
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
        known.payable = known.payable.plus(asked.amount)?;
    }
    for asked in for_seller {
        let known = known(assets, asked.asset);
        known.receivable = known.receivable.plus(asked.amount)?;
    }
    Ok(())
}

impl Known {
    fn turnover(&self, kind: AccountKind) -> Turnover {
        self.accounts.iter().find(|(account, _)| *account == kind).map(|(_, turnover)| *turnover).unwrap_or_default()
    }

    /// What the chain has moved to the seller and not back: what is due is part of it until it has gone back. Both accounts grow by credits.
    fn received(&self) -> Result<Balance, AmountError> {
        let both = self.turnover(AccountKind::SellerProceeds).plus(self.turnover(AccountKind::RefundDue))?;
        Ok(both.balance(AccountKind::SellerProceeds))
    }

    async fn view(self, api: &Api) -> Result<AssetBalanceView, Problem> {
        let (token_symbol, token_decimals) = symbol(api, &self.asset).await?;
        Ok(AssetBalanceView {
            asset_id: self.asset.to_string(),
            token_symbol,
            token_decimals,
            paid_atomic: self.turnover(AccountKind::BuyerExternal).balance(AccountKind::BuyerExternal).to_string(),
            received_atomic: self.received().map_err(|error| Problem::internal(&error))?.to_string(),
            refund_due_atomic: self.turnover(AccountKind::RefundDue).balance(AccountKind::RefundDue).to_string(),
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
    async fn what_is_promised_back_is_still_received_and_what_went_back_is_not() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        let refund = app.refund("2500000").await;
        let received = async |due: &str, received: &str, paid: &str| {
            let (seller, buyer) = (balances(&app, &app.seller).await, balances(&app, &app.buyer).await);
            assert_eq!((&seller[0]["refundDueAtomic"], &seller[0]["receivedAtomic"]), (&json!(due), &json!(received)));
            assert_eq!((&buyer[0]["refundDueAtomic"], &buyer[0]["paidAtomic"]), (&json!("0"), &json!(paid)));
        };
        received("0", "12500000", "12625000").await;
        app.respond(&refund, &app.seller, "approve").await.expect(200);
        received("2500000", "12500000", "12625000").await;
        let accounts = balances(&app, &app.seller).await[0]["accounts"].clone();
        let standing: Vec<_> = accounts.as_array().unwrap().iter().map(|account| (&account["account"], &account["balanceAtomic"])).collect();
        assert_eq!(standing, [(&json!("refund_due"), &json!("2500000")), (&json!("seller_proceeds"), &json!("10000000"))]);
        app.see_refund(&refund).await;
        app.finalise_refund(&refund).await;
        received("0", "10000000", "10125000").await;
        // The chain takes the payment away, and not what went back.
        let mut tx = app.store.begin().await.unwrap();
        assert!(tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap());
        tx.commit().await.unwrap();
        received("0", "-2500000", "-2500000").await;
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
