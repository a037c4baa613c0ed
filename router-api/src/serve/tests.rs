use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use super::*;
use crate::testing::TestApp;

/// Clients that send one request after the other.
const BUSY: usize = 16;
/// How long the slow ones take.
const SLOW: Duration = Duration::from_millis(1_500);

struct Running {
    address: SocketAddr,
    soft: CancellationToken,
    server: tokio::task::JoinHandle<Result<(), ServeError>>,
}

async fn run(app: &TestApp) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let soft = CancellationToken::new();
    let server = tokio::spawn(serve(listener, app.router(), Vec::new(), soft.clone()));
    Running { address, soft, server }
}

/// Serves with less patience.
fn served(patience: Patience, listener: TcpListener, app: &TestApp, soft: &CancellationToken) -> impl Future<Output = Result<(), ServeError>> + use<> {
    Server::new(app.router(), patience, soft.clone()).serve(listener, Shares::new(MAX_PER_CLIENT, Vec::new()))
}

/// Reads one answer; `None` when the connection ended before it was whole.
async fn answer(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse::<usize>().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(head);
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Sends `request` again and again until nobody takes connections any more. Fails when a request on a connection that was there before the stop signal is
/// not answered; a connection made after it is refused or reset unheard, depending on the moment.
async fn busy(address: SocketAddr, request: String, answered: Arc<AtomicUsize>, stopping: Arc<AtomicBool>) {
    'connect: loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            assert!(stopping.load(Ordering::SeqCst), "connections are refused only after the stop signal");
            return;
        };
        let is_late = stopping.load(Ordering::SeqCst);
        loop {
            let written = stream.write_all(request.as_bytes()).await;
            let head = match (written.is_ok(), answer(&mut stream).await) {
                (true, Some(head)) => head,
                _ if is_late => continue 'connect,
                _ => panic!("a request on an open connection was not answered"),
            };
            assert!(head.starts_with("http/1.1 200"), "{head}");
            answered.fetch_add(1, Ordering::SeqCst);
            if head.contains("connection: close") {
                continue 'connect;
            }
        }
    }
}

/// The request that asks for a payment and waits for it.
fn verify(app: &TestApp, id: &str) -> String {
    let body = json!({ "txHash": TestApp::hash(7) }).to_string();
    format!(
        "POST {}/{id}/verify HTTP/1.1\r\nhost: pay.example\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        app.requests_path(),
        app.buyer.token,
        body.len()
    )
}

#[tokio::test]
async fn h06_a_stop_answers_who_waits_for_a_payment_at_once() {
    let app = TestApp::with(|config| config.verify_wait = Duration::from_secs(30)).await;
    app.start_chain().await;
    let id = app.request().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, app.router(), Vec::new(), app.stop.clone()));
    let mut held = TcpStream::connect(address).await.unwrap();
    held.write_all(verify(&app, &id).as_bytes()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(1), answer(&mut held)).await.expect_err("it waits for the payment");
    let stopped = Instant::now();
    app.stop.cancel();
    let head = answer(&mut held).await.expect("it is answered");
    assert!(head.starts_with("http/1.1 202") && head.contains("retry-after: 2") && head.contains("connection: close"), "{head}");
    server.await.unwrap().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h06_a_stop_under_load_answers_every_request_in_flight() {
    let app = TestApp::with(|config| config.verify_wait = SLOW).await;
    let id = app.request().await;
    let running = run(&app).await;
    let (answered, stopping) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut clients = JoinSet::new();
    let read = format!("GET /api/agent/me HTTP/1.1\r\nhost: pay.example\r\nauthorization: Bearer {}\r\n\r\n", app.buyer.token);
    for _ in 0..BUSY {
        clients.spawn(busy(running.address, read.clone(), Arc::clone(&answered), Arc::clone(&stopping)));
    }
    let slow = verify(&app, &id);
    let mut held = TcpStream::connect(running.address).await.unwrap();
    held.write_all(slow.as_bytes()).await.unwrap();
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let before = answered.load(Ordering::SeqCst);
    assert!(before > 0, "there is load");
    stopping.store(true, Ordering::SeqCst);
    running.soft.cancel();
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    assert!(answered.load(Ordering::SeqCst) > before, "what came with the signal was answered");
    let head = answer(&mut held).await.expect("a request that takes longer is waited for");
    assert!(head.starts_with("http/1.1 202"), "{head}");
    running.server.await.unwrap().unwrap();
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "idle connections are closed");
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_head_that_is_trickled_is_given_up_and_so_is_an_idle_connection() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, soft) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = tokio::spawn(served(Patience { head: Duration::from_millis(100), ..PATIENCE }, listener, &app, &soft));
    for started in ["", "GET /health HTTP/1.1\r\nhost: pay.exam"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(started.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.expect("the server closes it").unwrap();
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    }
    soft.cancel();
    server.await.unwrap().unwrap();
}

/// Sends requests and takes nothing of the answers, until the server has no room for more of them.
async fn deaf(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /openapi.json HTTP/1.1\r\nhost: pay.example\r\n\r\n";
    // The document is larger than 100 kB, and both ends together buffer a few megabytes.
    for _ in 0..400 {
        if tokio::time::timeout(Duration::from_millis(200), stream.write_all(request)).await.is_err() {
            break;
        }
    }
    stream
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_let_go_and_one_that_reads_slowly_is_not() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, soft) = (listener.local_addr().unwrap(), CancellationToken::new());
    let patience = Patience { unread: Duration::from_secs(2), ..PATIENCE };
    let server = tokio::spawn(served(patience, listener, &app, &soft));
    let (mut deaf, mut slow) = (deaf(address).await, deaf(address).await);
    // For longer than the patience, one of them takes something now and then: enough each time to let the server go on.
    for _ in 0..8 {
        let mut taken = 0;
        let mut bytes = vec![0; 256 * 1024];
        while taken < 8 * 1024 * 1024 {
            let Ok(read) = tokio::time::timeout(Duration::from_millis(100), slow.read(&mut bytes)).await else { break };
            taken += read.expect("a connection on which something is read goes on");
        }
        assert!(taken > 0);
        sleep(Duration::from_millis(500)).await;
    }
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), deaf.read_to_end(&mut rest)).await.expect("the other one has come to its end");
    let answers = rest.windows(12).filter(|window| window.eq_ignore_ascii_case(b"HTTP/1.1 200")).count();
    assert!(answers < 400 && (ended.is_ok() || !rest.is_empty()), "{answers} answers, {ended:?}");
    drop(slow);
    soft.cancel();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_reads_nothing_does_not_keep_the_process_from_stopping() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, soft) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = tokio::spawn(served(Patience { unread: Duration::from_secs(1), ..PATIENCE }, listener, &app, &soft));
    let held = deaf(address).await;
    soft.cancel();
    tokio::time::timeout(Duration::from_secs(10), server).await.expect("it stops").unwrap().unwrap();
    drop(held);
}

#[tokio::test]
async fn the_address_of_a_connection_reaches_the_limits() {
    let app = TestApp::with(|config| config.limits.anonymous = 2).await;
    let running = run(&app).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let mut heads = Vec::new();
    for _ in 0..3 {
        stream.write_all(b"GET /api/chains HTTP/1.1\r\nhost: pay.example\r\nx-forwarded-for: 192.0.2.1\r\n\r\n").await.unwrap();
        heads.push(answer(&mut stream).await.unwrap());
    }
    assert!(heads[1].starts_with("http/1.1 200") && heads[2].starts_with("http/1.1 429"), "{heads:?}");
    // Without a connection there is no address: another bucket.
    app.get("/api/chains").send().await.expect(200);
    app.get("/api/chains").from("127.0.0.1").send().await.problem(429, "rate_limited");
    running.soft.cancel();
    running.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn i09_one_client_holds_a_share_of_the_connections_and_others_come_in() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    let mut held = Vec::new();
    for _ in 0..MAX_PER_CLIENT {
        held.push(TcpStream::connect(running.address).await.unwrap());
    }
    let request = b"GET /health HTTP/1.1\r\nhost: pay.example\r\n\r\n";
    held[0].write_all(request).await.unwrap();
    assert!(answer(&mut held[0]).await.is_some(), "those it has are served");
    let mut refused = TcpStream::connect(running.address).await.unwrap();
    let _ = refused.write_all(request).await;
    assert_eq!(answer(&mut refused).await, None, "one more is closed");
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(running.address).await.unwrap();
    other.write_all(request).await.unwrap();
    assert!(answer(&mut other).await.is_some(), "another client is served");
    held.pop();
    sleep(Duration::from_millis(200)).await;
    let mut again = TcpStream::connect(running.address).await.unwrap();
    again.write_all(request).await.unwrap();
    assert!(answer(&mut again).await.is_some());
    running.soft.cancel();
    running.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn heads_are_limited_in_size_and_number() {
    let app = TestApp::new().await;
    let running = run(&app).await;
    for (header, expected) in [
        (format!("x-long: {}\r\n", "a".repeat(2 * MAX_HEAD_BYTES)), "http/1.1 431"),
        ("x-many: a\r\n".repeat(MAX_HEADERS + 1), "http/1.1 431"),
        ("no header\r\n".to_owned(), "http/1.1 400"),
        ("x-some: a\r\n".repeat(MAX_HEADERS - 2), "http/1.1 200"),
    ] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(format!("GET /health HTTP/1.1\r\nhost: pay.example\r\n{header}\r\n").as_bytes()).await.unwrap();
        let head = answer(&mut stream).await.unwrap();
        assert!(head.starts_with(expected), "{head}");
        // The document says so: what nothing of ours has read has nothing of ours in its answer, and is the last of its connection.
        let is_ours = expected.ends_with("200");
        assert_eq!((head.contains("x-request-id: "), head.contains("connection: close")), (is_ours, !is_ours), "{head}");
        assert!(is_ours || head.contains("content-length: 0"), "{head}");
    }
    running.soft.cancel();
    running.server.await.unwrap().unwrap();
}
