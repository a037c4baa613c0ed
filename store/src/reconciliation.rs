//! Comparing what the chain says with what was signed and what is booked. Every question is answered by what is stored; the chain itself is not asked.

use settlement::reconciliation::DifferenceKind;
use sqlx::any::AnyRow;

use crate::Store;
use crate::error::StoreError;
use crate::proof_issue;
use crate::row::{Fields, signed};

const CHAIN_ONLY: &str = "SELECT e.tx_hash FROM router_events e WHERE e.chain_id = $1 AND e.kind = 'payment' AND e.orphaned = 0 AND e.verdict = 'foreign' \
     ORDER BY e.block_number, e.log_index LIMIT $2";
const DATABASE_ONLY: &str = "SELECT r.id, r.agreement_id, r.status, r.tx_hash FROM payment_requests r WHERE r.chain_id = $1 AND r.status = 'router_verified' \
     AND NOT EXISTS (SELECT 1 FROM router_events e WHERE e.digest = r.digest AND e.chain_id = r.chain_id AND e.orphaned = 0) ORDER BY r.id LIMIT $2";
const ISSUES: &str = "SELECT i.*, r.status AS request_status, e.tx_hash FROM proof_issues i JOIN payment_requests r ON r.id = i.payment_request_id \
     LEFT JOIN router_events e ON e.chain_id = i.chain_id AND e.block_hash = i.block_hash AND e.log_index = i.log_index \
     WHERE i.chain_id = $1 AND i.closed_at IS NULL ORDER BY i.opened_at, i.payment_request_id LIMIT $2";
const DUPLICATE: &str = "SELECT MIN(r.id) AS id, MIN(r.agreement_id) AS agreement_id, MIN(r.status) AS status, MAX(e.tx_hash) AS tx_hash FROM router_events e \
     JOIN payment_requests r ON r.digest = e.digest AND r.chain_id = e.chain_id WHERE e.chain_id = $1 AND e.kind = 'payment' AND e.orphaned = 0 \
     GROUP BY r.unit_id HAVING COUNT(*) > 1 ORDER BY 1 LIMIT $2";
const NOT_BOOKED: &str = "SELECT r.id, r.agreement_id, r.status, r.tx_hash FROM payment_requests r WHERE r.chain_id = $1 AND r.status = 'router_verified' \
     AND NOT EXISTS (SELECT 1 FROM postings p WHERE p.payment_request_id = r.id AND p.account = 'seller_proceeds' AND p.side = 'credit' AND p.reverses IS NULL \
     AND NOT EXISTS (SELECT 1 FROM postings x WHERE x.reverses = p.entry)) ORDER BY r.id LIMIT $2";
const NOT_VERIFIED: &str = "SELECT DISTINCT r.id, r.agreement_id, r.status, r.tx_hash FROM payment_requests r JOIN postings p ON p.payment_request_id = r.id \
     WHERE r.chain_id = $1 AND r.status <> 'router_verified' AND p.account = 'seller_proceeds' AND p.side = 'credit' AND p.reverses IS NULL \
     AND NOT EXISTS (SELECT 1 FROM postings x WHERE x.reverses = p.entry) ORDER BY r.id LIMIT $2";
const OTHER_AMOUNT: &str = "SELECT DISTINCT r.id, r.agreement_id, r.status, r.tx_hash FROM payment_requests r JOIN postings p ON p.payment_request_id = r.id \
     WHERE r.chain_id = $1 AND r.status = 'router_verified' AND p.account = 'seller_proceeds' AND p.side = 'credit' AND p.reverses IS NULL \
     AND p.amount <> r.seller_amount AND NOT EXISTS (SELECT 1 FROM postings x WHERE x.reverses = p.entry) ORDER BY r.id LIMIT $2";

/// A place where two of them do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The chain.
    pub chain_id: u64,
    /// The payment request. Text, because the row may be damaged.
    pub request: Option<String>,
    /// Its agreement.
    pub agreement: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// The transaction.
    pub tx_hash: Option<String>,
    /// What differs.
    pub detail: String,
}

fn about_request(kind: DifferenceKind, chain_id: u64, detail: &str, row: &AnyRow) -> Result<Difference, StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    Ok(Difference {
        kind,
        chain_id,
        request: fields.opt_text("id")?,
        agreement: fields.opt_text("agreement_id")?,
        status: fields.opt_text("status")?,
        tx_hash: fields.opt_text("tx_hash")?,
        detail: detail.to_owned(),
    })
}

/// One for each check that failed.
fn about_issue(chain_id: u64, row: &AnyRow) -> Result<Vec<Difference>, StoreError> {
    let fields = Fields::new("proof_issues", "payment_request_id", row)?;
    let (status, tx_hash, issue) = (fields.opt_text("request_status")?, fields.opt_text("tx_hash")?, proof_issue::issue(row)?);
    let difference = |failed: &settlement::verify::ProofIssue| Difference {
        kind: DifferenceKind::of_check(failed.check),
        chain_id,
        request: Some(issue.request.to_string()),
        agreement: Some(issue.agreement.to_string()),
        status: status.clone(),
        tx_hash: tx_hash.clone(),
        detail: failed.to_string(),
    };
    Ok(issue.issues.iter().map(difference).collect())
}

impl Store {
    /// Where chain, requests and ledger do not agree on a chain: at most `limit` of each question, so that a database in ruins can be asked too. It reads whole
    /// tables; it is for whoever runs the instance, not for a busy path.
    pub async fn differences(&self, chain_id: u64, limit: u32) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        for row in self.ask(CHAIN_ONLY, chain_id, limit).await? {
            let tx_hash = Fields::new("router_events", "tx_hash", &row)?.opt_text("tx_hash")?;
            let detail = "nothing here was signed for this payment".to_owned();
            found.push(Difference { kind: DifferenceKind::ChainOnly, chain_id, request: None, agreement: None, status: None, tx_hash, detail });
        }
        for row in self.ask(ISSUES, chain_id, limit).await? {
            found.extend(about_issue(chain_id, &row)?);
        }
        for (sql, kind, detail) in [
            (DATABASE_ONLY, DifferenceKind::DatabaseOnly, "it counts as paid, and no event of it stands on the chain"),
            (DUPLICATE, DifferenceKind::Duplicate, "its unit of work was paid more than once"),
            (NOT_BOOKED, DifferenceKind::Ledger, "it is verified and not booked"),
            (NOT_VERIFIED, DifferenceKind::Ledger, "it is booked and not verified"),
            (OTHER_AMOUNT, DifferenceKind::Amount, "another amount is booked than was signed"),
        ] {
            for row in self.ask(sql, chain_id, limit).await? {
                found.push(about_request(kind, chain_id, detail, &row)?);
            }
        }
        Ok(found)
    }

    async fn ask(&self, sql: &'static str, chain_id: u64, limit: u32) -> Result<Vec<AnyRow>, StoreError> {
        Ok(sqlx::query(sql).bind(signed(chain_id)?).bind(i64::from(limit)).fetch_all(self.database.pool()).await?)
    }
}
