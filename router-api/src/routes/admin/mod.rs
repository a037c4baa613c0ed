//! Running the instance: what an operator sees of everybody, and does for them. Every operation needs the scope `admin`; whoever has it sees everything, so
//! nothing here depends on who asks.

pub mod audit;
pub mod chains;
pub mod profiles;
pub mod reconciliation;
pub mod registry;
pub mod signers;
pub mod tokens;
