//! Forgetting what nobody will ask for again, so that tables that only grow stay small.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use settlement::{Clock, Timestamp};
use store::Store;
use tokio_util::sync::CancellationToken;

/// How long the answer of an idempotency key is given again. After that the key names a new operation; what it did stays unique by its own rules.
const ANSWERS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long deliveries of webhooks that are over can be looked at. Their events stay.
const DELIVERIES_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How often to look.
const EVERY: Duration = Duration::from_secs(3_600);

/// Forgets now and every hour, until it is told to stop. Several replicas may do it at once.
pub(crate) async fn run(store: Store, clock: Arc<dyn Clock>, soft: CancellationToken) -> Result<(), Infallible> {
    while !soft.is_cancelled() {
        match store.prune_idempotency(answers_before(clock.now())).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "old answers of idempotency keys are forgotten"),
            Err(error) => tracing::warn!("old answers of idempotency keys cannot be forgotten now: {error}"),
        }
        match soft.run_until_cancelled(store.prune_deliveries(before(clock.now(), DELIVERIES_KEPT))).await {
            None | Some(Ok(0)) => {}
            Some(Ok(forgotten)) => tracing::info!(forgotten, "old deliveries of webhooks are forgotten"),
            Some(Err(error)) => tracing::warn!("old deliveries of webhooks cannot be forgotten now: {error}"),
        }
        soft.run_until_cancelled(tokio::time::sleep(EVERY)).await;
    }
    Ok(())
}

fn answers_before(now: Timestamp) -> Timestamp {
    before(now, ANSWERS_KEPT)
}

fn before(now: Timestamp, kept: Duration) -> Timestamp {
    let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(kept))
}

#[cfg(test)]
mod tests {
    use settlement::Clock;
    use store::{Claim, IdempotencyKey, StoreOptions, StoredAnswer};

    use super::*;
    use crate::system::SystemClock;

    async fn keep(store: &Store, key: &IdempotencyKey, at: Timestamp) {
        let Claim::Fresh(mut tx) = store.claim(key, [0; 32]).await.unwrap() else { panic!("{key:?} is new") };
        tx.answer(key, [0; 32], &StoredAnswer { status: 201, headers: Vec::new(), body: b"{}".to_vec() }, at);
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn e07_an_answer_is_forgotten_after_thirty_days_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = Store::connect(&StoreOptions { url, max_connections: 4 }).await.unwrap();
        store.migrate().await.unwrap();
        let key = |name: &str| IdempotencyKey { owner: "prof_".into(), method: "POST".into(), path: "/".into(), key: name.into() };
        let limit = answers_before(SystemClock.now());
        keep(&store, &key("old"), limit).await;
        keep(&store, &key("young"), limit.plus(Duration::from_secs(600))).await;
        let soft = CancellationToken::new();
        let worker = tokio::spawn(run(store.clone(), Arc::new(SystemClock), soft.clone()));
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while !matches!(store.claim(&key("old"), [0; 32]).await.unwrap(), Claim::Fresh(_)) {
            assert!(std::time::Instant::now() < deadline, "the old answer is still given");
            tokio::task::yield_now().await;
        }
        assert!(matches!(store.claim(&key("young"), [0; 32]).await.unwrap(), Claim::Replay(_)));
        soft.cancel();
        worker.await.unwrap().unwrap();
    }
}
