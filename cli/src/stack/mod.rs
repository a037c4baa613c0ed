//! A whole instance beside its own chain: what `dev` and `demo` run, and what tests of the whole system start, each with ports, chain and
//! database of its own.
//!
//! ```no_run
//! # async fn story() -> anyhow::Result<()> {
//! use cli::stack::{Blocks, ChainSource, Stack, StackOptions};
//!
//! let folder = tempfile::tempdir()?;
//! let stack = Stack::start(StackOptions {
//!     database_url: Some("postgres://…".to_owned()),                              // else SQLite in the folder
//!     chain: ChainSource::Private { port: 0, blocks: Blocks::OnTransaction },      // or ChainSource::Existing(url)
//!     finality: "confirmations:2".parse()?,
//!     ..StackOptions::new(folder.path())
//! })
//! .await?;
//! let buyer = stack.client()?.with_token(stack.identities.buyer.api_token.clone());
//! let me = buyer.get("/api/agent/me").await?;
//! stack.stop().await?;                                                             // the folder keeps everything for the next start
//! # Ok(()) }
//! ```
//!
//! What is there already (chain state, contracts, database, identities) is used again, so a second start in the same folder is a restart. API
//! replicas and indexers in other processes join it with `serve --config` and [`Stack::settings_file`], and with the database's URL in
//! `COUNTERFOIL_DATABASE__URL` where one was given.

pub mod accounts;
pub mod anvil;
pub mod deployment;
pub mod identities;
pub mod miner;
pub mod samples;
mod settings;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy_primitives::Address;
use settlement::asset::Asset;
use settlement::finality::FinalityPolicy;
use store::Store;
use tokio::net::TcpListener;
use url::Url;

use crate::chain::connect;
use crate::client::Client;
use crate::config::{Config, SecretUrl};
use crate::failure::{Failure, OrFix};
use crate::foundry;
use crate::lifecycle::{Ending, Lifecycle, Signals};
use crate::services::{self, World};
use crate::wallet_key::write_plain;
use anvil::{Anvil, AnvilOptions, CHAIN_ID, Mining};
use deployment::Deployment;
use identities::Identities;
use settings::Places;

/// How often an idle chain is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Start of API and indexer, migrations included.
const READY_WITHIN: Duration = Duration::from_secs(30);

const CHAIN_FILE: &str = "chain.json";
const CHAIN_LOG: &str = "chain.log";
const DATABASE_FILE: &str = "counterfoil.db";
const IDENTITIES_FILE: &str = "identities.json";
const SIGNER_FILE: &str = "signer.key";
const SETTINGS_FILE: &str = "counterfoil.toml";
const TOKEN_KEY_FILE: &str = "token.key";
const WEBHOOK_KEY_FILE: &str = "webhook.key";

/// What to start.
#[derive(Clone)]
pub struct StackOptions {
    /// Where identities, the signer's key, and unless others are named chain and database are kept.
    pub data_dir: PathBuf,
    /// `sqlite:…` or `postgres://…`; by default SQLite in the data directory.
    pub database_url: Option<String>,
    /// 0 is any.
    pub api_port: u16,
    /// The chain.
    pub chain: ChainSource,
    /// When a payment is final.
    pub finality: FinalityPolicy,
    /// Whether to run the API.
    pub with_api: bool,
    /// Whether to run the indexer.
    pub with_indexer: bool,
    /// Clock and ids.
    pub world: World,
}

/// Which chain an instance settles on.
#[derive(Clone, Debug)]
pub enum ChainSource {
    /// One of its own, kept in the data directory.
    Private {
        /// 0 is any.
        port: u16,
        /// When blocks are made.
        blocks: Blocks,
    },
    /// An anvil that runs already, at this HTTP URL.
    Existing(Url),
}

/// When a private chain makes blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// One per transaction; the caller mines the others.
    OnTransaction,
    /// One per interval.
    Every(Duration),
    /// One per transaction, one per interval until the newest transaction is final, and one now and then.
    UntilFinal(Duration),
}

/// A running instance.
#[derive(Debug)]
pub struct Stack {
    /// Where the API is, or would be.
    pub api_url: Url,
    /// Where the chain is.
    pub rpc_url: Url,
    /// Router, escrow and test token.
    pub deployment: Deployment,
    /// Who may use it.
    pub identities: Identities,
    /// Its configuration, as `serve` would have it: read from [`Stack::settings_file`].
    pub config: Config,
    /// Its database.
    pub store: Store,
    life: Lifecycle,
    anvil: Option<Anvil>,
}

impl StackOptions {
    /// API and indexer over a private chain that confirms three times, on any ports.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            database_url: None,
            api_port: 0,
            chain: ChainSource::Private { port: 0, blocks: Blocks::OnTransaction },
            finality: FinalityPolicy::Confirmations(3),
            with_api: true,
            with_indexer: true,
            world: World::of_process(),
        }
    }
}

impl Stack {
    /// Starts everything and waits until it is ready. What is there already (chain, contracts, identities) is used again.
    ///
    /// # Errors
    /// When a part cannot be started: a port is taken, a tool is missing, the database refuses.
    pub async fn start(options: StackOptions) -> anyhow::Result<Self> {
        let life = Lifecycle::new();
        let started = Self::start_in(&options, &life).await;
        if started.is_err() {
            life.stop();
        }
        started
    }

    async fn start_in(options: &StackOptions, life: &Lifecycle) -> anyhow::Result<Self> {
        let listener = listen(options.api_port).await?;
        let api_url = local(listener.local_addr()?)?;
        make_private_folder(&options.data_dir)?;
        let (rpc_url, anvil) = chain(options, life).await?;
        let signer = signer_key(&options.data_dir.join(SIGNER_FILE))?;
        let deployment = Deployment::ensure(&SecretUrl::new(rpc_url.as_str()), signer).await?;
        let identities = Identities::load_or_create(&options.data_dir.join(IDENTITIES_FILE), &*options.world.ids)?;
        let config = settings::write(options, &Places { api: &api_url, rpc: &rpc_url, deployment: &deployment }, &identities)?;

        let store = services::open_store(&config).await?;
        store.migrate().await.or_fix("the database cannot be migrated", "look at its log; dev --fresh starts with an empty one")?;
        identities.ensure(&store, &*options.world.clock).await?;
        for chain in config.chains.values() {
            services::register_tokens(chain, &store, &*options.world.clock).await?;
        }
        if options.with_indexer {
            services::start_indexers(&config, &store, &options.world, life)?;
        }
        if options.with_api {
            services::start_api(&config, &store, &options.world, listener, life)?;
        }
        let stack = Self { api_url, rpc_url, deployment, identities, config, store, life: life.clone(), anvil };
        stack.ready(options.with_api && options.with_indexer).await?;
        Ok(stack)
    }

    /// The asset that agreements on this stack are paid in.
    #[must_use]
    pub const fn asset(&self) -> Asset {
        Asset::Erc20 { chain_id: CHAIN_ID, token: self.deployment.token }
    }

    /// The configuration file that other commands can be given to work on this instance.
    #[must_use]
    pub fn settings_file(data_dir: &Path) -> PathBuf {
        data_dir.join(SETTINGS_FILE)
    }

    /// The API without a token.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn client(&self) -> anyhow::Result<Client> {
        Client::new(self.api_url.clone(), None)
    }

    /// Its workers.
    #[must_use]
    pub const fn life(&self) -> &Lifecycle {
        &self.life
    }

    /// Runs until a signal or a failure, then stops everything in order.
    ///
    /// # Errors
    /// When the chain does not end.
    pub async fn wait(self, signals: Signals) -> anyhow::Result<Ending> {
        let ending = self.life.wait(signals).await;
        self.store.close().await;
        if let Some(anvil) = self.anvil {
            anvil.stop().await?;
        }
        Ok(ending)
    }

    /// Stops everything in order.
    ///
    /// # Errors
    /// When the chain does not end.
    pub async fn stop(self) -> anyhow::Result<Ending> {
        self.life.stop();
        self.wait(Signals::never()).await
    }

    async fn ready(&self, expected: bool) -> anyhow::Result<()> {
        if !expected {
            return Ok(());
        }
        let client = self.client()?;
        let ready = async {
            loop {
                match client.get("/ready").await {
                    Ok(body) if body["status"] == "ready" => return,
                    Ok(body) => tracing::debug!("not ready: {body}"),
                    Err(error) => tracing::debug!("not ready: {error:#}"),
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        };
        tokio::select! {
            () = ready => Ok(()),
            () = self.life.soft().cancelled() => Err(Failure::new("a part of it ended right after the start", "the log above says which and why").into()),
            () = tokio::time::sleep(READY_WITHIN) => Err(Failure::new("it does not get ready", "the log above says what it waits for").into()),
        }
    }
}

/// Removes what a stack keeps in its data directory, and nothing else that may be there.
///
/// # Errors
/// When another instance uses it, or a file cannot be removed.
pub async fn forget(data_dir: &Path) -> anyhow::Result<()> {
    let log = data_dir.join(CHAIN_LOG);
    // Held until all is removed: whoever starts meanwhile waits, and then starts with nothing.
    let _claimed = if log.exists() { Some(anvil::claim(&log).await?) } else { None };
    let ours = [&[CHAIN_FILE, CHAIN_LOG, IDENTITIES_FILE, SIGNER_FILE, SETTINGS_FILE, TOKEN_KEY_FILE, WEBHOOK_KEY_FILE], &samples::FILES[..]].concat();
    let Ok(entries) = std::fs::read_dir(data_dir) else { return Ok(()) };
    for file in entries.filter_map(Result::ok) {
        let name = file.file_name();
        // The database has files beside it: journal, index, locks.
        if name.to_str().is_some_and(|name| ours.contains(&name) || name.starts_with(DATABASE_FILE)) {
            let path = file.path();
            std::fs::remove_file(&path).or_fix(format!("cannot remove {}", path.display()), "remove it by hand, or choose another --data-dir")?;
        }
    }
    Ok(())
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.or_fix(format!("cannot listen on port {port}"), "choose another with --api-port, or 0 for any")
}

fn local(address: SocketAddr) -> anyhow::Result<Url> {
    Ok(format!("http://{address}").parse()?)
}

fn make_private_folder(path: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.or_fix(format!("cannot make {}", path.display()), "choose another --data-dir")
}

/// Starts or finds the chain. Its unexpected end is the end of everything.
async fn chain(options: &StackOptions, life: &Lifecycle) -> anyhow::Result<(Url, Option<Anvil>)> {
    let (port, blocks) = match &options.chain {
        ChainSource::Existing(url) => return Ok((url.clone(), None)),
        ChainSource::Private { port, blocks } => (*port, *blocks),
    };
    let mining = match blocks {
        Blocks::OnTransaction => Mining::OnTransaction,
        Blocks::Every(interval) => Mining::Every(interval),
        Blocks::UntilFinal(_) => Mining::Mixed(miner::IDLE_INTERVAL),
    };
    let binary = foundry::anvil(|step| tracing::info!("{step}")).await?;
    let anvil = Anvil::start(&AnvilOptions { binary, port, state: Some(options.data_dir.join(CHAIN_FILE)), mining }).await?;
    let url = anvil.url().clone();
    let connected = connect(&SecretUrl::new(url.as_str()), None)?;
    anvil::set_clock(&connected, options.world.clock.now()).await.or_fix("the clock of the chain cannot be set", "use the pinned Foundry tools")?;
    let (ended, soft) = (anvil.ended(), life.soft().clone());
    life.spawn("chain", async move {
        match soft.run_until_cancelled(ended.cancelled()).await {
            None => Ok(()),
            Some(()) => Err("anvil ended by itself"),
        }
    });
    if let Blocks::UntilFinal(interval) = blocks {
        let confirmations = u64::from(options.finality.required().unwrap_or(1));
        life.spawn("miner", miner::run(connected, interval, confirmations, life.soft().clone()));
    }
    Ok((url, Some(anvil)))
}

/// The address of the routing signer, whose key is made at the first start.
fn signer_key(path: &Path) -> anyhow::Result<Address> {
    let key = if path.exists() { signer::WalletKey::from_file(path)? } else { write_plain(path)? };
    Ok(key.address())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_forgotten_is_ours_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let options = StackOptions::new(folder.path().join("data"));
        let stack = Stack::start(options.clone()).await.unwrap();
        samples::Samples::write(&options.data_dir, stack.asset()).unwrap();
        std::fs::write(options.data_dir.join("notes.txt"), "mine").unwrap();
        let error = forget(&options.data_dir).await.unwrap_err();
        assert_eq!(error.to_string(), "another instance uses this chain");
        assert!(options.data_dir.join(IDENTITIES_FILE).exists(), "nothing was removed under a running instance");
        stack.stop().await.unwrap();
        forget(&options.data_dir).await.unwrap();
        let left: Vec<_> = std::fs::read_dir(&options.data_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["notes.txt"]);
        forget(&folder.path().join("nothing")).await.unwrap();
    }

    #[tokio::test]
    async fn a_start_that_fails_leaves_nothing_running() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(IDENTITIES_FILE), "not JSON").unwrap();
        let error = Stack::start(StackOptions::new(folder.path())).await.unwrap_err();
        assert!(error.to_string().starts_with("cannot read"), "{error:#}");
        forget(folder.path()).await.unwrap();
        Stack::start(StackOptions::new(folder.path())).await.unwrap().stop().await.unwrap();
    }
}
