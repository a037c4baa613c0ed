//! Serving, and stopping without failing anybody.
//!
//! axum's own loop has no limits for what comes before a request is complete, so connections are served by hyper directly: headers are bounded in size, number
//! and time. What comes after is bounded in `middleware` and `extract`. And an answer has to be read: a client that takes nothing of it is let go.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::limits::Peer;

mod shares;

use shares::{Share, Shares};

/// How long requests in flight may take after the stop signal: less than the 30 s that process managers allow before they kill.
const DRAIN: Duration = Duration::from_secs(25);
/// How long open connections may be idle after the stop signal. Whoever sends something in this time gets its answer, with the word that the connection ends;
/// closing at once would fail what is on the way.
const LINGER: Duration = Duration::from_millis(500);
/// How long to wait for one more connection that was made before the stop signal and not taken yet.
const QUEUED: Duration = Duration::from_millis(5);
/// Most connections at a time; more wait in the system's queue. Usual limits allow a process 1,024 open files; the database needs some, and
/// webhooks need up to 200 (places and connections that are kept for a moment).
const MAX_CONNECTIONS: usize = 750;
/// Most connections of one client (an IPv4 address, or an IPv6 network of 64 bits) that is no trusted proxy: a third, so that nobody can take all.
const MAX_PER_CLIENT: usize = 250;
/// Longest time to send the head of a request, and the longest an idle connection is kept: a client that trickles bytes holds a connection no longer.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time that a client may take nothing of an answer that waits for it. Less than [`DRAIN`], so that a client that stopped reading does not make a stop fail.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long connections are waited for.
const PATIENCE: Patience = Patience { head: HEAD_TIMEOUT, unread: UNREAD_TIMEOUT };
/// Largest head of a request, in bytes: a token, a key and a path need less than one kilobyte; proxies add a few.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// Pause after the system refuses a connection (no more files): what ends meanwhile makes room.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Why serving ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Requests were still running when their time was over.
    #[error("requests were still running {} s after the stop signal", DRAIN.as_secs())]
    Drain,
}

/// How long a connection is waited for.
#[derive(Clone, Copy)]
struct Patience {
    /// For the head of a request.
    head: Duration,
    /// Until the client takes more of an answer.
    unread: Duration,
}

/// The place of a connection among all, and among those of its client; given back when it ends.
type Place = (OwnedSemaphorePermit, Share);

/// What a connection needs to know.
#[derive(Clone)]
struct Server {
    app: Router,
    patience: Patience,
    /// The stop signal: answers say from now on that their connection ends.
    soft: CancellationToken,
    /// Idle connections end now.
    hang_up: CancellationToken,
    tasks: TaskTracker,
}

/// Serves until `soft` is cancelled, then takes no more connections and waits for the requests in flight. One client holds at most 250 connections at a time,
/// unless it is one of the `trusted` proxies.
///
/// # Errors
/// When requests are still running 25 s after the signal.
pub async fn serve(listener: TcpListener, app: Router, trusted: Vec<IpNet>, soft: CancellationToken) -> Result<(), ServeError> {
    let server = Server::new(app, PATIENCE, soft);
    server.serve(listener, Shares::new(MAX_PER_CLIENT, trusted)).await
}

impl Server {
    fn new(app: Router, patience: Patience, soft: CancellationToken) -> Self {
        Self { app, patience, soft, hang_up: CancellationToken::new(), tasks: TaskTracker::new() }
    }

    async fn serve(self, listener: TcpListener, shares: Shares) -> Result<(), ServeError> {
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let (stream, peer, place) = tokio::select! {
                biased;
                () = self.soft.cancelled() => break,
                accepted = accept(&listener, &room, &shares) => accepted,
            };
            self.tasks.spawn(self.clone().connection(stream, peer, Some(place)));
        }
        self.stop(listener).await
    }

    async fn stop(self, listener: TcpListener) -> Result<(), ServeError> {
        let started = Instant::now();
        while let Ok(Ok((stream, address))) = timeout_at((Instant::now() + QUEUED).min(started + LINGER), listener.accept()).await {
            self.tasks.spawn(self.clone().connection(stream, Peer(address.ip()), None));
        }
        drop(listener);
        self.tasks.close();
        if timeout_at(started + LINGER, self.tasks.wait()).await.is_ok() {
            return Ok(());
        }
        self.hang_up.cancel();
        timeout_at(started + DRAIN, self.tasks.wait()).await.map_err(|_elapsed| ServeError::Drain)
    }

    async fn connection(self, stream: TcpStream, peer: Peer, _place: Option<Place>) {
        let soft = self.soft;
        let with_peer = move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            request
        };
        let app = self.app.map_request(with_peer).map_response(move |mut response: Response| {
            if soft.is_cancelled() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response
        });
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.patience.unread));
        let mut connection = pin!(http1(self.patience.head).serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app)));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.hang_up.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            // A client that went away or reads nothing, or bytes that are not HTTP.
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

fn http1(head_timeout: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS);
    builder
}

/// The next connection of a client that has not its share already, as soon as there is room for one.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>, shares: &Shares) -> (TcpStream, Peer, Place) {
    let permit = Arc::clone(room).acquire_owned().await.expect("nobody closes this semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                let Some(share) = shares.take(address.ip()) else {
                    tracing::debug!(client = %address.ip(), "a connection was closed: its client holds as many as one may");
                    continue;
                };
                // Answers are small: waiting to fill a packet would only delay them. Without it they are still right.
                let _ = stream.set_nodelay(true);
                return (stream, Peer(address.ip()), (permit, share));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "the system gives no connections");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether the client was gone before its connection was taken.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests;
