//! Storing events: in bulk, each column in its place.

use std::collections::HashSet;

use settlement::event::RouterEvent;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::error::StoreError;
use crate::row::{lower, signed};

/// Rows per statement when events are stored in bulk: some 2,000 parameters, far below the limit of either engine.
const ROWS_PER_INSERT: usize = 100;

const COLUMNS: [&str; 24] = [
    "chain_id",
    "block_hash",
    "log_index",
    "block_number",
    "block_time",
    "tx_hash",
    "kind",
    "operator",
    "emitter",
    "request_id",
    "parent",
    "payee",
    "payer",
    "token",
    "amount",
    "fee_recipient",
    "fee_amount",
    "nonce",
    "deadline",
    "digest",
    "signer",
    "signer_until",
    "word",
    "mask",
];

/// Stores events, each place once.
pub(super) async fn insert(connection: &mut AnyConnection, events: &[RouterEvent]) -> Result<(), StoreError> {
    let mut places = HashSet::with_capacity(events.len());
    let place = |event: &RouterEvent| (event.location().chain_id, event.location().block_hash, event.location().log_index);
    let events: Vec<&RouterEvent> = events.iter().filter(|event| places.insert(place(event))).collect();
    for events in events.chunks(ROWS_PER_INSERT) {
        let row = |row: usize| {
            let places: Vec<String> = (1..=COLUMNS.len()).map(|place| format!("${}", row * COLUMNS.len() + place)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..events.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO router_events ({}) VALUES {} ON CONFLICT (chain_id, block_hash, log_index) DO UPDATE SET orphaned = 0",
            COLUMNS.join(", "),
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for event in events {
            query = bind(query, event)?;
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Binds the columns of an event, in the order of [`COLUMNS`].
fn bind<'q>(query: Query<'q>, event: &RouterEvent) -> Result<Query<'q>, StoreError> {
    let at = event.location();
    let kind = match event {
        RouterEvent::Payment(_) => "payment",
        RouterEvent::Refund(_) => "refund",
        RouterEvent::SignerSet { .. } => "signer_set",
        RouterEvent::NoncesCancelled { .. } => "nonces_cancelled",
    };
    let query = query
        .bind(signed(at.chain_id)?)
        .bind(lower(at.block_hash))
        .bind(signed(at.log_index)?)
        .bind(signed(at.block_number)?)
        .bind(signed(at.block_time)?)
        .bind(lower(at.tx_hash))
        .bind(kind)
        .bind(lower(event.operator()));
    let query = moved(event).into_iter().fold(query, Query::bind);
    let (signer, until) = match event {
        RouterEvent::SignerSet { signer, until, .. } => (Some(lower(signer)), Some(signed(*until)?)),
        RouterEvent::Payment(_) | RouterEvent::Refund(_) | RouterEvent::NoncesCancelled { .. } => (None, None),
    };
    let (word, mask) = match event {
        RouterEvent::NoncesCancelled { word, mask, .. } => (Some(word.to_string()), Some(mask.to_string())),
        RouterEvent::Payment(_) | RouterEvent::Refund(_) | RouterEvent::SignerSet { .. } => (None, None),
    };
    Ok(query.bind(signer).bind(until).bind(word).bind(mask))
}

/// The columns of an event that moves money, from `emitter` to `digest`; empty for others.
fn moved(event: &RouterEvent) -> [Option<String>; 12] {
    match event {
        RouterEvent::Payment(p) => [
            Some(lower(p.emitter)),
            Some(lower(p.request_id)),
            None,
            Some(lower(p.payee)),
            Some(lower(p.payer)),
            Some(lower(p.token)),
            Some(p.amount.to_string()),
            Some(lower(p.fee_recipient)),
            Some(p.fee_amount.to_string()),
            Some(p.nonce.to_string()),
            Some(p.deadline.to_string()),
            Some(lower(p.digest)),
        ],
        RouterEvent::Refund(r) => [
            Some(lower(r.emitter)),
            Some(lower(r.request_id)),
            Some(lower(r.parent)),
            Some(lower(r.payee)),
            Some(lower(r.payer)),
            Some(lower(r.token)),
            Some(r.amount.to_string()),
            None,
            None,
            Some(r.nonce.to_string()),
            Some(r.deadline.to_string()),
            Some(lower(r.digest)),
        ],
        RouterEvent::SignerSet { .. } | RouterEvent::NoncesCancelled { .. } => [const { None }; 12],
    }
}
