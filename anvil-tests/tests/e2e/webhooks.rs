//! Webhooks between real processes: the receivers of `deploy/webhooks` that integrators copy, and the program, killed while it delivers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anvil_tests::program::Program;
use anvil_tests::server::is_ready;
use anvil_tests::{Engine, Party, World, WorldOptions, eventually, on_both_engines};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use cli::stack::Stack;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

on_both_engines!(f10_both_receivers_verify_take_each_event_once_and_go_through_a_rotation, f01_a_program_that_is_killed_again_and_again_delivers_every_event,);

/// The languages that there is a receiver in.
const LANGUAGES: [&str; 2] = ["javascript", "python"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/webhooks")
}

/// A receiver of `deploy/webhooks`, as a process.
struct Receiver {
    _process: Child,
    /// One for each delivery: what it decided.
    decisions: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Receiver {
    async fn start(language: &str, secret: &str, inbox: &Path) -> Self {
        let mut command = match language {
            "javascript" => Command::new("node"),
            _ => Command::new(folder().join(".venv/bin/python")),
        };
        let program = if language == "javascript" { "receiver.mjs" } else { "receiver.py" };
        command.arg(folder().join(program)).env("WEBHOOK_SECRET", secret).env("INBOX", inbox).env("PORT", "0");
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut decisions = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&decisions.next_line().await.unwrap().expect("it says where it listens")).unwrap();
        Self { _process: process, decisions, port: first["port"].as_u64().unwrap().try_into().unwrap() }
    }

    /// What it decides about the next delivery.
    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.decisions.next_line()).await.expect("there is a delivery").unwrap();
        serde_json::from_str(&line.expect("it still runs")).unwrap()
    }

    /// Decisions until one is about this event; all of them.
    async fn until(&mut self, event: &str) -> Vec<Value> {
        let mut decisions = vec![self.next().await];
        while decisions[decisions.len() - 1]["id"] != event {
            decisions.push(self.next().await);
        }
        decisions
    }
}

/// What was sent to an endpoint.
#[derive(Clone, Debug)]
struct Delivery {
    headers: HeaderMap,
    body: Bytes,
}

impl Delivery {
    fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }
}

/// The address of an endpoint, which stays while receivers behind it come and go. It passes on what comes and keeps a copy; without a receiver it answers 503,
/// and where that is wanted it does so to the first delivery of each event.
struct Relay {
    url: String,
    behind: Arc<Mutex<Option<u16>>>,
    passed: Arc<Mutex<Vec<Delivery>>>,
    server: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Relay {
    async fn new(fails_first: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (behind, passed) = (Arc::<Mutex<Option<u16>>>::default(), Arc::<Mutex<Vec<Delivery>>>::default());
        let (to, copies) = (Arc::clone(&behind), Arc::clone(&passed));
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (port, delivery) = (*to.lock().unwrap(), Delivery { headers, body });
            let mut copies = copies.lock().unwrap();
            let is_first = copies.iter().all(|copy| copy.id() != delivery.id());
            copies.push(delivery.clone());
            async move {
                match port {
                    Some(port) if !(fails_first && is_first) => send(port, &delivery).await,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                }
            }
        });
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, behind, passed, server }
    }

    fn leads_to(&self, receiver: Option<&Receiver>) {
        *self.behind.lock().unwrap() = receiver.map(|receiver| receiver.port);
    }

    fn passed(&self) -> Vec<Delivery> {
        self.passed.lock().unwrap().clone()
    }
}

/// Sends a delivery to a receiver as it is.
async fn send(port: u16, delivery: &Delivery) -> StatusCode {
    let mut headers = delivery.headers.clone();
    headers.remove("host");
    headers.remove("content-length");
    let request = reqwest::Client::new().post(format!("http://127.0.0.1:{port}/hook")).headers(headers).body(delivery.body.clone());
    request.send().await.map_or(StatusCode::BAD_GATEWAY, |answer| answer.status())
}

/// An endpoint of a party's: its path in the API, and its secret.
async fn register(party: &Party, relay: &Relay) -> (String, String) {
    let made = party.post("/api/agent/webhooks", &json!({ "url": relay.url })).await.expect(201);
    (format!("/api/agent/webhooks/{}", made["webhook"]["id"].as_str().unwrap()), made["signingSecret"].as_str().unwrap().to_owned())
}

/// The ids of all events of a party's.
async fn log(party: &Party) -> Vec<String> {
    let page = party.get("/api/agent/events?limit=100").await.expect(200);
    assert_eq!(page["hasMore"], false);
    page["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Ids of events in an inbox, and how often each is there.
fn kept(language: &str, inbox: &Path) -> Vec<String> {
    let bytes = std::fs::read(inbox).unwrap();
    match language {
        "javascript" => {
            let lines = std::str::from_utf8(&bytes).unwrap().lines();
            lines.map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned()).collect()
        }
        _ => {
            let script = "import sqlite3, sys; print('\\n'.join(row[0] for row in sqlite3.connect(sys.argv[1]).execute('SELECT id FROM events')))";
            let said = std::process::Command::new(folder().join(".venv/bin/python")).args(["-c", script]).arg(inbox).output().unwrap();
            assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
            String::from_utf8(said.stdout).unwrap().lines().map(str::to_owned).collect()
        }
    }
}

async fn f10_both_receivers_verify_take_each_event_once_and_go_through_a_rotation(engine: Engine) {
    let installed = Command::new(folder().join("install")).output().await.unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let world = World::new(engine).await;
    let mut scenes = Vec::new();
    for language in LANGUAGES {
        scenes.push(Scene::new(language, &world).await);
    }
    let at = world.payable().await;
    world.paid(&at).await;
    world.verified(&at).await;
    let events = log(&world.seller).await;
    for mut scene in scenes {
        scene.takes_every_event_once(&events).await;
        scene.refuses_what_was_changed_on_the_way(&events).await;
        scene.goes_through_rotations().await;
    }
}

/// A receiver behind an endpoint of the seller's.
struct Scene<'w> {
    language: &'static str,
    seller: &'w Party,
    relay: Relay,
    receiver: Receiver,
    endpoint: String,
    secret: String,
    inbox: PathBuf,
}

impl<'w> Scene<'w> {
    async fn new(language: &'static str, world: &'w World) -> Self {
        let (seller, relay, inbox) = (&world.seller, Relay::new(false).await, world.folder().join(format!("inbox-{language}")));
        let (endpoint, secret) = register(seller, &relay).await;
        let receiver = Receiver::start(language, &secret, &inbox).await;
        relay.leads_to(Some(&receiver));
        Self { language, seller, relay, receiver, endpoint, secret, inbox }
    }

    async fn restart(&mut self, secret: &str) {
        self.relay.leads_to(None);
        self.receiver = Receiver::start(self.language, secret, &self.inbox).await;
        self.relay.leads_to(Some(&self.receiver));
    }

    async fn ask(&self, what: &str, body: &Value) -> Value {
        let answer = self.seller.post(&format!("{}/{what}", self.endpoint), body).await;
        assert!(answer.status.is_success(), "{what}: {:#}", answer.body);
        answer.body
    }

    /// Asks for a test event and returns its id.
    async fn test(&self) -> String {
        self.ask("test", &json!({})).await["eventId"].as_str().unwrap().to_owned()
    }

    async fn takes_every_event_once(&mut self, events: &[String]) {
        let mut missing: BTreeSet<&str> = events.iter().map(String::as_str).collect();
        while !missing.is_empty() {
            let decision = self.receiver.next().await;
            assert_eq!(decision["outcome"], "accepted", "{}: {decision}", self.language);
            assert!(missing.remove(decision["id"].as_str().unwrap()), "{}: {decision} came twice", self.language);
        }
        // Asked for again it comes again, with the same id, also to a receiver that was started anew.
        let last = &events[events.len() - 1];
        self.ask("redeliver", &json!({ "eventId": last })).await;
        assert_eq!(self.receiver.next().await, json!({ "outcome": "duplicate", "id": last }));
        self.restart(&self.secret.clone()).await;
        self.ask("redeliver", &json!({ "eventId": last })).await;
        assert_eq!(self.receiver.next().await, json!({ "outcome": "duplicate", "id": last }));
        assert_eq!(kept(self.language, &self.inbox).into_iter().collect::<BTreeSet<_>>(), events.iter().cloned().collect());
    }

    async fn refuses_what_was_changed_on_the_way(&mut self, events: &[String]) {
        let original = self.relay.passed().pop().unwrap();
        let header = |name: &'static str, value: &str| {
            let mut changed = original.clone();
            changed.headers.insert(name, value.parse().unwrap());
            changed
        };
        let text = std::str::from_utf8(&original.body).unwrap();
        let digit = text.rfind(|character: char| character.is_ascii_digit()).unwrap();
        let other = if text.as_bytes()[digit] == b'1' { "2" } else { "1" };
        let body = Bytes::from(format!("{}{other}{}", &text[..digit], &text[digit + 1..]));
        let sent_at: i64 = original.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
        let unsigned = {
            let mut changed = original.clone();
            changed.headers.remove("webhook-signature");
            changed
        };
        let signature = original.headers["webhook-signature"].to_str().unwrap().to_owned();
        let forged = [
            Delivery { body, ..original.clone() },
            Delivery { body: Bytes::from_static(b"\xff\xfe"), ..original.clone() },
            header("webhook-id", "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            header("webhook-timestamp", &(sent_at + 1).to_string()),
            header("webhook-timestamp", &(sent_at - 3_600).to_string()),
            header("webhook-signature", &signature.replacen("v1,", "v2,", 1)),
            header("webhook-signature", "v1,%%%"),
            header("webhook-signature", "nonsense"),
            unsigned,
        ];
        for delivery in forged {
            let status = send(self.receiver.port, &delivery).await;
            let decision = self.receiver.next().await;
            assert_eq!((status.as_u16(), &decision["outcome"]), (401, &json!("refused")), "{}: {delivery:?}: {decision}", self.language);
        }
        let long = Delivery { body: Bytes::from(vec![b' '; 100_000]), ..original.clone() };
        send(self.receiver.port, &long).await;
        assert_eq!(self.receiver.next().await["outcome"], "refused");
        assert_eq!(kept(self.language, &self.inbox).len(), events.len(), "{}: nothing of it was kept", self.language);
        assert_eq!((send(self.receiver.port, &original).await.as_u16(), self.receiver.next().await["outcome"].take()), (200, json!("duplicate")));
    }

    async fn goes_through_rotations(&mut self) {
        let rotated = |answer: Value| answer["signingSecret"].as_str().unwrap().to_owned();
        let first = self.secret.clone();
        let second = rotated(self.ask("rotate-secret", &json!({})).await);
        // The receiver has the old secret still, and then the new one: it misses nothing.
        for secret in [None, Some(&second)] {
            if let Some(secret) = secret {
                self.restart(secret).await;
            }
            let event = self.test().await;
            let decisions = self.receiver.until(&event).await;
            assert!(decisions.iter().all(|decision| decision["outcome"] == "accepted"), "{}: {decisions:?}", self.language);
        }
        // Two secrets are valid, not three: the newest, and the one from before until its end. What was refused comes again.
        rotated(self.ask("rotate-secret", &json!({})).await);
        self.restart(&second).await;
        let event = self.test().await;
        let refused = self.receiver.next().await;
        assert_eq!(refused["outcome"], "refused", "{}: {refused}", self.language);
        self.restart(&first).await;
        let decisions = self.receiver.until(&event).await;
        assert!(decisions.iter().all(|decision| decision["outcome"] == "accepted"), "{}: {decisions:?}", self.language);
    }
}

async fn f01_a_program_that_is_killed_again_and_again_delivers_every_event(engine: Engine) {
    let mut world = World::with(WorldOptions::new(engine)).await;
    let (failing, taking) = (Relay::new(true).await, Relay::new(false).await);
    register(&world.seller, &failing).await;
    register(&world.seller, &taking).await;
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = receiver.local_addr().unwrap().port();
    let takes_all = tokio::spawn(async move { axum::serve(receiver, Router::new().fallback(|| async {})).await.unwrap() });
    for relay in [&failing, &taking] {
        *relay.behind.lock().unwrap() = Some(port);
    }
    let settings = Stack::settings_file(world.folder());
    let at = world.payable().await;
    world.paid(&at).await;
    world.stop().await;
    let environment = [("COUNTERFOIL_DATABASE__URL", world.database.url())];
    // From too short to do anything to long enough to fail, put off and try again.
    for lifetime_ms in [50, 120, 180, 240, 300, 380, 460, 600, 900, 1_500] {
        let program = Program::start(Some(&settings), &environment, &["serve"], "warn").await;
        tokio::time::sleep(Duration::from_millis(lifetime_ms)).await;
        world.chain.mine(1).await;
        program.kill().await;
    }
    let program = Program::start(Some(&settings), &environment, &["serve"], "warn").await;
    let (http, api) = (reqwest::Client::new(), world.api_url());
    eventually("it is ready", || is_ready(&http, api), |ready| *ready).await;
    world.verified(&at).await;
    let events: BTreeSet<String> = log(&world.seller).await.into_iter().collect();
    let backlog = || async { world.database.store.backlog().await.unwrap().pending };
    eventually("nothing waits", backlog, |pending| *pending == 0).await;
    for (name, relay) in [("failing", &failing), ("taking", &taking)] {
        let came: BTreeSet<String> = relay.passed().iter().map(|delivery| delivery.id().to_owned()).collect();
        assert_eq!(came, events, "{name}: every event, and nothing else");
    }
    assert!(failing.passed().len() >= 2 * events.len(), "what failed was tried again");
    program.signal("TERM").await;
    let ended = program.ended().await;
    assert!(ended.status.success(), "{ended:?}");
    takes_all.abort();
}
