//! The durable event log: what was told to the caller, as a list and as a stream.

pub mod list;
pub mod stream;

use settlement::notice::NoticeType;
use settlement::scope::Scope;
use store::Reader;

use crate::extract::{Caller, EventRead};
use crate::problem::{Code, Problem};

/// As whom the caller reads: its profile, and the operators when its token may administrate.
fn readers(caller: &Caller<EventRead>) -> Vec<Reader> {
    let operators = caller.token.scopes.contains(&Scope::ADMIN).then_some(Reader::Operators);
    std::iter::once(Reader::Profile(caller.profile.clone())).chain(operators).collect()
}

/// The types that a text with commas names: `payment.verified,receipt.*`. All of them when there is none.
fn kinds(text: Option<&str>) -> Result<Vec<NoticeType>, Problem> {
    let mut kinds = Vec::new();
    for word in text.into_iter().flat_map(|text| text.split(',')) {
        let found = NoticeType::matching(word);
        if found.is_empty() {
            return Err(Problem::new(Code::MalformedRequest, "query: types must be event types with commas between them, like payment.verified,receipt.*"));
        }
        kinds.extend(found.into_iter().filter(|kind| !kinds.contains(kind)).collect::<Vec<_>>());
    }
    Ok(kinds)
}

/// Refuses a number that no line can have.
fn check_after(after: Option<i64>) -> Result<Option<i64>, Problem> {
    match after {
        Some(..0) => Err(Problem::new(Code::MalformedRequest, "query: after must be the sequence of an event, or 0")),
        after => Ok(after),
    }
}
