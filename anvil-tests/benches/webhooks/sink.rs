//! A receiver in this process that takes everything at once, and remembers when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use cli::system::SystemClock;
use serde::Deserialize;
use settlement::{Clock, Timestamp};
use tokio::net::TcpListener;

/// Deliveries to this path are never answered.
pub const DEAD: &str = "/dead";
/// Longer than anybody waits for an answer.
const NEVER: Duration = Duration::from_secs(3_600);

/// What came.
#[derive(Default)]
pub struct Came {
    /// How many deliveries, by path.
    pub counts: BTreeMap<String, usize>,
    /// From the time in the event to its arrival, in the order of arrival.
    pub waits: Vec<Duration>,
    /// When the first and the last came.
    pub span: Option<(Instant, Instant)>,
    /// How many had come everywhere when the first path had this many: what makes a fair share visible.
    pub at_first_full: Option<BTreeMap<String, usize>>,
}

/// The receiver.
#[derive(Clone)]
pub struct Sink {
    port: u16,
    came: Arc<Mutex<Came>>,
    full: Arc<Mutex<usize>>,
}

#[derive(Deserialize)]
struct Event {
    timestamp: String,
}

impl Sink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), came: Arc::default(), full: Arc::new(Mutex::new(usize::MAX)) };
        let receives = sink.clone();
        let app = Router::new().fallback(move |uri: Uri, body: Bytes| {
            let receives = receives.clone();
            async move {
                if uri.path() == DEAD {
                    tokio::time::sleep(NEVER).await;
                }
                receives.take(uri.path(), &body);
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        sink
    }

    fn take(&self, path: &str, body: &[u8]) {
        let (now, at) = (Instant::now(), SystemClock.now());
        let event: Event = serde_json::from_slice(body).unwrap();
        let happened: Timestamp = Timestamp::parse(&event.timestamp).unwrap();
        let wait = u64::try_from(at.as_millis() - happened.as_millis()).unwrap_or_default();
        let full = *self.full.lock().unwrap();
        let mut came = self.came();
        let count = came.counts.entry(path.to_owned()).or_default();
        *count += 1;
        let is_full = *count == full;
        came.waits.push(Duration::from_millis(wait));
        came.span = Some((came.span.map_or(now, |(first, _)| first), now));
        if is_full && came.at_first_full.is_none() {
            came.at_first_full = Some(came.counts.clone());
        }
    }

    /// Forgets what came. From now on a path is full with this many.
    pub fn forget(&self, full: usize) {
        *self.full.lock().unwrap() = full;
        *self.came() = Came::default();
    }

    pub fn came(&self) -> MutexGuard<'_, Came> {
        self.came.lock().unwrap()
    }

    pub fn total(&self) -> usize {
        self.came().counts.values().sum()
    }

    /// A URL on one of this machine's many addresses: connections are kept per host, and endpoints are not usually on the same.
    pub fn url(&self, host: u8, path: &str) -> String {
        format!("http://127.0.0.{host}:{}{path}", self.port)
    }
}
