use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, SECRET, Server};

fn first(number: u8) -> Value {
    json!({ "number": "0x0", "hash": B256::repeat_byte(number), "parentHash": B256::ZERO, "timestamp": "0x0" })
}

/// A node of a chain, whose code at any address is its name.
async fn node(chain: &'static str, genesis: u8, name: &'static str) -> Server {
    Server::start(move |method, _| match method {
        "eth_chainId" => Answer::Result(json!(chain)),
        "eth_getBlockByNumber" => Answer::Result(first(genesis)),
        "eth_getLogs" => Answer::Error(-32_005, "too many results"),
        "eth_getBlockReceipts" | "eth_getCode" if name == "0xbad0" => Answer::HangUp,
        "eth_getBlockReceipts" => Answer::Result(json!([])),
        _ => Answer::Result(json!(name)),
    })
    .await
}

async fn code(nodes: &Nodes) -> Result<String, RpcError> {
    nodes.code(Address::ZERO).await.map(|code| code.to_string())
}

fn over(servers: &[&Server]) -> Nodes {
    Nodes::new(1, &servers.iter().map(|server| server.url.clone()).collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn the_preferred_node_is_asked_while_it_answers() {
    let (one, two) = (node("0x1", 0, "0x01").await, node("0x1", 0, "0x02").await);
    let nodes = over(&[&one, &two]);
    assert_eq!((code(&nodes).await.unwrap(), code(&nodes).await.unwrap()), ("0x01".to_owned(), "0x01".to_owned()));
    assert_eq!(one.asked(), ["eth_chainId", "eth_getBlockByNumber", "eth_getCode", "eth_getCode"], "checked once, before use");
    assert!(two.asked().is_empty());
}

#[tokio::test]
async fn b09_a_node_that_does_not_answer_is_left_alone_for_a_while() {
    let (bad, good) = (node("0x1", 0, "0xbad0").await, node("0x1", 0, "0x02").await);
    let nodes = over(&[&bad, &good]);
    assert_eq!((code(&nodes).await.unwrap(), code(&nodes).await.unwrap()), ("0x02".to_owned(), "0x02".to_owned()));
    assert_eq!(bad.asked().iter().filter(|method| *method == "eth_getCode").count(), 1);
}

#[tokio::test]
async fn a_node_of_another_chain_or_with_another_first_block_is_refused() {
    let (right, other_chain, other_genesis) = (node("0x1", 0, "0x01").await, node("0x2", 0, "0x02").await, node("0x1", 9, "0x03").await);
    assert_eq!(code(&over(&[&other_chain])).await, Err(RpcError::OtherChain { expected: 1, found: 2 }));
    assert_eq!(code(&over(&[&other_chain, &right])).await.unwrap(), "0x01");
    let nodes = over(&[&right, &other_genesis]);
    code(&nodes).await.unwrap();
    nodes.turn_away();
    assert_eq!(code(&nodes).await.unwrap(), "0x01", "the other one was asked, and is no node of this chain");
    assert_eq!(other_genesis.asked(), ["eth_chainId", "eth_getBlockByNumber"]);
}

#[tokio::test]
async fn b08_a_refusal_is_for_whoever_asks() {
    let (one, two) = (node("0x1", 0, "0x01").await, node("0x1", 0, "0x02").await);
    let nodes = over(&[&one, &two]);
    let filter = LogFilter::of_operator(Address::ZERO, Address::ZERO);
    assert!(matches!(nodes.logs(&filter, 0..=9).await, Err(RpcError::Refused { .. })));
    assert!(two.asked().is_empty());
    assert_eq!(code(&nodes).await.unwrap(), "0x01", "it is well all the same");
}

#[tokio::test]
async fn b06_receipts_are_read_from_another_node() {
    let (one, two) = (node("0x1", 0, "0x01").await, node("0x1", 0, "0x02").await);
    over(&[&one, &two]).receipt_logs(B256::ZERO).await.unwrap();
    assert!(one.asked().is_empty() && two.asked().contains(&"eth_getBlockReceipts".to_owned()));
}

#[test]
fn without_an_http_url_there_is_nobody_to_ask() {
    let error = Nodes::new(1, &["ws://127.0.0.1:1".parse().unwrap()]).unwrap_err();
    assert!(matches!(error, IndexerError::NoNode));
}

#[test]
fn urls_show_nowhere() {
    let url: Url = format!("http://127.0.0.1:1/{SECRET}").parse().unwrap();
    let nodes = Nodes::new(1, &[url]).unwrap();
    assert!(!format!("{nodes:?}").contains(SECRET));
}
