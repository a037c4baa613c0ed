//! Deliveries.

use serde::Serialize;
use store::Submission;
use utoipa::ToSchema;

use super::agreement::ContractView;

/// One delivery of the work.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Submission)]
pub struct SubmissionView {
    /// `sub_…`
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// Which one, from 1.
    pub revision: u32,
    /// Where the work is.
    #[schema(required)]
    pub deliverable_url: Option<String>,
    /// What to know about it.
    #[schema(required)]
    pub notes: Option<String>,
    /// Hash of the work, 32 bytes in hex, as the seller made it.
    #[schema(required)]
    pub deliverable_hash: Option<String>,
    /// When it was delivered.
    pub created_at: String,
}

impl From<&Submission> for SubmissionView {
    fn from(submission: &Submission) -> Self {
        Self {
            id: submission.id.to_string(),
            contract_id: submission.agreement.to_string(),
            revision: submission.revision,
            deliverable_url: submission.deliverable_url.clone(),
            notes: submission.notes.clone(),
            deliverable_hash: submission.deliverable_hash.map(|hash| hash.to_string()),
            created_at: submission.created_at.to_string(),
        }
    }
}

/// `{submission, contract}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionBody {
    /// The delivery.
    pub submission: SubmissionView,
    /// The agreement after it.
    pub contract: ContractView,
}

/// `{submissions, nextCursor, totalCount}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionsBody {
    /// Newest first.
    pub submissions: Vec<SubmissionView>,
    /// Where the next page starts; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many there are in all.
    pub total_count: u64,
}
