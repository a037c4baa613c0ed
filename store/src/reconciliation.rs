//! Comparing what the chain says with what was signed and what is booked. Every question is answered by what is stored; the chain itself is not asked.

mod ledger;
mod questions;

use settlement::reconciliation::DifferenceKind;
use sqlx::any::AnyRow;

use self::questions::{CHAIN_ONLY, OF_PAYMENTS, OF_REFUNDS, PAYMENT_ISSUES, Question, REFUND_ISSUES};
use crate::Store;
use crate::error::StoreError;
use crate::proof_issue::read_issues;
use crate::row::{Fields, signed};

/// The chains of which anything is stored that can differ, whether they are configured or not.
const CHAINS: &str = "SELECT chain_id FROM payment_requests UNION SELECT chain_id FROM refund_requests UNION SELECT chain_id FROM router_events ORDER BY 1";

/// A place where two of them do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The chain.
    pub chain_id: u64,
    /// The payment request. Text, because the row may be damaged.
    pub request: Option<String>,
    /// The refund request, where it is about one.
    pub refund: Option<String>,
    /// Its agreement.
    pub agreement: Option<String>,
    /// The status of the refund request, or of the payment request.
    pub status: Option<String>,
    /// The transaction.
    pub tx_hash: Option<String>,
    /// What differs.
    pub detail: String,
}

impl Difference {
    const fn of_chain(kind: DifferenceKind, chain_id: u64) -> Self {
        Self { kind, chain_id, request: None, refund: None, agreement: None, status: None, tx_hash: None, detail: String::new() }
    }

    /// What a row says of itself: columns that it does not have are left out, and so are those that cannot be read.
    fn about(fields: &Fields<'_>, (kind, chain_id): (DifferenceKind, u64), detail: String) -> Self {
        let text = |column| fields.opt_text(column).ok().flatten();
        let [request, refund, agreement, status, tx_hash] = ["id", "refund_id", "agreement_id", "status", "tx_hash"].map(text);
        Self { kind, chain_id, request, refund, agreement, status, tx_hash, detail }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Where they do not agree.
    pub differences: Vec<Difference>,
    /// Whether a question had more answers than were asked for.
    pub has_more: bool,
}

/// What was found so far, and how much of the question that is being asked.
struct Findings {
    found: Comparison,
    limit: usize,
    of_question: usize,
}

impl Findings {
    /// Another question is asked.
    const fn begin(&mut self) {
        self.of_question = 0;
    }

    /// Adds answers, up to the limit.
    fn extend(&mut self, differences: impl IntoIterator<Item = Difference>) {
        for difference in differences {
            if self.of_question == self.limit {
                self.found.has_more = true;
                return;
            }
            self.of_question += 1;
            self.found.differences.push(difference);
        }
    }

    /// What was read of a row; what could not be read is a difference itself, and nothing else stops for it.
    fn readable<T>(&mut self, fields: &Fields<'_>, chain_id: u64, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(StoreError::Row(error)) => {
                self.extend([Difference::about(fields, (DifferenceKind::Unreadable, chain_id), error.to_string())]);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A row that may be damaged, named by its request if that can be read.
fn of<'r>(table: &'static str, row: &'r AnyRow) -> Fields<'r> {
    Fields::new(table, "id", row).unwrap_or_else(|_| Fields::named(table, "?".to_owned(), row))
}

/// One for each check that failed.
fn about_issue(chain_id: u64, fields: &Fields<'_>) -> Vec<Difference> {
    let about = |kind, detail| Difference::about(fields, (kind, chain_id), detail);
    match read_issues(fields) {
        Ok(issues) => issues.iter().map(|failed| about(DifferenceKind::of_check(failed.check), failed.to_string())).collect(),
        Err(error) => vec![about(DifferenceKind::Unreadable, error.to_string())],
    }
}

impl Store {
    /// The chains that [`Self::differences`] can be asked about.
    pub async fn compared_chains(&self) -> Result<Vec<u64>, StoreError> {
        let rows = sqlx::query(CHAINS).fetch_all(self.database.pool()).await?;
        rows.iter().map(|row| Fields::named("router_events", "?".to_owned(), row).unsigned("chain_id")).collect()
    }

    /// Where chain, requests, refunds and ledger do not agree on a chain: at most `limit` of each question, so that a database in ruins can be asked too. It reads
    /// whole tables; it is for whoever runs the instance, not for a busy path.
    pub async fn differences(&self, chain_id: u64, limit: u32) -> Result<Comparison, StoreError> {
        let mut findings = Findings { found: Comparison::default(), limit: usize::try_from(limit).unwrap_or(usize::MAX), of_question: 0 };
        findings.begin();
        for row in self.ask(CHAIN_ONLY, chain_id, limit).await? {
            let fields = of("router_events", &row);
            let what = fields.text("kind").unwrap_or_default();
            let detail = format!("nothing here was signed for this {what}");
            findings.extend([Difference::about(&fields, (DifferenceKind::ChainOnly, chain_id), detail)]);
        }
        for (table, sql) in [("proof_issues", PAYMENT_ISSUES), ("refund_issues", REFUND_ISSUES)] {
            findings.begin();
            for row in self.ask(sql, chain_id, limit).await? {
                findings.extend(about_issue(chain_id, &of(table, &row)));
            }
        }
        for Question { sql, kind, detail } in OF_PAYMENTS.iter().chain(&OF_REFUNDS) {
            findings.begin();
            for row in self.ask(sql, chain_id, limit).await? {
                findings.extend([Difference::about(&of("payment_requests", &row), (*kind, chain_id), (*detail).to_owned())]);
            }
        }
        self.uneven_entries(chain_id, &mut findings).await?;
        self.untrue_days(chain_id, &mut findings).await?;
        Ok(findings.found)
    }

    /// One more than the limit, so that it is known when there are more.
    async fn ask(&self, sql: &'static str, chain_id: u64, limit: u32) -> Result<Vec<AnyRow>, StoreError> {
        Ok(sqlx::query(sql).bind(signed(chain_id)?).bind(i64::from(limit).saturating_add(1)).fetch_all(self.database.pool()).await?)
    }
}
