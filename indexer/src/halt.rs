//! Stopping a chain until somebody has looked, and going on.

use serde_json::json;
use settlement::Clock;
use settlement::asset::Asset;
use settlement::audit::{AuditAction, Author};
use settlement::chain::ChainPolicy;
use settlement::notice::NoticeType;
use store::{Cursor, Store};

use crate::error::IndexerError;
use crate::reader::ChainReader;
use crate::writer::Writer;
use crate::{gauges, registry};

/// Stops reading a chain, and says so, durably.
///
/// # Errors
/// When the database refuses, or this leader no longer leads.
pub async fn halt(writer: Writer<'_>, cursor: &Cursor, reason: &str) -> Result<(), IndexerError> {
    let mut writer = writer;
    writer.tx.advance(&Cursor { halted: Some(reason.to_owned()), ..cursor.clone() }).await?;
    writer.tell_operator(NoticeType::IndexerHalted, json!({ "chainId": cursor.chain_id, "block": cursor.scanned.number, "reason": reason }));
    writer.commit().await?;
    gauges::halted(cursor.chain_id, true);
    tracing::error!(chain_id = cursor.chain_id, reason, "the indexer has halted; it goes on when an operator acknowledges");
    Ok(())
}

/// An operator has looked: reading goes on. What counted as final counts as such no longer until the chain says so again, so that a reorg below it is now
/// followed like any other, and no deadline is certainly over by a clock that was taken back. Works whether the indexer runs or not. Returns why it had halted.
///
/// # Errors
/// [`IndexerError::NotHalted`]; or when the database refuses, or another process took the lead at this moment (then it can be repeated).
pub async fn acknowledge(store: &Store, chain_id: u64, clock: &dyn Clock) -> Result<String, IndexerError> {
    let Some(cursor) = store.cursor(chain_id).await? else { return Err(IndexerError::NotHalted(chain_id)) };
    let Some(reason) = cursor.halted.clone() else { return Err(IndexerError::NotHalted(chain_id)) };
    let mut tx = store.begin().await?;
    tx.advance(&Cursor { halted: None, final_through: None, final_time: 0, ..cursor }).await?;
    let chain = format!("eip155:{chain_id}");
    tx.audit(Author::Cli.did(AuditAction::ChainAcknowledged, chain, clock.now()).with(json!({ "hadHalted": reason })));
    tx.commit().await?;
    gauges::halted(chain_id, false);
    Ok(reason)
}

/// The first allowed token whose decimals are no longer those of the registry, in words. Amounts in signed snapshots would mean something else.
///
/// # Errors
/// When database or node do not answer.
pub async fn changed_token(store: &Store, reader: &dyn ChainReader, chain: &ChainPolicy) -> Result<Option<String>, IndexerError> {
    for entry in store.registered_tokens(chain.chain_id).await?.iter().filter(|entry| entry.allowed) {
        let Asset::Erc20 { token, .. } = entry.asset else { continue };
        let found = registry::read_decimals(reader, token).await?;
        if found != Some(entry.decimals) {
            let found = found.map_or_else(|| "none".to_owned(), |decimals| decimals.to_string());
            return Ok(Some(format!("token_decimals_changed: {token} was registered with {} decimals and now says {found}", entry.decimals)));
        }
    }
    Ok(None)
}
