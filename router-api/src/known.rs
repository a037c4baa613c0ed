//! What is known about an agreement, read together: the facts that decide what may be done and what is shown.

use std::time::Duration;

use settlement::agreement::{AgreementRecord, PaymentFacts};
use settlement::asset::{Asset, Token};
use settlement::clock::Timestamp;
use settlement::ids::AgreementId;
use settlement::milestone::Plan;
use settlement::next_action::{AgreementFacts, NoSigning, Pending};
use settlement::payment_request::{MIN_EXPIRY_MINUTES, PaymentRequest};
use settlement::refund::{PaidFate, PaidRequest, Refunds};
use settlement::unit::{Fate, Sibling};
use store::{Cursor, Grounds, Related, Tx};

use crate::problem::Problem;
use crate::state::Api;

/// The shortest lifetime of a request.
const SHORTEST: Duration = Duration::from_secs(60 * MIN_EXPIRY_MINUTES as u64);

/// An agreement with what its milestones, its payments and its chain say.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) agreement: AgreementRecord,
    pub(crate) payments: PaymentFacts,
    pub(crate) plan: Plan,
    pub(crate) siblings: Vec<Sibling>,
    pub(crate) refunds: Refunds,
    pub(crate) pending: Pending,
    pub(crate) setting: Setting,
}

/// What an agreement rests on that no operation on it changes: read before a transaction is open, so that a transaction asks nobody but itself. A chain
/// state that is a moment old can only delay a signature, never allow one: final time goes back only where reading had halted, and then nothing is signed.
/// What the chain says of the signer is as old: whatever a key signs in the moment of its revocation, the router refuses.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The registry entry of the asset.
    pub(crate) token: Token,
    /// How far the asset's chain was read.
    pub(crate) chain: ChainState,
    /// The present, or the time of the chain's newest block where that is later.
    pub(crate) now: Timestamp,
    /// Until when the instance's signer may sign on the chain, where the chain says so, unix seconds.
    pub(crate) signer_until: Option<u64>,
    /// Why nothing can be signed there, if that is so.
    pub(crate) no_signing: Option<NoSigning>,
}

/// How far a chain was read.
#[derive(Clone, Debug)]
pub(crate) struct ChainState {
    cursor: Option<Cursor>,
    lagging: bool,
}

/// Whether a chain is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    /// As it should be.
    Yes,
    /// No block was read yet.
    NotStarted,
    /// Further behind than the configuration allows.
    Lagging,
    /// Stopped until the operator acts.
    Halted,
}

impl Following {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Yes => "following",
            Self::NotStarted => "not_started",
            Self::Lagging => "lagging",
            Self::Halted => "halted",
        }
    }

    /// What delays an answer; `None` when nothing does.
    pub(crate) const fn delay(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::NotStarted => Some("indexer_not_started"),
            Self::Lagging => Some("indexer_lagging"),
            Self::Halted => Some("indexer_halted"),
        }
    }
}

/// Whether a signer whose time on the chain ends then (unix seconds; 0: revoked) may still sign something that can be paid.
pub(crate) fn may_sign(until: u64, now: Timestamp) -> bool {
    until >= now.plus(SHORTEST).unix_seconds()
}

/// How far the reading of a chain is behind: by its own numbers, or by how long nobody has said that it goes on.
pub(crate) fn lag(cursor: &Cursor, now: Timestamp) -> Duration {
    let unread = Duration::from_secs(cursor.head.time.saturating_sub(cursor.scanned.time));
    let unheard_ms = cursor.heard_at.map_or(0, |heard_at| now.as_millis().saturating_sub(heard_at.as_millis()));
    unread.max(Duration::from_millis(u64::try_from(unheard_ms).unwrap_or(0)))
}

impl ChainState {
    pub(crate) async fn read(api: &Api, chain_id: u64) -> Result<Self, Problem> {
        Ok(Self::of(api, api.store.cursor(chain_id).await?))
    }

    fn of(api: &Api, cursor: Option<Cursor>) -> Self {
        let lagging = cursor.as_ref().is_some_and(|cursor| lag(cursor, api.now()) > api.config.max_indexer_lag);
        Self { cursor, lagging }
    }

    /// Whether the chain is followed.
    pub(crate) fn following(&self) -> Following {
        match &self.cursor {
            None => Following::NotStarted,
            Some(cursor) if cursor.halted.is_some() => Following::Halted,
            Some(_) if self.lagging => Following::Lagging,
            Some(_) => Following::Yes,
        }
    }

    /// Time of the newest final block in unix seconds, 0 when none is known.
    pub(crate) fn final_time(&self) -> u64 {
        self.cursor.as_ref().map_or(0, |cursor| cursor.final_time)
    }

    /// The cursor, once a block was read.
    pub(crate) const fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Number of the newest block.
    pub(crate) fn head(&self) -> Option<u64> {
        self.cursor.as_ref().map(|cursor| cursor.head.number)
    }

    /// `now`, or the time of the newest block where that is later: a deadline that the chain has passed is over, whatever the host's clock says.
    pub(crate) fn now(&self, now: Timestamp) -> Timestamp {
        self.cursor.as_ref().map_or(now, |cursor| now.max(Timestamp::from_unix_seconds(cursor.head.time)))
    }
}

impl Setting {
    /// Of agreements over this asset.
    pub(crate) async fn read(api: &Api, asset: &Asset) -> Result<Self, Problem> {
        // Entries of the registry are never deleted, so that of an agreement's asset is there.
        let chain_id = asset.chain_id();
        let policy = api.chain(chain_id);
        let delegate = policy.and_then(|policy| Some((policy.operator, api.signers.get(&chain_id)?.address())));
        let grounds = api.store.grounds(asset, delegate).await?.ok_or_else(|| Problem::internal(&NotRegistered(*asset)))?;
        let Grounds { token, cursor, signer_until } = grounds;
        let chain = ChainState::of(api, cursor);
        let now = chain.now(api.now());
        let no_signing = match signer_until {
            _ if chain.following() == Following::Halted => Some(NoSigning::Halted),
            _ if policy.is_none() => Some(NoSigning::NotSettled),
            _ if delegate.is_none() => Some(NoSigning::NoSigner),
            Some(until) if !may_sign(until, now) => Some(NoSigning::Revoked),
            Some(_) | None => None,
        };
        Ok(Self { token, chain, now, signer_until, no_signing })
    }
}

impl Known {
    /// What is known now.
    pub(crate) async fn read(api: &Api, agreement: AgreementRecord, setting: Setting) -> Result<Self, Problem> {
        let related = api.store.related(&agreement).await?;
        Ok(Self::new(agreement, related, setting))
    }

    /// What is known inside a transaction, the agreement included, so that what is decided on it holds when it commits.
    pub(crate) async fn within(tx: &mut Tx, id: &AgreementId, setting: &Setting) -> Result<Self, Problem> {
        let agreement = tx.agreement(id).await?.ok_or_else(Problem::not_found)?;
        let related = tx.related(&agreement).await?;
        Ok(Self::new(agreement, related, setting.clone()))
    }

    fn new(agreement: AgreementRecord, related: Related, setting: Setting) -> Self {
        let Related { payments, plan, siblings, refunds, pending } = related;
        Self { agreement, payments, plan, siblings, refunds, pending, setting }
    }

    /// As it is after this request was signed and stored in the transaction that it was read in: nothing else changes by that.
    pub(crate) fn with_signed(mut self, request: &PaymentRequest) -> Self {
        let snapshot = request.signed.snapshot();
        self.payments.live_request = true;
        self.siblings.push(Sibling {
            request: request.id.clone(),
            unit: request.unit.kind.clone(),
            unit_id: request.unit.id.clone(),
            seller_amount: snapshot.quote.seller,
            deadline: snapshot.deadline,
            fate: Fate::Live,
        });
        self.refunds.payments.push(PaidRequest { payment: request.id.clone(), amount: snapshot.quote.seller, fate: PaidFate::Unverified });
        self
    }

    /// What belongs to the agreement, read again after it was changed in this transaction.
    pub(crate) async fn reread(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        let related = tx.related(&self.agreement).await?;
        *self = Self::new(self.agreement.clone(), related, self.setting.clone());
        Ok(())
    }

    /// For the rules.
    pub(crate) fn facts(&self) -> AgreementFacts<'_> {
        AgreementFacts {
            agreement: &self.agreement,
            token: &self.setting.token,
            payments: self.payments,
            plan: &self.plan,
            siblings: &self.siblings,
            refunds: &self.refunds,
            now: self.setting.now,
            final_time: self.setting.chain.final_time(),
            pending: &self.pending,
            no_signing: self.setting.no_signing,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the asset {0} of a stored agreement is not in the token registry")]
struct NotRegistered(Asset);
