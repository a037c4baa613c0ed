use alloy_sol_types::SolValue;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, Server};

const TOKEN: Address = Address::repeat_byte(7);

fn word(value: impl SolValue) -> Value {
    json!(Bytes::from(value.abi_encode()))
}

/// A token that answers `symbol`, `decimals` and, on a chain with Permit2, some of the rest.
async fn token(symbol: Value, decimals: Value, rest: bool) -> Server {
    Server::start(move |method, params| match method {
        "eth_chainId" => Answer::Result(json!("0x1")),
        "eth_getCode" => Answer::Result(json!(if params[0] == json!(TOKEN) || rest && params[0] == json!(PERMIT2) { "0x60" } else { "0x" })),
        _ => {
            let input: Bytes = params[0]["input"].as_str().unwrap().parse().unwrap();
            let is = |selector: [u8; 4]| input.starts_with(&selector);
            match () {
                () if is(symbolCall::SELECTOR) => Answer::Result(symbol.clone()),
                () if is(decimalsCall::SELECTOR) => Answer::Result(decimals.clone()),
                () if rest && (is(noncesCall::SELECTOR) || is(DOMAIN_SEPARATORCall::SELECTOR)) => Answer::Result(word(B256::ZERO)),
                () => Answer::Error(3, "execution reverted"),
            }
        }
    })
    .await
}

fn asset(token: Address) -> Asset {
    Asset::Erc20 { chain_id: 1, token }
}

#[tokio::test]
async fn a12_symbol_decimals_and_abilities_are_the_chains() {
    let server = token(word("USD₮0".to_owned()), word(alloy_primitives::U256::from(6)), true).await;
    let token = read_token(&server.url, &asset(TOKEN)).await.unwrap();
    assert_eq!(token, Token { asset: asset(TOKEN), symbol: "USD₮0".to_owned(), decimals: 6, eip2612: true, eip3009: false, permit2: true, allowed: true });
}

#[tokio::test]
async fn a_symbol_may_be_a_word() {
    let mut old = [0; 32];
    old[..3].copy_from_slice(b"MKR");
    let server = token(json!(B256::from(old)), word(alloy_primitives::U256::from(18)), false).await;
    let token = read_token(&server.url, &asset(TOKEN)).await.unwrap();
    assert_eq!((token.symbol.as_str(), token.decimals, token.eip2612), ("MKR", 18, false));
    assert!(!token.permit2, "a chain without it");
}

#[tokio::test]
async fn i17_what_is_no_symbol_is_not_taken() {
    for symbol in ["", "two words", "line\nbreak", "USD\u{202e}C", "US\u{200b}DC", &"x".repeat(33)] {
        let server = token(word(symbol.to_owned()), word(alloy_primitives::U256::from(6)), true).await;
        let error = read_token(&server.url, &asset(TOKEN)).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unnamed("symbol")), "{symbol:?}: {error}");
    }
}

#[tokio::test]
async fn a12_nonsense_for_decimals_is_no_token() {
    for decimals in [word(alloy_primitives::U256::from(256)), json!("0x"), json!("0x06")] {
        let server = token(word("USDC".to_owned()), decimals.clone(), true).await;
        let error = read_token(&server.url, &asset(TOKEN)).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unnamed("decimals")), "{decimals}: {error}");
    }
}

#[tokio::test]
async fn c02_an_address_without_code_and_another_chain_are_no_token() {
    let server = token(word("USDC".to_owned()), word(alloy_primitives::U256::from(6)), true).await;
    assert!(matches!(read_token(&server.url, &asset(Address::ZERO)).await, Err(RegistryError::NoContract(_))));
    let elsewhere = Asset::Erc20 { chain_id: 2, token: TOKEN };
    assert!(matches!(read_token(&server.url, &elsewhere).await, Err(RegistryError::WrongChain { expected: 2, found: 1 })));
}

#[tokio::test]
async fn the_native_coin_has_no_contract_to_ask() {
    let server = token(json!("0x"), json!("0x"), false).await;
    let coin = read_token(&server.url, &Asset::Native { chain_id: 1 }).await.unwrap();
    assert_eq!((coin.symbol.as_str(), coin.decimals, coin.eip2612, coin.eip3009, coin.permit2), ("ETH", 18, false, false, false));
}
