//! Many rows in one statement.

/// Most rows of one statement: far below the parameters that either engine takes, and enough that a round trip more is not felt.
pub(crate) const MAX_ROWS: usize = 100;

/// The places of `rows` rows with `columns` columns each, after `VALUES`: `($1, $2), ($3, $4)`.
pub(crate) fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The places of a list of `count` values that starts at `$first`: `$3, $4, $5`.
pub(crate) fn list(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(list(3, 2), "$3, $4");
    }
}
