//! Money that moved is never stranded: what was paid after it ended off-chain becomes verified.

use anvil_tests::{Engine, World, on_both_engines};
use cli::stack::accounts::BUYER;
use serde_json::json;

on_both_engines!(a08_cancelled_then_paid_is_recovered, a07_expired_then_paid_is_recovered, b17_a_replaced_transaction_is_found,);

async fn a08_cancelled_then_paid_is_recovered(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.buyer.post(&at.path("cancel"), &json!({})).await.expect(200);
    assert!(world.chain.receipt(world.send(&call).await).await.status(), "cancelling does not revoke the signature");
    world.until_read().await;
    let meanwhile = world.buyer.post(&cli::paying::collection(&at.contract), &json!({ "payerAddress": BUYER.address().to_string() })).await;
    assert_eq!(meanwhile.status, 409, "nothing more is signed while that settles: {:#}", meanwhile.body);
    world.verified(&at).await;
    assert_eq!(world.times_told("payment.recovered").await, 1);
    assert_eq!(world.times_told("receipt.issued").await, 1);
    world.assert_paid_once(&at).await;
}

async fn a07_expired_then_paid_is_recovered(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    let deadline: u64 = call.payment.deadline.to();
    // The chain passes the deadline, finally…
    world.chain.mine_at(deadline + 60).await;
    world.chain.mine(3).await;
    world.until(&at, "expired").await;
    // …takes that back all the same, which somebody has to look at, and goes on in time.
    world.chain.take_back(4).await;
    world.chain.mine_at(deadline - 60).await;
    world.until_halted().await;
    world.acknowledge().await;
    world.chain.raw("evm_setNextBlockTimestamp", json!([deadline])).await;
    assert!(world.chain.receipt(world.send(&call).await).await.status(), "the last second counts");
    world.verified(&at).await;
    assert_eq!(world.times_told("payment.recovered").await, 1);
    world.assert_paid_once(&at).await;
}

async fn b17_a_replaced_transaction_is_found(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.chain.hold().await;
    let slow = world.send(&call).await;
    world.buyer.post(&at.path("submit"), &json!({ "txHash": slow })).await.expect(200);
    // The wallet speeds it up: another transaction takes its place, and nobody tells the API.
    world.chain.raw("anvil_dropTransaction", json!([slow])).await;
    world.chain.release().await;
    world.chain.mine(1).await;
    let mut padded = alloy_sol_types::SolCall::abi_encode(&call);
    padded.push(0);
    let fast = world.chain.send(BUYER.address(), world.deployment.router, alloy_primitives::U256::ZERO, padded).await;
    assert!(world.chain.receipt(fast).await.status() && fast != slow);
    world.verified(&at).await;
    assert_eq!(world.times_told("payment.replaced").await, 1);
    world.assert_paid_once(&at).await;
}
