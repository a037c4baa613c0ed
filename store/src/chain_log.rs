//! How far each chain was read: headers, cursor, rewinds. What was found on it is in `router_event`.

use alloy_primitives::B256;
use settlement::Timestamp;
use settlement::event::Location;
use settlement::ids::{PaymentRequestId, RefundId};
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx, router_event};

/// A block header, as far as it matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block before it.
    pub parent: B256,
    /// Unix seconds.
    pub time: u64,
}

/// A block by number, hash and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRef {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Unix seconds.
    pub time: u64,
}

/// The newest block that a node spoke of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Unix seconds.
    pub time: u64,
}

/// How far a chain was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The chain.
    pub chain_id: u64,
    /// The newest block whose events are stored.
    pub scanned: BlockRef,
    /// The newest block seen.
    pub head: Head,
    /// The newest final block that was scanned; `None` before there is one.
    pub final_through: Option<u64>,
    /// Its time in unix seconds; 0 before there is one, and after an operator acknowledged that it was taken back.
    pub final_time: u64,
    /// The leader that may move it.
    pub epoch: u64,
    /// Why reading has stopped, where it has.
    pub halted: Option<String>,
    /// When its leader last said that it follows the chain, by its host's clock. Written by [`Store::beat`] only.
    pub heard_at: Option<Timestamp>,
}

fn header(chain_id: u64, row: &AnyRow) -> Result<Header, StoreError> {
    let fields = Fields::named("chain_headers", format!("a block of chain {chain_id}"), row);
    Ok(Header { number: fields.unsigned("number")?, hash: fields.hash("hash")?, parent: fields.hash("parent")?, time: fields.unsigned("time")? })
}

pub(crate) fn cursor(chain_id: u64, row: &AnyRow) -> Result<Cursor, StoreError> {
    let fields = Fields::named("chain_cursors", chain_id.to_string(), row);
    Ok(Cursor {
        chain_id,
        scanned: BlockRef { number: fields.unsigned("scanned_number")?, hash: fields.hash("scanned_hash")?, time: fields.unsigned("scanned_time")? },
        head: Head { number: fields.unsigned("head_number")?, time: fields.unsigned("head_time")? },
        final_through: fields.opt_unsigned("final_through")?,
        final_time: fields.unsigned("final_time")?,
        epoch: fields.unsigned("epoch")?,
        halted: fields.opt_text("halted")?,
        heard_at: fields.opt_time("heard_at")?,
    })
}

impl Store {
    /// How far a chain was read; `None` before its first block.
    pub async fn cursor(&self, chain_id: u64) -> Result<Option<Cursor>, StoreError> {
        let query = sqlx::query("SELECT c.*, l.epoch, l.heard_at FROM chain_cursors c JOIN chain_leaders l ON l.chain_id = c.chain_id WHERE c.chain_id = $1");
        let row = query.bind(signed(chain_id)?).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(|row| cursor(chain_id, row)).transpose()
    }

    /// The stored headers from one number to another, both included, lowest first. There may be gaps below the final block.
    pub async fn headers(&self, chain_id: u64, from: u64, to: u64) -> Result<Vec<Header>, StoreError> {
        let query = sqlx::query("SELECT * FROM chain_headers WHERE chain_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number");
        let rows = query.bind(signed(chain_id)?).bind(signed(from)?).bind(signed(to)?).fetch_all(self.database.pool()).await?;
        rows.iter().map(|row| header(chain_id, row)).collect()
    }

    /// The highest stored header below a number.
    pub async fn header_below(&self, chain_id: u64, number: u64) -> Result<Option<Header>, StoreError> {
        let query = sqlx::query("SELECT * FROM chain_headers WHERE chain_id = $1 AND number < $2 ORDER BY number DESC LIMIT 1");
        let row = query.bind(signed(chain_id)?).bind(signed(number)?).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(|row| header(chain_id, row)).transpose()
    }

    /// The requests that are verified by an event above a block.
    pub async fn verified_above(&self, chain_id: u64, number: u64) -> Result<Vec<PaymentRequestId>, StoreError> {
        let query = sqlx::query("SELECT payment_request_id FROM proofs WHERE chain_id = $1 AND block_number > $2 ORDER BY block_number, log_index");
        let rows = query.bind(signed(chain_id)?).bind(signed(number)?).fetch_all(self.database.pool()).await?;
        rows.iter().map(|row| Fields::new("proofs", "payment_request_id", row)?.parsed("payment_request_id")).collect()
    }

    /// The refunds that are settled by an event above a block.
    pub async fn settled_above(&self, chain_id: u64, number: u64) -> Result<Vec<RefundId>, StoreError> {
        let query = sqlx::query("SELECT refund_request_id FROM refund_proofs WHERE chain_id = $1 AND block_number > $2 ORDER BY block_number, log_index");
        let rows = query.bind(signed(chain_id)?).bind(signed(number)?).fetch_all(self.database.pool()).await?;
        rows.iter().map(|row| Fields::new("refund_proofs", "refund_request_id", row)?.parsed("refund_request_id")).collect()
    }
}

impl Tx {
    /// Checks that this leader still leads, and holds off the next until the transaction ends. Every write of an indexer starts with it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`].
    async fn fence(&mut self, chain_id: u64, epoch: u64) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE chain_leaders SET epoch = epoch WHERE chain_id = $1 AND epoch = $2").bind(signed(chain_id)?).bind(signed(epoch)?);
        let leads = query.execute(self.connection()).await?.rows_affected() == 1;
        if leads { Ok(()) } else { Err(StoreError::Fenced { chain_id, epoch }) }
    }

    /// Starts reading a chain at a block, whose own events are not read.
    ///
    /// # Errors
    /// `Duplicate("chain")` when it has been started; [`StoreError::Fenced`].
    pub async fn start_chain(&mut self, chain_id: u64, header: &Header, epoch: u64) -> Result<(), StoreError> {
        self.fence(chain_id, epoch).await?;
        let query = sqlx::query(
            "INSERT INTO chain_cursors (chain_id, scanned_number, scanned_hash, scanned_time, head_number, head_time, final_time) \
             VALUES ($1, $2, $3, $4, $2, $4, 0) ON CONFLICT (chain_id) DO NOTHING",
        )
        .bind(signed(chain_id)?)
        .bind(signed(header.number)?)
        .bind(lower(header.hash))
        .bind(signed(header.time)?);
        if query.execute(self.connection()).await?.rows_affected() == 0 {
            return Err(Conflict::Duplicate("chain").into());
        }
        self.append_headers(chain_id, &[*header]).await
    }

    /// Stores headers.
    pub async fn append_headers(&mut self, chain_id: u64, headers: &[Header]) -> Result<(), StoreError> {
        for header in headers {
            let query = sqlx::query(
                "INSERT INTO chain_headers (chain_id, number, hash, parent, time) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (chain_id, number) DO UPDATE SET hash = excluded.hash, parent = excluded.parent, time = excluded.time",
            )
            .bind(signed(chain_id)?)
            .bind(signed(header.number)?)
            .bind(lower(header.hash))
            .bind(lower(header.parent))
            .bind(signed(header.time)?);
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Moves the cursor of a chain.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when `cursor.epoch` is not the leader's any more.
    pub async fn advance(&mut self, cursor: &Cursor) -> Result<(), StoreError> {
        self.fence(cursor.chain_id, cursor.epoch).await?;
        let query = sqlx::query(
            "UPDATE chain_cursors SET scanned_number = $1, scanned_hash = $2, scanned_time = $3, head_number = $4, head_time = $5, final_through = $6, \
             final_time = $7, halted = $8 WHERE chain_id = $9",
        )
        .bind(signed(cursor.scanned.number)?)
        .bind(lower(cursor.scanned.hash))
        .bind(signed(cursor.scanned.time)?)
        .bind(signed(cursor.head.number)?)
        .bind(signed(cursor.head.time)?)
        .bind(cursor.final_through.map(signed).transpose()?)
        .bind(signed(cursor.final_time)?)
        .bind(cursor.halted.clone())
        .bind(signed(cursor.chain_id)?);
        let moved = query.execute(self.connection()).await?.rows_affected();
        if moved == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Takes back everything above a block: events are marked as orphaned, headers forgotten. The cursor is moved by [`Tx::advance`]. Returns the payments
    /// that are no longer on the chain, lowest first.
    ///
    /// # Errors
    /// [`StoreError::Fenced`].
    pub async fn rewind(&mut self, chain_id: u64, to: u64, epoch: u64) -> Result<Vec<Location>, StoreError> {
        self.fence(chain_id, epoch).await?;
        let (chain, above) = (signed(chain_id)?, signed(to)?);
        let orphaned = router_event::orphan_above(self.connection(), chain_id, to).await?;
        sqlx::query("DELETE FROM chain_headers WHERE chain_id = $1 AND number > $2").bind(chain).bind(above).execute(self.connection()).await?;
        for unvoid in [
            "UPDATE units SET voided_in_block = NULL WHERE chain_id = $1 AND voided_in_block > $2",
            "UPDATE refund_requests SET voided_in_block = NULL WHERE chain_id = $1 AND voided_in_block > $2",
        ] {
            sqlx::query(unvoid).bind(chain).bind(above).execute(self.connection()).await?;
        }
        Ok(orphaned)
    }

    /// Forgets headers below a block, except those of blocks that hold events: any of them may be the common ancestor after a long outage.
    pub async fn prune_headers(&mut self, chain_id: u64, below: u64) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM chain_headers WHERE chain_id = $1 AND number < $2 AND NOT EXISTS (SELECT 1 FROM router_events e \
             WHERE e.chain_id = chain_headers.chain_id AND e.block_number = chain_headers.number AND e.orphaned = 0)",
        );
        Ok(query.bind(signed(chain_id)?).bind(signed(below)?).execute(self.connection()).await?.rows_affected())
    }
}
