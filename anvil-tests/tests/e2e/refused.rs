//! What the chain refuses, and what is refused before it comes to the chain.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use anvil_tests::{Chain, Engine, World, on_both_engines};
use cli::stack::accounts::{BUYER, EVALUATOR, SELLER};
use contracts::PaymentRouter::{NonceUsed, WrongPayer, WrongSigner, payCall};
use contracts::TestToken::{AccountBlacklisted, blacklistCall, unBlacklistCall};
use serde_json::json;
use signer::wallet::BuyerWallet;

on_both_engines!(
    a_changed_payment_is_refused_and_changes_nothing,
    c05_only_the_payer_can_pay,
    a10_a_paid_unit_cannot_be_paid_again,
    b14_a_payment_that_reverts_can_be_made_again,
    c04_a_token_that_blocks_a_party_is_named_to_the_wallet_and_in_the_event,
);

/// Changes one thing of a signed payment.
type Change = fn(&mut payCall);

async fn a_changed_payment_is_refused_and_changes_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let router = world.deployment.router;
    let changes: [(&str, Change); 8] = [
        ("payee", |call| call.payment.payee = EVALUATOR.address()),
        ("token", |call| call.payment.token = Address::repeat_byte(7)),
        ("less", |call| call.payment.amount -= U256::ONE),
        ("more", |call| call.payment.amount += U256::ONE),
        ("no fee", |call| (call.payment.feeAmount, call.payment.feeRecipient) = (U256::ZERO, Address::ZERO)),
        ("nonce", |call| call.payment.nonce += U256::ONE),
        ("deadline", |call| call.payment.deadline += U256::ONE),
        ("request", |call| call.payment.requestId.0[31] ^= 1),
    ];
    for (what, change) in changes {
        let mut changed = call.clone();
        change(&mut changed);
        assert!(world.chain.reverts_with::<WrongSigner>(BUYER.address(), router, U256::ZERO, changed.abi_encode()).await, "{what}");
        assert!(!world.chain.receipt(world.send(&changed).await).await.status(), "{what}");
    }
    world.until_read().await;
    assert_eq!(world.request(&at).await["status"], "signed", "it can still be paid");
    assert_eq!(world.received().await, (U256::ZERO, U256::ZERO));
    world.paid(&at).await;
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
}

async fn c05_only_the_payer_can_pay(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let router = world.deployment.router;
    for caller in [SELLER, EVALUATOR] {
        assert!(world.chain.reverts_with::<WrongPayer>(caller.address(), router, U256::ZERO, call.abi_encode()).await);
        let sent = world.chain.send(caller.address(), router, U256::ZERO, call.abi_encode()).await;
        assert!(!world.chain.receipt(sent).await.status());
    }
    let refused = world.buyer.post(&cli::paying::collection(&at.contract), &json!({ "payerAddress": EVALUATOR.address().to_string() })).await;
    assert!(refused.status.is_client_error(), "a wallet that is not the buyer's: {:#}", refused.body);
    world.until_read().await;
    assert_eq!(world.request(&at).await["status"], "signed");
}

async fn a10_a_paid_unit_cannot_be_paid_again(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.payable().await;
    let old = world.pay_call(&first).await;
    world.buyer.post(&first.path("cancel"), &json!({ "reason": "another wallet" })).await.expect(200);
    let second = world.asked(&first.contract).await;
    let new = world.pay_call(&second).await;
    assert_eq!(old.payment.nonce, new.payment.nonce, "both are for one unit");
    world.paid(&second).await;
    world.verified(&second).await;

    let router = world.deployment.router;
    assert!(world.chain.reverts_with::<NonceUsed>(BUYER.address(), router, U256::ZERO, old.abi_encode()).await);
    assert!(!world.chain.receipt(world.send(&old).await).await.status());
    assert!(!world.chain.receipt(world.send(&new).await).await.status());
    let again = world.buyer.post(&cli::paying::collection(&first.contract), &json!({ "payerAddress": BUYER.address().to_string() })).await;
    assert_eq!(again.problem(), (409, "already_verified"), "{:#}", again.body);
    world.assert_paid_once(&second).await;
}

async fn b14_a_payment_that_reverts_can_be_made_again(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    // Nothing is approved yet.
    let reverted = world.send(&call).await;
    assert!(!world.chain.receipt(reverted).await.status());
    world.buyer.post(&at.path("submit"), &json!({ "txHash": reverted })).await.expect(200);
    world.chain.mine(3).await;
    world.until(&at, "failed").await;
    assert_eq!(world.times_told("payment.failed").await, 1);
    world.paid(&at).await;
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
}

async fn c04_a_token_that_blocks_a_party_is_named_to_the_wallet_and_in_the_event(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let (router, token) = (world.deployment.router, world.deployment.token);
    world.chain.send(SELLER.address(), token, U256::ZERO, blacklistCall { account: SELLER.address() }.abi_encode()).await;
    assert!(world.chain.reverts_with::<AccountBlacklisted>(BUYER.address(), router, U256::ZERO, call.abi_encode()).await, "the router hands it on");
    // A careful wallet does not even send it.
    let wallet = BuyerWallet::new(world.chain.url.clone(), &BUYER.key()).unwrap();
    let refused = wallet.pay(&world.checked(&at).await).await.unwrap_err();
    assert_eq!(refused.code(), Some("token_transfer_blocked"), "{refused}");
    // Somebody else's does.
    let reverted = world.send(&call).await;
    assert!(!world.chain.receipt(reverted).await.status());
    world.buyer.post(&at.path("submit"), &json!({ "txHash": reverted })).await.expect(200);
    world.chain.mine(3).await;
    let failed = world.until(&at, "failed").await;
    assert_eq!(failed["statusReason"], "token_transfer_blocked");
    let events = world.buyer.get("/api/agent/events?types=payment.failed").await.expect(200);
    assert_eq!(events["events"][0]["data"]["reason"], "token_transfer_blocked", "{events:#}");

    world.chain.send(SELLER.address(), token, U256::ZERO, unBlacklistCall { account: SELLER.address() }.abi_encode()).await;
    world.paid(&at).await;
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c01_a_payload_of_another_chain_is_refused() {
    let world = World::new(Engine::Sqlite).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let (router, here) = (world.deployment.router, &world.chain);
    // The same router, token, balances and allowance: everything but the chain's id.
    let there: &Chain = here;
    there.raw("anvil_setChainId", json!([31_338])).await;
    assert!(there.reverts_with::<WrongSigner>(BUYER.address(), router, U256::ZERO, call.abi_encode()).await);
    there.raw("anvil_setChainId", json!([31_337])).await;
    assert!(here.call(BUYER.address(), router, U256::ZERO, call.abi_encode()).await.is_ok(), "on its own chain it is good");
}
