//! A database, a chain, an indexer between them, and agreements to be paid.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolEvent;
use contracts::PaymentRouter::{PaymentRouted, RefundRouted};
use indexer::reader::Header;
use indexer::{Indexer, IndexerConfig, IndexerError, Progress};
use serde_json::json;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use settlement::event::Location;
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, MilestoneId, PaymentRequestId, ProfileId, RefundId, SubmissionId, UnitId};
use settlement::ledger::{Booked, Side, refund_due};
use settlement::milestone::{self, Milestone, MilestoneState, Part, Plan};
use settlement::money::{Amount, FeePolicy};
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use settlement::refund::{RefundAsk, RefundRequest, RefundSnapshot, RefundState, SignedRefund};
use settlement::snapshot::{Ask, Signable, Signed, SignedSnapshot, Snapshot};
use settlement::terms::Terms;
use settlement::unit::{Unit, UnitKind};
use settlement::{Clock, IdSource, Timestamp};
use store::testing::TestDatabase;
use store::{Engine, LoggedNotice, Profile, Store, StoreError, StoredRefund, StoredRequest};
use ulid::Ulid;

use crate::chain::{CHAIN_ID, GENESIS_TIME, TestChain, Transaction};

pub const AMOUNT: u64 = 12_500_000;
pub const TOKEN: Address = Address::repeat_byte(0x70);
/// Steps after which a test gives up waiting for quiet.
const MAX_STEPS: usize = 2_000;

/// A clock that a test moves.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

/// Ids that are the same in every run.
pub struct TestIds(AtomicU64);

impl IdSource for TestIds {
    fn ulid(&self) -> Ulid {
        Ulid::from_parts(GENESIS_TIME * 1_000, u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

pub struct World {
    pub database: TestDatabase,
    pub store: Store,
    pub chain: TestChain,
    pub clock: Arc<TestClock>,
    pub policy: ChainPolicy,
    pub operator: PrivateKeySigner,
    pub delegate: PrivateKeySigner,
    pub buyer: PrivateKeySigner,
    pub start_block: Option<u64>,
    seller: ProfileId,
    payer: ProfileId,
    ids: Arc<TestIds>,
    indexer: Mutex<Option<Indexer>>,
    names: AtomicU64,
}

fn key(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

impl World {
    /// A chain whose first block appoints the delegate; payments are final after three confirmations.
    pub async fn new(engine: Engine) -> Self {
        Self::over(engine, TestChain::new(), FinalityPolicy::Confirmations(3)).await
    }

    pub async fn with_finality(engine: Engine, finality: FinalityPolicy) -> Self {
        Self::over(engine, TestChain::new(), finality).await
    }

    /// The same over a chain that is there already.
    pub async fn over(engine: Engine, chain: TestChain, finality: FinalityPolicy) -> Self {
        let database = TestDatabase::new(engine).await;
        let (operator, delegate, buyer) = (key(3), key(4), key(1));
        let ids = Arc::new(TestIds(AtomicU64::new(1)));
        let fee = FeePolicy { bps: 250, fixed: Amount::ZERO, recipient: Address::repeat_byte(0xfe) };
        let policy =
            ChainPolicy { chain_id: CHAIN_ID, name: "test".to_owned(), router: contracts::router_address(), operator: operator.address(), finality, fee };
        chain.set_decimals(TOKEN, 6);
        if chain.head().number == 0 {
            chain.mine(&[Transaction::appoint(policy.router, policy.operator, delegate.address(), 4_000_000_000)]);
        }
        let [seller, payer] = [ProfileId::new(ids.ulid()), ProfileId::new(ids.ulid())];
        let clock = Arc::new(TestClock(AtomicI64::new(i64::try_from(GENESIS_TIME).unwrap() * 1_000)));
        let store = database.store.clone();
        let mut tx = store.begin().await.unwrap();
        for id in [&seller, &payer] {
            let profile = Profile::new(id.clone(), id.to_string(), clock.now());
            tx.insert_profile(&profile).await.unwrap();
        }
        tx.upsert_registered_token(&Self::token(), clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            database,
            store,
            chain,
            clock,
            policy,
            operator,
            delegate,
            buyer,
            start_block: Some(1),
            seller,
            payer,
            ids,
            indexer: Mutex::default(),
            names: AtomicU64::new(0),
        }
    }

    fn token() -> Token {
        let asset = Asset::Erc20 { chain_id: CHAIN_ID, token: TOKEN };
        Token { asset, symbol: "tUSD".to_owned(), decimals: 6, eip2612: true, eip3009: true, permit2: true, allowed: true }
    }

    pub fn config(&self) -> IndexerConfig {
        IndexerConfig {
            chain: self.policy.clone(),
            rpc_urls: Vec::new(),
            poll_interval: std::time::Duration::from_millis(10),
            max_range: 1_000,
            start_block: self.start_block,
            standby: false,
        }
    }

    pub async fn connect(&self, config: IndexerConfig, store: Store) -> Result<Indexer, IndexerError> {
        let world: (Arc<dyn Clock>, Arc<dyn IdSource>) = (self.clock.clone(), self.ids.clone());
        Indexer::with_reader(config, Arc::new(self.chain.clone()), store, world).await
    }

    /// One step of the world's indexer, which starts when it is first needed.
    pub async fn try_step(&self) -> Result<Progress, IndexerError> {
        let running = self.indexer.lock().unwrap().take();
        let mut indexer = match running {
            Some(indexer) => indexer,
            None => self.start().await?,
        };
        let done = indexer.step().await;
        *self.indexer.lock().unwrap() = Some(indexer);
        done
    }

    /// The indexer of the world, once the one before has let go: Postgres notices with a delay that its session has ended.
    async fn start(&self) -> Result<Indexer, IndexerError> {
        for _ in 0..MAX_STEPS {
            match self.connect(self.config(), self.store.clone()).await {
                Err(IndexerError::Store(StoreError::NotLeader { .. })) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                started => return started,
            }
        }
        panic!("the lead is never free");
    }

    pub async fn step(&self) -> Progress {
        self.try_step().await.unwrap()
    }

    /// The process ends; the next step starts another.
    pub fn stop(&self) {
        *self.indexer.lock().unwrap() = None;
    }

    /// Steps until there is nothing more to do. Returns the last thing that was done.
    pub async fn settle(&self) -> Progress {
        for _ in 0..MAX_STEPS {
            match self.step().await {
                Progress::Advanced { .. } | Progress::Rewound { .. } => {}
                quiet @ (Progress::Idle | Progress::Halted { .. } | Progress::NotStarted | Progress::Standby) => return quiet,
            }
        }
        panic!("still not quiet after {MAX_STEPS} steps");
    }

    /// As [`Self::settle`], over a node whose answers cannot always be used.
    pub async fn settle_somehow(&self) -> Progress {
        for _ in 0..MAX_STEPS {
            match self.try_step().await {
                Ok(Progress::Advanced { .. } | Progress::Rewound { .. }) => {}
                Ok(Progress::Idle) if self.scanned().await < self.chain.head().number => {}
                Ok(quiet) => return quiet,
                Err(error) => assert!(!error.is_fatal(), "{error}"),
            }
        }
        panic!("still not quiet after {MAX_STEPS} steps");
    }

    pub async fn scanned(&self) -> u64 {
        self.store.cursor(CHAIN_ID).await.unwrap().map_or(0, |cursor| cursor.scanned.number)
    }

    pub async fn agreement(&self) -> AgreementRecord {
        let now = self.clock.now();
        let document = json!({"title": "Label 1,000 images", "amountAtomic": AMOUNT.to_string(), "asset": Self::token().asset.to_string(),
            "payeeAddress": Address::repeat_byte(0x5e).to_string(), "paymentTiming": "any_time", "settlement": "direct"});
        let record = AgreementRecord {
            id: AgreementId::new(self.ids.ulid()),
            external_ref: format!("job-{}", self.names.fetch_add(1, Ordering::SeqCst)),
            importer: self.payer.clone(),
            buyer: Party { profile: self.payer.clone(), wallet: self.buyer.address() },
            seller: Party { profile: self.seller.clone(), wallet: Address::repeat_byte(0x5e) },
            terms: Terms::parse(&document).unwrap(),
            consent: Consent::Attested { by: self.payer.clone() },
            fee: self.policy.fee,
            payout: None,
            state: AgreementState::InProgress,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_agreement(&record).await.unwrap();
        tx.commit().await.unwrap();
        record
    }

    /// A new agreement and a request for all of it, good for an hour of block time.
    pub async fn request(&self) -> PaymentRequest {
        let agreement = self.agreement().await;
        self.request_for(&agreement, None).await
    }

    /// A request for an agreement: for a new unit, or once more for the unit of an earlier request.
    pub async fn request_for(&self, agreement: &AgreementRecord, again: Option<&PaymentRequest>) -> PaymentRequest {
        self.request_with(agreement, again, (AMOUNT, &self.delegate)).await
    }

    pub async fn request_with(&self, agreement: &AgreementRecord, again: Option<&PaymentRequest>, asked: (u64, &PrivateKeySigner)) -> PaymentRequest {
        self.sign(agreement, again, asked, self.chain.head().time + 3_600).await
    }

    /// A request for all of an agreement, with this deadline.
    pub async fn request_at(&self, agreement: &AgreementRecord, deadline: u64) -> PaymentRequest {
        self.sign(agreement, None, (AMOUNT, &self.delegate), deadline).await
    }

    /// A request for a milestone.
    pub async fn request_for_milestone(&self, agreement: &AgreementRecord, milestone: &Milestone) -> PaymentRequest {
        let unit = self.unit(agreement, |_| UnitKind::Milestone(milestone.id.clone())).await;
        let amount = milestone.part.amount.atomic().to::<u64>();
        self.sign_unit(agreement, unit, (amount, &self.delegate), self.chain.head().time + 3_600).await
    }

    /// Divides an agreement into accepted milestones of these amounts.
    pub async fn divide(&self, agreement: &AgreementRecord, amounts: &[u64]) -> Vec<Milestone> {
        let now = self.clock.now();
        let milestone = |(amount, position): (&u64, u32)| Milestone {
            id: MilestoneId::new(self.ids.ulid()),
            agreement: agreement.id.clone(),
            position,
            added_by: milestone::Side::Buyer,
            part: Part {
                title: format!("Part {position}"),
                description: None,
                acceptance_criteria: vec![],
                amount: Amount::new(U256::from(*amount)),
                due_at: None,
            },
            state: MilestoneState::Accepted { submission: SubmissionId::new(self.ids.ulid()), at: now },
            version: 3,
            created_at: now,
            updated_at: now,
        };
        let plan = Plan::signed(amounts.iter().zip(1..).map(milestone).collect(), now);
        let mut tx = self.store.begin().await.unwrap();
        tx.set_plan(&agreement.id, &Plan::default(), &plan).await.unwrap();
        for milestone in &plan.milestones {
            tx.insert_milestone(milestone).await.unwrap();
        }
        tx.commit().await.unwrap();
        plan.milestones
    }

    async fn unit(&self, agreement: &AgreementRecord, kind: impl FnOnce(U256) -> UnitKind) -> Unit {
        let (router, operator) = (self.policy.router, self.policy.operator);
        let mut tx = self.store.begin().await.unwrap();
        let nonce = tx.allocate_nonce(CHAIN_ID, router, operator).await.unwrap();
        let unit = Unit { id: UnitId::new(self.ids.ulid()), agreement: agreement.id.clone(), kind: kind(nonce), nonce };
        tx.insert_unit(&unit, CHAIN_ID, router, operator).await.unwrap();
        tx.commit().await.unwrap();
        unit
    }

    async fn sign(&self, agreement: &AgreementRecord, again: Option<&PaymentRequest>, asked: (u64, &PrivateKeySigner), deadline: u64) -> PaymentRequest {
        let kind = |nonce: U256| if asked.0 == AMOUNT { UnitKind::Whole } else { UnitKind::Instalment(u32::try_from(nonce.to::<u64>()).unwrap() + 1) };
        let unit = match again {
            Some(request) => request.unit.clone(),
            None => self.unit(agreement, kind).await,
        };
        self.sign_unit(agreement, unit, asked, deadline).await
    }

    async fn sign_unit(&self, agreement: &AgreementRecord, unit: Unit, (amount, signer): (u64, &PrivateKeySigner), deadline: u64) -> PaymentRequest {
        let (router, operator) = (self.policy.router, self.policy.operator);
        let ask = Ask {
            payment_request: PaymentRequestId::new(self.ids.ulid()),
            unit: unit.clone(),
            router,
            operator,
            token: Self::token(),
            payer: self.buyer.address(),
            seller_amount: Amount::new(U256::from(amount)),
            created_at: self.clock.now(),
            deadline,
            finality: self.policy.finality,
        };
        let snapshot = Snapshot::new(agreement, ask).unwrap();
        let signature = Bytes::from(signer.sign_hash_sync(&snapshot.digest()).unwrap().as_bytes().to_vec());
        let now = self.clock.now();
        let request = PaymentRequest {
            id: snapshot.payment_request.clone(),
            agreement: agreement.id.clone(),
            unit,
            signed: SignedSnapshot::new(snapshot, signature).unwrap(),
            state: PaymentRequestState::Signed,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_request(&request).await.unwrap();
        tx.commit().await.unwrap();
        request
    }

    /// A request that is paid and verified.
    pub async fn paid(&self) -> PaymentRequest {
        let request = self.request().await;
        self.chain.mine(&[self.payment(&request)]);
        self.chain.mine_empty(3);
        self.settle().await;
        self.stored(&request.id).await
    }

    /// A refund of a verified payment that the seller has approved, with a payload that is good for an hour of block time.
    pub async fn approved(&self, payment: &PaymentRequest, atomic: u64) -> RefundRequest {
        let now = self.clock.now();
        let refund = RefundRequest {
            id: RefundId::new(self.ids.ulid()),
            agreement: payment.agreement.clone(),
            payment: payment.id.clone(),
            amount: Amount::new(U256::from(atomic)),
            reason: "half of it is missing".to_owned(),
            state: RefundState::Pending,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_refund(&refund, CHAIN_ID).await.unwrap();
        let nonce = tx.allocate_nonce(CHAIN_ID, self.policy.router, self.policy.operator).await.unwrap();
        let payload = Box::new(self.sign_refund(payment, &refund, nonce, self.chain.head().time + 3_600));
        let state = RefundState::Approved { payload, response: None, at: now };
        tx.set_refund_state(&refund, &state, now).await.unwrap();
        tx.post(Booked::RefundDue(&refund.id), "due", &refund_due(&refund, payment.signed.snapshot(), now)).await.unwrap();
        tx.commit().await.unwrap();
        RefundRequest { state, ..refund }
    }

    pub fn sign_refund(&self, payment: &PaymentRequest, refund: &RefundRequest, nonce: U256, deadline: u64) -> SignedRefund {
        let PaymentRequestState::Verified { proof, .. } = &payment.state else { panic!("{} is not verified", payment.id) };
        let ask = RefundAsk {
            router: self.policy.router,
            operator: self.policy.operator,
            payer: Address::repeat_byte(0x5e),
            nonce,
            created_at: self.clock.now(),
            deadline,
            finality: self.policy.finality,
        };
        let snapshot = RefundSnapshot::new(refund, (&payment.signed, proof), ask).unwrap();
        let signature = Bytes::from(self.delegate.sign_hash_sync(&snapshot.digest()).unwrap().as_bytes().to_vec());
        Signed::new(snapshot, signature).unwrap()
    }

    pub async fn refund(&self, id: &RefundId) -> RefundRequest {
        match self.store.refund(id).await.unwrap().unwrap() {
            StoredRefund::Sound(refund) => refund,
            StoredRefund::Unproven { issues, .. } => panic!("{id} does not prove itself: {issues:?}"),
        }
    }

    /// The transaction that pays a refund back, exactly.
    pub fn repayment(&self, refund: &RefundRequest) -> Transaction {
        self.altered_repayment(refund, |_| ())
    }

    /// One whose event says something else.
    pub fn altered_repayment(&self, refund: &RefundRequest, change: impl FnOnce(&mut RefundRouted)) -> Transaction {
        Transaction::with_logs(&format!("refund {}", refund.id), vec![(self.policy.router, refund_routed(refund, change))])
    }

    /// Changes the state of a request as the API would.
    pub async fn change(&self, id: &PaymentRequestId, to: impl FnOnce(PaymentRequestState, Timestamp) -> PaymentRequestState) {
        let (request, now) = (self.stored(id).await, self.clock.now());
        let from = request.state.name();
        let mut tx = self.store.begin().await.unwrap();
        tx.set_request_state(id, from, &to(request.state, now), now).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn submit(&self, id: &PaymentRequestId, tx_hash: B256) {
        self.change(id, |state, now| state.submit(tx_hash, now).unwrap()).await;
    }

    pub async fn stored(&self, id: &PaymentRequestId) -> PaymentRequest {
        match self.store.request(id).await.unwrap().unwrap() {
            StoredRequest::Sound(request) => request,
            StoredRequest::Unproven { issues, .. } => panic!("{id} does not prove itself: {issues:?}"),
        }
    }

    pub async fn status(&self, request: &PaymentRequest) -> StatusName {
        self.stored(&request.id).await.state.name()
    }

    /// The transaction that pays a request, exactly.
    pub fn payment(&self, request: &PaymentRequest) -> Transaction {
        self.payment_named(request, "first")
    }

    pub fn payment_named(&self, request: &PaymentRequest, name: &str) -> Transaction {
        Transaction::with_logs(&format!("{name} {}", request.id), vec![(self.policy.router, routed(request, |_| ()))])
    }

    /// A transaction whose event says something else.
    pub fn altered(&self, request: &PaymentRequest, change: impl FnOnce(&mut PaymentRouted)) -> Transaction {
        Transaction::with_logs(&format!("altered {}", request.id), vec![(self.policy.router, routed(request, change))])
    }

    /// What was told, oldest first.
    pub async fn notices(&self) -> Vec<LoggedNotice> {
        self.store.notices_after(0, 100_000).await.unwrap()
    }

    /// The types of what was told to the parties, oldest first.
    pub async fn told(&self) -> Vec<String> {
        let logged = self.notices().await;
        logged.iter().filter(|logged| !logged.notice.readers.is_empty()).map(|logged| logged.notice.kind.to_string()).collect()
    }

    /// What the lines of an agreement that stand add up to, per side: they must be equal, entry by entry.
    pub async fn balance(&self, agreement: &AgreementId) -> U256 {
        let lines = self.store.postings(agreement).await.unwrap();
        let mut by_entry = std::collections::BTreeMap::<String, (U256, U256)>::new();
        let (mut debit, mut reversed) = (U256::ZERO, U256::ZERO);
        for line in &lines {
            let sums = by_entry.entry(line.entry.clone()).or_default();
            let amount = line.posting.amount.atomic();
            let buyer = line.posting.account.name() == "buyer_external";
            match line.posting.side {
                Side::Debit => sums.0 += amount,
                Side::Credit => sums.1 += amount,
            }
            match (buyer, line.posting.side) {
                (true, Side::Debit) => debit += amount,
                (true, Side::Credit) => reversed += amount,
                (false, _) => {}
            }
        }
        for (entry, (debits, credits)) in by_entry {
            assert_eq!(debits, credits, "{entry} does not add up to zero");
        }
        debit - reversed
    }
}

/// What the router logs when exactly this payload is executed.
pub fn routed(request: &PaymentRequest, change: impl FnOnce(&mut PaymentRouted)) -> LogData {
    let payment = request.signed.payment();
    let mut event = PaymentRouted {
        operator: payment.operator,
        requestId: payment.requestId,
        payee: payment.payee,
        payer: payment.payer,
        token: payment.token,
        amount: payment.amount,
        feeRecipient: payment.feeRecipient,
        feeAmount: payment.feeAmount,
        nonce: payment.nonce,
        deadline: payment.deadline,
        digest: request.signed.digest(),
    };
    change(&mut event);
    event.encode_log_data()
}

/// What the router logs when exactly the newest payload of a refund is executed.
pub fn refund_routed(refund: &RefundRequest, change: impl FnOnce(&mut RefundRouted)) -> LogData {
    let signed = refund.payload().expect("something was signed");
    let payment = signed.payment();
    let mut event = RefundRouted {
        operator: payment.operator,
        parent: payment.parent,
        payee: payment.payee,
        requestId: payment.requestId,
        payer: payment.payer,
        token: payment.token,
        amount: payment.amount,
        nonce: payment.nonce,
        deadline: payment.deadline,
        digest: signed.digest(),
    };
    change(&mut event);
    event.encode_log_data()
}

/// Where the only payment of a verified request stands.
pub fn place(request: &PaymentRequest) -> Location {
    match &request.state {
        PaymentRequestState::Verified { proof, .. } => proof.event().location,
        other => panic!("{} is {}", request.id, other.name().as_str()),
    }
}

/// Where a payment stands that is in this block.
pub fn stands_in(location: &Location, header: &Header) -> bool {
    (location.block_number, location.block_hash, location.block_time) == (header.number, header.hash, header.time)
}
