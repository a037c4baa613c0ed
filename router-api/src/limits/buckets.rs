//! One limit: a bucket per key that empties request by request and fills again with time (GCRA, by `governor`).
//!
//! Memory is bounded: what has filled up again is forgotten, and above [`MAX_KEYS`] newcomers share one bucket while those who are known keep theirs. So a
//! flood from ever new addresses cannot grow the process, and shuts out strangers before it shuts out anybody who is in the middle of something.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};

use crate::steady::Steady;

/// The window of every limit.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Most buckets of one limit: at about 100 bytes each, 10 MB.
const MAX_KEYS: usize = 100_000;
/// How often buckets that are full again are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// How a key stands with one limit after a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The limit's name in the headers.
    pub(crate) name: &'static str,
    /// Requests per [`WINDOW`].
    pub(crate) quota: u32,
    /// Requests that may follow at once.
    pub(crate) remaining: u32,
    /// Seconds until all of the quota is there again; for a refused request, until the next one is taken.
    pub(crate) reset_s: u64,
    /// Whether this request is one too many.
    pub(crate) is_refused: bool,
}

/// A limit, with a bucket for each key.
pub(super) struct Limit<K: Eq + Hash + Clone> {
    name: &'static str,
    quota: NonZeroU32,
    clock: Steady,
    limiter: RateLimiter<K, Buckets<K>, Steady, StateInformationMiddleware>,
}

impl<K: Eq + Hash + Clone> Limit<K> {
    /// A limit of so many requests per window; `None` for 0, which is no limit.
    pub(super) fn new(name: &'static str, per_minute: u32, clock: &Steady) -> Option<Self> {
        let quota = NonZeroU32::new(per_minute)?;
        let of_minute = Quota::per_minute(quota);
        let limiter = RateLimiter::new(of_minute, Buckets::new(of_minute.replenish_interval()), clock.clone());
        Some(Self { name, quota, clock: clock.clone(), limiter })
    }

    /// Takes one request out of the key's bucket. A request that is refused takes nothing.
    pub(super) fn take(&self, key: &K) -> Standing {
        let (quota, window) = (self.quota.get(), WINDOW.as_secs());
        match self.limiter.check_key(key) {
            Ok(snapshot) => {
                let remaining = snapshot.remaining_burst_capacity();
                let reset_s = (u64::from(quota.saturating_sub(remaining)) * window).div_ceil(u64::from(quota));
                Standing { name: self.name, quota, remaining, reset_s, is_refused: false }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                let reset_s = wait.as_millis().div_ceil(1_000).try_into().unwrap_or(window).max(1);
                Standing { name: self.name, quota, remaining: 0, reset_s, is_refused: true }
            }
        }
    }
}

/// When each key's bucket is full again.
struct Buckets<K>(Mutex<Held<K>>);

struct Held<K> {
    of: HashMap<K, Nanos>,
    /// In how long one request comes back.
    cell: Nanos,
    /// The bucket of all for whom there is no room.
    crowd: Option<Nanos>,
    forget_at: Nanos,
}

impl<K> Buckets<K> {
    fn new(cell: Duration) -> Self {
        Self(Mutex::new(Held { of: HashMap::new(), cell: cell.into(), crowd: None, forget_at: Nanos::new(0) }))
    }
}

impl<K: Eq + Hash + Clone> StateStore for Buckets<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = held.of.get_mut(key) {
            let (outcome, next) = measure(Some(*full_at))?;
            *full_at = next;
            return Ok(outcome);
        }
        let (outcome, next) = measure(None)?;
        held.forget_what_is_full(next);
        if held.of.len() < MAX_KEYS {
            held.of.insert(key.clone(), next);
            return Ok(outcome);
        }
        let (outcome, next) = measure(held.crowd)?;
        held.crowd = Some(next);
        Ok(outcome)
    }
}

impl<K> Held<K> {
    /// Forgets, now and then, the buckets that are full by now. A newcomer's, of which one request was just taken, is full one cell from now.
    fn forget_what_is_full(&mut self, newcomer: Nanos) {
        if newcomer >= self.forget_at {
            let now = newcomer.saturating_sub(self.cell);
            self.of.retain(|_, full_at| *full_at > now);
            self.forget_at = newcomer + Nanos::from(FORGET_EVERY);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::TestClock;

    fn limit(per_minute: u32) -> (Limit<usize>, Arc<TestClock>) {
        let clock = Arc::new(TestClock::default());
        (Limit::new("test", per_minute, &Steady::new(clock.clone())).unwrap(), clock)
    }

    #[test]
    fn i09_a_bucket_empties_fills_with_time_and_is_nobody_elses() {
        let (limit, clock) = limit(3);
        let left: Vec<u32> = (0..3).map(|_| limit.take(&1).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limit.take(&1);
        assert_eq!(refused, Standing { name: "test", quota: 3, remaining: 0, reset_s: 20, is_refused: true });
        assert_eq!(limit.take(&2), Standing { name: "test", quota: 3, remaining: 2, reset_s: 20, is_refused: false });
        clock.advance_s(19);
        assert!(limit.take(&1).is_refused, "and a refused request takes nothing from what comes back");
        clock.advance_s(1);
        assert!(!limit.take(&1).is_refused);
        assert!(limit.take(&1).is_refused);
    }

    #[test]
    fn i09_a_clock_that_is_set_back_locks_nobody_out() {
        let (limit, clock) = limit(1);
        assert!(!limit.take(&1).is_refused);
        clock.advance_s(-86_400);
        assert!(limit.take(&1).is_refused, "it is no way around the limit either");
        clock.advance_s(60);
        assert!(!limit.take(&1).is_refused);
    }

    #[test]
    fn i09_a_bucket_is_forgotten_when_it_is_full_and_no_earlier() {
        let (limit, clock) = limit(2);
        assert!(!limit.take(&0).is_refused);
        clock.advance_s(60);
        assert_eq!(limit.take(&1).remaining, 1);
        // This newcomer comes at a time when what is full is looked for, and its bucket is as full as that of the one before.
        clock.advance_s(1);
        assert_eq!(limit.take(&2).remaining, 1);
        assert_eq!(limit.take(&1).remaining, 0, "one was taken already");
        assert!(limit.take(&1).is_refused);
        assert_eq!(held(limit), 2, "the first one was full again");
    }

    fn flooded() -> (Limit<usize>, Arc<TestClock>) {
        let (limit, clock) = limit(2);
        for key in 0..MAX_KEYS + 50 {
            limit.take(&key);
        }
        (limit, clock)
    }

    fn held(limit: Limit<usize>) -> usize {
        limit.limiter.into_state_store().0.into_inner().unwrap().of.len()
    }

    #[test]
    fn i09_no_flood_of_keys_grows_the_memory_or_shuts_out_who_is_known() {
        assert_eq!(held(flooded().0), MAX_KEYS);
        let (limit, clock) = flooded();
        assert!(limit.take(&(MAX_KEYS + 99)).is_refused, "newcomers share a bucket");
        assert!(!limit.take(&0).is_refused, "who is known has its own");
        clock.advance_s(120);
        assert!(!limit.take(&(MAX_KEYS + 99)).is_refused);
        assert_eq!(held(limit), 1, "what is full again is forgotten");
    }
}
