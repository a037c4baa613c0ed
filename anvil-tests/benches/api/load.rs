//! Closed loops: each client sends its next call when it has the answer to the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// One HTTP call and the status it must be answered with.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub body: Bytes,
    pub expect: StatusCode,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: Bytes::new(), expect: StatusCode::OK }
    }

    /// A write that creates.
    pub fn create(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, path: path.into(), body: body.into(), expect: StatusCode::CREATED }
    }
}

/// What a load came to.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Of all clients together.
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Measured {
    fn of(mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        let at = |percent: usize| latencies[(latencies.len() * percent / 100).min(latencies.len() - 1)];
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 calls")]
        let per_second = latencies.len() as f64 / took.as_secs_f64();
        Self { per_second, p50: at(50), p99: at(99) }
    }
}

/// Sends the calls over one kept connection per client.
pub async fn calls(address: SocketAddr, token: &str, clients: usize, calls: Vec<Call>) -> Measured {
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(connect(address).await);
    }
    let started = Instant::now();
    for mut connection in connections {
        let (calls, next, token) = (Arc::clone(&calls), Arc::clone(&next), format!("Bearer {token}"));
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                let sent = Instant::now();
                send(&mut connection, &token, call).await;
                latencies.push(sent.elapsed());
            }
            latencies
        });
    }
    let latencies: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    Measured::of(latencies, started.elapsed())
}

/// Does something `count` times, `clients` at a time.
pub async fn work<F: Future<Output = ()> + Send + 'static>(clients: usize, count: usize, work: impl Fn(usize) -> F + Clone + Send + 'static) -> Measured {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for _ in 0..clients {
        let (next, work) = (Arc::clone(&next), work.clone());
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return latencies;
                }
                let began = Instant::now();
                work(n).await;
                latencies.push(began.elapsed());
            }
        });
    }
    let latencies: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    Measured::of(latencies, started.elapsed())
}

/// One call whose answer is wanted.
pub async fn fetch(address: SocketAddr, token: &str, call: &Call) -> Bytes {
    send(&mut connect(address).await, &format!("Bearer {token}"), call).await
}

async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn send(connection: &mut SendRequest<Full<Bytes>>, token: &str, call: &Call) -> Bytes {
    let request = Request::builder()
        .method(call.method.clone())
        .uri(&call.path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(call.body.clone()))
        .unwrap();
    connection.ready().await.unwrap();
    let response = connection.send_request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(status, call.expect, "{} {}: {}", call.method, call.path, String::from_utf8_lossy(&body));
    body
}
