//! A private chain with the router and a test token on it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use alloy::providers::{Provider, ProviderBuilder, RootProvider};
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use contracts::TestToken::{balanceOfCall, initializeCall, mintCall};
use serde_json::json;
use settlement::asset::Asset;
use settlement::snapshot::Snapshot;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::fixture::{BUYER, NOW_S, OPERATOR, snapshot};

/// Its id, which is none of a public chain.
pub const CHAIN_ID: u64 = 31_337;

/// Ends its process when it is dropped.
pub struct TestChain {
    anvil: Child,
    pub url: Url,
    pub provider: RootProvider,
    pub token: Address,
}

impl TestChain {
    /// A chain whose first block is of [`NOW_S`], with 100 of the token in the buyer's wallet.
    pub async fn start() -> Self {
        let (anvil, url) = spawn();
        let provider = ProviderBuilder::default().connect_http(url.clone());
        let mut chain = Self { anvil, url, provider, token: Address::ZERO };
        let router = [contracts::ROUTER_SALT.as_slice(), &contracts::router_init_code()].concat();
        chain.send(OPERATOR, Some(contracts::CREATE2_FACTORY), router.into()).await;
        let implementation = chain.send(OPERATOR, None, contracts::test_token_init_code()).await.unwrap();
        let init = initializeCall { name_: "Test USD".to_owned(), symbol_: "USDC".to_owned() }.abi_encode();
        chain.token = chain.send(OPERATOR, None, contracts::test_token_proxy_init_code(implementation, init.into())).await.unwrap();
        let mint = mintCall { to: BUYER, amount: U256::from(100_000_000) };
        chain.send(OPERATOR, Some(chain.token), mint.abi_encode().into()).await;
        chain
    }

    /// Sends from an unlocked account and answers the contract that was made, if one was.
    pub async fn send(&self, from: Address, to: Option<Address>, input: Bytes) -> Option<Address> {
        let mut request = TransactionRequest::default().from(from).input(input.into());
        request.to = Some(to.into());
        let hash = self.raw::<B256>("eth_sendTransaction", json!([request])).await;
        let receipt = self.receipt(hash).await;
        assert!(receipt.status(), "{receipt:?}");
        receipt.contract_address
    }

    /// Anvil answers a transaction's hash a little before it has mined it.
    async fn receipt(&self, hash: B256) -> TransactionReceipt {
        for _ in 0..1_000 {
            if let Some(receipt) = self.provider.get_transaction_receipt(hash).await.unwrap() {
                return receipt;
            }
        }
        panic!("{hash} is still not mined after a thousand questions");
    }

    /// Any method of the node.
    pub async fn raw<T: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + Unpin + 'static>(
        &self,
        method: &'static str,
        params: serde_json::Value,
    ) -> T {
        self.provider.raw_request(method.into(), params).await.unwrap()
    }

    pub async fn token_balance(&self, owner: Address) -> U256 {
        let request = TransactionRequest::default().to(self.token).input(balanceOfCall { owner }.abi_encode().into());
        balanceOfCall::abi_decode_returns(&self.provider.call(request).await.unwrap()).unwrap()
    }

    /// The agreed payment, on this chain.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { asset: Asset::Erc20 { chain_id: CHAIN_ID, token: self.token }, ..snapshot() }
    }
}

/// A way to the node that breaks off when `method` was asked for: the node gets the request, and the answer gets lost.
pub async fn losing_answers_to(method: &'static str, node: &Url) -> Url {
    let node = node.socket_addrs(|| None).unwrap()[0];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            tokio::spawn(relay(client, TcpStream::connect(node).await.unwrap(), method));
        }
    });
    format!("http://{address}").parse().unwrap()
}

async fn relay(mut client: TcpStream, mut node: TcpStream, method: &str) {
    let (mut asked, mut from_client, mut from_node) = (Vec::new(), [0; 4_096], [0; 4_096]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => match read {
                Ok(length) if length > 0 => {
                    asked.extend_from_slice(&from_client[..length]);
                    node.write_all(&from_client[..length]).await.unwrap();
                }
                _ => return,
            },
            read = node.read(&mut from_node) => match read {
                Ok(length) if length > 0 && !String::from_utf8_lossy(&asked).contains(method) => client.write_all(&from_node[..length]).await.unwrap(),
                _ => return,
            },
        }
    }
}

impl Drop for TestChain {
    fn drop(&mut self) {
        let _ = self.anvil.kill();
        let _ = self.anvil.wait();
    }
}

/// Starts anvil on a port of its own choice, which it prints.
fn spawn() -> (Child, Url) {
    let platform =
        format!("{}-{}", std::env::consts::OS.replace("macos", "darwin"), std::env::consts::ARCH.replace("x86_64", "amd64").replace("aarch64", "arm64"));
    let path = format!("{}/../contracts/node_modules/@foundry-rs/anvil-{platform}/bin/anvil", env!("CARGO_MANIFEST_DIR"));
    let mut anvil = Command::new(&path)
        .args(["--port", "0", "--timestamp", &NOW_S.to_string(), "--chain-id", &CHAIN_ID.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("anvil does not start ({e}): run `npm ci` in contracts/ ({path})"));
    let mut lines = BufReader::new(anvil.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).expect("anvil says where it listens");
    // It goes on printing: an unread pipe would stop it once it is full.
    std::thread::spawn(move || lines.for_each(drop));
    (anvil, format!("http://{address}").parse().unwrap())
}
