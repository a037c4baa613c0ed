//! Payments that name a request and do not match it: to be inspected before anything further is paid.

use serde::{Deserialize, Serialize};
use settlement::Timestamp;
use settlement::event::Location;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::verify::ProofIssue;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx};

/// An event that does not match the request it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIssue {
    /// The request.
    pub request: PaymentRequestId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// What does not match.
    pub issues: Vec<ProofIssue>,
    /// When it was found.
    pub opened_at: Timestamp,
}

/// A [`ProofIssue`] as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredIssue {
    check: String,
    expected: String,
    found: String,
}

/// Names of checks are a closed list, kept in the program.
fn check_named(name: &str) -> Option<&'static str> {
    let payments = settlement::verify::CHECKS.iter().map(|(check, _)| *check);
    payments.chain(settlement::refund::REFUND_CHECKS.iter().map(|(check, _)| *check)).find(|check| *check == name)
}

/// What a column holds of checks that failed.
pub(crate) fn read_issues(fields: &Fields<'_>) -> Result<Vec<ProofIssue>, StoreError> {
    let stored: Vec<StoredIssue> = serde_json::from_str(&fields.text("issues")?).map_err(|error| fields.bad("issues", error))?;
    let issues = stored.into_iter().map(|stored| {
        let check = check_named(&stored.check).ok_or_else(|| fields.bad("issues", format!("there is no check {:?}", stored.check)))?;
        Ok(ProofIssue { check, expected: stored.expected, found: stored.found })
    });
    issues.collect()
}

/// Checks that failed, as they are stored.
pub(crate) fn write_issues(issues: &[ProofIssue]) -> String {
    let stored = issues.iter().map(|i| StoredIssue { check: i.check.to_owned(), expected: i.expected.clone(), found: i.found.clone() });
    serde_json::json!(stored.collect::<Vec<_>>()).to_string()
}

pub(crate) fn issue(row: &AnyRow) -> Result<OpenIssue, StoreError> {
    let fields = Fields::new("proof_issues", "payment_request_id", row)?;
    Ok(OpenIssue {
        request: fields.parsed("payment_request_id")?,
        agreement: fields.parsed("agreement_id")?,
        issues: read_issues(&fields)?,
        opened_at: fields.time("opened_at")?,
    })
}

pub(crate) async fn open(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Vec<OpenIssue>, StoreError> {
    let query = sqlx::query("SELECT * FROM proof_issues WHERE agreement_id = $1 AND closed_at IS NULL ORDER BY opened_at").bind(agreement.as_str());
    query.fetch_all(connection).await?.iter().map(issue).collect()
}

impl Store {
    /// What has to be inspected in an agreement, oldest first.
    pub async fn open_issues(&self, agreement: &AgreementId) -> Result<Vec<OpenIssue>, StoreError> {
        open(&mut *self.read().await?, agreement).await
    }
}

impl Tx {
    /// Notes that an event does not match the request it names; false when that is known.
    pub async fn open_issue(&mut self, issue: &OpenIssue, event: &Location) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO proof_issues (payment_request_id, agreement_id, chain_id, block_hash, log_index, issues, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (payment_request_id, chain_id, block_hash, log_index) DO UPDATE SET closed_at = NULL, issues = excluded.issues, \
             opened_at = excluded.opened_at WHERE proof_issues.closed_at IS NOT NULL",
        )
        .bind(issue.request.as_str())
        .bind(issue.agreement.as_str())
        .bind(signed(event.chain_id)?)
        .bind(lower(event.block_hash))
        .bind(signed(event.log_index)?)
        .bind(write_issues(&issue.issues))
        .bind(issue.opened_at.as_millis());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    /// Closes what was open about an event, of a payment or a refund: a reorg took it away. Returns how many were.
    pub async fn close_issues_of_event(&mut self, event: &Location, at: Timestamp) -> Result<u64, StoreError> {
        let mut closed = 0;
        for close in [
            "UPDATE proof_issues SET closed_at = $1 WHERE chain_id = $2 AND block_hash = $3 AND log_index = $4 AND closed_at IS NULL",
            "UPDATE refund_issues SET closed_at = $1 WHERE chain_id = $2 AND block_hash = $3 AND log_index = $4 AND closed_at IS NULL",
        ] {
            let query = sqlx::query(close).bind(at.as_millis()).bind(signed(event.chain_id)?);
            let query = query.bind(lower(event.block_hash)).bind(signed(event.log_index)?);
            closed += query.execute(self.connection()).await?.rows_affected();
        }
        Ok(closed)
    }
}
