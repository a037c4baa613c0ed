//! What every request passes: an id, a span, a clock, and one shape for every failure.
//!
//! This is the outermost layer of a route, and the only place that writes problem bodies: handlers and extractors return a [`Problem`], the framework
//! returns bare statuses, a handler may panic; all of it leaves here as `application/problem+json` with the request's id.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use settlement::ids::RequestId;
use tracing::Instrument;

use crate::document::{self, Drawn};
use crate::extract::{Dropped, REALM};
use crate::limits::{Limits, Meter, Network, Peer};
use crate::negotiation::MediaType;
use crate::problem::{Code, Problem, code_of_status};
use crate::state::Api;
use crate::token;
use crate::view::statement;

/// Longest time a request may take. `verify` holds its answer for at most 30 s; nothing else comes near a second.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest request id that is taken over from the caller, in characters.
const MAX_REQUEST_ID_LENGTH: usize = 128;
/// For a year, a browser that was here comes back over TLS only (RFC 6797). Said where the public URL is https.
const HSTS: &str = "max-age=31536000";
/// What a page from here may do, unless its own answer allows it more: nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the layer works with.
#[derive(Clone)]
pub(crate) struct Gate {
    /// The API.
    pub(crate) api: Arc<Api>,
    /// What callers have left.
    pub(crate) limits: Arc<Limits>,
}

/// Answers one request. See the module.
pub(crate) async fn answer(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let api = &gate.api;
    let started = Instant::now();
    let id = request_id(api, request.headers());
    let method = request.method().clone();
    let path = token::scrub(request.uri().path()).into_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let peer = request.extensions().get::<Peer>().copied();
    let network = Network::of(peer, request.headers(), &api.config.trusted_proxies);
    let meter = Meter::new(Arc::clone(&gate.limits), network, &method);
    let allowed = meter.address(gate.limits.charge(&route, &method));
    request.extensions_mut().insert(meter.clone());
    let span = tracing::info_span!("request", request_id = %id, %method, route, profile = tracing::field::Empty);
    let response = async {
        let response = match allowed {
            Ok(()) => guarded(request, next).await,
            Err(problem) => problem.into_response(),
        };
        tracing::info!(status = response.status().as_u16(), elapsed_ms = millis(started.elapsed()), "answered");
        response
    }
    .instrument(span)
    .await;
    record(&method, &route, response.status(), started.elapsed());
    let mut response = finish(response, &path, &id, api.config.public_url.scheme() == "https");
    meter.write(response.headers_mut());
    response
}

async fn guarded(mut request: Request, next: Next) -> Response {
    if let Err(problem) = refuse_tokens_in_urls(&request).and_then(|()| refuse_unacceptable(&request)) {
        return problem.into_response();
    }
    let dropped = Dropped::default();
    request.extensions_mut().insert(dropped.clone());
    let is_read = request.method().is_safe();
    let response = finished(next.run(request), REQUEST_TIMEOUT, is_read).await;
    dropped.take_back().await;
    response
}

/// The handler's answer; a problem when it panics, or when it takes longer than `limit`: then it is dropped, and its transaction with it. One that was
/// dropped while it committed may have taken effect.
async fn finished(handler: impl Future<Output = Response>, limit: Duration, is_read: bool) -> Response {
    match tokio::time::timeout(limit, AssertUnwindSafe(handler).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            // What it says may hold anything, so it stays with the panic hook of the process.
            tracing::error!("a handler panicked");
            Problem::new(Code::Internal, "the request could not be completed").into_response()
        }
        Err(_elapsed) if is_read => Problem::new(Code::Unavailable, "the request took too long").into_response(),
        Err(_elapsed) => Problem::undecided("the request took too long").into_response(),
    }
}

/// A token in a URL is in every log on the way: it is refused, so that nobody gets used to it.
fn refuse_tokens_in_urls(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    if token::is_in(uri.path()) || uri.query().is_some_and(token::is_in) {
        let problem = Problem::new(Code::TokenInUrl, "a token was sent in the URL; consider it known to others and revoke it");
        return Err(problem.header(header::WWW_AUTHENTICATE, HeaderValue::from_static(REALM)));
    }
    Ok(())
}

/// Refuses before anything is done, because a write cannot be taken back for want of a format.
fn refuse_unacceptable(request: &Request) -> Result<(), Problem> {
    let offered: &[MediaType] = match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
        Some(path) if path.starts_with("/docs") => &[["text", "html"]],
        Some("/metrics" | "/llms.txt" | "/llms-full.txt") => &[["text", "plain"]],
        Some("/api/agent/events/stream") => &[["text", "event-stream"]],
        Some("/api/agent/statements") => &statement::MEDIA_TYPES,
        Some("/api/agent/receipts/{receiptId}" | "/api/agent/invoices/{invoiceId}" | "/r/{linkToken}") => &document::MEDIA_TYPES,
        _ => &[["application", "json"]],
    };
    let mut ranges = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
    if ranges.peek().is_none() || ranges.any(|range| offered.iter().any(|one| accepts(range, *one))) {
        return Ok(());
    }
    Err(Problem::new(Code::NotAcceptable, format!("this path answers with {}", offered.iter().map(|one| one.join("/")).collect::<Vec<_>>().join(", "))))
}

/// Whether a media range (RFC 9110, 12.5.1) takes the type.
fn accepts(range: &str, offered: [&str; 2]) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|parameter| parameter.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)));
    let (kind, subtype) = essence.split_once('/').unwrap_or((essence.as_str(), ""));
    let fits = |wanted: &str, found: &str| wanted == "*" || wanted == found;
    !refused && (essence == "*/*" || (fits(kind, offered[0]) && fits(subtype, offered[1])) || essence == "application/problem+json")
}

/// The caller's id when it is a sound one, a new one otherwise.
fn request_id(api: &Api, headers: &HeaderMap) -> String {
    let sound = |id: &&str| {
        (1..=MAX_REQUEST_ID_LENGTH).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && !token::is_in(id)
    };
    let sent = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sound);
    sent.map_or_else(|| RequestId::new(api.ids.ulid()).to_string(), str::to_owned)
}

/// Writes the problem, if it is one, and the headers that every answer has.
fn finish(mut response: Response, path: &str, id: &str, is_https: bool) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = problem.render(path, id);
    } else if (response.status().is_client_error() || response.status().is_server_error()) && response.extensions().get::<Drawn>().is_none() {
        response = from_bare_status(&response).render(path, id);
    }
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, HeaderValue::from_str(id).expect("checked or made of ASCII letters and digits"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Pages may say what they need; answers for machines need nothing.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What the framework refused by itself.
fn from_bare_status(response: &Response) -> Problem {
    let code = code_of_status(response.status());
    let problem = match code {
        Code::NotFound => Problem::not_found(),
        Code::MethodNotAllowed => Problem::new(code, "the path exists, with other methods"),
        _ => Problem::new(code, code.cause()),
    };
    match response.headers().get(header::ALLOW) {
        Some(allow) => problem.header(header::ALLOW, allow.clone()),
        None => problem,
    }
}

fn record(method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
    let labels = [("method", known(method).to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
}

/// The method, unless it is an invention of the caller's: labels must stay few.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::PATCH | Method::DELETE | Method::PUT | Method::HEAD | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_hangs_or_panics_is_answered_for() {
        for is_read in [true, false] {
            let hangs = finished(std::future::pending(), Duration::from_millis(5), is_read).await;
            let problem = hangs.extensions().get::<Problem>().unwrap();
            assert_eq!((problem.code(), problem.code().is_retryable()), (Code::Unavailable, true));
            assert_eq!(format!("{problem:?}").contains("whether it took effect is not known"), !is_read, "{problem:?}");
        }
        let panics = finished(async { panic!("hunter2") }, REQUEST_TIMEOUT, true).await;
        let problem = panics.extensions().get::<Problem>().unwrap();
        assert_eq!(problem.code(), Code::Internal);
        assert!(!format!("{problem:?}").contains("hunter2"));
    }

    #[test]
    fn i13_media_ranges_are_read_as_the_standard_says() {
        let json = ["application", "json"];
        for range in ["*/*", "application/*", "application/json", " Application/JSON ;q=0.5", "application/problem+json", "application/json;charset=utf-8"] {
            assert!(accepts(range, json), "{range}");
        }
        for range in ["text/html", "application/xml", "application/json;q=0", "*/*; q=0.0", "", "json", "image/*"] {
            assert!(!accepts(range, json), "{range}");
        }
    }
}
