//! The binary as people and programs start it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod by_hand;
mod deliverable;
mod deploy;
mod deployment;
mod dev;
mod documents;
mod process;
