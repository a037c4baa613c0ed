//! The agreement: terms, parties, consent, and where the work stands.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, Signature};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};
use serde::Serialize;

use crate::asset::{UnusableAddress, check_party};
use crate::clock::Timestamp;
use crate::ids::{AgreementId, ProfileId};
use crate::money::FeePolicy;
use crate::payout_change::Payout;
use crate::terms::Terms;

mod state;

pub use state::{ACKNOWLEDGE_FIRST, AgreementState, PaymentFacts};
pub(crate) use state::{END_REQUEST_FIRST, ENDED, INSPECT_FIRST};

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

/// The two ways of showing consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKind {
    /// Both wallets signed.
    Signatures,
    /// A marketplace says so.
    Attested,
}

impl ConsentKind {
    /// `signatures` or `attested`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signatures => "signatures",
            Self::Attested => "attested",
        }
    }

    /// The kind that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Signatures, Self::Attested].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for ConsentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Consent {
    /// Which of the two it is.
    #[must_use]
    pub const fn kind(&self) -> ConsentKind {
        match self {
            Self::Signatures { .. } => ConsentKind::Signatures,
            Self::Attested { .. } => ConsentKind::Attested,
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
    /// Where the seller is paid since the terms were agreed, where both sides have agreed on another place.
    pub payout: Option<Payout>,
    /// Where the work stands.
    pub state: AgreementState,
    /// When it was imported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl AgreementRecord {
    /// Where the seller is paid by what is signed from now on.
    #[must_use]
    pub const fn payee(&self) -> Address {
        match &self.payout {
            Some(payout) => payout.payee,
            None => self.terms.payee,
        }
    }

    /// What a change at `now` is dated with: later than every change before, also within a millisecond, so that whoever decided on what they saw before it is told.
    #[must_use]
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.updated_at.plus(std::time::Duration::from_millis(1)))
    }
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
