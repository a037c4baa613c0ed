//! Statements of account.

mod period;
pub mod show;
mod stream;

use settlement::asset::Asset;

use crate::problem::Problem;
use crate::state::Api;

/// Ticker and decimals of an asset of the ledger. Entries of the registry are never deleted.
pub(crate) async fn symbol(api: &Api, asset: &Asset) -> Result<(String, u8), Problem> {
    #[derive(Debug, thiserror::Error)]
    #[error("the asset {0} of the ledger is not in the token registry")]
    struct NotRegistered(Asset);

    let token = api.store.token(asset).await?.ok_or_else(|| Problem::internal(&NotRegistered(*asset)))?;
    Ok((token.symbol, token.decimals))
}
