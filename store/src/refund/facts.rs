//! What decides about the next refund: the payments of an agreement, and what was asked back of them.

use settlement::ids::PaymentRequestId;
use settlement::payment_request::PaymentRequestState;
use settlement::refund::{PaidFate, PaidRequest, RefundRequest, Refunds};
use sqlx::AnyConnection;

use super::Listed;
use crate::error::StoreError;
use crate::{payment_request, router_event};

/// The payments and refunds of an agreement. A payment is proven only if it proves itself and nothing about it is open.
pub(crate) async fn refunds(
    connection: &mut AnyConnection,
    (requests, asked_back): (&[payment_request::Listed], Vec<Listed>),
    in_doubt: &[PaymentRequestId],
) -> Result<Refunds, StoreError> {
    let mut refunds = Vec::with_capacity(asked_back.len());
    for listed in asked_back {
        let is_void = is_void(connection, &listed).await?;
        let signer_until = match listed.stored.sound().and_then(RefundRequest::payload) {
            Some(signed) => router_event::signer_until(connection, signed.snapshot().asset.chain_id(), signed.snapshot().operator, signed.signer()).await?,
            None => None,
        };
        refunds.push(settlement::refund::RefundSibling { is_void, signer_until, ..listed.sibling });
    }
    Ok(Refunds { payments: requests.iter().map(|listed| paid(listed, in_doubt)).collect(), refunds })
}

fn paid(listed: &payment_request::Listed, in_doubt: &[PaymentRequestId]) -> PaidRequest {
    let payment = listed.stored.id().clone();
    let (amount, fate) = match listed.stored.sound().map(|request| &request.state) {
        Some(PaymentRequestState::Verified { proof, .. }) => (proof.quote().seller, PaidFate::Proven),
        Some(_) => (listed.seller_amount, PaidFate::Unverified),
        None => (listed.seller_amount, PaidFate::InDoubt),
    };
    PaidRequest { fate: if in_doubt.contains(&payment) { PaidFate::InDoubt } else { fate }, payment, amount }
}

/// Whether its nonce is cancelled, finally: the row says so, and so does the chain. One that only says so could be paid beside the next.
async fn is_void(connection: &mut AnyConnection, listed: &Listed) -> Result<bool, StoreError> {
    let Some((nonce, block)) = &listed.voided else { return Ok(false) };
    router_event::is_cancelled(connection, (nonce.chain_id, nonce.operator, nonce.nonce), *block).await
}
