//! Delivering the event log to endpoints, by Standard Webhooks 1.0.
//!
//! Three parts, each of which can die at any moment without losing anything, because all they know is in the database:
//! 1. *fan-out* goes through the log behind a cursor and makes a row for every endpoint that wants a line (`Store::fan_out`);
//! 2. a *lane* per endpoint claims what is due for it by putting it off, and sends it. A lane that waits for a dead endpoint holds up nobody: endpoints that did
//!    not answer well last time share places of their own, one each;
//! 3. the *recorder* writes down what came of attempts, many in one transaction.
//!
//! What was sent and not written down is sent again once the claim is over: at least once, with the same `webhook-id`.

pub mod address;
mod lane;
mod message;
mod recorder;
pub mod secret;
mod send;
pub mod target;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Certificate;
use settlement::ids::{DeliveryId, EndpointId};
use settlement::{Clock, IdSource};
use store::{Store, StoreError};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use message::{MAX_BODY, WebhookMessage};
pub use secret::{SealingKey, SigningSecret};
pub use target::{Resolver, SystemResolver, TargetError, Targets};

use self::recorder::Recorder;
use self::send::Sender;

/// How long the worker waits for a commit before it looks by itself: retries come due, and other processes make work too.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two measurements of what is waiting.
const MEASURE_EVERY: Duration = Duration::from_secs(15);
/// Endpoints that are looked at by one query.
const ENDPOINTS: u32 = 1_000;
/// Attempts at a time to endpoints that answered well last time.
const PROVEN_PLACES: usize = 64;
/// Attempts at a time to all others: dead endpoints wait for each other and for nobody else.
const UNPROVEN_PLACES: usize = 32;
/// Results that wait to be written down.
const RESULTS: usize = 256;

/// What endpoints and deliveries are made with.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// The key under which secrets are stored.
    pub key: SealingKey,
    /// Where deliveries may go.
    pub targets: Targets,
}

/// What the worker works with.
pub struct WebhookWorker(Arc<Parts>);

struct Parts {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    webhooks: Webhooks,
    public_url: Url,
    sender: Sender,
    proven_places: Arc<Semaphore>,
    unproven_places: Arc<Semaphore>,
    /// Lanes that the places of proven endpoints are divided among.
    proven_lanes: Arc<AtomicUsize>,
    /// Endpoints whose last attempt by this process went well.
    proven: Mutex<HashSet<EndpointId>>,
}

/// Why deliveries cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The HTTP client cannot be made.
    #[error("there is no HTTP client for webhooks")]
    Client(#[source] reqwest::Error),
}

/// Lanes and recorder while they run.
struct Running {
    lanes: JoinSet<EndpointId>,
    /// Endpoints with a lane, and whether something came for them meanwhile.
    open: HashMap<EndpointId, bool>,
    results: mpsc::Sender<recorder::Result>,
    recorder: JoinHandle<()>,
    stop: CancellationToken,
    swept: Option<Instant>,
    measured: Option<Instant>,
}

/// Where things come from, without the settings.
pub struct WorkerParts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids, and the chance in the waits.
    pub ids: Arc<dyn IdSource>,
    /// Where clients reach this instance, for links to events that are too long.
    pub public_url: Url,
}

impl WebhookWorker {
    /// Over a database. Several processes may have one each.
    ///
    /// # Errors
    /// When there is no HTTP client to be had.
    pub fn new(parts: WorkerParts, webhooks: Webhooks) -> Result<Self, WebhookError> {
        Self::trusting(parts, webhooks, &[])
    }

    /// The same, trusting these certificates besides those of the system.
    pub(crate) fn trusting(parts: WorkerParts, webhooks: Webhooks, roots: &[Certificate]) -> Result<Self, WebhookError> {
        let sender = Sender::new(&webhooks.targets, roots).map_err(WebhookError::Client)?;
        let WorkerParts { store, clock, ids, public_url } = parts;
        let (proven_places, unproven_places) = (Arc::new(Semaphore::new(PROVEN_PLACES)), Arc::new(Semaphore::new(UNPROVEN_PLACES)));
        let (proven_lanes, proven) = (Arc::default(), Mutex::default());
        Ok(Self(Arc::new(Parts { store, clock, ids, webhooks, public_url, sender, proven_places, unproven_places, proven_lanes, proven })))
    }

    /// Delivers until it is told to stop; then waits for the attempts that have begun (15 seconds at most) and writes down what came of them.
    ///
    /// # Errors
    /// Never: what goes wrong is logged and tried again.
    pub async fn run(self, soft: CancellationToken) -> Result<(), WebhookError> {
        let mut changes = self.0.store.changes();
        let mut running = Running::start(&self.0, soft.clone());
        while !soft.is_cancelled() {
            if let Err(error) = self.round(&mut running).await {
                tracing::warn!(%error, "webhooks have to wait");
                soft.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
            }
            tokio::select! {
                () = soft.cancelled() => {}
                () = changes.wait(LOOK_EVERY) => {}
                Some(ended) = running.lanes.join_next(), if !running.lanes.is_empty() => running.ended(&self.0, ended),
            }
        }
        running.finish(&self.0).await;
        Ok(())
    }

    /// Hands out all of the log and makes one attempt at everything that is due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step(&self) -> Result<(), StoreError> {
        let mut running = Running::start(&self.0, CancellationToken::new());
        let done = self.round(&mut running).await;
        running.finish(&self.0).await;
        done
    }

    async fn round(&self, running: &mut Running) -> Result<(), StoreError> {
        let parts = &self.0;
        let new_id = || DeliveryId::new(parts.ids.ulid());
        loop {
            let handed = parts.store.fan_out(&new_id, parts.clock.now()).await?;
            for endpoint in handed.endpoints {
                running.wake(parts, endpoint);
            }
            if !handed.has_more || running.stop.is_cancelled() {
                break;
            }
        }
        if is_over(running.swept, LOOK_EVERY) {
            running.swept = Some(Instant::now());
            let mut after = None;
            loop {
                let (due, last) = parts.store.endpoints_due(after.as_ref(), parts.clock.now(), ENDPOINTS).await?;
                for endpoint in due {
                    running.wake(parts, endpoint);
                }
                after = last;
                if after.is_none() {
                    break;
                }
            }
        }
        if is_over(running.measured, MEASURE_EVERY) {
            running.measured = Some(Instant::now());
            measure(parts).await?;
        }
        Ok(())
    }
}

/// Whether it is time again; the first time is now.
fn is_over(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= every)
}

async fn measure(parts: &Parts) -> Result<(), StoreError> {
    let backlog = parts.store.backlog().await?;
    let age_ms = backlog.oldest.map_or(0, |oldest| parts.clock.now().as_millis().saturating_sub(oldest.as_millis()).max(0));
    metrics::gauge!("webhook_deliveries_pending").set(as_f64(backlog.pending));
    metrics::gauge!("webhook_oldest_pending_seconds").set(as_f64(age_ms / 1_000));
    Ok(())
}

/// A count as metrics have it; above 2^32 it is all the same.
fn as_f64(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

impl Running {
    fn start(parts: &Arc<Parts>, stop: CancellationToken) -> Self {
        let (results, received) = mpsc::channel(RESULTS);
        let recorder = tokio::spawn(Recorder::new(Arc::clone(parts), received).run());
        Self { lanes: JoinSet::new(), open: HashMap::new(), results, recorder, stop, swept: None, measured: None }
    }

    /// Something is due for an endpoint.
    fn wake(&mut self, parts: &Arc<Parts>, endpoint: EndpointId) {
        if let Some(again) = self.open.get_mut(&endpoint) {
            *again = true;
            return;
        }
        self.open.insert(endpoint.clone(), false);
        self.lanes.spawn(lane::run(Arc::clone(parts), endpoint, self.results.clone(), self.stop.clone()));
    }

    /// A lane has nothing to do any more, unless something came while it was looking.
    fn ended(&mut self, parts: &Arc<Parts>, ended: Result<EndpointId, tokio::task::JoinError>) {
        match ended {
            Ok(endpoint) => {
                if self.open.remove(&endpoint) == Some(true) && !self.stop.is_cancelled() {
                    self.wake(parts, endpoint);
                }
            }
            Err(error) => {
                // Which one is not known any more: whoever has none gets one at the next look.
                tracing::error!(%error, "the lane of a webhook endpoint broke");
                self.open.clear();
            }
        }
    }

    async fn finish(mut self, parts: &Arc<Parts>) {
        while let Some(ended) = self.lanes.join_next().await {
            self.ended(parts, ended);
        }
        drop(self.results);
        if let Err(error) = self.recorder.await {
            tracing::error!(%error, "results of webhook deliveries were not written down; they will be sent again");
        }
    }
}

impl Parts {
    fn is_proven(&self, endpoint: &EndpointId) -> bool {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).contains(endpoint)
    }

    fn set_proven(&self, endpoint: &EndpointId, is_proven: bool) {
        let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if is_proven {
            if !proven.contains(endpoint) {
                proven.insert(endpoint.clone());
            }
        } else {
            proven.remove(endpoint);
        }
    }
}

impl fmt::Debug for WebhookWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookWorker").field("webhooks", &self.0.webhooks).finish_non_exhaustive()
    }
}

impl fmt::Debug for WorkerParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerParts").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod crashes;
#[cfg(test)]
mod tests;
