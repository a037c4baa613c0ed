//! The HTTP API as its clients see it: a bearer token, JSON, and problems that say what to do.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use router_api::problem::Code;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use settlement::IdSource;
use url::Url;

use crate::failure::{Failure, OrFix};
use crate::system::OsIds;

/// Largest answer that is read, in bytes: a page of a list has some hundred thousand. The page that a scanned code leads to is anybody's.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Longer than the API may hold a verify request.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// One API and who calls it.
#[derive(Clone, Debug)]
pub struct Client {
    base: Url,
    token: Option<SecretString>,
    http: reqwest::Client,
}

/// What was answered to a request that was not refused.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, 201 or 202.
    pub status: StatusCode,
    /// The JSON.
    pub body: Value,
}

impl Client {
    /// Calls the API at `base`, as the owner of `token` where there is one.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base: Url, token: Option<SecretString>) -> anyhow::Result<Self> {
        // Redirects would carry the token to wherever they point.
        let http = reqwest::Client::builder().timeout(ANSWERS_WITHIN).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { base, token, http })
    }

    /// The same API as somebody else.
    #[must_use]
    pub fn with_token(&self, token: SecretString) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// Where the API is.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// Reads.
    ///
    /// # Errors
    /// When the API cannot be reached or refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.request(Method::GET, path)?).await.map(|answer| answer.body)
    }

    /// Writes, under a fresh idempotency key.
    ///
    /// # Errors
    /// When the API cannot be reached or refuses.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let key = OsIds.ulid().to_string();
        self.send(self.request(Method::POST, path)?.header("idempotency-key", key).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> anyhow::Result<RequestBuilder> {
        let url = self.base.join(path).or_fix(format!("{path} is not a path of the API"), "give the API's URL without a path, as http://127.0.0.1:8080")?;
        let request = self.http.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        })
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let unreachable = || format!("the API at {} does not answer", self.base);
        let response = request.send().await.or_fix(unreachable(), "start it with `counterfoil serve`, or name another with --api")?;
        let status = response.status();
        let text = self.body(response).await?;
        let body: Result<Value, _> = serde_json::from_slice(&text);
        if status.is_success() {
            let body = body.or_fix(format!("{} answers no JSON", self.base), "check that --api is a Counterfoil API")?;
            return Ok(Answer { status, body });
        }
        Err(refusal(status, &body.unwrap_or_default()).into())
    }

    /// All of an answer, if it is no larger than any answer is.
    async fn body(&self, mut response: Response) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.or_fix(format!("the API at {} does not answer", self.base), "try again")? {
            if body.len() + chunk.len() > MAX_ANSWER {
                let what = format!("{} answers more than {MAX_ANSWER} bytes", self.base);
                return Err(Failure::new(what, "check that it is a Counterfoil API").into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// What a problem document says, and what its reader can do about it.
fn refusal(status: StatusCode, problem: &Value) -> Failure {
    let code = problem["code"].as_str();
    let detail = problem["detail"].as_str().or(problem["title"].as_str()).map_or_else(|| status.to_string(), str::to_owned);
    Failure { what: format!("the API refused ({}): {detail}", status.as_u16()), code: code.map(str::to_owned), fix: fix(code, problem), source: None }
}

fn fix(code: Option<&str>, problem: &Value) -> Option<String> {
    if code == Some("unauthorized") {
        return Some("set COUNTERFOIL_TOKEN to a token of this instance; `counterfoil token create` makes one".to_owned());
    }
    let action = &problem["recommendedAction"];
    let recommended = action["label"].as_str().or(action.as_str()).map(str::to_owned);
    let missing = problem["missingScopes"].as_array().map(|scopes| {
        let scopes: Vec<_> = scopes.iter().filter_map(Value::as_str).collect();
        format!("use a token with the scope {}", scopes.join(" and "))
    });
    let cure = || code.and_then(Code::parse).map(|code| code.cure().to_owned());
    let again = || problem["retryAfterSeconds"].as_u64().map(|seconds| format!("try again in {seconds} s"));
    missing.or(recommended).or_else(again).or_else(cure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_carries_detail_code_and_what_to_do() {
        let problem = json!({"status": 409, "code": "live_request", "detail": "request pr_1 is live",
            "recommendedAction": {"code": "reuse_or_cancel_active_request", "label": "Use or cancel the live request"}});
        let failure = refusal(StatusCode::CONFLICT, &problem);
        assert_eq!(failure.what, "the API refused (409): request pr_1 is live");
        assert_eq!(failure.code.as_deref(), Some("live_request"));
        assert_eq!(failure.fix.as_deref(), Some("Use or cancel the live request"));
    }

    #[test]
    fn without_a_recommendation_the_remedy_follows_from_the_code() {
        let of = |problem| refusal(StatusCode::FORBIDDEN, &problem).fix.unwrap();
        assert!(of(json!({"code": "unauthorized"})).contains("COUNTERFOIL_TOKEN"));
        assert!(of(json!({"code": "insufficient_scope", "missingScopes": ["payments:read", "contracts:read"]})).contains("payments:read and contracts:read"));
        assert_eq!(of(json!({"code": "unavailable", "retryAfterSeconds": 2})), "try again in 2 s");
    }

    #[test]
    fn i12_the_token_is_not_in_debug() {
        let client = Client::new("http://127.0.0.1:1".parse().unwrap(), Some(SecretString::from("cf_secret".to_owned()))).unwrap();
        assert!(!format!("{client:?}").contains("cf_secret"));
    }

    /// A server whose answers have no end.
    async fn endless() -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let answer = || async {
            let chunk = std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 65_536]));
            axum::body::Body::from_stream(futures::stream::iter(chunk))
        };
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        url
    }

    #[tokio::test]
    async fn an_answer_without_end_is_let_go() {
        let client = Client::new(endless().await, None).unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(30), client.get("/r/00?format=json")).await.expect("it does not wait for the end");
        assert!(answer.unwrap_err().to_string().ends_with("answers more than 16777216 bytes"));
    }

    #[tokio::test]
    async fn an_api_that_is_not_there_is_said_so() {
        let client = Client::new("http://127.0.0.1:1".parse().unwrap(), None).unwrap();
        let error = client.get("/health").await.unwrap_err();
        assert_eq!(error.to_string(), "the API at http://127.0.0.1:1/ does not answer");
        assert!(crate::failure::fix_of(&error).unwrap().contains("counterfoil serve"));
    }
}
