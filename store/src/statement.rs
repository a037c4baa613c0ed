//! Statements: the lines of an owner's accounts in a period, read in pages, so that a million of them need no more memory than a thousand.

use alloy_primitives::Address;
use settlement::Timestamp;
use settlement::asset::Asset;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, RefundId};
use settlement::ledger::{AccountKind, BookedKind, Side};
use settlement::money::{Amount, FeePolicy, Quote};
use sqlx::any::AnyRow;

use crate::Store;
use crate::error::StoreError;
use crate::ledger_day::{AccountTurnover, day_of, too_large};
use crate::row::Fields;

/// Lines, or payment requests, that are read at once.
const LINES_PER_PAGE: i64 = 500;

pub(crate) const LINES: &str = "SELECT p.*, a.external_ref FROM postings p JOIN agreements a ON a.id = p.agreement_id \
     WHERE p.owner = $1 AND p.asset = $2 AND p.account = $3 AND (p.at, p.entry, p.line) > ($4, $5, $6) AND p.at < $7 ORDER BY p.at, p.entry, p.line LIMIT $8";
// Nothing can be sought by `r.id || ''`: with the id alone an engine may walk through all requests in its order, rather than find those of the profile and sort them.
pub(crate) const ASKED_OF_BUYER: &str = "SELECT r.id, r.asset, r.seller_amount, a.fee_bps, a.fee_fixed, a.fee_recipient FROM payment_requests r \
     JOIN agreements a ON a.id = r.agreement_id WHERE a.buyer_id = $1 AND r.id || '' > $2 AND r.status IN ('signed', 'submitted') ORDER BY r.id || '' LIMIT $3";
pub(crate) const ASKED_FOR_SELLER: &str = "SELECT r.id, r.asset, r.seller_amount, a.fee_bps, a.fee_fixed, a.fee_recipient FROM payment_requests r \
     JOIN agreements a ON a.id = r.agreement_id WHERE a.seller_id = $1 AND r.id || '' > $2 AND r.status IN ('signed', 'submitted') ORDER BY r.id || '' LIMIT $3";

/// From when, inclusive, until when, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first instant of it.
    pub from: Timestamp,
    /// The first instant behind it.
    pub until: Timestamp,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The entry that it belongs to.
    pub entry: String,
    /// Its number in the entry.
    pub line: u32,
    /// What the entry stands for, or what the one that it takes back stood for.
    pub booked: BookedKind,
    /// When it was booked: block time, and for an approval or a correction when it was made.
    pub at: Timestamp,
    /// The agreement it is about.
    pub agreement: AgreementId,
    /// What the agreement's importer calls it.
    pub external_ref: String,
    /// The payment request it is about.
    pub request: PaymentRequestId,
    /// The refund request it is about, if it is about one.
    pub refund: Option<RefundId>,
    /// The wallet behind the account.
    pub wallet: Address,
    /// Which way.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// The entry that it takes back.
    pub reverses: Option<String>,
}

/// What live payment requests (signed or submitted) ask for in one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In what.
    pub asset: Asset,
    /// How much.
    pub amount: Amount,
}

/// Adds what the request asks for, by what `part` of its quote counts.
fn add_asked(sums: &mut Vec<Asked>, row: &AnyRow, part: impl Fn(Quote) -> Amount) -> Result<(), StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    let fee = FeePolicy { bps: fields.unsigned("fee_bps")?, fixed: fields.amount("fee_fixed")?, recipient: fields.address("fee_recipient")? };
    let quote = fee.quote(fields.amount("seller_amount")?).map_err(|error| fields.bad("seller_amount", error))?;
    let (asset, amount): (Asset, _) = (fields.parsed("asset")?, part(quote));
    match sums.iter_mut().find(|sum| sum.asset == asset) {
        Some(sum) => sum.amount = sum.amount.plus(amount).map_err(too_large)?,
        None => sums.push(Asked { asset, amount }),
    }
    Ok(())
}

fn line(row: &AnyRow) -> Result<StatementLine, StoreError> {
    let fields = Fields::new("postings", "entry", row)?;
    Ok(StatementLine {
        entry: fields.text("entry")?,
        line: fields.unsigned("line")?,
        booked: fields.one_of("booked", BookedKind::parse)?,
        at: fields.time("at")?,
        agreement: fields.parsed("agreement_id")?,
        external_ref: fields.text("external_ref")?,
        request: fields.parsed("payment_request_id")?,
        refund: fields.opt_parsed("refund_request_id")?,
        wallet: fields.address("wallet")?,
        side: fields.one_of("side", Side::parse)?,
        amount: fields.amount("amount")?,
        reverses: fields.opt_text("reverses")?,
    })
}

impl Store {
    /// What live payment requests ask of a profile as the buyer, fees included, and for it as the seller, by asset.
    pub async fn asked(&self, profile: &ProfileId) -> Result<(Vec<Asked>, Vec<Asked>), StoreError> {
        let of_buyer = self.sum_asked(ASKED_OF_BUYER, profile, |quote| quote.total).await?;
        let for_seller = self.sum_asked(ASKED_FOR_SELLER, profile, |quote| quote.seller).await?;
        Ok((of_buyer, for_seller))
    }

    /// Page by page, so that it needs no more memory for a profile with many.
    async fn sum_asked(&self, sql: &'static str, profile: &ProfileId, part: impl Fn(Quote) -> Amount) -> Result<Vec<Asked>, StoreError> {
        let (mut sums, mut after) = (Vec::new(), String::new());
        loop {
            let query = sqlx::query(sql).bind(profile.as_str()).bind(after).bind(LINES_PER_PAGE);
            let page = query.fetch_all(self.database.pool()).await?;
            let Some(last) = page.last() else { return Ok(sums) };
            after = Fields::new("payment_requests", "id", last)?.text("id")?;
            page.iter().try_for_each(|row| add_asked(&mut sums, row, &part))?;
        }
    }

    /// The accounts of an owner on which anything was booked before the end of the period, with what had moved on each when it began.
    pub async fn statement_accounts(&self, owner: &str, period: Period) -> Result<Vec<AccountTurnover>, StoreError> {
        let ((first, began), (last, _)) = (day_of(period.from), day_of(period.until));
        let before = self.turnover_of_days(owner, Some(first)).await?;
        let mut accounts = self.turnover_of_days(owner, Some(last.saturating_add(1))).await?;
        for account in &mut accounts {
            let known = before.iter().find(|before| (before.asset, before.account) == (account.asset, account.account));
            account.turnover = known.map(|known| known.turnover).unwrap_or_default();
            // The part of the first day that lies before the period.
            let mut part = StatementCursor::new(owner, (account.asset, account.account), Period { from: began, until: period.from });
            while let Some(lines) = self.statement_page(&mut part).await? {
                account.turnover = lines.iter().try_fold(account.turnover, |sum, line| sum.and(line.side, line.amount)).map_err(too_large)?;
            }
        }
        Ok(accounts)
    }

    /// The next lines of an account, in the order in which they were booked; `None` at the end. No connection is held between two pages.
    pub async fn statement_page(&self, cursor: &mut StatementCursor) -> Result<Option<Vec<StatementLine>>, StoreError> {
        let (at, entry, number) = cursor.after.clone();
        let query = sqlx::query(LINES)
            .bind(cursor.owner.clone())
            .bind(cursor.asset.to_string())
            .bind(cursor.account.name())
            .bind(at)
            .bind(entry)
            .bind(number)
            .bind(cursor.until.as_millis())
            .bind(LINES_PER_PAGE);
        let lines: Vec<StatementLine> = query.fetch_all(self.database.pool()).await?.iter().map(line).collect::<Result<_, _>>()?;
        let Some(last) = lines.last() else { return Ok(None) };
        cursor.after = (last.at.as_millis(), last.entry.clone(), i64::from(last.line));
        Ok(Some(lines))
    }
}

/// How far a statement of one account was read.
#[derive(Clone, Debug)]
pub struct StatementCursor {
    owner: String,
    asset: Asset,
    account: AccountKind,
    after: (i64, String, i64),
    until: Timestamp,
}

impl StatementCursor {
    /// At the beginning of a period.
    #[must_use]
    pub fn new(owner: &str, (asset, account): (Asset, AccountKind), period: Period) -> Self {
        // Before every line of the first millisecond: no entry is without a name.
        let after = (period.from.as_millis(), String::new(), -1);
        Self { owner: owner.to_owned(), asset, account, after, until: period.until }
    }
}
