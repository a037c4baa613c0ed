//! The rules of settlement: pure functions over what was agreed, what was asked and what the chain says.
//!
//! No I/O, no clock, no randomness: whoever calls brings them. Start with [`payment_request`], then [`verify`].

#![deny(clippy::wildcard_enum_match_arm)]
#![warn(missing_docs)]

pub mod agreement;
pub mod asset;
pub mod audit;
pub mod available_action;
pub mod canonical;
pub mod chain;
pub mod clock;
pub mod deliverable;
pub mod dispute;
pub mod duplicate;
pub mod error;
pub mod event;
pub mod fact;
pub mod finality;
pub mod ids;
pub mod invoice;
pub mod ledger;
pub mod milestone;
pub mod money;
pub mod next_action;
pub mod notice;
pub mod payment_request;
pub mod payout_change;
pub mod receipt;
pub mod reconciliation;
pub mod refund;
pub mod scope;
pub mod snapshot;
pub mod terms;
pub mod unit;
pub mod verify;
pub mod wallet;
pub mod webhook;

pub use clock::{Clock, IdSource, Timestamp};
pub use error::NotAllowed;
