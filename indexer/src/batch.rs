//! What a step writes, and everything that has to be known before the transaction is opened.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use settlement::event::{Location, PaymentEvent, RefundEvent, RouterEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::payment_request::FailureReason;
use settlement::verify::Authority;
use store::{RefundPayload, StoredRequest};

use crate::authority::Appointments;
use crate::error::IndexerError;
use crate::fetch::Stretch;
use crate::finality::final_through;
use crate::logs::RangeScan;
use crate::reader::{ChainReader, Header};

/// Most stored payments that one step passes a verdict on, beside those it has just read: a transaction of a second or two.
pub const MAX_JUDGED: u32 = 1_000;

/// What was read, and what follows from it.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Everything above this block is taken back first.
    pub rewind: Option<Rewind>,
    /// New blocks and their events.
    pub new: Stretch,
    /// Events of blocks that were read before.
    pub late: Vec<RouterEvent>,
    /// The newest block of the node.
    pub head: Header,
    /// The newest block that is held when this is written.
    pub scanned: Header,
    /// The newest of them that is final; `None`: as before.
    pub newly_final: Option<Header>,
    /// Named transactions that did not pay.
    pub failures: Vec<(PaymentRequestId, AgreementId, FailureReason)>,
}

/// A common ancestor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewind {
    /// The newest block that stays.
    pub to: Header,
    /// Whether it is held already; otherwise reading begins again with it.
    pub is_held: bool,
}

impl Batch {
    /// What was on the chain before this and stays, ends with this block.
    #[must_use]
    pub fn holds_through(&self) -> u64 {
        match self.rewind {
            Some(Rewind { to, is_held: true }) => to.number,
            Some(Rewind { to, is_held: false }) => to.number.saturating_sub(1),
            None => u64::MAX,
        }
    }

    /// Every event that is to be stored, each once.
    #[must_use]
    pub fn events(&self) -> Vec<RouterEvent> {
        let mut seen = BTreeSet::new();
        self.late.iter().chain(&self.new.events).filter(|event| seen.insert(place(event.location()))).cloned().collect()
    }
}

/// What is final under each policy that was asked about.
type Finals = BTreeMap<String, Option<u64>>;

/// The key of an event on its chain.
#[must_use]
pub const fn place(at: &Location) -> (u64, B256, u64) {
    (at.block_number, at.block_hash, at.log_index)
}

/// A payment, and what is needed to judge it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The payment.
    pub event: PaymentEvent,
    /// Whether it is seen for the first time.
    pub is_new: bool,
    /// The request that it names; none for those of others.
    pub request: Option<(PaymentRequestId, AgreementId)>,
    /// Why the request's signer may sign there.
    pub authority: Option<Authority>,
    /// The newest block that is final under the request's own policy.
    pub final_through: Option<u64>,
    /// The newest block of the node.
    pub head: u64,
    /// Who sent the transaction, where the node says.
    pub tx_from: Option<Address>,
}

/// A refund, and what is needed to judge it.
#[derive(Clone, Debug)]
pub struct RefundCase {
    /// The refund.
    pub event: RefundEvent,
    /// Whether it is seen for the first time.
    pub is_new: bool,
    /// The payload that it names; none for those of others.
    pub payload: Option<RefundPayload>,
    /// Why the payload's signer may sign there.
    pub authority: Option<Authority>,
    /// The newest block that is final under the payload's own policy.
    pub final_through: Option<u64>,
    /// The newest block of the node.
    pub head: u64,
}

/// Everything that is asked, of the database and of the node, about the payments of a batch.
pub struct Inquiry<'a> {
    /// Who may sign, and where to ask.
    pub appointments: Appointments<'a>,
    /// The newest final block of the chain's policy; what is stored below it is judged.
    pub final_through: Option<u64>,
    /// The newest block of the node.
    pub head: &'a Header,
}

impl Inquiry<'_> {
    /// The payments to look at: those that are new, and those that are final and have no verdict. In the order of the chain. The second value is
    /// whether more of them wait.
    ///
    /// # Errors
    /// When database or node do not answer.
    pub async fn cases(&self, batch: &Batch, scan: &mut RangeScan) -> Result<(Vec<Case>, bool), IndexerError> {
        let stored = self.stored(batch).await?;
        let are_more = stored.len() >= usize::try_from(MAX_JUDGED).unwrap_or(usize::MAX);
        let mut payments: BTreeMap<(u64, u64), (PaymentEvent, bool)> = stored.into_iter().map(|event| (order(&event.location), (event, false))).collect();
        for event in batch.late.iter().filter_map(payment) {
            if !payments.contains_key(&order(&event.location)) && !self.appointments.store.is_stored(&event.location).await? {
                tracing::warn!(chain_id = event.location.chain_id, tx_hash = %event.location.tx_hash, "a node had left a payment out");
                payments.insert(order(&event.location), (event.clone(), true));
            }
        }
        payments.extend(batch.new.events.iter().filter_map(payment).map(|event| (order(&event.location), (event.clone(), true))));
        let known = self.requests(payments.values().map(|(event, _)| event)).await?;
        let mut finals = Finals::new();
        let mut cases = Vec::with_capacity(payments.len());
        for (event, is_new) in payments.into_values() {
            let case = match known.get(&event.digest).or_else(|| known.get(&event.request_id)) {
                Some(stored) => self.case(event, is_new, stored, (&mut finals, scan)).await?,
                None => Case { event, is_new, request: None, authority: None, final_through: self.final_through, head: self.head.number, tx_from: None },
            };
            cases.push(case);
        }
        Ok((cases, are_more))
    }

    /// The refunds to look at, as [`Self::cases`].
    ///
    /// # Errors
    /// When database or node do not answer.
    pub async fn refunds(&self, batch: &Batch, scan: &mut RangeScan) -> Result<(Vec<RefundCase>, bool), IndexerError> {
        let store = self.appointments.store;
        let stored = match self.final_through {
            Some(through) => store.unjudged_refunds(self.appointments.chain.chain_id, through.min(batch.holds_through()), MAX_JUDGED).await?,
            None => Vec::new(),
        };
        let are_more = stored.len() >= usize::try_from(MAX_JUDGED).unwrap_or(usize::MAX);
        let mut found: BTreeMap<(u64, u64), (RefundEvent, bool)> = stored.into_iter().map(|event| (order(&event.location), (event, false))).collect();
        for event in batch.late.iter().filter_map(refund) {
            if !found.contains_key(&order(&event.location)) && !store.is_stored(&event.location).await? {
                tracing::warn!(chain_id = event.location.chain_id, tx_hash = %event.location.tx_hash, "a node had left a refund out");
                found.insert(order(&event.location), (event.clone(), true));
            }
        }
        found.extend(batch.new.events.iter().filter_map(refund).map(|event| (order(&event.location), (event.clone(), true))));
        let (mut finals, mut cases) = (Finals::new(), Vec::with_capacity(found.len()));
        for (event, is_new) in found.into_values() {
            let payload = store.payload_of(&event).await?;
            let (mut authority, mut through) = (None, self.final_through);
            if let Some(signed) = payload.as_ref().and_then(|payload| payload.signed.as_ref()) {
                authority = self.appointments.authority(signed.signer(), &event.location, scan).await?;
                through = through.min(self.through(signed.snapshot().finality, &mut finals).await?);
            }
            cases.push(RefundCase { event, is_new, payload, authority, final_through: through, head: self.head.number });
        }
        Ok((cases, are_more))
    }

    async fn stored(&self, batch: &Batch) -> Result<Vec<PaymentEvent>, IndexerError> {
        let Some(through) = self.final_through else { return Ok(Vec::new()) };
        let through = through.min(batch.holds_through());
        Ok(self.appointments.store.unjudged_events(self.appointments.chain.chain_id, through, MAX_JUDGED).await?)
    }

    /// The requests that these payments name, by digest and by request id.
    async fn requests(&self, payments: impl Iterator<Item = &PaymentEvent> + Clone) -> Result<BTreeMap<B256, StoredRequest>, IndexerError> {
        let store = self.appointments.store;
        let digests: Vec<B256> = payments.clone().map(|event| event.digest).collect::<BTreeSet<_>>().into_iter().collect();
        let mut known: BTreeMap<B256, StoredRequest> = store.requests_by_digest(&digests).await?.into_iter().collect();
        let mut asked = BTreeSet::new();
        for event in payments {
            if !known.contains_key(&event.digest) && asked.insert(event.request_id) {
                known.extend(store.request_by_request_id(event.request_id).await?.map(|stored| (event.request_id, stored)));
            }
        }
        Ok(known)
    }

    async fn case(
        &self,
        event: PaymentEvent,
        is_new: bool,
        stored: &StoredRequest,
        (finals, scan): (&mut Finals, &mut RangeScan),
    ) -> Result<Case, IndexerError> {
        let reader = self.appointments.reader;
        let signed = match stored {
            StoredRequest::Sound(request) => Some(&request.signed),
            StoredRequest::Unproven { signed, .. } => signed.as_deref(),
        };
        let (mut authority, mut through) = (None, self.final_through);
        if let Some(signed) = signed {
            authority = self.appointments.authority(signed.signer(), &event.location, scan).await?;
            through = through.min(self.through(signed.snapshot().finality, finals).await?);
        }
        let tx_from = if is_new { sender(reader, event.location.tx_hash).await } else { None };
        let request = Some((stored.id().clone(), stored.agreement().clone()));
        Ok(Case { event, is_new, request, authority, final_through: through, head: self.head.number, tx_from })
    }

    /// What is final under a policy that a snapshot was signed with, which need not be today's.
    async fn through(&self, policy: FinalityPolicy, finals: &mut Finals) -> Result<Option<u64>, IndexerError> {
        if policy == self.appointments.chain.finality {
            return Ok(self.final_through);
        }
        if let Some(known) = finals.get(&policy.to_string()) {
            return Ok(*known);
        }
        let through = final_through(self.appointments.reader, policy, self.head).await?;
        finals.insert(policy.to_string(), through);
        Ok(through)
    }
}

const fn payment(event: &RouterEvent) -> Option<&PaymentEvent> {
    match event {
        RouterEvent::Payment(payment) => Some(payment),
        RouterEvent::Refund(_) | RouterEvent::SignerSet { .. } | RouterEvent::NoncesCancelled { .. } => None,
    }
}

const fn refund(event: &RouterEvent) -> Option<&RefundEvent> {
    match event {
        RouterEvent::Refund(refund) => Some(refund),
        RouterEvent::Payment(_) | RouterEvent::SignerSet { .. } | RouterEvent::NoncesCancelled { .. } => None,
    }
}

const fn order(at: &Location) -> (u64, u64) {
    (at.block_number, at.log_index)
}

/// Who sent a transaction. Good to know and nothing rests on it, so a node that does not say delays nothing.
async fn sender(reader: &dyn ChainReader, tx_hash: B256) -> Option<Address> {
    match reader.transaction(tx_hash).await {
        Ok(mined) => mined.map(|mined| mined.from),
        Err(error) => {
            tracing::debug!(%tx_hash, "the sender stays unknown: {error}");
            None
        }
    }
}
