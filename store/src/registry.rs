//! The token registry: what was read from the chain about each asset that may be used.

use alloy_primitives::Address;
use settlement::Timestamp;
use settlement::asset::{Asset, Token};
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::row::{Fields, flag, lower, signed};
use crate::{Cursor, Store, Tx, chain_log};

/// What agreements over an asset rest on.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// Its entry, allowed or not.
    pub token: Token,
    /// How far its chain was read; `None` before the first block.
    pub cursor: Option<Cursor>,
    /// What the newest event says of the signer that was asked about: until when it may sign, unix seconds, 0 when it was revoked.
    pub signer_until: Option<u64>,
}

/// The entry of asset `$1` with its chain's cursor, and the newest word of operator `$2` on signer `$3`: -1 where that is damaged.
pub(crate) const GROUNDS: &str = "SELECT t.*, c.scanned_number, c.scanned_hash, c.scanned_time, c.head_number, c.head_time, c.final_through, c.final_time, \
     c.halted, l.epoch, l.heard_at, (SELECT COALESCE(e.signer_until, -1) FROM router_events e WHERE e.chain_id = t.chain_id AND e.operator = $2 AND e.signer = $3 \
     AND e.kind = 'signer_set' AND e.orphaned = 0 ORDER BY e.block_number DESC, e.log_index DESC LIMIT 1) AS signer_until \
     FROM tokens t LEFT JOIN chain_cursors c ON c.chain_id = t.chain_id LEFT JOIN chain_leaders l ON l.chain_id = c.chain_id WHERE t.asset = $1";

fn token(row: &AnyRow) -> Result<Token, StoreError> {
    let fields = Fields::new("tokens", "asset", row)?;
    Ok(Token {
        asset: fields.parsed("asset")?,
        symbol: fields.text("symbol")?,
        decimals: fields.unsigned("decimals")?,
        eip2612: fields.flag("eip2612")?,
        eip3009: fields.flag("eip3009")?,
        permit2: fields.flag("permit2")?,
        allowed: fields.flag("allowed")?,
    })
}

impl Store {
    /// The entry of an asset, allowed or not.
    pub async fn token(&self, asset: &Asset) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query("SELECT * FROM tokens WHERE asset = $1").bind(asset.to_string()).fetch_optional(self.database.pool()).await?;
        row.as_ref().map(token).transpose()
    }

    /// What agreements over an asset rest on, and until when `delegate`, an operator and a signer of its, may sign there.
    pub async fn grounds(&self, asset: &Asset, delegate: Option<(Address, Address)>) -> Result<Option<Grounds>, StoreError> {
        // The operator itself needs nobody's leave: no event names it as its own signer.
        let (operator, signer) = delegate.filter(|(operator, signer)| operator != signer).unzip();
        let query = sqlx::query(GROUNDS).bind(asset.to_string()).bind(operator.map(lower)).bind(signer.map(lower));
        let Some(row) = query.fetch_optional(self.database.pool()).await? else { return Ok(None) };
        let chain = Fields::named("chain_cursors", asset.chain_id().to_string(), &row);
        let is_read = chain.opt_text("scanned_hash")?.is_some();
        let cursor = is_read.then(|| chain_log::cursor(asset.chain_id(), &row)).transpose()?;
        let named = Fields::named("router_events", format!("the newest of signer {}", signer.map(lower).unwrap_or_default()), &row);
        Ok(Some(Grounds { token: token(&row)?, cursor, signer_until: named.opt_unsigned("signer_until")? }))
    }

    /// The entries of a chain, allowed or not, by asset id.
    pub async fn registered_tokens(&self, chain_id: u64) -> Result<Vec<Token>, StoreError> {
        let query = sqlx::query("SELECT * FROM tokens WHERE chain_id = $1 ORDER BY asset").bind(signed(chain_id)?);
        query.fetch_all(self.database.pool()).await?.iter().map(token).collect()
    }
}

impl Tx {
    /// The entry of an asset, allowed or not.
    pub async fn registered_token(&mut self, asset: &Asset) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query("SELECT * FROM tokens WHERE asset = $1").bind(asset.to_string()).fetch_optional(self.connection()).await?;
        row.as_ref().map(token).transpose()
    }

    /// Registers an asset, or changes what it is able to do, and returns the entry. Symbol and decimals stay what they were when it was registered: they are
    /// inside signed snapshots, and a token that changes them is another token. Whether it is allowed stays as somebody has decided since.
    pub async fn upsert_registered_token(&mut self, token: &Token, at: Timestamp) -> Result<Token, StoreError> {
        let query = sqlx::query(
            "INSERT INTO tokens (asset, chain_id, symbol, decimals, eip2612, eip3009, permit2, allowed, registered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (asset) DO UPDATE SET eip2612 = excluded.eip2612, eip3009 = excluded.eip3009, permit2 = excluded.permit2 RETURNING *",
        )
        .bind(token.asset.to_string())
        .bind(signed(token.asset.chain_id())?)
        .bind(token.symbol.as_str())
        .bind(i64::from(token.decimals))
        .bind(flag(token.eip2612))
        .bind(flag(token.eip3009))
        .bind(flag(token.permit2))
        .bind(flag(token.allowed))
        .bind(at.as_millis());
        self::token(&query.fetch_one(self.connection()).await?)
    }

    /// Allows an asset for new agreements, or no longer; false where that was so already, or it is not registered.
    pub async fn set_token_allowed(&mut self, asset: &Asset, allowed: bool) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE tokens SET allowed = $1 WHERE asset = $2 AND allowed <> $1").bind(flag(allowed)).bind(asset.to_string());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
