//! Disputes.

use settlement::dispute::{Answer, Dispute, DisputeState, Outcome, Proposal, Recommendation};
use settlement::ids::{AgreementId, DisputeId};
use settlement::milestone::Side;
use settlement::money::Amount;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::page::PageKey;
use crate::row::Fields;
use crate::{Store, Tx};

fn dispute(row: &AnyRow) -> Result<Dispute, StoreError> {
    let fields = Fields::new("disputes", "id", row)?;
    Ok(Dispute {
        id: fields.parsed("id")?,
        agreement: fields.parsed("agreement_id")?,
        opened_by: fields.one_of("opened_by", Side::parse)?,
        reason: fields.text("reason")?,
        evidence_url: fields.opt_text("evidence_url")?,
        notes: fields.opt_text("notes")?,
        answer: answer(&fields)?,
        recommendation: recommendation(&fields)?,
        state: state(&fields)?,
        version: fields.unsigned("version")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn answer(fields: &Fields<'_>) -> Result<Option<Answer>, StoreError> {
    let Some(statement) = fields.opt_text("answer")? else { return Ok(None) };
    let at = fields.opt_time("answered_at").and_then(|at| fields.present("answered_at", at))?;
    Ok(Some(Answer { statement, evidence_url: fields.opt_text("answer_evidence_url")?, at }))
}

fn recommendation(fields: &Fields<'_>) -> Result<Option<Recommendation>, StoreError> {
    let Some(by) = fields.opt_parsed("recommended_by")? else { return Ok(None) };
    let at = fields.opt_time("recommended_at").and_then(|at| fields.present("recommended_at", at))?;
    let outcome = outcome(fields, "recommended_outcome", "recommended_refund")?;
    Ok(Some(Recommendation { by, proposal: Proposal { outcome, note: fields.opt_text("recommended_note")?, at } }))
}

fn outcome(fields: &Fields<'_>, column: &'static str, refund: &'static str) -> Result<Outcome, StoreError> {
    let amount: Option<Amount> = fields.opt_parsed(refund)?;
    match (fields.text(column)?.as_str(), amount) {
        ("no_refund", None) => Ok(Outcome::NoRefund),
        ("refund", Some(amount)) => Ok(Outcome::Refund(amount)),
        (other, amount) => Err(fields.bad(column, format!("{other:?} with a refund of {amount:?} is no outcome"))),
    }
}

fn state(fields: &Fields<'_>) -> Result<DisputeState, StoreError> {
    let said = || -> Result<(Side, Proposal), StoreError> {
        let at = fields.opt_time("proposed_at").and_then(|at| fields.present("proposed_at", at))?;
        let proposal = Proposal { outcome: outcome(fields, "outcome", "refund_amount")?, note: fields.opt_text("outcome_note")?, at };
        Ok((fields.one_of("proposed_by", Side::parse)?, proposal))
    };
    let ended = || fields.opt_time("ended_at").and_then(|at| fields.present("ended_at", at));
    match fields.text("status")?.as_str() {
        "open" => Ok(DisputeState::Open),
        "proposed" => said().map(|(by, proposal)| DisputeState::Proposed { by, proposal }),
        "resolved" => {
            let (by, proposal) = said()?;
            Ok(DisputeState::Resolved { by, proposal, agreed_note: fields.opt_text("agreed_note")?, at: ended()? })
        }
        "withdrawn" => Ok(DisputeState::Withdrawn { at: ended()? }),
        other => Err(fields.bad("status", format!("{other:?} is not one of its values"))),
    }
}

/// What a proposal is stored as: outcome, refund, note, when.
type ProposalColumns = (Option<&'static str>, Option<String>, Option<String>, Option<i64>);

fn proposal_columns(proposal: Option<&Proposal>) -> ProposalColumns {
    let refund = proposal.and_then(|p| p.outcome.refund()).map(|amount| amount.to_string());
    (proposal.map(|p| p.outcome.name()), refund, proposal.and_then(|p| p.note.clone()), proposal.map(|p| p.at.as_millis()))
}

/// What an end is stored as: what the side that agreed said, and when it was.
type EndColumns<'a> = (Option<&'a str>, Option<i64>);

/// What a state is stored as: who proposed it, what, and how it ended.
fn state_columns(state: &DisputeState) -> (Option<&'static str>, ProposalColumns, EndColumns<'_>) {
    match state {
        DisputeState::Open => (None, proposal_columns(None), (None, None)),
        DisputeState::Proposed { by, proposal } => (Some(by.name()), proposal_columns(Some(proposal)), (None, None)),
        DisputeState::Resolved { by, proposal, agreed_note, at } => {
            (Some(by.name()), proposal_columns(Some(proposal)), (agreed_note.as_deref(), Some(at.as_millis())))
        }
        DisputeState::Withdrawn { at } => (None, proposal_columns(None), (None, Some(at.as_millis()))),
    }
}

async fn find(connection: &mut AnyConnection, id: &DisputeId) -> Result<Option<Dispute>, StoreError> {
    let row = sqlx::query("SELECT * FROM disputes WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(dispute).transpose()
}

pub(crate) const OPEN: &str = "SELECT * FROM disputes WHERE agreement_id = $1 AND status IN ('open', 'proposed')";
pub(crate) const LIST: &str = "SELECT * FROM disputes WHERE agreement_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4";

pub(crate) async fn open(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Option<Dispute>, StoreError> {
    sqlx::query(OPEN).bind(agreement.as_str()).fetch_optional(connection).await?.as_ref().map(dispute).transpose()
}

impl Store {
    /// A dispute by its id.
    pub async fn dispute(&self, id: &DisputeId) -> Result<Option<Dispute>, StoreError> {
        find(&mut *self.read().await?, id).await
    }

    /// The disputes of an agreement, newest first.
    pub async fn disputes(&self, agreement: &AgreementId, after: Option<&PageKey>, limit: u32) -> Result<Vec<Dispute>, StoreError> {
        let (at, id) = PageKey::bounds(after);
        let query = sqlx::query(LIST).bind(agreement.as_str()).bind(at).bind(id).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(dispute).collect()
    }

    /// The dispute of an agreement that has not ended.
    pub async fn open_dispute(&self, agreement: &AgreementId) -> Result<Option<Dispute>, StoreError> {
        open(&mut *self.read().await?, agreement).await
    }
}

impl Tx {
    /// A dispute by its id.
    pub async fn dispute(&mut self, id: &DisputeId) -> Result<Option<Dispute>, StoreError> {
        find(self.connection(), id).await
    }

    /// The dispute of an agreement that has not ended.
    pub async fn open_dispute(&mut self, agreement: &AgreementId) -> Result<Option<Dispute>, StoreError> {
        open(self.connection(), agreement).await
    }

    /// How many disputes an agreement has had.
    pub async fn count_disputes(&mut self, agreement: &AgreementId) -> Result<usize, StoreError> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM disputes WHERE agreement_id = $1").bind(agreement.as_str());
        let count: i64 = query.fetch_one(self.connection()).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Adds a dispute that was just opened.
    ///
    /// # Errors
    /// `Duplicate("open_dispute")` when one is open. The transaction can go on.
    pub async fn insert_dispute(&mut self, dispute: &Dispute) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO disputes (id, agreement_id, opened_by, reason, evidence_url, notes, status, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(dispute.id.as_str())
        .bind(dispute.agreement.as_str())
        .bind(dispute.opened_by.name())
        .bind(dispute.reason.as_str())
        .bind(dispute.evidence_url.as_deref())
        .bind(dispute.notes.as_deref())
        .bind(dispute.state.name())
        .bind(i64::from(dispute.version))
        .bind(dispute.created_at.as_millis())
        .bind(dispute.updated_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("open_dispute").into()) }
    }

    /// Changes a dispute, if it is still the version before the one given.
    ///
    /// # Errors
    /// `Changed` when it is not.
    pub async fn update_dispute(&mut self, dispute: &Dispute) -> Result<(), StoreError> {
        let (proposed_by, (outcome, refund, note, proposed_at), (agreed_note, ended_at)) = state_columns(&dispute.state);
        let said = proposal_columns(dispute.recommendation.as_ref().map(|r| &r.proposal));
        let answer = dispute.answer.as_ref();
        let query = sqlx::query(
            "UPDATE disputes SET answer = $1, answer_evidence_url = $2, answered_at = $3, recommended_by = $4, recommended_outcome = $5, \
             recommended_refund = $6, recommended_note = $7, recommended_at = $8, status = $9, proposed_by = $10, outcome = $11, refund_amount = $12, \
             outcome_note = $13, proposed_at = $14, agreed_note = $15, ended_at = $16, version = $17, updated_at = $18 WHERE id = $19 AND version = $20",
        )
        .bind(answer.map(|a| a.statement.as_str()))
        .bind(answer.and_then(|a| a.evidence_url.as_deref()))
        .bind(answer.map(|a| a.at.as_millis()))
        .bind(dispute.recommendation.as_ref().map(|r| r.by.as_str()))
        .bind(said.0)
        .bind(said.1)
        .bind(said.2)
        .bind(said.3)
        .bind(dispute.state.name())
        .bind(proposed_by)
        .bind(outcome)
        .bind(refund)
        .bind(note)
        .bind(proposed_at)
        .bind(agreed_note)
        .bind(ended_at)
        .bind(i64::from(dispute.version))
        .bind(dispute.updated_at.as_millis())
        .bind(dispute.id.as_str())
        .bind(i64::from(dispute.version) - 1);
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }
}
