//! What the caller has paid and received.

pub mod show;
