//! Talking to a chain as its user: calls of views, transactions that are waited for.

use std::time::Duration;

use alloy::network::TransactionBuilder;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use signer::key::WalletKey;

use crate::config::SecretUrl;
use crate::failure::{Failure, OrFix};

/// How long a transaction may take to be mined before the command gives up waiting; the transaction itself is not affected.
const MINED_WITHIN: Duration = Duration::from_secs(180);
/// How often a node on this machine is asked whether a transaction is mined: its answers cost nothing.
const LOCAL_POLL: Duration = Duration::from_millis(25);

/// A connection that reads, and writes when it was given a key.
pub type Chain = DynProvider;

/// Connects to a node over HTTP.
///
/// # Errors
/// When the URL is not HTTP.
pub fn connect(rpc: &SecretUrl, key: Option<&WalletKey>) -> anyhow::Result<Chain> {
    let url: url::Url = rpc.expose().parse().or_fix(format!("{rpc} is not a URL"), "write it as http://127.0.0.1:8545")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::new(format!("{rpc} is not an HTTP URL"), "give the node's http:// or https:// URL").into());
    }
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let chain = match key {
        Some(key) => ProviderBuilder::new().wallet(key.transaction_signer()).connect_http(url).erased(),
        None => ProviderBuilder::new().connect_http(url).erased(),
    };
    if local {
        chain.client().set_poll_interval(LOCAL_POLL);
    }
    Ok(chain)
}

/// The node's chain id; the first thing to ask of any node.
///
/// # Errors
/// When the node does not answer.
pub async fn chain_id(chain: &Chain, rpc: &SecretUrl) -> anyhow::Result<u64> {
    chain.get_chain_id().await.or_fix(format!("the node at {rpc} does not answer"), "check the URL, and that the node runs")
}

/// Asks a contract.
///
/// # Errors
/// When the node does not answer or the contract reverts.
pub async fn view<C: SolCall>(chain: &Chain, to: Address, call: &C) -> anyhow::Result<C::Return> {
    let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
    let answer = chain.call(request).await.or_fix(format!("{to} does not answer {}", C::SIGNATURE), "check that it is the right contract on the right chain")?;
    C::abi_decode_returns(&answer).or_fix(format!("{to} does not answer {} as it should", C::SIGNATURE), "check that it is the right contract on the right chain")
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
