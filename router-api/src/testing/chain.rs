//! A chain without a chain: what the indexer would write for blocks and payments, written through the same store.

use alloy_primitives::{Address, B256, U256, keccak256};
use serde_json::json;
use settlement::IdSource;
use settlement::agreement::AgreementRecord;
use settlement::event::{Location, PaymentEvent, RouterEvent};
use settlement::finality::{FinalityPolicy, final_through};
use settlement::ids::{EventId, PaymentRequestId};
use settlement::ledger::postings;
use settlement::notice::{Notice, NoticeType};
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState};
use settlement::verify::{Evidence, verify};
use store::{BlockRef, Cursor, Head, Header, OpenIssue, StoredRequest, Tx, Verdict};

use super::{CHAIN_ID, TestApp};

/// How long the operator lets the routing signer sign, in seconds.
const DELEGATED_FOR_S: u64 = 10 * 365 * 86_400;

impl TestApp {
    /// Does what the indexer does first: reads block 1, with the time of the clock, in which the operator names the routing signer as its delegate.
    pub async fn start_chain(&self) {
        let header = self.header(1, B256::ZERO);
        let leadership = self.store.lead(CHAIN_ID).await.unwrap();
        let location = location(&header, B256::repeat_byte(0xde));
        let until = header.time + DELEGATED_FOR_S;
        let delegate = RouterEvent::SignerSet { location, operator: self.chain().operator, signer: self.signer, until };
        let mut tx = self.store.begin().await.unwrap();
        tx.start_chain(CHAIN_ID, &header, leadership.epoch()).await.unwrap();
        tx.insert_events(&[delegate]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The operator lets a key sign until this time (unix seconds; 0 revokes it), in a block of its own.
    pub async fn set_signer(&self, signer: Address, until: u64) {
        let location = location(&self.next_header().await, keccak256(format!("{signer} until {until}")));
        self.mine(&[RouterEvent::SignerSet { location, operator: self.chain().operator, signer, until }]).await;
    }

    /// Reads `count` blocks without events, with the time of the clock.
    pub async fn blocks(&self, count: u64) {
        for _ in 0..count {
            self.mine(&[]).await;
        }
    }

    /// The event that pays the request is read and not final yet. Returns its transaction.
    pub async fn see(&self, id: &str) -> String {
        self.see_altered(id, |_| ()).await
    }

    /// The same with an event that says something else than was signed.
    pub async fn see_altered(&self, id: &str, change: impl FnOnce(&mut PaymentEvent)) -> String {
        if self.store.cursor(CHAIN_ID).await.unwrap().is_none() {
            self.start_chain().await;
        }
        let request = self.stored(id).await;
        let header = self.next_header().await;
        let mut event = PaymentEvent::executing(&request.signed, location(&header, keccak256(format!("{id} in {}", header.number))));
        change(&mut event);
        let tx_hash = event.location.tx_hash;
        self.mine(&[RouterEvent::Payment(event)]).await;
        if request.state.name().is_live() {
            let now = self.now();
            let mut tx = self.store.begin().await.unwrap();
            let submitted = request.state.clone().submit(tx_hash, now).unwrap();
            tx.set_request_state(&request.id, request.state.name(), &submitted, now).await.unwrap();
            tx.commit().await.unwrap();
        }
        tx_hash.to_string()
    }

    /// Blocks are read until the event of the request is final, and the verdict is passed: verified, or an open issue.
    pub async fn finalise(&self, id: &str) {
        let request = self.stored(id).await;
        let seen = self.store.seen_event(&request.id).await.unwrap().expect("an event of the request was seen");
        while self.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through < Some(seen.event.location.block_number) {
            self.blocks(1).await;
        }
        let snapshot = request.signed.snapshot();
        let agreement = self.store.agreement(&request.agreement).await.unwrap().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        let agreed = tx.agreed_terms(&agreement, &request.unit, &request.signed).await.unwrap();
        tx.rollback().await.unwrap();
        let authority = self.store.authority(CHAIN_ID, snapshot.operator, request.signed.signer(), &seen.event.location).await.unwrap();
        let evidence = Evidence {
            signed: &request.signed,
            event: &seen.event,
            agreed: Some(&agreed),
            authority,
            final_through: self.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through,
        };
        let mut tx = self.store.begin().await.unwrap();
        match verify(&evidence) {
            Ok(proof) => self.settle(&mut tx, &agreement, &request, proof).await,
            Err(issues) => {
                let issue = OpenIssue { request: request.id.clone(), agreement: agreement.id.clone(), issues, opened_at: self.now() };
                tx.open_issue(&issue, &seen.event.location).await.unwrap();
                tx.judge_event(&seen.event.location, Verdict::Issue).await.unwrap();
                self.tell(&mut tx, NoticeType::PaymentInspectionRequired, &agreement, &request.id);
            }
        }
        tx.commit().await.unwrap();
    }

    async fn settle(&self, tx: &mut Tx, agreement: &AgreementRecord, request: &PaymentRequest, proof: settlement::verify::Proof) {
        let (now, at) = (self.now(), proof.event().location);
        let lines = postings(&proof, &agreement.id, agreement.terms.asset);
        let verified = request.verify(proof, now).unwrap();
        for sibling in tx.requests_of(&agreement.id).await.unwrap() {
            let StoredRequest::Sound(other) = sibling else { continue };
            if other.id != request.id && other.unit.id == request.unit.id && other.state.name().is_live() {
                let failed = other.state.clone().fail(FailureReason::UnitPaid { by: request.id.clone() }, now).unwrap();
                tx.set_request_state(&other.id, other.state.name(), &failed, now).await.unwrap();
            }
        }
        tx.set_request_state(&request.id, request.state.name(), &verified, now).await.unwrap();
        tx.post(&request.id, &format!("{}:{}", at.block_hash, at.log_index), &lines).await.unwrap();
        tx.judge_event(&at, Verdict::Verified).await.unwrap();
        self.tell(tx, NoticeType::PaymentVerified, agreement, &request.id);
        self.tell(tx, NoticeType::ReceiptIssued, agreement, &request.id);
    }

    /// The request is paid, and the payment is final. Returns its transaction.
    pub async fn pay(&self, id: &str) -> String {
        let tx_hash = self.see(id).await;
        self.finalise(id).await;
        tx_hash
    }

    /// The request is paid by an event that says something else than was signed.
    pub async fn raise_issue(&self, id: &str) {
        self.see_altered(id, |event| event.amount -= U256::from(1)).await;
        self.finalise(id).await;
    }

    /// The chain takes the event of the request away, and everything above it.
    pub async fn reorg(&self, id: &str) {
        let (request, now) = (self.stored(id).await, self.now());
        let seen = self.store.seen_event(&request.id).await.unwrap().expect("an event of the request was seen");
        let ancestor = self.store.header_below(CHAIN_ID, seen.event.location.block_number).await.unwrap().unwrap();
        let cursor = self.store.cursor(CHAIN_ID).await.unwrap().unwrap();
        let agreement = self.store.agreement(&request.agreement).await.unwrap().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        tx.rewind(CHAIN_ID, ancestor.number, cursor.epoch).await.unwrap();
        tx.advance(&Cursor { final_through: None, ..at_header(&cursor, &ancestor) }).await.unwrap();
        if matches!(request.state, PaymentRequestState::Verified { .. }) {
            tx.set_request_state(&request.id, request.state.name(), &request.state.clone().reorg(now).unwrap(), now).await.unwrap();
            tx.reverse(&request.id, now).await.unwrap();
            self.tell(&mut tx, NoticeType::PaymentReorged, &agreement, &request.id);
            self.tell(&mut tx, NoticeType::ReceiptRevoked, &agreement, &request.id);
        }
        tx.commit().await.unwrap();
    }

    /// The named transaction of the request has reverted, or paid something else.
    pub async fn fail_request(&self, id: &str, reason: FailureReason) {
        self.change(id, |state, now| state.fail(reason, now).unwrap()).await;
    }

    /// The chain has passed the deadline of the request.
    pub async fn expire(&self, id: &str) {
        self.change(id, |state, now| state.expire(now).unwrap()).await;
    }

    /// Reading the chain stops.
    pub async fn halt(&self, why: &str) {
        let cursor = self.store.cursor(CHAIN_ID).await.unwrap().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        tx.advance(&Cursor { halted: Some(why.to_owned()), ..cursor }).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn change(&self, id: &str, to: impl FnOnce(PaymentRequestState, settlement::Timestamp) -> PaymentRequestState) {
        let (request, now) = (self.stored(id).await, self.now());
        let from = request.state.name();
        let mut tx = self.store.begin().await.unwrap();
        tx.set_request_state(&request.id, from, &to(request.state, now), now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One more block, with these events.
    pub(super) async fn mine(&self, events: &[RouterEvent]) {
        let (cursor, header) = (self.store.cursor(CHAIN_ID).await.unwrap().unwrap(), self.next_header().await);
        let FinalityPolicy::Confirmations(confirmations) = self.chain().finality else { panic!("tests count confirmations") };
        let through = final_through(confirmations, header.number);
        let final_header = match through {
            Some(number) => self.store.headers(CHAIN_ID, number, number).await.unwrap().pop(),
            None => None,
        };
        let final_time = final_header.map_or(cursor.final_time, |header| header.time);
        let mut tx = self.store.begin().await.unwrap();
        tx.append_headers(CHAIN_ID, &[header]).await.unwrap();
        tx.insert_events(events).await.unwrap();
        tx.advance(&Cursor { final_through: through, final_time, ..at_header(&cursor, &header) }).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn next_header(&self) -> Header {
        let scanned = self.store.cursor(CHAIN_ID).await.unwrap().unwrap().scanned;
        self.header(scanned.number + 1, scanned.hash)
    }

    fn header(&self, number: u64, parent: B256) -> Header {
        let time = self.now().unix_seconds();
        Header { number, hash: keccak256(format!("block {number} at {time} on {parent}")), parent, time }
    }

    /// The request as it is stored.
    pub async fn stored(&self, id: &str) -> PaymentRequest {
        let id: PaymentRequestId = id.parse().unwrap();
        match self.store.request(&id).await.unwrap().unwrap() {
            StoredRequest::Sound(request) => request,
            StoredRequest::Unproven { issues, .. } => panic!("{id} does not prove itself: {issues:?}"),
        }
    }

    fn tell(&self, tx: &mut Tx, kind: NoticeType, agreement: &AgreementRecord, request: &PaymentRequestId) {
        let mut data = kind.example();
        data["contractId"] = json!(agreement.id.as_str());
        data["paymentRequestId"] = json!(request.as_str());
        tx.append(&EventId::new(self.ids.ulid()), &Notice::about(kind, agreement, data), self.now());
    }
}

fn at_header(cursor: &Cursor, header: &Header) -> Cursor {
    Cursor {
        scanned: BlockRef { number: header.number, hash: header.hash, time: header.time },
        head: Head { number: header.number, time: header.time },
        ..cursor.clone()
    }
}

pub(super) fn location(header: &Header, tx_hash: B256) -> Location {
    Location { chain_id: CHAIN_ID, block_number: header.number, block_hash: header.hash, block_time: header.time, tx_hash, log_index: 0 }
}
