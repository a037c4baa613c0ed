//! Payable units and their router nonces.

use alloy_primitives::{Address, U256};
use settlement::agreement::{AgreementRecord, PaymentFacts};
use settlement::ids::{AgreementId, PaymentRequestId, UnitId};
use settlement::milestone::Plan;
use settlement::payment_request::{PaymentRequestState, StatusName, is_unexpected};
use settlement::unit::{Fate, Sibling, Unit, UnitKind, open_amount};
use sqlx::AnyConnection;

use crate::batch::Batch;
use crate::error::StoreError;
use crate::payment_request::{Listed, list};
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx, router_event};

/// The kind that a row of `units` holds: a milestone, or 0 for the whole agreement and n for its n-th instalment.
pub(crate) fn kind(fields: &Fields<'_>) -> Result<UnitKind, StoreError> {
    if let Some(milestone) = fields.opt_parsed("milestone_id")? {
        return Ok(UnitKind::Milestone(milestone));
    }
    let index: u32 = fields.unsigned("instalment")?;
    Ok(if index == 0 { UnitKind::Whole } else { UnitKind::Instalment(index) })
}

/// What the requests of an agreement say about the next. Those of units whose nonce was cancelled on chain, finally, can never be paid and are left out.
pub(crate) async fn siblings_among(connection: &mut AnyConnection, requests: &[Listed]) -> Result<Vec<Sibling>, StoreError> {
    let mut siblings = Vec::with_capacity(requests.len());
    for listed in requests {
        if !is_void(connection, listed).await? {
            siblings.push(sibling(listed));
        }
    }
    Ok(siblings)
}

async fn siblings(connection: &mut AnyConnection, id: &AgreementId) -> Result<Vec<Sibling>, StoreError> {
    let requests = list(connection, id).await?;
    siblings_among(connection, &requests).await
}

/// Whether the nonce is cancelled, finally: the unit says so, and so does the chain. A unit that only says so could be paid beside the next.
async fn is_void(connection: &mut AnyConnection, listed: &Listed) -> Result<bool, StoreError> {
    let Some(voided) = listed.voided else { return Ok(false) };
    router_event::is_cancelled(connection, (voided.chain_id, voided.operator, listed.stored.unit().nonce), voided.in_block).await
}

fn sibling(listed: &Listed) -> Sibling {
    let Listed { stored, seller_amount, deadline, is_seen, .. } = listed;
    let fate = match stored.status() {
        StatusName::Verified => Fate::Paid,
        StatusName::Signed | StatusName::Submitted | StatusName::Cancelled | StatusName::Failed | StatusName::Expired if *is_seen => Fate::Settling,
        StatusName::Signed | StatusName::Submitted => Fate::Live,
        StatusName::Cancelled | StatusName::Failed | StatusName::Expired => Fate::Ended,
    };
    let unit = stored.unit();
    Sibling { request: stored.id().clone(), unit: unit.kind.clone(), unit_id: unit.id.clone(), seller_amount: *seller_amount, deadline: *deadline, fate }
}

/// The payments that came unexpectedly, whether anybody has acknowledged them or not.
pub(crate) fn unexpected(agreement: &AgreementRecord, requests: &[Listed]) -> Vec<PaymentRequestId> {
    let sound = requests.iter().filter_map(|listed| listed.stored.sound());
    sound.filter(|request| is_unexpected(&request.state, &agreement.state)).map(|request| request.id.clone()).collect()
}

/// What payments and milestones say about an agreement, beside what is known already.
pub(crate) fn payment_facts(mut facts: PaymentFacts, agreement: &AgreementRecord, (requests, plan): (&[Listed], &Plan)) -> PaymentFacts {
    let mut proven = Vec::new();
    for listed in requests {
        let sound = listed.stored.sound().map(|request| &request.state);
        facts.proof_issue |= sound.is_none();
        let is_proven = matches!(sound, Some(PaymentRequestState::Verified { .. }));
        // A payload that this database does not know has used the unit's nonce: most likely one that was signed for the same work before the database was
        // restored. Another nonce would invite the buyer to pay twice, so somebody has to look first.
        facts.proof_issue |= listed.is_lost && !is_proven;
        let sibling = sibling(listed);
        facts.live_request |= matches!(sibling.fate, Fate::Live | Fate::Settling);
        if is_proven {
            proven.push(sibling);
        }
    }
    facts.any_verified = !proven.is_empty();
    facts.milestones = plan.progress(facts.any_verified);
    facts.paid_in_full = facts.any_verified && open_amount(agreement.terms.amount, &proven).is_zero();
    facts
}

/// Takes the next number, and says how many events name it or cancel nonces of its word.
pub(crate) const NEXT_NONCE: &str = "INSERT INTO nonce_sequences (chain_id, router, operator, next) VALUES ($1, $2, $3, 1) \
     ON CONFLICT (chain_id, router, operator) DO UPDATE SET next = nonce_sequences.next + 1 RETURNING next - 1 AS number, \
     (SELECT COUNT(*) FROM router_events e WHERE e.chain_id = $1 AND e.operator = $3 AND e.nonce = CAST(next - 1 AS TEXT)) \
     + (SELECT COUNT(*) FROM router_events e WHERE e.chain_id = $1 AND e.operator = $3 AND e.word = CAST((next - 1) / 256 AS TEXT) AND e.kind = 'nonces_cancelled') AS naming";

impl Store {
    /// What the requests of an agreement say about the next.
    pub async fn siblings(&self, id: &AgreementId) -> Result<Vec<Sibling>, StoreError> {
        siblings(&mut *self.read().await?, id).await
    }

    /// What payments say about an agreement.
    pub async fn payment_facts(&self, id: &AgreementId) -> Result<PaymentFacts, StoreError> {
        match self.agreement(id).await? {
            Some(agreement) => Ok(self.related(&agreement).await?.payments),
            None => Ok(PaymentFacts::default()),
        }
    }
}

impl Tx {
    /// What the requests of an agreement say about the next.
    pub async fn siblings(&mut self, id: &AgreementId) -> Result<Vec<Sibling>, StoreError> {
        siblings(self.connection(), id).await
    }

    /// A unit by its id.
    pub async fn unit(&mut self, id: &UnitId) -> Result<Option<Unit>, StoreError> {
        let row = sqlx::query("SELECT * FROM units WHERE id = $1").bind(id.as_str()).fetch_optional(self.connection()).await?;
        let Some(row) = row else { return Ok(None) };
        let fields = Fields::new("units", "id", &row)?;
        Ok(Some(Unit { id: fields.parsed("id")?, agreement: fields.parsed("agreement_id")?, kind: kind(&fields)?, nonce: fields.word("nonce")? }))
    }

    /// The next nonce that nobody has used: neither given out here, nor seen used or cancelled on the chain (after a database was restored, say). Numbers
    /// are given out in order, which fills the words of the router's bitmap and keeps payments cheap.
    ///
    /// The next who asks under the same operator waits until this transaction ends, also while it waits for a signature: a number that was signed for must
    /// never be given out again, and one that was not must not be lost.
    ///
    /// What is seen on the chain in the moment in which this waits may be missed. A payload with such a nonce moves nothing: the router refuses it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when that takes too long.
    pub async fn allocate_nonce(&mut self, chain_id: u64, router: Address, operator: Address) -> Result<U256, StoreError> {
        loop {
            let query = sqlx::query(NEXT_NONCE).bind(signed(chain_id)?).bind(lower(router)).bind(lower(operator));
            let row = query.fetch_one(self.connection()).await?;
            let fields = Fields::named("nonce_sequences", chain_id.to_string(), &row);
            let (number, naming): (u64, u64) = (fields.unsigned("number")?, fields.unsigned("naming")?);
            let nonce = U256::from(number);
            if naming == 0 || !router_event::is_nonce_seen(self.connection(), chain_id, operator, nonce).await? {
                return Ok(nonce);
            }
        }
    }
}

#[cfg(feature = "testing")]
impl Tx {
    /// Adds a unit without a request, under the router and operator that its nonce belongs to.
    ///
    /// # Errors
    /// `Duplicate("nonce")`.
    pub async fn insert_unit(&mut self, unit: &Unit, chain_id: u64, router: Address, operator: Address) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        add(&mut batch, unit, chain_id, (router, operator))?;
        if self.write.send(batch, false).await? == 1 { Ok(()) } else { Err(crate::Conflict::Duplicate("nonce").into()) }
    }
}

/// Adds the insert of a unit.
pub(crate) fn add(batch: &mut Batch, unit: &Unit, chain_id: u64, (router, operator): (Address, Address)) -> Result<(), StoreError> {
    batch
        .add(
            "INSERT INTO units (id, agreement_id, instalment, milestone_id, chain_id, router, operator, nonce) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT DO NOTHING",
        )
        .bind(unit.id.as_str())
        .bind(unit.agreement.as_str())
        .bind(unit.kind.index().map_or(0, i64::from))
        .bind(unit.kind.milestone().map(|id| id.as_str()))
        .bind(signed(chain_id)?)
        .bind(lower(router))
        .bind(lower(operator))
        .bind(unit.nonce.to_string());
    Ok(())
}
