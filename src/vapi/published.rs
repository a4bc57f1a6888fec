//! Vapi's published API document, or another one at an address: asked for without the key, and only if it has changed.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use url::Url;

use super::wire::cause;
use crate::diagnostic::Diagnostic;

/// How long the document may take: it is some megabytes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of asking for a document.
#[derive(Debug, PartialEq, Eq)]
pub enum Published {
    /// It is as it was when it had this ETag.
    AsBefore,
    /// Its text, and its ETag, if it has one.
    New {
        /// The text.
        text: String,
        /// The ETag.
        etag: Option<String>,
    },
}

/// Asks for the document at `url`, unless it still has the ETag `known`.
///
/// # Errors
/// `spec-unreachable`: it is no address over https (or of this machine), nobody answers, or with something else.
pub async fn published(url: &str, known: Option<&str>) -> Result<Published, Diagnostic> {
    let failed = |why: String| {
        Diagnostic::error("spec-unreachable", format!("the API document at {url} cannot be had: {why}"))
            .help("--spec FILE takes a copy on the disk; without --spec the built-in checks run")
    };
    let parsed = Url::parse(url).map_err(|error| failed(error.to_string()))?;
    let loopback = super::connection::is_loopback(&parsed);
    if parsed.scheme() != "https" && !(parsed.scheme() == "http" && loopback) {
        return Err(failed("it is not https".to_owned()));
    }
    // The second call of a process finds one installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().timeout(PATIENCE).user_agent(concat!("vapi-sync/", env!("CARGO_PKG_VERSION")));
    let client = if loopback { client.no_proxy() } else { client };
    let client = client.build().map_err(|error| failed(cause(&error)))?;
    let mut request = client.get(parsed).header(ACCEPT, "application/json");
    if let Some(etag) = known {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let response = request.send().await.map_err(|error| failed(cause(&error)))?;
    match response.status() {
        StatusCode::NOT_MODIFIED if known.is_some() => Ok(Published::AsBefore),
        StatusCode::OK => {
            let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
            let text = response.text().await.map_err(|error| failed(cause(&error)))?;
            Ok(Published::New { text, etag })
        }
        status => Err(failed(format!("the answer has status {}", status.as_u16()))),
    }
}
