//! The chain changes its mind.

use anvil_tests::{Engine, World, on_both_engines};
use settlement::ids::receipt_id;

on_both_engines!(
    b01_a_reorg_before_it_is_final_takes_the_payment_away,
    b02_the_same_transaction_in_another_block_is_one_payment,
    b01_a_reorg_after_verification_halts_until_somebody_looks_and_takes_the_receipt_back,
    b05_a_reorg_while_nobody_looked,
);

async fn b01_a_reorg_before_it_is_final_takes_the_payment_away(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.chain.mine(1).await;
    assert!(world.chain.receipt(world.send(&call).await).await.status());
    world.until_confirmed(&at, 1).await;
    world.chain.take_back(1).await;
    world.chain.mine(4).await;
    world.until_read().await;
    let request = world.request(&at).await;
    assert_ne!(request["status"], "router_verified", "{request:#}");
    assert!(world.database.store.seen_event(&at.request).await.unwrap().is_none(), "its event is gone");
    assert_eq!(world.times_told("payment.verified").await, 0);

    assert!(world.chain.receipt(world.send(&call).await).await.status());
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
}

async fn b02_the_same_transaction_in_another_block_is_one_payment(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let sent = world.send(&call).await;
    let before = world.chain.receipt(sent).await;
    world.until_confirmed(&at, 1).await;
    let raw = world.chain.raw("eth_getRawTransactionByHash", serde_json::json!([sent])).await;
    world.chain.take_back(1).await;
    world.chain.mine(1).await;
    world.chain.raw("eth_sendRawTransaction", serde_json::json!([raw])).await;
    let after = world.chain.receipt(sent).await;
    assert_ne!(before.block_hash, after.block_hash, "the same transaction, another block");
    world.verified(&at).await;
    assert_eq!((world.times_told("payment.verified").await, world.times_told("receipt.issued").await), (1, 1));
    world.assert_paid_once(&at).await;
    let receipt = world.seller.get(&format!("/api/agent/receipts/{}", receipt_id(&at.request))).await.expect(200);
    assert_eq!(receipt["receipt"]["event"]["blockHash"], after.block_hash.unwrap().to_string());
}

async fn b01_a_reorg_after_verification_halts_until_somebody_looks_and_takes_the_receipt_back(engine: Engine) {
    let mut world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.chain.mine(1).await;
    assert!(world.chain.receipt(world.send(&call).await).await.status());
    world.verified(&at).await;
    world.chain.take_back(4).await;
    world.chain.mine(6).await;
    world.until_halted().await;
    assert_eq!(world.times_told("indexer.halted").await, 1);
    let asked = world.buyer.get("/ready").await.expect(200);
    let halted = asked["checks"].as_array().unwrap().iter().find(|check| check["ok"] == false).map(|check| check["detail"].as_str().unwrap());
    assert!(asked["status"] == "degraded" && halted.is_some_and(|why| why.starts_with("halted: ")), "{asked:#}");
    assert_eq!(world.request(&at).await["status"], "router_verified", "nothing is rewritten silently");

    world.acknowledge().await;
    world.until(&at, "submitted").await;
    let revoked = world.seller.get(&format!("/api/agent/receipts/{}", receipt_id(&at.request))).await;
    assert_eq!(revoked.problem(), (410, "receipt_revoked"), "the receipt is revoked");
    assert_eq!((world.times_told("payment.reorged").await, world.times_told("receipt.revoked").await), (1, 1));

    assert!(world.chain.receipt(world.send(&call).await).await.status(), "the payload is still good");
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
    world.stop().await;
}

async fn b05_a_reorg_while_nobody_looked(engine: Engine) {
    let mut world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.chain.mine(1).await;
    let paid = world.chain.receipt(world.send(&call).await).await;
    world.until_confirmed(&at, 1).await;
    world.start(false).await;
    world.chain.take_back(world.chain.head().await.number - paid.block_number.unwrap() + 1).await;
    world.chain.mine(20).await;
    assert!(world.chain.receipt(world.send(&call).await).await.status());
    world.chain.mine(5).await;
    world.start(true).await;
    world.until(&at, "router_verified").await;
    world.assert_paid_once(&at).await;
    assert_eq!(world.times_told("receipt.issued").await, 1);
}
