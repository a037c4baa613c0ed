//! The lane of one endpoint: claims what is due for it and sends it, until nothing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use settlement::ids::EndpointId;
use settlement::notice::NoticeType;
use settlement::webhook::{CLAIMED_FOR, wait_after};
use store::{Attempt, Claimed, Delivery, Endpoint, LastAttempt, LoggedNotice, Next};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::recorder;
use super::send::{Message, Sent};
use super::{PROVEN_PLACES, Parts, Standing, message};

/// Most attempts at a time to one endpoint that answers well. Events may arrive in another order than they happened; `sequence` has it.
pub(super) const WIDTH: usize = 16;
/// An endpoint that takes longer than this answers, but not well: in a place for those that do it would keep many others waiting.
const PROMPT: Duration = Duration::from_secs(2);
/// HTTP's word for an endpoint that does not want anything any more.
const GONE: u16 = 410;

/// Delivers what is due for an endpoint. Returns which it was.
pub(super) async fn run(parts: Arc<Parts>, endpoint: EndpointId, results: mpsc::Sender<recorder::Result>, stop: CancellationToken) -> EndpointId {
    let mut sending = JoinSet::new();
    let mut share = None;
    loop {
        let standing = parts.standing(&endpoint);
        let is_proven = standing == Standing::Proven;
        share = is_proven.then(|| share.unwrap_or_else(|| Share::new(&parts.proven_lanes)));
        // Claims are made for many at once: while more than half of the lane is busy it is not worth one.
        let (width, busy) = (share.as_ref().map_or(1, Share::width), sending.len());
        if busy <= width / 2 && (busy == 0 || is_proven) {
            // Whoever waits for a place when it is time to stop begins nothing any more.
            match stop.run_until_cancelled(places(&parts, standing, width - busy)).await {
                Some(places) if !stop.is_cancelled() => begin(&parts, &endpoint, places, &mut sending).await,
                Some(_) | None => {}
            }
        }
        let result = match sending.join_next().await {
            Some(Ok(Some(result))) => result,
            // What it has claimed comes due again, and so does this lane.
            Some(Ok(None)) => continue,
            Some(Err(error)) => {
                tracing::error!(%error, %endpoint, "an attempt at a delivery broke; another is made when its claim has run out");
                continue;
            }
            None => return endpoint,
        };
        parts.set_standing(&endpoint, if result.is_good { Standing::Proven } else { Standing::Failed });
        if results.send(result).await.is_err() {
            return endpoint;
        }
    }
}

/// Claims as much as there are places for, and begins to send it.
async fn begin(parts: &Arc<Parts>, endpoint: &EndpointId, places: Vec<OwnedSemaphorePermit>, sending: &mut JoinSet<Option<recorder::Result>>) {
    if parts.is_unreadable(endpoint) {
        return;
    }
    let now = parts.clock.now();
    let limit = u32::try_from(places.len()).unwrap_or(u32::MAX);
    match parts.store.claim_deliveries(endpoint, (now, now.plus(CLAIMED_FOR)), limit).await {
        Ok(Claimed { endpoint: Some(endpoint), deliveries }) => {
            let endpoint = Arc::new(endpoint);
            for (claimed, place) in deliveries.into_iter().zip(places) {
                sending.spawn(attempt(Arc::clone(parts), Arc::clone(&endpoint), claimed, place));
            }
        }
        Ok(Claimed { endpoint: None, .. }) => {}
        Err(error) => tracing::warn!(%error, %endpoint, "a webhook endpoint has to wait"),
    }
}

/// A lane among those that share the places of endpoints that answer well.
struct Share(Arc<AtomicUsize>);

impl Share {
    fn new(lanes: &Arc<AtomicUsize>) -> Self {
        lanes.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(lanes))
    }

    /// An equal part of the places: a lane that holds more than that would keep others waiting until its endpoint has everything.
    fn width(&self) -> usize {
        (PROVEN_PLACES / self.0.load(Ordering::Relaxed).max(1)).clamp(1, WIDTH)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Places for up to `wanted` attempts, one at least.
async fn places(parts: &Parts, standing: Standing, wanted: usize) -> Vec<OwnedSemaphorePermit> {
    let semaphore = match standing {
        Standing::Untried => &parts.untried_places,
        Standing::Proven => &parts.proven_places,
        Standing::Failed => &parts.failed_places,
    };
    let first = Arc::clone(semaphore).acquire_owned().await.expect("nobody closes this semaphore");
    let more = (1..wanted).map_while(|_| Arc::clone(semaphore).try_acquire_owned().ok());
    std::iter::once(first).chain(more).collect()
}

/// Makes an attempt. None where the secret of the endpoint does not open: that is a fault of this instance, so it is no attempt of its receiver's, and what was
/// claimed waits.
pub(super) async fn attempt(
    parts: Arc<Parts>,
    endpoint: Arc<Endpoint>,
    (delivery, line): (Delivery, LoggedNotice),
    _place: OwnedSemaphorePermit,
) -> Option<recorder::Result> {
    let at = parts.clock.now();
    let body = message::body(&line, delivery.is_redelivery, &parts.public_url);
    let id = line.id.to_string();
    let signatures = match message::signatures(&parts.webhooks.key, &endpoint, &id, &body, at) {
        Ok(signatures) => signatures,
        Err(error) => {
            tracing::error!(endpoint = %endpoint.id, "a webhook has to wait: {error}; give back the key that it had, or have the secret rotated");
            parts.set_unreadable(&endpoint.id);
            return None;
        }
    };
    let sent = parts.sender.send(Message { url: endpoint.url.clone(), id, timestamp: message::seconds(at), signatures, body }).await;
    report(&endpoint, &delivery, line.notice.kind, &sent);
    let is_gone = sent.answer == Some(GONE);
    let next = match &sent.failure {
        None => Next::Delivered,
        Some(_) if is_gone => Next::GiveUp,
        Some(_) => {
            let [chance, ..] = parts.ids.secret();
            let wait = wait_after(delivery.attempts.saturating_add(1), chance);
            wait.map_or(Next::GiveUp, |wait| Next::Retry(parts.clock.now().plus(wait)))
        }
    };
    let is_good = sent.failure.is_none() && sent.took < PROMPT;
    let failure = sent.failure.map(|failure| (failure.reason.as_str().to_owned(), failure.detail));
    let last = LastAttempt { at, took: sent.took, answer: sent.answer, failure };
    Some(recorder::Result { attempt: Attempt { delivery, last, next }, endpoint, is_gone, is_good })
}

/// Metrics, and a line in the log that holds neither URL nor data.
fn report(endpoint: &Endpoint, delivery: &Delivery, kind: NoticeType, sent: &Sent) {
    let outcome = sent.failure.as_ref().map_or("delivered", |failure| failure.reason.as_str());
    metrics::counter!("webhook_attempts_total", "outcome" => outcome).increment(1);
    metrics::histogram!("webhook_attempt_duration_seconds").record(sent.took.as_secs_f64());
    let (endpoint, delivery, attempt) = (&endpoint.id, &delivery.id, delivery.attempts + 1);
    match &sent.failure {
        None => tracing::debug!(%endpoint, %delivery, %kind, attempt, "webhook delivered"),
        Some(failure) => tracing::info!(%endpoint, %delivery, %kind, attempt, outcome, detail = failure.detail, "webhook not delivered"),
    }
}
