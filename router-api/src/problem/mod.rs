//! Problem details for HTTP APIs (RFC 9457): the one shape of every answer that is not a success.

mod code;
mod members;

use std::borrow::Cow;
use std::fmt::Display;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{Conflict, StoreError};
use utoipa::ToSchema;

pub use code::Code;
pub use members::{ProblemMembers, RecommendedStep};

use crate::token;

/// When to ask again after a failure that passes by itself, in seconds: longer than a database restart, short enough to be no outage of its own.
const RETRY_AFTER_S: u64 = 2;
/// The media type of RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not done. Return it from a handler with `?`; the outermost layer adds `instance` and `requestId` and writes the body.
#[derive(Clone, Debug)]
pub struct Problem(Box<Occurrence>);

/// What a problem says. Behind a pointer, because every `Result` of the crate makes room for it.
#[derive(Clone, Debug)]
struct Occurrence {
    code: Code,
    detail: Cow<'static, str>,
    retry_after_s: Option<u64>,
    extra: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem with a detail for whoever reads this one answer. The detail must hold no secret and nothing the caller may not see.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let retry_after_s = (code.is_retryable() && code != Code::Internal).then_some(RETRY_AFTER_S);
        Self(Box::new(Occurrence { code, detail: detail.into(), retry_after_s, extra: Map::new(), headers: HeaderMap::new() }))
    }

    /// It does not exist, or the caller may not see it: one answer for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing here that this token may see")
    }

    /// A well-formed body that is refused because of one field (a path like `terms.amountAtomic`).
    #[must_use]
    pub fn field(code: Code, field: &str, why: impl Display) -> Self {
        Self::new(code, format!("{field}: {why}")).with("field", token::scrub(field))
    }

    /// Something failed that the caller cannot mend. Logged here, once; answered without detail.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let chain = std::iter::successors(error.source(), |e| e.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ");
        tracing::error!(error = %error, caused_by = %chain, "request failed");
        Self::new(Code::Internal, "the request could not be completed")
    }

    /// Adds a member to the body (RFC 9457 extension member).
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("members are plain data with string keys");
        self.0.extra.insert(key.to_owned(), value);
        self
    }

    /// Names what to do next: `recommendedAction {code, label}`.
    #[must_use]
    pub fn recommend(self, action: &str, label: &str) -> Self {
        self.with("recommendedAction", json!({ "code": action, "label": label }))
    }

    /// When to ask again, in seconds: body and `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// A member that was added.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Value> {
        self.0.extra.get(key)
    }

    /// A write of which nobody knows whether it took effect.
    pub(crate) fn undecided(why: &'static str) -> Self {
        let cure = "whether it took effect is not known: repeat it with the same idempotency key, or read first what there is";
        Self::new(Code::Unavailable, format!("{why}; {cure}"))
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.0.code
    }

    /// What it is about, for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The answer, for the request it belongs to.
    pub(crate) fn render(self, instance: &str, request_id: &str) -> Response {
        let Occurrence { code, detail, retry_after_s, extra, headers: more_headers } = *self.0;
        // A detail may repeat what was sent, and what was sent in the wrong place may be a token.
        let detail = token::scrub(&detail).into_owned();
        let body = ProblemBody {
            kind: format!("/docs/errors/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            error: detail.clone(),
            detail,
            instance: instance.to_owned(),
            code: code.as_str(),
            request_id: request_id.to_owned(),
            retryable: code.is_retryable(),
            retry_after_seconds: retry_after_s,
            more: extra,
        };
        let body = serde_json::to_vec(&body).expect("plain data with string keys");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = code.status();
        let headers = response.headers_mut();
        headers.extend(more_headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "type": "/docs/errors/not_found", "title": "Not found", "status": 404, "detail": "there is nothing here that this token may see",
    "instance": "/api/agent/contracts/agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "code": "not_found", "error": "there is nothing here that this token may see",
    "requestId": "req_01ARZ3NDEKTSV4RRFFQ69G5FAV", "retryable": false,
}))]
pub struct ProblemBody {
    /// Page that explains the code.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every occurrence of the code.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened this time.
    detail: String,
    /// The path that was asked for.
    instance: String,
    /// One of a closed list; `/docs/errors` has them all.
    #[schema(value_type = Code)]
    code: &'static str,
    /// The same text as `detail`.
    error: String,
    /// The id under which the instance's log has this request; also in `X-Request-ID`.
    request_id: String,
    /// Whether the same request may succeed later, unchanged.
    retryable: bool,
    /// When to ask again, in seconds; also in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    /// Members of the code: `field`, `missingScopes`, `currentStatus`, `recommendedAction` …
    #[serde(flatten)]
    #[schema(value_type = ProblemMembers)]
    more: Map<String, Value>,
}

impl IntoResponse for Problem {
    /// Carries the problem to the outermost layer, which alone knows the request id.
    fn into_response(self) -> Response {
        let mut response = self.0.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(error = %error, "the database is unavailable");
                Self::new(Code::Unavailable, "the database is unavailable for the moment")
            }
            StoreError::Undecided(_) => {
                tracing::warn!(error = %error, "the database was lost during a commit");
                Self::undecided("the database was lost while it was to make this last")
            }
            StoreError::Text(_) => Self::new(Code::MalformedRequest, "a text has a character that cannot be looked for or stored, like NUL"),
            StoreError::Conflict(Conflict::Changed) => Self::new(Code::Conflict, "it was changed by somebody else meanwhile"),
            StoreError::Conflict(Conflict::Duplicate("external_ref")) => Self::new(Code::ExternalRefTaken, "another agreement has this externalRef"),
            StoreError::Conflict(Conflict::Duplicate("wallet")) => Self::new(Code::WalletTaken, "another profile has this wallet"),
            StoreError::Conflict(Conflict::Duplicate("handle")) => Self::new(Code::HandleTaken, "another profile has this handle"),
            StoreError::Conflict(Conflict::Duplicate(what)) => Self::new(Code::Conflict, "there is one already").with("duplicate", what),
            other => Self::internal(&other),
        }
    }
}

/// The code that stands for a bare status of the framework (a wrong method, a body over the limit).
pub(crate) fn code_of_status(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::UNPROCESSABLE_ENTITY => Code::InvalidField,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::REQUEST_TIMEOUT => Code::BodyTimeout,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::MalformedRequest,
        _ => Code::Internal,
    }
}
