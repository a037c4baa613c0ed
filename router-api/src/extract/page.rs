//! Pages of lists: an opaque cursor that says where the last page ended, so that inserts move nothing.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use settlement::Timestamp;
use store::PageKey;
use utoipa::IntoParams;

use crate::problem::{Code, Problem};

/// Most rows of a page: what a client can show or an agent can read at once, and a bound on the work per request.
pub const MAX_PAGE: u32 = 100;
/// Rows of a page when no limit is asked for.
const DEFAULT_PAGE: u32 = 20;

/// Query parameters that fit `T` exactly: `T` denies unknown ones, so that a misspelt filter is not a list of everything.
#[derive(Clone, Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::new(Code::MalformedRequest, format!("query: {}", rejection.body_text())))?;
        Ok(Self(params))
    }
}

/// The parameters of a list without filters. A list with filters has a struct of its own with these two and calls [`Page::new`].
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageParams {
    /// `nextCursor` of the page before; absent for the first page.
    #[param(min_length = 1)]
    pub cursor: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
}

impl PageParams {
    /// The page they ask for.
    ///
    /// # Errors
    /// See [`Page::new`].
    pub fn page(&self) -> Result<Page, Problem> {
        Page::new(self.cursor.as_deref(), self.limit)
    }
}

/// Where a page starts and how long it is.
#[derive(Clone, Debug)]
pub struct Page {
    /// The last row of the page before.
    pub after: Option<PageKey>,
    /// Most rows of this page.
    pub limit: u32,
}

impl Page {
    /// From the two query parameters of every list.
    ///
    /// # Errors
    /// 400 when the cursor is not one of ours or the limit is not between 1 and [`MAX_PAGE`].
    pub fn new(cursor: Option<&str>, limit: Option<u32>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(Problem::new(Code::MalformedRequest, format!("query: limit must be between 1 and {MAX_PAGE}")));
        }
        let after = cursor.map(|text| read_cursor(text).ok_or_else(|| Problem::new(Code::InvalidCursor, "the cursor is not one of ours"))).transpose()?;
        Ok(Self { after, limit })
    }

    /// How many rows to read: one more than are shown, to know whether there is another page.
    #[must_use]
    pub const fn read_limit(&self) -> u32 {
        self.limit + 1
    }

    /// Cuts what was read with [`Page::read_limit`] down to the page, and says where the next one starts.
    #[must_use]
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> PageKey) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return (rows, None);
        }
        rows.truncate(limit);
        let next = rows.last().map(|row| write_cursor(&key(row)));
        (rows, next)
    }
}

pub(crate) fn write_cursor(key: &PageKey) -> String {
    hex::encode(format!("{}/{}", key.at.as_millis(), key.id))
}

/// What a cursor says, if it is one that this version writes, to the letter: nothing else reaches the database.
pub(crate) fn read_cursor(text: &str) -> Option<PageKey> {
    let plain = String::from_utf8(hex::decode(text).ok()?).ok()?;
    let (at, id) = plain.split_once('/')?;
    let at: i64 = at.parse().ok()?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let key = PageKey { at: Timestamp::from_millis(at), id: id.to_owned() };
    (is_id && write_cursor(&key) == text).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_others_are_refused() {
        let key = PageKey { at: Timestamp::from_millis(1_700_000_000_123), id: "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned() };
        let page = Page::new(Some(&write_cursor(&key)), Some(100)).unwrap();
        let after = page.after.unwrap();
        assert_eq!((after.at, after.id), (key.at, key.id));
        for text in [
            "",
            "xyz",
            "00",
            "6e6f7065",
            &hex::encode("1/"),
            &hex::encode("x/agr_1"),
            &hex::encode("1/a\0"),
            &hex::encode("+1/agr_1"),
            &hex::encode_upper("1/agr_1zzz"),
        ] {
            assert_eq!(Page::new(Some(text), None).unwrap_err().code(), Code::InvalidCursor, "{text}");
        }
        for limit in [0, 101, u32::MAX] {
            assert_eq!(Page::new(None, Some(limit)).unwrap_err().code(), Code::MalformedRequest);
        }
    }

    #[test]
    fn the_extra_row_becomes_the_next_cursor() {
        let page = Page::new(None, Some(2)).unwrap();
        let key = |n: &i64| PageKey { at: Timestamp::from_millis(*n), id: "x".to_owned() };
        assert_eq!(page.cut(vec![3, 2], key), (vec![3, 2], None));
        let (rows, next) = page.cut(vec![3, 2, 1], key);
        assert_eq!(rows, [3, 2]);
        assert_eq!(Page::new(next.as_deref(), None).unwrap().after.unwrap().at, Timestamp::from_millis(2));
    }
}
