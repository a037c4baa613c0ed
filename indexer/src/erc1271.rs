//! Signatures of contract wallets (ERC-1271): the wallet's own code says whether they are valid.

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::{SolCall, sol};
use url::Url;

use crate::error::IndexerError;
use crate::provider::RpcNode;
use crate::reader::{BlockRef, CallError, ChainReader};

sol! {
    /// ERC-1271.
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4 magicValue);
}

/// What a wallet answers to say yes: the selector of the function itself.
const MAGIC: [u8; 4] = isValidSignatureCall::SELECTOR;

/// Whether the contract wallet at an address accepts a signature of a digest, as of the newest block. An address without code accepts nothing; neither does one
/// that reverts or answers anything else.
///
/// # Errors
/// When the node cannot be asked.
pub async fn is_valid_signature(node: &Url, wallet: Address, digest: B256, signature: &[u8]) -> Result<bool, IndexerError> {
    accepts(&RpcNode::new(node)?, wallet, digest, signature).await
}

async fn accepts(reader: &dyn ChainReader, wallet: Address, digest: B256, signature: &[u8]) -> Result<bool, IndexerError> {
    if reader.code(wallet).await?.is_empty() {
        return Ok(false);
    }
    let call = isValidSignatureCall { hash: digest, signature: Bytes::copy_from_slice(signature) };
    match reader.call(wallet, call.abi_encode().into(), BlockRef::Latest).await {
        // Exactly one word: a bytes4 with nothing behind it.
        Ok(answer) => Ok(answer.len() == 32 && answer[..4] == MAGIC && answer[4..].iter().all(|byte| *byte == 0)),
        Err(CallError::Reverted(_)) => Ok(false),
        Err(CallError::Rpc(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
