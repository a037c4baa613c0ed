//! The audit log: who did what to whom, as a chain of hashes in which no entry can be changed, taken out or put in without every later hash being wrong.
//!
//! `hash = sha256(previous hash ‖ canonical JSON (RFC 8785) of the entry)`; the first entry follows 32 zero bytes. The entry is
//! `{"action", "at", "author", "details", "sequence", "subject"}`, so that anybody can compute the chain again from an export.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::{Address, B256};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::canonical::{NotCanonical, canonical_json};
use crate::clock::Timestamp;
use crate::ids::{ProfileId, TokenId};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What was done: `<object>.<verb>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)+
        }

        impl AuditAction {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

actions! {
    /// A profile was made: by a sign-in, an import with signatures, or the operator.
    ProfileCreated = "profile.created",
    /// Name or handle of a profile was changed.
    ProfileUpdated = "profile.updated",
    /// A profile was disabled: its tokens stopped working.
    ProfileDisabled = "profile.disabled",
    /// A disabled profile may act again.
    ProfileEnabled = "profile.enabled",
    /// A wallet proved itself and belongs to a profile now.
    WalletAdded = "wallet.added",
    /// A wallet speaks for its profile no more.
    WalletRetired = "wallet.retired",
    /// A bearer token was made.
    TokenCreated = "token.created",
    /// A bearer token was replaced by a new one.
    TokenRotated = "token.rotated",
    /// A bearer token was revoked.
    TokenRevoked = "token.revoked",
    /// A place where a seller takes money was added, or set again.
    PayoutMethodSet = "payout_method.set",
    /// A place where a seller takes money was changed.
    PayoutMethodUpdated = "payout_method.updated",
    /// A place where a seller takes money was removed.
    PayoutMethodRemoved = "payout_method.removed",
    /// An agreement was imported.
    ContractImported = "contract.imported",
    /// An agreement was called off.
    ContractCancelled = "contract.cancelled",
    /// A delivery was accepted or rejected.
    ContractDecided = "contract.decided",
    /// Work was delivered.
    SubmissionCreated = "submission.created",
    /// A milestone was added to a plan.
    MilestoneCreated = "milestone.created",
    /// A milestone was changed, activated or taken out of its plan.
    MilestoneChanged = "milestone.changed",
    /// A plan was confirmed as it stood.
    PlanConfirmed = "milestone.plan_confirmed",
    /// A plan was made final.
    PlanFinalized = "milestone.plan_finalized",
    /// A milestone was delivered.
    MilestoneSubmitted = "milestone.submitted",
    /// A milestone was accepted or rejected.
    MilestoneDecided = "milestone.decided",
    /// A payment request was signed by the routing signer.
    RequestSigned = "payment_request.signed",
    /// A transaction was named for a payment request.
    RequestSubmitted = "payment_request.submitted",
    /// A payment request was cancelled.
    RequestCancelled = "payment_request.cancelled",
    /// Money was asked back.
    RefundRequested = "refund_request.created",
    /// A refund was approved, or a fresh payload was signed for it by the routing signer.
    RefundApproved = "refund_request.approved",
    /// A refund was denied.
    RefundDenied = "refund_request.denied",
    /// A refund request was taken back.
    RefundCancelled = "refund_request.cancelled",
    /// A webhook endpoint was made.
    WebhookCreated = "webhook.created",
    /// A webhook endpoint was changed, paused or enabled.
    WebhookUpdated = "webhook.updated",
    /// A webhook endpoint was deleted, and what waited for it dropped.
    WebhookDeleted = "webhook.deleted",
    /// A webhook endpoint got a new secret.
    WebhookSecretRotated = "webhook.secret_rotated",
    /// A test was sent to a webhook endpoint.
    WebhookTested = "webhook.tested",
    /// Events were asked for again by a webhook endpoint.
    WebhookRedelivered = "webhook.redelivered",
    /// A receipt was signed by the routing signer.
    ReceiptSigned = "receipt.signed",
    /// A public page of a receipt was made.
    ReceiptLinkCreated = "receipt_link.created",
    /// A public page of a receipt was revoked.
    ReceiptLinkRevoked = "receipt_link.revoked",
    /// A payment that came unexpectedly was acknowledged.
    PaymentAcknowledged = "payment.acknowledged",
    /// A dispute was opened.
    DisputeOpened = "dispute.opened",
    /// A dispute was answered, was said how to end, ended or was withdrawn; the details say which.
    DisputeChanged = "dispute.changed",
    /// The seller asked to be paid elsewhere.
    PayoutChangeRequested = "payout_change.requested",
    /// A payout change was confirmed, declined or taken back; the details say which.
    PayoutChangeDecided = "payout_change.decided",
    /// A signer was named for the operator on chain, or revoked.
    SignerSet = "signer.set",
    /// A token was added to the registry, with what the chain says of it.
    AssetRegistered = "asset.registered",
    /// A registered token is taken for new agreements again.
    AssetAllowed = "asset.allowed",
    /// A registered token is no longer taken for new agreements.
    AssetDisallowed = "asset.disallowed",
    /// A halted chain is followed again.
    ChainAcknowledged = "chain.acknowledged",
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// Whoever holds the bearer token of a profile.
    Token {
        /// The profile.
        profile: ProfileId,
        /// The token.
        token: TokenId,
    },
    /// Whoever signed in with a wallet.
    Wallet(Address),
    /// Whoever ran a command on the instance's own machine.
    Cli,
    /// The instance itself, from its configuration.
    Instance,
    /// The chain, as the indexer read it.
    Chain(u64),
}

impl Author {
    /// An act of theirs, to be completed with [`AuditEntry::with`]. `subject` is an id, an address or a CAIP id.
    #[must_use]
    pub fn did(self, action: AuditAction, subject: impl fmt::Display, at: Timestamp) -> AuditEntry {
        AuditEntry { at, author: self, action, subject: subject.to_string(), details: Value::Object(serde_json::Map::new()) }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token { profile, token } => write!(f, "{profile}/{token}"),
            Self::Wallet(address) => write!(f, "wallet:{address}"),
            Self::Cli => f.write_str("cli"),
            Self::Instance => f.write_str("instance"),
            Self::Chain(id) => write!(f, "eip155:{id}"),
        }
    }
}

/// Something that was done, to be logged with its effect.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: Author,
    /// What.
    pub action: AuditAction,
    /// To what: an id, an address or a CAIP id.
    pub subject: String,
    /// The facts, as a JSON object. No secrets: whoever may read the log is not whoever they belong to.
    pub details: Value,
}

impl AuditEntry {
    /// With the facts, as a JSON object. No secrets.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

/// An entry as it stands in the log. Author and action are texts here: an entry of another version is read all the same, and the hash decides.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedEntry {
    /// Its number: from 1, without gaps, in the order of commits.
    pub sequence: u64,
    /// When it was done.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The facts.
    pub details: Value,
    /// Links it to all entries before.
    pub hash: B256,
}

impl LoggedEntry {
    /// The entry behind `head`.
    ///
    /// # Errors
    /// When the details have no canonical JSON form.
    pub fn after(head: AuditHead, entry: &AuditEntry) -> Result<Self, NotCanonical> {
        let unlinked = Self {
            sequence: head.sequence.saturating_add(1),
            at: entry.at,
            author: entry.author.to_string(),
            action: entry.action.as_str().to_owned(),
            subject: entry.subject.clone(),
            details: entry.details.clone(),
            hash: B256::ZERO,
        };
        Ok(Self { hash: unlinked.link(head.hash)?, ..unlinked })
    }

    /// What its hash has to be behind an entry with this hash.
    ///
    /// # Errors
    /// When the details have no canonical JSON form.
    pub fn link(&self, previous: B256) -> Result<B256, NotCanonical> {
        #[derive(Serialize)]
        struct Hashed<'a> {
            sequence: u64,
            at: String,
            author: &'a str,
            action: &'a str,
            subject: &'a str,
            details: &'a Value,
        }
        let Self { sequence, at, author, action, subject, details, hash: _ } = self;
        let canonical = canonical_json(&Hashed { sequence: *sequence, at: at.to_string(), author, action, subject, details })?;
        Ok(B256::from_slice(&Sha256::new().chain_update(previous).chain_update(canonical).finalize()))
    }

    /// The log up to here.
    #[must_use]
    pub const fn head(&self) -> AuditHead {
        AuditHead { sequence: self.sequence, hash: self.hash }
    }
}

/// The end of a log. Whoever remembers one can tell later that nothing before it was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of the last entry; 0 while there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: B256,
}

impl AuditHead {
    /// Of an empty log.
    pub const EMPTY: Self = Self { sequence: 0, hash: B256::ZERO };

    /// The head behind `entry`, if the entry is the next one and its hash is right.
    ///
    /// # Errors
    /// Says what was done to the log.
    pub fn advance(self, entry: &LoggedEntry) -> Result<Self, BrokenChain> {
        let next = self.sequence.saturating_add(1);
        if entry.sequence > next {
            return Err(BrokenChain::Missing { sequence: next });
        }
        // A number that was given before, or that is none.
        if entry.sequence < next {
            return Err(BrokenChain::Altered { sequence: next });
        }
        match entry.link(self.hash) {
            Ok(hash) if hash == entry.hash => Ok(entry.head()),
            Ok(_) | Err(_) => Err(BrokenChain::Altered { sequence: next }),
        }
    }

    /// Whether a log that was read to its end, which is `self`, is whole: the recorded end is the same.
    ///
    /// # Errors
    /// When entries were cut off the end, or put there.
    pub const fn finish(self, recorded: Self) -> Result<(), BrokenChain> {
        if recorded.sequence > self.sequence {
            return Err(BrokenChain::Missing { sequence: self.sequence.saturating_add(1) });
        }
        if recorded.sequence < self.sequence || !recorded.hash.const_eq(&self.hash) {
            return Err(BrokenChain::Altered { sequence: recorded.sequence.saturating_add(1) });
        }
        Ok(())
    }
}

/// `<number of the last entry>:<its hash>`.
impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

/// Text that is not a head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the number of an entry, a colon and its hash: 42:0x…")]
pub struct InvalidHead;

impl FromStr for AuditHead {
    type Err = InvalidHead;

    fn from_str(text: &str) -> Result<Self, InvalidHead> {
        let (sequence, hash) = text.split_once(':').ok_or(InvalidHead)?;
        Ok(Self { sequence: sequence.parse().map_err(|_| InvalidHead)?, hash: hash.parse().map_err(|_| InvalidHead)? })
    }
}

/// What was done to a log. The number is that of the first entry at which it shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// It is not there: taken out, or cut off with all that followed.
    #[error("entry {sequence} is missing")]
    Missing {
        /// Its number.
        sequence: u64,
    },
    /// It does not hash to what is recorded: it was changed or put in, or one before it was and the hashes were made to fit.
    #[error("entry {sequence} was altered, or put in")]
    Altered {
        /// Its number.
        sequence: u64,
    },
    /// It cannot be read.
    #[error("entry {sequence} cannot be read: {reason}")]
    Unreadable {
        /// Its number.
        sequence: u64,
        /// Why.
        reason: String,
    },
    /// The log is sound in itself, but it is not the one of which the end was remembered.
    #[error("the log up to entry {sequence} is another one than that of which the end was remembered")]
    Rewritten {
        /// Number of the remembered entry.
        sequence: u64,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn entry(n: u64) -> AuditEntry {
        AuditEntry {
            at: Timestamp::from_unix_seconds(1_700_000_000 + n),
            author: Author::Cli,
            action: AuditAction::TokenCreated,
            subject: format!("key_{n}"),
            details: json!({ "n": n, "a": "ü" }),
        }
    }

    fn log(length: u64) -> Vec<LoggedEntry> {
        let mut head = AuditHead::EMPTY;
        let next = |n| {
            let logged = LoggedEntry::after(head, &entry(n)).unwrap();
            head = logged.head();
            logged
        };
        (0..length).map(next).collect()
    }

    fn check(log: &[LoggedEntry], recorded: AuditHead) -> Result<(), BrokenChain> {
        log.iter().try_fold(AuditHead::EMPTY, |head, entry| head.advance(entry))?.finish(recorded)
    }

    #[test]
    fn the_hash_is_what_the_page_says() {
        let first = &log(1)[0];
        let text = r#"{"action":"token.created","at":"2023-11-14T22:13:20.000Z","author":"cli","details":{"a":"ü","n":0},"sequence":1,"subject":"key_0"}"#;
        assert_eq!(first.hash, B256::from_slice(&Sha256::new().chain_update([0; 32]).chain_update(text).finalize()));
    }

    #[test]
    fn authors_and_heads_have_one_text_each() {
        let head = log(3)[2].head();
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in ["", "1", "x:0x00", "1:0x00", ":"] {
            assert_eq!(text.parse::<AuditHead>(), Err(InvalidHead), "{text}");
        }
        let profile: ProfileId = "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let token: TokenId = "key_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        assert_eq!(Author::Token { profile, token }.to_string(), "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV/key_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert_eq!(Author::Chain(8453).to_string(), "eip155:8453");
    }

    proptest! {
        #[test]
        fn i16_whatever_is_done_to_one_entry_shows_at_it(length in 1_u64..12, place in 0_usize..12, change in 0_u8..8) {
            let sound = log(length);
            let (place, recorded) = (place % sound.len(), sound[sound.len() - 1].head());
            prop_assert_eq!(check(&sound, recorded), Ok(()));
            let mut log = sound.clone();
            let number = log[place].sequence;
            let expected = match change {
                0 => { log.remove(place); BrokenChain::Missing { sequence: number } }
                1 => { log[place].subject.push('x'); BrokenChain::Altered { sequence: number } }
                2 => { log[place].author = "instance".to_owned(); BrokenChain::Altered { sequence: number } }
                3 => { log[place].at = Timestamp::from_millis(log[place].at.as_millis() + 1); BrokenChain::Altered { sequence: number } }
                4 => { log[place].details["n"] = json!(99); BrokenChain::Altered { sequence: number } }
                5 => { log[place].hash = B256::repeat_byte(7); BrokenChain::Altered { sequence: number } }
                6 => { log[place].action = "token.revoked".to_owned(); BrokenChain::Altered { sequence: number } }
                _ => { log.truncate(place); BrokenChain::Missing { sequence: number } }
            };
            prop_assert_eq!(check(&log, recorded), Err(expected));
        }
    }

    #[test]
    fn i16_an_entry_put_in_or_put_behind_shows() {
        let sound = log(4);
        let recorded = sound[3].head();
        let mut forged = sound.clone();
        // Made to fit the one before it, and in its place: those behind do not fit any more.
        forged[1] = LoggedEntry::after(sound[0].head(), &entry(77)).unwrap();
        assert_eq!(check(&forged, recorded), Err(BrokenChain::Altered { sequence: 3 }));
        let mut longer = sound.clone();
        longer.push(LoggedEntry::after(recorded, &entry(77)).unwrap());
        assert_eq!(check(&longer, recorded), Err(BrokenChain::Altered { sequence: 5 }));
    }
}
