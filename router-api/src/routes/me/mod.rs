//! The caller's own profile and what belongs to it.

pub mod payout_methods;
pub mod show;
pub mod tokens;
pub mod update;
pub mod wallets;

use settlement::ids::ProfileId;
use store::{Profile, Tx};

use crate::problem::Problem;

/// The caller's profile, locked: two changes of it, or of what is counted for it, come one after the other.
pub(super) async fn lock_own(tx: &mut Tx, id: &ProfileId) -> Result<Profile, Problem> {
    tx.lock_profile(id).await?.ok_or_else(Problem::not_found)
}
