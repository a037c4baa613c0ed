//! The bearer tokens of a profile.

pub mod create;
pub mod list;
pub mod revoke;
pub mod rotate;

use settlement::Timestamp;
use settlement::ids::{ProfileId, TokenId};
use store::{ApiToken, Tx};

use crate::problem::Problem;

/// One of the caller's tokens that is not revoked. The tokens of others are not found.
async fn own_token(tx: &mut Tx, profile: &ProfileId, id: &TokenId, now: Timestamp) -> Result<ApiToken, Problem> {
    let token = tx.token_by_id(id).await?;
    token.filter(|token| token.profile == *profile && !token.is_revoked(now)).ok_or_else(Problem::not_found)
}
