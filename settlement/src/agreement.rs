//! The agreement: terms, parties, consent, and where the work stands.

use alloy_primitives::{Address, B256, Bytes, Signature};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};

use crate::asset::{UnusableAddress, check_party};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, ProfileId, SubmissionId};
use crate::money::FeePolicy;
use crate::terms::{PaymentTiming, Terms};

const INSPECT_FIRST: &str = "a payment of this agreement does not prove itself and has to be inspected first";
const END_REQUEST_FIRST: &str = "a payment request of this agreement is live; cancel it or let it end first";

sol! {
    /// What both wallets sign (EIP-712, domain `Counterfoil`/`1`/chain id of the asset). `evaluator` is zero where there is none.
    #[derive(Debug, PartialEq, Eq)]
    struct Agreement {
        bytes32 termsHash;
        address buyer;
        address seller;
        string asset;
        uint256 amount;
        address evaluator;
        bytes32 salt;
    }
}

/// The typed data that both wallets sign.
pub use Agreement as AgreementTypedData;

/// One side: who it is, and the wallet that speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The profile.
    pub profile: ProfileId,
    /// The wallet that consented (or was named, where consent is attested).
    pub wallet: Address,
}

/// How both sides' consent was shown. Said on every invoice and receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Both wallets signed [`AgreementTypedData`].
    Signatures {
        /// The salt inside what was signed.
        salt: B256,
        /// The buyer's signature.
        buyer: Bytes,
        /// The seller's signature.
        seller: Bytes,
    },
    /// A marketplace with `contracts:import` says so.
    Attested {
        /// The profile of that marketplace.
        by: ProfileId,
    },
}

impl Consent {
    /// `signatures` or `attested`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Signatures { .. } => "signatures",
            Self::Attested { .. } => "attested",
        }
    }
}

/// The domain of agreement signatures.
#[must_use]
pub fn agreement_domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: "Counterfoil", version: "1", chain_id: chain_id, }
}

/// What the two wallets sign for these terms.
#[must_use]
pub fn agreement_typed_data(terms: &Terms, buyer: Address, seller: Address, salt: B256) -> AgreementTypedData {
    AgreementTypedData {
        termsHash: terms.hash(),
        buyer,
        seller,
        asset: terms.asset.to_string(),
        amount: terms.amount.atomic(),
        evaluator: terms.evaluator.unwrap_or_default(),
        salt,
    }
}

/// The EIP-712 digest of [`agreement_typed_data`].
#[must_use]
pub fn agreement_digest(terms: &Terms, buyer: Address, seller: Address, salt: B256) -> B256 {
    agreement_typed_data(terms, buyer, seller, salt).eip712_signing_hash(&agreement_domain(terms.asset.chain_id()))
}

/// Whether `signature` is `signer`'s ECDSA signature of `digest`. A contract wallet's signature needs a chain to ask (ERC-1271) and is not decided here.
#[must_use]
pub fn is_signed_by(digest: &B256, signature: &[u8], signer: Address) -> bool {
    recover(digest, signature) == Some(signer)
}

/// Who signed `digest`, if `signature` is `r ‖ s ‖ v` in 65 bytes with a low `s` (EIP-2) and `v` 27 or 28, the one spelling that the router takes
/// (OpenZeppelin's ECDSA): a second spelling of a signature is not a signature.
#[must_use]
pub fn recover(digest: &B256, signature: &[u8]) -> Option<Address> {
    let [.., 27 | 28] = signature else { return None };
    let parsed = Signature::try_from(signature).ok().filter(|_| signature.len() == 65)?;
    if parsed.normalize_s().is_some() {
        return None;
    }
    parsed.recover_address_from_prehash(digest).ok()
}

/// An agreement and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementRecord {
    /// Its id.
    pub id: AgreementId,
    /// The importing party's own reference, unique for that party.
    pub external_ref: String,
    /// Who imported it.
    pub importer: ProfileId,
    /// Who pays.
    pub buyer: Party,
    /// Who is paid.
    pub seller: Party,
    /// What was agreed.
    pub terms: Terms,
    /// How consent was shown.
    pub consent: Consent,
    /// The fee policy at the time of the import.
    pub fee: FeePolicy,
    /// Where the work stands.
    pub state: AgreementState,
    /// When it was imported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The parties of an agreement are not usable as such.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    /// One side twice.
    #[error("buyer and seller must be two different {0}")]
    Same(&'static str),
    /// Nobody judges their own work or money.
    #[error("the evaluator must be neither the buyer nor the seller")]
    OwnJudge,
    /// An address that cannot take part.
    #[error(transparent)]
    Unusable(#[from] UnusableAddress),
}

/// Checks that buyer, seller, payee and evaluator are usable and apart.
///
/// # Errors
/// When buyer and seller are one profile or wallet, the evaluator is one of them, or an address cannot take part in a payment.
pub fn check_parties(terms: &Terms, buyer: &Party, seller: &Party, router: Address) -> Result<(), PartyError> {
    if buyer.profile == seller.profile {
        return Err(PartyError::Same("profiles"));
    }
    if buyer.wallet == seller.wallet || buyer.wallet == terms.payee {
        return Err(PartyError::Same("wallets"));
    }
    for (role, address) in [("buyer", buyer.wallet), ("seller", seller.wallet), ("payee", terms.payee)] {
        check_party(role, address, &terms.asset, router)?;
    }
    if let Some(evaluator) = terms.evaluator {
        check_party("evaluator", evaluator, &terms.asset, router)?;
        if [buyer.wallet, seller.wallet, terms.payee].contains(&evaluator) {
            return Err(PartyError::OwnJudge);
        }
    }
    Ok(())
}

/// Where the work stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementState {
    /// The seller works.
    InProgress,
    /// The seller has delivered; the buyer decides.
    Submitted {
        /// The delivery to decide on.
        submission: SubmissionId,
        /// When it was delivered.
        at: Timestamp,
    },
    /// The buyer has accepted and paid.
    Accepted {
        /// The delivery that was accepted.
        submission: SubmissionId,
        /// When.
        at: Timestamp,
    },
    /// The buyer wants it done again.
    Rejected {
        /// The delivery that was rejected.
        submission: SubmissionId,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Called off before anything was paid.
    Cancelled {
        /// Why.
        reason: String,
        /// Who called it off.
        by: ProfileId,
        /// When.
        at: Timestamp,
    },
}

/// What payments say about an agreement, for the rules that depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Verified payments add up to the whole seller amount.
    pub paid_in_full: bool,
    /// At least one payment is verified.
    pub any_verified: bool,
    /// A request is signed or submitted, or a payment is seen and not yet final.
    pub live_request: bool,
    /// A payment no longer proves itself and must be looked at.
    pub proof_issue: bool,
}

impl AgreementState {
    /// `in_progress`, `submitted`, `accepted`, `rejected` or `cancelled`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Submitted { .. } => "submitted",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether the seller may deliver.
    ///
    /// # Errors
    /// Unless work is in progress or was rejected.
    pub fn may_submit(&self) -> Result<(), NotAllowed> {
        match self {
            Self::InProgress | Self::Rejected { .. } => Ok(()),
            Self::Submitted { .. } | Self::Accepted { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("submit", "the work can be submitted only while it is in progress or rejected"))
            }
        }
    }

    /// The seller delivers.
    ///
    /// # Errors
    /// As [`Self::may_submit`].
    pub fn submit(self, submission: SubmissionId, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_submit()?;
        Ok(Self::Submitted { submission, at })
    }

    /// The delivery that the buyer may accept.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision, payment is verified in full and no proof is in doubt.
    pub fn may_accept(&self, payments: PaymentFacts) -> Result<&SubmissionId, NotAllowed> {
        match self {
            Self::Submitted { .. } if payments.proof_issue => Err(self.refuse("accept", INSPECT_FIRST)),
            Self::Submitted { .. } if !payments.paid_in_full => Err(self.refuse("accept", "the agreement is accepted once its payment is verified in full")),
            Self::Submitted { submission, .. } => Ok(submission),
            Self::InProgress | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("accept", "only a submitted delivery can be accepted"))
            }
        }
    }

    /// The buyer accepts what was delivered and paid.
    ///
    /// # Errors
    /// As [`Self::may_accept`].
    pub fn accept(self, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_accept(payments)?.clone();
        Ok(Self::Accepted { submission, at })
    }

    /// The delivery that the buyer may send back.
    ///
    /// # Errors
    /// Unless a delivery waits for a decision and nothing was paid or may still be.
    pub fn may_reject(&self, payments: PaymentFacts) -> Result<&SubmissionId, NotAllowed> {
        match self {
            Self::Submitted { .. } if payments.any_verified => {
                Err(self.refuse("reject", "a verified payment cannot be followed by a rejection; ask for a refund"))
            }
            Self::Submitted { .. } if payments.proof_issue => Err(self.refuse("reject", INSPECT_FIRST)),
            Self::Submitted { .. } if payments.live_request => Err(self.refuse("reject", END_REQUEST_FIRST)),
            Self::Submitted { submission, .. } => Ok(submission),
            Self::InProgress | Self::Accepted { .. } | Self::Rejected { .. } | Self::Cancelled { .. } => {
                Err(self.refuse("reject", "only a submitted delivery can be rejected"))
            }
        }
    }

    /// The buyer sends the delivery back.
    ///
    /// # Errors
    /// As [`Self::may_reject`].
    pub fn reject(self, reason: String, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        let submission = self.may_reject(payments)?.clone();
        Ok(Self::Rejected { submission, reason, at })
    }

    /// Whether either party may call it off.
    ///
    /// # Errors
    /// Once it ended, or anything was paid or may still be.
    pub fn may_cancel(&self, payments: PaymentFacts) -> Result<(), NotAllowed> {
        match self {
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.any_verified => {
                Err(self.refuse("cancel", "a paid agreement cannot be cancelled; ask for a refund"))
            }
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.proof_issue => Err(self.refuse("cancel", INSPECT_FIRST)),
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } if payments.live_request => Err(self.refuse("cancel", END_REQUEST_FIRST)),
            Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. } => Ok(()),
            Self::Accepted { .. } | Self::Cancelled { .. } => Err(self.refuse("cancel", "the agreement has already ended")),
        }
    }

    /// Either party calls it off.
    ///
    /// # Errors
    /// As [`Self::may_cancel`].
    pub fn cancel(self, reason: String, by: ProfileId, payments: PaymentFacts, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_cancel(payments)?;
        Ok(Self::Cancelled { reason, by, at })
    }

    /// Whether the buyer may ask for a payment payload now. Which unit it pays, and whether one may be signed, [`crate::unit::next_unit`] says.
    ///
    /// # Errors
    /// Once it ended, before delivery where payment is on delivery, and while a proof is in doubt.
    pub fn may_pay(&self, timing: PaymentTiming, payments: PaymentFacts) -> Result<(), NotAllowed> {
        match (self, timing) {
            (Self::Accepted { .. } | Self::Cancelled { .. }, _) => Err(self.refuse("pay", "the agreement has already ended")),
            (Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. }, _) if payments.proof_issue => Err(self.refuse("pay", INSPECT_FIRST)),
            (Self::InProgress | Self::Rejected { .. }, PaymentTiming::OnDelivery) => {
                Err(self.refuse("pay", "the terms say payment on delivery; the seller has not submitted the work yet"))
            }
            (Self::Submitted { .. }, PaymentTiming::OnDelivery)
            | (Self::InProgress | Self::Submitted { .. } | Self::Rejected { .. }, PaymentTiming::AnyTime) => Ok(()),
        }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.name(), action, because }
    }
}
