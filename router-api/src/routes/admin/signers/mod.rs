//! Who may sign payments.

pub mod list;
