//! What is owed, as a document.

pub mod list;
pub mod show;

use serde_json::{Value, json};
use settlement::invoice::Invoice;
use settlement::payment_request::Standing;
use store::StoredRequest;

use crate::known::Known;
use crate::problem::Problem;
use crate::state::Api;

/// The invoice of an agreement.
async fn invoice(api: &Api, known: &Known) -> Result<Invoice, Problem> {
    let mut requests = api.store.requests_of(&known.agreement.id).await?;
    requests.sort_by(|a, b| a.id().cmp(b.id()));
    let standings: Vec<Standing<'_>> = requests.iter().map(StoredRequest::standing).collect();
    Invoice::new(&known.agreement, &known.setting.token, known.payments, &standings).map_err(|error| Problem::internal(&error))
}

/// For the document.
fn example() -> Value {
    let party = |letters: &str, wallet: &str| json!({ "profileId": format!("prof_01ARZ3NDEKTSV4RRFFQ69G5F{letters}"), "walletAddress": wallet });
    json!({
        "schema": "counterfoil-invoice-v1", "id": "inv_agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "open",
        "issuedAt": "2026-01-31T12:00:00.000Z", "title": "Translate the manual",
        "termsHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "consent": "signatures",
        "buyer": party("AB", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), "seller": party("AC", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        "payeeAddress": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "asset": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "tokenSymbol": "USDC", "tokenDecimals": 6, "sellerAmountAtomic": "12500000", "feeAmountAtomic": "125000", "totalAmountAtomic": "12625000",
        "paidAmountAtomic": "0", "openAmountAtomic": "12500000", "lines": [],
    })
}
