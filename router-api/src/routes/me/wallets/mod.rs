//! The wallets that speak for a profile.

pub mod add;
pub mod list;
