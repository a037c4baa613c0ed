//! A whole instance beside its own chain.

pub mod anvil;
