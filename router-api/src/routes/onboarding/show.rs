//! GET `/api/agent/payments/testnet-onboarding`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use store::{PayoutMethod, Wallet};

use crate::extract::{Caller, PaymentRead};
use crate::known::{ChainState, Following};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::onboarding::{FundingTargetView, OnboardingActionView, OnboardingBody, OnboardingChainView, ReadinessView};

/// What is ready for a first payment, and what is missing.
///
/// Router, tokens, the caller's payout methods, which wallet needs what, and what to do next. Changes nothing, and asks no node: balances are the wallet's
/// business.
#[utoipa::path(
    get,
    path = "/api/agent/payments/testnet-onboarding",
    tag = "payments",
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "What is ready.", body = OnboardingBody, example = json!({
        "ready": false,
        "chains": [{ "chainId": 84532, "network": "eip155:84532", "name": "base-sepolia", "router": { "ready": true, "detail": "signs and follows" },
            "tokens": { "ready": true, "detail": "USDC" }, "sellerPayout": { "ready": false, "detail": "no active payout method on this chain" },
            "fundingTargets": [{ "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "assetId": "eip155:84532/slip44:60", "purpose": "gas" }] }],
        "nextActions": [{ "code": "add_payout_method", "label": "Say where you take money", "method": "POST", "endpoint": "/api/agent/me/payout-methods" }] })))
)]
pub async fn show_onboarding(State(api): State<Arc<Api>>, caller: Caller<PaymentRead>) -> Result<Json<OnboardingBody>, Problem> {
    let wallets = api.store.wallets(&caller.profile).await?;
    let methods = api.store.payout_methods(&caller.profile).await?;
    let mut chains = Vec::with_capacity(api.config.chains.len());
    for policy in &api.config.chains {
        chains.push(chain(&api, policy, &wallets, &methods).await?);
    }
    let usable = |chain: &&OnboardingChainView| chain.router.ready && chain.tokens.ready;
    let ready = !wallets.is_empty() && chains.iter().filter(usable).any(|chain| chain.seller_payout.ready);
    let next_actions = next_actions(!wallets.is_empty(), &chains);
    Ok(Json(OnboardingBody { ready, chains, next_actions }))
}

async fn chain(api: &Api, policy: &ChainPolicy, wallets: &[Wallet], methods: &[PayoutMethod]) -> Result<OnboardingChainView, Problem> {
    let following = ChainState::read(api, policy.chain_id).await?.following();
    let mut tokens = api.store.registered_tokens(policy.chain_id).await?;
    tokens.retain(|token| token.allowed);
    let payouts = methods.iter().filter(|method| method.is_active && method.asset.chain_id() == policy.chain_id).count();
    Ok(OnboardingChainView {
        chain_id: policy.chain_id,
        network: format!("eip155:{}", policy.chain_id),
        name: policy.name.clone(),
        router: router(api.signers.contains_key(&policy.chain_id), following),
        tokens: tokens_ready(&tokens),
        seller_payout: ReadinessView {
            ready: payouts > 0,
            detail: if payouts > 0 { format!("{payouts} active") } else { "no active payout method on this chain".to_owned() },
        },
        funding_targets: wallets
            .iter()
            .filter(|wallet| wallet.speaks_on(policy.chain_id))
            .flat_map(|wallet| funding(wallet, policy.chain_id, &tokens))
            .collect(),
    })
}

fn router(signs: bool, following: Following) -> ReadinessView {
    let detail = match (signs, following) {
        (false, _) => "no routing signer is configured",
        (true, Following::Yes) => "signs and follows",
        (true, Following::NotStarted) => "the chain is not read yet",
        (true, Following::Lagging) => "reading the chain is behind",
        (true, Following::Halted) => "reading the chain has stopped until the operator acts",
    };
    ReadinessView { ready: signs && following == Following::Yes, detail: detail.to_owned() }
}

fn tokens_ready(tokens: &[Token]) -> ReadinessView {
    let symbols: Vec<&str> = tokens.iter().map(|token| token.symbol.as_str()).collect();
    let detail = if symbols.is_empty() { "no token is registered".to_owned() } else { symbols.join(", ") };
    ReadinessView { ready: !symbols.is_empty(), detail }
}

fn funding(wallet: &Wallet, chain_id: u64, tokens: &[Token]) -> Vec<FundingTargetView> {
    let target = |asset: Asset, purpose| FundingTargetView { address: wallet.address.to_string(), asset_id: asset.to_string(), purpose };
    let gas = target(Asset::Native { chain_id }, "gas");
    std::iter::once(gas).chain(tokens.iter().map(|token| target(token.asset, "payment"))).collect()
}

fn next_actions(has_wallet: bool, chains: &[OnboardingChainView]) -> Vec<OnboardingActionView> {
    let call = |code, label, endpoint| OnboardingActionView { code, label, method: Some("POST"), endpoint: Some(endpoint) };
    let mut actions = Vec::new();
    if !chains.iter().any(|chain| chain.router.ready && chain.tokens.ready) {
        actions.push(OnboardingActionView { code: "ask_operator", label: "Ask the operator: no chain is ready", method: None, endpoint: None });
    }
    if !has_wallet {
        actions.push(call("add_wallet", "Prove that you control a wallet", "/api/agent/me/wallets"));
    }
    if !chains.iter().any(|chain| chain.seller_payout.ready) {
        actions.push(call("add_payout_method", "Say where you take money", "/api/agent/me/payout-methods"));
    }
    actions.push(call("import_contract", "Import what you agreed", "/api/agent/contracts/import"));
    actions
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::onboarding::OnboardingBody;

    async fn onboarding(app: &TestApp, actor: &Actor) -> Value {
        let answer = app.get("/api/agent/payments/testnet-onboarding").bearer(actor).send().await.expect(200);
        assert_documented::<OnboardingBody>(answer.json());
        answer.json().clone()
    }

    fn codes(body: &Value) -> Vec<&str> {
        body["nextActions"].as_array().unwrap().iter().map(|action| action["code"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn says_what_is_missing_until_nothing_is() {
        let app = TestApp::new().await;
        let early = onboarding(&app, &app.buyer).await;
        assert_eq!((&early["ready"], &early["chains"][0]["router"]["ready"]), (&json!(false), &json!(false)));
        assert_eq!(codes(&early), ["ask_operator", "add_payout_method", "import_contract"]);
        app.start_chain().await;
        let seller = onboarding(&app, &app.seller).await;
        assert_eq!((&seller["ready"], codes(&seller)), (&json!(true), vec!["import_contract"]));
        let targets = seller["chains"][0]["fundingTargets"].as_array().unwrap();
        let wanted = [("eip155:31337/slip44:60".to_owned(), "gas"), (app.seeded.asset.to_string(), "payment")];
        for (target, (asset, purpose)) in targets.iter().zip(&wanted) {
            assert_eq!((&target["assetId"], &target["purpose"]), (&json!(asset), &json!(purpose)));
        }
        assert_eq!(codes(&onboarding(&app, &app.buyer).await), ["add_payout_method", "import_contract"]);
    }
}
