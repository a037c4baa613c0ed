//! A party of a story: a profile's bearer token and a wallet, and what it does with them.

use alloy_primitives::{Address, B256};
use cli::client::Client;
use cli::stack::accounts::Account;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

/// Buyer, seller or somebody else.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its wallet.
    pub account: Account,
    api: Url,
    token: SecretString,
    http: reqwest::Client,
}

/// What the API answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The JSON.
    pub body: Value,
}

impl Answer {
    /// The body of an answer with this status.
    ///
    /// # Panics
    /// When the status is another.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }

    /// Status and code of a problem.
    #[must_use]
    pub fn problem(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or("no code"))
    }
}

impl Party {
    /// Somebody who calls the API at a URL.
    #[must_use]
    pub fn new(api: Url, token: SecretString, account: Account) -> Self {
        Self { account, api, token, http: reqwest::Client::new() }
    }

    /// The same party at another process of the instance.
    #[must_use]
    pub fn at(&self, api: Url) -> Self {
        Self { api, ..self.clone() }
    }

    /// Its bearer token.
    #[must_use]
    pub const fn token(&self) -> &SecretString {
        &self.token
    }

    /// Its wallet's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.account.address()
    }

    /// The client of the command line, as this party.
    ///
    /// # Panics
    /// When no HTTP client can be made.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.api.clone(), Some(self.token.clone())).unwrap()
    }

    /// Signs a digest with its wallet.
    #[must_use]
    pub fn sign(&self, digest: &B256) -> alloy_primitives::Bytes {
        self.account.key().sign_digest(digest)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Reads what is not JSON: its status and its bytes.
    pub async fn bytes(&self, path: &str) -> (u16, Vec<u8>) {
        let request = self.http.get(self.api.join(path).unwrap()).bearer_auth(self.token.expose_secret());
        let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// Writes.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Writes under an idempotency key. Returns status and body as they came.
    ///
    /// # Errors
    /// When there is no whole answer: nobody listens, or whoever did is gone.
    pub async fn post_under(&self, key: &str, path: &str, body: &Value) -> reqwest::Result<(StatusCode, Vec<u8>)> {
        let request = self.http.post(self.api.join(path).expect("paths of the API are relative to it")).bearer_auth(self.token.expose_secret());
        let response = request.header("Idempotency-Key", key).json(body).send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes what is there.
    ///
    /// # Panics
    /// When the API does not.
    pub async fn delete(&self, path: &str) {
        let answer = self.http.delete(self.api.join(path).unwrap()).bearer_auth(self.token.expose_secret()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.http.request(method, self.api.join(path).unwrap()).bearer_auth(self.token.expose_secret());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path} answers {status} with no JSON: {text}"));
        Answer { status, body }
    }
}
