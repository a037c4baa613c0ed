//! Who follows a chain: one process, by a lock that ends with it, and a number that grows with every leader, so that one that was paused can write nothing.

use std::fmt;

use settlement::Timestamp;

use crate::Store;
use crate::engine::ChainLock;
use crate::error::StoreError;
use crate::row::signed;

/// The lead of a chain, for as long as this is held.
pub struct Leadership {
    chain_id: u64,
    epoch: u64,
    lock: ChainLock,
}

impl Leadership {
    /// The chain.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The fencing number: larger than that of every leader before.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether the lock is certainly still held. Writes are fenced in any case; this tells earlier.
    pub async fn is_alive(&mut self) -> bool {
        self.lock.is_held().await
    }
}

impl fmt::Debug for Leadership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leadership").field("chain_id", &self.chain_id).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Store {
    /// Takes the lead of a chain.
    ///
    /// # Errors
    /// [`StoreError::NotLeader`] while another process has it.
    pub async fn lead(&self, chain_id: u64) -> Result<Leadership, StoreError> {
        let Some(lock) = self.database.lock_chain(chain_id).await? else { return Err(StoreError::NotLeader { chain_id }) };
        let mut tx = self.begin().await?;
        let query = sqlx::query_scalar(
            "INSERT INTO chain_leaders (chain_id, epoch) VALUES ($1, 1) ON CONFLICT (chain_id) DO UPDATE SET epoch = chain_leaders.epoch + 1 RETURNING epoch",
        )
        .bind(signed(chain_id)?);
        let epoch: i64 = query.fetch_one(tx.connection()).await?;
        tx.commit().await?;
        Ok(Leadership { chain_id, epoch: epoch.unsigned_abs(), lock })
    }

    /// Notes that the leader of a chain follows it: it has just had an answer from its node. Who never says so any more is dead or cut off, and that shows
    /// nowhere else: its own numbers stand still.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another leads.
    pub async fn beat(&self, chain_id: u64, epoch: u64, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("UPDATE chain_leaders SET heard_at = $1 WHERE chain_id = $2 AND epoch = $3").bind(at.as_millis());
        let beaten = query.bind(signed(chain_id)?).bind(signed(epoch)?).execute(tx.connection()).await?.rows_affected();
        if beaten == 0 {
            return Err(StoreError::Fenced { chain_id, epoch });
        }
        tx.commit().await
    }
}
