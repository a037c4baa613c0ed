//! Wallet sign-in (EIP-4361).

pub mod nonce;
pub mod proof;
pub mod siwe;
