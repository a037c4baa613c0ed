//! The one transaction of a step, and what it tells.

use alloy_primitives::B256;
use serde_json::{Value, json};
use settlement::agreement::AgreementRecord;
use settlement::chain::ChainPolicy;
use settlement::event::Location;
use settlement::ids::{AgreementId, EventId, PaymentRequestId, RefundId};
use settlement::notice::{Notice, NoticeType};
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::refund::RefundRequest;
use settlement::{IdSource, Timestamp};
use store::{StoreError, StoredRefund, StoredRequest, Tx};

/// An open transaction and the notices that it will tell, in order.
pub struct Writer<'a> {
    /// The transaction.
    pub tx: Tx,
    /// The chain.
    pub chain: &'a ChainPolicy,
    /// Host time: what a change is dated with.
    pub now: Timestamp,
    ids: &'a dyn IdSource,
    notices: Vec<Notice>,
}

impl<'a> Writer<'a> {
    /// Over an open transaction.
    #[must_use]
    pub const fn new(tx: Tx, chain: &'a ChainPolicy, now: Timestamp, ids: &'a dyn IdSource) -> Self {
        Self { tx, chain, now, ids, notices: Vec::new() }
    }

    /// Tells everybody with a part in an agreement.
    pub fn tell(&mut self, kind: NoticeType, agreement: &AgreementRecord, data: Value) {
        self.notices.push(Notice::about(kind, agreement, data));
    }

    /// Tells the parties before everything else that is told.
    pub fn tell_first(&mut self, kinds: &[NoticeType], agreement: &AgreementRecord, data: &Value) {
        self.notices.splice(0..0, kinds.iter().map(|kind| Notice::about(*kind, agreement, data.clone())));
    }

    /// Tells the operator of the instance.
    pub fn tell_operator(&mut self, kind: NoticeType, data: Value) {
        self.notices.push(Notice::for_operators(kind, data));
    }

    /// An agreement and one of its requests as they are now, and stay until this transaction ends. `None` when there is no such agreement.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock(&mut self, agreement: &AgreementId, request: &PaymentRequestId) -> Result<Option<(AgreementRecord, StoredRequest)>, StoreError> {
        let Some(agreement) = self.tx.agreement(agreement).await? else { return Ok(None) };
        let stored = self.tx.request(request).await?;
        Ok(stored.map(|stored| (agreement, stored)))
    }

    /// An agreement and one of its refunds, as [`Self::lock`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_refund(&mut self, agreement: &AgreementId, refund: &RefundId) -> Result<Option<(AgreementRecord, StoredRefund)>, StoreError> {
        let Some(agreement) = self.tx.agreement(agreement).await? else { return Ok(None) };
        let stored = self.tx.refund(refund).await?;
        Ok(stored.map(|stored| (agreement, stored)))
    }

    /// Moves a request to another state, if it is still in its own.
    ///
    /// # Errors
    /// `Changed` when it is not.
    pub async fn set(&mut self, request: &PaymentRequest, to: &PaymentRequestState) -> Result<(), StoreError> {
        self.tx.set_request_state(&request.id, request.state.name(), to, self.now).await
    }

    /// Makes it happen, and tells it. Returns how many notices that were.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn commit(mut self) -> Result<usize, StoreError> {
        for notice in &self.notices {
            self.tx.append(&EventId::new(self.ids.ulid()), notice, self.now);
        }
        self.tx.commit().await?;
        Ok(self.notices.len())
    }
}

/// What every notice about a request says.
#[must_use]
pub fn about(request: &PaymentRequest) -> Value {
    let mut data = json!({ "contractId": request.agreement.as_str(), "paymentRequestId": request.id.as_str() });
    if let Some(milestone) = request.unit.kind.milestone() {
        data["milestoneId"] = json!(milestone.as_str());
    }
    data
}

/// The same with where its payment stands.
#[must_use]
pub fn about_event(request: &PaymentRequest, at: &Location) -> Value {
    placed(about(request), at)
}

/// What every notice about a refund on the chain says.
#[must_use]
pub fn about_refund_event(refund: &RefundRequest, at: &Location) -> Value {
    let data = json!({
        "contractId": refund.agreement.as_str(), "paymentRequestId": refund.payment.as_str(), "refundRequestId": refund.id.as_str(),
        "amountAtomic": refund.amount.to_string(),
    });
    placed(data, at)
}

fn placed(mut data: Value, at: &Location) -> Value {
    data["chainId"] = json!(at.chain_id);
    data["txHash"] = json!(at.tx_hash.to_string());
    data["blockNumber"] = json!(at.block_number);
    data["blockHash"] = json!(at.block_hash.to_string());
    data
}

/// The transaction that a state names.
#[must_use]
pub fn named_tx(state: &PaymentRequestState) -> Option<B256> {
    match state {
        PaymentRequestState::Submitted { tx_hash, .. } => Some(*tx_hash),
        PaymentRequestState::Expired { tx_hash, .. } => *tx_hash,
        PaymentRequestState::Failed { reason, .. } => reason.tx_hash(),
        PaymentRequestState::Signed | PaymentRequestState::Cancelled { .. } | PaymentRequestState::Verified { .. } => None,
    }
}
