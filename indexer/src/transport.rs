//! JSON-RPC over HTTP with a limit on time and on size, and without the node's URL in any error: providers put keys into it.

use std::task::{Context, Poll};
use std::time::Duration;

use alloy::rpc::json_rpc::{RequestPacket, ResponsePacket};
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use reqwest::Client;
use tower::Service;
use url::Url;

/// Longest wait for a connection: the far side of the world and a slow handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for a whole answer: nodes themselves give up on `eth_getLogs` after ten to fifteen seconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest answer, in bytes. Nodes cap an answer at 10,000 logs of some 900 bytes; three times that.
pub const MAX_ANSWER_BYTES: usize = 32 << 20;
/// What is kept of an error page.
const MAX_ERROR_BYTES: usize = 512;

/// The transport.
#[derive(Clone, Debug)]
pub struct BoundedHttp {
    client: Client,
    url: Url,
    max_bytes: usize,
}

impl BoundedHttp {
    /// A transport to `url`.
    ///
    /// # Errors
    /// When no HTTP client can be made here (no TLS roots).
    pub fn new(url: Url) -> Result<Self, reqwest::Error> {
        Self::with_limit(url, MAX_ANSWER_BYTES)
    }

    fn with_limit(url: Url, max_bytes: usize) -> Result<Self, reqwest::Error> {
        let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(ANSWER_TIMEOUT).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, url, max_bytes })
    }

    async fn send(self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let failed = |error: reqwest::Error| TransportErrorKind::custom(error.without_url());
        let mut response = self.client.post(self.url).json(&request).send().await.map_err(failed)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(TransportErrorKind::custom_str(&format!("the answer is longer than {} bytes", self.max_bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        match serde_json::from_slice(&body) {
            // Some nodes send a JSON-RPC error with an HTTP status of its own; the error says more than the status.
            Ok(packet) => Ok(packet),
            Err(_) if !status.is_success() => {
                body.truncate(MAX_ERROR_BYTES);
                Err(TransportErrorKind::http_error(status.as_u16(), String::from_utf8_lossy(&body).into_owned()))
            }
            Err(error) => Err(TransportErrorKind::custom(error)),
        }
    }
}

impl Service<RequestPacket> for BoundedHttp {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

#[cfg(test)]
mod tests;
