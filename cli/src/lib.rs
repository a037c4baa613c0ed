//! The only process of Counterfoil: it wires the other crates together and is what people type.

pub mod addresses;
pub mod chain;
pub mod client;
pub mod commands;
pub mod config;
pub mod deploy;
pub mod diagnosis;
pub mod failure;
pub mod foundry;
pub mod lifecycle;
pub mod new_file;
pub mod output;
pub mod paying;
pub mod progress;
pub mod receipt_check;
pub mod receipt_source;
pub mod repaying;
mod retention;
pub mod services;
pub mod stack;
pub mod system;
pub mod telemetry;
pub mod wallet_key;
