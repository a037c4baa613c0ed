//! Where the seller of an agreement is paid, once its terms can no longer say so.

pub mod list;
pub mod request;
pub mod respond;
#[cfg(test)]
mod tests;
pub mod typed_data;

use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, ConsentKind};
use settlement::next_action::PayoutChangeFacts;
use settlement::payment_request::PaymentRequestState;
use settlement::payout_change::{PayeeError, PayoutChangeRecord, Word, check_payee};
use settlement::unit::Fate;
use store::StoredRequest;

use crate::extract::Participant;
use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::payout_change::{AlivePayloadView, PayoutChangeView};

/// The word of a party: its wallet's signature of the change, which an agreement that was signed needs and one that was attested may have.
async fn word(api: &Api, agreement: &AgreementRecord, (digest, wallet): (B256, Address), signature: Option<&Bytes>) -> Result<Word, Problem> {
    let Some(signature) = signature else {
        return match agreement.consent.kind() {
            ConsentKind::Attested => Ok(Word::Authenticated),
            ConsentKind::Signatures => {
                Err(Problem::field(Code::InvalidField, "signature", "the wallets signed this agreement, so they sign where its money goes"))
            }
        };
    };
    let refused = |why| Problem::field(Code::ConsentInvalid, "signature", why).with("expectedDigest", digest.to_string());
    match api.prove(agreement.terms.asset.chain_id(), wallet, digest, signature).await {
        Ok(_) => Ok(Word::Signed(signature.clone())),
        Err(error) => {
            Err(error.problem(|why| refused(format!("{why}, over this change; sign the typedData that payout-changes/typed-data or the change itself shows"))))
        }
    }
}

/// Whether the seller can be paid there.
fn check(api: &Api, agreement: &AgreementRecord, payee: Address) -> Result<(), Problem> {
    let chain_id = agreement.terms.asset.chain_id();
    let chain = api.chain(chain_id).ok_or_else(|| Problem::field(Code::AssetNotSupported, "payeeAddress", "this instance no longer settles on that chain"))?;
    check_payee(agreement, payee, chain.router).map_err(|error| {
        let code = match error {
            PayeeError::Same => Code::InvalidField,
            PayeeError::Is(_) => Code::PartiesRefused,
            PayeeError::Unusable(_) => Code::InvalidAddress,
        };
        Problem::field(code, "payeeAddress", error)
    })
}

/// Requests that pay somebody else than `payee` and can still be paid.
fn elsewhere(requests: &[StoredRequest], known: &Known, payee: Address) -> Vec<AlivePayloadView> {
    let paid = |request: &settlement::payment_request::PaymentRequest| {
        matches!(request.state, PaymentRequestState::Verified { .. })
            || known.siblings.iter().any(|sibling| sibling.unit_id == request.unit.id && sibling.fate == Fate::Paid)
    };
    let sound = requests.iter().filter_map(StoredRequest::sound).filter(|request| !paid(request));
    let alive = sound.map(|request| (request, request.signed.snapshot())).filter(|(_, snapshot)| {
        // The chain decides by its own time: what is not over in a final block is not over.
        snapshot.payee != payee && snapshot.deadline >= known.setting.chain.final_time()
    });
    let view = |(request, snapshot): (&settlement::payment_request::PaymentRequest, &settlement::snapshot::Snapshot)| AlivePayloadView {
        payment_request_id: request.id.to_string(),
        payee_address: snapshot.payee.to_string(),
        payable_until: Timestamp::from_unix_seconds(snapshot.deadline).to_string(),
    };
    alive.map(view).collect()
}

fn view<A>(known: &Known, requests: &[StoredRequest], change: &PayoutChangeRecord, participant: &Participant<A>) -> PayoutChangeView {
    let facts = known.facts();
    PayoutChangeView::new(&PayoutChangeFacts { contract: &facts, change }, elsewhere(requests, known, change.payee), participant.actor)
}

/// What is told and logged.
fn about<A>(change: &PayoutChangeRecord, participant: &Participant<A>) -> Value {
    json!({
        "contractId": change.agreement.as_str(), "payoutChangeId": change.id.as_str(), "status": change.state.name(), "by": participant.actor.name(),
        "previousPayeeAddress": change.previous_payee.to_string(), "payeeAddress": change.payee.to_string(),
    })
}

/// For the document.
fn example() -> Value {
    let (before, after) = ("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65");
    json!({
        "id": "poc_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "number": 1, "status": "requested",
        "previousPayeeAddress": before, "payeeAddress": after, "note": "we have a new wallet", "requestedBy": "token", "confirmedBy": null, "confirmedAt": null,
        "confirmableAfter": "2026-02-01T12:00:00.000Z", "warning": crate::view::payout_change::WARNING, "requestsForOtherPayees": [],
        "typedData": example_typed_data(), "digest": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "actorRole": "seller",
        "availableActions": [], "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
    })
}

fn example_typed_data() -> Value {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    json!({
        "types": { "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256")],
            "PayoutChange": [field("contractId", "string"), field("termsHash", "bytes32"), field("number", "uint256"), field("previousPayee", "address"),
                field("payee", "address")] },
        "domain": { "name": "Counterfoil", "version": "1", "chainId": 8453 }, "primaryType": "PayoutChange",
        "message": { "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "termsHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
            "number": "1", "previousPayee": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "payee": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" },
    })
}
