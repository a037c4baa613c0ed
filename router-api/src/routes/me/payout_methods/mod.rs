//! Where a profile takes money.

pub mod add;
pub mod list;
pub mod remove;
pub mod update;

use alloy_primitives::Address;
use serde_json::{Value, json};
use settlement::asset::{Asset, Token, check_party};
use store::PayoutMethod;

use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::text;

/// Longest memo and label, in characters: one line.
const MAX_TEXT: usize = 120;

/// What is logged of a method: where the money goes, and whether it may.
fn facts(method: &PayoutMethod) -> Value {
    json!({ "profileId": method.profile.as_str(), "assetId": method.asset.to_string(), "address": method.address.to_string(), "isActive": method.is_active })
}

/// One line, or nothing: an empty text takes the line away.
fn optional_line(field: &str, text: Option<&str>) -> Result<Option<String>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => text::line(field, text, MAX_TEXT).map(Some),
    }
}

/// The registered token that symbol and network name. The network is a CAIP-2 id or the name of a chain here.
async fn find_token(api: &Api, symbol: &str, network: &str) -> Result<Token, Problem> {
    let named = |chain: &&settlement::chain::ChainPolicy| network == format!("eip155:{}", chain.chain_id) || network.eq_ignore_ascii_case(&chain.name);
    let Some(chain) = api.config.chains.iter().find(named) else {
        return Err(Problem::field(Code::AssetNotSupported, "network", "this instance does not settle there; see /api/chains"));
    };
    let tokens = api.store.registered_tokens(chain.chain_id).await?;
    let mut found = tokens.into_iter().filter(|token| token.allowed && token.symbol == symbol);
    match (found.next(), found.next()) {
        (Some(token), None) => Ok(token),
        (None, _) => Err(Problem::field(Code::AssetNotSupported, "symbol", "no token of that symbol is taken on that network; see /api/chains")),
        (Some(_), Some(_)) => Err(Problem::field(Code::AssetNotSupported, "symbol", "several tokens have that symbol; name one by assetId")),
    }
}

/// Refuses addresses that would lose the money: zero, the router, the token itself.
fn check_payee(api: &Api, address: Address, asset: &Asset) -> Result<(), Problem> {
    let chain = api.chain(asset.chain_id()).ok_or_else(|| Problem::field(Code::AssetNotSupported, "assetId", "this instance does not settle there"))?;
    check_party("payee", address, asset, chain.router).map_err(|error| Problem::field(Code::InvalidAddress, "address", error))
}
