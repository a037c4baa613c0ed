//! Milestones of an agreement, as its parties plan and deliver them.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Actor, Answer, Call, TestApp};

/// An agreement and the ids of its milestones.
pub struct Divided {
    /// The agreement.
    pub agreement: String,
    /// Its milestones, in their order.
    pub milestones: Vec<String>,
}

impl Divided {
    /// Where its milestones are.
    pub fn path(&self) -> String {
        format!("/api/agent/contracts/{}/milestones", self.agreement)
    }

    /// Where one of them is, or one of its operations.
    pub fn path_of(&self, n: usize, operation: &str) -> String {
        format!("{}/{}{operation}", self.path(), self.milestones[n])
    }
}

impl TestApp {
    /// An agreement of 12.5 USDC with a final plan of two milestones, 2.5 and 10.
    pub async fn divided(&self) -> Divided {
        let (agreement, milestones) = self.import_divided("divided", &["2500000", "10000000"]).await;
        Divided { agreement, milestones }
    }

    /// An agreement of 12.5 USDC with a plan of one milestone that the actor has just made.
    pub async fn planned(&self, by: &Actor, amount: &str) -> Divided {
        let agreement = self.import("planned").await;
        let mut divided = Divided { agreement, milestones: Vec::new() };
        let made = self.add_milestone(&divided, by, amount).await.expect(201);
        divided.milestones.push(made["milestone"]["id"].as_str().unwrap().to_owned());
        divided
    }

    /// The actor adds a milestone.
    pub async fn add_milestone(&self, divided: &Divided, by: &Actor, amount: &str) -> Answer {
        self.post(&divided.path()).bearer(by).json(json!({ "title": "One more part", "amountAtomic": amount })).send().await
    }

    /// All milestones and the plan, as the actor sees them.
    pub async fn plan(&self, divided: &Divided, actor: &Actor) -> Value {
        self.get(&divided.path()).bearer(actor).send().await.expect(200).json().clone()
    }

    /// The n-th milestone as the buyer sees it.
    pub async fn milestone(&self, divided: &Divided, n: usize) -> Value {
        self.plan(divided, &self.buyer).await["milestones"][n].clone()
    }

    /// A call that changes the n-th milestone, from the version that it has now.
    pub async fn on_milestone(&self, divided: &Divided, n: usize, (method, operation): (Method, &str), mut body: Value) -> Call {
        body["expectedVersion"] = self.milestone(divided, n).await["version"].clone();
        self.call(method, &divided.path_of(n, operation)).json(body)
    }

    /// The seller delivers the n-th milestone.
    pub async fn submit_milestone(&self, divided: &Divided, n: usize) -> Answer {
        let call = self.on_milestone(divided, n, (Method::POST, "/submit"), json!({ "notes": "All of it" })).await;
        call.bearer(&self.seller).send().await
    }

    /// The buyer accepts the n-th milestone.
    pub async fn accept_milestone(&self, divided: &Divided, n: usize) -> Answer {
        let call = self.on_milestone(divided, n, (Method::POST, "/decision"), json!({ "action": "accept" })).await;
        call.bearer(&self.buyer).send().await
    }

    /// The buyer asks for a payload for the n-th milestone.
    pub async fn ask_for_milestone(&self, divided: &Divided, n: usize) -> Answer {
        let mut body = self.wanted();
        body["milestoneId"] = json!(divided.milestones[n]);
        self.post(&format!("/api/agent/contracts/{}/crypto-payment-requests", divided.agreement)).bearer(&self.buyer).json(body).send().await
    }

    /// The n-th milestone is delivered, accepted and paid. Returns the payment request.
    pub async fn complete_milestone(&self, divided: &Divided, n: usize) -> String {
        self.submit_milestone(divided, n).await.expect(200);
        self.accept_milestone(divided, n).await.expect(200);
        let asked = self.ask_for_milestone(divided, n).await.expect(201);
        let id = asked["paymentRequest"]["id"].as_str().unwrap().to_owned();
        self.pay(&id).await;
        id
    }

    /// Both confirm the plan as it stands, and the buyer makes it final.
    pub async fn finalize(&self, divided: &Divided) -> Answer {
        let body = json!({ "expectedPlanVersion": self.plan(divided, &self.buyer).await["plan"]["version"] });
        for actor in [&self.seller, &self.buyer] {
            self.post(&format!("{}/confirm", divided.path())).bearer(actor).json(body.clone()).send().await.expect(200);
        }
        self.post(&format!("{}/finalize", divided.path())).bearer(&self.buyer).json(body).send().await
    }
}
