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
async fn own_token(tx: &mut Tx, profile: &ProfileId, id: &TokenId) -> Result<ApiToken, Problem> {
    let token = tx.token_by_id(id).await?;
    token.filter(|token| token.profile == *profile && token.revoked_at.is_none()).ok_or_else(Problem::not_found)
}

/// Whether a token can still be used.
fn is_active(token: &ApiToken, now: Timestamp) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now)
}
