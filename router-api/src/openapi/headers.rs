//! The headers of answers that tell a caller how fast it may go on.

use serde_json::json;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Components, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Response};

use crate::problem::Code;

/// Sent with every answer while the instance limits rates.
const ALWAYS: [&str; 2] = ["RateLimit", "RateLimit-Policy"];
const RETRY_AFTER: &str = "Retry-After";

/// What the headers are.
pub(super) fn define(components: &mut Components) {
    let limit = text(
        "What is left of each limit that the request was charged to, and in how many seconds it is whole again (draft-ietf-httpapi-ratelimit-headers). \
         Absent where the operator has set no limits.",
        "\"token-reads\";r=1499;t=1",
    );
    let policy = text(
        "The limits that the request was charged to: their quota, and its window in seconds (draft-ietf-httpapi-ratelimit-headers). Absent where the \
         operator has set no limits.",
        "\"token-reads\";q=1500;w=60",
    );
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    let retry = HeaderBuilder::new().schema(Some(seconds)).description(Some("After how many seconds to ask again.")).example(Some(json!(2))).build();
    for (name, header) in [(ALWAYS[0], limit), (ALWAYS[1], policy), (RETRY_AFTER, retry)] {
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
}

fn text(description: &str, example: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).example(Some(json!(example))).build()
}

/// Names them at every answer that has them. What may be asked again, or is not finished, says when.
pub(super) fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        ALWAYS.iter().for_each(|name| refer(response, name));
        if status == "202" || Code::ALL.iter().any(|code| says_when(*code) && response.description.contains(&format!("`{}`", code.as_str()))) {
            refer(response, RETRY_AFTER);
        }
    }
}

/// Of a failure of ours nobody knows when it is mended.
fn says_when(code: Code) -> bool {
    code.is_retryable() && code != Code::Internal
}

fn refer(response: &mut Response, name: &str) {
    response.headers.insert(name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
}
