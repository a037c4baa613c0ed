//! Stopping well: the first signal asks workers to finish what they have begun, the second (or patience running out) ends them.
//!
//! The soft token is a child of the hard one, so that stopping hard is also stopping soft. The tracker decides the end. A worker that ends
//! although nobody asked it to takes the process down with a failure: half an instance helps nobody.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long workers may take to finish: less than the 30 s after which Kubernetes and systemd lose theirs.
pub const DRAIN: Duration = Duration::from_secs(25);

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Asked to, and everything was finished.
    Clean,
    /// A worker ended early or with an error.
    Failed,
    /// Asked to, but something had to be cut off.
    CutOff,
}

/// The workers of a process and the two ways to stop them. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    hard: CancellationToken,
    soft: CancellationToken,
    tracker: TaskTracker,
    failed: Arc<AtomicBool>,
}

/// SIGINT and SIGTERM, one item each.
#[derive(Debug)]
pub struct Signals(mpsc::UnboundedReceiver<()>);

impl Lifecycle {
    /// No workers yet.
    #[must_use]
    pub fn new() -> Self {
        let hard = CancellationToken::new();
        let soft = hard.child_token();
        Self { hard, soft, tracker: TaskTracker::new(), failed: Arc::default() }
    }

    /// Cancelled when workers are to finish what they have begun.
    #[must_use]
    pub const fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Runs a worker until it ends by itself, which it should only do after the soft token, or is cut off.
    pub fn spawn<E: fmt::Display>(&self, name: &'static str, worker: impl Future<Output = Result<(), E>> + Send + 'static) {
        let this = self.clone();
        self.tracker.spawn(async move {
            let ended = tokio::select! {
                ended = worker => ended,
                () = this.hard.cancelled() => {
                    tracing::warn!(worker = name, "cut off");
                    return;
                }
            };
            let early = !this.soft.is_cancelled();
            match ended {
                Ok(()) if !early => return,
                Ok(()) => tracing::error!(worker = name, "ended although nobody asked it to"),
                Err(error) => tracing::error!(worker = name, "failed: {error:#}"),
            }
            this.failed.store(true, Ordering::Release);
            this.soft.cancel();
        });
    }

    /// Asks all workers to finish.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Waits for the end: of all workers after a signal or a failure, for [`DRAIN`] at most.
    pub async fn wait(&self, mut signals: Signals) -> Ending {
        self.tracker.close();
        tokio::select! {
            Some(()) = signals.0.recv() => tracing::info!("stopping; once more to stop at once"),
            () = self.soft.cancelled() => {}
        }
        self.soft.cancel();
        tokio::select! {
            () = self.tracker.wait() => {}
            Some(()) = signals.0.recv() => self.hard.cancel(),
            () = tokio::time::sleep(DRAIN) => self.hard.cancel(),
        }
        self.tracker.wait().await;
        match (self.failed.load(Ordering::Acquire), self.hard.is_cancelled()) {
            (true, _) => Ending::Failed,
            (false, true) => Ending::CutOff,
            (false, false) => Ending::Clean,
        }
    }
}

impl Signals {
    /// Those that the operating system sends to this process.
    ///
    /// # Errors
    /// When no handler can be installed.
    pub fn of_process() -> std::io::Result<Self> {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (tell, signals) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let seen = tokio::select! { seen = interrupt.recv() => seen, seen = terminate.recv() => seen };
                if seen.is_none() || tell.send(()).is_err() {
                    return;
                }
            }
        });
        Ok(Self(signals))
    }

    /// None ever: for stacks that are stopped by a call.
    #[must_use]
    pub fn never() -> Self {
        Self(mpsc::unbounded_channel().1)
    }

    /// The next one.
    pub async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Nothing = std::convert::Infallible;

    fn signals() -> (mpsc::UnboundedSender<()>, Signals) {
        let (tell, signals) = mpsc::unbounded_channel();
        (tell, Signals(signals))
    }

    #[tokio::test(start_paused = true)]
    async fn h6_the_first_signal_lets_workers_finish() {
        let (tell, signals) = signals();
        let life = Lifecycle::new();
        let soft = life.soft().clone();
        life.spawn("drains", async move {
            soft.cancelled().await;
            tokio::time::sleep(DRAIN - Duration::from_secs(1)).await;
            Ok::<_, Nothing>(())
        });
        tell.send(()).unwrap();
        assert_eq!(life.wait(signals).await, Ending::Clean);
    }

    #[tokio::test(start_paused = true)]
    async fn h6_draining_takes_25_seconds_at_most() {
        let (tell, signals) = signals();
        let life = Lifecycle::new();
        life.spawn("hangs", std::future::pending::<Result<(), Nothing>>());
        tell.send(()).unwrap();
        let started = tokio::time::Instant::now();
        assert_eq!(life.wait(signals).await, Ending::CutOff);
        assert_eq!(started.elapsed(), DRAIN);
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_signal_stops_at_once() {
        let (tell, signals) = signals();
        let life = Lifecycle::new();
        life.spawn("hangs", std::future::pending::<Result<(), Nothing>>());
        tell.send(()).unwrap();
        tell.send(()).unwrap();
        let started = tokio::time::Instant::now();
        assert_eq!(life.wait(signals).await, Ending::CutOff);
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_ends_early_takes_the_others_down_and_is_a_failure() {
        for end in [Ok(()), Err("broken")] {
            let (_tell, signals) = signals();
            let life = Lifecycle::new();
            let soft = life.soft().clone();
            life.spawn("lives", async move {
                soft.cancelled().await;
                Ok::<_, Nothing>(())
            });
            life.spawn("dies", async move { end });
            assert_eq!(life.wait(signals).await, Ending::Failed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_while_draining_is_a_failure_too() {
        let (tell, signals) = signals();
        let life = Lifecycle::new();
        let soft = life.soft().clone();
        life.spawn("fails late", async move {
            soft.cancelled().await;
            Err("could not write the last block")
        });
        tell.send(()).unwrap();
        assert_eq!(life.wait(signals).await, Ending::Failed);
    }
}
