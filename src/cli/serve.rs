//! `status --serve`: serves the page and keeps checking. Reads only.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HOST, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::model::diagnostic::Diagnostic;
use crate::render::html::policy;

/// The maximum number of connections to serve at once. More wait.
const CONNECTIONS: usize = 256;

/// How long a client may take to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The latest page, for all connections.
#[derive(Clone)]
pub(super) struct Board(Arc<Mutex<Bytes>>);

impl Board {
    /// A board with a first page.
    pub(super) fn new(page: String) -> Self {
        Self(Arc::new(Mutex::new(page.into())))
    }

    /// Replaces the page.
    pub(super) fn show(&self, page: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = page.into();
    }

    fn page(&self) -> Bytes {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Opens the socket, on loopback unless `to_network`.
///
/// # Errors
/// The address is invalid, not on loopback, or in use.
pub(super) async fn listen(address: &str, to_network: bool) -> Result<TcpListener, Diagnostic> {
    let address: SocketAddr = address.parse().map_err(|_| {
        Diagnostic::usage(format!("--serve {address}: this is not an address"))
            .help("write it as 127.0.0.1:8737 or [::1]:8737")
    })?;
    if !address.ip().is_loopback() && !to_network {
        return Err(Diagnostic::usage(format!(
            "--serve {address} would let other machines read the page. Nothing was started"
        ))
        .help("if you mean that, add --serve-to-network and --host NAME; else leave the address out"));
    }
    TcpListener::bind(address).await.map_err(|error| {
        Diagnostic::error("serve", format!("the page cannot be served at {address}: {error}"))
            .help("if another program uses the port: --serve 127.0.0.1:0 takes a free one")
    })
}

/// Serves the board until the future is dropped. `hosts` are names of this machine in browsers, beside localhost.
pub(super) async fn serve(listener: TcpListener, board: Board, hosts: Vec<String>) {
    let hosts = Arc::new(hosts);
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // It is never closed.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (board, hosts) = (board.clone(), Arc::clone(&hosts));
                tokio::spawn(async move {
                    connection(stream, board, hosts).await;
                    drop(slot);
                });
            }
            // Out of file descriptors or the like, until a connection ends.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, board: Board, hosts: Arc<Vec<String>>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = answer(&request, &board, &hosts);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    // A client that disconnects is not an error.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

fn answer(request: &Request<Incoming>, board: &Board, hosts: &[String]) -> Response<Full<Bytes>> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_ours(host, hosts)) {
        // The page of another site, whose name resolves to this machine, must not read ours.
        return plain(
            StatusCode::FORBIDDEN,
            "vapi-sync does not know this host name. To allow it, start vapi-sync with --host NAME.\n",
        );
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => page(board.page()),
        (&Method::GET | &Method::HEAD, _) => plain(StatusCode::NOT_FOUND, "Not found. The only page here is /\n"),
        _ => plain(StatusCode::METHOD_NOT_ALLOWED, "This page is read-only.\n"),
    }
}

/// Whether a Host header names this machine: localhost, a loopback address, or one of `hosts`. The port does not matter.
fn is_ours(host: &str, hosts: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn page(page: Bytes) -> Response<Full<Bytes>> {
    let mut response = response(StatusCode::OK, "text/html; charset=utf-8", page);
    if let Ok(policy) = HeaderValue::from_str(&format!("{}; frame-ancestors 'none'", policy(true))) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    response(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

fn response(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_names_of_this_machine_are_served() {
        let hosts = ["status.example.com".to_owned()];
        for host in
            ["localhost", "LOCALHOST:80", "127.0.0.1:8737", "127.9.9.9", "[::1]:8737", "[::1]", "Status.Example.com:1"]
        {
            assert!(is_ours(host, &hosts), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "10.0.0.1:8737", "[::2]:1", "127.0.0.1.evil.example:80"]
        {
            assert!(!is_ours(host, &hosts), "{host}");
        }
    }
}
