//! What a hot key is willing to sign. A second opinion, beside the key, on what the API asks for: whoever gets the API to ask
//! for the wrong thing still gets no signature for another router, operator, fee or age of payload.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256};
use async_trait::async_trait;
use settlement::asset::{UnusableAddress, check_party};
use settlement::chain::ChainPolicy;
use settlement::clock::{Clock, Timestamp};
use settlement::money::{FeeError, Quote};
use settlement::receipt::{Receipt, ReceiptDraft};
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{Signable, SignedSnapshot, Snapshot};

use crate::routing::{RoutingSigner, SignerError};

/// The longest life of a payment request (1,440 minutes), which bounds how long a signed payload can be outstanding.
pub const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// What the clocks of the API and of this signer may differ by.
const CLOCK_MARGIN: Duration = Duration::from_secs(60);

/// The bounds of one key on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningPolicy {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The only router.
    pub router: Address,
    /// The only operator it signs for.
    pub operator: Address,
    /// How far ahead a deadline may lie, give or take a minute of clock difference.
    pub max_lifetime: Duration,
}

/// Why a key does not sign a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another chain.
    #[error("this key signs for chain {allowed}, not for chain {asked}")]
    Chain {
        /// The policy's.
        allowed: u64,
        /// The snapshot's.
        asked: u64,
    },
    /// Another router.
    #[error("this key signs for router {allowed}, not for {asked}")]
    Router {
        /// The policy's.
        allowed: Address,
        /// The snapshot's.
        asked: Address,
    },
    /// Another operator.
    #[error("this key signs for operator {allowed}, not for {asked}")]
    Operator {
        /// The policy's.
        allowed: Address,
        /// The snapshot's.
        asked: Address,
    },
    /// A payload that could be executed for too long.
    #[error("the deadline {deadline} is later than {latest}, the latest this key signs now (unix seconds)")]
    Deadline {
        /// The latest allowed, unix seconds.
        latest: u64,
        /// The snapshot's, unix seconds.
        deadline: u64,
    },
    /// Nothing is paid.
    #[error("the payment is of nothing")]
    ZeroAmount,
    /// A refund that answers for no payment: the router would take it for a payment.
    #[error("the refund names no payment")]
    NoParent,
    /// The router refuses it.
    #[error("{0} would pay itself")]
    PaysItself(Address),
    /// Money sent to this address would be lost.
    #[error(transparent)]
    Party(#[from] UnusableAddress),
    /// The fee is above the router's cap, or cannot be computed.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The amounts are not those of the fee policy.
    #[error("fee {} and total {} do not follow from the fee policy, which makes them {} and {}", found.fee, found.total, due.fee, due.total)]
    FeeSplit {
        /// The snapshot's.
        found: Box<Quote>,
        /// By its policy.
        due: Box<Quote>,
    },
}

impl SigningPolicy {
    /// The bounds of a chain, with the longest lifetime.
    #[must_use]
    pub const fn of(chain: &ChainPolicy) -> Self {
        Self { chain_id: chain.chain_id, router: chain.router, operator: chain.operator, max_lifetime: MAX_LIFETIME }
    }

    /// Whether the key signs `snapshot` at `now`.
    ///
    /// # Errors
    /// The first bound that it breaks.
    pub fn check(&self, snapshot: &Snapshot, now: Timestamp) -> Result<(), Refusal> {
        self.check_bounds(snapshot, now)?;
        check_money(snapshot)
    }

    /// Whether the key signs `refund` at `now`.
    ///
    /// # Errors
    /// The first bound that it breaks.
    pub fn check_refund(&self, refund: &RefundSnapshot, now: Timestamp) -> Result<(), Refusal> {
        self.check_bounds(refund, now)?;
        if refund.amount.is_zero() {
            return Err(Refusal::ZeroAmount);
        }
        if refund.parent.is_zero() {
            return Err(Refusal::NoParent);
        }
        for (role, address) in [("payer", refund.payer), ("payee", refund.payee)] {
            check_party(role, address, &refund.asset, refund.router)?;
        }
        if refund.payer == refund.payee { Err(Refusal::PaysItself(refund.payer)) } else { Ok(()) }
    }

    /// Chain, router, operator and age of a payload.
    fn check_bounds<S: Signable>(&self, snapshot: &S, now: Timestamp) -> Result<(), Refusal> {
        let payment = snapshot.payment_with(B256::ZERO);
        let (chain_id, router) = (snapshot.asset().chain_id(), snapshot.router());
        if chain_id != self.chain_id {
            return Err(Refusal::Chain { allowed: self.chain_id, asked: chain_id });
        }
        if router != self.router {
            return Err(Refusal::Router { allowed: self.router, asked: router });
        }
        if payment.operator != self.operator {
            return Err(Refusal::Operator { allowed: self.operator, asked: payment.operator });
        }
        let latest = now.plus(self.max_lifetime.saturating_add(CLOCK_MARGIN)).unix_seconds();
        let deadline = payment.deadline.saturating_to();
        if deadline > latest { Err(Refusal::Deadline { latest, deadline }) } else { Ok(()) }
    }

    /// Whether the key signs this receipt: one of a payment of its operator on its chain.
    ///
    /// # Errors
    /// The first bound that it breaks.
    pub fn check_receipt(&self, draft: &ReceiptDraft) -> Result<(), Refusal> {
        if draft.chain_id() != self.chain_id {
            return Err(Refusal::Chain { allowed: self.chain_id, asked: draft.chain_id() });
        }
        if draft.operator() != self.operator {
            return Err(Refusal::Operator { allowed: self.operator, asked: draft.operator() });
        }
        Ok(())
    }
}

fn check_money(snapshot: &Snapshot) -> Result<(), Refusal> {
    let quote = snapshot.quote;
    if quote.seller.is_zero() {
        return Err(Refusal::ZeroAmount);
    }
    let fee_recipient = (!quote.fee.is_zero()).then_some(("fee recipient", snapshot.fee.recipient));
    for (role, address) in [("payer", snapshot.payer), ("payee", snapshot.payee)].into_iter().chain(fee_recipient) {
        check_party(role, address, &snapshot.asset, snapshot.router)?;
    }
    let due = snapshot.fee.quote(quote.seller)?;
    if due != quote {
        return Err(Refusal::FeeSplit { found: Box::new(quote), due: Box::new(due) });
    }
    Ok(())
}

/// A signer with a policy in front of it.
#[derive(Clone)]
pub struct PolicySigner {
    inner: Arc<dyn RoutingSigner>,
    policy: SigningPolicy,
    clock: Arc<dyn Clock>,
}

impl PolicySigner {
    /// Bounds `inner` by `policy`, with `clock` as the present time.
    #[must_use]
    pub fn new(inner: Arc<dyn RoutingSigner>, policy: SigningPolicy, clock: Arc<dyn Clock>) -> Self {
        Self { inner, policy, clock }
    }
}

impl fmt::Debug for PolicySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicySigner").field("inner", &self.inner).field("policy", &self.policy).finish_non_exhaustive()
    }
}

#[async_trait]
impl RoutingSigner for PolicySigner {
    fn address(&self) -> Address {
        self.inner.address()
    }

    fn is_reachable(&self) -> bool {
        self.inner.is_reachable()
    }

    async fn sign(&self, snapshot: Snapshot) -> Result<SignedSnapshot, SignerError> {
        self.policy.check(&snapshot, self.clock.now())?;
        self.inner.sign(snapshot).await
    }

    async fn sign_refund(&self, refund: RefundSnapshot) -> Result<SignedRefund, SignerError> {
        self.policy.check_refund(&refund, self.clock.now())?;
        self.inner.sign_refund(refund).await
    }

    async fn sign_receipt(&self, draft: ReceiptDraft) -> Result<Receipt, SignerError> {
        self.policy.check_receipt(&draft)?;
        self.inner.sign_receipt(draft).await
    }
}
