//! A JSON-RPC server that says what a test tells it to.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// An answer to one request.
pub enum Answer {
    /// `result`.
    Result(Value),
    /// `error`.
    Error(i64, &'static str),
    /// Any bytes, as the body of a response with this status.
    Raw(u16, Vec<u8>),
    /// The connection ends.
    HangUp,
}

type Script = dyn Fn(&str, &Value) -> Answer + Send + Sync;

/// The server. Ends with the test's runtime.
pub struct Server {
    /// Where it is; the path is a secret, as providers have it.
    pub url: Url,
    asked: Arc<Mutex<Vec<String>>>,
}

pub const SECRET: &str = "s3cr3t-key";

impl Server {
    /// Answers each request by method and parameters.
    pub async fn start(script: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v2/{SECRET}", listener.local_addr().unwrap()).parse().unwrap();
        let (script, asked): (Arc<Script>, _) = (Arc::new(script), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, asked }
    }

    /// The methods that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    loop {
        let Some((end, length)) = request(&bytes) else {
            let mut buffer = [0; 4_096];
            match stream.read(&mut buffer).await {
                Ok(read @ 1..) => bytes.extend_from_slice(&buffer[..read]),
                Ok(0) | Err(_) => return,
            }
            continue;
        };
        let body: Value = serde_json::from_slice(&bytes[end..end + length]).unwrap();
        bytes.drain(..end + length);
        let method = body["method"].as_str().unwrap().to_owned();
        log.lock().unwrap().push(method.clone());
        let (status, answer) = match script(&method, &body["params"]) {
            Answer::Result(result) => (200, json!({ "jsonrpc": "2.0", "id": body["id"], "result": result }).to_string().into_bytes()),
            Answer::Error(code, message) => {
                (200, json!({ "jsonrpc": "2.0", "id": body["id"], "error": { "code": code, "message": message } }).to_string().into_bytes())
            }
            Answer::Raw(status, body) => (status, body),
            Answer::HangUp => return,
        };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
        if stream.write_all(&[head.as_bytes(), &answer].concat()).await.is_err() {
            return;
        }
    }
}

/// Where the body of a whole request begins, and how long it is.
fn request(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().unwrap();
    (bytes.len() >= end + length).then_some((end, length))
}
