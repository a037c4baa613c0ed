//! Money back: asked for, approved, paid back by the seller's own wallet through the router, and believed only as the chain shows it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use alloy_primitives::{B256, U256};
use anvil_tests::program::Program;
use anvil_tests::{Engine, World, eventually, on_both_engines};
use cli::paying::RequestPath;
use cli::repaying::{self, RefundPath, refunds};
use cli::stack::accounts::{BUYER, FEE_RECIPIENT, OPERATOR, SELLER};
use cli::stack::anvil::CHAIN_ID;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use settlement::ledger::Side;
use signer::BuyerWallet;
use signer::wallet::{CheckedRefund, RefundExpectation, WalletError};

on_both_engines!(
    a_refund_is_asked_for_approved_paid_back_and_settled,
    g06_a_reorg_takes_the_refund_away_and_it_is_awaited_again,
    a_refund_is_paid_once_whatever_was_signed_for_it,
    g01_parallel_requests_never_reserve_more_than_was_paid,
);

const BACK: u64 = 5_000_000;
const PAID: u64 = 12_500_000;
const FEE: u64 = 312_500;

/// An agreement that is paid and verified.
async fn paid(world: &World) -> RequestPath {
    let at = world.payable().await;
    world.paid(&at).await;
    world.verified(&at).await;
    at
}

/// The buyer asks, the seller approves.
async fn approved(world: &World, payment: &RequestPath) -> RefundPath {
    let body = json!({ "paymentRequestId": payment.request.as_str(), "amountAtomic": BACK.to_string(), "reason": "half of it is missing", "confirmed": true });
    let asked = world.buyer.post(&refunds(&payment.contract), &body).await.expect(201);
    let at = RefundPath { contract: payment.contract.clone(), refund: asked["refundRequest"]["id"].as_str().unwrap().parse().unwrap() };
    approve(world, &at).await;
    at
}

async fn approve(world: &World, at: &RefundPath) {
    let seen = refund(world, at).await;
    let body = json!({ "action": "approve", "response": "agreed", "expectedUpdatedAt": seen["updatedAt"] });
    world.seller.post(&at.path("respond"), &body).await.expect(200);
}

async fn refund(world: &World, at: &RefundPath) -> Value {
    world.buyer.get(&at.path("")).await.expect(200)["refundRequest"].take()
}

async fn until(world: &World, at: &RefundPath, status: &str) -> Value {
    eventually(&format!("{} is {status}", at.refund), || refund(world, at), |refund| refund["status"] == status).await
}

/// The payload, checked as a careful seller does.
async fn checked(world: &World, at: &RefundPath, payment: &RequestPath) -> CheckedRefund {
    let expected = RefundExpectation {
        operator: Some(OPERATOR.address()),
        payee: Some(BUYER.address()),
        refund: Some(at.refund.clone()),
        payment: Some(payment.request.clone()),
        max_amount: Some(BACK.to_string().parse().unwrap()),
        ..RefundExpectation::new(SELLER.address(), CHAIN_ID)
    };
    repaying::checked(&world.seller.client(), at, &expected).await.unwrap()
}

fn wallet(world: &World) -> BuyerWallet {
    BuyerWallet::new(world.chain.url.clone(), &SELLER.key()).unwrap()
}

/// The seller's wallet pays back; the transaction is in a block.
async fn pay_back(world: &World, checked: &CheckedRefund) -> B256 {
    let wallet = wallet(world);
    let sent = wallet.pay(checked).await.unwrap().payment;
    wallet.wait(sent).await.unwrap();
    sent
}

/// What each account stands at, credits less debits.
async fn balances(world: &World, payment: &RequestPath) -> BTreeMap<&'static str, i128> {
    let mut balances = BTreeMap::new();
    for stored in world.database.store.postings(&payment.contract).await.unwrap() {
        let amount = i128::try_from(stored.posting.amount.atomic().to::<u128>()).unwrap();
        let signed = if stored.posting.side == Side::Debit { -amount } else { amount };
        *balances.entry(stored.posting.account.name()).or_default() += signed;
    }
    balances
}

async fn a_refund_is_asked_for_approved_paid_back_and_settled(engine: Engine) {
    let world = World::new(engine).await;
    let payment = paid(&world).await;
    let token = world.deployment.token;
    let before = world.chain.balance(token, BUYER.address()).await;
    let at = approved(&world, &payment).await;
    assert_eq!(refund(&world, &at).await["status"], "awaiting_seller_settlement", "nothing has come back yet");
    assert_eq!(balances(&world, &payment).await["refund_due"], i128::from(BACK));

    let sent = pay_back(&world, &checked(&world, &at, &payment).await).await;
    let seen = eventually("the refund is seen", || refund(&world, &at), |refund| refund["settlement"]["txHash"] == sent.to_string()).await;
    assert_eq!(seen["status"], "awaiting_seller_settlement", "{seen:#}");
    world.chain.mine(3).await;
    let settled = until(&world, &at, "settled").await;
    assert_eq!((&settled["settlement"]["payeeAddress"], &settled["platformFee"]), (&json!(BUYER.address().to_string()), &json!("platform_fee_not_refundable")));

    // The chain, the ledger and what a receipt will show say the same.
    assert_eq!(world.chain.balance(token, BUYER.address()).await, before + U256::from(BACK));
    assert_eq!(world.chain.balance(token, SELLER.address()).await, U256::from(PAID - BACK));
    assert_eq!(world.chain.balance(token, FEE_RECIPIENT.address()).await, U256::from(FEE), "the fee stays");
    let ledger = balances(&world, &payment).await;
    assert_eq!((ledger["seller_proceeds"], ledger["refund_due"]), (i128::from(PAID - BACK), 0));
    let shown = world.database.store.settled_refunds(&payment.request).await.unwrap();
    assert_eq!((shown.len(), shown[0].amount_atomic.as_str(), shown[0].transaction_hash.as_str()), (1, "5000000", sent.to_string().as_str()));
    let list = world.buyer.get(&refunds(&payment.contract)).await.expect(200);
    assert_eq!(list["remainingRefundableAtomic"], (PAID - BACK).to_string());
    for kind in ["refund_request.created", "refund_request.approved", "refund_request.pending", "refund_request.settled"] {
        assert_eq!(world.times_told(kind).await, 1, "{kind}");
    }
    assert_eq!(world.request(&payment).await["status"], "router_verified", "the payment stands");
}

async fn g06_a_reorg_takes_the_refund_away_and_it_is_awaited_again(engine: Engine) {
    let mut world = World::new(engine).await;
    let payment = paid(&world).await;
    let at = approved(&world, &payment).await;
    let payload = checked(&world, &at, &payment).await;
    // The allowance is a block of its own, which stays.
    let approval = payload.payload().approval.clone().unwrap();
    let allowed = world.chain.send(SELLER.address(), approval.to, U256::ZERO, approval.data).await;
    assert!(world.chain.receipt(allowed).await.status());
    let sent = pay_back(&world, &payload).await;
    world.chain.mine(3).await;
    until(&world, &at, "settled").await;
    world.chain.take_back(4).await;
    world.chain.mine(6).await;
    world.until_halted().await;
    assert_eq!(refund(&world, &at).await["status"], "settled", "nothing is rewritten silently");
    world.acknowledge().await;
    let back = until(&world, &at, "awaiting_seller_settlement").await;
    assert_eq!((&back["settlement"], &back["isPayable"]), (&Value::Null, &json!(true)), "the payload is still good");
    assert_eq!(balances(&world, &payment).await["refund_due"], i128::from(BACK), "it is owed again");
    assert_eq!(world.times_told("refund_request.reorged").await, 1);
    assert!(world.database.store.settled_refunds(&payment.request).await.unwrap().is_empty(), "no receipt shows it");

    let again = pay_back(&world, &checked(&world, &at, &payment).await).await;
    assert_ne!(again, sent);
    world.chain.mine(3).await;
    until(&world, &at, "settled").await;
    assert_eq!(balances(&world, &payment).await["refund_due"], 0);
    assert_eq!(world.chain.balance(world.deployment.token, SELLER.address()).await, U256::from(PAID - BACK), "once");
    world.stop().await;
}

async fn a_refund_is_paid_once_whatever_was_signed_for_it(engine: Engine) {
    let world = World::new(engine).await;
    let payment = paid(&world).await;
    let at = approved(&world, &payment).await;
    let payload = checked(&world, &at, &payment).await;
    pay_back(&world, &payload).await;
    let refused = wallet(&world).plan(&payload).await;
    assert!(matches!(refused, Err(WalletError::NonceUsed { .. })), "{refused:?}");
    let data = payload.payload().payment.data.clone();
    let router = world.deployment.router;
    assert!(world.chain.reverts_with::<contracts::PaymentRouter::NonceUsed>(SELLER.address(), router, U256::ZERO, data).await);
    world.chain.mine(3).await;
    until(&world, &at, "settled").await;
    assert_eq!(world.chain.balance(world.deployment.token, SELLER.address()).await, U256::from(PAID - BACK));
    let answer = world.seller.get(&at.path("payment")).await;
    assert_eq!(answer.problem(), (409, "not_allowed"), "nothing is handed out any more");
}

async fn g01_parallel_requests_never_reserve_more_than_was_paid(engine: Engine) {
    let world = World::new(engine).await;
    let payment = paid(&world).await;
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let (buyer, path) = (world.buyer.clone(), refunds(&payment.contract));
            tokio::spawn(async move { buyer.post(&path, &json!({ "amountAtomic": "7500000", "reason": "most of it is missing", "confirmed": true })).await })
        })
        .collect();
    let mut made = 0;
    for answer in asking {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            201 => made += 1,
            _ => assert_eq!(answer.problem(), (422, "exceeds_refundable"), "{:#}", answer.body),
        }
    }
    assert_eq!(made, 1, "of 60 and 60 of 100 one fits");
}

/// Runs the program as a party, and returns its document.
async fn run(world: &World, who: &SecretString, arguments: &[&str]) -> Value {
    let all = [&["--json"], arguments, &["--api", world.api_url().as_str()]].concat();
    let ended = Program::start(None, &[("COUNTERFOIL_TOKEN", who.expose_secret())], &all, "error").await.ended().await;
    assert!(ended.status.success(), "{arguments:?}: {ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_bring_a_refund_from_asked_to_settled() {
    let world = World::new(Engine::Sqlite).await;
    let payment = paid(&world).await;
    let identities = &world.instance().identities;
    let (buyer, seller, contract) = (&identities.buyer.api_token, &identities.seller.api_token, payment.contract.as_str());
    let key = world.folder().join("seller.key");
    std::fs::write(&key, SELLER.private_key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();

    let reason = ["--amount", "5000000", "--reason", "half of it is missing", "--yes"];
    let asked = run(&world, buyer, &[&["refund", "create", contract][..], &reason].concat()).await;
    let id = asked["refundRequest"]["id"].as_str().unwrap();
    let approved = run(&world, seller, &["refund", "respond", contract, id, "approve", "--response", "agreed"]).await;
    assert_eq!(approved["refundRequest"]["status"], "awaiting_seller_settlement", "{approved:#}");
    let limits = ["--max-amount", "5000000", "--payee", &BUYER.address().to_string(), "--operator", &OPERATOR.address().to_string()];
    let wallet = ["--rpc", world.chain.url.as_str(), "--key-file", key.to_str().unwrap(), "--yes", "--no-wait"];
    let paid = run(&world, seller, &[&["refund", "pay", contract, id][..], &wallet, &limits].concat()).await;
    assert!(paid["txHash"].is_string(), "{paid:#}");
    world.chain.mine(3).await;
    let at = RefundPath { contract: payment.contract.clone(), refund: id.parse().unwrap() };
    until(&world, &at, "settled").await;
    let shown = run(&world, buyer, &["refund", "show", contract, id]).await;
    assert_eq!(shown["refundRequest"]["settlement"]["txHash"], paid["txHash"]);
    let listed = run(&world, buyer, &["refund", "show", contract]).await;
    assert_eq!(listed["refundRequests"][0]["id"], id);
}
