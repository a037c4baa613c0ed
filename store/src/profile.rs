//! Parties, and the wallets that they proved to control.

use alloy_primitives::Address;
use settlement::Timestamp;
use settlement::ids::{AgreementId, ProfileId};
use settlement::wallet::WalletProof;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError, duplicate};
use crate::row::{Fields, lower};
use crate::{PageKey, Store, Tx};

pub(crate) const PROFILES: &str = "SELECT * FROM profiles WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3";

/// A party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// A unique name, where one was chosen.
    pub handle: Option<String>,
    /// What it is called.
    pub display_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when nobody may act as it.
    pub disabled_at: Option<Timestamp>,
}

impl Profile {
    /// A new one, without a handle.
    #[must_use]
    pub fn new(id: ProfileId, display_name: impl Into<String>, at: Timestamp) -> Self {
        Self { id, handle: None, display_name: display_name.into(), created_at: at, updated_at: at, disabled_at: None }
    }
}

/// A wallet that a profile proved to control. A wallet belongs to one profile: one that has a key by its address, a contract by its address and chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Its address.
    pub address: Address,
    /// How it was proved.
    pub proof: WalletProof,
    /// Whose it is.
    pub profile: ProfileId,
    /// When that was proved.
    pub proved_at: Timestamp,
    /// Since when it speaks for nobody.
    pub retired_at: Option<Timestamp>,
}

impl Wallet {
    /// One that has just proved itself.
    #[must_use]
    pub const fn new(address: Address, proof: WalletProof, profile: ProfileId, at: Timestamp) -> Self {
        Self { address, proof, profile, proved_at: at, retired_at: None }
    }

    /// Whether it speaks for its profile on a chain.
    #[must_use]
    pub const fn speaks_on(&self, chain_id: u64) -> bool {
        self.retired_at.is_none() && self.proof.holds_on(chain_id)
    }

    /// Of the wallets at one address, as [`Store::wallets_at`] has them, the one that a proof is of. A key comes before contracts: it decides what code its account
    /// has (EIP-7702), on each chain, so it speaks also for what was proved by that code.
    #[must_use]
    pub fn proved_by(at_address: &[Self], proof: WalletProof) -> Option<&Self> {
        match proof {
            WalletProof::Key => at_address.first(),
            WalletProof::Contract { chain_id } => at_address.iter().find(|wallet| wallet.proof.holds_on(chain_id)),
        }
    }

    /// Of the wallets at one address, as [`Store::wallets_at`] has them, the one that speaks for its profile on a chain.
    #[must_use]
    pub fn speaking_on(at_address: &[Self], chain_id: u64) -> Option<&Self> {
        Self::proved_by(at_address, WalletProof::Contract { chain_id }).filter(|wallet| wallet.speaks_on(chain_id))
    }
}

fn profile(row: &AnyRow) -> Result<Profile, StoreError> {
    let fields = Fields::new("profiles", "id", row)?;
    Ok(Profile {
        id: fields.parsed("id")?,
        handle: fields.opt_text("handle")?,
        display_name: fields.text("display_name")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        disabled_at: fields.opt_time("disabled_at")?,
    })
}

fn wallet(row: &AnyRow) -> Result<Wallet, StoreError> {
    let fields = Fields::new("wallets", "address", row)?;
    Ok(Wallet {
        address: fields.address("address")?,
        proof: fields.parsed("proof")?,
        profile: fields.parsed("profile_id")?,
        proved_at: fields.time("proved_at")?,
        retired_at: fields.opt_time("retired_at")?,
    })
}

async fn find(connection: &mut AnyConnection, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query("SELECT * FROM profiles WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(profile).transpose()
}

pub(crate) async fn find_wallets(connection: &mut AnyConnection, id: &ProfileId) -> Result<Vec<Wallet>, StoreError> {
    let query = sqlx::query("SELECT * FROM wallets WHERE profile_id = $1 ORDER BY proved_at, address, proof").bind(id.as_str());
    query.fetch_all(connection).await?.iter().map(wallet).collect()
}

pub(crate) async fn find_wallets_at(connection: &mut AnyConnection, address: Address) -> Result<Vec<Wallet>, StoreError> {
    in_order(&sqlx::query("SELECT * FROM wallets WHERE address = $1").bind(lower(address)).fetch_all(connection).await?)
}

/// Wallets at one address: the key's first, then contracts in the order they were proved.
fn in_order(rows: &[AnyRow]) -> Result<Vec<Wallet>, StoreError> {
    let mut wallets = rows.iter().map(wallet).collect::<Result<Vec<_>, _>>()?;
    wallets.sort_by_key(|wallet| (wallet.proof != WalletProof::Key, wallet.proved_at, wallet.proof));
    Ok(wallets)
}

/// Whom an address speaks for on the chain of an agreement.
pub(crate) async fn speaking_for(connection: &mut AnyConnection, address: Address, agreement: &AgreementId) -> Result<Option<ProfileId>, StoreError> {
    let sql = "SELECT w.*, a.chain_id AS agreement_chain FROM wallets w JOIN agreements a ON a.id = $2 WHERE w.address = $1";
    let rows = sqlx::query(sql).bind(lower(address)).bind(agreement.as_str()).fetch_all(connection).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let chain_id = Fields::new("agreements", "address", first)?.unsigned("agreement_chain")?;
    Ok(Wallet::speaking_on(&in_order(&rows)?, chain_id).map(|wallet| wallet.profile.clone()))
}

impl Store {
    /// A profile by its id.
    pub async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        find(&mut *self.read().await?, id).await
    }

    /// Profiles, newest first.
    pub async fn profiles(&self, after: Option<&PageKey>, limit: u32) -> Result<Vec<Profile>, StoreError> {
        let (at, id) = PageKey::bounds(after);
        let query = sqlx::query(PROFILES).bind(at).bind(id).bind(i64::from(limit));
        query.fetch_all(self.database.pool()).await?.iter().map(profile).collect()
    }

    /// The wallets at an address, whoever has them and whether or not they are retired: the key's first, then contracts in the order they were proved.
    pub async fn wallets_at(&self, address: Address) -> Result<Vec<Wallet>, StoreError> {
        find_wallets_at(&mut *self.read().await?, address).await
    }

    /// The wallets of a profile, in the order they were proved, retired ones included.
    pub async fn wallets(&self, id: &ProfileId) -> Result<Vec<Wallet>, StoreError> {
        find_wallets(&mut *self.read().await?, id).await
    }
}

impl Tx {
    /// A profile by its id.
    pub async fn profile(&mut self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        find(self.connection(), id).await
    }

    /// A profile by its id, locked until the transaction ends: whoever counts what belongs to it before adding more comes here first, so that a limit holds
    /// between two that add at once.
    pub async fn lock_profile(&mut self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        let query = format!("SELECT * FROM profiles WHERE id = $1{}", self.write.for_update());
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(self.connection()).await?;
        row.as_ref().map(profile).transpose()
    }

    /// The wallets at an address, as [`Store::wallets_at`].
    pub async fn wallets_at(&mut self, address: Address) -> Result<Vec<Wallet>, StoreError> {
        find_wallets_at(self.connection(), address).await
    }

    /// The wallets of a profile, in the order they were proved, retired ones included.
    pub async fn wallets(&mut self, id: &ProfileId) -> Result<Vec<Wallet>, StoreError> {
        find_wallets(self.connection(), id).await
    }

    /// Adds a profile.
    ///
    /// # Errors
    /// `Duplicate("handle")`.
    pub async fn insert_profile(&mut self, profile: &Profile) -> Result<(), StoreError> {
        let query =
            sqlx::query("INSERT INTO profiles (id, handle, display_name, created_at, updated_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (handle) DO NOTHING")
                .bind(profile.id.as_str())
                .bind(profile.handle.as_deref())
                .bind(profile.display_name.as_str())
                .bind(profile.created_at.as_millis())
                .bind(profile.updated_at.as_millis())
                .bind(profile.disabled_at.map(Timestamp::as_millis));
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("handle").into()) }
    }

    /// Changes what a profile says of itself.
    ///
    /// # Errors
    /// `Duplicate("handle")`: then the transaction can only be rolled back. `Changed` when there is no such profile.
    pub async fn update_profile(&mut self, id: &ProfileId, handle: Option<&str>, display_name: &str, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE profiles SET handle = $1, display_name = $2, updated_at = $3 WHERE id = $4")
            .bind(handle.map(str::to_owned))
            .bind(display_name.to_owned())
            .bind(at.as_millis())
            .bind(id.as_str());
        let updated = query.execute(self.connection()).await.map_err(duplicate("handle"))?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Takes from everybody the right to act as a profile, or gives it back.
    ///
    /// # Errors
    /// `Changed` when that is how it is already, or there is no such profile.
    pub async fn set_profile_disabled(&mut self, id: &ProfileId, disabled_at: Option<Timestamp>, at: Timestamp) -> Result<(), StoreError> {
        let sql = match disabled_at {
            Some(_) => "UPDATE profiles SET disabled_at = $1, updated_at = $2 WHERE id = $3 AND disabled_at IS NULL",
            None => "UPDATE profiles SET disabled_at = $1, updated_at = $2 WHERE id = $3 AND disabled_at IS NOT NULL",
        };
        let query = sqlx::query(sql).bind(disabled_at.map(Timestamp::as_millis)).bind(at.as_millis()).bind(id.as_str());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Adds a proved wallet. Adding it again to the same profile changes nothing.
    ///
    /// # Errors
    /// `Duplicate("wallet")` when it belongs to another profile, or is retired.
    pub async fn insert_wallet(&mut self, wallet: &Wallet) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO wallets (address, proof, profile_id, proved_at) VALUES ($1, $2, $3, $4) ON CONFLICT (address, proof) \
             DO UPDATE SET proved_at = wallets.proved_at WHERE wallets.profile_id = excluded.profile_id AND wallets.retired_at IS NULL",
        )
        .bind(lower(wallet.address))
        .bind(wallet.proof.to_string())
        .bind(wallet.profile.as_str())
        .bind(wallet.proved_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("wallet").into()) }
    }

    /// Retires what a profile has proved at an address, the key and the contracts of all chains. For good: it cannot be added again.
    ///
    /// # Errors
    /// `Changed` when there is nothing of it, or it is retired already.
    pub async fn retire_wallet(&mut self, profile: &ProfileId, address: Address, at: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE wallets SET retired_at = $1 WHERE profile_id = $2 AND address = $3 AND retired_at IS NULL")
            .bind(at.as_millis())
            .bind(profile.as_str())
            .bind(lower(address));
        let retired = query.execute(self.connection()).await?.rows_affected();
        if retired > 0 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }
}
