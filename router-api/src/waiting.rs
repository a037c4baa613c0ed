//! Who waits for something to be told: open event streams, and the held answers of `verify`. How many there may be, who wakes them, and when they end.

mod news;
mod seats;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use settlement::ids::{PaymentRequestId, ProfileId, TokenId};
use settlement::notice::NoticeType;
use store::{Reader, Store, StoreError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::problem::{Code, Problem};

use news::{Ear, News};
use seats::{Full, Holder, Seats};

pub(crate) use news::Wake;
pub(crate) use seats::Seat;

/// Most streams of one token: a process or two and their successors.
pub const MAX_PER_TOKEN: usize = 5;
/// Most streams of one profile, with all its tokens: four services with their successors.
pub const MAX_PER_PROFILE: usize = 20;
/// Most streams at a time: fewer than half of the connections that are served. With as many held answers, requests still find one.
pub const MAX_STREAMS: usize = 300;
/// Most answers that are held for one profile: as many payments as somebody waits for at once.
pub const MAX_HELD_PER_PROFILE: usize = 20;
/// Most answers that are held at a time.
pub const MAX_HELD: usize = 300;
/// Between two signs of life: proxies close what is silent for a minute. A token that has ended is noticed as fast.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When to ask again when there are too many, in seconds.
const RETRY_S: u64 = 15;

/// Those who wait in this process. Clones share them.
#[derive(Clone)]
pub struct Waiting(Arc<Inner>);

struct Inner {
    news: News,
    heartbeat: Duration,
    streams: Seats,
    held: Seats,
}

impl Waiting {
    /// Nobody yet. They end when `stop` is cancelled, so that a stop need not wait for them.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self::with_heartbeat(stop, HEARTBEAT)
    }

    /// With another time between two signs of life of a stream.
    pub(crate) fn with_heartbeat(stop: CancellationToken, heartbeat: Duration) -> Self {
        let (streams, held) = (Seats::new(MAX_STREAMS, "event_streams"), Seats::new(MAX_HELD, "held_answers"));
        Self(Arc::new(Inner { news: News::new(stop), heartbeat, streams, held }))
    }

    /// A place for one more stream of a profile, by one of its tokens.
    ///
    /// # Errors
    /// 429 when the token, the profile or the instance has enough.
    pub(crate) fn stream_seat(&self, profile: &ProfileId, token: &TokenId) -> Result<Seat, Problem> {
        let holders = [(Holder::Token(token.clone()), MAX_PER_TOKEN), (Holder::Profile(profile.clone()), MAX_PER_PROFILE)];
        self.0.streams.take(holders).map_err(|full| {
            let detail = match full {
                Full::Of(Holder::Token(_)) => format!("a token has at most {MAX_PER_TOKEN} event streams"),
                Full::Of(Holder::Profile(_)) => format!("a profile has at most {MAX_PER_PROFILE} event streams, with all its tokens"),
                Full::All => "this instance has as many event streams as it takes".to_owned(),
            };
            Problem::new(Code::TooManyStreams, detail).retry_after(RETRY_S)
        })
    }

    /// Hears of what is told from now on, for a stream.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn listen(&self, store: &Store) -> Result<Listener, StoreError> {
        Ok(Listener { ear: self.0.news.listen(store).await?, heartbeat: self.0.heartbeat })
    }

    /// Holds an answer of the profile from now on; `None` when it, or the instance, holds as many as it may.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn hold(&self, store: &Store, profile: &ProfileId) -> Result<Option<Held>, StoreError> {
        match self.0.held.take([(Holder::Profile(profile.clone()), MAX_HELD_PER_PROFILE)]) {
            Ok(seat) => Ok(Some(Held { ear: self.0.news.listen(store).await?, _seat: seat })),
            Err(Full::Of(_) | Full::All) => Ok(None),
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

/// What a stream listens for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    /// Lines for any of them.
    pub(crate) readers: &'a [Reader],
    /// Of these types; of all when empty.
    pub(crate) kinds: &'a [NoticeType],
    /// After this number.
    pub(crate) after: i64,
}

/// The ear of one stream.
#[derive(Debug)]
pub(crate) struct Listener {
    ear: Ear,
    heartbeat: Duration,
}

impl Listener {
    /// When a stream that sends something now has to give its next sign of life.
    pub(crate) fn next_heartbeat(&self) -> Instant {
        Instant::now() + self.heartbeat
    }

    /// Waits until something of this is told, it is time for a sign of life, or to end.
    pub(crate) async fn wait(&mut self, heard: Heard<'_>, heartbeat: Instant) -> Wake {
        let Heard { readers, kinds, after } = heard;
        let is_of_kind = |kind| kinds.is_empty() || kinds.contains(&kind);
        let concerns = |line: &store::LoggedNotice| line.sequence > after && is_of_kind(line.notice.kind) && readers.iter().any(|reader| line.is_for(reader));
        self.ear.hear(concerns, heartbeat).await
    }

    /// Whether the instance stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.ear.is_stopping()
    }
}

/// An answer that is held.
#[derive(Debug)]
pub(crate) struct Held {
    ear: Ear,
    _seat: Seat,
}

impl Held {
    /// Waits until something is told about a payment request, the time is over, or the instance stops. Whatever changes a request says so: who looks after
    /// this knows all there is.
    pub(crate) async fn wait(&mut self, request: &PaymentRequestId, until: Instant) -> Wake {
        self.ear.hear(|line| line.notice.data["paymentRequestId"] == request.as_str(), until).await
    }
}

#[cfg(test)]
mod tests;
