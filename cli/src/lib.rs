//! The only process of Counterfoil: it wires the other crates together and is what people type.

pub mod config;
pub mod failure;
pub mod lifecycle;
pub mod system;
pub mod telemetry;
