//! What decides about the next refund: the payments of an agreement, and what was asked back of them.

use std::collections::BTreeSet;

use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::payment_request::{PaymentRequestState, StatusName};
use settlement::refund::{PaidFate, PaidRequest, RefundRequest, Refunds};
use sqlx::AnyConnection;

use super::{Listed, read};
use crate::error::StoreError;
use crate::row::Fields;
use crate::{payment_request, proof_issue, router_event};

/// The payments and refunds of an agreement. A payment is proven only if it proves itself and nothing about it is open.
pub(super) async fn refunds(connection: &mut AnyConnection, agreement: &AgreementId) -> Result<Refunds, StoreError> {
    let issues = proof_issue::open(connection, agreement).await?;
    let in_doubt: BTreeSet<PaymentRequestId> = issues.into_iter().map(|issue| issue.request).collect();
    let payments = payments(connection, agreement, &in_doubt).await?;
    let mut refunds = Vec::new();
    for listed in read::list(connection, agreement).await? {
        let is_void = is_void(connection, &listed).await?;
        let signer_until = match listed.stored.sound().and_then(RefundRequest::payload) {
            Some(signed) => router_event::signer_until(connection, signed.snapshot().asset.chain_id(), signed.snapshot().operator, signed.signer()).await?,
            None => None,
        };
        refunds.push(settlement::refund::RefundSibling { is_void, signer_until, ..listed.sibling });
    }
    Ok(Refunds { payments, refunds })
}

async fn payments(connection: &mut AnyConnection, agreement: &AgreementId, in_doubt: &BTreeSet<PaymentRequestId>) -> Result<Vec<PaidRequest>, StoreError> {
    let query = sqlx::query("SELECT id, seller_amount, status FROM payment_requests WHERE agreement_id = $1 ORDER BY created_at, id");
    let rows = query.bind(agreement.as_str()).fetch_all(&mut *connection).await?;
    let mut payments = Vec::with_capacity(rows.len());
    let mut is_any_verified = false;
    for row in &rows {
        let fields = Fields::new("payment_requests", "id", row)?;
        let (payment, amount) = (fields.parsed("id")?, fields.amount("seller_amount")?);
        is_any_verified |= fields.text("status")? == StatusName::Verified.as_str();
        let fate = if in_doubt.contains(&payment) { PaidFate::InDoubt } else { PaidFate::Unverified };
        payments.push(PaidRequest { payment, amount, fate });
    }
    // Whether they prove themselves costs a signature each, and says nothing while none is verified.
    if is_any_verified {
        for listed in payment_request::list(connection, agreement).await? {
            let Some(paid) = payments.iter_mut().find(|paid| paid.payment == *listed.stored.id()) else { continue };
            match listed.stored.sound().map(|request| &request.state) {
                Some(PaymentRequestState::Verified { proof, .. }) => {
                    paid.amount = proof.quote().seller;
                    paid.fate = if paid.fate == PaidFate::InDoubt { PaidFate::InDoubt } else { PaidFate::Proven };
                }
                Some(_) => {}
                None => paid.fate = PaidFate::InDoubt,
            }
        }
    }
    Ok(payments)
}

/// Whether its nonce is cancelled, finally: the row says so, and so does the chain. One that only says so could be paid beside the next.
async fn is_void(connection: &mut AnyConnection, listed: &Listed) -> Result<bool, StoreError> {
    let Some((nonce, block)) = &listed.voided else { return Ok(false) };
    router_event::is_cancelled(connection, (nonce.chain_id, nonce.operator, nonce.nonce), *block).await
}
