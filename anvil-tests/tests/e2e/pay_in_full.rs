//! The story that everything is for, and what a paid agreement allows.

use anvil_tests::{Engine, World, on_both_engines};
use cli::config::SecretUrl;
use cli::receipt_check::{self, Trust};
use cli::stack::accounts::{BUYER, OPERATOR};
use serde_json::{Value, json};
use settlement::ids::receipt_id;

on_both_engines!(
    an_agreement_is_paid_in_full_and_the_receipt_proves_itself,
    a_payment_in_instalments_adds_up,
    work_cannot_be_rejected_once_it_is_paid,
    e13_verify_and_the_scan_find_one_payment_once,
);

async fn an_agreement_is_paid_in_full_and_the_receipt_proves_itself(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let transaction = world.paid(&at).await;
    world.buyer.post(&at.path("submit"), &json!({ "txHash": transaction })).await.expect(200);
    world.until_confirmed(&at, 1).await;
    world.verified(&at).await;
    world.assert_paid_once(&at).await;

    let path = format!("/api/agent/receipts/{}", receipt_id(&at.request));
    let of_seller = world.seller.get(&path).await.expect(200);
    assert_eq!(of_seller["receipt"], world.buyer.get(&path).await.expect(200)["receipt"], "both parties read the same receipt");
    assert_eq!(world.stranger.get(&path).await.status, 404);
    let rpc = SecretUrl::new(world.chain.url.as_str());
    let trust = Trust { operator: Some(OPERATOR.address()), terms: Some(world.terms().to_string()), strict: true };
    let verdict = receipt_check::check(&of_seller["receipt"].to_string(), &rpc, &trust).await.unwrap();
    assert_eq!(verdict.failed_step, None, "{verdict:#?}");

    let decided = world.buyer.post(&format!("/api/agent/contracts/{}/decision", at.contract), &json!({ "action": "accept" })).await.expect(200);
    assert_eq!(decided["contract"]["status"], "accepted");
    let expected = [
        "signer.rotated",
        "contract.imported",
        "submission.created",
        "payment_request.signed",
        "payment_request.submitted",
        "payment.pending",
        "payment.verified",
        "receipt.issued",
        "decision.accepted",
    ];
    let mut told = world.told().await;
    told.sort();
    let mut wanted = expected.to_vec();
    wanted.sort_unstable();
    assert_eq!(told, wanted, "each is told once");
}

async fn a_payment_in_instalments_adds_up(engine: Engine) {
    let world = World::new(engine).await;
    let contract = world.delivered().await;
    let path = cli::paying::collection(&contract);
    let asked = json!({ "payerAddress": BUYER.address().to_string(), "sellerAmount": "5000000" });
    let first = request_of(&contract, &world.buyer.post(&path, &asked).await.expect(201));
    world.paid(&first).await;
    world.verified(&first).await;
    let second = world.asked(&contract).await;
    let view = world.request(&second).await;
    assert_eq!(view["sellerAmountAtomic"], "7500000", "what is left: {view:#}");
    let call = world.pay_call(&second).await;
    let sent = world.send(&call).await;
    assert!(world.chain.receipt(sent).await.status());
    world.verified(&second).await;
    assert_eq!(world.received().await.0.to::<u64>(), 12_500_000);
    let third = world.buyer.post(&path, &json!({ "payerAddress": BUYER.address().to_string() })).await;
    assert_eq!(third.status, 409, "nothing is left to pay: {:#}", third.body);
}

async fn work_cannot_be_rejected_once_it_is_paid(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let reject = json!({ "action": "reject", "reason": "not what was agreed" });
    let path = format!("/api/agent/contracts/{}/decision", at.contract);
    assert_eq!(world.buyer.post(&path, &reject).await.status, 409, "not while a request is live");
    world.paid(&at).await;
    world.until_confirmed(&at, 1).await;
    assert_eq!(world.buyer.post(&path, &reject).await.status, 409, "not while the payment settles");
    world.verified(&at).await;
    assert_eq!(world.buyer.post(&path, &reject).await.status, 409, "not once it is paid");
    world.buyer.post(&path, &json!({ "action": "accept" })).await.expect(200);
}

async fn e13_verify_and_the_scan_find_one_payment_once(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let transaction = world.paid(&at).await;
    let verifying: Vec<_> = (0..4)
        .map(|_| {
            let (buyer, path) = (world.buyer.clone(), at.path("verify"));
            tokio::spawn(async move { buyer.post(&path, &json!({ "txHash": transaction })).await })
        })
        .collect();
    world.verified(&at).await;
    for answer in verifying {
        let answer = answer.await.unwrap();
        assert!([200, 202].contains(&answer.status.as_u16()), "{:#}", answer.body);
    }
    let again = world.buyer.post(&at.path("verify"), &json!({ "txHash": transaction })).await.expect(200);
    assert_eq!(again["paymentRequest"]["status"], "router_verified");
    assert_eq!((world.times_told("payment.verified").await, world.times_told("receipt.issued").await), (1, 1));
    world.assert_paid_once(&at).await;
}

fn request_of(contract: &settlement::ids::AgreementId, created: &Value) -> cli::paying::RequestPath {
    cli::paying::RequestPath { contract: contract.clone(), request: created["paymentRequest"]["id"].as_str().unwrap().parse().unwrap() }
}
