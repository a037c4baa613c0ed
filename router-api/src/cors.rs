//! Which web pages of other origins may read answers: none, unless the operator names them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::{Origin, Url};

/// How long a browser may remember what it was allowed: an hour after it is taken back, the last browser knows.
const MAX_AGE: Duration = Duration::from_secs(3_600);

/// An origin whose pages may call the API: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin(HeaderValue);

/// Text that is not one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one origin like https://app.example, without a path; * is not taken")]
pub struct InvalidOrigin;

impl FromStr for AllowedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let origin = Url::parse(text).map_err(|_| InvalidOrigin)?.origin();
        let is_web = matches!(&origin, Origin::Tuple(scheme, ..) if scheme == "http" || scheme == "https");
        let spelt = origin.ascii_serialization();
        // Browsers compare texts, so only the spelling that they send is one.
        if !is_web || spelt != text {
            return Err(InvalidOrigin);
        }
        HeaderValue::from_str(&spelt).map(Self).map_err(|_| InvalidOrigin)
    }
}

impl fmt::Display for AllowedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Answers to preflights, and headers for pages of these origins; `None` when there are none: then nothing is said about origins at all.
///
/// Credentials (cookies) are never allowed: a caller shows a bearer token, which no browser sends by itself, so there is nothing to forge a request with.
pub(crate) fn layer(origins: &[AllowedOrigin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let name = HeaderName::from_static;
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins.iter().map(|origin| origin.0.clone())))
            .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_NONE_MATCH,
                name("idempotency-key"),
                name("x-idempotency-key"),
                name("x-request-id"),
                name("last-event-id"),
            ])
            .expose_headers([
                header::RETRY_AFTER,
                header::WWW_AUTHENTICATE,
                header::ETAG,
                header::CONTENT_DISPOSITION,
                name("x-request-id"),
                name("ratelimit"),
                name("ratelimit-policy"),
            ])
            .max_age(MAX_AGE),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;
    use crate::testing::{Answer, TestApp};

    const PAGE: &str = "https://app.example";

    #[test]
    fn only_the_spelling_that_browsers_send_is_an_origin() {
        for good in ["https://app.example", "http://localhost:5173", "https://xn--bcher-kva.example"] {
            assert_eq!(good.parse::<AllowedOrigin>().map(|origin| origin.to_string()), Ok(good.to_owned()));
        }
        for bad in
            ["*", "null", "", "app.example", "https://app.example/", "https://app.example/x", "https://APP.example", "https://app.example:443", "ftp://a"]
        {
            assert_eq!(bad.parse::<AllowedOrigin>(), Err(InvalidOrigin), "{bad}");
        }
    }

    async fn asked_from(app: &TestApp, method: Method, origin: &str) -> Answer {
        let call = app.call(method, "/api/agent/me").bearer(&app.buyer).header("origin", origin);
        call.header("access-control-request-method", "GET").header("access-control-request-headers", "authorization").send().await
    }

    fn says(answer: &Answer, name: &str) -> Option<String> {
        answer.header(&format!("access-control-{name}")).map(str::to_owned)
    }

    #[tokio::test]
    async fn without_a_list_no_page_of_another_origin_is_told_anything() {
        let app = TestApp::new().await;
        asked_from(&app, Method::OPTIONS, PAGE).await.problem(405, "method_not_allowed");
        let read = asked_from(&app, Method::GET, PAGE).await.expect(200);
        assert!(read.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{:?}", read.headers);
    }

    #[tokio::test]
    async fn pages_on_the_list_may_read_answers_and_problems_and_others_may_not() {
        let app = TestApp::with(|config| config.allowed_origins = vec![PAGE.parse().unwrap()]).await;
        let preflight = asked_from(&app, Method::OPTIONS, PAGE).await;
        assert_eq!((preflight.status.as_u16(), says(&preflight, "allow-origin").as_deref()), (200, Some(PAGE)));
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            assert!(says(&preflight, "allow-methods").unwrap().contains(method), "{method}");
        }
        let headers = says(&preflight, "allow-headers").unwrap();
        for name in ["authorization", "content-type", "idempotency-key", "if-none-match"] {
            assert!(headers.contains(name), "{name}");
        }
        let read = asked_from(&app, Method::GET, PAGE).await.expect(200);
        let problem = app.get("/api/agent/me").header("origin", PAGE).send().await.expect(401);
        for answer in [&preflight, &read, &problem] {
            assert_eq!((says(answer, "allow-origin").as_deref(), says(answer, "allow-credentials")), (Some(PAGE), None));
            assert!(answer.header("vary").unwrap().contains("origin"), "caches must not mix origins up");
        }
        for name in ["ratelimit", "etag", "content-disposition"] {
            assert!(says(&problem, "expose-headers").unwrap().contains(name), "{name}");
        }
        for origin in ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"] {
            for method in [Method::OPTIONS, Method::GET] {
                let answer = asked_from(&app, method, origin).await;
                assert_eq!(says(&answer, "allow-origin"), None, "{origin}");
            }
        }
    }
}
