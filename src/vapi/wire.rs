//! One request, one response: the HTTP client and what its errors mean.

use std::sync::OnceLock;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, Request, RequestBuilder, Response, StatusCode};
use url::Url;

use super::answer::{Body, is_good, refused, unreadable};
use super::connection::Connection;
use super::error::{Certainty, Fault, Problem};
use super::settings::Settings;

/// No page of Vapi's comes near it; a larger body would exhaust the memory.
const LARGEST_BODY: usize = 256 << 20;

/// The HTTP client, created at the first request: loading the system's certificates is slow.
#[derive(Debug, Default)]
pub(super) struct Wire {
    client: OnceLock<Result<Client, String>>,
}

/// A request ready to send.
pub(super) struct Ready<'a> {
    client: &'a Client,
    settings: &'a Settings,
    pub request: Request,
}

/// What came back.
pub(super) struct Received<T> {
    /// The status, if one arrived.
    pub status: Option<StatusCode>,
    /// The size of the body, decompressed.
    pub bytes: usize,
    /// What it means.
    pub outcome: Result<T, Fault>,
}

impl Wire {
    /// Builds the request, with key and timeout. Only GET, POST and PATCH are allowed.
    pub(super) fn prepare<'a>(
        &'a self,
        connection: &Connection,
        settings: &'a Settings,
        url: &Url,
        build: impl Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Ready<'a>, Fault> {
        let setup = |why: String| Fault::new(Problem::Setup(why), Certainty::NotSent, false);
        let client = self.client.get_or_init(|| build_client(connection, settings));
        let client = client.as_ref().map_err(|why| setup(why.clone()))?;
        let bearer = format!("Bearer {}", connection.key().expose().unwrap_or_default());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| setup("the key cannot stand in a header".into()))?;
        bearer.set_sensitive(true);
        let request = build(client, url.clone())
            .header(AUTHORIZATION, bearer)
            .timeout(settings.request_timeout)
            .build()
            .map_err(|error| setup(cause(&error)))?;
        if [Method::GET, Method::POST, Method::PATCH].contains(request.method()) {
            Ok(Ready { client, settings, request })
        } else {
            Err(setup(format!("{} is not sent: vapi-sync only reads, creates and updates", request.method())))
        }
    }

    #[cfg(test)]
    pub(super) fn is_made(&self) -> bool {
        self.client.get().is_some()
    }
}

impl Ready<'_> {
    /// Sends it once, and reads the whole response.
    pub(super) async fn send<T>(self, mut body: Box<dyn Body<T>>) -> Received<T> {
        let Self { client, settings, request } = self;
        let mut response = match client.execute(request).await {
            Ok(response) => response,
            Err(error) => return Received { status: None, bytes: 0, outcome: Err(broken(&error, settings)) },
        };
        let (status, redactor) = (response.status(), &settings.redactor);
        let headers = response.headers().clone();
        let (bytes, outcome) = if is_good(status) {
            let arrived = receive(&mut response, settings, |chunk| body.take(chunk)).await;
            let bytes = *arrived.as_ref().unwrap_or(&0);
            let read = |_| body.end().map_err(|error| unreadable(status, bytes, body.rest(), &error, redactor));
            (bytes, arrived.and_then(read))
        } else {
            let mut words = Vec::new();
            match receive(&mut response, settings, |chunk| words.extend_from_slice(chunk)).await {
                // A 429 stays one even if its body was truncated.
                Err(fault) if status != StatusCode::TOO_MANY_REQUESTS => (0, Err(fault)),
                Err(_) => (0, Err(refused(status, &headers, b"", redactor))),
                Ok(bytes) => (bytes, Err(refused(status, &headers, &words, redactor))),
            }
        };
        Received { status: Some(status), bytes, outcome }
    }
}

fn build_client(connection: &Connection, settings: &Settings) -> Result<Client, String> {
    // Fails only if one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .user_agent(concat!("vapi-sync/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // The transport decides on retries: it knows what must not be sent twice.
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(settings.parallelism);
    let client = if connection.is_loopback() {
        // A proxy would get the key in plain text.
        let client = client.no_proxy();
        // Loading the system's certificates would take most of a short run.
        if connection.is_plain() { client.tls_certs_only([]) } else { client }
    } else {
        client.https_only(true)
    };
    client.build().map_err(|error| cause(&error))
}

/// Takes the body of a response piece by piece. Gives its size, decompressed.
async fn receive(response: &mut Response, settings: &Settings, mut take: impl FnMut(&[u8])) -> Result<usize, Fault> {
    let mut size = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error, settings))? {
        size += chunk.len();
        if size > LARGEST_BODY {
            let why = format!("it is larger than {} MiB", LARGEST_BODY >> 20);
            return Err(Fault::new(Problem::Unreadable(why), Certainty::Unclear, false));
        }
        take(&chunk);
    }
    Ok(size)
}

fn broken(error: &reqwest::Error, settings: &Settings) -> Fault {
    if error.is_builder() {
        Fault::new(Problem::Setup(cause(error)), Certainty::NotSent, false)
    } else if error.is_connect() {
        if causes(error).any(|cause| cause.is::<rustls::Error>()) {
            Fault::new(Problem::Tls(cause(error)), Certainty::NotSent, false)
        } else {
            Fault::new(Problem::Unreachable(cause(error)), Certainty::NotSent, true)
        }
    } else if error.is_timeout() {
        Fault::new(Problem::Timeout(settings.request_timeout), Certainty::Unclear, true)
    } else {
        Fault::new(Problem::Lost(cause(error)), Certainty::Unclear, true)
    }
}

/// The innermost cause; reqwest's own message only repeats the URL.
fn cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| {
        // `io::Error::source` skips the error that it wraps.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}
