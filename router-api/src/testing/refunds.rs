//! Refund requests of the seeded agreement, as its parties make and answer them, and what the indexer would write for them.

use alloy_primitives::{U256, keccak256};
use axum::http::Method;
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::event::{RefundEvent, RouterEvent};
use settlement::ids::RefundId;
use settlement::ledger::{Booked, refund_postings};
use settlement::money::Amount;
use settlement::refund::{RefundEvidence, RefundRequest, RefundState, verify_refund};
use store::{RefundIssue, StoredRefund, Verdict};

use super::chain::location;
use super::{Actor, Answer, CHAIN_ID, Call, TestApp};

impl TestApp {
    /// Where the refund requests of the seeded agreement are.
    pub fn refunds_path(&self) -> String {
        format!("/api/agent/contracts/{}/refund-requests", self.seeded.agreement)
    }

    /// A call about one of them, or to one of its operations (`respond`, `payment`).
    pub fn on_refund(&self, method: Method, id: &str, operation: &str) -> Call {
        let path = format!("{}/{id}", self.refunds_path());
        self.call(method, &if operation.is_empty() { path } else { format!("{path}/{operation}") })
    }

    /// The buyer asks for money back.
    pub async fn ask_back(&self, body: Value) -> Answer {
        self.post(&self.refunds_path()).bearer(&self.buyer).json(body).send().await
    }

    /// Asks for so much of the only payment, and returns the id.
    pub async fn refund(&self, atomic: &str) -> String {
        let answer = self.ask_back(json!({ "amountAtomic": atomic, "reason": "half of it is missing", "confirmed": true })).await.expect(201);
        answer["refundRequest"]["id"].as_str().unwrap().to_owned()
    }

    /// A pending refund of a request, whatever that request is by now: as it is after a reorg has taken the payment away.
    pub async fn pending_refund(&self, request: &str) -> String {
        let now = self.now();
        let refund = RefundRequest {
            id: RefundId::new(self.ids.ulid()),
            agreement: self.seeded.agreement.clone(),
            payment: request.parse().unwrap(),
            amount: Amount::new(U256::from(1)),
            reason: "half of it is missing".to_owned(),
            state: RefundState::Pending,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_refund(&refund, CHAIN_ID).await.unwrap();
        tx.commit().await.unwrap();
        refund.id.to_string()
    }

    /// A refund request as the actor sees it.
    pub async fn refund_as(&self, id: &str, actor: &Actor) -> Value {
        self.on_refund(Method::GET, id, "").bearer(actor).send().await.expect(200)["refundRequest"].clone()
    }

    /// The actor answers what it sees now.
    pub async fn respond(&self, id: &str, actor: &Actor, action: &str) -> Answer {
        let seen = self.refund_as(id, actor).await["updatedAt"].clone();
        let body = json!({ "action": action, "expectedUpdatedAt": seen });
        self.on_refund(Method::POST, id, "respond").bearer(actor).json(body).send().await
    }

    /// The seller asks for what its wallet executes.
    pub async fn refund_payment(&self, id: &str) -> Answer {
        self.on_refund(Method::GET, id, "payment").bearer(&self.seller).send().await
    }

    /// The stored refund request.
    pub async fn stored_refund(&self, id: &str) -> RefundRequest {
        match self.store.refund(&id.parse().unwrap()).await.unwrap().unwrap() {
            StoredRefund::Sound(refund) => refund,
            StoredRefund::Unproven { issues, .. } => panic!("{id} does not prove itself: {issues:?}"),
        }
    }

    /// The event that pays the refund back is read and not final yet.
    pub async fn see_refund(&self, id: &str) {
        self.see_altered_refund(id, |_| ()).await;
    }

    /// The same with an event that says something else than was signed.
    pub async fn see_altered_refund(&self, id: &str, change: impl FnOnce(&mut RefundEvent)) {
        let refund = self.stored_refund(id).await;
        let header = self.next_header().await;
        let mut event = RefundEvent::executing(refund.payload().unwrap(), location(&header, keccak256(format!("{id} in {}", header.number))));
        change(&mut event);
        self.mine(&[RouterEvent::Refund(event)]).await;
    }

    /// Blocks are read until the event of the refund is final, and the verdict is passed: settled, or an open issue.
    pub async fn finalise_refund(&self, id: &str) {
        let refund = self.stored_refund(id).await;
        let event = self.store.unjudged_refunds(CHAIN_ID, i64::MAX.unsigned_abs(), 1).await.unwrap().remove(0);
        while self.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through < Some(event.location.block_number) {
            self.blocks(1).await;
        }
        let (payload, payment) = (refund.payload().unwrap().clone(), self.stored(refund.payment.as_str()).await);
        let evidence = RefundEvidence {
            signed: &payload,
            event: &event,
            payment: &payment.signed,
            refunded: Amount::ZERO,
            authority: self.store.authority(CHAIN_ID, payload.snapshot().operator, payload.signer(), &event.location).await.unwrap(),
            final_through: self.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through,
        };
        let mut tx = self.store.begin().await.unwrap();
        match verify_refund(&evidence) {
            Ok(proof) => {
                let lines = refund_postings(&refund, payment.signed.snapshot(), &proof);
                let settled = refund.settle(payload, proof, self.now()).unwrap();
                tx.set_refund_state(&refund, &settled, self.now()).await.unwrap();
                tx.post(Booked::Refund(&refund.id), "event", &lines).await.unwrap();
                tx.judge_event(&event.location, Verdict::Verified).await.unwrap();
            }
            Err(issues) => {
                tx.open_refund_issue(&RefundIssue { refund: refund.id, issues, opened_at: self.now() }, &event.location).await.unwrap();
                tx.judge_event(&event.location, Verdict::Issue).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }
}
