//! What operators, monitors and clients ask about the instance itself.

pub mod chains;
pub mod docs;
pub mod health;
pub mod metrics;
pub mod openapi;
pub mod ready;
