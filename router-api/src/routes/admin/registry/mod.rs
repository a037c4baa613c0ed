//! What may be paid with.

pub mod list;
pub mod register;
pub mod update;

use serde_json::{Value, json};

/// For the document.
fn example() -> Value {
    json!({ "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenAddress": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "tokenSymbol": "USDC", "tokenDecimals": 6, "supportsPermit": true, "supportsTransferAuthorization": true, "supportsPermit2": true, "isAllowed": true })
}
