//! How the chains are followed.

pub mod list;
