//! The JSON of the API: one file per noun, apart from the domain types so that neither can change the other by accident.
//!
//! Amounts are decimal strings, times ISO-8601 with milliseconds and `Z`, addresses EIP-55.

pub mod agreement;
pub mod audit;
pub mod available_action;
pub mod balance;
pub mod chain;
pub mod dispute;
#[cfg(test)]
pub(crate) mod documented;
pub mod event;
pub mod execution;
pub mod invoice;
pub mod milestone;
pub mod onboarding;
pub mod payment_options;
pub mod payment_request;
pub mod payout_change;
pub mod payout_method;
pub mod profile;
pub mod receipt;
pub mod receipt_link;
pub mod reconciliation;
pub mod refund_request;
pub mod registered_asset;
pub mod settlement_status;
pub mod signer;
pub mod statement;
pub mod submission;
pub mod token;
pub mod typed_data;
pub mod webhook;
