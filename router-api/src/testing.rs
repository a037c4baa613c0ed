//! The whole application on a database of its own, with a clock, ids and keys that tests hold in their hands.

mod actors;
mod agreements;
mod call;
mod chain;
pub mod committed;
pub mod document;
mod log;
mod milestones;
mod names;
mod payments;
mod refunds;
mod signing;
pub mod sink;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use alloy_primitives::{Address, B256, address, keccak256};
use alloy_signer_local::PrivateKeySigner;
use async_trait::async_trait;
use axum::Router;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use reqwest::Certificate;
use secrecy::SecretString;
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use settlement::finality::FinalityPolicy;
use settlement::money::{Amount, FeePolicy};
use settlement::{Clock, IdSource, Timestamp};
use signer::RoutingSigner;
use store::testing::TestDatabase;
use store::{Engine, Store};
use tokio_util::sync::CancellationToken;

pub use actors::{Actor, Seeded, terms};
pub use call::{Answer, Call, Rest};
pub use milestones::Divided;
pub use names::Names;
pub use signing::SignerSwitch;

use crate::last_use::LastUses;
use crate::limits::RateLimits;
use crate::state::{Api, ApiConfig, ContractWallets, ContractWalletsUnavailable, TokenReader, TokenUnreadable};
use crate::waiting::Waiting;
use crate::webhooks::{SealingKey, Targets, WebhookWorker, Webhooks, WorkerParts};

/// The chain of every test.
pub const CHAIN_ID: u64 = 31_337;
/// A second chain, of tests that need two.
pub const OTHER_CHAIN_ID: u64 = 31_338;
/// Between two signs of life of an event stream.
const HEARTBEAT: Duration = Duration::from_millis(200);
/// What [`FakeContractWallets`] accepts.
const CONTRACT_SIGNATURE: &[u8] = &[0xc0, 0xff, 0xee];

/// A clock that stands still until it is told to move.
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_700_000_000_000))
    }
}

impl TestClock {
    /// Moves on.
    pub fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Ids and secrets that are the same in every run.
#[derive(Default)]
pub struct FixedIds(AtomicU64);

impl IdSource for FixedIds {
    fn ulid(&self) -> ulid::Ulid {
        ulid::Ulid::from_parts(1_700_000_000_000, u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }

    fn secret(&self) -> [u8; 32] {
        keccak256(self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes()).0
    }
}

/// One contract wallet that accepts one signature, and a chain that can be away.
#[derive(Default)]
struct FakeContractWallets {
    refuses: AtomicBool,
    hangs: AtomicBool,
    asked: AtomicU64,
}

#[async_trait]
impl ContractWallets for FakeContractWallets {
    async fn is_valid_signature(&self, chain_id: u64, wallet: Address, _digest: B256, signature: &[u8]) -> Result<bool, ContractWalletsUnavailable> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if ![CHAIN_ID, OTHER_CHAIN_ID].contains(&chain_id) {
            return Err(ContractWalletsUnavailable { chain_id });
        }
        Ok(wallet == contract_wallet() && signature == CONTRACT_SIGNATURE && !self.refuses.load(Ordering::SeqCst))
    }
}

/// Tokens as a chain would describe them: every contract is one, but the one that burns, and the node does not answer about the coin.
struct FakeTokens;

#[async_trait]
impl TokenReader for FakeTokens {
    async fn read_token(&self, asset: &Asset) -> Result<Token, TokenUnreadable> {
        match *asset {
            Asset::Erc20 { token, .. } if token == address!("0x000000000000000000000000000000000000dEaD") => {
                Err(TokenUnreadable::NoToken(format!("there is no contract at {token}")))
            }
            Asset::Erc20 { .. } => {
                Ok(Token { asset: *asset, symbol: "NEW".to_owned(), decimals: 18, eip2612: true, eip3009: false, permit2: false, allowed: true })
            }
            Asset::Native { chain_id } => Err(TokenUnreadable::Unavailable { chain_id }),
        }
    }
}

fn contract_wallet() -> Address {
    Address::repeat_byte(0xc0)
}

/// The key number `n`, the same in every run.
pub fn key(n: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(n)).expect("small numbers are valid keys")
}

/// The application and its world.
pub struct TestApp {
    /// The database, to look behind the answers.
    pub store: Store,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// Fresh ids, for what tests store themselves.
    pub ids: Arc<FixedIds>,
    /// Who pays.
    pub buyer: Actor,
    /// Who is paid.
    pub seller: Actor,
    /// Whom the terms name as judge.
    pub evaluator: Actor,
    /// Who imported the agreement for its parties.
    pub marketplace: Actor,
    /// Who has every scope and no part in anything.
    pub stranger: Actor,
    /// The routing signer's address.
    pub signer: Address,
    /// Lets the routing signer answer, fail or hang.
    pub signer_switch: Arc<SignerSwitch>,
    /// What is in the database from the start.
    pub seeded: Seeded,
    /// The database behind the store, to open it twice or to tamper with it.
    pub database: TestDatabase,
    /// The name server of webhooks.
    pub names: Arc<Names>,
    /// Networks that webhooks may go to.
    pub allowed_networks: Vec<&'static str>,
    /// Stops what outlives a request.
    pub stop: CancellationToken,
    contract_wallets: Arc<FakeContractWallets>,
    config: ApiConfig,
    metrics: Option<PrometheusHandle>,
    router: Router,
}

impl TestApp {
    /// With the usual settings.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut ApiConfig)) -> Self {
        Self::build(TestDatabase::sqlite().await, change, None).await
    }

    /// With the usual settings, on this engine.
    pub async fn on(engine: Engine) -> Self {
        Self::build(TestDatabase::new(engine).await, |_| (), None).await
    }

    /// With the process's metrics behind `/metrics`.
    pub async fn with_metrics() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap());
        Self::build(TestDatabase::sqlite().await, |_| (), Some(handle.clone())).await
    }

    async fn build(database: TestDatabase, change: impl FnOnce(&mut ApiConfig), metrics: Option<PrometheusHandle>) -> Self {
        // Whether a line is ever logged is remembered per process: without somebody who listens from the start, a test that listens later may hear nothing.
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| drop(tracing::subscriber::set_global_default(tracing_subscriber::registry())));
        let store = database.store.clone();
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(FixedIds::default());
        let mut config = config();
        change(&mut config);
        let seeding = actors::Seeding { store: &store, ids: ids.as_ref(), token_key: &config.token_key, chain: &config.chains[0], now: clock.now() };
        let (buyer, seller, stranger) = (seeding.actor("Buyer", 1).await, seeding.actor("Seller", 2).await, seeding.actor("Stranger", 3).await);
        let (evaluator, marketplace) = (seeding.actor("Evaluator", 4).await, seeding.actor("Marketplace", 5).await);
        let seeded = seeding.rest([&buyer, &seller, &evaluator, &marketplace]).await;
        let signer_switch = Arc::new(SignerSwitch::new());
        let signer = signer_switch.address();
        let (names, allowed_networks, contract_wallets, stop) = (Arc::default(), Vec::new(), Arc::default(), CancellationToken::new());
        #[rustfmt::skip]
        let mut app = Self {
            store, clock, ids, buyer, seller, evaluator, marketplace, stranger, signer, signer_switch, seeded, database, names, allowed_networks, stop,
            contract_wallets, config, metrics, router: Router::new(),
        };
        app.router = app.node(app.store.clone());
        app
    }

    /// The application over this store: one process of the instance.
    fn node(&self, store: Store) -> Router {
        crate::app(Api { store, ..self.api() })
    }

    /// What handlers work with.
    pub fn api(&self) -> Api {
        let signer: Arc<dyn RoutingSigner> = self.signer_switch.clone();
        Api {
            store: self.store.clone(),
            signers: BTreeMap::from([(CHAIN_ID, signer)]),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            webhooks: self.webhooks(),
            waiting: Waiting::with_heartbeat(self.stop.clone(), HEARTBEAT),
            last_uses: LastUses::default(),
            tokens: Arc::new(FakeTokens),
            contract_wallets: self.contract_wallets.clone(),
            metrics: self.metrics.clone(),
            config: self.config.clone(),
        }
    }

    /// The instance is started again, and its webhooks may go to this machine.
    pub fn allow_loopback(&mut self) {
        self.allowed_networks = vec!["127.0.0.0/8", "::1/128"];
        self.router = self.node(self.store.clone());
    }

    /// A worker that delivers webhooks: that of one process.
    pub fn worker(&self) -> WebhookWorker {
        self.worker_trusting(&[])
    }

    /// The same, trusting certificates besides those of the system.
    pub fn worker_trusting(&self, roots: &[Certificate]) -> WebhookWorker {
        let public_url = self.config.public_url.clone();
        let parts = WorkerParts { store: self.store.clone(), clock: self.clock.clone(), ids: self.ids.clone(), public_url };
        WebhookWorker::trusting(parts, self.webhooks(), roots).unwrap()
    }

    /// How endpoints are made here.
    pub fn webhooks(&self) -> Webhooks {
        let networks = self.allowed_networks.iter().map(|network| network.parse().unwrap()).collect();
        Webhooks { key: SealingKey::derive(&self.config.token_key), targets: Targets::new(networks, self.names.clone()) }
    }

    /// A second process of the instance, over the same database with connections of its own.
    pub async fn second_node(&self) -> Router {
        self.node(self.database.another_store().await)
    }

    /// The instance is started again with other settings.
    pub fn reconfigure(&mut self, change: impl FnOnce(&mut ApiConfig)) {
        change(&mut self.config);
        self.router = self.node(self.store.clone());
    }

    /// The application itself, to be served.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The chain's settings.
    pub fn chain(&self) -> &ChainPolicy {
        &self.config.chains[0]
    }

    /// The key under which tokens are hashed.
    pub fn token_key(&self) -> &SecretString {
        &self.config.token_key
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// That contract accepts nothing any more: its owners have changed.
    pub fn contract_wallet_refuses(&self) {
        self.contract_wallets.refuses.store(true, Ordering::SeqCst);
    }

    /// The node does not answer for contracts any more.
    pub fn contract_wallets_hang(&self) {
        self.contract_wallets.hangs.store(true, Ordering::SeqCst);
    }

    /// How often a node was asked about a contract wallet.
    pub fn contract_wallets_asked(&self) -> u64 {
        self.contract_wallets.asked.load(Ordering::SeqCst)
    }

    /// The address whose contract accepts `0xc0ffee`.
    pub fn contract_wallet(&self) -> Address {
        contract_wallet()
    }
}

fn config() -> ApiConfig {
    ApiConfig {
        public_url: "https://pay.example".parse().unwrap(),
        chains: vec![ChainPolicy {
            chain_id: CHAIN_ID,
            name: "anvil".to_owned(),
            router: Address::repeat_byte(0xaa),
            operator: Address::repeat_byte(0xbb),
            finality: FinalityPolicy::Confirmations(2),
            fee: FeePolicy { bps: 100, fixed: Amount::ZERO, recipient: Address::repeat_byte(0xfe) },
        }],
        require_idempotency_key: false,
        open_sign_in: true,
        verify_wait: Duration::from_millis(50),
        token_key: SecretString::from("test token key, 32 bytes or more"),
        max_indexer_lag: Duration::from_secs(60),
        limits: RateLimits::NONE,
        trusted_proxies: Vec::new(),
        allowed_origins: Vec::new(),
    }
}
