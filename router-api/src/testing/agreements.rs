//! Agreements, from import to delivery, as their parties make them.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};
use settlement::agreement::agreement_digest;
use settlement::terms::Terms;
use store::LoggedNotice;

use super::{Answer, TestApp, terms};

/// More notices than any test causes.
const ALL: u32 = 10_000;

impl TestApp {
    /// An import between buyer and seller, signed by both.
    pub fn import_body(&self, reference: &str) -> Value {
        self.signed(reference, |_| ())
    }

    /// The same with other terms.
    pub fn signed(&self, reference: &str, change: impl FnOnce(&mut Value)) -> Value {
        self.signed_by(reference, &self.buyer.wallet, &self.seller.wallet, change)
    }

    /// The same between these wallets.
    pub fn signed_by(&self, reference: &str, buyer: &PrivateKeySigner, seller: &PrivateKeySigner, change: impl FnOnce(&mut Value)) -> Value {
        let mut body = self.unsigned(reference, change);
        body["buyer"] = json!({ "wallet": buyer.address().to_string() });
        body["seller"] = json!({ "wallet": seller.address().to_string() });
        body["consent"]["buyerSignature"] = self.agreement_signature(&body, buyer);
        body["consent"]["sellerSignature"] = self.agreement_signature(&body, seller);
        body
    }

    /// An import between buyer and seller with signatures that are none: for what is refused before they are looked at.
    pub fn unsigned(&self, reference: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut terms = terms(self.seeded.asset, self.seller.wallet.address());
        change(&mut terms);
        json!({
            "externalRef": reference,
            "buyer": { "wallet": self.buyer.wallet.address().to_string() },
            "seller": { "wallet": self.seller.wallet.address().to_string() },
            "terms": terms,
            "consent": { "kind": "signatures", "salt": keccak256(reference).to_string(), "buyerSignature": "0x", "sellerSignature": "0x" },
        })
    }

    /// The wallet's consent to an import.
    pub fn agreement_signature(&self, body: &Value, wallet: &PrivateKeySigner) -> Value {
        let address = |side: &str| -> Address { body[side]["wallet"].as_str().unwrap().parse().unwrap() };
        let salt: B256 = body["consent"]["salt"].as_str().unwrap().parse().unwrap();
        let digest = agreement_digest(&Terms::parse(&body["terms"]).unwrap(), address("buyer"), address("seller"), salt);
        json!(Bytes::from(wallet.sign_hash_sync(&digest).unwrap().as_bytes().to_vec()).to_string())
    }

    /// Imports an agreement like the seeded one, and returns its id.
    pub async fn import(&self, reference: &str) -> String {
        self.imported(self.import_body(reference)).await
    }

    /// Imports an agreement that is paid on delivery, and returns its id.
    pub async fn import_on_delivery(&self, reference: &str) -> String {
        self.imported(self.signed(reference, |terms| terms["paymentTiming"] = json!("on_delivery"))).await
    }

    /// Imports an agreement that is divided into milestones of these amounts, and returns its id and theirs.
    pub async fn import_divided(&self, reference: &str, amounts: &[&str]) -> (String, Vec<String>) {
        let part = |(amount, n): (&&str, usize)| json!({ "title": format!("Part {n}"), "amountAtomic": amount });
        let milestones: Vec<Value> = amounts.iter().zip(1..).map(part).collect();
        // As the seeded one: attested by the marketplace, and it names the evaluator.
        let mut body = self.unsigned(reference, |terms| {
            terms["milestones"] = json!(milestones);
            terms["evaluator"] = json!(self.evaluator.wallet.address().to_string());
        });
        body["consent"] = json!({ "kind": "attested" });
        let imported = self.post("/api/agent/contracts/import").bearer(&self.marketplace).json(body).send().await.expect(201);
        let id = imported["contract"]["id"].as_str().unwrap().to_owned();
        let listed = self.get(&format!("/api/agent/contracts/{id}/milestones")).bearer(&self.buyer).send().await.expect(200);
        let ids = listed["milestones"].as_array().unwrap().iter().map(|milestone| milestone["id"].as_str().unwrap().to_owned());
        (id.clone(), ids.collect())
    }

    async fn imported(&self, body: Value) -> String {
        let answer = self.post("/api/agent/contracts/import").bearer(&self.buyer).json(body).send().await.expect(201);
        answer["contract"]["id"].as_str().unwrap().to_owned()
    }

    /// The seller delivers the work of the seeded agreement.
    pub async fn submit_work(&self) -> Answer {
        let body = json!({ "deliverableUrl": "https://files.example/manual-de.pdf", "notes": "All chapters" });
        self.post(&format!("/api/agent/contracts/{}/submissions", self.seeded.agreement)).bearer(&self.seller).json(body).send().await.expect(201)
    }

    /// The seeded agreement as the buyer sees it.
    pub async fn contract(&self) -> Value {
        let answer = self.get(&format!("/api/agent/contracts/{}", self.seeded.agreement)).bearer(&self.buyer).send().await.expect(200);
        answer["contract"].clone()
    }

    /// What was told under this type, oldest first.
    pub async fn notices(&self, kind: &str) -> Vec<LoggedNotice> {
        let mut notices = self.store.notices_after(0, ALL).await.unwrap();
        notices.retain(|logged| logged.notice.kind.as_str() == kind);
        notices
    }
}
