//! Agreements; `contract` in URLs and JSON.

pub mod cancel;
pub mod decide;
pub mod import;
pub mod list;
#[cfg(test)]
mod offered_actions;
pub mod show;
pub mod update;

use std::collections::HashMap;

use serde_json::{Value, json};
use settlement::agreement::{ACKNOWLEDGE_FIRST, AgreementRecord, AgreementState, PaymentFacts};
use settlement::asset::Asset;
use settlement::ids::{PaymentRequestId, ProfileId, SubmissionId};
use settlement::next_action::Actor;
use settlement::{NotAllowed, Timestamp};
use store::{Profile, Tx};

use crate::known::{Known, Setting};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::agreement::{ContractParts, ContractView};

/// What many agreements of one list have in common, read once.
#[derive(Default)]
struct Common {
    settings: HashMap<Asset, Setting>,
    profiles: HashMap<ProfileId, Profile>,
}

impl Common {
    async fn setting(&mut self, api: &Api, asset: &Asset) -> Result<Setting, Problem> {
        if let Some(known) = self.settings.get(asset) {
            return Ok(known.clone());
        }
        let setting = Setting::read(api, asset).await?;
        self.settings.insert(*asset, setting.clone());
        Ok(setting)
    }

    async fn profile(&mut self, api: &Api, id: &ProfileId) -> Result<Profile, Problem> {
        if let Some(known) = self.profiles.get(id) {
            return Ok(known.clone());
        }
        let profile = api.store.profile(id).await?.ok_or_else(Problem::not_found)?;
        self.profiles.insert(id.clone(), profile.clone());
        Ok(profile)
    }
}

/// An agreement as the actor sees it.
pub(super) async fn view(api: &Api, known: &Known, actor: Actor) -> Result<ContractView, Problem> {
    view_among(api, &mut Common::default(), (known, actor)).await
}

/// One of many.
async fn view_among(api: &Api, common: &mut Common, (known, actor): (&Known, Actor)) -> Result<ContractView, Problem> {
    let buyer = common.profile(api, &known.agreement.buyer.profile).await?;
    let seller = common.profile(api, &known.agreement.seller.profile).await?;
    let delivery = match delivery_of(&known.agreement.state) {
        Some(id) => api.store.submission(id).await?,
        None => None,
    };
    Ok(ContractView::new(&known.facts(), ContractParts { buyer: &buyer, seller: &seller, delivery: delivery.as_ref(), actor }))
}

/// The same inside a transaction, with what it has changed.
pub(super) async fn view_within(tx: &mut Tx, known: &Known, actor: Actor) -> Result<ContractView, Problem> {
    let (buyer, seller) = (&known.agreement.buyer.profile, &known.agreement.seller.profile);
    let buyer = tx.profile(buyer).await?.ok_or_else(Problem::not_found)?;
    let seller = tx.profile(seller).await?.ok_or_else(Problem::not_found)?;
    let delivery = match delivery_of(&known.agreement.state) {
        Some(id) => tx.submission(id).await?,
        None => None,
    };
    Ok(ContractView::new(&known.facts(), ContractParts { buyer: &buyer, seller: &seller, delivery: delivery.as_ref(), actor }))
}

/// The delivery that a state is about.
fn delivery_of(state: &AgreementState) -> Option<&SubmissionId> {
    match state {
        AgreementState::InProgress | AgreementState::Cancelled { .. } => None,
        AgreementState::Submitted { submission, .. } | AgreementState::Accepted { submission, .. } | AgreementState::Rejected { submission, .. } => {
            Some(submission)
        }
    }
}

/// A transition that the state does not allow, or that a payment in doubt or one that nobody has acknowledged forbids.
pub(super) fn not_allowed(refusal: NotAllowed, known: &Known) -> Problem {
    let problem = |code| Problem::new(code, refusal.to_string()).with("currentStatus", refusal.from);
    let current = |problem: Problem| problem.with("updatedAt", known.agreement.updated_at.to_string());
    match known.payments {
        PaymentFacts { proof_issue: true, .. } => {
            problem(Code::ProofInspectionRequired).recommend("inspect_payment_proof", "Stop and inspect the payment proof")
        }
        PaymentFacts { .. } if refusal.because == ACKNOWLEDGE_FIRST => {
            let requests: Vec<&str> = known.pending.to_acknowledge.iter().map(PaymentRequestId::as_str).collect();
            let label = "Look at the payment that came unexpectedly, and acknowledge it";
            problem(Code::AcknowledgementRequired).with("paymentRequestIds", requests).recommend("acknowledge_payment", label)
        }
        PaymentFacts { .. } => current(problem(Code::NotAllowed)),
    }
}

/// The agreement is not what the caller saw.
pub(super) fn check_version(agreement: &AgreementRecord, expected: Timestamp) -> Result<(), Problem> {
    if agreement.updated_at == expected {
        return Ok(());
    }
    Err(Problem::new(Code::Stale, "the agreement has changed since then")
        .with("updatedAt", agreement.updated_at.to_string())
        .with("currentStatus", agreement.state.name()))
}

/// For the document.
pub(super) fn example() -> Value {
    let wallet = |n| if n == 0 { "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" } else { "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" };
    json!({
        "id": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "in_progress", "source": "import", "externalRef": "order-1",
        "buyer": { "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAB", "handle": "ada", "displayName": "Ada", "wallet": wallet(0) },
        "seller": { "id": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAC", "handle": null, "displayName": "Sam", "wallet": wallet(1) },
        "task": { "id": "order-1", "title": "Translate the manual" },
        "terms": example_terms(), "termsHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "consent": "signatures",
        "fee": { "bps": 100, "fixedAtomic": "0", "recipient": "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "capBps": 2000 },
        "sellerAmountAtomic": "12500000", "payeeAddress": wallet(1), "payoutChangeId": null, "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "tokenSymbol": "USDC", "tokenDecimals": 6,
        "currentDelivery": null, "approvedDeliveryPackageId": null, "paymentManagement": "buyer",
        "milestonePlan": null,
        "paymentState": { "basis": "contract", "paidInFull": false, "hasRouterVerifiedPayment": false, "hasActiveRouterPaymentRequest": false, "hasRouterPaymentProofIssue": false },
        "statusReason": null, "actorRole": "buyer", "availableActions": [], "suggestedAction": "wait_for_seller", "suggestedActionLabel": "Wait for the seller",
        "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
    })
}

fn example_terms() -> Value {
    json!({
        "title": "Translate the manual", "amountAtomic": "12500000", "asset": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "payeeAddress": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "paymentTiming": "on_delivery", "settlement": "direct",
    })
}

/// An import, for the document.
fn example_import() -> Value {
    let mut import = example_typed_data_request();
    import["externalRef"] = json!("order-1");
    import["consent"] = json!({ "kind": "attested" });
    import
}

/// An import without consent, for the document.
fn example_typed_data_request() -> Value {
    json!({
        "buyer": { "wallet": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" }, "seller": { "wallet": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" },
        "terms": example_terms(),
    })
}

/// What wallets sign, for the document.
fn example_typed_data() -> Value {
    let hash = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    json!({
        "typedData": {
            "types": { "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256")],
                "Agreement": [field("termsHash", "bytes32"), field("buyer", "address"), field("seller", "address"), field("asset", "string"),
                    field("amount", "uint256"), field("evaluator", "address"), field("salt", "bytes32")] },
            "domain": { "name": "Counterfoil", "version": "1", "chainId": 8453 }, "primaryType": "Agreement",
            "message": { "termsHash": hash, "buyer": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "seller": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                "asset": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "amount": "12500000",
                "evaluator": "0x0000000000000000000000000000000000000000", "salt": hash },
        },
        "digest": hash, "termsHash": hash, "canonicalTerms": "{\"amountAtomic\":\"12500000\",…}", "salt": hash,
    })
}
