//! x
pub mod accounts;
pub mod anvil;
pub mod deployment;
pub mod miner;
