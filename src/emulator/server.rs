//! The sockets. Has its own accept loop, so that faults can break connections.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::answer::Answer;
use super::api::Call;
use super::exchange::Shared;
use super::hits::Hit;
use super::reply::{self, Payload, Reply};

/// The size limit of a request body, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// Opens the listening socket.
///
/// # Errors
/// If `address` is not on loopback or is in use.
pub(super) fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("the emulator can be reached from this machine only: use 127.0.0.1 or ::1, not {address}"),
        ));
    }
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until `stop` is set or its sender is dropped, then closes open connections.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let number = shared.log.connected();
                    connections.spawn(connection(stream, number, Arc::clone(&shared)));
                }
                // Out of file descriptors or the like: wait for a connection to end.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, number: u64, shared: Arc<Shared>) {
    // Otherwise a small response may wait for the client's ACK of the one before.
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| -> Pin<Box<dyn Future<Output = Result<_, Cut>> + Send>> {
        let (shared, reset) = (Arc::clone(&shared), Arc::clone(&reset));
        Box::pin(async move { handle(request, number, &shared, &reset).await })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Connection errors are the client's; the hits hold what was sent.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let stream = connection.into_parts().io.into_inner();
    if reset.load(Ordering::Relaxed) {
        let _ = stream.set_zero_linger();
    }
}

/// The connection ends without a response.
#[derive(Debug, thiserror::Error)]
#[error("a fault resets the connection here")]
struct Cut;

async fn handle(
    request: Request<Incoming>,
    connection: u64,
    shared: &Shared,
    reset: &AtomicBool,
) -> Result<Response<Payload>, Cut> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST).collect().await.map(|body| body.to_bytes());
    let bytes = body.as_deref().unwrap_or_default();
    let in_flight = shared.log.arrived(Hit {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&head.headers),
        body: serde_json::from_slice(bytes).ok(),
        status: None,
        started: Instant::now(),
        ended: None,
        connection,
    });
    let call = Call {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        org: shared.org_of(text(&head.headers, AUTHORIZATION)),
        body: bytes,
    };
    let writes = matches!(call.method, "POST" | "PATCH");
    let reply = if body.is_err() {
        Reply::Json(Answer::error(413, "request entity too large"), None)
    } else if writes && !text(&head.headers, CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json")) {
        Reply::Json(Answer::error(415, "The body must be application/json"), None)
    } else {
        shared.exchange(&call).await
    };
    if reply == Reply::Hang {
        std::future::pending::<()>().await;
    }
    let gzip = text(&head.headers, ACCEPT_ENCODING).is_some_and(|accepted| accepted.contains("gzip"));
    let Some((response, length)) = reply::response(reply, gzip) else {
        reset.store(true, Ordering::Relaxed);
        return Err(Cut);
    };
    in_flight.answered(response.status().as_u16(), length);
    Ok(response)
}

fn text(headers: &HeaderMap, name: hyper::header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| *name != AUTHORIZATION)
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
