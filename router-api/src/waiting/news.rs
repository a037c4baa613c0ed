//! What is told, passed on to whoever waits for it in this process.
//!
//! A commit that tells something wakes one task, which reads what was told once and passes it on; only whom it concerns looks into the database. So waiting
//! costs the database nothing while nobody tells anything.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use store::{Changes, LoggedNotice, Store, StoreError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long the task waits for a commit before it looks by itself: other processes may write to an embedded database.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Most lines that are read at once.
const LINES: u32 = 1_000;
/// Lines that a listener may be behind before it is told to look for itself.
const BEHIND: usize = 1_024;

/// The news of this process. Clones share them.
#[derive(Clone)]
pub(super) struct News(Arc<Inner>);

struct Inner {
    stop: CancellationToken,
    told: Sender<Told>,
    is_followed: Mutex<bool>,
}

/// A line was told.
#[derive(Clone)]
struct Told(Arc<LoggedNotice>);

/// Why a wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Something was told that concerns the listener, or may have been.
    Told,
    /// The time is over.
    Over,
    /// The instance stops.
    Stop,
}

/// One listener.
#[derive(Debug)]
pub(super) struct Ear {
    told: Receiver<Told>,
    stop: CancellationToken,
}

impl News {
    pub(super) fn new(stop: CancellationToken) -> Self {
        Self(Arc::new(Inner { stop, told: Sender::new(BEHIND), is_followed: Mutex::default() }))
    }

    /// Hears of what is told from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn listen(&self, store: &Store) -> Result<Ear, StoreError> {
        // Subscribed before the newest line is read: nothing is told between the two that nobody hears.
        let (ear, changes) = (Ear { told: self.0.told.subscribe(), stop: self.0.stop.clone() }, store.changes());
        // The task ends only while nobody listens.
        if *self.is_followed() {
            return Ok(ear);
        }
        let newest = store.last_sequence().await?;
        let mut is_followed = self.is_followed();
        if !std::mem::replace(&mut *is_followed, true) {
            tokio::spawn(self.clone().follow(store.clone(), changes, newest));
        }
        drop(is_followed);
        Ok(ear)
    }

    fn is_followed(&self) -> std::sync::MutexGuard<'_, bool> {
        self.0.is_followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes every new line on, as long as there is somebody to hear it.
    async fn follow(self, store: Store, mut changes: Changes, mut newest: i64) {
        loop {
            match store.notices_after(newest, LINES).await {
                Ok(lines) => {
                    for line in lines {
                        newest = line.sequence;
                        // Nobody listens any more: noticed below.
                        let _ = self.0.told.send(Told(Arc::new(line)));
                    }
                }
                Err(error) => tracing::warn!(%error, "event streams and held answers have to wait"),
            }
            {
                let mut is_followed = self.is_followed();
                if self.0.told.receiver_count() == 0 || self.0.stop.is_cancelled() {
                    *is_followed = false;
                    return;
                }
            }
            tokio::select! {
                () = changes.wait(LOOK_EVERY) => {}
                () = self.0.stop.cancelled() => {}
            }
        }
    }
}

impl Ear {
    /// Waits until a line is told that concerns the listener, the time is over, or the instance stops.
    pub(super) async fn hear(&mut self, concerns: impl Fn(&LoggedNotice) -> bool, until: Instant) -> Wake {
        let told = async {
            loop {
                match self.told.recv().await {
                    Ok(Told(line)) if concerns(&line) => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Wake::Stop,
            () = told => Wake::Told,
            () = sleep_until(until) => Wake::Over,
        }
    }

    /// Whether the instance stops.
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.sequence)
    }
}
