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

#[cfg(test)]
mod tests {
    use alloy::rpc::types::Header;
    use futures::SinkExt;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;
    use tokio_tungstenite::tungstenite::Message;

    use super::*;

    #[tokio::test]
    async fn b22_an_announced_block_wakes_whoever_waits() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/key", listener.local_addr().unwrap()).parse().unwrap();
        let http: Url = "http://127.0.0.1:1".parse().unwrap();
        let stop = CancellationToken::new();
        let wake = listen(&[http, url], &stop);
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        let asked: Value = serde_json::from_str(socket.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
        assert_eq!((&asked["method"], &asked["params"][0]), (&json!("eth_subscribe"), &json!("newHeads")));
        let subscribed = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": "0x1" });
        let header: Header = Header::default();
        let announced = json!({ "jsonrpc": "2.0", "method": "eth_subscription", "params": { "subscription": "0x1", "result": header } });
        for message in [subscribed, announced] {
            socket.send(Message::text(message.to_string())).await.unwrap();
        }
        tokio::time::timeout(Duration::from_secs(10), wake.notified()).await.expect("it wakes");
        // Told to stop, it hangs up.
        stop.cancel();
        let end = async { while let Some(Ok(_)) = socket.next().await {} };
        tokio::time::timeout(Duration::from_secs(10), end).await.expect("it hangs up");
    }
}
