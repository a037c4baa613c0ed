//! Reading rows: every value is checked, and what does not fit names table, column and row.

use std::fmt::Display;
use std::str::FromStr;

use alloy_primitives::{Address, B256, Bytes, U256};
use settlement::Timestamp;
use settlement::money::Amount;
use sqlx::any::AnyRow;
use sqlx::{Decode, Row, Type};

use crate::error::{RowError, StoreError};

/// One row of a table, read column by column.
pub(crate) struct Fields<'r> {
    table: &'static str,
    id: String,
    row: &'r AnyRow,
    /// Whether the columns are named `<table>.<column>`, as in a join.
    joined: bool,
}

impl<'r> Fields<'r> {
    /// A row that `key` names.
    pub(crate) fn new(table: &'static str, key: &'static str, row: &'r AnyRow) -> Result<Self, StoreError> {
        let unnamed = Self { table, id: "?".to_owned(), row, joined: false };
        let id = unnamed.text(key)?;
        Ok(Self { id, ..unnamed })
    }

    /// A row with an id that no single column holds.
    pub(crate) const fn named(table: &'static str, id: String, row: &'r AnyRow) -> Self {
        Self { table, id, row, joined: false }
    }

    /// The columns of another table in a join, where they are named `<table>.<column>`; `key` is the column of this one that names its row.
    pub(crate) fn beside(&self, table: &'static str, key: &'static str) -> Self {
        Self { table, id: self.text(key).unwrap_or_else(|_| self.id.clone()), row: self.row, joined: true }
    }

    /// The error of this row.
    pub(crate) fn bad(&self, column: &'static str, reason: impl Display) -> StoreError {
        RowError { table: self.table, column, id: self.id.clone(), reason: reason.to_string() }.into()
    }

    fn get<T: Decode<'r, sqlx::Any> + Type<sqlx::Any>>(&self, column: &'static str) -> Result<T, StoreError> {
        let value = if self.joined { self.row.try_get(format!("{}.{column}", self.table).as_str()) } else { self.row.try_get(column) };
        value.map_err(|error| self.bad(column, error))
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn blob(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub(crate) fn opt_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column)
    }

    pub(crate) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        self.get(column)
    }

    /// A count, number or id that is never negative.
    pub(crate) fn unsigned<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        let value = self.integer(column)?;
        T::try_from(value).map_err(|_| self.bad(column, format!("{value} is out of range")))
    }

    pub(crate) fn opt_unsigned<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let value: Option<i64> = self.get(column)?;
        value.map(|value| T::try_from(value).map_err(|_| self.bad(column, format!("{value} is out of range")))).transpose()
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.bad(column, format!("{other} is neither 0 nor 1"))),
        }
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp::from_millis)
    }

    pub(crate) fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let value: Option<i64> = self.get(column)?;
        Ok(value.map(Timestamp::from_millis))
    }

    /// A value with a text form.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|error| self.bad(column, error))
    }

    pub(crate) fn opt_parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?.map(|text| text.parse().map_err(|error| self.bad(column, error))).transpose()
    }

    /// A value of a closed list.
    pub(crate) fn one_of<T>(&self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| self.bad(column, format!("{text:?} is not one of its values")))
    }

    pub(crate) fn address(&self, column: &'static str) -> Result<Address, StoreError> {
        self.parsed(column)
    }

    pub(crate) fn opt_address(&self, column: &'static str) -> Result<Option<Address>, StoreError> {
        self.opt_parsed(column)
    }

    pub(crate) fn hash(&self, column: &'static str) -> Result<B256, StoreError> {
        self.parsed(column)
    }

    pub(crate) fn opt_hash(&self, column: &'static str) -> Result<Option<B256>, StoreError> {
        self.opt_parsed(column)
    }

    pub(crate) fn bytes(&self, column: &'static str) -> Result<Bytes, StoreError> {
        self.parsed(column)
    }

    pub(crate) fn amount(&self, column: &'static str) -> Result<Amount, StoreError> {
        self.parsed(column)
    }

    pub(crate) fn word(&self, column: &'static str) -> Result<U256, StoreError> {
        let text = self.text(column)?;
        U256::from_str_radix(&text, 10).map_err(|error| self.bad(column, error))
    }

    /// A column that has a value exactly in the states that read it.
    pub(crate) fn present<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.bad(column, "is missing in this state"))
    }
}

/// An address or a hash as it is stored: lower-case hex.
pub(crate) fn lower(value: impl std::fmt::LowerHex) -> String {
    format!("{value:#x}")
}

/// A chain id, block number, time or index as the database keeps it.
///
/// # Errors
/// Above `i64::MAX`: no chain counts that far, so whoever says so is wrong.
pub(crate) fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|error| StoreError::Database(sqlx::Error::Encode(Box::new(error))))
}

/// A flag as the database keeps it.
pub(crate) fn flag(value: bool) -> i64 {
    i64::from(value)
}
