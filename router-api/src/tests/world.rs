//! A database in which every path of the document names something.

use alloy_primitives::Address;
use serde_json::json;
use settlement::IdSource;
use settlement::dispute::{Dispute, DisputeState};
use settlement::ids::{DisputeId, PayoutChangeId, ProfileId};
use settlement::milestone::Side;
use settlement::payout_change::{PayoutChangeRecord, PayoutChangeState, Word};
use settlement::wallet::WalletProof;
use store::Wallet;

use crate::testing::document::Operation;
use crate::testing::{Actor, TestApp, key};

/// The key of the seller's second wallet: the last one could not be retired.
const SECOND: u8 = 201;
/// The key of the wallet of somebody who has no part in anything.
const BYSTANDERS: u8 = 202;

/// The application, and an id for every path parameter.
pub struct World {
    pub app: TestApp,
    request: String,
    refund: String,
    /// An agreement with milestones, and the first of them.
    divided: (String, String),
    webhook: String,
    bystander: (String, String),
    /// Id and token of a public page of its receipt.
    link: (String, String),
    dispute: String,
    payout_change: String,
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
        let wanted = serde_json::json!({ "url": "https://shop.example/hook" });
        let made = app.post("/api/agent/webhooks").bearer(&app.seller).json(wanted).send().await.expect(201);
        let webhook = made["webhook"]["id"].as_str().unwrap().to_owned();
        let bystander = bystander(&app).await;
        add_wallet(&app, SECOND, &app.seller.profile).await;
        add_wallet(&app, BYSTANDERS, &bystander.0.parse().unwrap()).await;
        let link = app.link_to(&request).await;
        let dispute = dispute(&app).await;
        let payout_change = payout_change(&app).await;
        Self { divided: (agreement, milestones[0].clone()), app, request, refund, webhook, bystander, link, dispute, payout_change }
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
            "payoutChangeId" => self.payout_change.clone(),
            "disputeId" => self.dispute.clone(),
            "invoiceId" => format!("inv_{}", self.app.seeded.agreement),
            "receiptId" => format!("rcpt_{}", self.request),
            "linkId" => self.link.0.clone(),
            "linkToken" => self.link.1.clone(),
            "settlementId" => self.request.clone(),
            // Whoever runs the instance does it to somebody who has no part in anything.
            "profileId" if operation.is_administrative() => self.bystander.0.clone(),
            "tokenId" if operation.is_administrative() => self.bystander.1.clone(),
            "profileId" => self.app.seller.profile.to_string(),
            "walletAddress" if operation.is_administrative() => key(BYSTANDERS).address().to_string(),
            "walletAddress" => key(SECOND).address().to_string(),
            "payoutMethodId" => self.app.seeded.payout_method.to_string(),
            "webhookId" => self.webhook.clone(),
            "tokenId" => self.app.seller.token_id.to_string(),
            "code" => "not_found".to_owned(),
            "operationId" => "show_me".to_owned(),
            "schema" => "ProblemBody".to_owned(),
            other => panic!("{}: say here what {{{other}}} is", operation.name()),
        }
    }

    /// Who may do it: the buyer, unless it is about what only the seller has or does.
    pub fn owner(&self, operation: &Operation) -> &Actor {
        let sellers = ["payoutMethodId", "tokenId", "walletAddress", "webhookId"];
        let is_the_sellers = operation.parameters().iter().any(|name| sellers.contains(name))
            || operation.name().ends_with("/submissions")
            || operation.name().ends_with("{milestoneId}/submit")
            || operation.name().ends_with("{refundRequestId}/respond")
            || operation.name().ends_with("{refundRequestId}/payment");
        if is_the_sellers { &self.app.seller } else { &self.app.buyer }
    }
}

async fn add_wallet(app: &TestApp, number: u8, profile: &ProfileId) {
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_wallet(&Wallet::new(key(number).address(), WalletProof::Key, profile.clone(), app.now())).await.unwrap();
    tx.commit().await.unwrap();
}

/// A profile that is only there, and its token.
async fn bystander(app: &TestApp) -> (String, String) {
    let made = app.post("/api/admin/profiles").bearer(&app.stranger).json(json!({ "displayName": "Bystander" })).send().await.expect(201);
    let profile = made["profile"]["id"].as_str().unwrap().to_owned();
    let body = json!({ "profileId": profile, "name": "unused", "scopes": ["profile:read"] });
    let made = app.post("/api/admin/tokens").bearer(&app.stranger).json(body).send().await.expect(201);
    (profile, made["credential"]["id"].as_str().unwrap().to_owned())
}

/// A dispute of the agreement, whether or not it is paid, opened by the seller.
async fn dispute(app: &TestApp) -> String {
    let (id, now) = (DisputeId::new(app.ids.ulid()), app.now());
    let dispute = Dispute {
        id: id.clone(),
        agreement: app.seeded.agreement.clone(),
        opened_by: Side::Seller,
        reason: "the work is done and not accepted".to_owned(),
        evidence_url: None,
        notes: None,
        answer: None,
        recommendation: None,
        state: DisputeState::Open,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_dispute(&dispute).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

/// A payout change of the agreement, whether or not it is paid, that waits for the buyer.
async fn payout_change(app: &TestApp) -> String {
    let (id, now) = (PayoutChangeId::new(app.ids.ulid()), app.now());
    let agreement = app.store.agreement(&app.seeded.agreement).await.unwrap().unwrap();
    let change = PayoutChangeRecord {
        id: id.clone(),
        agreement: agreement.id.clone(),
        number: 1,
        previous_payee: agreement.payee(),
        payee: Address::repeat_byte(0x5f),
        note: None,
        asked: Word::Authenticated,
        state: PayoutChangeState::Requested,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_payout_change(&change).await.unwrap();
    tx.note_payout_change(&agreement, &change, agreement.updated_at).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}
