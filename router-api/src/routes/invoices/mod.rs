//! What is owed, as a document.

pub mod list;
pub mod show;

use serde_json::{Value, json};
use settlement::ids::ProfileId;
use settlement::invoice::{Invoice, InvoiceParts, RevokedPayment};
use settlement::payment_request::Standing;
use settlement::refund::SettledRefund;
use store::StoredRequest;

use crate::known::Known;
use crate::problem::Problem;
use crate::routes::receipts::last_revocations;
use crate::state::Api;

/// The invoice of an agreement.
async fn invoice(api: &Api, known: &Known) -> Result<Invoice, Problem> {
    let agreement = &known.agreement;
    let mut requests = api.store.requests_of(&agreement.id).await?;
    requests.sort_by(|a, b| a.id().cmp(b.id()));
    let standings: Vec<Standing<'_>> = requests.iter().map(StoredRequest::standing).collect();
    let revoked: Vec<RevokedPayment> =
        last_revocations(api, &agreement.id).await?.into_iter().map(|gone| RevokedPayment { request: gone.request, at: gone.at }).collect();
    let refunds: Vec<SettledRefund> =
        api.store.refunds_of(&agreement.id).await?.iter().filter_map(|stored| stored.sound().and_then(SettledRefund::of)).collect();
    let (buyer, seller) = (name(api, &agreement.buyer.profile).await?, name(api, &agreement.seller.profile).await?);
    let parts = InvoiceParts {
        agreement,
        token: &known.setting.token,
        names: [&buyer, &seller],
        payments: known.payments,
        requests: &standings,
        revoked: &revoked,
        refunds: &refunds,
        plan: &known.plan,
    };
    Invoice::new(&parts).map_err(|error| Problem::internal(&error))
}

/// What a party calls itself.
async fn name(api: &Api, id: &ProfileId) -> Result<String, Problem> {
    Ok(api.store.profile(id).await?.map(|profile| profile.display_name).unwrap_or_default())
}

/// For the document.
fn example() -> Value {
    let party = |letters: &str, name: &str, wallet: &str| json!({ "profileId": format!("prof_01ARZ3NDEKTSV4RRFFQ69G5F{letters}"), "displayName": name, "walletAddress": wallet });
    json!({
        "schema": "counterfoil-invoice-v1", "id": "inv_agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "open",
        "issuedAt": "2026-01-31T12:00:00.000Z", "title": "Translate the manual",
        "termsHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "consent": "signatures",
        "buyer": party("AB", "Harbour Books", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), "seller": party("AC", "Ada's Translations", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        "payeeAddress": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "payoutChangeId": null, "asset": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "tokenSymbol": "USDC", "tokenDecimals": 6, "sellerAmountAtomic": "12500000", "feeAmountAtomic": "125000", "totalAmountAtomic": "12625000",
        "paidAmountAtomic": "0", "duplicateAmountAtomic": "0", "openAmountAtomic": "12500000", "refundedAmountAtomic": "0",
        "feePolicy": { "bps": 100, "fixedAtomic": "0", "recipientAddress": "0x90F79bf6EB2c4f870365E785982E1f101E93b906" }, "lines": [], "refunds": [],
    })
}
