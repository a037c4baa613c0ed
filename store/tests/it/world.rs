//! A database with two parties, an agreement between them and payments of it that are right in every respect, to be made wrong one thing at a time.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use serde_json::json;
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::asset::{Asset, Token};
use settlement::event::{Location, PaymentEvent, RouterEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, UnitId};
use settlement::ledger::postings;
use settlement::money::{Amount, FeePolicy};
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use settlement::snapshot::{Ask, SignedSnapshot, Snapshot};
use settlement::terms::Terms;
use settlement::unit::{Unit, UnitKind};
use settlement::verify::{AgreedTerms, Authority, Evidence, Proof, verify};
use std::time::Duration;
use store::testing::TestDatabase;
use store::{Conflict, Cursor, Engine, Head, Header, Leadership, Profile, Store, StoreError, StoredRequest, Tx, Verdict};
use ulid::Ulid;

pub const CHAIN: u64 = 31_337;
pub const ROUTER: Address = Address::repeat_byte(0x52);
pub const TOKEN: Address = address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
pub const BUYER: Address = Address::repeat_byte(0xb1);
pub const SELLER: Address = Address::repeat_byte(0x5e);
pub const PAYEE: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
pub const FEE_RECIPIENT: Address = Address::repeat_byte(0xfe);
/// Time of block 0, unix seconds; block n is 12 n seconds later.
pub const GENESIS: u64 = 1_763_712_000;
/// Last block time at which requests can be paid: that of block 100.
pub const DEADLINE: u64 = GENESIS + 1_200;

pub fn ulid(n: u64) -> Ulid {
    Ulid::from_parts(1_763_712_000_000, u128::from(n))
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(GENESIS).plus(Duration::from_secs(seconds))
}

pub fn amount(atomic: u64) -> Amount {
    Amount::new(U256::from(atomic))
}

pub fn signer(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

/// The operator's own key.
pub fn operator() -> PrivateKeySigner {
    signer(0x11)
}

pub fn token() -> Token {
    Token {
        asset: Asset::Erc20 { chain_id: CHAIN, token: TOKEN },
        symbol: "USDC".to_owned(),
        decimals: 6,
        eip2612: true,
        eip3009: true,
        permit2: true,
        allowed: true,
    }
}

pub fn profile_id(n: u64) -> ProfileId {
    ProfileId::new(ulid(n))
}

pub fn profile(n: u64) -> Profile {
    Profile { handle: Some(format!("party-{n}")), ..Profile::new(profile_id(n), format!("Party {n}"), at(0)) }
}

pub fn buyer_id() -> ProfileId {
    profile_id(1)
}

pub fn seller_id() -> ProfileId {
    profile_id(2)
}

/// The n-th agreement: 12.5 USDC at any time, with a fee of 2.5 % and 1 unit.
pub fn agreement(n: u64) -> AgreementRecord {
    let terms = json!({
        "title": format!("Label {n} images"), "amountAtomic": "12500000", "asset": token().asset.to_string(), "payeeAddress": PAYEE.to_string(),
        "paymentTiming": "any_time", "settlement": "direct", "evaluator": Address::repeat_byte(0xe7).to_string(),
    });
    AgreementRecord {
        id: AgreementId::new(ulid(1_000 + n)),
        external_ref: format!("order-{n}"),
        importer: buyer_id(),
        buyer: Party { profile: buyer_id(), wallet: BUYER },
        seller: Party { profile: seller_id(), wallet: SELLER },
        terms: Terms::parse(&terms).unwrap(),
        consent: Consent::Attested { by: buyer_id() },
        fee: FeePolicy { bps: 250, fixed: amount(1), recipient: FEE_RECIPIENT },
        payout: None,
        state: AgreementState::InProgress,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// The n-th unit: the whole of the agreement, nonce n.
pub fn unit(agreement: &AgreementRecord, n: u64) -> Unit {
    Unit { id: UnitId::new(ulid(2_000 + n)), agreement: agreement.id.clone(), kind: UnitKind::Whole, nonce: U256::from(n) }
}

pub fn request_id(n: u64) -> PaymentRequestId {
    PaymentRequestId::new(ulid(3_000 + n))
}

pub fn signed_by(agreement: &AgreementRecord, unit: &Unit, n: u64, key: &PrivateKeySigner) -> SignedSnapshot {
    let ask = Ask {
        payment_request: request_id(n),
        unit: unit.clone(),
        router: ROUTER,
        operator: operator().address(),
        token: token(),
        payer: BUYER,
        seller_amount: if unit.kind == UnitKind::Whole { agreement.terms.amount } else { amount(2_500_000) },
        created_at: at(0),
        deadline: DEADLINE,
        finality: FinalityPolicy::Confirmations(3),
    };
    let snapshot = Snapshot::new(agreement, ask).unwrap();
    let signature = key.sign_hash_sync(&snapshot.digest()).unwrap();
    SignedSnapshot::new(snapshot, Bytes::from(signature.as_bytes().to_vec())).unwrap()
}

/// The n-th request, signed by the operator.
pub fn request(agreement: &AgreementRecord, unit: &Unit, n: u64) -> PaymentRequest {
    PaymentRequest {
        id: request_id(n),
        agreement: agreement.id.clone(),
        unit: unit.clone(),
        signed: signed_by(agreement, unit, n, &operator()),
        state: PaymentRequestState::Signed,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A block of a branch.
pub fn header(number: u64, branch: u8) -> Header {
    let hash = |number: u64| B256::from(U256::from(number) + (U256::from(branch) << 128usize));
    Header { number, hash: hash(number), parent: hash(number.saturating_sub(1)), time: GENESIS + 12 * number }
}

pub fn location(block: &Header, log_index: u64) -> Location {
    Location { chain_id: CHAIN, block_number: block.number, block_hash: block.hash, block_time: block.time, tx_hash: B256::repeat_byte(0x77), log_index }
}

/// The event that the router emits when it executes exactly this payload.
pub fn event(signed: &SignedSnapshot, location: Location) -> PaymentEvent {
    PaymentEvent::executing(signed, location)
}

pub fn proof_of(agreement: &AgreementRecord, request: &PaymentRequest, event: &PaymentEvent, authority: Authority) -> Proof {
    let agreed = AgreedTerms::from(agreement);
    let final_through = Some(event.location.block_number + 2);
    verify(&Evidence { signed: &request.signed, event, agreed: Some(&agreed), authority: Some(authority), final_through }).unwrap()
}

/// What a conflict says.
#[track_caller]
pub fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Conflict {
    match result {
        Err(StoreError::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

/// Waits for a condition and says what was seen last when it does not come.
pub async fn eventually<T: std::fmt::Debug>(mut look: impl AsyncFnMut() -> T, enough: impl Fn(&T) -> bool) -> T {
    const STEP: Duration = Duration::from_millis(20);
    const STEPS: u32 = 500;
    let mut last = look().await;
    for _ in 0..STEPS {
        if enough(&last) {
            return last;
        }
        tokio::time::sleep(STEP).await;
        last = look().await;
    }
    panic!("it did not come to that; the last value was {last:?}");
}

/// A database with two parties, a registered token and one agreement.
pub struct World {
    pub db: TestDatabase,
    pub agreement: AgreementRecord,
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let db = TestDatabase::new(engine).await;
        let agreement = agreement(1);
        let mut tx = db.store.begin().await.unwrap();
        for n in 1..=2 {
            tx.insert_profile(&profile(n)).await.unwrap();
        }
        tx.upsert_registered_token(&token(), at(0)).await.unwrap();
        tx.insert_agreement(&agreement).await.unwrap();
        tx.commit().await.unwrap();
        Self { db, agreement }
    }

    pub fn store(&self) -> &Store {
        &self.db.store
    }

    pub async fn begin(&self) -> Tx {
        self.db.store.begin().await.unwrap()
    }

    pub async fn add_unit(&self, unit: &Unit) {
        let mut tx = self.begin().await;
        tx.insert_unit(unit, CHAIN, ROUTER, operator().address()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Stores the n-th request of the agreement, for its n-th unit, which is made too.
    pub async fn signed(&self, n: u64) -> PaymentRequest {
        let unit = unit(&self.agreement, n);
        self.add_unit(&unit).await;
        let request = request(&self.agreement, &unit, n);
        let mut tx = self.begin().await;
        tx.insert_request(&request).await.unwrap();
        tx.commit().await.unwrap();
        request
    }

    pub async fn set(&self, id: &PaymentRequestId, from: StatusName, to: &PaymentRequestState, when: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await;
        tx.set_request_state(id, from, to, when).await?;
        tx.commit().await
    }

    /// What belongs to the agreement as it stands now.
    pub async fn related(&self) -> store::Related {
        let agreement = self.store().agreement(&self.agreement.id).await.unwrap().expect("the agreement is there");
        self.store().related(&agreement).await.unwrap()
    }

    /// The chain is read up to block 1 by the leader that is returned.
    pub async fn start_chain(&self) -> Leadership {
        let leadership = self.store().lead(CHAIN).await.unwrap();
        let mut tx = self.begin().await;
        tx.start_chain(CHAIN, &header(1, 0), leadership.epoch()).await.unwrap();
        tx.commit().await.unwrap();
        leadership
    }

    /// The payment is on the chain, in this block, whose header is stored too.
    pub async fn see(&self, request: &PaymentRequest, block: &Header, log_index: u64) -> PaymentEvent {
        let event = event(&request.signed, location(block, log_index));
        let mut tx = self.begin().await;
        tx.append_headers(CHAIN, &[*block]).await.unwrap();
        tx.insert_events(&[RouterEvent::Payment(event.clone())]).await.unwrap();
        tx.commit().await.unwrap();
        event
    }

    /// The payment is final: the request is verified, posted and judged. Returns it as it is now.
    pub async fn verify(&self, request: &PaymentRequest, event: &PaymentEvent) -> PaymentRequest {
        self.verify_as(request, event, Authority::Operator).await
    }

    pub async fn verify_as(&self, request: &PaymentRequest, event: &PaymentEvent, authority: Authority) -> PaymentRequest {
        let proof = proof_of(&self.agreement, request, event, authority);
        let lines = postings(&proof, &self.agreement.id, self.agreement.terms.asset);
        let state = request.verify(proof, at(100)).unwrap();
        let mut tx = self.begin().await;
        tx.set_request_state(&request.id, request.state.name(), &state, at(100)).await.unwrap();
        tx.post(&request.id, &format!("{}:{}", event.location.block_hash, event.location.log_index), &lines).await.unwrap();
        tx.judge_event(&event.location, Verdict::Verified).await.unwrap();
        tx.commit().await.unwrap();
        PaymentRequest { state, updated_at: at(100), ..request.clone() }
    }

    /// A request that is paid in block 10 and verified.
    pub async fn verified(&self, n: u64) -> PaymentRequest {
        let request = self.signed(n).await;
        let event = self.see(&request, &header(10, 0), n).await;
        self.verify(&request, &event).await
    }

    /// Changes rows of a table behind the store's back. Returns how many.
    pub async fn damage(&self, table: &str, set: &str, only: &str) -> u64 {
        self.db.tamper(&format!("CREATE TABLE undamaged AS SELECT * FROM {table}")).await;
        self.db.tamper(&format!("UPDATE {table} SET {set} WHERE {only}")).await
    }

    /// Puts them back as they were.
    pub async fn mend(&self, table: &str) {
        self.db.tamper(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM undamaged; DROP TABLE undamaged;")).await;
    }

    pub async fn stored(&self, id: &PaymentRequestId) -> StoredRequest {
        self.store().request(id).await.unwrap().expect("the request is there")
    }

    /// Payments that wait for a verdict.
    pub async fn unjudged(&self, through: u64, limit: u32) -> Vec<PaymentEvent> {
        self.store().unjudged_events(CHAIN, through, limit).await.unwrap()
    }

    /// Cancellations of nonces that were not applied.
    pub async fn cancellations(&self, through: u64) -> Vec<RouterEvent> {
        self.begin().await.unapplied_cancellations(CHAIN, through).await.unwrap()
    }

    pub async fn cursor(&self) -> Cursor {
        self.store().cursor(CHAIN).await.unwrap().expect("the chain is started")
    }
}

/// The cursor after this block.
pub fn moved(cursor: &Cursor, block: &Header) -> Cursor {
    Cursor {
        scanned: store::BlockRef { number: block.number, hash: block.hash, time: block.time },
        head: Head { number: block.number, time: block.time },
        ..cursor.clone()
    }
}
