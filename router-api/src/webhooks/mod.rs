//! Delivering the event log to endpoints, by Standard Webhooks 1.0.
//!
//! Three parts, each of which can die at any moment without losing anything, because all they know is in the database:
//! 1. *fan-out* goes through the log behind a cursor and makes a row for every endpoint that wants a line (`Store::fan_out`);
//! 2. a *lane* per endpoint claims what is due for it by putting it off, and sends it. A lane that waits for a dead endpoint holds up nobody: endpoints that did
//!    not answer well last time share places of their own, one each, and so do those that this process has not tried yet;
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

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Certificate;
use settlement::ids::{DeliveryId, EndpointId};
use settlement::webhook::CLAIMED_FOR;
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
/// Attempts at a time to endpoints that did not: dead endpoints wait for each other and for nobody else.
const FAILED_PLACES: usize = 32;
/// Attempts at a time to endpoints that this process has not tried yet. After a start that is all of them: the dead ones among them have a place once each.
const UNTRIED_PLACES: usize = 64;
/// How long an endpoint is left alone whose secret does not open.
const UNREADABLE_FOR: Duration = CLAIMED_FOR;
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
    failed_places: Arc<Semaphore>,
    untried_places: Arc<Semaphore>,
    /// Lanes that the places of proven endpoints are divided among.
    proven_lanes: Arc<AtomicUsize>,
    /// How the last attempt of this process at an endpoint went; endpoints that it has not tried are missing.
    standings: Mutex<HashMap<EndpointId, Standing>>,
    /// When it was found that the secret of an endpoint does not open.
    unreadable: Mutex<HashMap<EndpointId, Instant>>,
}

/// How an endpoint answered this process last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Not asked yet.
    Untried,
    /// Well, and soon.
    Proven,
    /// Not well, late or not at all.
    Failed,
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
        let [proven_places, failed_places, untried_places] = [PROVEN_PLACES, FAILED_PLACES, UNTRIED_PLACES].map(|places| Arc::new(Semaphore::new(places)));
        let (proven_lanes, standings, unreadable) = (Arc::default(), Mutex::default(), Mutex::default());
        #[rustfmt::skip]
        let parts = Parts {
            store, clock, ids, webhooks, public_url, sender, proven_places, failed_places, untried_places, proven_lanes, standings, unreadable,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// Delivers until it is told to stop; then waits for the attempts that have begun (15 seconds at most) and writes down what came of them.
    ///
    /// # Errors
    /// Never: what goes wrong is logged and tried again.
    pub async fn run(self, soft: CancellationToken) -> Result<(), WebhookError> {
        if let Err(error) = self.check_key().await {
            tracing::warn!(%error, "whether the secrets of webhooks open cannot be told now");
        }
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

    /// Says so at once when the instance was started with another key: nothing would be delivered, and nobody else would notice. It goes on, because rotating the
    /// secrets mends that too.
    async fn check_key(&self) -> Result<(), StoreError> {
        let Some(endpoint) = self.0.store.newest_endpoint().await? else { return Ok(()) };
        if let Err(error) = self.0.webhooks.key.open(&endpoint.secrets.current, &endpoint.id) {
            tracing::error!(endpoint = %endpoint.id, "webhooks are not delivered: {error}; was it started with another COUNTERFOIL_WEBHOOKS__KEY?");
        }
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
    fn standing(&self, endpoint: &EndpointId) -> Standing {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner).get(endpoint).copied().unwrap_or(Standing::Untried)
    }

    fn set_standing(&self, endpoint: &EndpointId, standing: Standing) {
        let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        match standings.get_mut(endpoint) {
            Some(known) => *known = standing,
            None => {
                standings.insert(endpoint.clone(), standing);
            }
        }
    }

    /// Whether the secret of an endpoint was found unreadable a moment ago: claiming again and again would change nothing.
    fn is_unreadable(&self, endpoint: &EndpointId) -> bool {
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        unreadable.get(endpoint).is_some_and(|found| found.elapsed() < UNREADABLE_FOR)
    }

    fn set_unreadable(&self, endpoint: &EndpointId) {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).insert(endpoint.clone(), Instant::now());
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
