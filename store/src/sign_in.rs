//! Nonces of sign-in messages: each is used once.

use settlement::Timestamp;

use crate::Tx;
use crate::error::StoreError;

impl Tx {
    /// Keeps a nonce that was handed out.
    pub async fn insert_nonce(&mut self, nonce: &str, expires_at: Timestamp) -> Result<(), StoreError> {
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
