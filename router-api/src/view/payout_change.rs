//! Payout changes.

use std::collections::BTreeMap;

use serde::Serialize;
use settlement::Timestamp;
use settlement::agreement::agreement_domain;
use settlement::available_action::AvailableAction;
use settlement::next_action::{Actor, PayoutChangeFacts};
use settlement::payout_change::{PayoutChangeState, PayoutChangeTypedData, Word};
use utoipa::ToSchema;

use super::available_action::AvailableActionSchema;
use super::typed_data::{DomainView, FieldView, types_of};

/// What everybody who decides on a change is told.
pub const WARNING: &str = "Changed payment details are how most payments are stolen. Before you confirm, ask the seller through a channel that you have used before, not through \
    one that came with this change.";

/// A change of where the seller of an agreement is paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayoutChange)]
pub struct PayoutChangeView {
    /// `poc_…`
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// Which change of it, from 1.
    pub number: u32,
    /// `requested`, `confirmed`, `superseded`, `declined` or `cancelled`.
    pub status: &'static str,
    /// Where the seller was paid when it asked, EIP-55.
    pub previous_payee_address: String,
    /// Where it wants to be paid, EIP-55.
    pub payee_address: String,
    /// Why.
    #[schema(required)]
    pub note: Option<String>,
    /// How the seller asked: `signature` of its wallet, or `token`.
    pub requested_by: &'static str,
    /// How the buyer confirmed: `signature` of its wallet, or `token`.
    #[schema(required)]
    pub confirmed_by: Option<&'static str>,
    /// When the buyer confirmed it: requests signed from then on pay there.
    #[schema(required)]
    pub confirmed_at: Option<String>,
    /// From when on it can be confirmed: a change that no wallet has signed has to stand for a day.
    pub confirmable_after: String,
    /// What to do before confirming.
    pub warning: &'static str,
    /// Requests that are signed for another payee and can still be paid: what is signed stays as it is.
    pub requests_for_other_payees: Vec<AlivePayloadView>,
    /// What the wallets of both sides sign, EIP-712.
    pub typed_data: PayoutChangeTypedDataView,
    /// Its digest.
    pub digest: String,
    /// The reader's role.
    pub actor_role: &'static str,
    /// What the reader may do.
    #[schema(value_type = Vec<AvailableActionSchema>)]
    pub available_actions: Vec<AvailableAction>,
    /// When the seller asked.
    pub created_at: String,
    /// When it last changed; `expectedUpdatedAt` of the next change.
    pub updated_at: String,
}

/// A request that can still be paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlivePayload)]
pub struct AlivePayloadView {
    /// `pr_…`
    pub payment_request_id: String,
    /// Whom it pays, EIP-55.
    pub payee_address: String,
    /// Until which block time.
    pub payable_until: String,
}

/// EIP-712 typed data of a payout change.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayoutChangeTypedData)]
pub struct PayoutChangeTypedDataView {
    /// `EIP712Domain` and `PayoutChange`, with their fields in order.
    pub types: BTreeMap<&'static str, Vec<FieldView>>,
    /// `Counterfoil`, version `1`, the chain of the asset.
    pub domain: DomainView,
    /// `PayoutChange`
    pub primary_type: &'static str,
    /// What is signed.
    pub message: PayoutChangeMessageView,
}

/// The message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayoutChangeMessage)]
pub struct PayoutChangeMessageView {
    /// The agreement's id.
    pub contract_id: String,
    /// keccak256 of its canonical terms.
    pub terms_hash: String,
    /// Which change of it, decimal.
    pub number: String,
    /// Where the seller is paid now.
    pub previous_payee: String,
    /// Where it wants to be paid.
    pub payee: String,
}

/// `{payoutChange}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutChangeBody {
    /// The change.
    pub payout_change: PayoutChangeView,
}

/// `{payoutChanges, payeeAddress}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutChangesBody {
    /// Oldest first; all of them, because there are few.
    pub payout_changes: Vec<PayoutChangeView>,
    /// Where the seller is paid now, EIP-55.
    pub payee_address: String,
}

/// What a seller's wallet signs to ask for a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutChangeTypedDataBody {
    /// For `eth_signTypedData_v4`.
    pub typed_data: PayoutChangeTypedDataView,
    /// Its EIP-712 digest.
    pub digest: String,
}

impl PayoutChangeTypedDataView {
    /// For this chain.
    #[must_use]
    pub fn new(data: &PayoutChangeTypedData, chain_id: u64) -> Self {
        Self {
            types: types_of::<PayoutChangeTypedData>(&agreement_domain(chain_id)),
            domain: DomainView::new(&agreement_domain(chain_id), chain_id),
            primary_type: "PayoutChange",
            message: PayoutChangeMessageView {
                contract_id: data.contractId.clone(),
                terms_hash: data.termsHash.to_string(),
                number: data.number.to_string(),
                previous_payee: data.previousPayee.to_string(),
                payee: data.payee.to_string(),
            },
        }
    }
}

impl PayoutChangeView {
    /// As the actor sees it. `elsewhere` are the requests that can still be paid, to another payee than this one.
    #[must_use]
    pub fn new(facts: &PayoutChangeFacts<'_>, elsewhere: Vec<AlivePayloadView>, actor: Actor) -> Self {
        let (change, agreement) = (facts.change, facts.contract.agreement);
        let (confirmed_by, confirmed_at) = confirmed(&change.state);
        Self {
            id: change.id.to_string(),
            contract_id: change.agreement.to_string(),
            number: change.number,
            status: change.state.name(),
            previous_payee_address: change.previous_payee.to_string(),
            payee_address: change.payee.to_string(),
            note: change.note.clone(),
            requested_by: how(&change.asked),
            confirmed_by,
            confirmed_at: confirmed_at.map(|at| at.to_string()),
            confirmable_after: change.confirmable_at().to_string(),
            warning: WARNING,
            requests_for_other_payees: elsewhere,
            typed_data: PayoutChangeTypedDataView::new(&change.typed_data(agreement), agreement.terms.asset.chain_id()),
            digest: change.digest(agreement).to_string(),
            actor_role: actor.name(),
            available_actions: facts.actions(actor),
            created_at: change.created_at.to_string(),
            updated_at: change.updated_at.to_string(),
        }
    }
}

const fn how(word: &Word) -> &'static str {
    match word {
        Word::Signed(_) => "signature",
        Word::Authenticated => "token",
    }
}

fn confirmed(state: &PayoutChangeState) -> (Option<&'static str>, Option<Timestamp>) {
    match state {
        PayoutChangeState::Confirmed { word, at } | PayoutChangeState::Superseded { word, confirmed_at: at, .. } => (Some(how(word)), Some(*at)),
        PayoutChangeState::Requested | PayoutChangeState::Declined { .. } | PayoutChangeState::Cancelled { .. } => (None, None),
    }
}
