//! Where a page of a list ended.

use settlement::Timestamp;

/// The last row of the page before: lists are ordered by creation, newest first, then by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageKey {
    /// When that row was created.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

impl PageKey {
    /// Bounds for `(created_at, id) < ($, $)`: of the last row, or above every row.
    pub(crate) fn bounds(after: Option<&Self>) -> (i64, String) {
        after.map_or_else(|| (i64::MAX, String::new()), |key| (key.at.as_millis(), key.id.clone()))
    }
}
