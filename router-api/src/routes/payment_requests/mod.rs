//! Payment requests: our signed offers to route one payment for one unit.

pub mod acknowledge;
pub mod cancel;
mod conflict;
pub mod create;
pub mod list;
pub mod show;
pub(super) mod signing;
pub mod submit;
pub mod verify;

pub(super) use conflict::refused;

use alloy_primitives::Address;
use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::finality::confirmations;
use settlement::ids::PaymentRequestId;
use settlement::next_action::{Actor, RequestFacts, Seen};
use settlement::payment_request::{PaymentRequest, Standing};
use settlement::verify::ProofIssue;
use store::{OpenIssue, SeenEvent, StoredRequest};

use crate::extract::Payer;
use crate::known::Known;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::payment_request::{DetailView, PayerPaymentRequestView, PaymentRequestView, ProofIssueView, RequestParts};

/// What the chain says of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Sighting {
    /// Its event, where one stands on the chain.
    seen: Option<SeenEvent>,
    /// What of an event does not match.
    issues: Vec<ProofIssue>,
    /// Until when its signer may sign, in unix seconds (0: revoked), where an event says so.
    signer_until: Option<u64>,
}

impl Sighting {
    /// Of one request.
    async fn read(api: &Api, request: &StoredRequest) -> Result<Self, Problem> {
        let open = api.store.open_issues(request.agreement()).await?;
        Self::among(api, request, &open).await
    }

    /// Of a request whose agreement has these open issues.
    async fn among(api: &Api, request: &StoredRequest, open: &[OpenIssue]) -> Result<Self, Problem> {
        let id = request.id();
        let signer_until = match request {
            StoredRequest::Sound(request) => {
                let (chain_id, operator, signer) = signer_of(request);
                api.store.signer_until(chain_id, operator, signer).await?
            }
            StoredRequest::Unproven { .. } => None,
        };
        let issues = open.iter().filter(|issue| issue.request == *id).flat_map(|issue| issue.issues.clone()).collect();
        Ok(Self { seen: api.store.seen_event(id).await?, issues, signer_until })
    }

    /// Whether the key that signed it may not sign any more at this instant. The router accepts a delegate up to and at its last second.
    fn is_revoked(&self, now: Timestamp) -> bool {
        self.signer_until.is_some_and(|until| until < now.unix_seconds())
    }

    /// What does not match, to be shown.
    fn shown(&self) -> Vec<ProofIssueView> {
        self.issues.iter().map(ProofIssueView::from).collect()
    }
}

/// The chain of a request, the operator that it is signed for, and the key that signed it.
fn signer_of(request: &PaymentRequest) -> (u64, Address, Address) {
    let snapshot = request.signed.snapshot();
    (snapshot.asset.chain_id(), snapshot.operator, request.signed.signer())
}

/// Runs `show` on the facts and parts of a stored request.
fn shown<T>(
    api: &Api,
    known: &Known,
    stored: &StoredRequest,
    sighting: &Sighting,
    reader: (Actor, bool),
    show: impl FnOnce(&RequestFacts<'_>, RequestParts<'_>) -> T,
) -> T {
    let (actor, executable) = reader;
    let head = known.setting.chain.head();
    let contract = known.facts();
    let mut issues = sighting.issues.clone();
    let (standing, created_at, updated_at) = match stored {
        StoredRequest::Sound(request) => (Standing::Sound(request), request.created_at, request.updated_at),
        StoredRequest::Unproven { id, unit, issues: own, created_at, updated_at, .. } => {
            alarm(id, own);
            issues.extend(own.iter().cloned());
            (Standing::Unproven { id, unit }, *created_at, *updated_at)
        }
    };
    let seen = sighting
        .seen
        .as_ref()
        .map(|seen| Seen { tx_hash: seen.event.location.tx_hash, confirmations: head.map_or(0, |head| confirmations(seen.event.location.block_number, head)) });
    let now = known.setting.chain.now(api.now());
    let signature_revoked = sighting.is_revoked(now);
    let facts = RequestFacts { contract: &contract, standing, seen, signature_revoked, proof_issue: !sighting.issues.is_empty(), now, executable };
    show(&facts, RequestParts { seen: sighting.seen.as_ref(), head, issues: &issues, created_at, updated_at, actor })
}

/// A request in a list: nothing to execute.
fn listed(api: &Api, known: &Known, stored: &StoredRequest, sighting: &Sighting, actor: Actor) -> PaymentRequestView {
    shown(api, known, stored, sighting, (actor, false), PaymentRequestView::new)
}

/// A request in detail: with what can be executed for the payer, without for everybody else.
fn detail(api: &Api, known: &Known, stored: &StoredRequest, sighting: &Sighting, reader: (Actor, Option<Payer>)) -> DetailView {
    let (actor, payer) = reader;
    match payer {
        Some(payer) => {
            shown(api, known, stored, sighting, (actor, true), |facts, parts| DetailView::Payer(Box::new(PayerPaymentRequestView::new(&payer, facts, parts))))
        }
        None => DetailView::Other(Box::new(listed(api, known, stored, sighting, actor))),
    }
}

/// The request, if what is stored of it proves itself.
///
/// # Errors
/// 409 `router_payment_proof_inspection_required`.
pub(super) fn sound(stored: StoredRequest) -> Result<PaymentRequest, Problem> {
    match stored {
        StoredRequest::Sound(request) => Ok(request),
        StoredRequest::Unproven { id, issues, .. } => {
            alarm(&id, &issues);
            Err(inspection_required(&id))
        }
    }
}

/// A row was changed behind our back, or its proof is gone: whoever runs the instance has to know, each time it is met.
pub(super) fn alarm(id: &PaymentRequestId, issues: &[ProofIssue]) {
    let failed: Vec<String> = issues.iter().map(ToString::to_string).collect();
    tracing::error!(payment_request = %id, issues = ?failed, "a stored payment request does not prove itself");
}

/// A payment that does not prove itself.
pub(super) fn inspection_required(id: &PaymentRequestId) -> Problem {
    Problem::new(Code::ProofInspectionRequired, format!("the payment of {id} does not prove what was signed; do not pay again"))
        .with("paymentRequestId", id.as_str())
        .recommend("inspect_payment_proof", "Stop and inspect the payment proof")
}

/// For the document.
pub(super) fn example() -> Value {
    json!({
        "id": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "signed", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "milestoneId": null,
        "unit": { "id": "unit_01ARZ3NDEKTSV4RRFFQ69G5FAV", "kind": "contract" },
        "chainId": 8453, "tokenSymbol": "USDC", "tokenDecimals": 6, "assetId": "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "sellerAmountAtomic": "12500000", "feeAmountAtomic": "125000", "totalAmountAtomic": "12625000", "finality": "confirmations:12",
        "expiresAt": "2026-01-31T13:00:00.000Z", "submittedTxHash": null, "paidTxHash": null, "payment": null, "confirmations": null,
        "isExpired": false, "isPayable": true, "paidAfterCancel": false, "needsAcknowledgement": false, "receiptId": null,
        "recommendedAction": { "code": "pay_now", "label": "Check the payload and pay from the payer's wallet", "canUseWalletCalldata": true,
            "canSubmitTxHash": true, "canVerifyTxHash": true, "canCancel": true },
        "actorPermissions": { "role": "buyer", "canUseWalletCalldata": true, "canSubmitTxHash": true, "canVerifyTxHash": true, "canCancel": true },
        "availableActions": [], "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
    })
}
