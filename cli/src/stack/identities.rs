//! Ready-made identities of a development instance. Their ids and tokens are kept in a file, because the database holds hashes only.

use std::fs;
use std::path::Path;

use alloy_primitives::hex;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use settlement::audit::{AuditAction, Author};
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use settlement::wallet::WalletProof;
use settlement::{Clock, IdSource};
use store::Store;

use super::accounts::{Account, BUYER, EVALUATOR, SELLER};
use super::settings::write_private;
use crate::failure::OrFix;

/// Everybody who may use a development instance.
#[derive(Clone, Debug)]
pub struct Identities {
    /// Key of the token hashes of the instance.
    pub token_key: SecretString,
    /// Key of the webhook secrets of the instance.
    pub webhook_key: SecretString,
    /// May do everything, and has no wallet.
    pub admin: Identity,
    /// Pays.
    pub buyer: Identity,
    /// Is paid.
    pub seller: Identity,
    /// Judges work.
    pub evaluator: Identity,
}

/// One profile, its wallet and its token.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What it is called.
    pub name: &'static str,
    /// Its profile.
    pub profile: ProfileId,
    /// The row of its token.
    pub token: TokenId,
    /// The bearer token.
    pub api_token: SecretString,
    /// Its wallet: one of anvil's accounts, whose keys are public.
    pub account: Option<Account>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    token_key: String,
    webhook_key: String,
    admin: Row,
    buyer: Row,
    seller: Row,
    evaluator: Row,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    profile_id: String,
    token_id: String,
    api_token: String,
}

impl Identities {
    /// Those in the file at `path`, or new ones, which are written there for their owner alone.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn load_or_create(path: &Path, ids: &dyn IdSource) -> anyhow::Result<Self> {
        let fix = "remove the data directory to start afresh (dev --fresh)";
        if !path.exists() {
            write_private(path, &File::fresh(ids).to_json()?).or_fix(format!("cannot write {}", path.display()), "choose another --data-dir")?;
        }
        let text = fs::read_to_string(path).or_fix(format!("cannot read {}", path.display()), fix)?;
        let file: File = serde_json::from_str(&text).or_fix(format!("cannot read {}", path.display()), fix)?;
        file.identities().or_fix(format!("cannot read {}", path.display()), fix)
    }

    /// All four.
    #[must_use]
    pub fn all(&self) -> [&Identity; 4] {
        [&self.admin, &self.buyer, &self.seller, &self.evaluator]
    }

    /// Puts profiles, wallets and tokens that are missing into the database.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ensure(&self, store: &Store, clock: &dyn Clock) -> anyhow::Result<()> {
        for identity in self.all() {
            identity.ensure(store, &self.token_key, clock).await.or_fix(
                format!("the identity {} cannot be made", identity.name),
                "if the database belongs to another data directory, start afresh with --fresh",
            )?;
        }
        Ok(())
    }
}

impl Identity {
    async fn ensure(&self, store: &Store, key: &SecretString, clock: &dyn Clock) -> anyhow::Result<()> {
        if store.profile(&self.profile).await?.is_some() {
            return Ok(());
        }
        let now = clock.now();
        let scopes = if self.account.is_none() { Scope::ALL.to_vec() } else { Scope::party() };
        let profile = store::Profile { handle: Some(self.name.to_owned()), ..store::Profile::new(self.profile.clone(), format!("Dev {}", self.name), now) };
        let token = store::ApiToken {
            id: self.token.clone(),
            profile: self.profile.clone(),
            name: "dev".to_owned(),
            scopes,
            created_at: now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            replaced_by: None,
        };
        let mut tx = store.begin().await?;
        tx.insert_profile(&profile).await?;
        tx.audit(Author::Instance.did(AuditAction::ProfileCreated, &profile.id, now).with(json!({ "displayName": profile.display_name })));
        if let Some(account) = &self.account {
            tx.insert_wallet(&store::Wallet::new(account.address(), WalletProof::Key, self.profile.clone(), now)).await?;
        }
        tx.insert_token(&token, &router_api::token::hash(key, self.api_token.expose_secret())).await?;
        tx.audit(Author::Instance.did(AuditAction::TokenCreated, &token.id, now).with(token.grant()));
        tx.commit().await?;
        Ok(())
    }

    /// For whoever is to act as this identity: keys and token included, which are test keys and worth nothing.
    #[must_use]
    pub fn reveal(&self) -> Value {
        let mut shown = json!({ "profileId": self.profile.as_str(), "apiToken": self.api_token.expose_secret() });
        if let Some(account) = &self.account {
            shown["address"] = json!(account.address().to_string());
            shown["privateKey"] = json!(account.private_key);
        }
        shown
    }
}

impl File {
    fn fresh(ids: &dyn IdSource) -> Self {
        let row = || Row {
            profile_id: ProfileId::new(ids.ulid()).to_string(),
            token_id: TokenId::new(ids.ulid()).to_string(),
            api_token: router_api::token::mint(ids).expose().to_owned(),
        };
        Self { token_key: hex::encode(ids.secret()), webhook_key: hex::encode(ids.secret()), admin: row(), buyer: row(), seller: row(), evaluator: row() }
    }

    fn to_json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    fn identities(self) -> anyhow::Result<Identities> {
        let identity = |name, row: Row, account| -> anyhow::Result<Identity> {
            Ok(Identity { name, profile: row.profile_id.parse()?, token: row.token_id.parse()?, api_token: SecretString::from(row.api_token), account })
        };
        Ok(Identities {
            token_key: SecretString::from(self.token_key),
            webhook_key: SecretString::from(self.webhook_key),
            admin: identity("admin", self.admin, None)?,
            buyer: identity("buyer", self.buyer, Some(BUYER))?,
            seller: identity("seller", self.seller, Some(SELLER))?,
            evaluator: identity("evaluator", self.evaluator, Some(EVALUATOR))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsIds;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn identities_stay_the_same_and_their_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identities.json");
        let first = Identities::load_or_create(&path, &OsIds).unwrap();
        let again = Identities::load_or_create(&path, &OsIds).unwrap();
        for (a, b) in first.all().into_iter().zip(again.all()) {
            assert_eq!(a.reveal(), b.reveal(), "{}", a.name);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn i12_tokens_are_not_in_debug() {
        let folder = tempfile::tempdir().unwrap();
        let identities = Identities::load_or_create(&folder.path().join("identities.json"), &OsIds).unwrap();
        let shown = format!("{identities:?}");
        for identity in identities.all() {
            assert!(!shown.contains(identity.api_token.expose_secret()));
        }
        assert!(!shown.contains(identities.token_key.expose_secret()));
    }
}
