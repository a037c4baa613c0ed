//! Requests through the router, and answers that explain themselves when a test fails.

use std::net::IpAddr;
use std::ops::Index;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::document::assert_promised;
use super::{Actor, TestApp};
use crate::limits::Peer;

/// A request in the making.
#[derive(Clone)]
pub struct Call {
    router: Router,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    peer: Option<IpAddr>,
    raw: HeaderMap,
}

impl TestApp {
    /// GET
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// POST
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// PATCH
    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    /// DELETE
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Any method.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call { router: self.router(), method, path: path.to_owned(), headers: Vec::new(), body: Vec::new(), peer: None, raw: HeaderMap::new() }
    }
}

impl Call {
    /// To another process of the instance.
    pub fn at(mut self, node: &Router) -> Self {
        self.router = node.clone();
        self
    }

    /// With the actor's token.
    pub fn bearer(self, actor: &Actor) -> Self {
        self.token(&actor.token)
    }

    /// With this token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Over a connection from this address.
    pub fn from(mut self, address: &str) -> Self {
        self.peer = Some(address.parse().unwrap());
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these headers, whatever bytes they have.
    pub fn headers(mut self, headers: &HeaderMap) -> Self {
        self.raw.extend(headers.clone());
        self
    }

    /// With a JSON body.
    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With any body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it. Every answer of every test is held against the OpenAPI document. Of a stream it has the first part.
    pub async fn send(self) -> Answer {
        self.open().await.0
    }

    /// Sends it, and leaves a stream open: the answer with its first part, and the rest of it.
    pub async fn open(self) -> (Answer, Rest) {
        let what = format!("{} {}", self.method, self.path);
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(peer) = self.peer {
            request = request.extension(Peer(peer));
        }
        let mut request = request.body(Body::from(self.body)).unwrap();
        request.headers_mut().extend(self.raw);
        let method = request.method().clone();
        let response = self.router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let mut rest = Rest(body);
        let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "text/event-stream");
        let bytes = if is_stream { rest.next().await.unwrap().into_bytes() } else { rest.all().await };
        assert_promised(&method, &self.path, parts.status, &parts.headers, &bytes);
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        (Answer { what, status: parts.status, headers: parts.headers, bytes, json }, rest)
    }
}

impl Call {
    /// Sends it, and leaves all of what is answered with success to be read part by part.
    pub async fn stream(self) -> Rest {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = self.router.oneshot(request.body(Body::from(self.body)).unwrap()).await.unwrap();
        assert!(response.status().is_success(), "{}: {}", self.path, response.status());
        Rest(response.into_body())
    }
}

/// What comes after the head of an answer.
pub struct Rest(Body);

impl Rest {
    /// The next part of a stream; `None` when it has ended.
    pub async fn next(&mut self) -> Option<String> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let frame = tokio::time::timeout(PATIENCE, self.0.frame()).await.expect("the stream goes on or ends");
        frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }

    async fn all(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(frame) = self.0.frame().await {
            bytes.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        bytes
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    what: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
    json: Value,
}

impl Answer {
    /// The answer, if it has this status; the test fails with the body otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
        assert!(self.header("x-request-id").is_some(), "{}: every answer has a request id", self.what);
        self
    }

    /// The body of a problem with this status and code, whole in every respect.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        let body = &answer.json;
        assert_eq!(body["code"], code, "{}: {}", answer.what, answer.text());
        assert_eq!(answer.header(header::CONTENT_TYPE.as_str()), Some("application/problem+json"), "{}", answer.what);
        assert_eq!((&body["status"], &body["error"]), (&Value::from(status), &body["detail"]), "{}", answer.text());
        assert_eq!(body["type"], format!("/docs/errors/{code}"));
        assert_eq!(body["requestId"].as_str(), answer.header("x-request-id"));
        assert_eq!(body["retryAfterSeconds"].as_u64().map(|s| s.to_string()).as_deref(), answer.header("retry-after"), "{}", answer.text());
        answer.json
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        &self.json[key]
    }
}
