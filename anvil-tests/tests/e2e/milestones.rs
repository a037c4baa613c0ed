//! An agreement in parts: planned by both, delivered, accepted and paid one by one, and rolled up.

use anvil_tests::{Engine, Party, World, on_both_engines};
use cli::config::SecretUrl;
use cli::paying::{RequestPath, collection};
use cli::receipt_check::{self, Trust};
use cli::stack::accounts::{BUYER, OPERATOR};
use serde_json::{Value, json};
use settlement::ids::{AgreementId, receipt_id};

on_both_engines!(a_plan_is_made_by_both_and_each_milestone_is_paid_by_itself, a08_a_milestone_whose_request_was_cancelled_and_paid_all_the_same_is_paid,);

/// An agreement that is being divided.
struct Story {
    world: World,
    contract: AgreementId,
}

impl Story {
    fn path(&self) -> String {
        format!("/api/agent/contracts/{}/milestones", self.contract)
    }

    async fn milestones(&self) -> Value {
        self.world.buyer.get(&self.path()).await.expect(200)
    }

    /// Posts to an operation of the n-th milestone, from the version that it has now.
    async fn on(&self, n: usize, party: &Party, operation: &str, mut body: Value) -> Value {
        let milestone = self.milestones().await["milestones"][n].clone();
        body["expectedVersion"] = milestone["version"].clone();
        let path = format!("{}/{}{operation}", self.path(), milestone["id"].as_str().unwrap());
        let answer = if operation.is_empty() { party.patch(&path, &body).await } else { party.post(&path, &body).await };
        answer.expect(200)["milestone"].take()
    }

    async fn deliver_and_accept(&self, n: usize) -> Value {
        self.on(n, &self.world.seller, "/submit", json!({ "notes": "as agreed" })).await;
        self.on(n, &self.world.buyer, "/decision", json!({ "action": "accept" })).await
    }

    /// The buyer asks for the payload of the n-th milestone.
    async fn asked(&self, n: usize) -> RequestPath {
        let id = self.milestones().await["milestones"][n]["id"].clone();
        let body = json!({ "payerAddress": BUYER.address().to_string(), "milestoneId": id });
        let created = self.world.buyer.post(&collection(&self.contract), &body).await.expect(201);
        RequestPath { contract: self.contract.clone(), request: created["paymentRequest"]["id"].as_str().unwrap().parse().unwrap() }
    }

    async fn pay(&self, at: &RequestPath) {
        let sent = self.world.paid(at).await;
        self.world.buyer.post(&at.path("submit"), &json!({ "txHash": sent })).await.expect(200);
        self.world.verified(at).await;
    }
}

async fn a_plan_is_made_by_both_and_each_milestone_is_paid_by_itself(engine: Engine) {
    let world = World::new(engine).await;
    let contract = world.agreed(world.terms()).await;
    let story = Story { world, contract };
    let (buyer, seller) = (&story.world.buyer, &story.world.seller);
    seller.post(&story.path(), &json!({ "title": "The first 400", "amountAtomic": "5000000" })).await.expect(201);
    story.on(0, buyer, "", json!({ "action": "activate" })).await;
    let added = buyer.post(&story.path(), &json!({ "title": "The rest", "amountAtomic": "7500000" })).await.expect(201);
    let version = json!({ "expectedPlanVersion": added["plan"]["version"] });
    for party in [buyer, seller] {
        party.post(&format!("{}/confirm", story.path()), &version).await.expect(200);
    }
    buyer.post(&format!("{}/finalize", story.path()), &version).await.expect(200);
    let whole = buyer.post(&collection(&story.contract), &json!({ "payerAddress": BUYER.address().to_string() })).await;
    assert_eq!(whole.problem(), (409, "milestone_required"));

    assert_eq!(story.deliver_and_accept(0).await["paymentStatus"], "payment_due");
    let first = story.asked(0).await;
    story.pay(&first).await;
    assert_eq!(story.milestones().await["milestones"][1]["paymentStatus"], "not_due", "the other one is not touched");
    story.on(1, seller, "/submit", json!({ "notes": "half of the rest" })).await;
    story.on(1, buyer, "/decision", json!({ "action": "reject", "reason": "the other half is missing" })).await;
    story.deliver_and_accept(1).await;
    let decision = format!("/api/agent/contracts/{}/decision", story.contract);
    seller.post(&format!("/api/agent/contracts/{}/submissions", story.contract), &json!({ "notes": "that was all" })).await.expect(201);
    assert_eq!(buyer.post(&decision, &json!({ "action": "accept" })).await.problem(), (409, "not_allowed"), "a milestone is unpaid");
    let second = story.asked(1).await;
    story.pay(&second).await;
    assert_eq!(buyer.post(&decision, &json!({ "action": "accept" })).await.expect(200)["contract"]["status"], "accepted");

    assert_eq!(story.world.received().await.0.to::<u64>(), 12_500_000, "together what was agreed");
    assert_eq!(story.world.times_told("receipt.issued").await, 2);
    for (at, amount) in [(&first, "5000000"), (&second, "7500000")] {
        let receipt = seller.get(&format!("/api/agent/receipts/{}", receipt_id(&at.request))).await.expect(200)["receipt"].take();
        assert_eq!(receipt["sellerAmountAtomic"], amount);
        let trust = Trust { operator: Some(OPERATOR.address()), terms: Some(story.world.terms().to_string()), strict: true };
        let rpc = SecretUrl::new(story.world.chain.url.as_str());
        let verdict = receipt_check::check(&receipt.to_string(), &rpc, &trust).await.unwrap();
        assert_eq!(verdict.failed_step, None, "{verdict:#?}");
    }
    let invoice = buyer.get(&format!("/api/agent/invoices/inv_{}", story.contract)).await.expect(200);
    assert_eq!(invoice["invoice"]["status"], "paid");
}

async fn a08_a_milestone_whose_request_was_cancelled_and_paid_all_the_same_is_paid(engine: Engine) {
    let world = World::new(engine).await;
    let mut terms = world.terms();
    terms["milestones"] = json!([{ "title": "The first 400", "amountAtomic": "5000000" }, { "title": "The rest", "amountAtomic": "7500000" }]);
    let contract = world.agreed(terms).await;
    let story = Story { world, contract };
    story.deliver_and_accept(0).await;
    let at = story.asked(0).await;
    let call = story.world.pay_call(&at).await;
    story.world.approve().await;
    story.world.buyer.post(&at.path("cancel"), &json!({})).await.expect(200);
    let again = story.asked(0).await;
    let sent = story.world.send(&call).await;
    assert!(story.world.chain.receipt(sent).await.status());
    story.world.verified(&at).await;
    story.world.until(&again, "failed").await;
    let paid = story.milestones().await["milestones"][0].clone();
    assert_eq!((&paid["paymentStatus"], &paid["paymentRequestId"]), (&json!("paid"), &json!(at.request.as_str())));
    // The newer payload has the same nonce, so it can pay nothing any more; the other milestone goes on once a party knows of the payment.
    story.world.seller.post(&at.path("acknowledge"), &json!({})).await.expect(200);
    story.deliver_and_accept(1).await;
    let rest = story.asked(1).await;
    story.pay(&rest).await;
    assert_eq!(story.world.received().await.0.to::<u64>(), 12_500_000);
}
