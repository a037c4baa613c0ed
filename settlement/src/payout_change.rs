//! A change of where the seller is paid, once an agreement exists.
//!
//! Terms never change, and neither does what is signed: a change holds for the requests that are signed after the buyer has confirmed it. The money of an agreement goes
//! where its terms say, or where both have said since, each in its own name: with the wallets' signatures where the agreement was consented to with signatures, else
//! as the authenticated parties.
//!
//! A message that "our account has changed" is how most payments to businesses are stolen. So the seller's word alone changes nothing; a change that no wallet has
//! signed cannot be confirmed before [`COOLING`] has passed, in which the seller, who is told, can take back what it never asked for; and no agent is ever
//! *recommended* to confirm.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolStruct, sol};

use crate::agreement::{AgreementRecord, AgreementState, Consent, PaymentFacts, agreement_digest, agreement_domain, is_signed_by};
use crate::asset::{UnusableAddress, check_party};
use crate::clock::Timestamp;
use crate::error::NotAllowed;
use crate::ids::{AgreementId, PayoutChangeId};

/// How long a change that no wallet has signed has to stand before it can be confirmed: a working day, in which the seller sees the notice.
pub const COOLING: Duration = Duration::from_secs(24 * 60 * 60);
/// Most changes of an agreement, however they ended: each is told to the buyer, and nobody moves that often.
pub const MAX_PAYOUT_CHANGES: u32 = 20;

sol! {
    /// What the seller's wallet signs to ask for a change, and the buyer's to confirm it (EIP-712, domain `Counterfoil`/`1`/chain id of the asset). `number` counts the
    /// changes of the agreement from 1, so that no signature serves twice.
    #[derive(Debug, PartialEq, Eq)]
    struct PayoutChange {
        string contractId;
        bytes32 termsHash;
        uint256 number;
        address previousPayee;
        address payee;
    }
}

/// The typed data that both wallets sign.
pub use PayoutChange as PayoutChangeTypedData;

/// How a party has said that it wants a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Its wallet signed [`PayoutChangeTypedData`].
    Signed(Bytes),
    /// It was authenticated when it said so.
    Authenticated,
}

impl Word {
    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> Option<&Bytes> {
        match self {
            Self::Signed(signature) => Some(signature),
            Self::Authenticated => None,
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn from_signature(signature: Option<Bytes>) -> Self {
        signature.map_or(Self::Authenticated, Self::Signed)
    }
}

/// Where a change stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutChangeState {
    /// The seller has asked for it.
    Requested,
    /// The buyer has confirmed it: requests that are signed from now on pay there.
    Confirmed {
        /// How.
        word: Word,
        /// When.
        at: Timestamp,
    },
    /// A later change was confirmed. What was signed under this one stands.
    Superseded {
        /// How the buyer had confirmed it.
        word: Word,
        /// When it had.
        confirmed_at: Timestamp,
        /// When the later one was confirmed.
        at: Timestamp,
    },
    /// The buyer has declined it.
    Declined {
        /// When.
        at: Timestamp,
    },
    /// The seller took it back.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

impl PayoutChangeState {
    /// `requested`, `confirmed`, `superseded`, `declined` or `cancelled`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Confirmed { .. } => "confirmed",
            Self::Superseded { .. } => "superseded",
            Self::Declined { .. } => "declined",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// A change of where the seller of an agreement is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutChangeRecord {
    /// Its id.
    pub id: PayoutChangeId,
    /// Of which agreement.
    pub agreement: AgreementId,
    /// Which one of it, from 1.
    pub number: u32,
    /// Where the seller was paid when it asked.
    pub previous_payee: Address,
    /// Where it wants to be paid.
    pub payee: Address,
    /// Why, for the buyer.
    pub note: Option<String>,
    /// How the seller has asked.
    pub asked: Word,
    /// Where it stands.
    pub state: PayoutChangeState,
    /// When the seller asked.
    pub created_at: Timestamp,
    /// When it last changed; the version that the next change expects.
    pub updated_at: Timestamp,
}

/// A confirmed change, as far as it says where money goes. Read only from what both sides have said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The change.
    pub change: PayoutChangeId,
    /// Where the seller is paid.
    pub payee: Address,
}

/// What is wrong with a change that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayeeError {
    /// Nothing would change.
    #[error("the seller is paid there already")]
    Same,
    /// Somebody else's address.
    #[error("the payee cannot be the {0}")]
    Is(&'static str),
    /// An address that cannot take part.
    #[error(transparent)]
    Unusable(#[from] UnusableAddress),
}

/// Whether the seller may ask for a change, of which there were `earlier`; `open` says whether one waits for the buyer.
///
/// # Errors
/// Once nothing is left to pay, while another is to be decided, and after [`MAX_PAYOUT_CHANGES`].
pub fn may_request(state: &AgreementState, payments: PaymentFacts, earlier: u32, open: bool) -> Result<(), NotAllowed> {
    let because = match state {
        AgreementState::Cancelled { .. } => "the agreement has already ended",
        _ if payments.paid_in_full => "all of it is paid",
        _ if open => "the buyer has yet to decide on another change; take that back first",
        _ if earlier >= MAX_PAYOUT_CHANGES => "this agreement has had as many payout changes as there can be",
        AgreementState::InProgress | AgreementState::Submitted { .. } | AgreementState::Accepted { .. } | AgreementState::Rejected { .. } => return Ok(()),
    };
    Err(NotAllowed { from: state.name(), action: "change the payout", because })
}

/// Checks that the seller of the agreement can be paid at `payee`.
///
/// # Errors
/// When it is paid there already, the address is another party's, or cannot take part in a payment.
pub fn check_payee(agreement: &AgreementRecord, payee: Address, router: Address) -> Result<(), PayeeError> {
    check_party("payee", payee, &agreement.terms.asset, router)?;
    let others = [("buyer", Some(agreement.buyer.wallet)), ("evaluator", agreement.terms.evaluator), ("fee recipient", Some(agreement.fee.recipient))];
    match others.into_iter().find(|(_, address)| *address == Some(payee)) {
        Some((role, _)) => Err(PayeeError::Is(role)),
        None if agreement.payee() == payee => Err(PayeeError::Same),
        None => Ok(()),
    }
}

impl PayoutChangeRecord {
    /// What both wallets sign.
    #[must_use]
    pub fn typed_data(&self, agreement: &AgreementRecord) -> PayoutChangeTypedData {
        PayoutChangeTypedData {
            contractId: self.agreement.to_string(),
            termsHash: agreement.terms.hash(),
            number: U256::from(self.number),
            previousPayee: self.previous_payee,
            payee: self.payee,
        }
    }

    /// The EIP-712 digest of [`Self::typed_data`].
    #[must_use]
    pub fn digest(&self, agreement: &AgreementRecord) -> B256 {
        self.typed_data(agreement).eip712_signing_hash(&agreement_domain(agreement.terms.asset.chain_id()))
    }

    /// From when on the buyer can confirm it: at once where the seller's wallet has signed it.
    #[must_use]
    pub fn confirmable_at(&self) -> Timestamp {
        match self.asked {
            Word::Signed(_) => self.created_at,
            Word::Authenticated => self.created_at.plus(COOLING),
        }
    }

    /// Whether the buyer may confirm it.
    ///
    /// # Errors
    /// Unless it is asked for and has stood long enough.
    pub fn may_confirm(&self, now: Timestamp) -> Result<(), NotAllowed> {
        match self.state {
            PayoutChangeState::Requested if now < self.confirmable_at() => Err(self.refuse(
                "confirm",
                "no wallet has signed this change, so it has to stand for a day first; ask the seller about it, not by a link in a message",
            )),
            PayoutChangeState::Requested => Ok(()),
            PayoutChangeState::Confirmed { .. }
            | PayoutChangeState::Superseded { .. }
            | PayoutChangeState::Declined { .. }
            | PayoutChangeState::Cancelled { .. } => Err(self.refuse("confirm", DECIDED)),
        }
    }

    /// The buyer confirms it.
    ///
    /// # Errors
    /// As [`Self::may_confirm`].
    pub fn confirm(self, word: Word, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_confirm(at)?;
        Ok(self.with(PayoutChangeState::Confirmed { word, at }, at))
    }

    /// Whether it is still to be decided: the buyer may decline it, the seller take it back.
    ///
    /// # Errors
    /// Once it is decided.
    pub fn may_end(&self, action: &'static str) -> Result<(), NotAllowed> {
        match self.state {
            PayoutChangeState::Requested => Ok(()),
            PayoutChangeState::Confirmed { .. }
            | PayoutChangeState::Superseded { .. }
            | PayoutChangeState::Declined { .. }
            | PayoutChangeState::Cancelled { .. } => Err(self.refuse(action, DECIDED)),
        }
    }

    /// The buyer declines it.
    ///
    /// # Errors
    /// As [`Self::may_end`].
    pub fn decline(self, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_end("decline")?;
        Ok(self.with(PayoutChangeState::Declined { at }, at))
    }

    /// The seller takes it back.
    ///
    /// # Errors
    /// As [`Self::may_end`].
    pub fn cancel(self, at: Timestamp) -> Result<Self, NotAllowed> {
        self.may_end("cancel")?;
        Ok(self.with(PayoutChangeState::Cancelled { at }, at))
    }

    /// A later change is confirmed.
    ///
    /// # Errors
    /// Unless this one is.
    pub fn supersede(self, at: Timestamp) -> Result<Self, NotAllowed> {
        match self.state.clone() {
            PayoutChangeState::Confirmed { word, at: confirmed_at } => Ok(self.with(PayoutChangeState::Superseded { word, confirmed_at, at }, at)),
            PayoutChangeState::Requested | PayoutChangeState::Superseded { .. } | PayoutChangeState::Declined { .. } | PayoutChangeState::Cancelled { .. } => {
                Err(self.refuse("supersede", "only the change in force can be superseded"))
            }
        }
    }

    fn with(self, state: PayoutChangeState, at: Timestamp) -> Self {
        // Never the same twice, also where the clock stands still.
        let updated_at = at.max(self.updated_at.plus(Duration::from_millis(1)));
        Self { state, updated_at, ..self }
    }

    fn refuse(&self, action: &'static str, because: &'static str) -> NotAllowed {
        NotAllowed { from: self.state.name(), action, because }
    }
}

const DECIDED: &str = "it was decided already";

/// A stored change does not show that both sides wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfounded {
    /// It is another agreement's.
    #[error("the change is of another agreement")]
    Elsewhere,
    /// Nobody has confirmed it.
    #[error("the buyer has not confirmed the change")]
    Unconfirmed,
    /// The agreement was signed, and the change was not.
    #[error("the {0}'s wallet signed the agreement and has not signed the change")]
    Unsigned(&'static str),
    /// It does not follow the one before.
    #[error("change {number} starts from {found}, and before it the seller was paid at {expected}")]
    Gap {
        /// Which change.
        number: u32,
        /// Where the terms or the change before say that the seller was paid.
        expected: Address,
        /// Where the change says so.
        found: Address,
    },
    /// The last one that was confirmed is in force and no other.
    #[error("change {0} was the last to be confirmed, and it is not the one in force")]
    NotTheLast(u32),
}

/// Where the seller is paid by the change in force, if there is one: the last that both sides wanted. `changes` are those of the agreement that were ever confirmed, by
/// number. Each starts from where the one before led and the first from the terms, and all but the last are superseded: so a change that was superseded is not brought
/// back, and none is left out between two, by altering rows.
///
/// # Errors
/// [`Unfounded`], and then nobody can say where the seller is to be paid.
pub fn in_force(changes: &[PayoutChangeRecord], agreement: &AgreementRecord) -> Result<Option<Payout>, Unfounded> {
    let Some((last, earlier)) = changes.split_last() else { return Ok(None) };
    let mut payee = agreement.terms.payee;
    for change in changes {
        if change.previous_payee != payee {
            return Err(Unfounded::Gap { number: change.number, expected: payee, found: change.previous_payee });
        }
        payee = founded(change, agreement)?.payee;
    }
    let holds = |change: &PayoutChangeRecord| matches!(change.state, PayoutChangeState::Confirmed { .. });
    if !holds(last) || earlier.iter().any(holds) {
        return Err(Unfounded::NotTheLast(last.number));
    }
    founded(last, agreement).map(Some)
}

/// Where a change says that money goes, if both sides have said so: with signatures where the agreement has them. A wallet that signed the agreement by itself has to have
/// signed the change by itself; what a contract wallet signed was checked on the chain when it was given (ERC-1271), and cannot be checked here.
///
/// # Errors
/// [`Unfounded`], and then nothing may be paid there.
pub fn founded(change: &PayoutChangeRecord, agreement: &AgreementRecord) -> Result<Payout, Unfounded> {
    if change.agreement != agreement.id {
        return Err(Unfounded::Elsewhere);
    }
    let confirmed = match &change.state {
        PayoutChangeState::Confirmed { word, .. } | PayoutChangeState::Superseded { word, .. } => word,
        PayoutChangeState::Requested | PayoutChangeState::Declined { .. } | PayoutChangeState::Cancelled { .. } => return Err(Unfounded::Unconfirmed),
    };
    if let Consent::Signatures { salt, buyer, seller } = &agreement.consent {
        let (consented, digest) = (agreement_digest(&agreement.terms, agreement.buyer.wallet, agreement.seller.wallet, *salt), change.digest(agreement));
        let of_seller = ("seller", seller, &change.asked, agreement.seller.wallet);
        let of_buyer = ("buyer", buyer, confirmed, agreement.buyer.wallet);
        for (role, consent, word, wallet) in [of_seller, of_buyer] {
            let Some(signature) = word.signature() else { return Err(Unfounded::Unsigned(role)) };
            if is_signed_by(&consented, consent, wallet) && !is_signed_by(&digest, signature, wallet) {
                return Err(Unfounded::Unsigned(role));
            }
        }
    }
    Ok(Payout { change: change.id.clone(), payee: change.payee })
}
