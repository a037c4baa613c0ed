//! Whether the ledger agrees with itself: each entry adds up to zero, and the days say what the lines do. Amounts are added here, row by row, so that it needs no
//! more memory for a large ledger.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use settlement::Timestamp;
use settlement::ledger::{Side, Turnover};
use settlement::reconciliation::DifferenceKind;
use sqlx::AssertSqlSafe;

use super::{Difference, Findings, of};
use crate::Store;
use crate::error::StoreError;
use crate::ledger_day::DAY_MS;
use crate::row::{Fields, signed};

/// Every line of the chain's payment requests, entry by entry.
const LINES: &str = "SELECT p.entry, p.asset, p.side, p.amount, p.payment_request_id AS id, p.refund_request_id AS refund_id, p.agreement_id \
     FROM postings p JOIN payment_requests r ON r.id = p.payment_request_id WHERE r.chain_id = $1 ORDER BY p.entry";

/// What days say (`sign` -1) and what lines say (`sign` 1) of each account on each day, which is the day that began before the line's time, also before 1970.
fn days() -> String {
    format!(
        "SELECT owner, asset, account, day, debits, credits, lines, CAST(-1 AS BIGINT) AS sign FROM ledger_days WHERE asset LIKE $1 UNION ALL \
         SELECT p.owner, p.asset, p.account, (p.at - ((p.at % {DAY_MS}) + {DAY_MS}) % {DAY_MS}) / {DAY_MS}, CASE p.side WHEN 'debit' THEN p.amount ELSE '0' END, \
         CASE p.side WHEN 'debit' THEN '0' ELSE p.amount END, 1, CAST(1 AS BIGINT) FROM postings p WHERE p.asset LIKE $1 ORDER BY 1, 2, 3, 4"
    )
}

/// An entry, as far as its lines were read.
struct Entry {
    name: String,
    about: Difference,
    sums: BTreeMap<String, Turnover>,
    is_readable: bool,
}

impl Entry {
    fn begun_by(fields: &Fields<'_>, (name, chain_id): (String, u64)) -> Self {
        let about = Difference::about(fields, (DifferenceKind::Ledger, chain_id), String::new());
        Self { name, about, sums: BTreeMap::new(), is_readable: true }
    }

    fn add(&mut self, fields: &Fields<'_>) -> Result<(), StoreError> {
        let sum = self.sums.entry(fields.text("asset")?).or_default();
        *sum = sum.and(fields.one_of("side", Side::parse)?, fields.amount("amount")?).map_err(|error| fields.bad("amount", error))?;
        Ok(())
    }

    fn judged(self) -> Option<Difference> {
        let uneven = self.sums.values().find(|sum| self.is_readable && sum.debits != sum.credits)?;
        let detail = format!("entry {} does not add up: debits of {}, credits of {}", self.name, uneven.debits, uneven.credits);
        Some(Difference { detail, ..self.about })
    }
}

/// An account of an owner on a day, as far as it was read: what the day says, and what its lines say.
struct Day {
    key: (String, String, String, i64),
    said: (Turnover, i64),
    booked: (Turnover, i64),
    is_readable: bool,
}

/// Whose account, and on which day.
fn key(fields: &Fields<'_>) -> Result<(String, String, String, i64), StoreError> {
    Ok((fields.text("owner")?, fields.text("asset")?, fields.text("account")?, fields.integer("day")?))
}

impl Day {
    fn begun_by(key: (String, String, String, i64)) -> Self {
        Self { key, said: <_>::default(), booked: <_>::default(), is_readable: true }
    }

    fn add(&mut self, fields: &Fields<'_>) -> Result<(), StoreError> {
        let moved = Turnover { debits: fields.amount("debits")?, credits: fields.amount("credits")? };
        let (sum, lines) = if fields.integer("sign")? < 0 { &mut self.said } else { &mut self.booked };
        *sum = sum.plus(moved).map_err(|error| fields.bad("debits", error))?;
        *lines = lines.saturating_add(fields.integer("lines")?);
        Ok(())
    }

    fn judged(self, chain_id: u64) -> Option<Difference> {
        if !self.is_readable || self.said == self.booked {
            return None;
        }
        let (owner, asset, account, day) = &self.key;
        let began = Timestamp::from_millis(day.saturating_mul(DAY_MS));
        let text = |(moved, lines): &(Turnover, i64)| format!("{} debited and {} credited by {lines} lines", moved.debits, moved.credits);
        let detail = format!("the day from {began} of {account} of {owner} in {asset} says {}, its lines say {}", text(&self.said), text(&self.booked));
        Some(Difference { detail, ..Difference::of_chain(DifferenceKind::Ledger, chain_id) })
    }
}

impl Store {
    /// Entries whose lines do not add up to zero, asset by asset.
    pub(super) async fn uneven_entries(&self, chain_id: u64, findings: &mut Findings) -> Result<(), StoreError> {
        findings.begin();
        let mut rows = sqlx::query(LINES).bind(signed(chain_id)?).fetch(self.database.pool());
        let mut entry: Option<Entry> = None;
        while let Some(row) = rows.try_next().await? {
            let fields = of("postings", &row);
            let Some(name) = findings.readable(&fields, chain_id, fields.text("entry"))? else { continue };
            if entry.as_ref().is_none_or(|current| current.name != name) {
                let done = entry.replace(Entry::begun_by(&fields, (name, chain_id)));
                findings.extend(done.and_then(Entry::judged));
            }
            if let Some(current) = &mut entry {
                current.is_readable &= findings.readable(&fields, chain_id, current.add(&fields))?.is_some();
            }
        }
        findings.extend(entry.and_then(Entry::judged));
        Ok(())
    }

    /// Days that say something else than the lines which were booked on them.
    pub(super) async fn untrue_days(&self, chain_id: u64, findings: &mut Findings) -> Result<(), StoreError> {
        findings.begin();
        let mut rows = sqlx::query(AssertSqlSafe(days())).bind(format!("eip155:{chain_id}/%")).fetch(self.database.pool());
        let mut day: Option<Day> = None;
        while let Some(row) = rows.try_next().await? {
            let fields = of("ledger_days", &row);
            let Some(key) = findings.readable(&fields, chain_id, key(&fields))? else { continue };
            if day.as_ref().is_none_or(|current| current.key != key) {
                let done = day.replace(Day::begun_by(key));
                findings.extend(done.and_then(|day| day.judged(chain_id)));
            }
            if let Some(current) = &mut day {
                current.is_readable &= findings.readable(&fields, chain_id, current.add(&fields))?.is_some();
            }
        }
        findings.extend(day.and_then(|day| day.judged(chain_id)));
        Ok(())
    }
}
