//! A database in which every path of the document names something.

use serde_json::json;

use crate::testing::document::Operation;
use crate::testing::{Actor, TestApp};

/// The application, and an id for every path parameter.
pub struct World {
    pub app: TestApp,
    request: String,
    refund: String,
    /// An agreement with milestones, and the first of them.
    divided: (String, String),
    bystander: (String, String),
    /// Id and token of a public page of its receipt.
    link: (String, String),
}

impl World {
    /// With a payment request that is signed, or paid.
    pub async fn new(paid: bool) -> Self {
        let app = TestApp::new().await;
        app.start_chain().await;
        let request = app.request().await;
        if paid {
            app.pay(&request).await;
        }
        let (agreement, milestones) = app.import_divided("divided", &["2500000", "10000000"]).await;
        let refund = app.pending_refund(&request).await;
        let bystander = bystander(&app).await;
        let link = app.link_to(&request).await;
        Self { divided: (agreement, milestones[0].clone()), app, request, refund, bystander, link }
    }

    /// The path of the operation, about things of the buyer and the seller.
    pub fn path(&self, operation: &Operation) -> String {
        operation.path_with(|name| self.id(operation, name))
    }

    fn id(&self, operation: &Operation, parameter: &str) -> String {
        match parameter {
            "contractId" if operation.parameters().contains(&"milestoneId") => self.divided.0.clone(),
            "milestoneId" => self.divided.1.clone(),
            "contractId" => self.app.seeded.agreement.to_string(),
            "paymentRequestId" => self.request.clone(),
            "refundRequestId" => self.refund.clone(),
            "invoiceId" => format!("inv_{}", self.app.seeded.agreement),
            "receiptId" => format!("rcpt_{}", self.request),
            "linkId" => self.link.0.clone(),
            "linkToken" => self.link.1.clone(),
            "settlementId" => self.request.clone(),
            // Whoever runs the instance does it to somebody who has no part in anything.
            "profileId" if operation.is_administrative() => self.bystander.0.clone(),
            "tokenId" if operation.is_administrative() => self.bystander.1.clone(),
            "profileId" => self.app.seller.profile.to_string(),
            "payoutMethodId" => self.app.seeded.payout_method.to_string(),
            "tokenId" => self.app.seller.token_id.to_string(),
            "code" => "not_found".to_owned(),
            "operationId" => "show_me".to_owned(),
            "schema" => "ProblemBody".to_owned(),
            other => panic!("{}: say here what {{{other}}} is", operation.name()),
        }
    }

    /// Who may do it: the buyer, unless it is about what only the seller has or does.
    pub fn owner(&self, operation: &Operation) -> &Actor {
        let sellers = ["payoutMethodId", "tokenId"];
        let is_the_sellers = operation.parameters().iter().any(|name| sellers.contains(name))
            || operation.name().ends_with("/submissions")
            || operation.name().ends_with("{milestoneId}/submit")
            || operation.name().ends_with("{refundRequestId}/respond")
            || operation.name().ends_with("{refundRequestId}/payment");
        if is_the_sellers { &self.app.seller } else { &self.app.buyer }
    }
}

/// A profile that is only there, and its token.
async fn bystander(app: &TestApp) -> (String, String) {
    let made = app.post("/api/admin/profiles").bearer(&app.stranger).json(json!({ "displayName": "Bystander" })).send().await.expect(201);
    let profile = made["profile"]["id"].as_str().unwrap().to_owned();
    let body = json!({ "profileId": profile, "name": "unused", "scopes": ["profile:read"] });
    let made = app.post("/api/admin/tokens").bearer(&app.stranger).json(body).send().await.expect(201);
    (profile, made["credential"]["id"].as_str().unwrap().to_owned())
}
