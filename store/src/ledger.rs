//! The ledger: double entry, only ever added to.

use settlement::Timestamp;
use settlement::ids::AgreementId;
use settlement::ledger::{Account, Booked, Posting, Side};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

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
            refund: fields.opt_parsed("refund_request_id")?,
            account: fields.one_of("account", |name| Account::parse(name, wallet))?,
            side: fields.one_of("side", Side::parse)?,
            asset: fields.parsed("asset")?,
            amount: fields.amount("amount")?,
            at: fields.time("at")?,
        },
        reverses: fields.opt_text("reverses")?,
    })
}

/// How the database names what an entry stands for: the kind, and the request that it is of.
fn columns<'a>(of: Booked<'a>) -> (&'static str, &'a str) {
    let request = match of {
        Booked::Payment(request) => request.as_str(),
        Booked::RefundDue(refund) | Booked::Refund(refund) => refund.as_str(),
    };
    (of.kind().name(), request)
}

/// The condition that finds the entries of what they stand for: `$1` is the kind, `$2` the request.
const fn named(of: Booked<'_>) -> &'static str {
    match of {
        Booked::Payment(_) => "p.booked = $1 AND p.payment_request_id = $2",
        Booked::RefundDue(_) | Booked::Refund(_) => "p.booked = $1 AND p.refund_request_id = $2",
    }
}

/// Lines that nothing takes back.
async fn standing(connection: &mut AnyConnection, of: Booked<'_>) -> Result<Vec<StoredPosting>, StoreError> {
    let sql = format!(
        "SELECT * FROM postings p WHERE {} AND p.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM postings r WHERE r.reverses = p.entry) ORDER BY entry, line",
        named(of)
    );
    let (kind, request) = columns(of);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(kind).bind(request.to_owned());
    query.fetch_all(connection).await?.iter().map(posting).collect()
}

impl Store {
    /// The lines of an agreement, in the order of their entries.
    pub async fn postings(&self, agreement: &AgreementId) -> Result<Vec<StoredPosting>, StoreError> {
        let query = sqlx::query("SELECT * FROM postings WHERE agreement_id = $1 ORDER BY at, entry, line").bind(agreement.as_str());
        query.fetch_all(self.database.pool()).await?.iter().map(posting).collect()
    }
}

impl Tx {
    /// Whether an entry stands for it.
    pub async fn is_posted(&mut self, of: Booked<'_>) -> Result<bool, StoreError> {
        Ok(!standing(self.connection(), of).await?.is_empty())
    }

    /// Adds the entry of a proven payment, or of a refund. `what` names the event, `<block hash>:<log index>`, or says `due`.
    ///
    /// # Errors
    /// `Duplicate("entry")` while an entry of the same stands.
    pub async fn post<'a>(&mut self, of: impl Into<Booked<'a>>, what: &str, lines: &[Posting]) -> Result<(), StoreError> {
        let of = of.into();
        if self.is_posted(of).await? {
            return Err(Conflict::Duplicate("entry").into());
        }
        let (kind, request) = columns(of);
        let before = format!("SELECT COUNT(DISTINCT p.entry) FROM postings p WHERE {} AND p.reverses IS NULL", named(of));
        let before: i64 = sqlx::query_scalar(AssertSqlSafe(before)).bind(kind).bind(request.to_owned()).fetch_one(self.connection()).await?;
        let entry = format!("{request}:{what}:{before}");
        for (line, posting) in (0..).zip(lines) {
            self.insert_posting((&entry, line), kind, posting, None).await?;
        }
        Ok(())
    }

    /// Takes back what stands of it. Returns whether anything did.
    pub async fn reverse<'a>(&mut self, of: impl Into<Booked<'a>>, at: Timestamp) -> Result<bool, StoreError> {
        let of = of.into();
        let standing = standing(self.connection(), of).await?;
        for stored in &standing {
            let opposite = Posting { side: stored.posting.side.reversed(), at, ..stored.posting.clone() };
            let entry = format!("{}:reversal", stored.entry);
            self.insert_posting((&entry, i64::from(stored.line)), columns(of).0, &opposite, Some(&stored.entry)).await?;
        }
        Ok(!standing.is_empty())
    }

    async fn insert_posting(&mut self, (entry, line): (&str, i64), kind: &'static str, posting: &Posting, reverses: Option<&str>) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO postings (entry, line, agreement_id, payment_request_id, refund_request_id, booked, account, wallet, side, asset, amount, at, reverses, \
             owner) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE $14 WHEN 'buyer' THEN buyer_id WHEN 'seller' THEN seller_id ELSE $14 END \
             FROM agreements WHERE id = $3 RETURNING owner",
        )
        .bind(entry.to_owned())
        .bind(line)
        .bind(posting.agreement.as_str())
        .bind(posting.request.as_str())
        .bind(posting.refund.as_ref().map(ToString::to_string))
        .bind(kind)
        .bind(posting.account.name())
        .bind(lower(posting.account.wallet()))
        .bind(posting.side.name())
        .bind(posting.asset.to_string())
        .bind(posting.amount.to_string())
        .bind(posting.at.as_millis())
        .bind(reverses.map(str::to_owned))
        .bind(posting.account.kind().owner().name());
        let row = query.fetch_one(self.connection()).await?;
        self.moved(Fields::new("postings", "owner", &row)?.text("owner")?, posting)
    }
}
