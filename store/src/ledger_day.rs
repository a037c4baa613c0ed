//! What moved on the accounts of an owner, day by day: sums of the postings, written in the transaction that posts them. A balance is the sum of days, so it
//! costs what the days are, not what the payments are.

use std::collections::BTreeMap;

use settlement::Timestamp;
use settlement::asset::Asset;
use settlement::ledger::{AccountKind, Posting, Turnover};
use settlement::money::AmountError;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::row::Fields;
use crate::{Store, Tx};

/// A day in milliseconds. Unix time has no leap seconds and UTC no summer time: every day is as long as every other.
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Rows per statement: some 700 parameters, far below the limit of either engine.
const ROWS_PER_STATEMENT: usize = 100;

pub(crate) const DAYS: &str = "SELECT * FROM ledger_days WHERE owner = $1 AND day < $2 ORDER BY asset, account, day";

/// An account of an owner on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DayKey {
    owner: String,
    asset: String,
    account: &'static str,
    day: i64,
}

/// What moved there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DayMove {
    turnover: Turnover,
    lines: i64,
}

/// The day of an instant, and when it began.
pub(crate) const fn day_of(at: Timestamp) -> (i64, Timestamp) {
    let day = at.as_millis().div_euclid(DAY_MS);
    (day, Timestamp::from_millis(day.saturating_mul(DAY_MS)))
}

/// What moved on an account of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTurnover {
    /// Of what.
    pub asset: Asset,
    /// On which of its accounts.
    pub account: AccountKind,
    /// How much.
    pub turnover: Turnover,
}

fn moved(row: &AnyRow) -> Result<AccountTurnover, StoreError> {
    let fields = Fields::new("ledger_days", "owner", row)?;
    Ok(AccountTurnover {
        asset: fields.parsed("asset")?,
        account: fields.one_of("account", AccountKind::parse)?,
        turnover: Turnover { debits: fields.amount("debits")?, credits: fields.amount("credits")? },
    })
}

impl Store {
    /// What moved on each account of an owner before the day of `until` (all days when absent), by asset and account.
    pub(crate) async fn turnover_of_days(&self, owner: &str, until_day: Option<i64>) -> Result<Vec<AccountTurnover>, StoreError> {
        let query = sqlx::query(DAYS).bind(owner.to_owned()).bind(until_day.unwrap_or(i64::MAX));
        let mut accounts: Vec<AccountTurnover> = Vec::new();
        for row in query.fetch_all(self.database.pool()).await? {
            let day = moved(&row)?;
            match accounts.last_mut().filter(|last| (last.asset, last.account) == (day.asset, day.account)) {
                Some(last) => last.turnover = last.turnover.plus(day.turnover).map_err(too_large)?,
                None => accounts.push(day),
            }
        }
        Ok(accounts)
    }

    /// What has moved on each account of an owner (a profile, or `operator`), by asset and account.
    pub async fn turnover(&self, owner: &str) -> Result<Vec<AccountTurnover>, StoreError> {
        self.turnover_of_days(owner, None).await
    }
}

impl Tx {
    /// Notes what a line moves, to be added up when the transaction commits.
    pub(crate) fn moved(&mut self, owner: String, posting: &Posting) -> Result<(), StoreError> {
        let key = DayKey { owner, asset: posting.asset.to_string(), account: posting.account.name(), day: day_of(posting.at).0 };
        let noted = self.moves.entry(key).or_default();
        noted.turnover = noted.turnover.and(posting.side, posting.amount).map_err(too_large)?;
        noted.lines += 1;
        Ok(())
    }
}

/// Adds what the transaction moved to its days. Rows are taken in the order of their keys, by everybody, so that none waits for another in a circle.
pub(crate) async fn flush(tx: &mut Tx) -> Result<(), StoreError> {
    let moves: Vec<(DayKey, DayMove)> = std::mem::take(&mut tx.moves).into_iter().collect();
    for chunk in moves.chunks(ROWS_PER_STATEMENT) {
        let before = taken(tx, chunk).await?;
        let sums = chunk.iter().map(|(key, moved)| {
            let turnover = before.get(&(key.owner.clone(), key.asset.clone(), key.account.to_owned(), key.day)).copied().unwrap_or_default();
            Ok((key, DayMove { turnover: turnover.plus(moved.turnover)?, lines: 0 }))
        });
        let sums: Vec<(&DayKey, DayMove)> = sums.collect::<Result<_, AmountError>>().map_err(too_large)?;
        let sql = statement(chunk.len(), "debits = excluded.debits, credits = excluded.credits");
        bind(&sql, sums.into_iter()).execute(tx.connection()).await?;
    }
    Ok(())
}

type Taken = BTreeMap<(String, String, String, i64), Turnover>;

/// Makes the rows that are missing, locks them all, and returns what they say.
async fn taken(tx: &mut Tx, chunk: &[(DayKey, DayMove)]) -> Result<Taken, StoreError> {
    let sql = format!("{} RETURNING owner, asset, account, day, debits, credits", statement(chunk.len(), "lines = ledger_days.lines + excluded.lines"));
    let empty = chunk.iter().map(|(key, moved)| (key, DayMove { turnover: Turnover::default(), lines: moved.lines }));
    let rows = bind(&sql, empty).fetch_all(tx.connection()).await?;
    let read = |row: &AnyRow| {
        let fields = Fields::new("ledger_days", "owner", row)?;
        let key = (fields.text("owner")?, fields.text("asset")?, fields.text("account")?, fields.integer("day")?);
        Ok((key, Turnover { debits: fields.amount("debits")?, credits: fields.amount("credits")? }))
    };
    rows.iter().map(read).collect()
}

fn statement(rows: usize, update: &str) -> String {
    let row =
        |row: usize| format!("(${}, ${}, ${}, ${}, ${}, ${}, ${})", row * 7 + 1, row * 7 + 2, row * 7 + 3, row * 7 + 4, row * 7 + 5, row * 7 + 6, row * 7 + 7);
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO ledger_days (owner, asset, account, day, debits, credits, lines) VALUES {} ON CONFLICT (owner, asset, account, day) DO UPDATE SET {update}",
        rows.join(", ")
    )
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q, 'k>(sql: &str, rows: impl Iterator<Item = (&'k DayKey, DayMove)>) -> Query<'q> {
    rows.fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, (key, moved)| {
        query
            .bind(key.owner.clone())
            .bind(key.asset.clone())
            .bind(key.account)
            .bind(key.day)
            .bind(moved.turnover.debits.to_string())
            .bind(moved.turnover.credits.to_string())
            .bind(moved.lines)
    })
}

/// A sum above 2^256: no chain has moved that much.
pub(crate) fn too_large(error: AmountError) -> StoreError {
    StoreError::Database(sqlx::Error::Encode(Box::new(error)))
}
