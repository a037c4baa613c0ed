//! What can be paid on an agreement, how, and whether now.

pub mod show;
