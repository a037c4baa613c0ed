//! Whatever happens to chain, node and process: what is stored in the end is what reading the chain from the start gives.

use alloy_primitives::U256;
use indexer::Progress;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use settlement::finality::FinalityPolicy;
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use store::Engine;

use crate::chain::{CHAIN_ID, Transaction};
use crate::world::{AMOUNT, World};

const REQUESTS: usize = 4;

/// Something that happens.
#[derive(Clone, Debug)]
enum Happening {
    /// A block, with the payment of one of the requests unless it is paid.
    Mine(Option<usize>),
    /// Another branch from so many blocks below the head, as much longer, with or without what was on the old one.
    Fork { depth: u64, longer: u64, keeps: bool },
    /// The indexer takes so many steps.
    Steps(u8),
    /// The node stops answering after so many answers, in the middle of a step, and the process dies.
    Crash(u64),
    /// The process ends and another begins.
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => prop::option::of(0..REQUESTS).prop_map(Happening::Mine),
        2 => (1_u64..7, 0_u64..3, any::<bool>()).prop_map(|(depth, longer, keeps)| Happening::Fork { depth, longer, keeps }),
        4 => (1_u8..4).prop_map(Happening::Steps),
        2 => (0_u64..15).prop_map(Happening::Crash),
        1 => Just(Happening::Restart),
    ]
}

/// What a request comes to, without what depends on the way there.
type Outcome = (bool, Option<(u64, alloy_primitives::B256, u64)>, U256);

async fn outcome(world: &World, request: &PaymentRequest) -> Outcome {
    let stored = world.stored(&request.id).await;
    let place = match &stored.state {
        PaymentRequestState::Verified { proof, .. } => {
            let at = proof.event().location;
            Some((at.block_number, at.block_hash, at.log_index))
        }
        _ => None,
    };
    (stored.state.name() == StatusName::Verified, place, world.balance(&request.agreement).await)
}

async fn requests(world: &World) -> Vec<PaymentRequest> {
    let mut requests = Vec::new();
    for _ in 0..REQUESTS {
        requests.push(world.request().await);
    }
    requests
}

/// Steps until quiet; a halt is acknowledged.
async fn catch_up(world: &World) {
    while let Progress::Halted { .. } = world.settle().await {
        indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    }
}

async fn happen(world: &World, requests: &[PaymentRequest], what: &Happening) {
    match what {
        Happening::Mine(paid) => {
            let payment = paid.map(|index| world.payment(&requests[index])).filter(|payment| !world.chain.has(payment.hash));
            world.chain.mine(payment.as_slice());
        }
        Happening::Fork { depth, longer, keeps } => {
            let head = world.chain.head().number;
            // Block 1 appoints the signer.
            let above = head.saturating_sub(*depth).max(1);
            let lost: Vec<Transaction> = world.chain.fork(above);
            if *keeps {
                world.chain.mine(&lost);
            }
            while world.chain.head().number < head + longer {
                world.chain.mine(&[]);
            }
        }
        Happening::Steps(count) => {
            for _ in 0..*count {
                if let Progress::Halted { .. } = world.step().await {
                    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
                }
            }
        }
        Happening::Crash(answers) => {
            world.chain.misbehave(|faults| faults.fails_after = Some(*answers));
            drop(world.try_step().await);
            world.stop();
            world.chain.behave();
        }
        Happening::Restart => world.stop(),
    }
}

async fn check(engine: Engine, happenings: &[Happening]) {
    let world = World::with_finality(engine, FinalityPolicy::Confirmations(3)).await;
    let asked = requests(&world).await;
    for what in happenings {
        happen(&world, &asked, what).await;
    }
    world.chain.mine_empty(3);
    catch_up(&world).await;

    let scratch = World::over(Engine::Sqlite, world.chain.clone(), FinalityPolicy::Confirmations(3)).await;
    let again = requests_like(&scratch, &asked).await;
    catch_up(&scratch).await;
    let told = world.notices().await;
    for (request, same) in asked.iter().zip(&again) {
        let (is_paid, place, balance) = outcome(&world, request).await;
        assert_eq!((is_paid, place, balance), outcome(&scratch, same).await, "{} after {happenings:?}", request.id);
        assert_eq!(balance, if is_paid { U256::from(AMOUNT + AMOUNT / 40) } else { U256::ZERO });
        let count = |kind: &str| {
            let of = |logged: &&store::LoggedNotice| logged.notice.kind.as_str() == kind && logged.notice.data["paymentRequestId"] == request.id.as_str();
            told.iter().filter(of).count()
        };
        assert_eq!(count("receipt.issued") - count("receipt.revoked"), usize::from(is_paid), "receipts of {} after {happenings:?}", request.id);
    }
}

/// The same requests, in a database of their own: clock and ids are the same, so the payloads are.
async fn requests_like(scratch: &World, asked: &[PaymentRequest]) -> Vec<PaymentRequest> {
    let mut again = Vec::new();
    for request in asked {
        let agreement = scratch.agreement().await;
        let same = scratch.request_at(&agreement, request.signed.snapshot().deadline).await;
        assert_eq!(same.signed.digest(), request.signed.digest());
        again.push(same);
    }
    again
}

fn explore(engine: Engine, cases: u32) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runner.run(&prop::collection::vec(happening(), 1..30), |happenings| {
        let run = std::panic::AssertUnwindSafe(|| runtime.block_on(check(engine, &happenings)));
        std::panic::catch_unwind(run).map_err(|_| TestCaseError::fail("see above"))
    });
    outcome.unwrap();
}

#[test]
fn sqlite_whatever_happens_the_end_is_what_the_chain_says() {
    explore(Engine::Sqlite, 60);
}

#[test]
fn postgres_whatever_happens_the_end_is_what_the_chain_says() {
    explore(Engine::Postgres, 15);
}
