//! Waiting for what happens elsewhere, without guessing how long it takes.

use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// Longer than anything takes on a busy machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks until `wanted` holds, and returns what it saw then.
///
/// # Panics
/// When it does not hold in a minute; the message shows what was seen last.
pub async fn eventually<T: Debug, F: Future<Output = T>>(what: &str, mut look: impl FnMut() -> F, wanted: impl Fn(&T) -> bool) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = look().await;
        if wanted(&seen) {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: still not so after {PATIENCE:?}; last seen: {seen:#?}");
        tokio::time::sleep(PAUSE).await;
    }
}
