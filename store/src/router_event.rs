//! Every log of our routers that was ever seen. What a reorg took away is marked, not deleted.

use alloy_primitives::{Address, B256, U256};
use settlement::event::{Location, PaymentEvent, RefundEvent, RouterEvent};
use settlement::ids::PaymentRequestId;
use settlement::verify::Authority;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx};

mod write;

pub(crate) const SEEN: &str = "SELECT e.* FROM router_events e JOIN payment_requests r ON r.digest = e.digest AND r.chain_id = e.chain_id \
     WHERE r.id = $1 AND e.orphaned = 0 ORDER BY e.block_number DESC, e.log_index DESC LIMIT 1";
pub(crate) const OF_TRANSACTION: &str =
    "SELECT * FROM router_events WHERE chain_id = $1 AND tx_hash = $2 AND kind = 'payment' AND orphaned = 0 ORDER BY log_index";
pub(crate) const REFUNDS_OF_TRANSACTION: &str =
    "SELECT * FROM router_events WHERE chain_id = $1 AND tx_hash = $2 AND kind = 'refund' AND orphaned = 0 ORDER BY log_index";
pub(crate) const SIGNER_NAMED: &str = "SELECT * FROM router_events WHERE chain_id = $1 AND operator = $2 AND signer = $3 AND kind = 'signer_set' AND orphaned = 0 \
     AND (block_number, log_index) < ($4, $5) ORDER BY block_number DESC, log_index DESC LIMIT 1";
pub(crate) const SIGNERS: &str = "SELECT * FROM router_events WHERE chain_id = $1 AND operator = $2 AND kind = 'signer_set' AND orphaned = 0 \
     ORDER BY block_number, log_index";
pub(crate) const OUTSTANDING: &str = "SELECT signer, COUNT(*) AS requests, MAX(deadline) AS last_deadline FROM payment_requests \
     WHERE chain_id = $1 AND status IN ('signed', 'submitted') GROUP BY signer";
pub(crate) const UNJUDGED: &str = "SELECT * FROM router_events WHERE chain_id = $1 AND orphaned = 0 AND verdict IS NULL AND kind = 'payment' AND block_number <= $2 \
     ORDER BY block_number, log_index LIMIT $3";

pub(crate) const UNJUDGED_REFUNDS: &str = "SELECT * FROM router_events WHERE chain_id = $1 AND orphaned = 0 AND verdict IS NULL AND kind = 'refund' \
     AND block_number <= $2 ORDER BY block_number, log_index LIMIT $3";

/// What came of an event once it was final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It proves the payment or refund request it names.
    Verified,
    /// It names a payment or refund request and does not match it.
    Issue,
    /// It names none of this instance.
    Foreign,
    /// It moves no money, and what it says was done.
    Applied,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Issue => "issue",
            Self::Foreign => "foreign",
            Self::Applied => "applied",
        }
    }
}

/// An event that stands on the chain, final or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenEvent {
    /// The event.
    pub event: PaymentEvent,
    /// Who sent its transaction, where that was asked: need not be the payer.
    pub tx_from: Option<Address>,
}

/// What a key has signed that is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The key.
    pub signer: Address,
    /// How many requests.
    pub requests: u64,
    /// The latest of their deadlines, in unix seconds.
    pub last_deadline: u64,
}

fn location(fields: &Fields<'_>) -> Result<Location, StoreError> {
    Ok(Location {
        chain_id: fields.unsigned("chain_id")?,
        block_number: fields.unsigned("block_number")?,
        block_hash: fields.hash("block_hash")?,
        block_time: fields.unsigned("block_time")?,
        tx_hash: fields.hash("tx_hash")?,
        log_index: fields.unsigned("log_index")?,
    })
}

fn payment(row: &AnyRow) -> Result<PaymentEvent, StoreError> {
    payment_of(&Fields::new("router_events", "tx_hash", row)?)
}

/// The payment that a row, or a part of one, holds.
pub(crate) fn payment_of(fields: &Fields<'_>) -> Result<PaymentEvent, StoreError> {
    Ok(PaymentEvent {
        location: location(fields)?,
        emitter: fields.address("emitter")?,
        operator: fields.address("operator")?,
        request_id: fields.hash("request_id")?,
        payee: fields.address("payee")?,
        payer: fields.address("payer")?,
        token: fields.address("token")?,
        amount: fields.word("amount")?,
        fee_recipient: fields.address("fee_recipient")?,
        fee_amount: fields.word("fee_amount")?,
        nonce: fields.word("nonce")?,
        deadline: fields.word("deadline")?,
        digest: fields.hash("digest")?,
    })
}

fn refund(row: &AnyRow) -> Result<RefundEvent, StoreError> {
    refund_of(&Fields::new("router_events", "tx_hash", row)?)
}

/// The refund that a row, or a part of one, holds.
pub(crate) fn refund_of(fields: &Fields<'_>) -> Result<RefundEvent, StoreError> {
    Ok(RefundEvent {
        location: location(fields)?,
        emitter: fields.address("emitter")?,
        operator: fields.address("operator")?,
        parent: fields.hash("parent")?,
        request_id: fields.hash("request_id")?,
        payee: fields.address("payee")?,
        payer: fields.address("payer")?,
        token: fields.address("token")?,
        amount: fields.word("amount")?,
        nonce: fields.word("nonce")?,
        deadline: fields.word("deadline")?,
        digest: fields.hash("digest")?,
    })
}

fn seen(row: &AnyRow) -> Result<SeenEvent, StoreError> {
    Ok(SeenEvent { event: payment(row)?, tx_from: Fields::new("router_events", "tx_hash", row)?.opt_address("tx_from")? })
}

/// The event of a request that stands on the chain.
async fn seen_event(connection: &mut AnyConnection, id: &PaymentRequestId) -> Result<Option<SeenEvent>, StoreError> {
    sqlx::query(SEEN).bind(id.as_str()).fetch_optional(connection).await?.as_ref().map(seen).transpose()
}

async fn events_of_tx(connection: &mut AnyConnection, chain_id: u64, tx_hash: B256) -> Result<Vec<PaymentEvent>, StoreError> {
    sqlx::query(OF_TRANSACTION).bind(signed(chain_id)?).bind(lower(tx_hash)).fetch_all(connection).await?.iter().map(payment).collect()
}

/// From the events up to a place.
async fn authority(connection: &mut AnyConnection, chain_id: u64, operator: Address, signer: Address, at: &Location) -> Result<Option<Authority>, StoreError> {
    if signer == operator {
        return Ok(Some(Authority::Operator));
    }
    let query =
        sqlx::query(SIGNER_NAMED).bind(signed(chain_id)?).bind(lower(operator)).bind(lower(signer)).bind(signed(at.block_number)?).bind(signed(at.log_index)?);
    let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
    let until: u64 = Fields::new("router_events", "tx_hash", &row)?.unsigned("signer_until")?;
    Ok((until > 0).then_some(Authority::Delegate { signer, until }))
}

/// What the newest event says of a signer.
pub(crate) async fn signer_until(connection: &mut AnyConnection, chain_id: u64, operator: Address, signer: Address) -> Result<Option<u64>, StoreError> {
    // The operator itself needs nobody's leave.
    if signer == operator {
        return Ok(None);
    }
    let query = sqlx::query(SIGNER_NAMED).bind(signed(chain_id)?).bind(lower(operator)).bind(lower(signer)).bind(i64::MAX).bind(i64::MAX);
    let row = query.fetch_optional(connection).await?;
    row.map(|row| Fields::new("router_events", "tx_hash", &row)?.unsigned("signer_until")).transpose()
}

/// What uses nonce `$3`, or cancels nonces of its word `$4`, on whatever branch.
pub(crate) const NAMING_NONCE: &str = "SELECT tx_hash, nonce, mask FROM router_events WHERE chain_id = $1 AND operator = $2 AND nonce = $3 \
     UNION ALL SELECT tx_hash, nonce, mask FROM router_events WHERE chain_id = $1 AND operator = $2 AND word = $4 AND kind = 'nonces_cancelled'";

/// Whether a nonce of an operator was ever seen used or cancelled, on whatever branch.
pub(crate) async fn is_nonce_seen(connection: &mut AnyConnection, chain_id: u64, operator: Address, nonce: U256) -> Result<bool, StoreError> {
    let (word, bit) = nonce.div_rem(U256::from(256));
    let query = sqlx::query(NAMING_NONCE).bind(signed(chain_id)?).bind(lower(operator)).bind(nonce.to_string()).bind(word.to_string());
    for row in &query.fetch_all(connection).await? {
        let fields = Fields::new("router_events", "tx_hash", row)?;
        if fields.opt_text("nonce")?.is_some() || fields.word("mask")?.bit(bit.to()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a cancellation of a nonce stands on the chain in this block.
pub(crate) async fn is_cancelled(connection: &mut AnyConnection, unit: (u64, Address, U256), block_number: u64) -> Result<bool, StoreError> {
    let (chain_id, operator, nonce) = unit;
    Ok(cancellations_of(connection, chain_id, operator, nonce).await?.any(|standing_in| standing_in == Some(block_number)))
}

/// The cancellations of a nonce on whatever branch, each with its block if it stands.
async fn cancellations_of(
    connection: &mut AnyConnection,
    chain_id: u64,
    operator: Address,
    nonce: U256,
) -> Result<impl Iterator<Item = Option<u64>>, StoreError> {
    let (word, bit) = nonce.div_rem(U256::from(256));
    let query = sqlx::query(
        "SELECT tx_hash, mask, block_number, orphaned FROM router_events WHERE chain_id = $1 AND operator = $2 AND word = $3 AND kind = 'nonces_cancelled'",
    );
    let rows = query.bind(signed(chain_id)?).bind(lower(operator)).bind(word.to_string()).fetch_all(connection).await?;
    let cancelled = rows.iter().map(|row| {
        let fields = Fields::new("router_events", "tx_hash", row)?;
        let standing_in = if fields.flag("orphaned")? { None } else { Some(fields.unsigned("block_number")?) };
        Ok(fields.word("mask")?.bit(bit.to()).then_some(standing_in))
    });
    let cancelled: Vec<Option<Option<u64>>> = cancelled.collect::<Result<_, StoreError>>()?;
    Ok(cancelled.into_iter().flatten())
}

/// Marks every event above a block as gone, and returns where the payments and refunds among them stood, lowest first.
pub(crate) async fn orphan_above(connection: &mut AnyConnection, chain_id: u64, number: u64) -> Result<Vec<Location>, StoreError> {
    let (chain, above) = (signed(chain_id)?, signed(number)?);
    let standing =
        "SELECT * FROM router_events WHERE chain_id = $1 AND block_number > $2 AND orphaned = 0 AND nonce IS NOT NULL ORDER BY block_number, log_index";
    let rows = sqlx::query(standing).bind(chain).bind(above).fetch_all(&mut *connection).await?;
    let orphaned = rows.iter().map(|row| location(&Fields::new("router_events", "tx_hash", row)?)).collect::<Result<_, _>>()?;
    let mark = sqlx::query("UPDATE router_events SET orphaned = 1, verdict = NULL WHERE chain_id = $1 AND block_number > $2 AND orphaned = 0");
    mark.bind(chain).bind(above).execute(connection).await?;
    Ok(orphaned)
}

impl Store {
    /// The event of a request that stands on the chain, final or not.
    pub async fn seen_event(&self, id: &PaymentRequestId) -> Result<Option<SeenEvent>, StoreError> {
        seen_event(&mut *self.read().await?, id).await
    }

    /// Until when the newest event lets a signer sign for an operator, in unix seconds (0: revoked), final or not; `None` when no event names it.
    pub async fn signer_until(&self, chain_id: u64, operator: Address, signer: Address) -> Result<Option<u64>, StoreError> {
        signer_until(&mut *self.read().await?, chain_id, operator, signer).await
    }

    /// What each key has signed on a chain that is live (signed or submitted).
    pub async fn outstanding_by_signer(&self, chain_id: u64) -> Result<Vec<Outstanding>, StoreError> {
        let rows = sqlx::query(OUTSTANDING).bind(signed(chain_id)?).fetch_all(self.database.pool()).await?;
        let outstanding = |row: &AnyRow| {
            let fields = Fields::new("payment_requests", "signer", row)?;
            Ok(Outstanding { signer: fields.address("signer")?, requests: fields.unsigned("requests")?, last_deadline: fields.unsigned("last_deadline")? })
        };
        rows.iter().map(outstanding).collect()
    }

    /// Every event that names or revokes a signer of an operator, oldest first, final or not.
    pub async fn signers_set(&self, chain_id: u64, operator: Address) -> Result<Vec<RouterEvent>, StoreError> {
        let rows = sqlx::query(SIGNERS).bind(signed(chain_id)?).bind(lower(operator)).fetch_all(self.database.pool()).await?;
        let signer_set = |row: &AnyRow| {
            let fields = Fields::new("router_events", "tx_hash", row)?;
            let (location, operator) = (location(&fields)?, fields.address("operator")?);
            Ok(RouterEvent::SignerSet { location, operator, signer: fields.address("signer")?, until: fields.unsigned("signer_until")? })
        };
        rows.iter().map(signer_set).collect()
    }

    /// The payments of a transaction that stands on the chain.
    pub async fn events_of_tx(&self, chain_id: u64, tx_hash: B256) -> Result<Vec<PaymentEvent>, StoreError> {
        events_of_tx(&mut *self.read().await?, chain_id, tx_hash).await
    }

    /// The refunds of a transaction that stands on the chain.
    pub async fn refunds_of_tx(&self, chain_id: u64, tx_hash: B256) -> Result<Vec<RefundEvent>, StoreError> {
        let query = sqlx::query(REFUNDS_OF_TRANSACTION).bind(signed(chain_id)?).bind(lower(tx_hash));
        query.fetch_all(self.database.pool()).await?.iter().map(refund).collect()
    }
}

impl Store {
    /// Payments up to a block that no verdict was passed on, lowest first, at most `limit`.
    pub async fn unjudged_events(&self, chain_id: u64, through: u64, limit: u32) -> Result<Vec<PaymentEvent>, StoreError> {
        let rows = sqlx::query(UNJUDGED).bind(signed(chain_id)?).bind(signed(through)?).bind(i64::from(limit)).fetch_all(self.database.pool()).await?;
        rows.iter().map(payment).collect()
    }

    /// Refunds up to a block that no verdict was passed on, lowest first, at most `limit`.
    pub async fn unjudged_refunds(&self, chain_id: u64, through: u64, limit: u32) -> Result<Vec<RefundEvent>, StoreError> {
        let query = sqlx::query(UNJUDGED_REFUNDS).bind(signed(chain_id)?).bind(signed(through)?).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(refund).collect()
    }

    /// Whether an event is stored, on whatever branch.
    pub async fn is_stored(&self, at: &Location) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM router_events WHERE chain_id = $1 AND block_hash = $2 AND log_index = $3");
        let query = query.bind(signed(at.chain_id)?).bind(lower(at.block_hash)).bind(signed(at.log_index)?);
        let stored: i64 = query.fetch_one(self.database.pool()).await?;
        Ok(stored > 0)
    }

    /// Why a signer may sign for an operator at a place of the chain, from the events up to there; `None` when they name none. Whether the time of a delegate
    /// is over is for [`settlement::verify`] to say.
    pub async fn authority(&self, chain_id: u64, operator: Address, signer: Address, at: &Location) -> Result<Option<Authority>, StoreError> {
        authority(&mut *self.read().await?, chain_id, operator, signer, at).await
    }
}

impl Tx {
    /// The event of a request that stands on the chain, final or not.
    pub async fn seen_event(&mut self, id: &PaymentRequestId) -> Result<Option<SeenEvent>, StoreError> {
        seen_event(self.connection(), id).await
    }

    /// Until when the newest event lets a signer sign for an operator, as [`Store::signer_until`].
    pub async fn signer_until(&mut self, chain_id: u64, operator: Address, signer: Address) -> Result<Option<u64>, StoreError> {
        signer_until(self.connection(), chain_id, operator, signer).await
    }

    /// The payments of a transaction that stands on the chain.
    pub async fn events_of_tx(&mut self, chain_id: u64, tx_hash: B256) -> Result<Vec<PaymentEvent>, StoreError> {
        events_of_tx(self.connection(), chain_id, tx_hash).await
    }

    /// Cancellations of nonces up to a block that were not applied yet, lowest first.
    pub async fn unapplied_cancellations(&mut self, chain_id: u64, through: u64) -> Result<Vec<RouterEvent>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM router_events WHERE chain_id = $1 AND orphaned = 0 AND verdict IS NULL AND kind = 'nonces_cancelled' AND block_number <= $2 \
             ORDER BY block_number, log_index",
        );
        let rows = query.bind(signed(chain_id)?).bind(signed(through)?).fetch_all(self.connection()).await?;
        let cancellation = |row: &AnyRow| {
            let fields = Fields::new("router_events", "tx_hash", row)?;
            let (location, operator) = (location(&fields)?, fields.address("operator")?);
            Ok(RouterEvent::NoncesCancelled { location, operator, word: fields.word("word")?, mask: fields.word("mask")? })
        };
        rows.iter().map(cancellation).collect()
    }

    /// Why a signer may sign for an operator at a place of the chain, as [`Store::authority`].
    pub async fn authority(&mut self, chain_id: u64, operator: Address, signer: Address, at: &Location) -> Result<Option<Authority>, StoreError> {
        authority(self.connection(), chain_id, operator, signer, at).await
    }

    /// Whether what was executed under a digest was seen in another place before: a reorg has moved it.
    pub async fn is_moved(&mut self, digest: B256, at: &Location) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM router_events WHERE digest = $1 AND chain_id = $2 AND (block_hash <> $3 OR log_index <> $4)")
            .bind(lower(digest))
            .bind(signed(at.chain_id)?)
            .bind(lower(at.block_hash))
            .bind(signed(at.log_index)?);
        let elsewhere: i64 = query.fetch_one(self.connection()).await?;
        Ok(elsewhere > 0)
    }

    /// Stores events. One that is stored already stands on the chain again; storing it twice changes nothing, nor does a node that tells a log twice.
    pub async fn insert_events(&mut self, events: &[RouterEvent]) -> Result<(), StoreError> {
        write::insert(self.connection(), events).await
    }

    /// Passes the verdict on an event.
    ///
    /// # Errors
    /// `Changed` when it no longer stands on the chain or has a verdict.
    pub async fn judge_event(&mut self, at: &Location, verdict: Verdict) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE router_events SET verdict = $1 WHERE chain_id = $2 AND block_hash = $3 AND log_index = $4 AND orphaned = 0 AND verdict IS NULL",
        )
        .bind(verdict.name())
        .bind(signed(at.chain_id)?)
        .bind(lower(at.block_hash))
        .bind(signed(at.log_index)?);
        let judged = query.execute(self.connection()).await?.rows_affected();
        if judged == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Notes who sent a transaction.
    pub async fn set_tx_from(&mut self, chain_id: u64, tx_hash: B256, from: Address) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE router_events SET tx_from = $1 WHERE chain_id = $2 AND tx_hash = $3");
        query.bind(lower(from)).bind(signed(chain_id)?).bind(lower(tx_hash)).execute(self.connection()).await?;
        Ok(())
    }

    /// Marks the units and refunds whose nonces an operator cancelled: nothing signed for them can ever be paid.
    pub async fn void_nonces(&mut self, at: &Location, router: Address, operator: Address, word: U256, mask: U256) -> Result<(), StoreError> {
        const OWNERS: [&str; 2] = [
            "UPDATE units SET voided_in_block = $1 WHERE chain_id = $2 AND router = $3 AND operator = $4 AND nonce = $5 AND voided_in_block IS NULL",
            "UPDATE refund_requests SET voided_in_block = $1 WHERE chain_id = $2 AND router = $3 AND operator = $4 AND nonce = $5 AND voided_in_block IS NULL",
        ];
        let first = word.saturating_mul(U256::from(256));
        for (bit, sql) in (0..256).filter(|bit| mask.bit(*bit)).flat_map(|bit| OWNERS.map(|sql| (bit, sql))) {
            let query = sqlx::query(sql)
                .bind(signed(at.block_number)?)
                .bind(signed(at.chain_id)?)
                .bind(lower(router))
                .bind(lower(operator))
                .bind(first.saturating_add(U256::from(bit)).to_string());
            query.execute(self.connection()).await?;
        }
        Ok(())
    }
}
