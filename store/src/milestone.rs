//! Milestones, their plans and their deliveries.

use settlement::Timestamp;
use settlement::agreement::AgreementRecord;
use settlement::ids::{AgreementId, MilestoneId, SubmissionId};
use settlement::milestone::{Milestone, MilestoneState, Part, Plan, Side};
use settlement::unit::Unit;
use settlement::verify::AgreedTerms;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, signed};
use crate::{Store, Tx};

/// One delivery of a milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MilestoneDelivery {
    /// Its id.
    pub id: SubmissionId,
    /// Of which milestone.
    pub milestone: MilestoneId,
    /// Its number, from 1.
    pub revision: u32,
    /// Where the work is.
    pub deliverable_url: Option<String>,
    /// What the seller says about it.
    pub notes: Option<String>,
    /// When it was delivered.
    pub created_at: Timestamp,
}

fn milestone(row: &AnyRow) -> Result<Milestone, StoreError> {
    let fields = Fields::new("milestones", "id", row)?;
    let criteria = fields.text("acceptance_criteria")?;
    Ok(Milestone {
        id: fields.parsed("id")?,
        agreement: fields.parsed("agreement_id")?,
        position: fields.unsigned("position")?,
        added_by: fields.one_of("added_by", side)?,
        part: Part {
            title: fields.text("title")?,
            description: fields.opt_text("description")?,
            acceptance_criteria: serde_json::from_str(&criteria).map_err(|error| fields.bad("acceptance_criteria", error))?,
            amount: fields.amount("amount")?,
            due_at: fields.opt_time("due_at")?,
        },
        state: state(&fields)?,
        version: fields.unsigned("version")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn state(fields: &Fields<'_>) -> Result<MilestoneState, StoreError> {
    let at = || fields.opt_time("status_at").and_then(|at| fields.present("status_at", at));
    let reason = || fields.opt_text("status_reason").and_then(|reason| fields.present("status_reason", reason));
    let submission = || fields.opt_parsed("status_submission_id").and_then(|id| fields.present("status_submission_id", id));
    match fields.text("status")?.as_str() {
        "proposed" => Ok(MilestoneState::Proposed),
        "active" => Ok(MilestoneState::Active),
        "submitted" => Ok(MilestoneState::Submitted { submission: submission()?, at: at()? }),
        "accepted" => Ok(MilestoneState::Accepted { submission: submission()?, at: at()? }),
        "rejected" => Ok(MilestoneState::Rejected { submission: submission()?, reason: reason()?, at: at()? }),
        "cancelled" => Ok(MilestoneState::Cancelled { by: fields.one_of("status_by", side)?, at: at()? }),
        other => Err(fields.bad("status", format!("{other:?} is not one of its values"))),
    }
}

fn side(text: &str) -> Option<Side> {
    [Side::Buyer, Side::Seller].into_iter().find(|side| side.name() == text)
}

/// What a state is stored as: submission, reason, who, when.
fn columns(state: &MilestoneState) -> (Option<&str>, Option<&str>, Option<&'static str>, Option<i64>) {
    match state {
        MilestoneState::Proposed | MilestoneState::Active => (None, None, None, None),
        MilestoneState::Submitted { submission, at } | MilestoneState::Accepted { submission, at } => {
            (Some(submission.as_str()), None, None, Some(at.as_millis()))
        }
        MilestoneState::Rejected { submission, reason, at } => (Some(submission.as_str()), Some(reason), None, Some(at.as_millis())),
        MilestoneState::Cancelled { by, at } => (None, None, Some(by.name()), Some(at.as_millis())),
    }
}

fn delivery(row: &AnyRow) -> Result<MilestoneDelivery, StoreError> {
    let fields = Fields::new("milestone_submissions", "id", row)?;
    Ok(MilestoneDelivery {
        id: fields.parsed("id")?,
        milestone: fields.parsed("milestone_id")?,
        revision: fields.unsigned("revision")?,
        deliverable_url: fields.opt_text("deliverable_url")?,
        notes: fields.opt_text("notes")?,
        created_at: fields.time("created_at")?,
    })
}

/// The plan of an agreement with all its milestones; an empty one where there is none.
pub(crate) async fn plan(connection: &mut AnyConnection, id: &AgreementId) -> Result<Plan, StoreError> {
    let query = sqlx::query("SELECT * FROM milestone_plans WHERE agreement_id = $1").bind(id.as_str());
    let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(Plan::default()) };
    let fields = Fields::new("milestone_plans", "agreement_id", &row)?;
    let query = sqlx::query("SELECT * FROM milestones WHERE agreement_id = $1 ORDER BY position").bind(id.as_str());
    Ok(Plan {
        version: fields.unsigned("version")?,
        buyer_confirmed: fields.opt_unsigned("buyer_confirmed")?,
        seller_confirmed: fields.opt_unsigned("seller_confirmed")?,
        finalised_at: fields.opt_time("finalised_at")?,
        milestones: query.fetch_all(connection).await?.iter().map(milestone).collect::<Result<_, _>>()?,
    })
}

/// The deliveries that the milestones of this plan are about, in its order. By their ids: a milestone that has been delivered again since the plan was read would
/// be shown with what its version is not about.
async fn deliveries(connection: &mut AnyConnection, plan: &Plan) -> Result<Vec<MilestoneDelivery>, StoreError> {
    let mut found = Vec::new();
    for id in plan.milestones.iter().filter_map(|milestone| milestone.state.submission()) {
        let query = sqlx::query("SELECT * FROM milestone_submissions WHERE id = $1").bind(id.as_str());
        found.extend(query.fetch_optional(&mut *connection).await?.as_ref().map(delivery).transpose()?);
    }
    Ok(found)
}

/// What the agreement, and the milestone that this unit pays, say that a payment of it has to follow.
pub(crate) async fn agreed(connection: &mut AnyConnection, agreement: &AgreementRecord, unit: &Unit) -> Result<AgreedTerms, StoreError> {
    let agreed = AgreedTerms::from(agreement);
    let Some(id) = unit.kind.milestone() else { return Ok(agreed) };
    let query = sqlx::query("SELECT * FROM milestones WHERE id = $1 AND agreement_id = $2").bind(id.as_str()).bind(agreement.id.as_str());
    let row = query.fetch_optional(connection).await?;
    let milestone = row.as_ref().map(milestone).transpose()?;
    Ok(milestone.map_or(agreed.clone(), |milestone| agreed.of_milestone(&milestone)))
}

impl Store {
    /// The plan of an agreement with all its milestones; an empty one where there is none.
    pub async fn plan(&self, id: &AgreementId) -> Result<Plan, StoreError> {
        plan(&mut *self.read().await?, id).await
    }

    /// The deliveries that the milestones of this plan are about, in its order.
    pub async fn milestone_deliveries(&self, plan: &Plan) -> Result<Vec<MilestoneDelivery>, StoreError> {
        deliveries(&mut *self.read().await?, plan).await
    }
}

impl Tx {
    /// The plan of an agreement with all its milestones; an empty one where there is none. Whoever changes it has locked the agreement ([`Tx::agreement`]), so
    /// that what milestones add up to holds.
    pub async fn plan(&mut self, id: &AgreementId) -> Result<Plan, StoreError> {
        plan(self.connection(), id).await
    }

    /// The deliveries that the milestones of this plan are about, in its order.
    pub async fn milestone_deliveries(&mut self, plan: &Plan) -> Result<Vec<MilestoneDelivery>, StoreError> {
        deliveries(self.connection(), plan).await
    }

    /// Adds a milestone.
    ///
    /// # Errors
    /// `Duplicate("position")` when its place in the plan is taken.
    pub async fn insert_milestone(&mut self, milestone: &Milestone) -> Result<(), StoreError> {
        let (submission, reason, by, at) = columns(&milestone.state);
        let (submission, reason) = (submission.map(str::to_owned), reason.map(str::to_owned));
        let query = sqlx::query(
            "INSERT INTO milestones (id, agreement_id, position, added_by, title, description, acceptance_criteria, amount, due_at, version, status, \
             status_submission_id, status_reason, status_by, status_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
        )
        .bind(milestone.id.as_str())
        .bind(milestone.agreement.as_str())
        .bind(i64::from(milestone.position))
        .bind(milestone.added_by.name())
        .bind(milestone.part.title.as_str())
        .bind(milestone.part.description.as_deref())
        .bind(criteria(&milestone.part))
        .bind(milestone.part.amount.to_string())
        .bind(milestone.part.due_at.map(Timestamp::as_millis))
        .bind(signed(milestone.version)?)
        .bind(milestone.state.name())
        .bind(submission)
        .bind(reason)
        .bind(by)
        .bind(at)
        .bind(milestone.created_at.as_millis())
        .bind(milestone.updated_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("position").into()) }
    }

    /// Changes a milestone, if it still is in the version and state of `from`.
    ///
    /// # Errors
    /// `Changed` when it is not.
    pub async fn set_milestone(&mut self, from: &Milestone, to: &Milestone) -> Result<(), StoreError> {
        let (submission, reason, by, at) = columns(&to.state);
        let (submission, reason) = (submission.map(str::to_owned), reason.map(str::to_owned));
        let query = sqlx::query(
            "UPDATE milestones SET title = $1, description = $2, acceptance_criteria = $3, amount = $4, due_at = $5, version = $6, status = $7, \
             status_submission_id = $8, status_reason = $9, status_by = $10, status_at = $11, updated_at = $12 \
             WHERE id = $13 AND version = $14 AND status = $15",
        )
        .bind(to.part.title.as_str())
        .bind(to.part.description.as_deref())
        .bind(criteria(&to.part))
        .bind(to.part.amount.to_string())
        .bind(to.part.due_at.map(Timestamp::as_millis))
        .bind(signed(to.version)?)
        .bind(to.state.name())
        .bind(submission)
        .bind(reason)
        .bind(by)
        .bind(at)
        .bind(to.updated_at.as_millis())
        .bind(from.id.as_str())
        .bind(signed(from.version)?)
        .bind(from.state.name());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Changes version, confirmations and finality of a plan, if they still are those of `from` and it is not final. Its milestones are not touched.
    ///
    /// # Errors
    /// `Changed` when they are not.
    pub async fn set_plan(&mut self, agreement: &AgreementId, from: &Plan, to: &Plan) -> Result<(), StoreError> {
        let confirmed = |version: Option<u64>| version.map(signed).transpose();
        let sql = if from.version == 0 {
            "INSERT INTO milestone_plans (agreement_id, version, buyer_confirmed, seller_confirmed, finalised_at) VALUES ($5, $1, $2, $3, $4) \
             ON CONFLICT DO NOTHING"
        } else {
            "UPDATE milestone_plans SET version = $1, buyer_confirmed = $2, seller_confirmed = $3, finalised_at = $4 \
             WHERE agreement_id = $5 AND version = $6 AND COALESCE(buyer_confirmed, 0) = $7 AND COALESCE(seller_confirmed, 0) = $8 AND finalised_at IS NULL"
        };
        let query = sqlx::query(sql)
            .bind(signed(to.version)?)
            .bind(confirmed(to.buyer_confirmed)?)
            .bind(confirmed(to.seller_confirmed)?)
            .bind(to.finalised_at.map(Timestamp::as_millis))
            .bind(agreement.as_str());
        let query = if from.version == 0 {
            query
        } else {
            query.bind(signed(from.version)?).bind(confirmed(from.buyer_confirmed)?.unwrap_or(0)).bind(confirmed(from.seller_confirmed)?.unwrap_or(0))
        };
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// The number that the next delivery of a milestone gets.
    pub async fn next_milestone_revision(&mut self, milestone: &MilestoneId) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) + 1 FROM milestone_submissions WHERE milestone_id = $1").bind(milestone.as_str());
        let next: i64 = query.fetch_one(self.connection()).await?;
        Ok(u32::try_from(next).unwrap_or(u32::MAX))
    }

    /// Adds a delivery of a milestone.
    ///
    /// # Errors
    /// `Duplicate("revision")` when its number is taken.
    pub async fn insert_milestone_delivery(&mut self, delivery: &MilestoneDelivery) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO milestone_submissions (id, milestone_id, revision, deliverable_url, notes, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT DO NOTHING",
        )
        .bind(delivery.id.as_str())
        .bind(delivery.milestone.as_str())
        .bind(i64::from(delivery.revision))
        .bind(delivery.deliverable_url.as_deref())
        .bind(delivery.notes.as_deref())
        .bind(delivery.created_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("revision").into()) }
    }
}

fn criteria(part: &Part) -> String {
    serde_json::to_string(&part.acceptance_criteria).expect("a list of strings is always JSON")
}
