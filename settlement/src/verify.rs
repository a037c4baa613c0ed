//! Verification: an ordered list of named, exact comparisons between what was asked and what the chain says.
//!
//! | # | check | holds when |
//! |---|---|---|
//! | 1 | `chain` | the event is on the snapshot's chain |
//! | 2 | `router` | the snapshot's router emitted it |
//! | 3 | `request_id` | the event carries the keccak256 of the snapshot |
//! | 4 | `digest` | the event carries the EIP-712 digest recomputed from the snapshot |
//! | 5 | `operator` | the event names the snapshot's operator |
//! | 6 | `signer` | the signature recovers to the operator or a delegate that was valid at the block's time |
//! | 7–14 | `payer payee token amount fee_recipient fee_amount nonce deadline` | each is the snapshot's |
//! | 15 | `in_time` | block time is not after the deadline |
//! | 16 | `fee_split` | fee and total follow from the fee policy |
//! | 17 | `agreement` | terms hash, consent, parties, payee, asset, fee policy and amount are the agreement's; of a milestone, exactly its own amount; the payee is the terms', or that of the payout change that the snapshot names |
//! | 18 | `finality` | the block is final under the snapshot's policy |
//!
//! Nothing else makes a [`Proof`].

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolStruct;
use contracts::router_domain;

use crate::agreement::{AgreementRecord, ConsentKind};
use crate::event::PaymentEvent;
use crate::finality::FinalityPolicy;
use crate::ids::{AgreementId, MilestoneId, PaymentRequestId, PayoutChangeId, ProfileId};
use crate::milestone::Milestone;
use crate::money::{Amount, FeePolicy};
use crate::payout_change::Payout;
use crate::snapshot::{Signable, Signed, SignedSnapshot};
use crate::unit::UnitKind;

/// Why the signer counted as authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The operator signed itself.
    Operator,
    /// A delegate, valid until this time (unix seconds), as the chain said at the event's block.
    Delegate {
        /// The delegate.
        signer: Address,
        /// Unix seconds.
        until: u64,
    },
}

/// What an agreement says that a payment must follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedTerms {
    /// The agreement.
    pub agreement: AgreementId,
    /// Hash of its terms.
    pub terms_hash: B256,
    /// How consent to them was shown.
    pub consent: ConsentKind,
    /// The paying profile.
    pub buyer: ProfileId,
    /// The paid profile.
    pub seller: ProfileId,
    /// Where the seller is paid.
    pub payee: Address,
    /// The payout change that says so; none where the terms do.
    pub payout_change: Option<PayoutChangeId>,
    /// CAIP-19 token address and chain.
    pub asset: crate::asset::Asset,
    /// What the seller receives in all.
    pub amount: Amount,
    /// The fee policy.
    pub fee: FeePolicy,
    /// The milestone that the payment is for, as it was agreed; `None` when it is for none.
    pub milestone: Option<AgreedMilestone>,
}

/// What was agreed for a milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedMilestone {
    /// The milestone.
    pub id: MilestoneId,
    /// What the seller receives for it.
    pub amount: Amount,
}

impl AgreedTerms {
    /// The same for a payment of this milestone.
    #[must_use]
    pub fn of_milestone(self, milestone: &Milestone) -> Self {
        Self { milestone: Some(AgreedMilestone { id: milestone.id.clone(), amount: milestone.part.amount }), ..self }
    }
}

/// A payment of the agreement as a whole, or of an instalment, to the payee of the terms. For that of a milestone see [`AgreedTerms::of_milestone`], for that of a
/// snapshot that names a payout change [`AgreedTerms::paid_at`].
impl From<&AgreementRecord> for AgreedTerms {
    fn from(a: &AgreementRecord) -> Self {
        Self {
            agreement: a.id.clone(),
            terms_hash: a.terms.hash(),
            consent: a.consent.kind(),
            buyer: a.buyer.profile.clone(),
            seller: a.seller.profile.clone(),
            payee: a.terms.payee,
            payout_change: None,
            asset: a.terms.asset,
            amount: a.terms.amount,
            fee: a.fee,
            milestone: None,
        }
    }
}

impl AgreedTerms {
    /// The same with the payee of a payout change: what a snapshot must follow that names this one. A snapshot names the change that was in force when it was signed, and
    /// what it names is in the hash that the event carries; so a later change does not touch what was signed before.
    #[must_use]
    pub fn paid_at(self, payout: &Payout) -> Self {
        Self { payee: payout.payee, payout_change: Some(payout.change.clone()), ..self }
    }
}

/// All that a verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What was asked and signed.
    pub signed: &'a SignedSnapshot,
    /// What happened.
    pub event: &'a PaymentEvent,
    /// What was agreed; `None` where only the chain can be asked (a receipt checked without our server), which skips check 17.
    pub agreed: Option<&'a AgreedTerms>,
    /// Why the signer may sign, as of the event's block; `None` when it may not.
    pub authority: Option<Authority>,
    /// The newest block that is final under the snapshot's policy; `None` when none is.
    pub final_through: Option<u64>,
}

/// A check that did not hold. Closed list; the text names what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: expected {expected}, found {found}")]
pub struct ProofIssue {
    /// Name of the check.
    pub check: &'static str,
    /// What the snapshot says.
    pub expected: String,
    /// What was found.
    pub found: String,
}

type Check = (&'static str, fn(&Evidence<'_>) -> Finding);

/// The checks, in order. Their names are public: receipts, problems and reports use them.
pub const CHECKS: &[Check] = &[
    ("chain", |e| same(&e.signed.snapshot().asset.chain_id(), &e.event.location.chain_id)),
    ("router", |e| same(&e.signed.snapshot().router, &e.event.emitter)),
    ("request_id", |e| same(&e.signed.request_id(), &e.event.request_id)),
    ("digest", |e| same(&e.signed.digest(), &e.event.digest)),
    ("operator", |e| same(&e.signed.snapshot().operator, &e.event.operator)),
    ("signer", |e| signed_with_authority(e.signed, e.authority, e.event.location.block_time)),
    ("payer", |e| same(&e.signed.snapshot().payer, &e.event.payer)),
    ("payee", |e| same(&e.signed.snapshot().payee, &e.event.payee)),
    ("token", |e| same(&e.signed.snapshot().asset.token_address(), &e.event.token)),
    ("amount", |e| same(&e.signed.snapshot().quote.seller.atomic(), &e.event.amount)),
    ("fee_recipient", |e| same(&e.signed.payment().feeRecipient, &e.event.fee_recipient)),
    ("fee_amount", |e| same(&e.signed.snapshot().quote.fee.atomic(), &e.event.fee_amount)),
    ("nonce", |e| same(&e.signed.snapshot().nonce, &e.event.nonce)),
    ("deadline", |e| same(&U256::from(e.signed.snapshot().deadline), &e.event.deadline)),
    ("in_time", |e| before_deadline(e.signed.snapshot().deadline, e.event.location.block_time)),
    ("fee_split", fee_split),
    ("agreement", agreement),
    ("finality", |e| is_final(e.signed.snapshot().finality, e.event.location.block_number, e.final_through)),
];

/// A verified payment. Only [`verify`] makes one; its fields cannot be set from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    request: PaymentRequestId,
    event: PaymentEvent,
    authority: Authority,
    final_through: u64,
    quote: crate::money::Quote,
}

impl Proof {
    /// The request that is paid.
    #[must_use]
    pub const fn request(&self) -> &PaymentRequestId {
        &self.request
    }

    /// The event that paid it.
    #[must_use]
    pub const fn event(&self) -> &PaymentEvent {
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

    /// Seller amount, fee and total, as paid.
    #[must_use]
    pub const fn quote(&self) -> crate::money::Quote {
        self.quote
    }
}

/// Runs every check, in order, and says of each whether it holds.
#[must_use]
pub fn report(evidence: &Evidence<'_>) -> Vec<(&'static str, Result<(), ProofIssue>)> {
    CHECKS.iter().map(|(name, check)| (*name, named(name, check(evidence)))).collect()
}

/// What the check of this name found.
pub(crate) fn named(check: &'static str, finding: Finding) -> Result<(), ProofIssue> {
    finding.map_err(|(expected, found)| ProofIssue { check, expected, found })
}

/// Verifies an event against the signed snapshot.
///
/// # Errors
/// Every check that failed, in order. An event that only lacks finality fails `finality` alone; see [`only_awaits_finality`].
pub fn verify(evidence: &Evidence<'_>) -> Result<Proof, Vec<ProofIssue>> {
    let issues: Vec<_> = report(evidence).into_iter().filter_map(|(_, result)| result.err()).collect();
    match (issues.is_empty(), evidence.agreed, evidence.authority, evidence.final_through) {
        (true, Some(_), Some(authority), Some(final_through)) => Ok(Proof {
            request: evidence.signed.snapshot().payment_request.clone(),
            event: evidence.event.clone(),
            authority,
            final_through,
            quote: evidence.signed.snapshot().quote,
        }),
        (true, None, ..) => Err(vec![ProofIssue { check: "agreement", expected: "the agreed terms".to_owned(), found: "none".to_owned() }]),
        _ => Err(issues),
    }
}

/// Whether waiting is all that is missing.
#[must_use]
pub fn only_awaits_finality(issues: &[ProofIssue]) -> bool {
    matches!(issues, [only] if only.check == "finality")
}

/// What a check found: nothing wrong, or what was expected and what was found.
pub(crate) type Finding = Result<(), (String, String)>;

pub(crate) fn same<T: PartialEq + ToString>(expected: &T, found: &T) -> Finding {
    if expected == found { Ok(()) } else { Err((expected.to_string(), found.to_string())) }
}

/// Whether the signature recovers to the operator, or to a delegate that was valid at the time of the block.
pub(crate) fn signed_with_authority<S: Signable>(signed: &Signed<S>, authority: Option<Authority>, block_time: u64) -> Finding {
    let (snapshot, payment) = (signed.snapshot(), signed.payment());
    let digest = payment.eip712_signing_hash(&router_domain(snapshot.asset().chain_id(), snapshot.router()));
    let recovered = crate::agreement::recover(&digest, signed.signature());
    let authorised = match authority {
        Some(Authority::Operator) => recovered == Some(payment.operator),
        Some(Authority::Delegate { signer, until }) => recovered == Some(signer) && block_time <= until,
        None => false,
    };
    if authorised {
        return Ok(());
    }
    let found = recovered.map_or_else(|| "no signer".to_owned(), |signer| format!("{signer}, who was not authorised at {block_time}"));
    Err((format!("{} or a delegate of it", payment.operator), found))
}

pub(crate) fn before_deadline(deadline: u64, block_time: u64) -> Finding {
    if block_time <= deadline { Ok(()) } else { Err((format!("a block time up to {deadline}"), block_time.to_string())) }
}

pub(crate) fn is_final(policy: FinalityPolicy, block: u64, final_through: Option<u64>) -> Finding {
    match final_through {
        Some(through) if block <= through => Ok(()),
        through => Err((format!("block {block} final under {policy}"), through.map_or_else(|| "no final block".to_owned(), |t| format!("final through {t}")))),
    }
}

fn fee_split(e: &Evidence<'_>) -> Finding {
    let snapshot = e.signed.snapshot();
    match snapshot.fee.quote(Amount::new(e.event.amount)) {
        Ok(quote) if quote == snapshot.quote && quote.fee.atomic() == e.event.fee_amount => Ok(()),
        Ok(quote) => Err((format!("fee {} and total {}", quote.fee, quote.total), format!("fee {} and total {}", snapshot.quote.fee, snapshot.quote.total))),
        Err(error) => Err(("a fee that the policy allows".to_owned(), error.to_string())),
    }
}

fn agreement(e: &Evidence<'_>) -> Finding {
    let Some(agreed) = e.agreed else { return Ok(()) };
    let s = e.signed.snapshot();
    same(&agreed.agreement, &s.agreement)?;
    same(&agreed.terms_hash, &s.terms_hash)?;
    same(&agreed.consent, &s.consent)?;
    same(&agreed.buyer, &s.buyer)?;
    same(&agreed.seller, &s.seller)?;
    if agreed.payout_change != s.payout_change {
        let named = |change: &Option<PayoutChangeId>| change.as_ref().map_or_else(|| "the payee of the terms".to_owned(), ToString::to_string);
        return Err((named(&agreed.payout_change), named(&s.payout_change)));
    }
    same(&agreed.payee, &s.payee)?;
    same(&agreed.asset, &s.asset)?;
    if agreed.fee != s.fee {
        return Err((format!("{:?}", agreed.fee), format!("{:?}", s.fee)));
    }
    match (&s.unit_kind, &agreed.milestone) {
        (UnitKind::Whole, _) => same(&agreed.amount, &s.quote.seller),
        (UnitKind::Instalment(_), _) => at_most(agreed.amount, s.quote.seller),
        (UnitKind::Milestone(paid), Some(milestone)) => {
            same(&milestone.id, paid)?;
            same(&milestone.amount, &s.quote.seller)?;
            at_most(agreed.amount, s.quote.seller)
        }
        (UnitKind::Milestone(paid), None) => Err(("a milestone of the agreement".to_owned(), paid.to_string())),
    }
}

fn at_most(agreed: Amount, paid: Amount) -> Finding {
    if paid <= agreed { Ok(()) } else { Err((format!("at most {agreed}"), paid.to_string())) }
}
