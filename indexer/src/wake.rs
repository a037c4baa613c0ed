//! New blocks over WebSocket: a hint that wakes the loop. What the chain is, is asked for by polling; a missed or false hint costs time, never a block.

use std::sync::Arc;
use std::time::Duration;

use alloy::providers::{Provider, ProviderBuilder, WsConnect};
use futures::StreamExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long to wait before a lost connection is made again. Polling goes on meanwhile.
const RECONNECT_AFTER: Duration = Duration::from_secs(5);

/// Wakes whoever waits on the result whenever one of these nodes (the `ws(s)` URLs) tells of a new block, until `stop`.
#[must_use]
pub fn listen(urls: &[Url], stop: &CancellationToken) -> Arc<Notify> {
    let wake = Arc::new(Notify::new());
    for (node, url) in urls.iter().filter(|url| matches!(url.scheme(), "ws" | "wss")).cloned().enumerate() {
        let (wake, stop) = (Arc::clone(&wake), stop.clone());
        tokio::spawn(async move {
            let heads = async {
                loop {
                    follow(&url, &wake).await;
                    // The error may hold the URL, and the URL a key.
                    tracing::debug!(node, "no word of new blocks over WebSocket; polling goes on");
                    tokio::time::sleep(RECONNECT_AFTER).await;
                }
            };
            tokio::select! {
                () = heads => {}
                () = stop.cancelled() => {}
            }
        });
    }
    wake
}

/// Listens until the connection ends.
async fn follow(url: &Url, wake: &Notify) {
    let Ok(provider) = ProviderBuilder::new().connect_ws(WsConnect::new(url.as_str())).await else { return };
    let Ok(subscription) = provider.subscribe_blocks().await else { return };
    let mut heads = subscription.into_stream();
    while heads.next().await.is_some() {
        wake.notify_one();
    }
}
