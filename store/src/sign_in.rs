//! Nonces of sign-in messages: each is used once.

use settlement::Timestamp;

use crate::error::StoreError;
use crate::{Store, Tx};

/// How long before a new nonce ends an old one must have ended to be forgotten with certainty, in milliseconds: no nonce lives for a day.
const FORGOTTEN_AFTER_MS: i64 = 86_400_000;

impl Store {
    /// Whether a nonce was handed out, is not used and has not expired. Only [`Tx::take_nonce`] makes it count.
    pub async fn is_nonce_open(&self, nonce: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_nonces WHERE nonce = $1 AND expires_at >= $2");
        let open: i64 = query.bind(nonce.to_owned()).bind(now.as_millis()).fetch_one(self.database.pool()).await?;
        Ok(open > 0)
    }
}

impl Tx {
    /// Keeps a nonce that was handed out. Those that ended a day ago are forgotten on the way, so that handing out alone cannot fill the database.
    pub async fn insert_nonce(&mut self, nonce: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let forget = sqlx::query("DELETE FROM sign_in_nonces WHERE expires_at < $1").bind(expires_at.as_millis().saturating_sub(FORGOTTEN_AFTER_MS));
        forget.execute(self.connection()).await?;
        let query = sqlx::query("INSERT INTO sign_in_nonces (nonce, expires_at) VALUES ($1, $2)").bind(nonce.to_owned()).bind(expires_at.as_millis());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Uses a nonce up; false when it was never handed out, is used already or has expired. Expired ones are forgotten on the way.
    pub async fn take_nonce(&mut self, nonce: &str, now: Timestamp) -> Result<bool, StoreError> {
        sqlx::query("DELETE FROM sign_in_nonces WHERE expires_at < $1").bind(now.as_millis()).execute(self.connection()).await?;
        let taken = sqlx::query("DELETE FROM sign_in_nonces WHERE nonce = $1").bind(nonce.to_owned()).execute(self.connection()).await?;
        Ok(taken.rows_affected() == 1)
    }
}
