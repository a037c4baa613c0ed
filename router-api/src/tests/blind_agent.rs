//! Agents that know nothing: they do what `availableActions` offers, whatever it is, and are never refused; and when they then only follow what is recommended, they get
//! to the end.
//!
//! They find resources by the OpenAPI document (every list below a contract) and by the reads that are offered, so a new noun with actions is walked without being named.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use settlement::payment_request::StatusName;

use crate::testing::document::operations;
use crate::testing::{Actor, TestApp};

/// Random acts before the agents only follow what is recommended.
const ACTS: usize = 14;
/// Rounds in which they have to get to the end: each agent acts once a round, and a payment takes a few for its confirmations.
const ROUNDS: usize = 60;
/// Until when a request can be paid, in seconds: what none of the agents can act on is over by then.
const LIFETIME_S: i64 = 3_601;

/// Two agents and a chain.
struct Town {
    app: TestApp,
    random: StdRng,
    /// Requests whose event is on the chain and not final.
    seen: BTreeSet<String>,
    /// Refunds whose event is.
    refunded: BTreeSet<String>,
    /// What was done, to be told when it goes wrong.
    story: Vec<String>,
}

impl Town {
    async fn new(seed: u64) -> Self {
        let app = TestApp::new().await;
        app.start_chain().await;
        Self { app, random: StdRng::seed_from_u64(seed), seen: BTreeSet::new(), refunded: BTreeSet::new(), story: vec![format!("seed {seed}")] }
    }

    fn actor(&self, role: &str) -> &Actor {
        if role == "buyer" { &self.app.buyer } else { &self.app.seller }
    }

    async fn read(&self, role: &str, path: &str) -> Value {
        let answer = self.app.get(path).bearer(self.actor(role)).send().await;
        assert_eq!(answer.status, 200, "GET {path} as {role}: {}\n{:#?}", answer.text(), self.story);
        answer.json().clone()
    }

    /// Everything below the contract that the role can list.
    fn lists(&self) -> Vec<String> {
        let contract = self.app.seeded.agreement.to_string();
        let below = |operation: &&crate::testing::document::Operation| {
            operation.method == Method::GET && operation.path.starts_with("/api/agent/contracts/{contractId}") && operation.parameters() == ["contractId"]
        };
        operations().iter().filter(below).map(|operation| operation.path_with(|_| contract.clone())).collect()
    }

    /// What the role may do now, by the id of the action: found in every list, and in what is offered to be read.
    async fn offered(&self, role: &str) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        let (mut to_read, mut read): (Vec<String>, BTreeSet<String>) = (self.lists(), BTreeSet::new());
        while let Some(path) = to_read.pop() {
            if !read.insert(path.clone()) {
                continue;
            }
            let mut actions = Vec::new();
            collect(&self.read(role, &path).await, &mut actions);
            for action in actions.into_iter().filter(|action| action["state"] == "available" && action["actor"]["role"] == role) {
                if action["invocation"]["method"] == "GET" {
                    to_read.extend(action["invocation"]["endpoint"].as_str().map(str::to_owned));
                }
                found.insert(action["id"].as_str().unwrap().to_owned(), action);
            }
        }
        found
    }

    /// Does it. What was offered as available is never refused.
    async fn act(&mut self, role: &str, action: &Value) {
        let (name, invocation) = (action["action"].as_str().unwrap(), &action["invocation"]);
        self.story.push(format!("{role}: {name} {}", action["entity"]["id"]));
        if name == "pay" {
            let request = action["entity"]["id"].as_str().unwrap().to_owned();
            self.app.see(&request).await;
            self.seen.insert(request);
            return;
        }
        if name == "pay_refund" {
            let refund = action["entity"]["id"].as_str().unwrap().to_owned();
            self.app.see_refund(&refund).await;
            self.refunded.insert(refund);
            return;
        }
        let Some(path) = invocation["endpoint"].as_str() else { panic!("{name} is available, and there is no way to do it: {action:#}") };
        let method: Method = invocation["method"].as_str().unwrap().parse().unwrap();
        let call = self.app.call(method.clone(), path).bearer(self.actor(role));
        let call = if method == Method::GET { call } else { call.json(filled(&invocation["bodyTemplate"], self.story.len())) };
        let answer = call.send().await;
        assert!(answer.status.is_success(), "{role} is offered {name} and gets {}\n{:#?}", answer.text(), self.story);
    }

    /// Time passes; the indexer catches up.
    async fn tick(&mut self, seconds: i64) {
        self.app.clock.advance_s(seconds);
        self.app.blocks(1).await;
        for request in std::mem::take(&mut self.seen) {
            if self.random.random_bool(0.5) {
                self.app.finalise(&request).await;
            } else {
                self.seen.insert(request);
            }
        }
        for refund in std::mem::take(&mut self.refunded) {
            self.app.finalise_refund(&refund).await;
        }
        let final_time = self.app.store.cursor(crate::testing::CHAIN_ID).await.unwrap().unwrap().final_time;
        for stored in self.app.store.requests_of(&self.app.seeded.agreement).await.unwrap() {
            let request = stored.sound().expect("nobody alters anything here");
            let over = request.signed.snapshot().deadline < final_time && !self.seen.contains(request.id.as_str());
            if over && matches!(request.state.name(), StatusName::Signed | StatusName::Submitted) {
                self.app.expire(request.id.as_str()).await;
            }
        }
    }

    /// Anything that is offered, by anybody.
    async fn wander(&mut self) {
        for _ in 0..ACTS {
            let role = *["buyer", "seller"].choose(&mut self.random).unwrap();
            let offered: Vec<Value> = self.offered(role).await.into_values().collect();
            // Calling the agreement off is always offered at first, and would make short stories of all.
            let acts: Vec<&Value> = offered.iter().filter(|action| action["action"] != "cancel_contract" || self.random.random_bool(0.1)).collect();
            if let Some(action) = acts.choose(&mut self.random) {
                let action = (*action).clone();
                self.act(role, &action).await;
            }
            let seconds = if self.random.random_bool(0.1) { 86_400 } else { 12 };
            self.tick(seconds).await;
        }
    }

    /// What is recommended to the role about the contract, or about the request that it is sent to. Whether it did anything.
    async fn follow(&mut self, role: &str) -> bool {
        let contract = self.read(role, &format!("/api/agent/contracts/{}", self.app.seeded.agreement)).await["contract"].clone();
        let mut code = contract["suggestedAction"].as_str().unwrap().to_owned();
        let mut actions = contract["availableActions"].as_array().unwrap().clone();
        if code.starts_with("fetch_") {
            let fetch = actions.iter().find(|action| action["action"] == code.as_str()).unwrap();
            let found = self.read(role, fetch["invocation"]["endpoint"].as_str().unwrap()).await;
            let resource = advised(&found).unwrap_or_else(|| panic!("what is to be fetched recommends nothing: {found:#}"));
            code = resource["recommendedAction"]["code"].as_str().unwrap().to_owned();
            actions = resource["availableActions"].as_array().unwrap().clone();
        }
        let wanted: Vec<&str> = match code.as_str() {
            "none" | "view_receipt" => return false,
            wait if wait.starts_with("wait_for") => return false,
            "decide_delivery" => vec!["accept", "reject"],
            "resolve_dispute" => vec!["agree_resolution", "propose_resolution"],
            "reuse_or_cancel_active_request" => vec!["cancel_payment_request"],
            "pay_now" => vec!["pay"],
            "review_milestone" => vec!["activate_milestone"],
            "complete_milestone_plan" => vec!["create_milestone"],
            "decide_milestone" => vec!["accept_milestone"],
            "answer_refund" | "approve_refund_again" => vec!["approve_refund", "deny_refund"],
            same => vec![same],
        };
        let is_it = |action: &&Value, name: &str| action["action"] == name && action["state"] == "available";
        let found = wanted.iter().find_map(|name| actions.iter().find(|action| is_it(action, name))).cloned();
        let Some(action) = found else {
            panic!("{code} is recommended to the {role}, and nothing that is offered carries it out: {actions:#?}\n{:#?}", self.story)
        };
        self.act(role, &action).await;
        true
    }

    /// Whether there is nothing left to do.
    async fn is_over(&self) -> bool {
        let contract = self.app.contract().await;
        let ended = ["accepted", "cancelled"].contains(&contract["status"].as_str().unwrap());
        let nothing = |code: &Value| ["none", "view_receipt"].contains(&code.as_str().unwrap());
        let seller = self.read("seller", &format!("/api/agent/contracts/{}", self.app.seeded.agreement)).await;
        ended && nothing(&contract["suggestedAction"]) && nothing(&seller["contract"]["suggestedAction"])
    }

    async fn follow_to_the_end(&mut self) {
        for _ in 0..ROUNDS {
            if self.is_over().await {
                return;
            }
            let did_something = self.follow("seller").await | self.follow("buyer").await;
            // When both wait, it is for the chain: for confirmations, or for a deadline.
            let seconds = if did_something || !self.seen.is_empty() { 12 } else { LIFETIME_S };
            self.tick(seconds).await;
        }
        panic!("they do not get to the end: {:#?}\n{:#}", self.story, self.app.contract().await);
    }
}

/// Every action of every `availableActions` inside of a value.
fn collect(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(fields) => {
            for (name, inside) in fields {
                match inside {
                    Value::Array(actions) if name == "availableActions" => found.extend(actions.iter().cloned()),
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The first thing inside of a value that recommends something.
fn advised(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(fields) if fields.contains_key("recommendedAction") && fields.contains_key("availableActions") => Some(value),
        Value::Object(fields) => fields.values().find_map(advised),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// A template with what is in angle brackets filled in, the n-th time.
fn filled(template: &Value, n: usize) -> Value {
    let mut body = template.clone();
    for (key, value) in body.as_object_mut().unwrap() {
        if value.as_str().is_some_and(|text| text.starts_with('<')) {
            *value = match key.as_str() {
                "txHash" => json!(format!("0x{n:064x}")),
                "deliverableUrl" => json!("https://files.example/manual-de.pdf"),
                "payeeAddress" => json!(format!("0x{:040x}", 0x5f00 + n)),
                _ => json!("chapter three is missing"),
            };
        }
    }
    body
}

macro_rules! stories {
    ($($name:ident: $seeds:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            for seed in $seeds {
                let mut town = Town::new(seed).await;
                town.wander().await;
                town.follow_to_the_end().await;
            }
        }
    )+};
}

stories! {
    e15_blind_agents_are_never_refused_and_get_to_the_end_1: 0..4;
    e15_blind_agents_are_never_refused_and_get_to_the_end_2: 4..8;
    e15_blind_agents_are_never_refused_and_get_to_the_end_3: 8..12;
}

#[tokio::test]
async fn e15_agents_that_only_follow_get_to_an_accepted_and_paid_end() {
    let mut town = Town::new(99).await;
    town.follow_to_the_end().await;
    let contract = town.app.contract().await;
    assert_eq!((&contract["status"], &contract["paymentState"]["paidInFull"]), (&json!("accepted"), &json!(true)), "{:#?}", town.story);
}
