//! Talking to a chain as its user: calls of views, transactions that are waited for.

use std::task;
use std::time::Duration;

use alloy::eips::BlockId;
use alloy::network::TransactionBuilder;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::client::RpcClient;
use alloy::rpc::json_rpc::{RequestPacket, ResponsePacket};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy::transports::http::Http;
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use signer::key::WalletKey;
use tower::Service;
use url::Url;

use crate::config::SecretUrl;
use crate::failure::{Failure, OrFix};

/// A node that has not answered by then is not going to, and somebody is waiting.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// How long a transaction may take to be mined before the command gives up waiting; the transaction itself is not affected.
const MINED_WITHIN: Duration = Duration::from_secs(180);
/// How often a node on this machine is asked whether a transaction is mined: its answers cost nothing.
const LOCAL_POLL: Duration = Duration::from_millis(25);

/// A connection that reads, and writes when it was given a key.
pub type Chain = DynProvider;

/// Connects to a node over HTTP. No error that comes out of it shows the node's URL: providers put keys into it.
///
/// # Errors
/// When the URL is not HTTP.
pub fn connect(rpc: &SecretUrl, key: Option<&WalletKey>) -> anyhow::Result<Chain> {
    let url = rpc.url().or_fix(format!("the node's URL {rpc} cannot be used"), "write it as http://127.0.0.1:8545")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::new(format!("{rpc} is not an HTTP URL"), "give the node's http:// or https:// URL").into());
    }
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let client = RpcClient::new(Discreet::new(url)?, local);
    if local {
        client.set_poll_interval(LOCAL_POLL);
    }
    Ok(match key {
        Some(key) => ProviderBuilder::new().wallet(key.transaction_signer()).connect_client(client).erased(),
        None => ProviderBuilder::new().connect_client(client).erased(),
    })
}

/// The node's chain id; the first thing to ask of any node.
///
/// # Errors
/// When the node does not answer.
pub async fn chain_id(chain: &Chain, rpc: &SecretUrl) -> anyhow::Result<u64> {
    chain.get_chain_id().await.or_fix(format!("the node at {rpc} does not answer"), "check the URL, and that the node runs")
}

/// Asks a contract as of the newest block.
///
/// # Errors
/// When the node does not answer or the contract reverts.
pub async fn view<C: SolCall>(chain: &Chain, to: Address, call: &C) -> anyhow::Result<C::Return> {
    view_at(chain, to, call, BlockId::latest()).await
}

/// Asks a contract as of a block.
///
/// # Errors
/// When the node does not answer, has no state of that block, or the contract reverts.
pub async fn view_at<C: SolCall>(chain: &Chain, to: Address, call: &C, block: BlockId) -> anyhow::Result<C::Return> {
    let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
    let fix = "check that it is the right contract on the right chain";
    let answer = chain.call(request).block(block).await.or_fix(format!("{to} does not answer {}", C::SIGNATURE), fix)?;
    C::abi_decode_returns(&answer).or_fix(format!("{to} does not answer {} as it should", C::SIGNATURE), fix)
}

/// Sends a transaction and waits until it is mined.
///
/// # Errors
/// When it cannot be sent, is not mined in time, or reverts.
pub async fn send(chain: &Chain, to: Address, input: Bytes, value: U256) -> anyhow::Result<TransactionReceipt> {
    let request = TransactionRequest::default().with_to(to).with_input(input).with_value(value);
    let pending = chain.send_transaction(request).await.or_fix("the transaction was refused", "check that the sender has the chain's coin for gas")?;
    let hash = *pending.tx_hash();
    let receipt = pending.with_timeout(Some(MINED_WITHIN)).get_receipt().await;
    let receipt = receipt.or_fix(format!("{hash} is not mined yet"), "look it up in an explorer before sending anything again")?;
    if receipt.status() {
        return Ok(receipt);
    }
    Err(Failure::new(format!("{hash} reverted"), "its trace in an explorer says why").into())
}

/// HTTP without the node's URL in its errors, which an HTTP client quotes.
#[derive(Clone, Debug)]
struct Discreet(Http<reqwest::Client>);

impl Discreet {
    fn new(url: Url) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(ANSWERS_WITHIN).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self(Http::with_client(http, url)))
    }
}

impl Service<RequestPacket> for Discreet {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<Result<(), TransportError>> {
        Service::<RequestPacket>::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move { answer.await.map_err(without_url) })
    }
}

fn without_url(error: TransportError) -> TransportError {
    match error {
        TransportError::Transport(TransportErrorKind::Custom(error)) => match error.downcast::<reqwest::Error>() {
            Ok(error) => TransportErrorKind::custom(error.without_url()),
            Err(error) => TransportError::Transport(TransportErrorKind::Custom(error)),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn i12_a_node_that_is_not_there_is_named_without_the_key_in_its_url() {
        let rpc = SecretUrl::new("http://user:hunter2@127.0.0.1:1/v2/apikey?key=apikey");
        let chain = connect(&rpc, None).unwrap();
        let error = chain_id(&chain, &rpc).await.unwrap_err();
        let told = format!("{error:#} {error:?}");
        assert!(told.starts_with("the node at http://127.0.0.1:1/… does not answer: "), "{told}");
        assert!(!told.contains("apikey") && !told.contains("hunter2"), "{told}");
    }

    #[test]
    fn i12_a_url_that_cannot_be_read_is_not_shown() {
        for (url, told) in [("node.example/v2/apikey", "the node's URL"), ("wss://node.example/apikey", "wss://node.example/… is not an HTTP URL")] {
            let error = connect(&SecretUrl::new(url), None).unwrap_err();
            assert!(error.to_string().starts_with(told) && !format!("{error:#}").contains("apikey"), "{error:#}");
        }
    }
}
