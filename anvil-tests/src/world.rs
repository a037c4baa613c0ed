//! One test's world: chain, database, instance, and the two parties, with the steps that every story shares.

use std::path::Path;

use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::SolCall;
use cli::foundry;
use cli::paying::{RequestPath, collection};
use cli::stack::accounts::{BUYER, EVALUATOR, OPERATOR, SELLER};
use cli::stack::anvil::{Anvil, AnvilOptions, CHAIN_ID, Mining};
use cli::stack::deployment::Deployment;
use cli::stack::{ChainSource, Stack, StackOptions};
use cli::system::{OsIds, SystemClock};
use contracts::PaymentRouter::payCall;
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::agreement::agreement_digest;
use settlement::asset::Asset;
use settlement::finality::FinalityPolicy;
use settlement::ids::AgreementId;
use settlement::terms::Terms;
use signer::ExecutionPayload;
use signer::wallet::{CheckedPayment, Expectation, check};
pub use store::Engine;
use store::testing::TestDatabase;
use tempfile::TempDir;
use url::Url;

use crate::{Chain, Party, eventually};

/// What the seller receives in every story: 12.50 of a token with 6 decimals.
pub const SELLER_AMOUNT: u64 = 12_500_000;
/// The operator's 2.5 % on top.
pub const FEE: u64 = 312_500;

/// What differs from the usual world.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Which database.
    pub engine: Engine,
    /// When a payment is final.
    pub finality: FinalityPolicy,
    /// When blocks are made.
    pub mining: Mining,
    /// Whether an indexer runs from the start.
    pub with_indexer: bool,
    /// Whether the API runs in this process.
    pub with_api: bool,
}

impl WorldOptions {
    /// Two confirmations, and blocks when there are transactions or the story asks for them.
    #[must_use]
    pub const fn new(engine: Engine) -> Self {
        Self { engine, finality: FinalityPolicy::Confirmations(2), mining: Mining::OnTransaction, with_indexer: true, with_api: true }
    }
}

/// A chain, a database, an instance and its parties.
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// The instance; `None` while it is stopped.
    pub stack: Option<Stack>,
    /// Pays.
    pub buyer: Party,
    /// Is paid.
    pub seller: Party,
    /// Has a profile and no part in anything.
    pub stranger: Party,
    /// The database, to look behind the answers.
    pub database: TestDatabase,
    /// Router and test token.
    pub deployment: Deployment,
    options: StackOptions,
    api_url: Url,
    _anvil: Anvil,
    folder: TempDir,
}

impl World {
    /// The usual world.
    pub async fn new(engine: Engine) -> Self {
        Self::with(WorldOptions::new(engine)).await
    }

    /// A world of its own.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(wanted: WorldOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(wanted.engine).await;
        let binary = foundry::anvil(|_| ()).await.unwrap();
        let anvil = Anvil::start(&AnvilOptions { binary, port: 0, state: None, mining: wanted.mining }).await.unwrap();
        let options = StackOptions {
            database_url: Some(database.url().to_owned()),
            chain: ChainSource::Existing(anvil.url().clone()),
            finality: wanted.finality,
            with_indexer: wanted.with_indexer,
            with_api: wanted.with_api,
            ..StackOptions::new(folder.path())
        };
        let stack = Stack::start(options.clone()).await.unwrap();
        let chain = Chain::new(anvil.url().clone());
        let [buyer, seller, stranger] = parties(&stack);
        let (deployment, api_url) = (stack.deployment, stack.api_url.clone());
        Self { chain, stack: Some(stack), buyer, seller, stranger, database, deployment, options, api_url, _anvil: anvil, folder }
    }

    /// The running instance.
    ///
    /// # Panics
    /// While it is stopped.
    #[must_use]
    pub fn instance(&self) -> &Stack {
        self.stack.as_ref().expect("the instance runs")
    }

    /// Where the API is, or was last.
    #[must_use]
    pub const fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Where the instance keeps its files, its configuration among them.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the instance; the chain goes on.
    pub async fn stop(&mut self) {
        if let Some(stack) = self.stack.take() {
            stack.stop().await.unwrap();
        }
    }

    /// Starts the instance again, on the same database, with or without an indexer.
    pub async fn start(&mut self, with_indexer: bool) {
        self.stop().await;
        self.options.with_indexer = with_indexer;
        let stack = Stack::start(self.options.clone()).await.unwrap();
        [self.buyer, self.seller, self.stranger] = parties(&stack);
        self.api_url = stack.api_url.clone();
        self.stack = Some(stack);
    }

    /// The terms that the parties of every story agree on.
    #[must_use]
    pub fn terms(&self) -> Value {
        json!({
            "title": "Label 1,000 images", "acceptanceCriteria": ["Every image has exactly one label"], "amountAtomic": SELLER_AMOUNT.to_string(),
            "asset": Asset::Erc20 { chain_id: CHAIN_ID, token: self.deployment.token }.to_string(), "payeeAddress": SELLER.address().to_string(), "paymentTiming": "on_delivery", "settlement": "direct",
        })
    }

    /// Both wallets sign the terms, the buyer imports them, and the seller delivers.
    pub async fn delivered(&self) -> AgreementId {
        let id = self.agreed(self.terms()).await;
        let work = json!({ "notes": "All labelled", "deliverableHash": keccak256("labels.csv") });
        self.seller.post(&format!("/api/agent/contracts/{id}/submissions"), &work).await.expect(201);
        id
    }

    /// Both wallets sign these terms, and the buyer imports them.
    pub async fn agreed(&self, terms: Value) -> AgreementId {
        let salt = B256::from(OsIds.secret());
        let digest = agreement_digest(&Terms::parse(&terms).unwrap(), BUYER.address(), SELLER.address(), salt);
        let body = json!({
            "externalRef": format!("story-{}", OsIds.ulid()),
            "buyer": { "wallet": BUYER.address().to_string() }, "seller": { "wallet": SELLER.address().to_string() }, "terms": terms,
            "consent": { "kind": "signatures", "salt": salt, "buyerSignature": self.buyer.sign(&digest), "sellerSignature": self.seller.sign(&digest) },
        });
        let contract = self.buyer.post("/api/agent/contracts/import", &body).await.expect(201);
        contract["contract"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// The buyer asks for a payment request for all that is open.
    pub async fn asked(&self, contract: &AgreementId) -> RequestPath {
        let created = self.buyer.post(&collection(contract), &json!({ "payerAddress": BUYER.address().to_string() })).await.expect(201);
        RequestPath { contract: contract.clone(), request: created["paymentRequest"]["id"].as_str().unwrap().parse().unwrap() }
    }

    /// Agreement, delivery and payment request.
    pub async fn payable(&self) -> RequestPath {
        let contract = self.delivered().await;
        self.asked(&contract).await
    }

    /// The request as its payer sees it.
    pub async fn request(&self, at: &RequestPath) -> Value {
        self.buyer.get(&at.path("")).await.expect(200)["paymentRequest"].take()
    }

    /// The payload, checked as a buyer's wallet does.
    pub async fn checked(&self, at: &RequestPath) -> CheckedPayment {
        let request = self.request(at).await;
        let payload: ExecutionPayload = serde_json::from_value(request["execution"].clone()).unwrap();
        let expected = Expectation { operator: Some(OPERATOR.address()), payee: Some(SELLER.address()), ..Expectation::new(BUYER.address(), CHAIN_ID) };
        check(&payload, &expected).unwrap()
    }

    /// The call that pays a request.
    pub async fn pay_call(&self, at: &RequestPath) -> payCall {
        payCall::abi_decode(&self.checked(at).await.payload().payment.data).unwrap()
    }

    /// The buyer approves what a request needs, once for several payments.
    pub async fn approve(&self) {
        let deployment = &self.deployment;
        let approve = contracts::TestToken::approveCall { spender: deployment.router, value: U256::from(1_000_000_000_u64) };
        let sent = self.chain.send(BUYER.address(), deployment.token, U256::ZERO, approve.abi_encode()).await;
        assert!(self.chain.receipt(sent).await.status());
    }

    /// Sends the call that pays, from the buyer's wallet. Does not wait for a block.
    pub async fn send(&self, call: &payCall) -> B256 {
        self.chain.send(BUYER.address(), self.deployment.router, U256::ZERO, call.abi_encode()).await
    }

    /// Approves and pays; the transaction is in a block.
    pub async fn paid(&self, at: &RequestPath) -> B256 {
        let call = self.pay_call(at).await;
        self.approve().await;
        let sent = self.send(&call).await;
        assert!(self.chain.receipt(sent).await.status(), "the payment succeeds");
        sent
    }

    /// Waits until a request is in a status.
    pub async fn until(&self, at: &RequestPath, status: &str) -> Value {
        eventually(&format!("{} is {status}", at.request), || self.request(at), |request| request["status"] == status).await
    }

    /// Waits until a request has a number of confirmations.
    pub async fn until_confirmed(&self, at: &RequestPath, count: u64) -> Value {
        let what = format!("{} has {count} confirmations", at.request);
        eventually(&what, || self.request(at), |request| request["confirmations"]["seen"] == count).await
    }

    /// Waits until the indexer has read the newest block.
    pub async fn until_read(&self) {
        let head = self.chain.head().await;
        let cursor = || async { self.database.store.cursor(CHAIN_ID).await.unwrap().map(|cursor| cursor.scanned.hash) };
        eventually("the newest block is read", cursor, |scanned| *scanned == Some(head.hash)).await;
    }

    /// Makes the payment final.
    pub async fn verified(&self, at: &RequestPath) -> Value {
        self.chain.mine(3).await;
        self.until(at, "router_verified").await
    }

    /// Waits until reading has stopped because more was taken back than is final.
    pub async fn until_halted(&self) {
        let halted = || async { self.database.store.cursor(CHAIN_ID).await.unwrap().and_then(|cursor| cursor.halted) };
        eventually("reading stops", halted, Option::is_some).await;
    }

    /// Lets a halted indexer go on, as `counterfoil indexer acknowledge` does.
    pub async fn acknowledge(&self) {
        indexer::acknowledge(&self.database.store, CHAIN_ID, &SystemClock).await.unwrap();
    }

    /// What was told, in order.
    pub async fn told(&self) -> Vec<String> {
        let notices = self.database.store.notices_after(0, 1_000).await.unwrap();
        notices.iter().map(|logged| logged.notice.kind.to_string()).collect()
    }

    /// How often something was told.
    pub async fn times_told(&self, kind: &str) -> usize {
        self.told().await.iter().filter(|told| *told == kind).count()
    }

    /// What seller and fee recipient have received.
    pub async fn received(&self) -> (U256, U256) {
        let token = self.deployment.token;
        let fee_recipient = cli::stack::accounts::FEE_RECIPIENT.address();
        (self.chain.balance(token, SELLER.address()).await, self.chain.balance(token, fee_recipient).await)
    }

    /// Asserts that the agreement was paid exactly once, as agreed, and that ledger, receipt and notices say so.
    pub async fn assert_paid_once(&self, at: &RequestPath) {
        assert_eq!(self.received().await, (U256::from(SELLER_AMOUNT), U256::from(FEE)), "what was agreed moved, once");
        let receipt = self.seller.get(&format!("/api/agent/receipts/{}", settlement::ids::receipt_id(&at.request))).await.expect(200);
        assert_eq!(receipt["receipt"]["sellerAmountAtomic"], SELLER_AMOUNT.to_string());
        let mut balance = std::collections::BTreeMap::<String, i128>::new();
        for stored in self.database.store.postings(&at.contract).await.unwrap() {
            let amount = i128::try_from(stored.posting.amount.atomic().to::<u128>()).unwrap();
            let signed = match stored.posting.side {
                settlement::ledger::Side::Debit => -amount,
                settlement::ledger::Side::Credit => amount,
            };
            *balance.entry(stored.posting.account.name().to_owned()).or_default() += signed;
        }
        let (seller, fee) = (i128::from(SELLER_AMOUNT), i128::from(FEE));
        let expected = [("buyer_external", -seller - fee), ("platform_fee", fee), ("seller_proceeds", seller)];
        assert_eq!(balance, expected.into_iter().map(|(account, amount)| (account.to_owned(), amount)).collect());
    }
}

fn parties(stack: &Stack) -> [Party; 3] {
    let who = &stack.identities;
    [(&who.buyer, BUYER), (&who.seller, SELLER), (&who.evaluator, EVALUATOR)]
        .map(|(identity, account)| Party::new(stack.api_url.clone(), identity.api_token.clone(), account))
}
