//! Asks a routing signer for no longer than its callers can wait, and not at all while it does not answer.
//!
//! A payload is signed inside the transaction that stores it, so a signer that hangs holds that transaction: on SQLite everybody's writes, on Postgres those that
//! need the next nonce. After a few failures in a row it is left alone for a while; then one request tries it, and the others are refused at once until that one
//! knows more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alloy_primitives::Address;
use async_trait::async_trait;
use settlement::Clock;
use settlement::receipt::{Receipt, ReceiptDraft};
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{SignedSnapshot, Snapshot};
use signer::{RoutingSigner, SignerError};

use crate::steady::Steady;

/// How long a signer may take: a key service answers in tenths of a second, and who waits for the transaction gives up after 5 s.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// Failures in a row after which it is left alone.
const TRIPS_AFTER: u32 = 3;
/// For how long.
const REST: Duration = Duration::from_secs(10);

/// A routing signer behind a breaker.
#[derive(Debug)]
pub(crate) struct Breaker {
    signer: Arc<dyn RoutingSigner>,
    clock: Steady,
    answers_within: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It answers; so many times in a row it has not.
    Closed { failures: u32 },
    /// It is left alone until then, by the steady clock: setting the machine's back makes nobody wait longer.
    Open { until: Duration },
    /// One request tries it.
    Trying,
}

/// A request that may ask the signer. Dropped without an answer (its client has gone), it counts as if it had not asked.
struct Turn<'a> {
    breaker: &'a Breaker,
    before: State,
    is_over: bool,
}

impl Breaker {
    /// This signer, behind a breaker.
    pub(crate) fn new(signer: Arc<dyn RoutingSigner>, clock: Arc<dyn Clock>) -> Self {
        Self { signer, clock: Steady::new(clock), answers_within: ANSWERS_WITHIN, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// What the signer answers, in time.
    async fn ask<T>(&self, question: impl Future<Output = Result<T, SignerError>> + Send) -> Result<T, SignerError> {
        let turn = self.turn()?;
        let unavailable = |reason: &str| SignerError::Unavailable { reason: reason.to_owned() };
        let answer = tokio::time::timeout(self.answers_within, question).await.unwrap_or_else(|_elapsed| Err(unavailable("it did not answer in time")));
        turn.end(matches!(answer, Err(SignerError::Unavailable { .. })));
        answer
    }

    fn turn(&self) -> Result<Turn<'_>, SignerError> {
        let mut state = self.state();
        let before = *state;
        match before {
            State::Closed { .. } => {}
            State::Open { until } if until <= self.clock.elapsed() => *state = State::Trying,
            State::Open { .. } | State::Trying => {
                return Err(SignerError::Unavailable { reason: "it has not answered lately and is left alone for some seconds".to_owned() });
            }
        }
        Ok(Turn { breaker: self, before, is_over: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    fn end(mut self, has_failed: bool) {
        self.is_over = true;
        let mut state = self.breaker.state();
        let failures = match *state {
            State::Closed { failures } => failures + 1,
            State::Open { .. } | State::Trying => TRIPS_AFTER,
        };
        *state = match has_failed {
            false => State::Closed { failures: 0 },
            true if failures < TRIPS_AFTER => State::Closed { failures },
            true => {
                tracing::warn!(signer = %self.breaker.signer.address(), rest_s = REST.as_secs(), "the routing signer does not answer and is left alone");
                State::Open { until: self.breaker.clock.elapsed().saturating_add(REST) }
            }
        };
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if !self.is_over && *state == State::Trying {
            *state = self.before;
        }
    }
}

#[async_trait]
impl RoutingSigner for Breaker {
    fn address(&self) -> Address {
        self.signer.address()
    }

    /// Not while it is left alone, nor after that until one request has tried it.
    fn is_reachable(&self) -> bool {
        matches!(*self.state(), State::Closed { .. }) && self.signer.is_reachable()
    }

    async fn sign(&self, snapshot: Snapshot) -> Result<SignedSnapshot, SignerError> {
        self.ask(self.signer.sign(snapshot)).await
    }

    async fn sign_refund(&self, refund: RefundSnapshot) -> Result<SignedRefund, SignerError> {
        self.ask(self.signer.sign_refund(refund)).await
    }

    async fn sign_receipt(&self, draft: ReceiptDraft) -> Result<Receipt, SignerError> {
        self.ask(self.signer.sign_receipt(draft)).await
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::testing::{SignerSwitch, TestClock};

    fn breaker() -> (Breaker, Arc<TestClock>) {
        let clock = Arc::new(TestClock::default());
        let breaker = Breaker::new(Arc::new(SignerSwitch::new()), clock.clone());
        (Breaker { answers_within: Duration::from_millis(5), ..breaker }, clock)
    }

    fn failing() -> impl Future<Output = Result<(), SignerError>> + Send {
        ready(Err(SignerError::Unavailable { reason: "down".to_owned() }))
    }

    async fn is_asked(breaker: &Breaker) -> bool {
        breaker.ask(ready(Ok(()))).await.is_ok()
    }

    #[tokio::test]
    async fn d07_a_signer_that_hangs_is_waited_for_a_few_times_and_then_left_alone() {
        let (breaker, clock) = breaker();
        for _ in 0..TRIPS_AFTER {
            assert!(matches!(breaker.ask(pending::<Result<(), SignerError>>()).await, Err(SignerError::Unavailable { .. })));
        }
        assert!(!is_asked(&breaker).await, "nobody waits for it now");
        assert!(!breaker.is_reachable());
        clock.advance_s(9);
        assert!(!is_asked(&breaker).await);
        clock.advance_s(1);
        assert!(breaker.ask(failing()).await.is_err(), "one tries it");
        assert!(!is_asked(&breaker).await, "and finds it as it was");
        clock.advance_s(10);
        assert!(is_asked(&breaker).await);
        assert!(is_asked(&breaker).await, "it is back");
        assert!(breaker.is_reachable());
    }

    #[tokio::test]
    async fn d07_a_clock_that_is_set_back_leaves_it_alone_no_longer() {
        let (breaker, clock) = breaker();
        for _ in 0..TRIPS_AFTER {
            assert!(breaker.ask(failing()).await.is_err());
        }
        clock.advance_s(-3_600);
        assert!(!is_asked(&breaker).await);
        clock.advance_s(9);
        assert!(!is_asked(&breaker).await);
        clock.advance_s(1);
        assert!(is_asked(&breaker).await);
    }

    #[tokio::test]
    async fn d07_failures_count_in_a_row_and_refusals_are_answers() {
        let (breaker, _) = breaker();
        for _ in 0..10 {
            assert!(breaker.ask(failing()).await.is_err());
            assert!(breaker.ask(failing()).await.is_err());
            let refusal = SignerError::WrongSignature { address: Address::ZERO, recovered: Address::ZERO };
            assert!(matches!(breaker.ask(ready(Err::<(), _>(refusal))).await, Err(SignerError::WrongSignature { .. })));
        }
        assert!(is_asked(&breaker).await);
    }

    #[tokio::test]
    async fn d07_one_request_tries_at_a_time_and_gives_its_turn_back_when_its_client_goes() {
        let (breaker, clock) = breaker();
        for _ in 0..TRIPS_AFTER {
            assert!(breaker.ask(failing()).await.is_err());
        }
        clock.advance_s(10);
        let mut trying = Box::pin(breaker.ask(pending::<Result<(), SignerError>>()));
        assert!(futures::poll!(trying.as_mut()).is_pending());
        assert!(!is_asked(&breaker).await, "the others do not wait for it");
        drop(trying);
        assert!(is_asked(&breaker).await);
    }
}
