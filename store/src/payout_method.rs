//! Where sellers take money.

use alloy_primitives::Address;
use settlement::Timestamp;
use settlement::asset::Asset;
use settlement::ids::{PayoutMethodId, ProfileId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::row::{Fields, flag, lower};
use crate::{Store, Tx};

/// One way of being paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutMethod {
    /// Its id.
    pub id: PayoutMethodId,
    /// Whose it is.
    pub profile: ProfileId,
    /// What is taken.
    pub asset: Asset,
    /// Its ticker, for people.
    pub symbol: String,
    /// Its network, CAIP-2.
    pub network: String,
    /// Where it is taken. Never changes: another address is another method.
    pub address: Address,
    /// A note for the payer.
    pub memo: Option<String>,
    /// A note for the owner.
    pub label: Option<String>,
    /// Whether it is shown to payers.
    pub is_active: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

fn method(row: &AnyRow) -> Result<PayoutMethod, StoreError> {
    let fields = Fields::new("payout_methods", "id", row)?;
    Ok(PayoutMethod {
        id: fields.parsed("id")?,
        profile: fields.parsed("profile_id")?,
        asset: fields.parsed("asset")?,
        symbol: fields.text("symbol")?,
        network: fields.text("network")?,
        address: fields.address("address")?,
        memo: fields.opt_text("memo")?,
        label: fields.opt_text("label")?,
        is_active: fields.flag("is_active")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

async fn find_all(connection: &mut AnyConnection, profile: &ProfileId) -> Result<Vec<PayoutMethod>, StoreError> {
    let query = sqlx::query("SELECT * FROM payout_methods WHERE profile_id = $1 ORDER BY created_at, id").bind(profile.as_str());
    query.fetch_all(connection).await?.iter().map(method).collect()
}

impl Store {
    /// The methods of a profile, oldest first.
    pub async fn payout_methods(&self, profile: &ProfileId) -> Result<Vec<PayoutMethod>, StoreError> {
        find_all(&mut *self.read().await?, profile).await
    }
}

impl Tx {
    /// The methods of a profile, oldest first.
    pub async fn payout_methods(&mut self, profile: &ProfileId) -> Result<Vec<PayoutMethod>, StoreError> {
        find_all(self.connection(), profile).await
    }

    /// Adds a method, or changes the one of the same profile, asset and address. Returns it as it is now.
    pub async fn upsert_payout_method(&mut self, wanted: &PayoutMethod) -> Result<PayoutMethod, StoreError> {
        let query = sqlx::query(
            "INSERT INTO payout_methods (id, profile_id, asset, symbol, network, address, memo, label, is_active, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (profile_id, asset, address) DO UPDATE SET symbol = excluded.symbol, network = excluded.network, memo = excluded.memo, \
             label = excluded.label, is_active = excluded.is_active, updated_at = excluded.updated_at RETURNING *",
        )
        .bind(wanted.id.as_str())
        .bind(wanted.profile.as_str())
        .bind(wanted.asset.to_string())
        .bind(wanted.symbol.as_str())
        .bind(wanted.network.as_str())
        .bind(lower(wanted.address))
        .bind(wanted.memo.as_deref())
        .bind(wanted.label.as_deref())
        .bind(flag(wanted.is_active))
        .bind(wanted.created_at.as_millis())
        .bind(wanted.updated_at.as_millis());
        method(&query.fetch_one(self.connection()).await?)
    }

    /// Changes the notes of a method and whether it is shown.
    ///
    /// # Errors
    /// `Changed` when it is gone.
    pub async fn update_payout_method(&mut self, wanted: &PayoutMethod) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE payout_methods SET memo = $1, label = $2, is_active = $3, updated_at = $4 WHERE id = $5 AND profile_id = $6")
            .bind(wanted.memo.as_deref())
            .bind(wanted.label.as_deref())
            .bind(flag(wanted.is_active))
            .bind(wanted.updated_at.as_millis())
            .bind(wanted.id.as_str())
            .bind(wanted.profile.as_str());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Removes a method; false when there is none. What was agreed with it stays as it is.
    pub async fn delete_payout_method(&mut self, profile: &ProfileId, id: &PayoutMethodId) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM payout_methods WHERE profile_id = $1 AND id = $2").bind(profile.as_str()).bind(id.as_str());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
