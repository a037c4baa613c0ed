//! Verification of a refund: an ordered list of named, exact comparisons between what was signed and what the chain says, as for a payment.
//!
//! | # | check | holds when |
//! |---|---|---|
//! | 1–6 | `chain router request_id digest operator signer` | as for a payment ([`crate::verify`]) |
//! | 7–12 | `payer payee token amount nonce deadline` | each is the refund snapshot's |
//! | 13 | `in_time` | block time is not after the deadline |
//! | 14 | `parent` | the event and the snapshot name the payment's `requestId` |
//! | 15 | `payment` | agreement, terms, parties and asset are the payment's, and the payee is its payer |
//! | 16 | `refundable` | with all other settled refunds it is not more than the payment paid the seller |
//! | 17 | `finality` | the block is final under the snapshot's policy |
//!
//! Nothing else makes a [`RefundProof`]. Whether the payment itself still stands on the chain is not asked: money that went back went back.

use alloy_primitives::U256;

use super::SignedRefund;
use crate::event::RefundEvent;
use crate::ids::RefundId;
use crate::money::Amount;
use crate::snapshot::SignedSnapshot;
use crate::verify::{Authority, Finding, ProofIssue, before_deadline, is_final, named, same, signed_with_authority};

/// All that a verdict on a refund rests on.
#[derive(Clone, Copy, Debug)]
pub struct RefundEvidence<'a> {
    /// What was signed.
    pub signed: &'a SignedRefund,
    /// What happened.
    pub event: &'a RefundEvent,
    /// What was asked and signed for the payment that is paid back.
    pub payment: &'a SignedSnapshot,
    /// What other refunds of that payment have paid back, settled.
    pub refunded: Amount,
    /// Why the signer may sign, as of the event's block; `None` when it may not.
    pub authority: Option<Authority>,
    /// The newest block that is final under the snapshot's policy; `None` when none is.
    pub final_through: Option<u64>,
}

type Check = (&'static str, fn(&RefundEvidence<'_>) -> Finding);

/// The checks, in order. Their names are public: problems and reports use them.
pub const REFUND_CHECKS: &[Check] = &[
    ("chain", |e| same(&e.signed.snapshot().asset.chain_id(), &e.event.location.chain_id)),
    ("router", |e| same(&e.signed.snapshot().router, &e.event.emitter)),
    ("request_id", |e| same(&e.signed.request_id(), &e.event.request_id)),
    ("digest", |e| same(&e.signed.digest(), &e.event.digest)),
    ("operator", |e| same(&e.signed.snapshot().operator, &e.event.operator)),
    ("signer", |e| signed_with_authority(e.signed, e.authority, e.event.location.block_time)),
    ("payer", |e| same(&e.signed.snapshot().payer, &e.event.payer)),
    ("payee", |e| same(&e.signed.snapshot().payee, &e.event.payee)),
    ("token", |e| same(&e.signed.snapshot().asset.token_address(), &e.event.token)),
    ("amount", |e| same(&e.signed.snapshot().amount.atomic(), &e.event.amount)),
    ("nonce", |e| same(&e.signed.snapshot().nonce, &e.event.nonce)),
    ("deadline", |e| same(&U256::from(e.signed.snapshot().deadline), &e.event.deadline)),
    ("in_time", |e| before_deadline(e.signed.snapshot().deadline, e.event.location.block_time)),
    ("parent", parent),
    ("payment", payment),
    ("refundable", refundable),
    ("finality", |e| is_final(e.signed.snapshot().finality, e.event.location.block_number, e.final_through)),
];

/// A refund that was paid. Only [`verify_refund`] makes one; its fields cannot be set from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundProof {
    refund: RefundId,
    event: RefundEvent,
    authority: Authority,
    final_through: u64,
    amount: Amount,
}

impl RefundProof {
    /// The refund request that is settled.
    #[must_use]
    pub const fn refund(&self) -> &RefundId {
        &self.refund
    }

    /// The event that settled it.
    #[must_use]
    pub const fn event(&self) -> &RefundEvent {
        &self.event
    }

    /// Why its signer was authorised.
    #[must_use]
    pub const fn authority(&self) -> Authority {
        self.authority
    }

    /// The newest final block when it was verified.
    #[must_use]
    pub const fn final_through(&self) -> u64 {
        self.final_through
    }

    /// What the buyer got back.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }
}

/// Runs every check, in order, and says of each whether it holds.
#[must_use]
pub fn report_refund(evidence: &RefundEvidence<'_>) -> Vec<(&'static str, Result<(), ProofIssue>)> {
    REFUND_CHECKS.iter().map(|(name, check)| (*name, named(name, check(evidence)))).collect()
}

/// Verifies an event against the signed refund.
///
/// # Errors
/// Every check that failed, in order. An event that only lacks finality fails `finality` alone; see [`crate::verify::only_awaits_finality`].
pub fn verify_refund(evidence: &RefundEvidence<'_>) -> Result<RefundProof, Vec<ProofIssue>> {
    let issues: Vec<_> = report_refund(evidence).into_iter().filter_map(|(_, result)| result.err()).collect();
    match (issues.is_empty(), evidence.authority, evidence.final_through) {
        (true, Some(authority), Some(final_through)) => Ok(RefundProof {
            refund: evidence.signed.snapshot().refund_request.clone(),
            event: evidence.event.clone(),
            authority,
            final_through,
            amount: evidence.signed.snapshot().amount,
        }),
        _ => Err(issues),
    }
}

fn parent(e: &RefundEvidence<'_>) -> Finding {
    same(&e.payment.request_id(), &e.signed.snapshot().parent)?;
    same(&e.payment.request_id(), &e.event.parent)
}

fn payment(e: &RefundEvidence<'_>) -> Finding {
    let (paid, refund) = (e.payment.snapshot(), e.signed.snapshot());
    same(&paid.payment_request, &refund.payment_request)?;
    same(&paid.agreement, &refund.agreement)?;
    same(&paid.terms_hash, &refund.terms_hash)?;
    same(&paid.buyer, &refund.buyer)?;
    same(&paid.seller, &refund.seller)?;
    same(&paid.asset, &refund.asset)?;
    // The payment's own proof holds that its event's payer is the snapshot's.
    same(&paid.payer, &refund.payee)
}

fn refundable(e: &RefundEvidence<'_>) -> Finding {
    let paid = e.payment.snapshot().quote.seller;
    match e.refunded.plus(e.signed.snapshot().amount) {
        Ok(all) if all <= paid => Ok(()),
        Ok(all) => Err((format!("at most {paid} in all"), all.to_string())),
        Err(error) => Err((format!("at most {paid} in all"), error.to_string())),
    }
}
