//! A receiver of webhooks on this machine, which answers as tests tell it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

/// What was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// How the sink answers a delivery. `Err` hangs for that long first.
pub type Answers = dyn Fn(&Received) -> Result<Response, Duration> + Send + Sync;

/// By path: how many deliveries are being answered, and how many that ever were at a time.
type Counts = Arc<Mutex<HashMap<String, (usize, usize)>>>;

/// A delivery that is being answered, until whoever sent it has the answer or has gone.
struct Busy {
    counts: Counts,
    path: String,
}

impl Busy {
    fn new(counts: Counts, path: &str) -> Self {
        {
            let mut counts = counts.lock().unwrap();
            let (now, most) = counts.entry(path.to_owned()).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        Self { counts, path: path.to_owned() }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.counts.lock().unwrap().get_mut(&self.path).unwrap().0 -= 1;
    }
}

/// The sink. It ends with the test.
pub struct Sink {
    /// Its address, like `127.0.0.1:4711`.
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
    counts: Counts,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Received {
    /// `webhook-id`.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// A header, which has to be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether one of the signatures is by the secret.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let signature = Webhook::new(secret).unwrap().sign(self.id(), self.header("webhook-timestamp").parse().unwrap(), &self.body).unwrap();
        self.header("webhook-signature").split(' ').any(|sent| sent == signature)
    }
}

impl Sink {
    /// Takes everything.
    pub async fn new() -> Self {
        Self::answering(|_| Ok(().into_response())).await
    }

    /// Answers like this.
    pub async fn answering(answers: impl Fn(&Received) -> Result<Response, Duration> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let counts = Counts::default();
        let (kept, counted, answers): (_, _, Arc<Answers>) = (Arc::clone(&received), Arc::clone(&counts), Arc::new(answers));
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (kept, counted, answers) = (Arc::clone(&kept), Arc::clone(&counted), Arc::clone(&answers));
            async move {
                let received = Received { path: uri.path().to_owned(), headers, body };
                let _busy = Busy::new(counted, &received.path);
                let answer = answers(&received);
                kept.lock().unwrap().push(received);
                match answer {
                    Ok(answer) => answer,
                    Err(hangs) => {
                        tokio::time::sleep(hangs).await;
                        ().into_response()
                    }
                }
            }
        });
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, received, counts, server }
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was received, in order.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many deliveries a path ever had at a time.
    pub fn most_at_a_time(&self, path: &str) -> usize {
        self.counts.lock().unwrap().get(path).map_or(0, |(_, most)| *most)
    }

    /// The sequences that were received at a path.
    pub fn sequences(&self, path: &str) -> Vec<i64> {
        self.received().iter().filter(|received| received.path == path).map(|received| received.json()["sequence"].as_i64().unwrap()).collect()
    }
}
