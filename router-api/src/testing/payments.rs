//! Payment requests of the seeded agreement, as its buyer makes them.

use alloy_primitives::{Address, B256};
use axum::http::Method;
use serde_json::{Value, json};

use settlement::IdSource;
use settlement::ids::ReceiptLinkId;
use store::{LinkPurpose, ReceiptLink};

use super::{Answer, Call, TestApp};
use crate::receipt_link;

impl TestApp {
    /// Where the payment requests of the seeded agreement are.
    pub fn requests_path(&self) -> String {
        format!("/api/agent/contracts/{}/crypto-payment-requests", self.seeded.agreement)
    }

    /// A call about one of them, or to one of its operations (`submit`, `verify`, `cancel`).
    pub fn on_request(&self, method: Method, id: &str, operation: &str) -> Call {
        let path = format!("{}/{id}", self.requests_path());
        self.call(method, &if operation.is_empty() { path } else { format!("{path}/{operation}") })
    }

    /// The buyer asks for a payment request.
    pub async fn create(&self, body: Value) -> Answer {
        self.post(&self.requests_path()).bearer(&self.buyer).json(body).send().await
    }

    /// What the buyer's wallet asks for.
    pub fn wanted(&self) -> Value {
        json!({ "payerAddress": self.buyer.wallet.address().to_string() })
    }

    /// Has a payment request made, and returns its id.
    pub async fn request(&self) -> String {
        let answer = self.create(self.wanted()).await.expect(201);
        answer["paymentRequest"]["id"].as_str().unwrap().to_owned()
    }

    /// A payment request as the buyer sees it.
    pub async fn request_detail(&self, id: &str) -> Value {
        let answer = self.on_request(Method::GET, id, "").bearer(&self.buyer).send().await.expect(200);
        answer["paymentRequest"].clone()
    }

    /// Whom a payment request pays.
    pub async fn request_payee(&self, id: &str) -> Address {
        self.stored(id).await.signed.snapshot().payee
    }

    /// The buyer names a transaction.
    pub async fn submit(&self, id: &str, tx_hash: &str) -> Answer {
        self.on_request(Method::POST, id, "submit").bearer(&self.buyer).json(json!({ "txHash": tx_hash })).send().await
    }

    /// The buyer asks to have the payment looked for.
    pub async fn verify(&self, id: &str, body: Value) -> Answer {
        self.on_request(Method::POST, id, "verify").bearer(&self.buyer).json(body).send().await
    }

    /// The buyer calls the request off.
    pub async fn cancel_request(&self, id: &str) -> Answer {
        self.on_request(Method::POST, id, "cancel").bearer(&self.buyer).json(json!({})).send().await
    }

    /// Transaction hash number `n`, of a transaction that pays nothing.
    pub fn hash(n: u8) -> String {
        B256::with_last_byte(n).to_string()
    }

    /// A public page of the receipt of a request, whether it is paid or not: its id and its token.
    pub async fn link_to(&self, id: &str) -> (String, String) {
        let api = self.api();
        let link = ReceiptLink {
            id: ReceiptLinkId::new(self.ids.ulid()),
            request: id.parse().unwrap(),
            purpose: LinkPurpose::Shared,
            label: None,
            created_by: self.seller.profile.clone(),
            created_at: self.now(),
            expires_at: None,
            revoked_at: None,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_receipt_link(&link, &receipt_link::hash_of(&api, &link.id)).await.unwrap();
        tx.commit().await.unwrap();
        let url = receipt_link::url(&api, &link.id);
        (link.id.to_string(), url.rsplit('/').next().unwrap().to_owned())
    }
}
