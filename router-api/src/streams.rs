//! Open event streams: how many there may be, who wakes them, and when they end.
//!
//! A commit wakes one task, which reads what was told once and says to the streams whose readers it concerns; only those look into the database. So streams
//! cost the database nothing while nobody tells them anything.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use settlement::ids::TokenId;
use store::{Changes, LoggedNotice, Reader, Store, StoreError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio_util::sync::CancellationToken;

use crate::problem::{Code, Problem};

/// Most streams of one token: a process or two and their successors.
pub const MAX_PER_TOKEN: usize = 5;
/// Most streams at a time: a third of the connections that are served, so that requests always find one.
pub const MAX_STREAMS: usize = 300;
/// Between two signs of life: proxies close what is silent for a minute. A token that has ended is noticed as fast.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long the task waits for a commit before it looks by itself: other processes may write to an embedded database.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Most lines that are read at once.
const LINES: u32 = 1_000;
/// Lines that a stream may be behind before it is told to look for itself.
const BEHIND: usize = 1_024;
/// When to ask again when there are too many, in seconds.
const RETRY_S: u64 = 15;

/// The streams of this process. Clones share them.
#[derive(Clone)]
pub struct EventStreams(Arc<Inner>);

struct Inner {
    stop: CancellationToken,
    heartbeat: Duration,
    open: Mutex<HashMap<TokenId, usize>>,
    told: Sender<Told>,
    is_followed: Mutex<bool>,
}

/// A line was told to them.
#[derive(Clone)]
struct Told(Arc<LoggedNotice>);

impl EventStreams {
    /// None yet. They end when `stop` is cancelled, so that a stop need not wait for them.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self::with_heartbeat(stop, HEARTBEAT)
    }

    /// With another time between two signs of life.
    pub(crate) fn with_heartbeat(stop: CancellationToken, heartbeat: Duration) -> Self {
        let told = Sender::new(BEHIND);
        Self(Arc::new(Inner { stop, heartbeat, open: Mutex::default(), told, is_followed: Mutex::default() }))
    }

    /// A place for one more stream of the token.
    ///
    /// # Errors
    /// 429 when the token or the instance has enough.
    pub(crate) fn seat(&self, token: &TokenId) -> Result<Seat, Problem> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let of_token = open.get(token).copied().unwrap_or_default();
        let full = |detail: String| Err(Problem::new(Code::TooManyStreams, detail).retry_after(RETRY_S));
        if of_token >= MAX_PER_TOKEN {
            return full(format!("a token has at most {MAX_PER_TOKEN} event streams"));
        }
        if all >= MAX_STREAMS {
            return full("this instance has as many event streams as it takes".to_owned());
        }
        open.insert(token.clone(), of_token + 1);
        metrics::gauge!("event_streams").increment(1);
        Ok(Seat { streams: self.clone(), token: token.clone() })
    }

    /// Hears of what is told from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn listen(&self, store: &Store) -> Result<Listener, StoreError> {
        // Subscribed before the newest line is read: nothing is told between the two that nobody hears.
        let (told, changes) = (self.0.told.subscribe(), store.changes());
        let newest = store.last_sequence().await?;
        let mut is_followed = self.0.is_followed.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *is_followed, true) {
            tokio::spawn(self.clone().follow(store.clone(), changes, newest));
        }
        Ok(Listener { told, stop: self.0.stop.clone(), heartbeat: self.0.heartbeat })
    }

    /// Tells the streams of every new line, as long as there is one to tell.
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
                Err(error) => tracing::warn!(%error, "event streams have to wait"),
            }
            {
                let mut is_followed = self.0.is_followed.lock().unwrap_or_else(PoisonError::into_inner);
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

impl fmt::Debug for EventStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreams").finish_non_exhaustive()
    }
}

/// The place of one stream; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    streams: EventStreams,
    token: TokenId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(self.token.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        metrics::gauge!("event_streams").decrement(1);
    }
}

/// What a stream waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Something was told to its readers.
    Told,
    /// It is time for a sign of life.
    Heartbeat,
    /// The instance stops.
    Stop,
}

/// The ear of one stream.
#[derive(Debug)]
pub(crate) struct Listener {
    told: Receiver<Told>,
    stop: CancellationToken,
    heartbeat: Duration,
}

impl Listener {
    /// Waits until something is told to one of the readers after line `after`, or it is time for a sign of life, or to end.
    pub(crate) async fn wait(&mut self, readers: &[Reader], after: i64) -> Wake {
        let told = async {
            loop {
                match self.told.recv().await {
                    Ok(Told(line)) if line.sequence > after && readers.iter().any(|reader| line.is_for(reader)) => return,
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
            () = tokio::time::sleep(self.heartbeat) => Wake::Heartbeat,
        }
    }

    /// Whether the instance stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.sequence)
    }
}

#[cfg(test)]
mod tests {
    use settlement::IdSource;

    use super::*;
    use crate::testing::FixedIds;

    #[test]
    fn streams_are_bounded_per_token_and_in_all_and_a_seat_that_is_left_is_free() {
        let streams = EventStreams::new(CancellationToken::new());
        let ids = FixedIds::default();
        let token = || TokenId::new(ids.ulid());
        let one = token();
        let mut seats: Vec<Seat> = (0..MAX_PER_TOKEN).map(|_| streams.seat(&one).unwrap()).collect();
        assert_eq!(streams.seat(&one).unwrap_err().code(), Code::TooManyStreams);
        while seats.len() < MAX_STREAMS {
            seats.push(streams.seat(&token()).unwrap());
        }
        assert_eq!(streams.seat(&token()).unwrap_err().code(), Code::TooManyStreams);
        seats.remove(0);
        let again = streams.seat(&one).unwrap();
        drop((again, seats));
        assert!(streams.0.open.lock().unwrap().is_empty(), "nothing is kept of tokens that are gone");
    }
}
