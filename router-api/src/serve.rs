//! Serving, and stopping without failing anybody.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests in flight may take after the stop signal: less than the 30 s that process managers allow before they kill.
const DRAIN: Duration = Duration::from_secs(25);

/// Why serving ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket failed.
    #[error("the listener failed")]
    Listener(#[from] std::io::Error),
    /// Requests were still running when their time was over.
    #[error("requests were still running {} s after the stop signal", DRAIN.as_secs())]
    Drain,
}

/// Serves until `soft` is cancelled, then takes no more connections and waits for the requests in flight.
///
/// # Errors
/// When the listener fails, or requests are still running 25 s after the signal.
pub async fn serve(listener: TcpListener, app: Router, soft: CancellationToken) -> Result<(), ServeError> {
    let late = {
        let soft = soft.clone();
        async move {
            soft.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        }
    };
    let server = axum::serve(listener, app).with_graceful_shutdown(soft.cancelled_owned());
    tokio::select! {
        ended = server => Ok(ended?),
        () = late => Err(ServeError::Drain),
    }
}
