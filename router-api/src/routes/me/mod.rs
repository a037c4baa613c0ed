//! The caller's own profile and what belongs to it.

pub mod payout_methods;
pub mod show;
pub mod tokens;
pub mod update;
pub mod wallets;

use settlement::ids::ProfileId;
use store::{Profile, Store};

use crate::problem::Problem;

/// The caller's profile. A token whose profile is gone sees nothing.
async fn own_profile(store: &Store, id: &ProfileId) -> Result<Profile, Problem> {
    store.profile(id).await?.ok_or_else(Problem::not_found)
}
