//! Profiles and wallets.

use serde::Serialize;
use settlement::wallet::WalletProof;
use store::{Profile, Wallet};
use utoipa::ToSchema;

/// A party: buyer, seller, evaluator or operator of a marketplace.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// `prof_…`
    pub id: String,
    /// Its short public name, unique on this instance.
    #[schema(required)]
    pub handle: Option<String>,
    /// Its name for people.
    pub display_name: String,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl From<&Profile> for ProfileView {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            handle: profile.handle.clone(),
            display_name: profile.display_name.clone(),
            created_at: profile.created_at.to_string(),
            updated_at: profile.updated_at.to_string(),
        }
    }
}

/// A profile, as whoever runs the instance sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ManagedProfile)]
pub struct ManagedProfileView {
    /// `prof_…`
    pub id: String,
    /// Its short public name, unique on this instance.
    #[schema(required)]
    pub handle: Option<String>,
    /// Its name for people.
    pub display_name: String,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// Since when nobody may act as it.
    #[schema(required)]
    pub disabled_at: Option<String>,
}

impl From<&Profile> for ManagedProfileView {
    fn from(profile: &Profile) -> Self {
        let ProfileView { id, handle, display_name, created_at, updated_at } = ProfileView::from(profile);
        Self { id, handle, display_name, created_at, updated_at, disabled_at: profile.disabled_at.map(|at| at.to_string()) }
    }
}

/// `{profile, wallets}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ManagedProfileBody {
    /// The profile.
    pub profile: ManagedProfileView,
    /// Its wallets, oldest first.
    pub wallets: Vec<WalletView>,
}

/// `{profiles, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedProfilesBody {
    /// The page, newest first.
    pub profiles: Vec<ManagedProfileView>,
    /// Where the next page starts; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A wallet that the profile has proved it controls.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletView {
    /// EIP-55.
    #[schema(example = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    pub address: String,
    /// `key` (a signature of its key) or `contract` (accepted by the contract at the address, ERC-1271).
    #[schema(pattern = "^(key|contract)$")]
    pub proved_by: &'static str,
    /// The chain of the contract (CAIP-2), on which alone it speaks for the profile; null for a key, which does on all.
    #[schema(required, example = json!(null))]
    pub network: Option<String>,
    /// When the proof was given.
    pub proved_at: String,
    /// Since when it speaks for nobody.
    #[schema(required)]
    pub retired_at: Option<String>,
}

impl From<&Wallet> for WalletView {
    fn from(wallet: &Wallet) -> Self {
        let (proved_by, network) = match wallet.proof {
            WalletProof::Key => ("key", None),
            WalletProof::Contract { .. } => ("contract", Some(wallet.proof.to_string())),
        };
        Self {
            address: wallet.address.to_string(),
            proved_by,
            network,
            proved_at: wallet.proved_at.to_string(),
            retired_at: wallet.retired_at.map(|at| at.to_string()),
        }
    }
}

/// `{profile}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProfileBody {
    /// The profile.
    pub profile: ProfileView,
}

/// `{wallet}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WalletBody {
    /// The wallet.
    pub wallet: WalletView,
}

/// `{wallets}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WalletsBody {
    /// All of them, oldest first.
    pub wallets: Vec<WalletView>,
}
