//! Time for what waits: limits that fill up again, a signer that is left alone for a while.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::nanos::Nanos;
use settlement::Clock;

/// The injected clock as one that never goes back: when the machine's is set back, nobody waits until it has caught up.
#[derive(Clone)]
pub(crate) struct Steady(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    at_ms: i64,
    elapsed_ms: u64,
}

impl Steady {
    /// From now on.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let at_ms = clock.now().as_millis();
        Self(Arc::new(Inner { clock, seen: Mutex::new(Seen { at_ms, elapsed_ms: 0 }) }))
    }

    /// How long it has gone on.
    pub(crate) fn elapsed(&self) -> Duration {
        let at_ms = self.0.clock.now().as_millis();
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = u64::try_from(at_ms.saturating_sub(seen.at_ms)).unwrap_or(0);
        *seen = Seen { at_ms, elapsed_ms: seen.elapsed_ms.saturating_add(passed) };
        Duration::from_millis(seen.elapsed_ms)
    }
}

impl fmt::Debug for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steady")
    }
}

impl governor::clock::Clock for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.elapsed().into()
    }
}
