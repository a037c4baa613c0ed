//! A deliverable changes hands for its price: sealed with our program, funded and paid through the escrow contract, opened with the key that the
//! payout published. Nobody in this story asks the API.

use std::path::Path;

use alloy_primitives::aliases::{U40, U96};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolStruct};
use anvil_tests::program::Program;
use anvil_tests::{Engine, World, WorldOptions};
use cli::stack::accounts::{BUYER, EVALUATOR, FEE_RECIPIENT, OPERATOR, SELLER};
use cli::stack::anvil::CHAIN_ID;
use contracts::Escrow::{KeyRevealed, NotPassed, WrongKey, attestCall, fundCall, idOfCall, revealCall, stateOfCall, timeoutCall};
use contracts::{Escrow, Terms, TestToken, Verdict, escrow_domain};
use serde_json::Value;

const AMOUNT: u64 = 40_000_000;
const FEE: u64 = 1_000_000;
/// Longer than one chunk of the sealed file.
const WORK: &[u8] = &[7; 100_000];

#[tokio::test(flavor = "multi_thread")]
async fn sealed_work_is_checked_funded_attested_paid_and_opened() {
    let scene = Scene::new().await;
    let sealed = scene.seal().await;
    let terms = scene.terms(&sealed).await;
    assert!(scene.check(&terms).await, "the buyer holds what the terms commit to");

    let id = scene.fund(&terms).await;
    assert_eq!(scene.remaining(id).await, U96::from(AMOUNT));
    let key = scene.key().await;
    let reveal = revealCall { terms: terms.clone(), key }.abi_encode();
    let early = scene.world.chain.reverts_with::<NotPassed>(SELLER.address(), scene.escrow(), U256::ZERO, reveal.clone()).await;
    assert!(early, "no pass, no payment");

    scene.attest(&terms, id).await;
    let wrong = revealCall { terms: terms.clone(), key: keccak256("another key") }.abi_encode();
    assert!(scene.world.chain.reverts_with::<WrongKey>(SELLER.address(), scene.escrow(), U256::ZERO, wrong).await);

    let published = scene.reveal(reveal).await;
    let world = &scene.world;
    assert_eq!(world.received().await, (U256::from(AMOUNT - FEE), U256::from(FEE)), "paid in the transaction that published the key");
    assert_eq!(world.chain.balance(world.deployment.token, scene.escrow()).await, U256::ZERO, "the escrow keeps nothing");
    assert_eq!(scene.open(&published, &terms).await, WORK, "what was paid for is what was sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn g09_a_key_that_never_comes_returns_the_money_by_anybodys_call() {
    let scene = Scene::new().await;
    let sealed = scene.seal().await;
    let terms = scene.terms(&sealed).await;
    let (chain, token) = (&scene.world.chain, scene.world.deployment.token);
    let before = chain.balance(token, BUYER.address()).await;
    let id = scene.fund(&terms).await;
    scene.attest(&terms, id).await;

    let timeout = timeoutCall { terms: terms.clone() }.abi_encode();
    // A call is judged at the chain's clock, which goes on between blocks; the very second is the Solidity tests' to show.
    chain.mine_at(terms.deliverBy.to::<u64>() - 600).await;
    assert!(chain.reverts_with::<Escrow::NotYet>(FEE_RECIPIENT.address(), scene.escrow(), U256::ZERO, timeout.clone()).await);
    chain.mine_at(terms.deliverBy.to::<u64>() + 1).await;
    let sent = chain.send(FEE_RECIPIENT.address(), scene.escrow(), U256::ZERO, timeout).await;
    assert!(chain.receipt(sent).await.status(), "the window has passed");
    assert_eq!(chain.balance(token, BUYER.address()).await, before);
    assert_eq!(scene.remaining(id).await, U96::ZERO);
    assert_eq!(scene.world.received().await, (U256::ZERO, U256::ZERO), "silence pays nobody for a key");
}

/// A chain with the contracts, and the seller's folder.
struct Scene {
    world: World,
}

impl Scene {
    async fn new() -> Self {
        let world = World::with(WorldOptions { with_indexer: false, with_api: false, ..WorldOptions::new(Engine::Sqlite) }).await;
        tokio::fs::write(world.folder().join("work"), WORK).await.unwrap();
        Self { world }
    }

    fn escrow(&self) -> Address {
        self.world.deployment.escrow
    }

    fn path(&self, name: &str) -> String {
        self.world.folder().join(name).display().to_string()
    }

    async fn run(&self, arguments: &[&str]) -> anvil_tests::program::Ended {
        Program::start(None, &[], arguments, "error").await.ended().await
    }

    async fn seal(&self) -> Value {
        let seller = SELLER.address().to_string();
        let ended = self.run(&["deliverable", "seal", &self.path("work"), "--seller", &seller, "--json"]).await;
        assert!(ended.status.success(), "{ended:?}");
        serde_json::from_str(&ended.stdout).unwrap()
    }

    /// Whether the buyer's check of the sealed file against the terms says yes.
    async fn check(&self, terms: &Terms) -> bool {
        let (delivery, key_hash, seller) = (terms.delivery.to_string(), terms.keyHash.to_string(), terms.seller.to_string());
        let sealed = self.path("work.sealed");
        let arguments = ["deliverable", "check", &sealed, "--delivery", &delivery, "--key-hash", &key_hash, "--seller", &seller];
        self.run(&arguments).await.status.success()
    }

    async fn key(&self) -> B256 {
        tokio::fs::read_to_string(self.path("work.key")).await.unwrap().trim().parse().unwrap()
    }

    /// A verified exchange: 40 of the token, 1 of it the fee, a day to deliver.
    async fn terms(&self, sealed: &Value) -> Terms {
        let now = self.world.chain.head().await.time;
        let hash = |name: &str| sealed[name].as_str().unwrap().parse::<B256>().unwrap();
        let terms = Terms {
            chainId: CHAIN_ID,
            operator: OPERATOR.address(),
            nonce: U256::from(1),
            fundBy: U40::from(now + 3_600),
            requestId: keccak256("the canonical snapshot"),
            buyer: BUYER.address(),
            seller: SELLER.address(),
            arbiter: Address::ZERO,
            evaluator: EVALUATOR.address(),
            token: self.world.deployment.token,
            amount: U96::from(AMOUNT),
            feeRecipient: FEE_RECIPIENT.address(),
            feeAmount: U96::from(FEE),
            arbiterFeeBps: 0,
            fallbackBps: 0,
            deliverBy: U40::from(now + 86_400),
            reviewWindow: 0,
            rulingWindow: 0,
            keyHash: hash("keyHash"),
            delivery: hash("delivery"),
        };
        let answer = self.ask(idOfCall { terms: terms.clone() }.abi_encode()).await;
        assert_eq!(terms.id(self.escrow()), idOfCall::abi_decode_returns(&answer).unwrap(), "the id off-chain is the id on chain");
        terms
    }

    async fn fund(&self, terms: &Terms) -> B256 {
        let id = terms.id(self.escrow());
        let approve = TestToken::approveCall { spender: self.escrow(), value: U256::from(AMOUNT) };
        self.send(BUYER.address(), terms.token, approve.abi_encode()).await;
        let fund = fundCall { terms: terms.clone(), signature: OPERATOR.key().sign_digest(&id) };
        self.send(BUYER.address(), self.escrow(), fund.abi_encode()).await;
        id
    }

    /// The evaluator signs a pass, and somebody else brings it.
    async fn attest(&self, terms: &Terms, id: B256) {
        let verdict = Verdict { id, deliverable: terms.delivery, pass: true, evidenceHash: keccak256("opened and good") };
        let digest = verdict.eip712_signing_hash(&escrow_domain(CHAIN_ID, self.escrow()));
        let call = attestCall {
            terms: terms.clone(),
            deliverable: verdict.deliverable,
            pass: verdict.pass,
            evidenceHash: verdict.evidenceHash,
            signature: EVALUATOR.key().sign_digest(&digest),
        };
        self.send(FEE_RECIPIENT.address(), self.escrow(), call.abi_encode()).await;
    }

    /// Sends the key, and returns what the event says it is.
    async fn reveal(&self, call: Vec<u8>) -> String {
        let transaction = self.send(SELLER.address(), self.escrow(), call).await;
        let receipt = self.world.chain.receipt(transaction).await;
        let events = receipt.inner.logs().iter().filter_map(|log| KeyRevealed::decode_log(&log.inner).ok());
        events.map(|event| event.key.to_string()).next_back().unwrap()
    }

    async fn open(&self, key: &str, terms: &Terms) -> Vec<u8> {
        let (sealed, opened, delivery) = (self.path("work.sealed"), self.path("opened"), terms.delivery.to_string());
        let ended = self.run(&["deliverable", "open", &sealed, "--key", key, "--delivery", &delivery, "--out", &opened]).await;
        assert!(ended.status.success(), "{ended:?}");
        tokio::fs::read(Path::new(&opened)).await.unwrap()
    }

    async fn remaining(&self, id: B256) -> U96 {
        let answer = self.ask(stateOfCall { id }.abi_encode()).await;
        stateOfCall::abi_decode_returns(&answer).unwrap().remaining
    }

    async fn ask(&self, call: Vec<u8>) -> Bytes {
        self.world.chain.call(BUYER.address(), self.escrow(), U256::ZERO, call).await.unwrap()
    }

    async fn send(&self, from: Address, to: Address, call: Vec<u8>) -> B256 {
        let transaction = self.world.chain.send(from, to, U256::ZERO, call).await;
        assert!(self.world.chain.receipt(transaction).await.status());
        transaction
    }
}
