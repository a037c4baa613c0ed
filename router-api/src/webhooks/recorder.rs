//! Writes down what came of attempts, as many in one transaction as there are.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use settlement::webhook::EndpointStatus;
use store::{Attempt, Endpoint, Next, StoreError};
use tokio::sync::mpsc::Receiver;

use super::Parts;

/// Most results of one transaction.
const BATCH: usize = 256;
/// How often a transaction is tried when the database is away. After that the claims run out, and what was sent is sent again.
const TRIES: u32 = 5;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) attempt: Attempt,
    pub(super) endpoint: Arc<Endpoint>,
    /// The endpoint answered that it is gone.
    pub(super) is_gone: bool,
    /// It was delivered, and soon.
    pub(super) is_good: bool,
}

pub(super) struct Recorder {
    parts: Arc<Parts>,
    results: Receiver<Result>,
}

impl Recorder {
    pub(super) const fn new(parts: Arc<Parts>, results: Receiver<Result>) -> Self {
        Self { parts, results }
    }

    /// Until nobody sends results any more.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.results.recv_many(&mut batch, BATCH).await > 0 {
            for last in (0..TRIES).rev() {
                match self.write(&batch).await {
                    Ok(()) => break,
                    Err(error) => tracing::warn!(%error, results = batch.len(), tries_left = last, "what came of webhook deliveries cannot be written down"),
                }
                tokio::time::sleep(PAUSE).await;
            }
            batch.clear();
        }
    }

    pub(super) async fn write(&self, batch: &[Result]) -> std::result::Result<(), StoreError> {
        let parts = &self.parts;
        let mut tx = parts.store.begin().await?;
        for result in batch {
            let (now, endpoint) = (parts.clock.now(), &result.endpoint);
            let is_retired = result.is_gone && tx.retire_endpoint(endpoint, now).await?;
            let mut attempt = result.attempt.clone();
            // Whoever answered 410 is not where the endpoint is now: what it would not take goes there.
            if result.is_gone && !is_retired && tx.lock_endpoint(&endpoint.id).await?.is_some_and(|known| known.status == EndpointStatus::Enabled) {
                attempt.next = Next::Retry(now);
            }
            if !tx.record_attempt(&attempt).await? {
                tracing::debug!(delivery = %attempt.delivery.id, "somebody else has taken the delivery over, or its endpoint was deleted");
            }
            if is_retired {
                tracing::info!(endpoint = %endpoint.id, "a webhook endpoint answered 410 and gets nothing any more");
                let data = json!({ "webhookId": endpoint.id.as_str(), "reason": "gone" });
                tx.append(&EventId::new(parts.ids.ulid()), &Notice::for_profile(NoticeType::EndpointDisabled, &endpoint.profile, data), now);
            }
        }
        tx.commit().await
    }
}
