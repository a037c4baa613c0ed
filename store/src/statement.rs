//! Statements: the lines of an owner's accounts in a period, read in pages, so that a million of them need no more memory than a thousand.

use alloy_primitives::Address;
use settlement::Timestamp;
use settlement::asset::Asset;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, RefundId};
use settlement::ledger::{AccountKind, Side};
use settlement::money::{Amount, FeePolicy, Quote};
use settlement::terms::Terms;
use sqlx::any::AnyRow;

use crate::Store;
use crate::error::StoreError;
use crate::ledger_day::{AccountTurnover, day_of, too_large};
use crate::row::Fields;

/// Lines that are read at once.
const LINES_PER_PAGE: i64 = 500;

pub(crate) const LINES: &str = "SELECT p.*, a.external_ref FROM postings p JOIN agreements a ON a.id = p.agreement_id \
     WHERE p.owner = $1 AND p.asset = $2 AND p.account = $3 AND (p.at, p.entry, p.line) > ($4, $5, $6) AND p.at < $7 ORDER BY p.at, p.entry, p.line LIMIT $8";
pub(crate) const ASKED_OF_BUYER: &str = "SELECT r.id, r.seller_amount, a.terms, a.fee_bps, a.fee_fixed, a.fee_recipient FROM payment_requests r \
     JOIN agreements a ON a.id = r.agreement_id WHERE a.buyer_id = $1 AND r.status IN ('signed', 'submitted')";
pub(crate) const ASKED_FOR_SELLER: &str = "SELECT r.id, r.seller_amount, a.terms, a.fee_bps, a.fee_fixed, a.fee_recipient FROM payment_requests r \
     JOIN agreements a ON a.id = r.agreement_id WHERE a.seller_id = $1 AND r.status IN ('signed', 'submitted')";

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
    /// When it was booked: block time, and for a correction when it was made.
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

/// What a live payment request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In what.
    pub asset: Asset,
    /// How it would be divided.
    pub quote: Quote,
}

fn asked(row: &AnyRow) -> Result<Asked, StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    let terms = Terms::from_canonical(&fields.text("terms")?).map_err(|error| fields.bad("terms", error))?;
    let fee = FeePolicy { bps: fields.unsigned("fee_bps")?, fixed: fields.amount("fee_fixed")?, recipient: fields.address("fee_recipient")? };
    let quote = fee.quote(fields.amount("seller_amount")?).map_err(|error| fields.bad("seller_amount", error))?;
    Ok(Asked { asset: terms.asset, quote })
}

fn line(row: &AnyRow) -> Result<StatementLine, StoreError> {
    let fields = Fields::new("postings", "entry", row)?;
    Ok(StatementLine {
        entry: fields.text("entry")?,
        line: fields.unsigned("line")?,
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
    /// What live payment requests (signed or submitted) ask of a profile as the buyer, and for it as the seller.
    pub async fn asked(&self, profile: &ProfileId) -> Result<(Vec<Asked>, Vec<Asked>), StoreError> {
        let of_buyer = sqlx::query(ASKED_OF_BUYER).bind(profile.as_str()).fetch_all(self.database.pool()).await?;
        let for_seller = sqlx::query(ASKED_FOR_SELLER).bind(profile.as_str()).fetch_all(self.database.pool()).await?;
        let read = |rows: &[AnyRow]| rows.iter().map(asked).collect::<Result<Vec<_>, _>>();
        Ok((read(&of_buyer)?, read(&for_seller)?))
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
