//! Statements of account, in three formats. All have the same rows: `opening`, then `posting` and `reversal` lines, then `closing`, for each account.

use axum::http::HeaderMap;
use serde::Serialize;
use store::{AccountTurnover, Period};
use utoipa::ToSchema;

use crate::negotiation::{MediaType, best};

/// What a statement can be written as, as media types.
pub(crate) const MEDIA_TYPES: [MediaType; 3] = [["application", "json"], ["text", "csv"], ["application", "jsonl"]];

/// How a statement is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One document.
    Json,
    /// A JSON object per line.
    JsonLines,
    /// Comma-separated values (RFC 4180).
    Csv,
}

impl Format {
    /// The format that a text names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Json, Self::JsonLines, Self::Csv].into_iter().find(|format| format.extension() == text)
    }

    /// `json`, `jsonl` or `csv`.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The format that the `Accept` header likes best; none when it excludes all there are.
    #[must_use]
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        best(headers, [Self::Json, Self::Csv, Self::JsonLines], Self::essence)
    }

    const fn essence(self) -> MediaType {
        match self {
            Self::Json => MEDIA_TYPES[0],
            Self::Csv => MEDIA_TYPES[1],
            Self::JsonLines => MEDIA_TYPES[2],
        }
    }

    /// The media type with its parameters.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::JsonLines => "application/jsonl",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// An account that a statement has: what stood on it when the period began, and what its asset is called.
#[derive(Clone, Debug)]
pub struct AccountHead {
    /// What had moved before.
    pub opening: AccountTurnover,
    /// Ticker.
    pub token_symbol: String,
    /// Decimals.
    pub token_decimals: u8,
}

/// A row. What belongs to a line only is null on `opening` and `closing` rows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatementRow {
    /// CAIP-19.
    pub asset_id: String,
    /// Its ticker.
    pub token_symbol: String,
    /// Its decimals.
    pub token_decimals: u8,
    /// `buyer_external` (what the caller has paid), `seller_proceeds` (what it has received and not promised back) or `refund_due` (what it has approved to pay back
    /// and has not).
    #[schema(value_type = String)]
    pub account: &'static str,
    /// `opening`, `posting`, `reversal` or `closing`.
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// What the line stands for, or takes back: a `payment`, an approved refund (`refund_due`) or one that was paid back (`refund`).
    #[schema(required, value_type = Option<String>)]
    pub booked: Option<&'static str>,
    /// When it was booked; the edge of the period on `opening` and `closing` rows.
    pub at: String,
    /// The entry of the ledger.
    #[schema(required)]
    pub entry: Option<String>,
    /// Its line.
    #[schema(required)]
    pub line: Option<u32>,
    /// The agreement, `agr_…`.
    #[schema(required)]
    pub contract_id: Option<String>,
    /// What its importer calls it.
    #[schema(required)]
    pub external_ref: Option<String>,
    /// The payment request, `pr_…`.
    #[schema(required)]
    pub payment_request_id: Option<String>,
    /// The refund request, `rf_…`, of what came back; null on payments.
    #[schema(required)]
    pub refund_request_id: Option<String>,
    /// The wallet that paid, or was paid.
    #[schema(required)]
    pub wallet_address: Option<String>,
    /// What went out.
    #[schema(required)]
    pub debit_atomic: Option<String>,
    /// What came in.
    #[schema(required)]
    pub credit_atomic: Option<String>,
    /// What stands on the account after it.
    pub balance_atomic: String,
    /// The entry that it takes back.
    #[schema(required)]
    pub reverses: Option<String>,
}

/// A line of the JSON document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatementLineView {
    /// `posting` or `reversal`.
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// What it stands for, or takes back: a `payment`, an approved refund (`refund_due`) or one that was paid back (`refund`).
    #[schema(required, value_type = Option<String>)]
    pub booked: Option<&'static str>,
    /// When it was booked.
    pub at: String,
    /// The entry of the ledger.
    #[schema(required)]
    pub entry: Option<String>,
    /// Its line.
    #[schema(required)]
    pub line: Option<u32>,
    /// The agreement, `agr_…`.
    #[schema(required)]
    pub contract_id: Option<String>,
    /// What its importer calls it.
    #[schema(required)]
    pub external_ref: Option<String>,
    /// The payment request, `pr_…`.
    #[schema(required)]
    pub payment_request_id: Option<String>,
    /// The refund request, `rf_…`, of what came back; null on payments.
    #[schema(required)]
    pub refund_request_id: Option<String>,
    /// The wallet that paid, or was paid.
    #[schema(required)]
    pub wallet_address: Option<String>,
    /// What went out.
    #[schema(required)]
    pub debit_atomic: Option<String>,
    /// What came in.
    #[schema(required)]
    pub credit_atomic: Option<String>,
    /// What stands on the account after it.
    pub balance_atomic: String,
    /// The entry that it takes back.
    #[schema(required)]
    pub reverses: Option<String>,
}

/// An account of the JSON document. Written in parts, never held as a whole.
#[derive(Clone, Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct StatementAccount {
    /// CAIP-19.
    pub asset_id: String,
    /// Its ticker.
    pub token_symbol: String,
    /// Its decimals.
    pub token_decimals: u8,
    /// `buyer_external` (what the caller has paid), `seller_proceeds` (what it has received and not promised back) or `refund_due` (what it has approved to pay back
    /// and has not).
    pub account: String,
    /// What stood on it when the period began.
    pub opening_atomic: String,
    /// Every line, in the order of booking.
    pub lines: Vec<StatementLineView>,
    /// What stands on it at the end.
    pub closing_atomic: String,
}

/// The JSON document. Written in parts, never held as a whole.
#[derive(Clone, Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct StatementBody {
    /// Its first instant.
    pub from: String,
    /// The first instant that is not part of it.
    pub to: String,
    /// By asset and account.
    pub accounts: Vec<StatementAccount>,
}

/// Writes a statement, a part at a time.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    /// Whether something stands before the next account, and before the next line of this one: then JSON has a comma.
    accounts: bool,
    lines: bool,
}

impl Writer {
    /// Nothing is written yet.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self { format, accounts: false, lines: false }
    }

    /// What stands before everything.
    #[must_use]
    pub fn start(&self, period: Period) -> Vec<u8> {
        match self.format {
            Format::Json => format!("{{\"from\":\"{}\",\"to\":\"{}\",\"accounts\":[", period.from, period.until).into_bytes(),
            Format::JsonLines => Vec::new(),
            Format::Csv => csv_record(&COLUMNS.map(str::to_owned)),
        }
    }

    /// A row.
    pub fn row(&mut self, row: &StatementRow) -> Vec<u8> {
        match self.format {
            Format::Json => self.json(row),
            Format::JsonLines => {
                let mut line = to_json(row);
                line.push(b'\n');
                line
            }
            Format::Csv => csv_record(&cells(row)),
        }
    }

    /// What stands behind everything.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        match self.format {
            Format::Json => b"]}".to_vec(),
            Format::JsonLines | Format::Csv => Vec::new(),
        }
    }

    fn json(&mut self, row: &StatementRow) -> Vec<u8> {
        match row.kind {
            "opening" => {
                let head = serde_json::json!({ "assetId": row.asset_id, "tokenSymbol": row.token_symbol, "tokenDecimals": row.token_decimals,
                    "account": row.account, "openingAtomic": row.balance_atomic });
                // The object goes on with its lines.
                let mut text = to_json(&head);
                text.pop();
                text.extend(b",\"lines\":[");
                self.lines = false;
                after_comma(&mut self.accounts, text)
            }
            "closing" => format!("],\"closingAtomic\":\"{}\"}}", row.balance_atomic).into_bytes(),
            _ => {
                let StatementRow { kind, at, entry, line, contract_id, external_ref, payment_request_id, .. } = row.clone();
                let StatementRow { refund_request_id, wallet_address, debit_atomic, credit_atomic, balance_atomic, reverses, .. } = row.clone();
                let line = StatementLineView {
                    kind,
                    booked: row.booked,
                    at,
                    entry,
                    line,
                    contract_id,
                    external_ref,
                    payment_request_id,
                    refund_request_id,
                    wallet_address,
                    debit_atomic,
                    credit_atomic,
                    balance_atomic,
                    reverses,
                };
                after_comma(&mut self.lines, to_json(&line))
            }
        }
    }
}

fn after_comma(is_there: &mut bool, text: Vec<u8>) -> Vec<u8> {
    let comma: &[u8] = if std::mem::replace(is_there, true) { b"," } else { b"" };
    [comma, &text].concat()
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("rows are plain data with string keys")
}

const COLUMNS: [&str; 18] = [
    "assetId",
    "tokenSymbol",
    "tokenDecimals",
    "account",
    "kind",
    "booked",
    "at",
    "entry",
    "line",
    "contractId",
    "externalRef",
    "paymentRequestId",
    "refundRequestId",
    "walletAddress",
    "debitAtomic",
    "creditAtomic",
    "balanceAtomic",
    "reverses",
];

/// Those of them that hold numbers: one that is below zero starts with a sign, and is no formula.
const NUMBERS: [&str; 5] = ["tokenDecimals", "line", "debitAtomic", "creditAtomic", "balanceAtomic"];

/// The cells of a row, in the order of [`COLUMNS`].
fn cells(row: &StatementRow) -> [String; 18] {
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    let mut cells = [
        row.asset_id.clone(),
        row.token_symbol.clone(),
        row.token_decimals.to_string(),
        row.account.to_owned(),
        row.kind.to_owned(),
        row.booked.unwrap_or_default().to_owned(),
        row.at.clone(),
        text(&row.entry),
        row.line.map(|line| line.to_string()).unwrap_or_default(),
        text(&row.contract_id),
        text(&row.external_ref),
        text(&row.payment_request_id),
        text(&row.refund_request_id),
        text(&row.wallet_address),
        text(&row.debit_atomic),
        text(&row.credit_atomic),
        row.balance_atomic.clone(),
        text(&row.reverses),
    ];
    for (cell, _) in cells.iter_mut().zip(COLUMNS).filter(|(_, column)| !NUMBERS.contains(column)) {
        *cell = harmless(std::mem::take(cell));
    }
    cells
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV Injection): what would start one stands behind an apostrophe, which shows the rest as text.
fn harmless(cell: String) -> String {
    const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(STARTS) { format!("'{cell}") } else { cell }
}

/// One record of RFC 4180, with its line end.
fn csv_record(cells: &[String; 18]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).expect("a vector takes whatever is written");
    writer.into_inner().expect("a vector takes whatever is written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for start in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"] {
            assert_eq!(harmless(start.to_owned()), format!("'{start}"));
        }
        for plain in ["", "order-1", "1-2", "a=b", "0x70", "'=1"] {
            assert_eq!(harmless(plain.to_owned()), plain);
        }
    }

    #[test]
    fn a_number_below_zero_is_a_number_and_a_text_that_looks_like_one_is_not() {
        let row = StatementRow {
            asset_id: "eip155:1/slip44:60".to_owned(),
            token_symbol: "-ETH".to_owned(),
            token_decimals: 18,
            account: "seller_proceeds",
            kind: "posting",
            booked: Some("refund"),
            at: "2026-01-31T12:00:00.000Z".to_owned(),
            entry: None,
            line: Some(0),
            contract_id: None,
            external_ref: Some("-7".to_owned()),
            payment_request_id: None,
            refund_request_id: None,
            wallet_address: None,
            debit_atomic: Some("2500000".to_owned()),
            credit_atomic: Some("0".to_owned()),
            balance_atomic: "-2500000".to_owned(),
            reverses: None,
        };
        let cells = cells(&row);
        let cell = |name: &str| cells[COLUMNS.iter().position(|column| *column == name).unwrap()].as_str();
        assert_eq!((cell("balanceAtomic"), cell("externalRef"), cell("tokenSymbol")), ("-2500000", "'-7", "'-ETH"));
        assert!(NUMBERS.iter().all(|name| COLUMNS.contains(name)));
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let mut cells = COLUMNS.map(str::to_owned);
        cells[10] = harmless("=\"a\",\r\nb".to_owned());
        let text = String::from_utf8(csv_record(&cells)).unwrap();
        assert!(text.contains(",\"'=\"\"a\"\",\r\nb\",") && text.ends_with("reverses\r\n"), "{text}");
    }
}
