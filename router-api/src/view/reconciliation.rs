//! Reconciliation.

use serde::Serialize;
use store::Difference;
use utoipa::ToSchema;

/// A place where chain, requests and ledger do not agree.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Difference)]
pub struct DifferenceView {
    /// `chain_only`, `database_only`, `amount`, `token`, `payer`, `terms`, `duplicate`, `ledger` or `unreadable`.
    pub kind: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The payment request; null when there is none.
    #[schema(required)]
    pub payment_request_id: Option<String>,
    /// The refund request; null when it is not about one.
    #[schema(required)]
    pub refund_request_id: Option<String>,
    /// Its agreement.
    #[schema(required)]
    pub contract_id: Option<String>,
    /// The status of the refund request, or of the payment request.
    #[schema(required)]
    pub status: Option<String>,
    /// The transaction; null when there is none.
    #[schema(required)]
    pub tx_hash: Option<String>,
    /// What differs.
    pub detail: String,
    /// What to do about it.
    pub fix: String,
}

impl From<&Difference> for DifferenceView {
    fn from(difference: &Difference) -> Self {
        Self {
            kind: difference.kind.name().to_owned(),
            chain_id: difference.chain_id,
            payment_request_id: difference.request.clone(),
            refund_request_id: difference.refund.clone(),
            contract_id: difference.agreement.clone(),
            status: difference.status.clone(),
            tx_hash: difference.tx_hash.clone(),
            detail: difference.detail.clone(),
            fix: difference.kind.fix().to_owned(),
        }
    }
}

/// `{differences, hasMore, asOf}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationBody {
    /// By chain and kind.
    pub differences: Vec<DifferenceView>,
    /// Whether there are more than are listed: mend these first.
    pub has_more: bool,
    /// When this was.
    pub as_of: String,
}
