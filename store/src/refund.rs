//! Refund requests, the payloads that were signed for them, and what came back. As payment requests they are checked every time they are read, and a settled
//! one is verified again.

use alloy_primitives::{Address, B256, U256};
use settlement::Timestamp;
use settlement::event::{Location, RefundEvent};
use settlement::ids::{AgreementId, PaymentRequestId, RefundId};
use settlement::money::Amount;
use settlement::refund::{RefundRequest, RefundSibling, RefundState, RefundStatus, SettledRefund, SignedRefund};
use settlement::verify::ProofIssue;
use sqlx::AnyConnection;

use crate::error::{Conflict, StoreError};
use crate::proof_issue::{read_issues, write_issues};
use crate::router_event::refund_of;
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx, proof};

pub(crate) mod facts;
pub(crate) mod read;

#[cfg(test)]
pub(crate) use read::{BY_AGREEMENT, BY_ID, SELECT};

/// A stored refund request, as far as it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredRefund {
    /// What is stored proves itself.
    Sound(RefundRequest),
    /// The row was changed, or it says settled and no longer proves it.
    Unproven {
        /// The refund request.
        id: RefundId,
        /// Its agreement.
        agreement: AgreementId,
        /// The payment request that it is about.
        payment: PaymentRequestId,
        /// What the row says of its amount.
        amount: Amount,
        /// What the row says of its status.
        status: RefundStatus,
        /// What does not hold.
        issues: Vec<ProofIssue>,
        /// When it was asked for.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
    },
}

impl StoredRefund {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &RefundId {
        match self {
            Self::Sound(refund) => &refund.id,
            Self::Unproven { id, .. } => id,
        }
    }

    /// Its agreement.
    #[must_use]
    pub const fn agreement(&self) -> &AgreementId {
        match self {
            Self::Sound(refund) => &refund.agreement,
            Self::Unproven { agreement, .. } => agreement,
        }
    }

    /// The payment request that it is about.
    #[must_use]
    pub const fn payment(&self) -> &PaymentRequestId {
        match self {
            Self::Sound(refund) => &refund.payment,
            Self::Unproven { payment, .. } => payment,
        }
    }

    /// What its row says of its status.
    #[must_use]
    pub const fn status(&self) -> RefundStatus {
        match self {
            Self::Sound(refund) => refund.state.name(),
            Self::Unproven { status, .. } => *status,
        }
    }

    /// When it was asked for.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        match self {
            Self::Sound(refund) => refund.created_at,
            Self::Unproven { created_at, .. } => *created_at,
        }
    }

    /// The refund request, if it proves itself.
    #[must_use]
    pub const fn sound(&self) -> Option<&RefundRequest> {
        match self {
            Self::Sound(refund) => Some(refund),
            Self::Unproven { .. } => None,
        }
    }
}

/// A payload that was signed for a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPayload {
    /// The refund request.
    pub refund: RefundId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// What was signed; none where the row was damaged and cannot be read.
    pub signed: Option<SignedRefund>,
}

/// An event that names a refund and is not what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundIssue {
    /// The refund request.
    pub refund: RefundId,
    /// What does not match.
    pub issues: Vec<ProofIssue>,
    /// When it was found.
    pub opened_at: Timestamp,
}

const OPEN: &str = "SELECT i.* FROM refund_issues i JOIN refund_requests f ON f.id = i.refund_request_id WHERE f.agreement_id = $1 AND i.closed_at IS NULL \
     ORDER BY i.opened_at";
pub(crate) const SEEN_REFUND: &str = "SELECT e.* FROM router_events e JOIN refund_payloads y ON y.digest = e.digest WHERE y.refund_request_id = $1 \
     AND e.kind = 'refund' AND e.orphaned = 0 ORDER BY e.block_number DESC, e.log_index DESC LIMIT 1";
pub(crate) const PAYLOAD: &str = "SELECT y.*, f.agreement_id FROM refund_payloads y JOIN refund_requests f ON f.id = y.refund_request_id";

async fn seen(connection: &mut AnyConnection, id: &RefundId) -> Result<Option<RefundEvent>, StoreError> {
    let row = sqlx::query(SEEN_REFUND).bind(id.as_str()).fetch_optional(connection).await?;
    row.map(|row| refund_of(&Fields::new("router_events", "tx_hash", &row)?)).transpose()
}

async fn open_issues(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Vec<RefundIssue>, StoreError> {
    let rows = sqlx::query(OPEN).bind(agreement.as_str()).fetch_all(connection).await?;
    let issue = |row| {
        let fields = Fields::new("refund_issues", "refund_request_id", row)?;
        Ok(RefundIssue { refund: fields.parsed("refund_request_id")?, issues: read_issues(&fields)?, opened_at: fields.time("opened_at")? })
    };
    rows.iter().map(issue).collect()
}

impl Store {
    /// A refund request by its id.
    pub async fn refund(&self, id: &RefundId) -> Result<Option<StoredRefund>, StoreError> {
        read::find(&mut *self.read().await?, id).await
    }

    /// The refund requests of an agreement, oldest first.
    pub async fn refunds_of(&self, agreement: &AgreementId) -> Result<Vec<StoredRefund>, StoreError> {
        Ok(read::list(&mut *self.read().await?, agreement).await?.into_iter().map(|listed| listed.stored).collect())
    }

    /// What of a payment has been paid back and proves itself, oldest first: what a receipt shows.
    pub async fn settled_refunds(&self, payment: &PaymentRequestId) -> Result<Vec<SettledRefund>, StoreError> {
        let listed = read::list_of_payment(&mut *self.read().await?, payment).await?;
        Ok(listed.iter().filter_map(|listed| listed.stored.sound().and_then(SettledRefund::of)).collect())
    }

    /// The refund request that a payload was signed for, by the payload's digest or the hash of its snapshot.
    pub async fn refund_of_payload(&self, hash: B256) -> Result<Option<StoredRefund>, StoreError> {
        let mut connection = self.read().await?;
        match read::refund_of_payload(&mut connection, hash).await? {
            Some(id) => read::find(&mut connection, &id).await,
            None => Ok(None),
        }
    }

    /// The event of a refund that stands on the chain, final or not.
    pub async fn seen_refund(&self, id: &RefundId) -> Result<Option<RefundEvent>, StoreError> {
        seen(&mut *self.read().await?, id).await
    }

    /// What does not match in events that name refunds of an agreement, oldest first.
    pub async fn refund_issues(&self, agreement: &AgreementId) -> Result<Vec<RefundIssue>, StoreError> {
        open_issues(&mut *self.read().await?, agreement).await
    }

    /// The payload that a refund event names: by its digest, else its `requestId`, else its nonce, else (the newest that awaits settlement) the payment that it
    /// pays back. `None` where it is no refund of ours.
    pub async fn payload_of(&self, event: &RefundEvent) -> Result<Option<RefundPayload>, StoreError> {
        read::payload_of(&mut *self.read().await?, event).await
    }
}

impl Tx {
    /// A refund request by its id.
    pub async fn refund(&mut self, id: &RefundId) -> Result<Option<StoredRefund>, StoreError> {
        read::find(self.connection(), id).await
    }

    /// The event of a refund that stands on the chain, final or not.
    pub async fn seen_refund(&mut self, id: &RefundId) -> Result<Option<RefundEvent>, StoreError> {
        seen(self.connection(), id).await
    }

    /// What does not match in events that name refunds of an agreement, oldest first.
    pub async fn refund_issues(&mut self, agreement: &AgreementId) -> Result<Vec<RefundIssue>, StoreError> {
        open_issues(self.connection(), agreement).await
    }

    /// Adds a pending refund request. The caller holds the lock of the agreement and has asked [`Refunds::reserve`] under it.
    ///
    /// # Errors
    /// `Duplicate("id")`.
    pub async fn insert_refund(&mut self, refund: &RefundRequest, chain_id: u64) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO refund_requests (id, agreement_id, payment_request_id, amount, reason, status, chain_id, status_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(refund.id.as_str())
        .bind(refund.agreement.as_str())
        .bind(refund.payment.as_str())
        .bind(refund.amount.to_string())
        .bind(refund.reason.as_str())
        .bind(refund.state.name().as_str())
        .bind(signed(chain_id)?)
        .bind(refund.created_at.as_millis())
        .bind(refund.updated_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("id").into()) }
    }

    /// Changes what became of a refund, if it is still as `from` says. A payload that is new is stored with the state that carries it, a proof is stored and
    /// taken away with the state that rests on it.
    ///
    /// # Errors
    /// `Changed` when it is no longer so.
    pub async fn set_refund_state(&mut self, from: &RefundRequest, to: &RefundState, at: Timestamp) -> Result<(), StoreError> {
        let (payload, response, status_at) = parts(to, from.created_at);
        if let Some(payload) = payload {
            self.insert_payload(&from.id, payload, at).await?;
        }
        let place = payload.map(|payload| payload.snapshot());
        let query = sqlx::query(
            "UPDATE refund_requests SET status = $1, response = $2, router = COALESCE($3, router), operator = COALESCE($4, operator), \
             voided_in_block = CASE WHEN $5 <> nonce THEN NULL ELSE voided_in_block END, nonce = COALESCE($5, nonce), \
             payload_digest = COALESCE($6, payload_digest), status_at = $7, updated_at = $8 WHERE id = $9 AND status = $10 AND updated_at = $11",
        )
        .bind(to.name().as_str())
        .bind(response.map(str::to_owned))
        .bind(place.map(|snapshot| lower(snapshot.router)))
        .bind(place.map(|snapshot| lower(snapshot.operator)))
        .bind(place.map(|snapshot| snapshot.nonce.to_string()))
        .bind(payload.map(|payload| lower(payload.digest())))
        .bind(status_at.as_millis())
        .bind(at.as_millis())
        .bind(from.id.as_str())
        .bind(from.state.name().as_str())
        .bind(from.updated_at.as_millis());
        if query.execute(self.connection()).await?.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        if from.state.name() == RefundStatus::Settled {
            proof::remove(self.connection(), proof::Table::Refunds, from.id.as_str()).await?;
        }
        match to {
            RefundState::Settled { proof, .. } => proof::insert_refund(self.connection(), &from.id, proof).await,
            RefundState::Pending | RefundState::Approved { .. } | RefundState::Denied { .. } | RefundState::Cancelled { .. } => Ok(()),
        }
    }

    async fn insert_payload(&mut self, id: &RefundId, payload: &SignedRefund, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO refund_payloads (digest, refund_request_id, snapshot, signature, signer, request_id, deadline, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(lower(payload.digest()))
        .bind(id.as_str())
        .bind(payload.canonical())
        .bind(payload.signature().to_string())
        .bind(lower(payload.signer()))
        .bind(lower(payload.request_id()))
        .bind(signed(payload.snapshot().deadline)?)
        .bind(at.as_millis());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes that an event is not what was signed for the refund it names; false when that is known.
    pub async fn open_refund_issue(&mut self, issue: &RefundIssue, event: &Location) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO refund_issues (refund_request_id, chain_id, block_hash, log_index, issues, opened_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (refund_request_id, chain_id, block_hash, log_index) DO UPDATE SET closed_at = NULL, issues = excluded.issues, \
             opened_at = excluded.opened_at WHERE refund_issues.closed_at IS NOT NULL",
        )
        .bind(issue.refund.as_str())
        .bind(signed(event.chain_id)?)
        .bind(lower(event.block_hash))
        .bind(signed(event.log_index)?)
        .bind(write_issues(&issue.issues))
        .bind(issue.opened_at.as_millis());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}

/// What a state is stored as, beside its name: its payload, what was said to it, and since when it holds.
fn parts(state: &RefundState, created_at: Timestamp) -> (Option<&SignedRefund>, Option<&str>, Timestamp) {
    match state {
        RefundState::Pending => (None, None, created_at),
        RefundState::Approved { payload, response, at } | RefundState::Settled { payload, response, at, .. } => (Some(payload), response.as_deref(), *at),
        RefundState::Denied { response, at } | RefundState::Cancelled { response, at } => (None, response.as_deref(), *at),
    }
}

/// Whose nonce a payload carries.
pub(crate) struct Nonce {
    pub(crate) chain_id: u64,
    pub(crate) operator: Address,
    pub(crate) nonce: U256,
}

/// A refund as it is listed, with what decides about it and its siblings.
pub(crate) struct Listed {
    pub(crate) stored: StoredRefund,
    pub(crate) sibling: RefundSibling,
    /// The block in which its nonce was cancelled, as the row says.
    pub(crate) voided: Option<(Nonce, u64)>,
}

/// A digest as the database keeps it.
pub(crate) fn key(hash: B256) -> String {
    lower(hash)
}
