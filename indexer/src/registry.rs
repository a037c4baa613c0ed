//! What the chain says about a token when it is registered.

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::{SolCall, sol};
use contracts::escrow::PERMIT2;
use settlement::asset::{Asset, Token};
use url::Url;

use crate::provider::{RpcNode, UnusableUrl};
use crate::reader::{BlockRef, CallError, ChainReader, RpcError};

/// Longest ticker that is taken over, in characters; longer ones are no tickers.
const MAX_SYMBOL_CHARS: usize = 32;
/// What the native coin is called where nobody says otherwise.
const NATIVE_SYMBOL: &str = "ETH";
/// Wei per coin, as a power of ten, on every EVM chain.
const NATIVE_DECIMALS: u8 = 18;

sol! {
    function decimals() external view returns (uint8);
    function symbol() external view returns (string);
    /// EIP-2612.
    function nonces(address owner) external view returns (uint256);
    /// EIP-2612.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// EIP-3009.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
}

/// Why a token cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no contract.
    #[error("there is no contract at {0}")]
    NoContract(Address),
    /// It does not say how many decimals it has, or says nonsense.
    #[error("the token does not say its {0}")]
    Unnamed(&'static str),
    /// The node is of another chain.
    #[error("the node is on chain {found}; the asset is on chain {expected}")]
    WrongChain {
        /// The asset's chain.
        expected: u64,
        /// The node's.
        found: u64,
    },
    /// The node gave no answer.
    #[error("the node gave no answer")]
    Rpc(#[from] RpcError),
    /// The URL of the node cannot be used.
    #[error("the node cannot be used")]
    Url(#[from] UnusableUrl),
}

/// Reads what is pinned about an asset: ticker, decimals, and which gasless approvals it takes, by itself or through Permit2.
///
/// # Errors
/// When there is no such token, or it does not say its decimals.
pub async fn read_token(node: &Url, asset: &Asset) -> Result<Token, RegistryError> {
    read(&RpcNode::new(node)?, asset).await
}

pub(crate) async fn read(reader: &dyn ChainReader, asset: &Asset) -> Result<Token, RegistryError> {
    let found = reader.chain_id().await?;
    if found != asset.chain_id() {
        return Err(RegistryError::WrongChain { expected: asset.chain_id(), found });
    }
    let Asset::Erc20 { token, .. } = *asset else {
        let symbol = NATIVE_SYMBOL.to_owned();
        return Ok(Token { asset: *asset, symbol, decimals: NATIVE_DECIMALS, eip2612: false, eip3009: false, permit2: false, allowed: true });
    };
    if reader.code(token).await?.is_empty() {
        return Err(RegistryError::NoContract(token));
    }
    let decimals = read_decimals(reader, token).await?.ok_or(RegistryError::Unnamed("decimals"))?;
    let symbol = call(reader, token, symbolCall {}).await?.and_then(|answer| read_symbol(&answer)).ok_or(RegistryError::Unnamed("symbol"))?;
    let permits = ask(reader, token, noncesCall { owner: token }).await?.is_some() && ask(reader, token, DOMAIN_SEPARATORCall {}).await?.is_some();
    let authorisations = ask(reader, token, authorizationStateCall { authorizer: token, nonce: B256::ZERO }).await?.is_some();
    // Every ERC-20 can be paid through Permit2, where there is one.
    let permit2 = !reader.code(PERMIT2).await?.is_empty();
    Ok(Token { asset: *asset, symbol, decimals, eip2612: permits, eip3009: authorisations, permit2, allowed: true })
}

/// The decimals that a token says it has now; `None` when it says nothing to that effect.
pub(crate) async fn read_decimals(reader: &dyn ChainReader, token: Address) -> Result<Option<u8>, RpcError> {
    ask(reader, token, decimalsCall {}).await
}

/// A ticker as the standard has it, or as a word (tokens older than the standard). It is a stranger's text: what does not show on a line is none.
fn read_symbol(answer: &[u8]) -> Option<String> {
    let text = match <[u8; 32]>::try_from(answer) {
        Ok(word) => String::from_utf8(word.into_iter().take_while(|byte| *byte != 0).collect()).ok()?,
        Err(_) => symbolCall::abi_decode_returns_validate(answer).ok()?,
    };
    is_ticker(&text).then_some(text)
}

fn is_ticker(symbol: &str) -> bool {
    let shows = |c: char| !c.is_control() && !c.is_whitespace() && !is_invisible(c);
    (1..=MAX_SYMBOL_CHARS).contains(&symbol.chars().count()) && symbol.chars().all(shows)
}

/// Characters that show as nothing, or change the order in which others show.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A view's answer; `None` when the contract has no such view or answers something else.
async fn ask<C: SolCall>(reader: &dyn ChainReader, token: Address, view: C) -> Result<Option<C::Return>, RpcError> {
    Ok(call(reader, token, view).await?.and_then(|answer| C::abi_decode_returns_validate(&answer).ok()))
}

async fn call<C: SolCall>(reader: &dyn ChainReader, token: Address, view: C) -> Result<Option<Bytes>, RpcError> {
    match reader.call(token, view.abi_encode().into(), BlockRef::Latest).await {
        Ok(answer) => Ok(Some(answer)),
        Err(CallError::Reverted(_)) => Ok(None),
        Err(CallError::Rpc(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests;
