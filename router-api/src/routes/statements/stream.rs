//! A statement as a stream: a page of lines is read when the client has taken the one before, and nothing is held in between, neither lines nor a connection to
//! the database.

use std::collections::VecDeque;

use axum::body::Bytes;
use futures::Stream;
use futures::stream::try_unfold;
use settlement::Timestamp;
use settlement::ids::ProfileId;
use settlement::ledger::{AccountKind, Turnover};
use settlement::money::AmountError;
use store::{Period, StatementCursor, StatementLine, Store, StoreError};

use crate::view::statement::{AccountHead, Format, StatementRow, Writer};

/// Why a statement broke off. The client sees that its body has no end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrokenOff {
    /// The database does not answer any more.
    #[error("the database does not answer")]
    Store(#[from] StoreError),
    /// A sum does not fit.
    #[error("a sum does not fit")]
    Sum(#[from] AmountError),
}

/// A statement that is being written.
pub(super) struct Statement {
    store: Store,
    owner: ProfileId,
    period: Period,
    left: VecDeque<AccountHead>,
    current: Option<Current>,
    writer: Writer,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Start,
    Accounts,
    End,
}

/// The account that is being written.
struct Current {
    head: AccountHead,
    cursor: StatementCursor,
    turnover: Turnover,
}

impl Statement {
    pub(super) fn new(store: Store, owner: ProfileId, period: Period, (format, accounts): (Format, Vec<AccountHead>)) -> Self {
        Self { store, owner, period, left: accounts.into(), current: None, writer: Writer::new(format), stage: Stage::Start }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, BrokenOff>> + Send {
        try_unfold(self, |mut statement| async move {
            match statement.next().await {
                Ok(Some(part)) => Ok(Some((Bytes::from(part), statement))),
                Ok(None) => Ok(None),
                Err(error) => {
                    tracing::error!(error = %error, "a statement broke off");
                    Err(error)
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, BrokenOff> {
        if self.stage == Stage::Start {
            self.stage = Stage::Accounts;
            return Ok(Some(self.writer.start(self.period)));
        }
        if let Some(mut current) = self.current.take() {
            let Some(lines) = self.store.statement_page(&mut current.cursor).await? else {
                return Ok(Some(self.writer.row(&current.edge("closing", self.period.until))));
            };
            let mut part = Vec::new();
            for line in &lines {
                current.turnover = current.turnover.and(line.side, line.amount)?;
                part.extend(self.writer.row(&current.row(line)));
            }
            self.current = Some(current);
            return Ok(Some(part));
        }
        if let Some(head) = self.left.pop_front() {
            let cursor = StatementCursor::new(self.owner.as_str(), (head.opening.asset, head.opening.account), self.period);
            let current = Current { cursor, turnover: head.opening.turnover, head };
            let part = self.writer.row(&current.edge("opening", self.period.from));
            self.current = Some(current);
            return Ok(Some(part));
        }
        if self.stage == Stage::Accounts {
            self.stage = Stage::End;
            return Ok(Some(self.writer.end()));
        }
        Ok(None)
    }
}

impl Current {
    fn kind(&self) -> AccountKind {
        self.head.opening.account
    }

    /// What stands on the account at an edge of the period.
    fn edge(&self, kind: &'static str, at: Timestamp) -> StatementRow {
        StatementRow {
            kind,
            booked: None,
            at: at.to_string(),
            asset_id: self.head.opening.asset.to_string(),
            token_symbol: self.head.token_symbol.clone(),
            token_decimals: self.head.token_decimals,
            account: self.kind().name(),
            entry: None,
            line: None,
            contract_id: None,
            external_ref: None,
            payment_request_id: None,
            refund_request_id: None,
            wallet_address: None,
            debit_atomic: None,
            credit_atomic: None,
            balance_atomic: self.turnover.balance(self.kind()).to_string(),
            reverses: None,
        }
    }

    /// A line, with what stands on the account after it.
    fn row(&self, line: &StatementLine) -> StatementRow {
        let moved = Turnover::default().and(line.side, line.amount).unwrap_or_default();
        StatementRow {
            booked: Some(line.booked.name()),
            entry: Some(line.entry.clone()),
            line: Some(line.line),
            contract_id: Some(line.agreement.to_string()),
            external_ref: Some(line.external_ref.clone()),
            payment_request_id: Some(line.request.to_string()),
            refund_request_id: line.refund.as_ref().map(ToString::to_string),
            wallet_address: Some(line.wallet.to_string()),
            debit_atomic: Some(moved.debits.to_string()),
            credit_atomic: Some(moved.credits.to_string()),
            reverses: line.reverses.clone(),
            ..self.edge(if line.reverses.is_some() { "reversal" } else { "posting" }, line.at)
        }
    }
}
