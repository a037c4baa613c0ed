//! Idempotency keys: an effect and its answer commit together, and the answer is given again to whoever asks again.
//!
//! A key in use is not a row with a lease but a lock that ends with the transaction, so that a process that dies holds nobody up and nothing runs twice.

use settlement::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::engine::Claimed;
use crate::error::StoreError;
use crate::row::Fields;
use crate::{Store, Tx};

/// What names an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// Whose key.
    pub owner: String,
    /// HTTP method.
    pub method: String,
    /// Path of the request.
    pub path: String,
    /// What the client sent.
    pub key: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do with a request that carries a key.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once, and nearly always this one")]
#[derive(Debug)]
pub enum Claim {
    /// Nobody has used it: have the effect in this transaction, then [`Tx::answer`] and commit.
    Fresh(Tx),
    /// It is done: answer this.
    Replay(StoredAnswer),
    /// It was, or is being, used with another body.
    OtherBody,
    /// The same request is still running.
    InFlight,
}

impl IdempotencyKey {
    /// sha256 over the parts, each behind its length, so that no two keys run together.
    fn scope(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [&self.owner, &self.method, &self.path, &self.key] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

fn with_body(scope: &[u8; 32], body_hash: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(scope).chain_update(body_hash).finalize().into()
}

/// What was answered under a key, if anything, and whether to this body.
async fn answered(connection: &mut AnyConnection, scope: &[u8; 32], body_hash: &[u8; 32]) -> Result<Option<Claim>, StoreError> {
    let query = sqlx::query("SELECT * FROM idempotency_answers WHERE scope = $1").bind(hex::encode(scope));
    let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
    let fields = Fields::new("idempotency_answers", "scope", &row)?;
    if fields.text("body_hash")? != hex::encode(body_hash) {
        return Ok(Some(Claim::OtherBody));
    }
    let headers = serde_json::from_str(&fields.text("headers")?).map_err(|error| fields.bad("headers", error))?;
    Ok(Some(Claim::Replay(StoredAnswer { status: fields.unsigned("status")?, headers, body: fields.blob("body")? })))
}

impl Store {
    /// Claims a key for a request with this body.
    pub async fn claim(&self, key: &IdempotencyKey, body_hash: [u8; 32]) -> Result<Claim, StoreError> {
        let scope = key.scope();
        if let Some(done) = answered(&mut *self.read().await?, &scope, &body_hash).await? {
            return Ok(done);
        }
        let mut tx = match self.database.write_under(scope, with_body(&scope, &body_hash)).await? {
            Claimed::Mine(write) => Tx::over(*write),
            Claimed::SameBody => return Ok(Claim::InFlight),
            Claimed::OtherBody => return Ok(Claim::OtherBody),
        };
        // Whoever held the key before may have committed since the first look.
        match answered(tx.connection(), &scope, &body_hash).await? {
            Some(done) => Ok(done),
            None => Ok(Claim::Fresh(tx)),
        }
    }

    /// Forgets answers given before `before`. Returns how many.
    pub async fn prune_idempotency(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("DELETE FROM idempotency_answers WHERE created_at < $1").bind(before.as_millis());
        let pruned = query.execute(tx.connection()).await?.rows_affected();
        tx.commit().await?;
        Ok(pruned)
    }
}

impl Tx {
    /// Keeps the answer of a claimed key, to be committed with the effect.
    pub fn answer(&mut self, key: &IdempotencyKey, body_hash: [u8; 32], answer: &StoredAnswer, now: Timestamp) {
        self.last
            .add("INSERT INTO idempotency_answers (scope, body_hash, status, headers, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(hex::encode(key.scope()))
            .bind(hex::encode(body_hash))
            .bind(i64::from(answer.status))
            .bind(serde_json::json!(answer.headers).to_string())
            .bind(answer.body.clone())
            .bind(now.as_millis());
    }
}
