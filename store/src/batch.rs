//! Writes that are sent together. Awaited one by one, each costs a round trip, and others wait for the transaction meanwhile.

use std::fmt::Write as _;

use sqlx::any::AnyArguments;
use sqlx::{Any, Arguments, Encode, Type};

use crate::error::StoreError;

/// A batch with so many values takes no further statement: with the largest there is, that is far below what either engine takes.
const ENOUGH_VALUES: usize = 2_000;

/// Statements that change rows, in their order. None may read what another of them writes: Postgres runs them as parts of one statement.
#[derive(Default)]
pub(crate) struct Batch {
    statements: Vec<String>,
    values: AnyArguments,
    unbound: Option<sqlx::Error>,
}

impl Batch {
    /// Adds an `INSERT`, `UPDATE` or `DELETE` without `RETURNING`, whose places begin at `$1`. Its values are bound next.
    pub(crate) fn add(&mut self, sql: &str) -> &mut Self {
        self.statements.push(shifted(sql, self.values.len()));
        self
    }

    /// The value of the next place.
    pub(crate) fn bind<'v, T: Encode<'v, Any> + Type<Any> + 'v>(&mut self, value: T) -> &mut Self {
        if let Err(error) = self.values.add(value) {
            self.unbound = Some(sqlx::Error::Encode(error));
        }
        self
    }

    /// Whether it should be sent before more is added.
    pub(crate) fn is_full(&self) -> bool {
        self.values.len() >= ENOUGH_VALUES
    }

    /// Its statements and their values.
    pub(crate) fn into_parts(self) -> Result<(Vec<String>, AnyArguments), StoreError> {
        self.unbound.map_or(Ok((self.statements, self.values)), |error| Err(error.into()))
    }
}

/// The statement with its places `$1`, `$2` and so on moved by so many.
fn shifted(sql: &str, by: usize) -> String {
    if by == 0 {
        return sql.to_owned();
    }
    let mut parts = sql.split('$');
    let mut moved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_at(part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len()));
        match number.parse::<usize>() {
            Ok(place) => write!(moved, "${}{rest}", place + by).expect("a String takes all"),
            Err(_) => write!(moved, "${part}").expect("a String takes all"),
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_moved_behind_those_of_the_statements_before() {
        let mut batch = Batch::default();
        batch.add("INSERT INTO a (x, y) VALUES ($1, $2)").bind(1_i64).bind("two");
        batch.add("UPDATE b SET z = $2 WHERE id = $1 AND $2 <> ''").bind(3_i64).bind("four");
        batch.add("DELETE FROM c");
        let (statements, values) = batch.into_parts().unwrap();
        assert_eq!(statements, ["INSERT INTO a (x, y) VALUES ($1, $2)", "UPDATE b SET z = $4 WHERE id = $3 AND $4 <> ''", "DELETE FROM c"]);
        assert_eq!(values.len(), 4);
        assert_eq!(shifted("VALUES ($9), ($10)", 2), "VALUES ($11), ($12)");
    }
}
