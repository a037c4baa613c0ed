//! Processes that die or dawdle between any two steps of a delivery: an event is lost never, and sent again only when what came of it was not written down.
//!
//! The steps are those that the worker makes, in every order that several workers could make them in: hand out, claim, send, mark. A process that dies is a
//! batch that nobody goes on with; one that dawdles goes on with its batch after its claims have run out.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use settlement::Timestamp;
use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use store::{Claimed, Delivery, Endpoint, Engine, LoggedNotice, Next};

use super::*;
use crate::testing::TestApp;
use crate::testing::sink::Sink;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many things are told.
    Tell(usize),
    /// Somebody hands the log out.
    HandOut,
    /// A process claims at most so much.
    Claim(u32),
    /// A process (one of those that hold something) sends the next of what it holds.
    Send(usize),
    /// It writes down what came of all that it has sent.
    Mark(usize),
    /// It dies.
    Die(usize),
    /// Time goes by, in seconds.
    Wait(i64),
    /// From now on the endpoint answers well, or does not.
    Answer(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1_usize..4).prop_map(Step::Tell),
        3 => Just(Step::HandOut),
        4 => (1_u32..5).prop_map(Step::Claim),
        6 => any::<usize>().prop_map(Step::Send),
        4 => any::<usize>().prop_map(Step::Mark),
        2 => any::<usize>().prop_map(Step::Die),
        // Before and after a claim has run out.
        3 => prop_oneof![1_i64..10, 29_i64..40].prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Answer),
    ]
}

/// What a process has in its hands.
struct Batch {
    endpoint: Arc<Endpoint>,
    left: VecDeque<(Delivery, LoggedNotice)>,
    sent: Vec<recorder::Result>,
    until: Timestamp,
}

/// The world and what is known about it.
struct Play {
    app: TestApp,
    worker: WebhookWorker,
    sink: Sink,
    answers_well: Arc<AtomicBool>,
    endpoint: EndpointId,
    batches: Vec<Batch>,
    told: BTreeSet<EventId>,
    /// How many deliveries were sent in steps of the play.
    sends: usize,
    /// Events of which it is written down that they were taken.
    taken: BTreeSet<EventId>,
}

impl Play {
    async fn new(engine: Engine) -> Self {
        let mut app = TestApp::on(engine).await;
        app.allow_loopback();
        let answers_well = Arc::new(AtomicBool::new(true));
        let sink = Sink::answering({
            let answers_well = Arc::clone(&answers_well);
            move |_| Ok(if answers_well.load(Ordering::SeqCst) { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }.into_response())
        })
        .await;
        let made = app.post("/api/agent/webhooks").bearer(&app.seller).json(json!({ "url": sink.url("/hook") })).send().await.expect(201);
        let endpoint = made["webhook"]["id"].as_str().unwrap().parse().unwrap();
        let worker = app.worker();
        #[rustfmt::skip]
        let play = Self {
            app, worker, sink, answers_well, endpoint, batches: Vec::new(), told: BTreeSet::new(), sends: 0, taken: BTreeSet::new(),
        };
        play
    }

    async fn go(&mut self, step: Step) {
        match step {
            Step::Tell(count) => self.tell(count).await,
            Step::HandOut => {
                let new_id = || DeliveryId::new(self.app.ids.ulid());
                self.app.store.fan_out(&new_id, self.app.now()).await.unwrap();
            }
            Step::Claim(limit) => self.claim(limit).await,
            Step::Send(which) => self.send(which).await,
            Step::Mark(which) => self.mark(which).await,
            Step::Die(which) => {
                if let Some(which) = which.checked_rem(self.batches.len()) {
                    self.batches.remove(which);
                }
            }
            Step::Wait(seconds) => self.app.clock.advance_s(seconds),
            Step::Answer(well) => self.answers_well.store(well, Ordering::SeqCst),
        }
    }

    async fn tell(&mut self, count: usize) {
        let kind = NoticeType::PaymentVerified;
        let mut tx = self.app.store.begin().await.unwrap();
        for _ in 0..count {
            let id = EventId::new(self.app.ids.ulid());
            tx.append(&id, &Notice::for_profile(kind, &self.app.seller.profile, kind.example()), self.app.now());
            self.told.insert(id);
        }
        tx.commit().await.unwrap();
    }

    async fn claim(&mut self, limit: u32) {
        let now = self.app.now();
        let until = now.plus(CLAIMED_FOR);
        let Claimed { endpoint: Some(endpoint), deliveries } = self.app.store.claim_deliveries(&self.endpoint, (now, until), limit).await.unwrap() else {
            return;
        };
        for (delivery, _) in &deliveries {
            assert!(!self.taken.contains(&delivery.event), "what was taken is not sent again");
            let held = self.batches.iter().filter(|batch| now < batch.until).flat_map(|batch| &batch.left);
            assert!(held.into_iter().all(|(held, _)| held.id != delivery.id), "nobody takes what somebody else has in his hands");
        }
        self.batches.push(Batch { endpoint: Arc::new(endpoint), left: deliveries.into(), sent: Vec::new(), until });
    }

    async fn send(&mut self, which: usize) {
        let Some(which) = which.checked_rem(self.batches.len()) else { return };
        let batch = &mut self.batches[which];
        let Some((delivery, line)) = batch.left.pop_front() else { return };
        self.sends += 1;
        let parts = &self.worker.0;
        let place = Arc::clone(&parts.proven_places).acquire_owned().await.unwrap();
        let sent = lane::attempt(Arc::clone(parts), Arc::clone(&batch.endpoint), (delivery, line), place).await;
        batch.sent.push(sent.expect("its secret opens"));
    }

    async fn mark(&mut self, which: usize) {
        let Some(which) = which.checked_rem(self.batches.len()) else { return };
        let sent = std::mem::take(&mut self.batches[which].sent);
        let (_, nothing) = mpsc::channel(1);
        Recorder::new(Arc::clone(&self.worker.0), nothing).write(&sent).await.unwrap();
        self.taken.extend(sent.into_iter().filter(|result| result.attempt.next == Next::Delivered).map(|result| result.attempt.delivery.event));
    }

    /// All processes have died; one comes that lives, and an endpoint that answers well. Returns how many deliveries came in all.
    async fn end(mut self) -> usize {
        self.batches.clear();
        let before = self.sink.received().len();
        assert_eq!(before, self.sends);
        self.answers_well.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            self.worker.step().await.unwrap();
            // Longer than any claim, and than any wait of the schedule.
            self.app.clock.advance_s(27 * 3_600);
        }
        assert_eq!(self.app.store.backlog().await.unwrap().pending, 0, "nothing is left behind");
        let received = self.sink.received();
        let came: BTreeSet<EventId> = received.iter().map(|received| received.id().parse().unwrap()).collect();
        assert_eq!(came, self.told, "every event, never none");
        let mut last: Vec<EventId> = received[before..].iter().map(|received| received.id().parse().unwrap()).collect();
        last.sort();
        assert_eq!(last, self.told.difference(&self.taken).cloned().collect::<Vec<_>>(), "what was not written down as taken, once more");
        received.len()
    }
}

fn f10_whenever_processes_die_or_dawdle_nothing_is_lost(engine: Engine, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let played = runner.run(&prop::collection::vec(step(), 10..60), |steps| {
        runtime.block_on(async {
            let mut play = Play::new(engine).await;
            for step in steps {
                play.go(step).await;
            }
            play.end().await;
        });
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}

#[test]
fn f10_whenever_processes_die_or_dawdle_nothing_is_lost_on_sqlite() {
    f10_whenever_processes_die_or_dawdle_nothing_is_lost(Engine::Sqlite, 40);
}

#[test]
fn f10_whenever_processes_die_or_dawdle_nothing_is_lost_on_postgres() {
    f10_whenever_processes_die_or_dawdle_nothing_is_lost(Engine::Postgres, 12);
}

/// One process that dies after each step in turn, deterministically: what came, and how often.
#[tokio::test]
async fn f01_whatever_step_was_the_last_everything_comes_and_twice_only_what_was_sent_and_not_marked() {
    let whole = [Step::Tell(2), Step::HandOut, Step::Claim(2), Step::Send(0), Step::Send(0), Step::Mark(0)];
    for (last, more) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 0)] {
        let mut play = Play::new(Engine::Sqlite).await;
        for step in &whole[..=last] {
            play.go(*step).await;
        }
        assert_eq!(play.end().await, 2 + more, "it died after {:?}", whole[last]);
    }
}
