//! Strict JSON bodies: nothing is ignored, every refusal names the field.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use utoipa::ToSchema;

use super::wire;
use crate::problem::{Code, Problem};

/// Largest body of any operation, in bytes. Terms are limited to 64 KiB of canonical JSON and signatures to a few; twice that is ample.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Longest time to send a body: at 256 KiB, less than 20 KiB a second. A client that trickles bytes holds a connection no longer.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// Deepest nesting of a body. The deepest operation needs 5; what is deeper is an attack on the parser.
const MAX_DEPTH: usize = 16;

/// A JSON body that fits `T` exactly. `T` denies unknown fields; a test checks that for every operation of the document.
#[derive(Clone, Debug)]
pub struct JsonBody<T>(pub T);

/// The body of a write that needs none: empty, or `{}`.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let bytes = read(request, state).await?;
        parse(&headers, &bytes).map(Self)
    }
}

/// Reads the whole body, up to [`MAX_BODY_BYTES`], for as long as [`BODY_TIMEOUT`]. Nothing is locked meanwhile.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    read_within(BODY_TIMEOUT, request, state).await
}

async fn read_within<S: Send + Sync>(limit: Duration, request: Request, state: &S) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(limit, Bytes::from_request(request, state)).await;
    let read = read.map_err(|_elapsed| Problem::new(Code::BodyTimeout, format!("the body was not complete after {} s", limit.as_secs())))?;
    read.map_err(|rejection| {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::BodyTooLarge, format!("a body has at most {MAX_BODY_BYTES} bytes"))
        } else {
            Problem::new(Code::MalformedRequest, "the body ended before it was complete")
        }
    })
}

/// The body as `T`. An empty body without a content type stands for `{}`, so that operations without fields need none.
pub(crate) fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let bytes = if bytes.is_empty() && content_type.is_none() { b"{}" } else { bytes };
    let is_json = content_type.is_none_or(|value| value.to_str().is_ok_and(is_json_type));
    if !is_json || (content_type.is_none() && bytes != b"{}") {
        return Err(Problem::new(Code::UnsupportedMediaType, "the body must be sent as Content-Type: application/json"));
    }
    if depth(bytes) > MAX_DEPTH {
        return Err(Problem::new(Code::MalformedJson, format!("the body is nested deeper than {MAX_DEPTH} levels")));
    }
    // The syntax of the whole text first: what is not JSON has no fields to speak of.
    let text = std::str::from_utf8(bytes).map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| malformed(&error))?;
    // serde would take a list of values in the order of the fields.
    if !text.trim_start().starts_with('{') {
        return Err(Problem::new(Code::InvalidField, "the body must be a JSON object"));
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|error| refusal(&error))
}

fn is_json_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Deepest nesting outside of strings. Counting is enough: whether brackets match is the parser's business.
fn depth(bytes: &[u8]) -> usize {
    let (mut deepest, mut depth, mut in_string, mut escaped) = (0, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(Code::MalformedJson, format!("reading stopped at line {} column {}", error.line(), error.column()))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    // serde_json appends where it was; the path says it better.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let (code, text) = wire::split_code(text);
    let code = code.unwrap_or(if text.starts_with("unknown field") { Code::UnknownField } else { Code::InvalidField });
    match error.path().to_string().as_str() {
        "." => Problem::new(code, text.to_owned()),
        path => Problem::field(code, path, text),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use futures::StreamExt;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only the way to it is tested")]
    struct Order {
        line_items: Vec<Line>,
        note: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only the way to it is tested")]
    struct Line {
        amount_atomic: wire::AtomicAmount,
    }

    fn order(body: &str) -> Result<Order, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        parse(&headers, body.as_bytes())
    }

    fn refused(body: &str) -> (Code, String) {
        let problem = order(body).unwrap_err();
        let field = problem.member("field").and_then(|f| f.as_str()).unwrap_or_default().to_owned();
        (problem.code(), field)
    }

    #[test]
    fn syntax_is_400_and_fields_are_422_by_name() {
        assert!(order(r#"{"lineItems":[{"amountAtomic":"5"}]}"#).is_ok());
        for body in ["", "{", "nul", "{}x", r#"{"lineItems":[}"#, "\u{feff}{}"] {
            assert_eq!(refused(body).0, Code::MalformedJson, "{body:?}");
        }
        assert_eq!(refused("{}"), (Code::InvalidField, String::new()));
        assert_eq!(refused("[]").0, Code::InvalidField);
        assert_eq!(refused(r#"{"lineItems":7}"#), (Code::InvalidField, "lineItems".to_owned()));
        assert_eq!(refused(r#"{"lineItems":[],"status":"paid"}"#), (Code::UnknownField, "status".to_owned()));
        assert_eq!(refused(r#"{"lineItems":[],"lineItems":[]}"#).0, Code::InvalidField);
        assert_eq!(refused(r#"{"lineItems":[{"amountAtomic":"1e6"}]}"#), (Code::InvalidAmount, "lineItems[0].amountAtomic".to_owned()));
        assert_eq!(refused(r#"{"lineItems":[{"amountAtomic":5}]}"#), (Code::InvalidAmount, "lineItems[0].amountAtomic".to_owned()));
    }

    #[test]
    fn nesting_is_limited_and_brackets_in_strings_do_not_count() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(refused(&deep).0, Code::MalformedJson);
        assert_eq!(depth(br#"{"a":"[[[[\"[[["}"#), 1);
        let note = format!(r#"{{"lineItems":[],"note":"{}"}}"#, "[{".repeat(100));
        assert!(order(&note).is_ok());
    }

    #[tokio::test]
    async fn a_body_that_is_trickled_is_given_up() {
        let started = Bytes::from_static(b"{\"lineItems\":");
        let trickle = futures::stream::once(async { Ok::<_, std::convert::Infallible>(started) }).chain(futures::stream::pending());
        let request = Request::new(axum::body::Body::from_stream(trickle));
        let problem = read_within(Duration::from_millis(5), request, &()).await.unwrap_err();
        assert_eq!((problem.code(), problem.code().is_retryable()), (Code::BodyTimeout, true));
        assert_eq!(problem.code().status(), 408);
    }

    #[test]
    fn another_media_type_is_415_and_no_body_is_an_empty_object() {
        let mut headers = HeaderMap::new();
        assert!(parse::<NoBody>(&headers, b"").is_ok());
        assert_eq!(parse::<Order>(&headers, br#"{"lineItems":[]}"#).unwrap_err().code(), Code::UnsupportedMediaType);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert_eq!(parse::<NoBody>(&headers, b"{}").unwrap_err().code(), Code::UnsupportedMediaType);
    }
}
