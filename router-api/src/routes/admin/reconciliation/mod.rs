//! Whether chain, requests and ledger agree.

pub mod show;
