//! The chain of a test, with the powers that only a test has: to make blocks, to take them back, to hold transactions.

use alloy::providers::{Provider, ProviderBuilder, RootProvider};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use contracts::TestToken::{balanceOfCall, mintCall};
use serde_json::{Value, json};
use url::Url;

use crate::eventually::eventually;

/// A private chain.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Where its JSON-RPC is.
    pub url: Url,
    provider: RootProvider,
}

/// The newest block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Unix seconds.
    pub time: u64,
}

impl Chain {
    /// The chain behind a URL.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self { provider: ProviderBuilder::default().connect_http(url.clone()), url }
    }

    /// Any method of the node.
    pub async fn raw(&self, method: &'static str, params: Value) -> Value {
        self.provider.raw_request(method.into(), params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Makes blocks.
    pub async fn mine(&self, blocks: u64) {
        self.raw("anvil_mine", json!([blocks])).await;
    }

    /// Makes one block at a time, in unix seconds.
    pub async fn mine_at(&self, time: u64) {
        self.raw("evm_setNextBlockTimestamp", json!([time])).await;
        self.mine(1).await;
    }

    /// The newest block.
    pub async fn head(&self) -> Head {
        let block = self.provider.get_block(alloy::eips::BlockId::latest()).await.unwrap().expect("a chain has a newest block");
        Head { number: block.header.number, hash: block.header.hash, time: block.header.timestamp }
    }

    /// Takes the newest blocks back, with what was in them. The next blocks are others: the chain's own clock has moved on.
    pub async fn take_back(&self, blocks: u64) {
        self.raw("anvil_rollback", json!([blocks])).await;
        // Blocks made now are different from those before even within the same second.
        self.raw("anvil_setCoinbase", json!([Address::from(rand_address(&self.head().await.hash, blocks))])).await;
    }

    /// Keeps transactions waiting until [`Chain::release`] or [`Chain::mine`].
    pub async fn hold(&self) {
        self.raw("evm_setAutomine", json!([false])).await;
    }

    /// Goes on making a block per transaction.
    pub async fn release(&self) {
        self.raw("evm_setAutomine", json!([true])).await;
    }

    /// Sends a transaction from one of the chain's own accounts, without asking first whether it will succeed.
    pub async fn send(&self, from: Address, to: Address, value: U256, data: impl Into<Bytes>) -> B256 {
        let transaction = json!([{ "from": from, "to": to, "value": value, "data": data.into(), "gas": "0x7a120" }]);
        serde_json::from_value(self.raw("eth_sendTransaction", transaction).await).unwrap()
    }

    /// The receipt of a transaction, once it is mined.
    pub async fn receipt(&self, transaction: B256) -> TransactionReceipt {
        let look = || async { self.provider.get_transaction_receipt(transaction).await.unwrap() };
        eventually("the transaction is mined", look, Option::is_some).await.expect("it was just there")
    }

    /// Asks a contract, and returns the data of its answer or of its revert.
    pub async fn call(&self, from: Address, to: Address, value: U256, data: impl Into<Bytes>) -> Result<Bytes, Bytes> {
        let request = TransactionRequest::default().from(from).to(to).value(value).input(data.into().into());
        self.provider.call(request).await.map_err(|error| {
            let payload = error.as_error_resp().unwrap_or_else(|| panic!("the node does not answer: {error}"));
            let data: String = payload.data.as_ref().and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default();
            hex::decode(data).unwrap_or_default().into()
        })
    }

    /// Whether a call reverts with the error `E`.
    pub async fn reverts_with<E: SolError>(&self, from: Address, to: Address, value: U256, data: impl Into<Bytes>) -> bool {
        self.call(from, to, value, data).await.is_err_and(|revert| E::abi_decode(&revert).is_ok())
    }

    /// What an account holds of a token.
    pub async fn balance(&self, token: Address, owner: Address) -> U256 {
        let answer = self.call(owner, token, U256::ZERO, balanceOfCall { owner }.abi_encode()).await.expect("a token answers");
        balanceOfCall::abi_decode_returns(&answer).unwrap()
    }

    /// Makes test tokens for an account.
    pub async fn mint(&self, token: Address, minter: Address, to: Address, amount: U256) {
        let sent = self.send(minter, token, U256::ZERO, mintCall { to, amount }.abi_encode()).await;
        assert!(self.receipt(sent).await.status());
    }
}

fn rand_address(seed: &B256, salt: u64) -> [u8; 20] {
    let hash = alloy_primitives::keccak256([seed.as_slice(), &salt.to_be_bytes()].concat());
    hash[12..].try_into().expect("32 - 12 = 20")
}
