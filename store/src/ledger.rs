//! The ledger: double entry, only ever added to.

use settlement::Timestamp;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::ledger::{Account, Posting, Side};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, lower};
use crate::{Store, Tx};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPosting {
    /// The entry it belongs to: its lines add up to zero.
    pub entry: String,
    /// Its number in the entry, from 0.
    pub line: u32,
    /// The line.
    pub posting: Posting,
    /// The entry that this one takes back.
    pub reverses: Option<String>,
}

fn posting(row: &AnyRow) -> Result<StoredPosting, StoreError> {
    let fields = Fields::new("postings", "entry", row)?;
    let wallet = fields.address("wallet")?;
    Ok(StoredPosting {
        entry: fields.text("entry")?,
        line: fields.unsigned("line")?,
        posting: Posting {
            agreement: fields.parsed("agreement_id")?,
            request: fields.parsed("payment_request_id")?,
            account: fields.one_of("account", |name| Account::parse(name, wallet))?,
            side: fields.one_of("side", |name| [Side::Debit, Side::Credit].into_iter().find(|side| side.name() == name))?,
            asset: fields.parsed("asset")?,
            amount: fields.amount("amount")?,
            at: fields.time("at")?,
        },
        reverses: fields.opt_text("reverses")?,
    })
}

/// Lines of a request that nothing takes back.
async fn standing(connection: &mut AnyConnection, request: &PaymentRequestId) -> Result<Vec<StoredPosting>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM postings p WHERE payment_request_id = $1 AND reverses IS NULL \
         AND NOT EXISTS (SELECT 1 FROM postings r WHERE r.reverses = p.entry) ORDER BY entry, line",
    );
    query.bind(request.as_str()).fetch_all(connection).await?.iter().map(posting).collect()
}

impl Store {
    /// The lines of an agreement, in the order of their entries.
    pub async fn postings(&self, agreement: &AgreementId) -> Result<Vec<StoredPosting>, StoreError> {
        let query = sqlx::query("SELECT * FROM postings WHERE agreement_id = $1 ORDER BY at, entry, line").bind(agreement.as_str());
        query.fetch_all(self.database.pool()).await?.iter().map(posting).collect()
    }
}

impl Tx {
    /// Adds the entry of a proven payment. `event` names its event: `<block hash>:<log index>`.
    ///
    /// # Errors
    /// `Duplicate("entry")` while an entry of the same request stands.
    pub async fn post(&mut self, request: &PaymentRequestId, event: &str, lines: &[Posting]) -> Result<(), StoreError> {
        if !standing(self.connection(), request).await?.is_empty() {
            return Err(Conflict::Duplicate("entry").into());
        }
        let query = sqlx::query_scalar("SELECT COUNT(DISTINCT entry) FROM postings WHERE payment_request_id = $1 AND reverses IS NULL").bind(request.as_str());
        let before: i64 = query.fetch_one(self.connection()).await?;
        let entry = format!("{request}:{event}:{before}");
        for (line, posting) in (0..).zip(lines) {
            self.insert_posting(&entry, line, posting, None).await?;
        }
        Ok(())
    }

    /// Takes back what stands of a request. Returns whether anything did.
    pub async fn reverse(&mut self, request: &PaymentRequestId, at: Timestamp) -> Result<bool, StoreError> {
        let standing = standing(self.connection(), request).await?;
        for stored in &standing {
            let opposite = Posting { side: stored.posting.side.reversed(), at, ..stored.posting.clone() };
            self.insert_posting(&format!("{}:reversal", stored.entry), i64::from(stored.line), &opposite, Some(&stored.entry)).await?;
        }
        Ok(!standing.is_empty())
    }

    async fn insert_posting(&mut self, entry: &str, line: i64, posting: &Posting, reverses: Option<&str>) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO postings (entry, line, agreement_id, payment_request_id, account, wallet, side, asset, amount, at, reverses) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(entry.to_owned())
        .bind(line)
        .bind(posting.agreement.as_str())
        .bind(posting.request.as_str())
        .bind(posting.account.name())
        .bind(lower(posting.account.wallet()))
        .bind(posting.side.name())
        .bind(posting.asset.to_string())
        .bind(posting.amount.to_string())
        .bind(posting.at.as_millis())
        .bind(reverses.map(str::to_owned));
        query.execute(self.connection()).await?;
        Ok(())
    }
}
