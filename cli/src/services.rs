//! Wiring: from a configuration to a running API and running indexers, as workers of one lifecycle.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256};
use anyhow::Context;
use async_trait::async_trait;
use indexer::registry::RegistryError;
use indexer::{Indexer, IndexerConfig};
use router_api::webhooks::{SealingKey, SystemResolver, Targets, WebhookWorker, Webhooks, WorkerParts};
use router_api::{Api, ContractWallets, ContractWalletsUnavailable, LastUses, TokenReader, TokenUnreadable, Waiting};
use secrecy::SecretString;
use settlement::asset::{Asset, Token};
use settlement::audit::{AuditAction, Author};
use settlement::{Clock, IdSource};
use signer::{LocalSigner, PolicySigner, RoutingSigner, SigningPolicy};
use store::{PayableElsewhere, Store, StoreOptions};
use tokio::net::TcpListener;
use url::Url;

use crate::config::{ChainConfig, Config, SecretUrl, SignerSource};
use crate::failure::{Failure, OrFix};
use crate::lifecycle::Lifecycle;
use crate::system::{OsIds, SystemClock};
use crate::telemetry;

/// Between two attempts to read the configured tokens from a chain.
const REGISTER_EVERY: Duration = Duration::from_secs(5);

/// Clock and ids of every part that runs here.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
}

impl World {
    /// The machine's.
    #[must_use]
    pub fn of_process() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(OsIds) }
    }
}

/// Opens the database.
///
/// # Errors
/// When it cannot be reached.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let options = StoreOptions { url: config.database.url.expose().to_owned(), max_connections: config.database.max_connections };
    let fix = "check database.url (COUNTERFOIL_DATABASE__URL), and that the server runs and lets you in";
    Store::connect(&options).await.or_fix(format!("the database {} cannot be opened", config.database.url), fix)
}

/// Whether the database is a file that does not exist: opening it would make it.
#[must_use]
pub fn is_missing(config: &Config) -> bool {
    config.database.url.file().is_some_and(|file| !file.exists())
}

/// Opens the database and insists that its schema is this version's.
///
/// # Errors
/// When it cannot be reached or its schema is another one.
pub async fn open_current_store(config: &Config) -> anyhow::Result<Store> {
    if is_missing(config) {
        return Err(Failure::new(format!("there is no database {} yet", config.database.url), "run `counterfoil migrate`").into());
    }
    let store = open_store(config).await?;
    let current = store.schema_is_current().await.or_fix("the schema of the database cannot be read", "check the database")?;
    if current {
        return Ok(store);
    }
    Err(Failure::new(format!("the schema of {} is not this version's", config.database.url), "run `counterfoil migrate`").into())
}

/// Insists that nothing that may still be paid names another router or operator of a chain than the configured ones: nobody would see it paid.
///
/// # Errors
/// When something does, or the database cannot be read.
pub async fn insist_on_present_routers(config: &Config, store: &Store) -> anyhow::Result<()> {
    for (name, chain) in &config.chains {
        if let Some((what, fix)) = payable_elsewhere(name, chain, store).await? {
            return Err(Failure::new(what, fix).into());
        }
    }
    Ok(())
}

/// What of a chain may still be paid under another router or operator, and what to do about it.
///
/// # Errors
/// When the database cannot be read.
pub async fn payable_elsewhere(name: &str, chain: &ChainConfig, store: &Store) -> anyhow::Result<Option<(String, String)>> {
    let present = (chain.policy.router, chain.policy.operator);
    let found = store.payable_elsewhere(chain.policy.chain_id, present).await.or_fix("what was signed cannot be read", "check the database")?;
    Ok(found.map(|found| {
        let PayableElsewhere { router, operator, payloads, until } = found;
        let what = format!("chain {name}: {payloads} payload(s) of router {router} and operator {operator} may still be paid, the last until {until}");
        let fix = format!(
            "put chains.{name}.router and operator back until a block after {until} is final (`counterfoil serve --only indexer` reads on without signing), or until that \
             operator has cancelled their nonces (PaymentRouter.cancel) and this is final; then change them"
        );
        (what, fix)
    }))
}

/// The routing signer of a chain, bounded by the chain's policy.
///
/// # Errors
/// When its key cannot be read.
pub fn routing_signer(name: &str, chain: &ChainConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn RoutingSigner>> {
    let source = chain.signer.as_ref().ok_or_else(|| Failure::new(format!("chain {name} has no signer"), format!("set chains.{name}.signer_key_file")))?;
    let key = local_signer(source)
        .or_fix(format!("the routing signer of chain {name} cannot be used"), format!("check the {source}; `counterfoil keys new` makes a key"))?;
    Ok(Arc::new(PolicySigner::new(Arc::new(key), SigningPolicy::of(&chain.policy), clock)))
}

fn local_signer(source: &SignerSource) -> anyhow::Result<LocalSigner> {
    Ok(match source {
        SignerSource::KeyFile(path) => LocalSigner::from_file(path)?,
        SignerSource::Env(variable) => LocalSigner::from_env(variable)?,
        SignerSource::Keystore { path, password_file } => {
            let password = std::fs::read_to_string(password_file)?;
            LocalSigner::from_keystore(path, &SecretString::from(password.trim_end_matches(['\r', '\n']).to_owned()))?
        }
    })
}

/// Starts the API on `listener` as a worker, one that delivers webhooks, and one that forgets what is old.
///
/// # Errors
/// When a signer's key cannot be read.
pub fn start_api(config: &Config, store: &Store, world: &World, listener: TcpListener, life: &Lifecycle) -> anyhow::Result<()> {
    let mut signers = BTreeMap::new();
    for (name, chain) in &config.chains {
        signers.insert(chain.policy.chain_id, routing_signer(name, chain, Arc::clone(&world.clock))?);
    }
    let nodes: BTreeMap<u64, Url> = config.chains.values().filter_map(|chain| Some((chain.policy.chain_id, chain.http_urls().next()?.url().ok()?))).collect();
    let webhooks = webhooks(config)?;
    let api = Api {
        store: store.clone(),
        signers,
        clock: Arc::clone(&world.clock),
        ids: Arc::clone(&world.ids),
        contract_wallets: Arc::new(Nodes(nodes.clone())),
        last_uses: LastUses::default(),
        tokens: Arc::new(Nodes(nodes)),
        webhooks: webhooks.clone(),
        waiting: Waiting::new(life.soft().clone()),
        metrics: telemetry::metrics(),
        config: api_config(config)?,
    };
    life.spawn("retention", crate::retention::run(store.clone(), Arc::clone(&world.clock), life.soft().clone()));
    let parts = WorkerParts { store: store.clone(), clock: Arc::clone(&world.clock), ids: Arc::clone(&world.ids), public_url: config.api.url.clone() };
    let worker = WebhookWorker::new(parts, webhooks).or_fix("webhooks cannot be sent", "check that the system has TLS certificates (ca-certificates)")?;
    life.spawn("webhooks", worker.run(life.soft().clone()));
    let soft = life.soft().clone();
    let trusted = config.api.access.trusted_proxies.clone();
    life.spawn("api", async move { router_api::serve(listener, router_api::app(api), trusted, soft).await });
    Ok(())
}

/// What webhooks are made with.
fn webhooks(config: &Config) -> anyhow::Result<Webhooks> {
    let key = match &config.webhooks.key {
        Some(key) => key,
        None => config.token_key()?,
    };
    let targets = Targets::new(config.webhooks.allowed_networks.clone(), Arc::new(SystemResolver));
    Ok(Webhooks { key: SealingKey::derive(key), targets })
}

fn api_config(config: &Config) -> anyhow::Result<router_api::ApiConfig> {
    Ok(router_api::ApiConfig {
        public_url: config.api.url.clone(),
        chains: config.chains.values().map(|chain| chain.policy.clone()).collect(),
        require_idempotency_key: config.api.require_idempotency_key,
        open_sign_in: config.api.open_sign_in,
        verify_wait: config.api.verify_wait,
        token_key: config.token_key()?.clone(),
        max_indexer_lag: config.api.max_indexer_lag,
        limits: config.api.access.limits,
        trusted_proxies: config.api.access.trusted_proxies.clone(),
        allowed_origins: config.api.access.allowed_origins.clone(),
    })
}

/// Starts an indexer for each chain as a worker, and one that registers its tokens.
///
/// # Errors
/// When a node's URL cannot be used.
pub fn start_indexers(config: &Config, store: &Store, world: &World, life: &Lifecycle) -> anyhow::Result<()> {
    telemetry::metrics();
    for chain in config.chains.values() {
        let settings = indexer_config(config, chain)?;
        let (indexed, clock, ids, soft) = (store.clone(), Arc::clone(&world.clock), Arc::clone(&world.ids), life.soft().clone());
        life.spawn("indexer", async move {
            let indexer = Indexer::connect(settings, indexed, clock, ids).await.context("the indexer cannot start")?;
            indexer.run(soft).await.context("the indexer cannot go on")
        });
        let (chain, store, clock, soft) = (chain.clone(), store.clone(), Arc::clone(&world.clock), life.soft().clone());
        life.spawn("tokens", async move {
            while let Err(error) = register_tokens(&chain, &store, &*clock).await {
                tracing::warn!(chain_id = chain.policy.chain_id, "agreements in a token have to wait: {error:#}");
                if soft.run_until_cancelled(tokio::time::sleep(REGISTER_EVERY)).await.is_none() {
                    return Ok(());
                }
            }
            soft.cancelled().await;
            Ok::<_, Infallible>(())
        });
    }
    Ok(())
}

fn indexer_config(config: &Config, chain: &ChainConfig) -> anyhow::Result<IndexerConfig> {
    let rpc_urls: Result<Vec<Url>, _> = chain.rpc_urls.iter().map(SecretUrl::url).collect();
    Ok(IndexerConfig {
        chain: chain.policy.clone(),
        rpc_urls: rpc_urls.or_fix(format!("the nodes of {} cannot be used", chain.policy.name), "correct rpc_urls")?,
        poll_interval: config.indexer.poll_interval,
        max_range: config.indexer.max_range,
        start_block: chain.start_block,
        standby: config.indexer.standby,
    })
}

/// Registers the configured tokens that the registry does not know, as the chain describes them.
///
/// # Errors
/// When a token is none, or node or database do not answer.
pub async fn register_tokens(chain: &ChainConfig, store: &Store, clock: &dyn Clock) -> anyhow::Result<()> {
    for asset in &chain.tokens {
        if store.token(asset).await?.is_some() {
            continue;
        }
        let node = chain.http_urls().next().ok_or_else(|| Failure::new("there is no node to ask", "add an http:// or https:// URL to rpc_urls"))?;
        let token = indexer::registry::read_token(&node.url()?, asset).await.with_context(|| format!("{asset} cannot be registered"))?;
        tracing::info!(%asset, symbol = token.symbol, decimals = token.decimals, "token registered");
        let mut tx = store.begin().await?;
        let now = clock.now();
        tx.upsert_registered_token(&token, now).await?;
        tx.audit(Author::Instance.did(AuditAction::AssetRegistered, asset, now).with(token.facts()));
        tx.commit().await?;
    }
    Ok(())
}

/// Asks the first node of each chain, about the signatures of contract wallets and about tokens.
struct Nodes(BTreeMap<u64, Url>);

#[async_trait]
impl ContractWallets for Nodes {
    async fn is_valid_signature(&self, chain_id: u64, wallet: Address, digest: B256, signature: &[u8]) -> Result<bool, ContractWalletsUnavailable> {
        let unavailable = ContractWalletsUnavailable { chain_id };
        let node = self.0.get(&chain_id).ok_or_else(|| unavailable.clone())?;
        indexer::erc1271::is_valid_signature(node, wallet, digest, signature).await.map_err(|error| {
            tracing::warn!(chain_id, %wallet, "a contract wallet could not be asked: {error}");
            unavailable
        })
    }
}

#[async_trait]
impl TokenReader for Nodes {
    async fn read_token(&self, asset: &Asset) -> Result<Token, TokenUnreadable> {
        let unavailable = TokenUnreadable::Unavailable { chain_id: asset.chain_id() };
        let node = self.0.get(&asset.chain_id()).ok_or_else(|| unavailable.clone())?;
        indexer::registry::read_token(node, asset).await.map_err(|error| match error {
            RegistryError::NoContract(_) | RegistryError::Unnamed(_) => TokenUnreadable::NoToken(error.to_string()),
            RegistryError::WrongChain { .. } | RegistryError::Rpc(_) | RegistryError::Url(_) => {
                tracing::warn!(%asset, "a token could not be read: {error}");
                unavailable
            }
        })
    }
}
