//! Stories of the whole system, on a chain: one file per kind of trouble. Start with `pay_in_full`.

#![expect(clippy::unwrap_used, reason = "in a test, what cannot go on says so by panicking")]

mod agents;
mod clients;
mod concurrency;
mod dependencies;
mod documents;
mod logs;
mod milestones;
mod pay_in_full;
mod program;
mod recovery;
mod refund;
mod refused;
mod reorg;
mod restart;
mod sealed_work;
mod tokens;
mod webhooks;
