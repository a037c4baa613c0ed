use serde_json::json;

use super::*;
use crate::testing::{Answer, Server};

const DIGEST: B256 = B256::repeat_byte(1);

async fn says(code: &'static str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Result<bool, IndexerError> {
    let server = Server::start(move |method, params| match method {
        "eth_getCode" => Answer::Result(json!(code)),
        _ => {
            let input: Bytes = params[0]["input"].as_str().unwrap().parse().unwrap();
            let call = isValidSignatureCall::abi_decode(&input).unwrap();
            assert_eq!((call.hash, call.signature.as_ref()), (DIGEST, [1, 2, 3].as_slice()));
            assert_eq!(params[1], json!("latest"), "never the pending block");
            answer()
        }
    })
    .await;
    is_valid_signature(&server.url, Address::repeat_byte(5), DIGEST, &[1, 2, 3]).await
}

fn word(start: &str, end: &str) -> Answer {
    Answer::Result(json!(format!("0x{start}{}{end}", "0".repeat(64 - start.len() - end.len()))))
}

#[tokio::test]
async fn c07_only_the_magic_value_is_a_yes() {
    assert!(says("0x60", || word("1626ba7e", "")).await.unwrap());
    assert!(!says("0x60", || word("ffffffff", "")).await.unwrap());
    assert!(!says("0x60", || word("1626ba7e", "1")).await.unwrap());
    assert!(!says("0x60", || Answer::Result(json!("0x1626ba7e"))).await.unwrap());
    assert!(!says("0x60", || Answer::Result(json!("0x"))).await.unwrap());
    assert!(!says("0x60", || Answer::Error(3, "execution reverted")).await.unwrap());
    assert!(!says("0x", || word("1626ba7e", "")).await.unwrap(), "an address without code signs nothing");
}

#[tokio::test]
async fn c07_a_node_that_does_not_answer_is_no_verdict() {
    assert!(says("0x60", || Answer::HangUp).await.is_err());
    assert!(says("0x60", || Answer::Error(-32_000, "header not found")).await.is_err());
}
