//! Bearer tokens: their rows. The secrets never get here, only their keyed hashes.

use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::audit::{AuditAction, Author};
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::Fields;
use crate::{PageKey, Store, Tx};

/// How exactly the last use of a token is kept, in milliseconds: one write a minute instead of one per request.
const USE_PRECISION_MS: i64 = 60_000;
/// How many tokens that ended are kept of a profile: enough to see what was revoked lately. The audit log has what was forgotten.
const ENDED_KEPT: i64 = 50;
/// A token that is made for less than a day, in milliseconds, is a session: it comes from a sign-in. The others are made for whole days, or without end.
const SESSION_MS: i64 = 86_400_000;

pub(crate) const BY_HASH: &str =
    "SELECT t.* FROM api_tokens t WHERE t.hash = $1 AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = t.profile_id AND p.disabled_at IS NOT NULL)";
pub(crate) const OF_ENABLED: &str =
    "SELECT t.* FROM api_tokens t WHERE t.id = $1 AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = t.profile_id AND p.disabled_at IS NOT NULL)";
pub(crate) const WORKING: &str = "SELECT COUNT(*) FROM api_tokens WHERE profile_id = $1 AND revoked_at IS NULL \
     AND (expires_at IS NULL OR (expires_at > $2 AND expires_at - created_at >= $3))";
pub(crate) const FORGET: &str = "DELETE FROM api_tokens WHERE profile_id = $1 AND (revoked_at <= $2 OR expires_at <= $2) AND id NOT IN \
     (SELECT id FROM api_tokens WHERE profile_id = $1 AND (revoked_at <= $2 OR expires_at <= $2) ORDER BY created_at DESC, id DESC LIMIT $3)";
pub(crate) const END_SESSIONS: &str = "UPDATE api_tokens SET revoked_at = $2 WHERE profile_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
     AND expires_at - created_at < $3 AND id NOT IN (SELECT id FROM api_tokens WHERE profile_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
     AND expires_at - created_at < $3 ORDER BY created_at DESC, id DESC LIMIT $4) RETURNING id";
pub(crate) const END_ALL_SESSIONS: &str = "UPDATE api_tokens SET revoked_at = $2 WHERE profile_id = $1 AND (revoked_at IS NULL OR revoked_at > $2) \
     AND expires_at > $2 AND expires_at - created_at < $3 AND id <> $4 RETURNING id";
pub(crate) const END_REPLACED: &str =
    "UPDATE api_tokens SET revoked_at = $1 WHERE replaced_by = $2 AND (revoked_at IS NULL OR revoked_at > $1) RETURNING id, profile_id";
pub(crate) const PAGE: &str = "SELECT * FROM api_tokens WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3";
pub(crate) const PAGE_OF_PROFILE: &str =
    "SELECT * FROM api_tokens WHERE profile_id = $4 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3";

/// A bearer token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub profile: ProfileId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// From when on it does not work, because it was revoked or rotated.
    pub revoked_at: Option<Timestamp>,
    /// The token that replaces it.
    pub replaced_by: Option<TokenId>,
}

impl ApiToken {
    /// Whether it was revoked by then. A token that was rotated works until the new one is used, for some minutes at most.
    #[must_use]
    pub fn is_revoked(&self, now: Timestamp) -> bool {
        self.revoked_at.is_some_and(|from| from <= now)
    }

    /// Whether it can be used.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        !self.is_revoked(now) && self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether a use now is worth noting: the last one that was noted is a minute ago. The row as it was just read says so: asking again would cost every
    /// request a statement.
    #[must_use]
    pub fn is_use_due(&self, at: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| last.as_millis() < at.as_millis() - USE_PRECISION_MS)
    }

    /// What it lets whom do, for the audit log.
    #[must_use]
    pub fn grant(&self) -> Value {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        json!({ "tokenId": self.id.as_str(), "profileId": self.profile.as_str(), "name": self.name, "scopes": scopes,
            "expiresAt": self.expires_at.map(|at| at.to_string()) })
    }
}

fn token(row: &AnyRow) -> Result<ApiToken, StoreError> {
    let fields = Fields::new("api_tokens", "id", row)?;
    let scopes = fields.text("scopes")?;
    Ok(ApiToken {
        id: fields.parsed("id")?,
        profile: fields.parsed("profile_id")?,
        name: fields.text("name")?,
        scopes: scopes.split_whitespace().map(|scope| scope.parse().map_err(|error| fields.bad("scopes", error))).collect::<Result<_, _>>()?,
        created_at: fields.time("created_at")?,
        expires_at: fields.opt_time("expires_at")?,
        last_used_at: fields.opt_time("last_used_at")?,
        revoked_at: fields.opt_time("revoked_at")?,
        replaced_by: fields.opt_parsed("replaced_by")?,
    })
}

impl Store {
    /// The token with this keyed hash, whatever its state; none when its profile is disabled.
    pub async fn token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        let row = sqlx::query(BY_HASH).bind(hex::encode(hash)).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(token).transpose()
    }

    /// The token with this id, whatever its state; none when its profile is disabled.
    pub async fn token_by_id(&self, id: &TokenId) -> Result<Option<ApiToken>, StoreError> {
        let row = sqlx::query(OF_ENABLED).bind(id.as_str()).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(token).transpose()
    }

    /// The tokens of a profile, newest first: those that work, and the last that no longer do.
    pub async fn tokens(&self, profile: &ProfileId) -> Result<Vec<ApiToken>, StoreError> {
        let query = sqlx::query("SELECT * FROM api_tokens WHERE profile_id = $1 ORDER BY created_at DESC, id DESC").bind(profile.as_str());
        query.fetch_all(self.database.pool()).await?.iter().map(token).collect()
    }

    /// Tokens of a profile, or of all, newest first.
    pub async fn tokens_page(&self, profile: Option<&ProfileId>, after: Option<&PageKey>, limit: u32) -> Result<Vec<ApiToken>, StoreError> {
        let (at, id) = PageKey::bounds(after);
        let query = match profile {
            Some(profile) => sqlx::query(PAGE_OF_PROFILE).bind(at).bind(id).bind(i64::from(limit)).bind(profile.as_str()),
            None => sqlx::query(PAGE).bind(at).bind(id).bind(i64::from(limit)),
        };
        query.fetch_all(self.database.pool()).await?.iter().map(token).collect()
    }

    /// Notes that a token was used, unless that was noted within the last minute: by another process, say. The one that it replaces ends with that.
    pub async fn touch_token(&self, token: &TokenId, at: Timestamp) -> Result<(), StoreError> {
        let before = at.as_millis() - USE_PRECISION_MS;
        let mut tx = self.begin().await?;
        let query = sqlx::query("UPDATE api_tokens SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)");
        let noted = query.bind(at.as_millis()).bind(token.as_str()).bind(before).execute(tx.connection()).await?.rows_affected();
        if noted == 0 {
            return Ok(());
        }
        let ended = sqlx::query(END_REPLACED).bind(at.as_millis()).bind(token.as_str()).fetch_all(tx.connection()).await?;
        for row in &ended {
            let fields = Fields::new("api_tokens", "id", row)?;
            let (old, profile): (TokenId, ProfileId) = (fields.parsed("id")?, fields.parsed("profile_id")?);
            tx.audit(Author::Token { profile, token: token.clone() }.did(AuditAction::TokenRevoked, &old, at));
        }
        tx.commit().await
    }
}

impl Tx {
    /// A token by its id, whatever its state.
    pub async fn token_by_id(&mut self, id: &TokenId) -> Result<Option<ApiToken>, StoreError> {
        let row = sqlx::query("SELECT * FROM api_tokens WHERE id = $1").bind(id.as_str()).fetch_optional(self.connection()).await?;
        row.as_ref().map(token).transpose()
    }

    /// How many tokens of a profile work, sessions left out.
    pub async fn working_tokens(&mut self, profile: &ProfileId, now: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar(WORKING).bind(profile.as_str()).bind(now.as_millis()).bind(SESSION_MS);
        let working: i64 = query.fetch_one(self.connection()).await?;
        Ok(working.unsigned_abs())
    }

    /// Ends the sessions of a profile, but for the newest `keep`. Returns those that it ended.
    pub async fn end_sessions(&mut self, profile: &ProfileId, keep: u32, at: Timestamp) -> Result<Vec<TokenId>, StoreError> {
        let query = sqlx::query(END_SESSIONS).bind(profile.as_str()).bind(at.as_millis()).bind(SESSION_MS).bind(i64::from(keep));
        query.fetch_all(self.connection()).await?.iter().map(|row| Fields::new("api_tokens", "id", row)?.parsed("id")).collect()
    }

    /// Ends all sessions of a profile, but for one. Returns those that it ended.
    pub async fn end_all_sessions(&mut self, profile: &ProfileId, but: Option<&TokenId>, at: Timestamp) -> Result<Vec<TokenId>, StoreError> {
        let but = but.map_or("", |token| token.as_str());
        let query = sqlx::query(END_ALL_SESSIONS).bind(profile.as_str()).bind(at.as_millis()).bind(SESSION_MS).bind(but);
        query.fetch_all(self.connection()).await?.iter().map(|row| Fields::new("api_tokens", "id", row)?.parsed("id")).collect()
    }

    /// Names the token that replaces one. The old one works until `until`, or until the new one is used; who rotates it again before that has lost the answer,
    /// and gets no more time by it.
    ///
    /// # Errors
    /// `Changed` when it was revoked or rotated since it was read.
    pub async fn replace_token(&mut self, old: &ApiToken, new: &TokenId, until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE api_tokens SET replaced_by = $1, revoked_at = COALESCE(revoked_at, $2) WHERE id = $3 AND COALESCE(replaced_by, '') = $4 \
             AND (revoked_at IS NULL OR revoked_at > $5)",
        )
        .bind(new.as_str())
        .bind(until.as_millis())
        .bind(old.id.as_str())
        .bind(old.replaced_by.as_ref().map_or("", |token| token.as_str()))
        .bind(now.as_millis());
        let replaced = query.execute(self.connection()).await?.rows_affected();
        if replaced == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Adds a token with the keyed hash of its secret. Of those of the profile that no longer work, only the last 50 are kept.
    ///
    /// # Errors
    /// `Duplicate("token")`: the source of secrets repeats itself.
    pub async fn insert_token(&mut self, token: &ApiToken, hash: &[u8; 32]) -> Result<(), StoreError> {
        let forget = sqlx::query(FORGET).bind(token.profile.as_str()).bind(token.created_at.as_millis()).bind(ENDED_KEPT);
        forget.execute(self.connection()).await?;
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let query = sqlx::query(
            "INSERT INTO api_tokens (id, profile_id, name, scopes, hash, created_at, expires_at, last_used_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(token.id.as_str())
        .bind(token.profile.as_str())
        .bind(token.name.as_str())
        .bind(scopes.join(" "))
        .bind(hex::encode(hash))
        .bind(token.created_at.as_millis())
        .bind(token.expires_at.map(Timestamp::as_millis))
        .bind(token.last_used_at.map(Timestamp::as_millis))
        .bind(token.revoked_at.map(Timestamp::as_millis));
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("token").into()) }
    }

    /// Revokes a token at once, also one that was rotated; false when there is none or it is revoked already.
    pub async fn revoke_token(&mut self, id: &TokenId, at: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE api_tokens SET revoked_at = $1 WHERE id = $2 AND (revoked_at IS NULL OR revoked_at > $1)")
            .bind(at.as_millis())
            .bind(id.as_str());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
