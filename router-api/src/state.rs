//! What every handler works with. Everything from outside (time, ids, keys, chain) is given here, never taken.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256};
use async_trait::async_trait;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use settlement::{Clock, IdSource, Timestamp};
use signer::RoutingSigner;
use store::Store;
use url::Url;

use crate::cors::AllowedOrigin;
use crate::last_use::LastUses;
use crate::limits::RateLimits;
use crate::waiting::Waiting;
use crate::webhooks::Webhooks;

/// The router API of one instance.
pub struct Api {
    /// The database.
    pub store: Store,
    /// The routing signer of each chain, by chain id.
    pub signers: BTreeMap<u64, Arc<dyn RoutingSigner>>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids and secrets come from.
    pub ids: Arc<dyn IdSource>,
    /// Who checks the signatures of contract wallets.
    pub contract_wallets: Arc<dyn ContractWallets>,
    /// How endpoints are made and secrets kept.
    pub webhooks: Webhooks,
    /// Who waits for something to be told.
    pub waiting: Waiting,
    /// When tokens were last used, on its way to the database.
    pub last_uses: LastUses,
    /// Who reads what a token says of itself.
    pub tokens: Arc<dyn TokenReader>,
    /// What `/metrics` shows; without it the page is empty.
    pub metrics: Option<PrometheusHandle>,
    /// The settings.
    pub config: ApiConfig,
}

/// The settings of the API.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Where clients reach this instance: scheme, host and port. Sign-in messages must be for this host.
    pub public_url: Url,
    /// The chains it settles on.
    pub chains: Vec<ChainPolicy>,
    /// Whether writes without an idempotency key are refused.
    pub require_idempotency_key: bool,
    /// Whether a wallet that belongs to no profile gets one when it signs in, or signs an agreement that is imported without `contracts:import`.
    pub open_sign_in: bool,
    /// How long `verify` may hold its answer for the indexer; at most 30 s.
    pub verify_wait: Duration,
    /// The key under which bearer tokens are hashed.
    pub token_key: SecretString,
    /// How far the indexer may be behind a chain before the instance is degraded.
    pub max_indexer_lag: Duration,
    /// How many requests a caller may send.
    pub limits: RateLimits,
    /// The proxies whose word about a client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose web pages may read answers.
    pub allowed_origins: Vec<AllowedOrigin>,
}

/// Asks contract wallets about signatures (ERC-1271). This and [`TokenReader`] are the API's only questions to a chain.
#[async_trait]
pub trait ContractWallets: Send + Sync {
    /// Whether `wallet` accepts `signature` for `digest`. An address without code accepts nothing.
    ///
    /// # Errors
    /// When the chain cannot be asked now.
    async fn is_valid_signature(&self, chain_id: u64, wallet: Address, digest: B256, signature: &[u8]) -> Result<bool, ContractWalletsUnavailable>;
}

/// The chain cannot be asked now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("chain {chain_id} cannot be asked about a contract wallet")]
pub struct ContractWalletsUnavailable {
    /// The chain.
    pub chain_id: u64,
}

/// Reads what a token says of itself, when it is registered.
#[async_trait]
pub trait TokenReader: Send + Sync {
    /// Ticker, decimals and abilities of an asset, as its chain says them now. The entry is allowed.
    ///
    /// # Errors
    /// When there is no such token, or the chain cannot be asked now.
    async fn read_token(&self, asset: &Asset) -> Result<Token, TokenUnreadable>;
}

/// Why a token cannot be registered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenUnreadable {
    /// What is there is no token that can be registered; says why.
    #[error("{0}")]
    NoToken(String),
    /// The chain cannot be asked now.
    #[error("chain {chain_id} cannot be asked about a token")]
    Unavailable {
        /// The chain.
        chain_id: u64,
    },
}

impl Api {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The settings of a chain; `None` when it is not settled on here.
    #[must_use]
    pub fn chain(&self, chain_id: u64) -> Option<&ChainPolicy> {
        self.config.chains.iter().find(|chain| chain.chain_id == chain_id)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("signers", &self.signers).field("config", &self.config).finish_non_exhaustive()
    }
}
