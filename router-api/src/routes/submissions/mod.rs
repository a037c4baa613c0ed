//! Deliveries of the work.

pub mod create;
pub mod list;
