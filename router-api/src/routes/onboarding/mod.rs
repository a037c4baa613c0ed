//! What is ready for a first payment, and what is missing.

pub mod show;
