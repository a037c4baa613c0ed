//! Reading a receipt, and having it signed when it is read for the first time. The indexer holds no key, so a receipt is made out by whoever serves it first;
//! from then on it is the same bytes for everybody, and reading it needs no signer.

use std::sync::Arc;

use serde_json::json;
use settlement::agreement::AgreementRecord;
use settlement::audit::{AuditAction, Author};
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, receipt_id};
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::receipt::{ReceiptDraft, Stamp};
use settlement::refund::SettledRefund;
use settlement::verify::Proof;
use store::{MadeOut, Receipted, Revocation, StoredRequest};

use crate::extract::visible;
use crate::problem::{Code, Problem};
use crate::routes::payment_requests;
use crate::routes::payment_requests::signing::{in_time, signer};
use crate::state::Api;
use crate::view::payment_request::INSPECTION_REQUIRED;

/// How often a receipt is looked for again when a reorg or another process is faster. Each round means that the payment changed meanwhile.
const ROUNDS: usize = 3;

/// How a receipt stands.
pub(super) enum Standing {
    /// It counts: its text, to the byte, and what was paid back since.
    InForce(String, Vec<SettledRefund>),
    /// A reorg took the payment back.
    Revoked(Revoked),
}

/// A receipt that no longer counts.
pub(super) struct Revoked {
    /// When and of which event.
    pub(super) revocation: Revocation,
    /// The chain.
    chain_id: u64,
    /// What the payment request is now.
    pub(super) status: &'static str,
}

/// The request of a receipt that this profile may see.
///
/// # Errors
/// 404 when there is none, or it is not the profile's to see.
pub(super) async fn find(api: &Api, id: &PaymentRequestId, profile: &ProfileId) -> Result<Arc<Receipted>, Problem> {
    let found = api.store.receipted(id).await?.ok_or_else(Problem::not_found)?;
    if found.buyer != *profile && found.seller != *profile {
        visible(&api.store, found.request.agreement(), profile).await?;
    }
    Ok(found)
}

/// How the receipt of a request stands; signed now, if nobody has asked for it before.
///
/// # Errors
/// 404 `receipt_not_issued` before it is verified, 409 when the payment or the receipt does not prove itself, 503 when the signer is away.
pub(super) async fn standing(api: &Api, mut found: Arc<Receipted>) -> Result<Standing, Problem> {
    for _ in 0..ROUNDS {
        let request = sound(&found)?;
        let PaymentRequestState::Verified { proof, at, .. } = &request.state else { return not_in_force(api, request).await };
        match believed(api, proof.event().location.chain_id, &found.made_out) {
            Ok(Some(text)) => {
                let refunds = if found.refunded { api.store.settled_refunds(&request.id).await? } else { Vec::new() };
                return Ok(Standing::InForce(text.to_owned(), refunds));
            }
            Err(why) => return Err(damaged(&request.id, &why)),
            Ok(None) => {
                let stamp = Stamp { verified_at: *at, issued_at: api.now(), final_through: proof.final_through() };
                issue(api, request, proof, stamp).await?;
                found = api.store.receipted(&request.id).await?.ok_or_else(Problem::not_found)?;
            }
        }
    }
    Err(Problem::new(Code::Unavailable, "the payment is being verified anew; ask again"))
}

/// The request, if nothing is in doubt about it.
pub(super) fn sound(found: &Receipted) -> Result<&PaymentRequest, Problem> {
    let in_doubt = |id: &PaymentRequestId| payment_requests::inspection_required(id).with("currentStatus", INSPECTION_REQUIRED);
    match &found.request {
        StoredRequest::Sound(request) if found.in_doubt => Err(in_doubt(&request.id)),
        StoredRequest::Sound(request) => Ok(request),
        StoredRequest::Unproven { id, issues, .. } => {
            payment_requests::alarm(id, issues);
            Err(in_doubt(id))
        }
    }
}

/// What was made out, if it is to be believed. A signer that no block names that was read is believed while it is this instance's own.
///
/// # Errors
/// Says why it is not.
fn believed<'a>(api: &Api, chain_id: u64, made_out: &'a MadeOut) -> Result<Option<&'a str>, String> {
    match made_out {
        MadeOut::Nothing => Ok(None),
        MadeOut::Receipt(text) => Ok(Some(text)),
        MadeOut::Unvouched { text, issuer } if api.signers.get(&chain_id).is_some_and(|own| own.address() == *issuer) => Ok(Some(text)),
        MadeOut::Unvouched { issuer, .. } => Err(format!("{issuer} signed it, and no event names that key as a signer of the operator")),
        MadeOut::Damaged(why) => Err(why.clone()),
    }
}

fn damaged(id: &PaymentRequestId, why: &str) -> Problem {
    alarm(id, why);
    payment_requests::inspection_required(id).with("currentStatus", INSPECTION_REQUIRED)
}

fn alarm(id: &PaymentRequestId, why: &str) {
    tracing::error!(payment_request = %id, why, "a stored receipt is not what this instance signed");
}

/// What there is instead of a receipt: one that was revoked, or none yet.
async fn not_in_force(api: &Api, request: &PaymentRequest) -> Result<Standing, Problem> {
    let (id, status) = (&request.id, request.state.name().as_str());
    match last_revocations(api, &request.agreement).await?.into_iter().rfind(|revocation| revocation.request == *id) {
        Some(revocation) => Ok(Standing::Revoked(Revoked { revocation, chain_id: request.signed.snapshot().asset.chain_id(), status })),
        None => {
            let why = format!("{id} is {status}; its receipt exists while it is router_verified");
            Err(Problem::new(Code::ReceiptNotIssued, why).with("currentStatus", status))
        }
    }
}

/// What had been handed out of a receipt that was revoked; `None` where nobody had asked for it, and where what is stored is not that.
pub(super) async fn handed_out(api: &Api, id: &PaymentRequestId, gone: &Revoked) -> Result<Option<String>, Problem> {
    let made_out = api.store.receipt_of_event(id, gone.revocation.block_hash, gone.revocation.log_index).await?;
    let text = believed(api, gone.chain_id, &made_out).unwrap_or_else(|why| {
        alarm(id, &why);
        None
    });
    Ok(text.map(str::to_owned))
}

/// The newest revocation of each request of the agreement.
pub(crate) async fn last_revocations(api: &Api, agreement: &AgreementId) -> Result<Vec<Revocation>, Problem> {
    let mut last: Vec<Revocation> = Vec::new();
    for revocation in api.store.revocations(agreement).await? {
        last.retain(|earlier| earlier.request != revocation.request);
        last.push(revocation);
    }
    Ok(last)
}

/// Has the receipt signed, and keeps it unless another process was faster or the payment no longer counts: then what was signed is thrown away.
async fn issue(api: &Api, request: &PaymentRequest, proof: &Proof, stamp: Stamp) -> Result<(), Problem> {
    let agreement: AgreementRecord = api.store.agreement(&request.agreement).await?.ok_or_else(Problem::not_found)?;
    let draft = ReceiptDraft::new(proof, &request.signed, (&agreement.terms, (&agreement).into()), stamp);
    let signed = in_time(draft.chain_id(), signer(api, draft.chain_id())?.sign_receipt(draft)).await?;
    let issuer = signed.issuer();
    let mut tx = api.store.begin().await?;
    if tx.insert_receipt(&request.id, &proof.event().location, (&signed.text(), issuer), stamp.issued_at).await? {
        let at = &proof.event().location;
        let signed = Author::Instance.did(AuditAction::ReceiptSigned, receipt_id(&request.id), stamp.issued_at);
        tx.audit(signed.with(json!({ "signer": issuer.to_string(), "blockHash": at.block_hash.to_string(), "logIndex": at.log_index })));
    }
    Ok(tx.commit().await?)
}

/// The answer for a receipt that was revoked.
pub(super) fn revoked(id: &PaymentRequestId, revoked: &Revoked) -> Problem {
    let at = revoked.revocation.at;
    Problem::new(Code::ReceiptRevoked, format!("the chain took the payment back at {at}: this receipt proves nothing any more"))
        .with("receiptId", receipt_id(id))
        .with("currentStatus", revoked.status)
        .with("revokedAt", at.to_string())
        .with("blockHash", revoked.revocation.block_hash)
        .with("logIndex", revoked.revocation.log_index)
}

#[cfg(test)]
mod tests;
