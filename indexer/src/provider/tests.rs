use super::*;
use crate::testing::{Answer, SECRET, Server};

const HASH: B256 = B256::repeat_byte(7);

fn block_json() -> Value {
    json!({ "number": "0x10", "hash": HASH, "parentHash": B256::repeat_byte(6), "timestamp": "0x64", "type": "rollup", "logsBloom": Bloom::ZERO })
}

fn log_json() -> Value {
    json!({ "address": Address::repeat_byte(1), "topics": [B256::repeat_byte(2)], "data": "0x01", "blockNumber": "0x10", "blockHash": HASH,
        "transactionHash": B256::repeat_byte(3), "logIndex": "0x4", "removed": false })
}

async fn node(script: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> RpcNode {
    RpcNode::new(&Server::start(script).await.url).unwrap()
}

#[tokio::test]
async fn blocks_logs_and_transactions_are_read() {
    let node = node(|method, params| {
        Answer::Result(match method {
            "eth_chainId" => json!("0x7a69"),
            "eth_getBlockByNumber" => {
                assert!(matches!(params[0].as_str(), Some("latest" | "safe" | "finalized" | "0x10")), "{params}");
                block_json()
            }
            "eth_getBlockByHash" => block_json(),
            "eth_getLogs" => json!([log_json()]),
            "eth_getBlockReceipts" => json!([{ "transactionHash": HASH, "from": Address::ZERO, "status": "0x1", "logs": [log_json()] }]),
            "eth_getTransactionReceipt" => json!({ "transactionHash": params[0], "blockNumber": "0x10", "blockHash": HASH, "from": Address::repeat_byte(9),
                "status": "0x0", "logs": [] }),
            other => panic!("{other}"),
        })
    })
    .await;
    let filter = LogFilter::of_operator(Address::repeat_byte(1), Address::ZERO);
    assert_eq!(node.chain_id().await.unwrap(), 31_337);
    for block in [BlockRef::Latest, BlockRef::Safe, BlockRef::Finalized, BlockRef::Number(16), BlockRef::Hash(HASH)] {
        let header = node.block(block).await.unwrap().unwrap().header;
        assert_eq!(header, Header { number: 16, hash: HASH, parent: B256::repeat_byte(6), time: 100 });
    }
    for logs in [node.logs(&filter, 1..=16).await, node.block_logs(&filter, HASH).await, node.receipt_logs(HASH).await] {
        let logs = logs.unwrap();
        assert_eq!((logs.len(), logs[0].log_index, logs[0].block_number), (1, 4, 16));
    }
    let mined = node.transaction(HASH).await.unwrap().unwrap();
    assert_eq!((mined.from, mined.succeeded, mined.block_number), (Address::repeat_byte(9), false, 16));
}

#[tokio::test]
async fn b06_another_block_than_the_one_asked_for_is_not_taken() {
    let node = node(|_, _| Answer::Result(block_json())).await;
    for block in [BlockRef::Number(15), BlockRef::Hash(B256::ZERO)] {
        assert!(matches!(node.block(block).await, Err(RpcError::Inconsistent(_))), "{block}");
    }
}

#[tokio::test]
async fn b15_a_pending_transaction_is_not_mined() {
    let receipt = json!({ "transactionHash": HASH, "blockNumber": null, "blockHash": null, "from": Address::ZERO, "status": null, "logs": [] });
    for result in [receipt, Value::Null] {
        let result = result.clone();
        let node = node(move |_, _| Answer::Result(result.clone())).await;
        assert_eq!(node.transaction(HASH).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_call_names_its_block_and_a_revert_is_an_answer() {
    let node = node(|_, params| match params[1].as_str() {
        Some("latest") => Answer::Result(json!("0x2a")),
        _ if params[1] == json!({ "blockHash": HASH }) => Answer::Error(3, "execution reverted: no"),
        _ => Answer::Error(-32_000, "missing trie node"),
    })
    .await;
    let call = |at| node.call(Address::ZERO, Bytes::new(), at);
    assert_eq!(call(BlockRef::Latest).await.unwrap(), Bytes::from_static(&[42]));
    assert_eq!(call(BlockRef::Hash(HASH)).await, Err(CallError::Reverted("execution reverted: no".to_owned())));
    assert!(matches!(call(BlockRef::Number(1)).await, Err(CallError::Rpc(RpcError::Refused { code: -32_000, .. }))));
}

#[tokio::test]
async fn b09_whatever_comes_back_is_an_error_without_the_url() {
    let answers: [fn() -> Answer; 9] = [
        || Answer::HangUp,
        || Answer::Raw(500, b"oops".to_vec()),
        || Answer::Raw(429, b"slow down".to_vec()),
        || Answer::Raw(413, Vec::new()),
        || Answer::Raw(302, Vec::new()),
        || Answer::Raw(200, br#"{"jsonrpc":"2.0","id":0,"res"#.to_vec()),
        || Answer::Raw(200, vec![0xff, 0xfe, 0xfd]),
        || Answer::Result(json!({ "number": "what?" })),
        || Answer::Error(-32_005, "query returned more than 10000 results\r\nfake: line"),
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        let node = node(move |_, _| answer()).await;
        let error = node.block(BlockRef::Latest).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(SECRET) && !text.contains("127.0.0.1"), "{index}: {text}");
        assert!(!error.to_string().contains(['\r', '\n']), "{index}: one line");
    }
}

#[tokio::test]
async fn b09_a_node_that_is_not_there_is_an_error_without_the_url() {
    let url: Url = format!("http://127.0.0.1:1/{SECRET}").parse().unwrap();
    let error = RpcNode::new(&url).unwrap().chain_id().await.unwrap_err();
    assert!(matches!(error, RpcError::Unreachable(_)));
    assert!(!format!("{error} {error:?}").contains(SECRET));
}

#[test]
fn only_http_is_asked() {
    let url: Url = format!("ftp://host/{SECRET}").parse().unwrap();
    let error = RpcNode::new(&url).unwrap_err();
    assert_eq!(error, UnusableUrl::Scheme { scheme: "ftp".to_owned() });
    assert!(!error.to_string().contains(SECRET));
}
