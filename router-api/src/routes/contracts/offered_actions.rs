//! What is offered is what is accepted: in every state, each action that `availableActions` offers is done, and each that it does not offer is refused.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use axum::http::Method;
use serde_json::{Value, json};
use settlement::payment_request::FailureReason;

use crate::testing::{Actor, Answer, TestApp};

/// The actions that change something, with what they are done to.
const WRITES: [&str; 13] = [
    "submit_delivery",
    "accept",
    "reject",
    "cancel_contract",
    "create_payment_request",
    "submit_tx_hash",
    "verify_payment",
    "cancel_payment_request",
    "acknowledge_payment",
    "open_dispute",
    "answer_dispute",
    "propose_resolution",
    "withdraw_dispute",
];

/// A world in some state, and the payment request that it is about.
struct World {
    app: TestApp,
    request: Option<String>,
    /// Another payment request, that was paid after it was cancelled.
    unexpected: Option<String>,
    dispute: Option<String>,
}

impl World {
    fn actor(&self, role: &str) -> &Actor {
        if role == "buyer" { &self.app.buyer } else { &self.app.seller }
    }

    fn contract_path(&self) -> String {
        format!("/api/agent/contracts/{}", self.app.seeded.agreement)
    }

    fn request_path(&self) -> String {
        let id = self.request.as_deref().unwrap_or("pr_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        format!("{}/{id}", self.app.requests_path())
    }

    fn dispute_path(&self) -> String {
        format!("{}/disputes/{}", self.contract_path(), self.dispute.as_deref().unwrap_or("dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    }

    /// The dispute's version.
    async fn version(&self) -> Value {
        if self.dispute.is_some() { self.read("buyer", &self.dispute_path()).await["dispute"]["version"].clone() } else { json!(1) }
    }

    async fn read(&self, role: &str, path: &str) -> Value {
        self.app.get(path).bearer(self.actor(role)).send().await.expect(200).json().clone()
    }

    /// Every resource that offers actions, as the role sees it.
    async fn resources(&self, role: &str) -> Vec<(&'static str, Value)> {
        let contract = self.contract_path();
        let mut resources = vec![("contract", self.read(role, &contract).await["contract"].clone())];
        resources.push(("payment options", self.read(role, &format!("{contract}/payment-options")).await));
        if self.request.is_some() {
            resources.push(("payment request", self.read(role, &self.request_path()).await["paymentRequest"].clone()));
        }
        if self.dispute.is_some() {
            resources.push(("dispute", self.read(role, &self.dispute_path()).await["dispute"].clone()));
        }
        resources
    }

    /// The calls that are offered, by action.
    async fn offered(&self, role: &str) -> BTreeMap<String, Value> {
        let actions = self.resources(role).await.into_iter().flat_map(|(_, resource)| resource["availableActions"].as_array().unwrap().clone());
        let available = actions.filter(|action| action["state"] == "available" && action["entity"]["id"] != Value::Null);
        available.map(|action| (action["action"].as_str().unwrap().to_owned(), action["invocation"].clone())).collect()
    }

    /// Where an action is done, and a body that is well-formed.
    async fn call_of(&self, action: &str) -> (String, Value) {
        let (contract, request, dispute) = (self.contract_path(), self.request_path(), self.dispute_path());
        match action {
            "submit_delivery" => (format!("{contract}/submissions"), json!({ "notes": "All chapters" })),
            "accept" => (format!("{contract}/decision"), json!({ "action": "accept" })),
            "reject" => (format!("{contract}/decision"), json!({ "action": "reject", "reason": "chapter three is missing" })),
            "cancel_contract" => {
                let updated_at = self.app.contract().await["updatedAt"].clone();
                (format!("{contract}/cancel"), json!({ "reason": "no longer needed", "expectedUpdatedAt": updated_at }))
            }
            // Without `reuseActive`: a request that is live would be answered, which is no new one.
            "create_payment_request" => {
                let mut body = self.app.wanted();
                body["reuseActive"] = json!(false);
                (self.app.requests_path(), body)
            }
            "submit_tx_hash" => (format!("{request}/submit"), json!({ "txHash": TestApp::hash(99) })),
            "verify_payment" => (format!("{request}/verify"), json!({ "txHash": TestApp::hash(99) })),
            "cancel_payment_request" => (format!("{request}/cancel"), json!({})),
            "acknowledge_payment" => {
                let unexpected = self.unexpected.as_ref().map_or(request, |id| format!("{}/{id}", self.app.requests_path()));
                (format!("{unexpected}/acknowledge"), json!({}))
            }
            "open_dispute" => (format!("{contract}/disputes"), json!({ "reason": "chapter three is missing" })),
            "answer_dispute" => (format!("{dispute}/respond"), json!({ "statement": "it is in the second file", "expectedVersion": self.version().await })),
            "propose_resolution" => (format!("{dispute}/resolve"), json!({ "outcome": "no_refund", "expectedVersion": self.version().await })),
            "withdraw_dispute" => (format!("{dispute}/withdraw"), json!({ "expectedVersion": self.version().await })),
            other => panic!("{other} is not a write"),
        }
    }

    async fn send(&self, role: &str, path: &str, body: Value) -> Answer {
        self.app.call(Method::POST, path).bearer(self.actor(role)).json(body).send().await
    }
}

/// A template with what is to be filled in, filled in.
fn filled(template: &Value) -> Value {
    let mut body = template.clone();
    for (key, value) in body.as_object_mut().unwrap() {
        if value.as_str().is_some_and(|text| text.starts_with('<')) {
            *value = match key.as_str() {
                "txHash" => json!(TestApp::hash(99)),
                "payeeAddress" => json!("0x5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"),
                "deliverableUrl" => json!("https://files.example/manual-de.pdf"),
                _ => json!("chapter three is missing"),
            };
        }
    }
    body
}

/// Walks a state: every read that is offered is answered; every write that is offered is done, each in a world of its own, and every other one refused.
async fn walk(state: impl AsyncFn() -> World) {
    for role in ["buyer", "seller"] {
        let world = state().await;
        let offered = world.offered(role).await;
        for (name, resource) in world.resources(role).await {
            assert_recommended(&resource, &format!("{name} as {role}"));
        }
        for (action, invocation) in offered.iter().filter(|(_, invocation)| invocation["method"] == "GET") {
            let answer = world.app.get(invocation["endpoint"].as_str().unwrap()).bearer(world.actor(role)).send().await;
            assert_eq!(answer.status.as_u16(), 200, "{role} is offered {action}: {}", answer.text());
        }
        // What has no call of its own to be refused by: agreeing is proposing the same.
        for (action, invocation) in offered.iter().filter(|(action, invocation)| invocation["method"] == "POST" && !WRITES.contains(&action.as_str())) {
            let world = state().await;
            let answer = world.send(role, invocation["endpoint"].as_str().unwrap(), filled(&invocation["bodyTemplate"])).await;
            assert!(answer.status.is_success(), "{role} is offered {action} and gets {}", answer.text());
        }
        for action in WRITES {
            let Some(invocation) = offered.get(action) else {
                assert_refused(&world, role, action).await;
                continue;
            };
            let world = state().await;
            let (path, _) = world.call_of(action).await;
            assert_eq!((&invocation["method"], &invocation["endpoint"]), (&json!("POST"), &json!(path)), "{action}");
            let answer = world.send(role, &path, filled(&invocation["bodyTemplate"])).await;
            assert!(answer.status.is_success(), "{role} is offered {action} and gets {}", answer.text());
        }
    }
}

/// What is not offered is refused and changes nothing, so that one world does for all of it.
async fn assert_refused(world: &World, role: &str, action: &str) {
    let (path, body) = world.call_of(action).await;
    let before = world.resources("buyer").await;
    let answer = world.send(role, &path, body).await;
    assert!(answer.status.is_client_error(), "{role} is not offered {action} and gets {}: {}", answer.status, answer.text());
    assert_eq!(world.resources("buyer").await, before, "what is refused changes nothing: {action}");
}

/// What is recommended is among what is offered.
#[track_caller]
fn assert_recommended(resource: &Value, what: &str) {
    let code = resource.get("suggestedAction").or_else(|| resource["recommendedAction"].get("code"));
    let Some(code) = code.or_else(|| resource["payableUnits"][0].get("recommendedAction")) else { panic!("{what} recommends nothing: {resource:#}") };
    let wanted: &[&str] = match code.as_str().unwrap() {
        "none" => return,
        "decide_delivery" => &["accept", "reject"],
        "reuse_or_cancel_active_request" => &["fetch_payment_request", "cancel_payment_request"],
        "pay_now" => &["pay"],
        "resolve_dispute" => &["propose_resolution", "agree_resolution"],
        "wait_for_confirmations" | "wait_for_expiry" | "wait_for_seller" | "wait_for_buyer" => &["wait"],
        one => &[one],
    };
    let actions = resource["availableActions"].as_array().unwrap();
    let state = if wanted == ["wait"] { "waiting" } else { "available" };
    let is_there = |action: &Value| wanted.iter().any(|name| action["action"] == *name) && action["state"] == state;
    assert!(actions.iter().any(is_there), "{what} recommends {code} and offers {actions:#?}");
}

async fn fresh() -> World {
    let app = TestApp::new().await;
    app.start_chain().await;
    World { app, request: None, unexpected: None, dispute: None }
}

async fn delivered() -> World {
    let world = fresh().await;
    world.app.submit_work().await;
    world
}

async fn signed() -> World {
    let mut world = fresh().await;
    world.request = Some(world.app.request().await);
    world
}

/// A world with a live request to which `then` happens.
async fn after(then: impl AsyncFnOnce(&TestApp, &str)) -> World {
    let world = signed().await;
    then(&world.app, world.request.as_deref().unwrap()).await;
    world
}

/// A paid agreement that the buyer disputes, and what follows.
async fn disputed(then: impl AsyncFnOnce(&World)) -> World {
    let mut world = after(async |app, id| {
        app.pay(id).await;
        app.submit_work().await;
    })
    .await;
    let (path, body) = world.call_of("open_dispute").await;
    let opened = world.send("buyer", &path, body).await.expect(201);
    world.dispute = Some(opened["dispute"]["id"].as_str().unwrap().to_owned());
    then(&world).await;
    world
}

async fn act(world: &World, role: &str, action: &str) {
    let (path, body) = world.call_of(action).await;
    world.send(role, &path, body).await.expect(200);
}

macro_rules! walked {
    ($($name:ident: $state:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            walk($state).await;
        }
    )+};
}

walked! {
    offered_in_progress: fresh;
    offered_delivered: delivered;
    offered_rejected: async || {
        let world = delivered().await;
        let (path, body) = world.call_of("reject").await;
        world.send("buyer", &path, body).await.expect(200);
        world
    };
    offered_cancelled: async || {
        let world = fresh().await;
        let (path, body) = world.call_of("cancel_contract").await;
        world.send("seller", &path, body).await.expect(200);
        world
    };
    offered_signed: signed;
    offered_signed_and_delivered: async || after(async |app, _| { app.submit_work().await; }).await;
    offered_submitted: async || after(async |app, id| { app.submit(id, &TestApp::hash(1)).await.expect(200); }).await;
    offered_seen: async || after(async |app, id| { app.see(id).await; }).await;
    offered_paid: async || after(async |app, id| { app.pay(id).await; }).await;
    offered_paid_and_delivered: async || after(async |app, id| { app.pay(id).await; app.submit_work().await; }).await;
    offered_accepted: async || {
        let world = after(async |app, id| { app.pay(id).await; app.submit_work().await; }).await;
        let (path, body) = world.call_of("accept").await;
        world.send("buyer", &path, body).await.expect(200);
        world
    };
    offered_request_cancelled: async || after(async |app, id| { app.cancel_request(id).await.expect(200); }).await;
    offered_request_too_late: async || after(async |app, _| { app.clock.advance_s(3_601); app.blocks(1).await; }).await;
    offered_request_expired: async || after(async |app, id| { app.clock.advance_s(3_601); app.blocks(2).await; app.expire(id).await; }).await;
    offered_request_reverted: async || after(async |app, id| {
        app.submit(id, &TestApp::hash(1)).await.expect(200);
        app.fail_request(id, FailureReason::Reverted { tx_hash: B256::with_last_byte(1) }).await;
    }).await;
    offered_cancelled_and_seen: async || after(async |app, id| { app.cancel_request(id).await.expect(200); app.see(id).await; }).await;
    offered_cancelled_and_paid: async || after(async |app, id| { app.cancel_request(id).await.expect(200); app.pay(id).await; }).await;
    offered_cancelled_with_a_newer_one: async || after(async |app, id| { app.cancel_request(id).await.expect(200); app.request().await; }).await;
    offered_unit_paid_by_another: async || {
        let mut world = signed().await;
        let old = world.request.take().unwrap();
        world.app.cancel_request(&old).await.expect(200);
        world.request = Some(world.app.request().await);
        world.app.pay(&old).await;
        world.unexpected = Some(old);
        world
    };
    offered_instalment_in_the_way: async || {
        let mut world = fresh().await;
        let mut body = world.app.wanted();
        body["sellerAmount"] = json!("2500000");
        let part = world.app.create(body).await.expect(201);
        world.request = Some(part["paymentRequest"]["id"].as_str().unwrap().to_owned());
        world.app.cancel_request(world.request.as_deref().unwrap()).await.expect(200);
        world
    };
    offered_instalment_paid: async || {
        let mut world = delivered().await;
        let mut body = world.app.wanted();
        body["sellerAmount"] = json!("2500000");
        let part = world.app.create(body).await.expect(201);
        let id = part["paymentRequest"]["id"].as_str().unwrap().to_owned();
        world.app.pay(&id).await;
        world.request = Some(id);
        world
    };
    offered_in_doubt: async || after(async |app, id| { app.submit_work().await; app.raise_issue(id).await; }).await;
    offered_tampered: async || after(async |app, id| {
        app.pay(id).await;
        app.submit_work().await;
        app.database.tamper("UPDATE payment_requests SET seller_amount = '1'").await;
    }).await;
    offered_disputed: async || disputed(async |_| {}).await;
    offered_disputed_and_answered: async || disputed(async |world| act(world, "seller", "answer_dispute").await).await;
    offered_disputed_and_proposed: async || disputed(async |world| act(world, "buyer", "propose_resolution").await).await;
    offered_disputed_and_proposed_by_the_other: async || disputed(async |world| act(world, "seller", "propose_resolution").await).await;
    offered_dispute_resolved: async || disputed(async |world| {
        act(world, "buyer", "propose_resolution").await;
        act(world, "seller", "propose_resolution").await;
    }).await;
    offered_dispute_withdrawn: async || disputed(async |world| act(world, "buyer", "withdraw_dispute").await).await;
    offered_acknowledged: async || {
        let world = after(async |app, id| { app.cancel_request(id).await.expect(200); app.pay(id).await; }).await;
        act(&world, "seller", "acknowledge_payment").await;
        world
    };
    offered_reorganised: async || after(async |app, id| { app.pay(id).await; app.submit_work().await; app.reorg(id).await; }).await;
}
