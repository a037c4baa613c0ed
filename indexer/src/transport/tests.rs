use alloy::rpc::client::RpcClient;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, Server};

async fn ask(limit: usize, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Result<Value, TransportError> {
    let server = Server::start(move |_, _| answer()).await;
    let transport = BoundedHttp::with_limit(server.url, limit).unwrap();
    RpcClient::new(transport, true).request::<_, Value>("eth_any", ()).await
}

#[tokio::test]
async fn an_answer_up_to_the_limit_is_read_and_no_byte_more() {
    let long = || Answer::Result(json!("x".repeat(1_000)));
    assert_eq!(ask(2_000, long).await.unwrap(), json!("x".repeat(1_000)));
    let error = ask(500, long).await.unwrap_err().to_string();
    assert!(error.contains("longer than 500 bytes"), "{error}");
}

#[tokio::test]
async fn b08_a_json_rpc_error_is_read_whatever_the_http_status() {
    let body = || Answer::Raw(400, json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": -32_602, "message": "range too large" } }).to_string().into_bytes());
    let error = ask(2_000, body).await.unwrap_err();
    assert!(matches!(&error, TransportError::ErrorResp(payload) if payload.code == -32_602), "{error:?}");
}

#[tokio::test]
async fn an_error_page_is_cut_short() {
    let error = ask(1 << 20, || Answer::Raw(502, vec![b'x'; 100_000])).await.unwrap_err();
    assert!(error.to_string().len() < 1_000);
}
