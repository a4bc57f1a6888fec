//! A server on the loopback that answers as it is told, byte for byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Connection, RetryLimits, Settings, Transport};
use crate::model::{Redactor, Secret};

/// The key that tests send and look for where it must not be.
pub const KEY: &str = "key-that-nobody-may-see";

/// What the server does with one request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends these bytes, and keeps the connection.
    Bytes(Vec<u8>),
    /// Sends these bytes and closes.
    Cut(Vec<u8>),
    /// Never answers.
    Hang,
}

impl Reply {
    /// An answer with a length, `extra` header lines each ended by `\r\n`.
    pub fn new(status: u16, extra: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n{extra}\r\n", body.len());
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, "content-type: application/json\r\n", body)
    }
}

/// Runs until the test's runtime ends.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the n-th request, counted from 0, with what `script` says to its number and its text.
    pub async fn start(script: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let seen = Arc::clone(&requests);
        let connections = Arc::new(AtomicUsize::new(0));
        let opened = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { address, requests, connections }
    }

    /// Answers with these in turn, and with the last one from then on.
    pub async fn script(replies: Vec<Reply>) -> Self {
        Self::start(move |number, _| replies[number.min(replies.len() - 1)].clone()).await
    }

    /// The requests so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// A transport to it that is quick to give up.
    pub fn transport(&self) -> Transport {
        self.transport_with(settings())
    }

    /// A transport to it.
    pub fn transport_with(&self, settings: Settings) -> Transport {
        transport(&format!("http://{}", self.address), settings)
    }
}

/// Settings with short waits.
pub fn settings() -> Settings {
    let redactor = Redactor::new();
    redactor.add(KEY);
    Settings {
        redactor,
        request_timeout: Duration::from_secs(20),
        retry: RetryLimits {
            attempts: 3,
            rate_limits: 3,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            ..RetryLimits::default()
        },
        ..Settings::default()
    }
}

/// A transport to anywhere.
pub fn transport(base: &str, settings: Settings) -> Transport {
    let key = Secret::new(KEY, vec!["VAPI_API_KEY".to_owned()]);
    Transport::new(Connection::new(base, key).unwrap(), settings)
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(usize, &str) -> Reply>,
    seen: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        let reply = script(number, &request);
        match reply {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
            Reply::Cut(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                stream.shutdown().await.ok()?;
                return None;
            }
            Reply::Hang => std::future::pending().await,
        }
    }
    None
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
