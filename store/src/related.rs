//! What belongs to an agreement and decides what may be done with it, read together.
//!
//! One statement says what there is; what there is not costs nothing. An agreement that was just imported takes one statement, one that was paid takes two, and
//! each payment request is read, and its signature recovered, once.

use settlement::agreement::{AgreementRecord, PaymentFacts};
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::milestone::Plan;
use settlement::next_action::Pending;
use settlement::refund::Refunds;
use settlement::unit::Sibling;
use sqlx::AnyConnection;

use crate::error::StoreError;
use crate::payment_request::list;
use crate::row::Fields;
use crate::{Store, Tx, agreement, dispute, milestone, payout_change, pending, proof_issue, refund, unit};

/// How much there is of everything that belongs to agreement `$1`.
pub(crate) const COUNTED: &str = "SELECT \
     (SELECT COUNT(*) FROM payment_requests WHERE agreement_id = $1) AS requests, \
     (SELECT COUNT(*) FROM proof_issues WHERE agreement_id = $1 AND closed_at IS NULL) AS issues, \
     (SELECT COUNT(*) FROM milestone_plans WHERE agreement_id = $1) AS plans, \
     (SELECT COUNT(*) FROM refund_requests WHERE agreement_id = $1) AS refunds, \
     (SELECT COUNT(*) FROM disputes WHERE agreement_id = $1) AS disputes, \
     (SELECT COUNT(*) FROM disputes WHERE agreement_id = $1 AND status IN ('open', 'proposed')) AS open_disputes, \
     (SELECT COUNT(*) FROM disputes WHERE agreement_id = $1 AND status IN ('open', 'proposed') AND opened_by = 'buyer') AS buyer_disputes, \
     (SELECT COUNT(*) FROM payout_changes WHERE agreement_id = $1) AS payout_changes";

/// What belongs to an agreement.
#[derive(Clone, Debug)]
pub struct Related {
    /// What its payments, disputes and milestones say about it.
    pub payments: PaymentFacts,
    /// Its milestones; an empty plan where there are none.
    pub plan: Plan,
    /// What its requests say about the next.
    pub siblings: Vec<Sibling>,
    /// Its payments and what was asked back of them.
    pub refunds: Refunds,
    /// What stands open between its parties.
    pub pending: Pending,
}

/// What [`COUNTED`] says.
struct Counted {
    requests: u64,
    issues: u64,
    plans: u64,
    refunds: u64,
    disputes: u64,
    open_disputes: u64,
    buyer_disputes: u64,
    payout_changes: u64,
}

async fn counted(connection: &mut AnyConnection, id: &AgreementId) -> Result<Counted, StoreError> {
    let row = sqlx::query(COUNTED).bind(id.as_str()).fetch_one(connection).await?;
    let fields = Fields::named("agreements", id.to_string(), &row);
    Ok(Counted {
        requests: fields.unsigned("requests")?,
        issues: fields.unsigned("issues")?,
        plans: fields.unsigned("plans")?,
        refunds: fields.unsigned("refunds")?,
        disputes: fields.unsigned("disputes")?,
        open_disputes: fields.unsigned("open_disputes")?,
        buyer_disputes: fields.unsigned("buyer_disputes")?,
        payout_changes: fields.unsigned("payout_changes")?,
    })
}

async fn related(connection: &mut AnyConnection, agreement: &AgreementRecord) -> Result<Related, StoreError> {
    let id = &agreement.id;
    let there = counted(connection, id).await?;
    let requests = if there.requests > 0 { list(connection, id).await? } else { Vec::new() };
    let in_doubt: Vec<PaymentRequestId> = match there.issues {
        0 => Vec::new(),
        _ => proof_issue::open(connection, id).await?.into_iter().map(|issue| issue.request).collect(),
    };
    let plan = if there.plans > 0 { milestone::plan(connection, id).await? } else { Plan::default() };
    let asked_back = if there.refunds > 0 { refund::read::list(connection, id).await? } else { Vec::new() };
    let unexpected = pending::unacknowledged(connection, id, unit::unexpected(agreement, &requests)).await?;
    let payments = PaymentFacts {
        proof_issue: !in_doubt.is_empty(),
        disputed: there.buyer_disputes > 0,
        unacknowledged: !unexpected.is_empty(),
        ..PaymentFacts::default()
    };
    Ok(Related {
        payments: unit::payment_facts(payments, agreement, (&requests, &plan)),
        siblings: unit::siblings_among(connection, &requests).await?,
        refunds: refund::facts::refunds(connection, (&requests, asked_back), &in_doubt).await?,
        plan,
        pending: Pending {
            to_acknowledge: unexpected,
            dispute: if there.open_disputes > 0 { dispute::open(connection, id).await? } else { None },
            disputes: usize::try_from(there.disputes).unwrap_or(usize::MAX),
            payout_change: if there.payout_changes > 0 { payout_change::requested(connection, id).await? } else { None },
            payout_changes: u32::try_from(there.payout_changes).unwrap_or(u32::MAX),
        },
    })
}

impl Store {
    /// What belongs to an agreement.
    pub async fn related(&self, agreement: &AgreementRecord) -> Result<Related, StoreError> {
        related(&mut *self.read().await?, agreement).await
    }
}

impl Tx {
    /// What belongs to an agreement, which whoever decides on it has locked ([`Tx::agreement`]).
    pub async fn related(&mut self, agreement: &AgreementRecord) -> Result<Related, StoreError> {
        related(self.connection(), agreement).await
    }

    /// The payments of an agreement and what was asked back of them, for the rules.
    pub async fn refunds(&mut self, id: &AgreementId) -> Result<Refunds, StoreError> {
        let Some(agreement) = agreement::find(self.connection(), id, "").await? else { return Ok(Refunds::default()) };
        Ok(self.related(&agreement).await?.refunds)
    }
}
