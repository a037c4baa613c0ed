//! A whole instance beside its own chain.

pub mod accounts;
pub mod anvil;
pub mod deployment;
