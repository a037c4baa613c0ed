//! A node over JSON-RPC.
//!
//! Answers are read into the few fields that are needed, so that a chain with block and transaction types of its own (rollups) is no different.
//! No retry layer: alloy's takes "more than 10000 results" for a rate limit and repeats it unchanged. Whoever asks decides what to try next.

use std::ops::RangeInclusive;

use alloy::rpc::client::RpcClient;
use alloy::rpc::json_rpc::{ErrorPayload, RpcRecv, RpcSend};
use alloy::transports::{TransportError, TransportErrorKind};
use alloy_primitives::{Address, B256, Bloom, Bytes, LogData, U64, U256};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::reader::{Block, BlockRef, CallError, ChainLog, ChainReader, Header, LogFilter, MinedTransaction, RpcError};
use crate::transport::BoundedHttp;

/// What is kept of a node's words: enough to understand, short enough for one line.
const MAX_MESSAGE_CHARS: usize = 300;
/// JSON-RPC code of a reverted call (geth and those that follow it).
const CODE_REVERTED: i64 = 3;
/// The same, of OpenEthereum and Nethermind: "VM execution error".
const CODE_VM_ERROR: i64 = -32_015;
/// How nodes without such codes say that the code of a call failed, as opposed to the node.
const REVERT_WORDS: [&str; 5] = ["revert", "invalid opcode", "out of gas", "vm execution error", "stack underflow"];

/// A node that is asked over HTTP.
#[derive(Clone, Debug)]
pub struct RpcNode {
    client: RpcClient,
}

/// A URL that no node can be asked under.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableUrl {
    /// Neither `http` nor `https`.
    #[error("a node is asked over http:// or https://, not {scheme}://")]
    Scheme {
        /// What it is.
        scheme: String,
    },
    /// There is no HTTP client here.
    #[error("no HTTP client: {0}")]
    Client(String),
}

impl RpcNode {
    /// A node at `url`. Connects when first asked.
    ///
    /// # Errors
    /// When the URL is not HTTP.
    pub fn new(url: &Url) -> Result<Self, UnusableUrl> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UnusableUrl::Scheme { scheme: url.scheme().to_owned() });
        }
        let transport = BoundedHttp::new(url.clone()).map_err(|e| UnusableUrl::Client(e.to_string()))?;
        Ok(Self { client: RpcClient::new(transport, true) })
    }

    async fn ask<P: RpcSend, R: RpcRecv>(&self, method: &'static str, params: P) -> Result<R, RpcError> {
        self.client.request(method, params).await.map_err(|error| rpc_error(method, &error))
    }

    async fn get_logs(&self, mut query: Value, filter: &LogFilter) -> Result<Vec<ChainLog>, RpcError> {
        query["address"] = json!(filter.emitter);
        query["topics"] = json!(filter.topics);
        let logs: Vec<RawLog> = self.ask("eth_getLogs", (query,)).await?;
        logs.into_iter().filter(|log| !log.removed).map(ChainLog::try_from).collect()
    }
}

#[async_trait]
impl ChainReader for RpcNode {
    async fn chain_id(&self) -> Result<u64, RpcError> {
        let id: U64 = self.ask("eth_chainId", ()).await?;
        Ok(id.to())
    }

    async fn block(&self, block: BlockRef) -> Result<Option<Block>, RpcError> {
        let found: Option<RawHeader> = match block {
            BlockRef::Hash(hash) => self.ask("eth_getBlockByHash", (hash, false)).await?,
            BlockRef::Number(number) => self.ask("eth_getBlockByNumber", (U64::from(number), false)).await?,
            BlockRef::Latest | BlockRef::Safe | BlockRef::Finalized => self.ask("eth_getBlockByNumber", (block.to_string(), false)).await?,
        };
        let found = found.map(Block::from);
        let other = found.as_ref().is_some_and(|found| match block {
            BlockRef::Hash(hash) => found.header.hash != hash,
            BlockRef::Number(number) => found.header.number != number,
            BlockRef::Latest | BlockRef::Safe | BlockRef::Finalized => false,
        });
        if other { Err(RpcError::Inconsistent(format!("asked for block {block}, it sent another"))) } else { Ok(found) }
    }

    async fn logs(&self, filter: &LogFilter, range: RangeInclusive<u64>) -> Result<Vec<ChainLog>, RpcError> {
        let query = json!({ "fromBlock": U64::from(*range.start()), "toBlock": U64::from(*range.end()) });
        self.get_logs(query, filter).await
    }

    async fn block_logs(&self, filter: &LogFilter, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        self.get_logs(json!({ "blockHash": block }), filter).await
    }

    async fn receipt_logs(&self, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        let receipts: Option<Vec<RawReceipt>> = self.ask("eth_getBlockReceipts", (block,)).await?;
        let receipts = receipts.ok_or_else(|| RpcError::Inconsistent(format!("it has no receipts of block {block}")))?;
        receipts.into_iter().flat_map(|receipt| receipt.logs).map(ChainLog::try_from).collect()
    }

    async fn transaction(&self, hash: B256) -> Result<Option<MinedTransaction>, RpcError> {
        let receipt: Option<RawReceipt> = self.ask("eth_getTransactionReceipt", (hash,)).await?;
        let Some(receipt) = receipt else { return Ok(None) };
        if receipt.transaction_hash != hash {
            return Err(RpcError::Inconsistent(format!("asked for transaction {hash}, it sent another")));
        }
        // Some nodes answer for a pending transaction with a receipt that names no block.
        let (Some(number), Some(block_hash)) = (receipt.block_number, receipt.block_hash) else { return Ok(None) };
        Ok(Some(MinedTransaction {
            block_number: number.to(),
            block_hash,
            from: receipt.from,
            succeeded: receipt.status == Some(U64::ONE),
            logs: receipt.logs.into_iter().map(ChainLog::try_from).collect::<Result<_, _>>()?,
        }))
    }

    async fn revert_data(&self, hash: B256) -> Result<Option<Bytes>, RpcError> {
        let sent: Option<RawTransaction> = self.ask("eth_getTransactionByHash", (hash,)).await?;
        let Some(RawTransaction { block_number: Some(number), from, to, input, value }) = sent else { return Ok(None) };
        let call = json!({ "from": from, "to": to, "input": input, "value": value });
        match self.client.request::<_, Bytes>("eth_call", (call, json!(number))).await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_error_resp().and_then(ErrorPayload::as_revert_data) {
                Some(data) => Ok(Some(data)),
                None if matches!(call_error(&error), CallError::Reverted(_)) => Ok(Some(Bytes::new())),
                None => Err(rpc_error("eth_call", &error)),
            },
        }
    }

    async fn code(&self, address: Address) -> Result<Bytes, RpcError> {
        self.ask("eth_getCode", (address, "latest")).await
    }

    async fn call(&self, to: Address, input: Bytes, at: BlockRef) -> Result<Bytes, CallError> {
        let at = match at {
            // EIP-1898.
            BlockRef::Hash(hash) => json!({ "blockHash": hash }),
            BlockRef::Number(number) => json!(U64::from(number)),
            BlockRef::Latest | BlockRef::Safe | BlockRef::Finalized => json!(at.to_string()),
        };
        let transaction = json!({ "to": to, "data": input, "input": input });
        self.client.request("eth_call", (transaction, at)).await.map_err(|error| call_error(&error))
    }
}

/// The fields of a block that are used.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawHeader {
    number: U64,
    hash: B256,
    parent_hash: B256,
    timestamp: U64,
    #[serde(default)]
    logs_bloom: Bloom,
}

impl From<RawHeader> for Block {
    fn from(raw: RawHeader) -> Self {
        let header = Header { number: raw.number.to(), hash: raw.hash, parent: raw.parent_hash, time: raw.timestamp.to() };
        Self { header, bloom: raw.logs_bloom }
    }
}

/// The fields of a receipt that are used.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawReceipt {
    transaction_hash: B256,
    block_number: Option<U64>,
    block_hash: Option<B256>,
    from: Address,
    status: Option<U64>,
    logs: Vec<RawLog>,
}

/// What a transaction does, where it is mined.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTransaction {
    block_number: Option<U64>,
    from: Address,
    to: Option<Address>,
    input: Bytes,
    value: U256,
}

/// The fields of a log that are used. Those of a pending log are null.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: Option<U64>,
    block_hash: Option<B256>,
    transaction_hash: Option<B256>,
    log_index: Option<U64>,
    #[serde(default)]
    removed: bool,
}

impl TryFrom<RawLog> for ChainLog {
    type Error = RpcError;

    fn try_from(raw: RawLog) -> Result<Self, RpcError> {
        let missing = |field| RpcError::Malformed(format!("a log without {field}"));
        Ok(Self {
            emitter: raw.address,
            data: LogData::new(raw.topics, raw.data).ok_or_else(|| RpcError::Malformed("a log with more than four topics".to_owned()))?,
            block_number: raw.block_number.ok_or_else(|| missing("blockNumber"))?.to(),
            block_hash: raw.block_hash.ok_or_else(|| missing("blockHash"))?,
            tx_hash: raw.transaction_hash.ok_or_else(|| missing("transactionHash"))?,
            log_index: raw.log_index.ok_or_else(|| missing("logIndex"))?.to(),
        })
    }
}

fn rpc_error(method: &'static str, error: &TransportError) -> RpcError {
    match error {
        TransportError::ErrorResp(payload) => RpcError::Refused { code: payload.code, message: brief(&payload.message) },
        TransportError::Transport(TransportErrorKind::HttpError(http)) if (400..500).contains(&http.status) => {
            RpcError::Refused { code: i64::from(http.status), message: brief(&http.body) }
        }
        TransportError::Transport(TransportErrorKind::HttpError(http)) => RpcError::Unreachable(format!("HTTP status {}", http.status)),
        TransportError::Transport(kind) => RpcError::Unreachable(brief(&with_causes(kind))),
        TransportError::DeserError { err, .. } => RpcError::Malformed(format!("{method}: {}", brief(&err.to_string()))),
        other => RpcError::Malformed(format!("{method}: {}", brief(&other.to_string()))),
    }
}

fn call_error(error: &TransportError) -> CallError {
    if let TransportError::ErrorResp(payload) = error {
        let message = payload.message.to_lowercase();
        if matches!(payload.code, CODE_REVERTED | CODE_VM_ERROR) || REVERT_WORDS.iter().any(|words| message.contains(words)) {
            return CallError::Reverted(brief(&payload.message));
        }
    }
    CallError::Rpc(rpc_error("eth_call", error))
}

/// An error and its causes on one line: a client says "error sending request" and only the cause says why.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source()).map(ToString::to_string);
    causes.fold(error.to_string(), |line, cause| if line.contains(&cause) { line } else { format!("{line}: {cause}") })
}

/// A stranger's words, fit for a log line.
fn brief(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests;
