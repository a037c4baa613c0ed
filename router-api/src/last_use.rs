//! When tokens were last used: written beside the requests and never before they are answered, because a read goes on while others write.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use settlement::Timestamp;
use settlement::ids::TokenId;
use store::{ApiToken, Store};

/// How long the database may take. Later requests with the token try again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The tokens whose use is being written down. Clones are of one set.
#[derive(Clone, Debug, Default)]
pub struct LastUses(Arc<Mutex<BTreeSet<TokenId>>>);

/// A token in the set, until it is written or given up.
struct Writing {
    uses: LastUses,
    token: TokenId,
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.uses.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
    }
}

impl LastUses {
    /// Notes that a token was used, where that is worth a write: once a minute, and once at a time.
    pub(crate) fn note(&self, store: &Store, token: &ApiToken, at: Timestamp) {
        if !token.is_use_due(at) || !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.id.clone()) {
            return;
        }
        let writing = Writing { uses: self.clone(), token: token.id.clone() };
        let store = store.clone();
        tokio::spawn(async move {
            let token = &writing.token;
            match tokio::time::timeout(PATIENCE, store.touch_token(token, at)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%token, %error, "last use of a token was not recorded"),
                Err(_) => tracing::debug!(%token, "last use of a token was not recorded: others write"),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::PATIENCE;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_read_does_not_wait_for_whoever_writes_and_the_use_is_noted_when_that_is_over() {
        let app = TestApp::new().await;
        // The one writer that SQLite has.
        let writer = app.store.begin().await.unwrap();
        let started = Instant::now();
        for _ in 0..5 {
            app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
        }
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
        let last = async || app.store.tokens(&app.buyer.profile).await.unwrap()[0].last_used_at;
        assert_eq!(last().await, None);
        drop(writer);
        tokio::time::timeout(Duration::from_secs(10), async {
            while last().await.is_none() {
                app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
        assert_eq!(last().await, Some(app.now()));
    }
}
