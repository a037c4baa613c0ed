//! What anybody may see of a profile.

pub mod payout_methods;
