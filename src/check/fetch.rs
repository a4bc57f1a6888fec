//! Downloads Vapi's OpenAPI document, unless a cached one has the same ETag.
//!
//! Sends no API key: the document is public, and the address may not be Vapi's.

use std::time::Duration;

use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};

use crate::model::diagnostic::Diagnostic;

/// The size limit in bytes; Vapi's document has 3 MB.
const MAX_BYTES: usize = 64 << 20;

/// The timeout of a download.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A downloaded document.
pub struct Fetched {
    /// Its text.
    pub text: String,
    /// The new text of the cache, if it changes.
    pub cache: Option<String>,
}

/// A cached document.
#[derive(Serialize, Deserialize)]
struct Kept {
    url: String,
    etag: String,
    text: String,
}

/// Downloads a document. `cache` is the text of the cache, if there is one.
///
/// # Errors
/// Code `spec-not-fetched`: the address is neither https nor localhost, or the request fails.
pub async fn fetch(address: &str, cache: Option<&str>) -> Result<Fetched, Diagnostic> {
    let failed = |why: String| {
        Diagnostic::error("spec-not-fetched", format!("cannot fetch the OpenAPI document at {address}: {why}"))
            .help("download it and pass the file: --spec openapi.json")
    };
    let url = Url::parse(address).map_err(|error| failed(error.to_string()))?;
    if !is_safe(&url) {
        return Err(failed("the address must be https, or http on localhost".to_owned()));
    }
    let redirects = Policy::custom(|attempt| match is_safe(attempt.url()) && attempt.previous().len() < 5 {
        true => attempt.follow(),
        false => attempt.stop(),
    });
    // An error means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(TIMEOUT).redirect(redirects).build();
    let mut request = client.map_err(|error| failed(error.to_string()))?.get(url);
    let kept = cache.and_then(|text| serde_json::from_str::<Kept>(text).ok()).filter(|kept| kept.url == address);
    if let Some(kept) = &kept {
        request = request.header(IF_NONE_MATCH, &kept.etag);
    }
    let mut answer = request.send().await.map_err(|error| failed(error.without_url().to_string()))?;
    match (answer.status(), kept) {
        (StatusCode::NOT_MODIFIED, Some(kept)) => return Ok(Fetched { text: kept.text, cache: None }),
        (status, _) if !status.is_success() => return Err(failed(format!("the server answered with status {status}"))),
        _ => {}
    }
    let etag = answer.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(error.without_url().to_string()))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_BYTES {
            return Err(failed(format!("the response is larger than {} MiB", MAX_BYTES >> 20)));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| failed("the response is not UTF-8 text".to_owned()))?;
    let kept = etag.map(|etag| Kept { url: address.to_owned(), etag, text: text.clone() });
    Ok(Fetched { text, cache: kept.and_then(|kept| serde_json::to_string(&kept).ok()) })
}

/// Whether nobody in between can tamper with the response.
fn is_safe(url: &Url) -> bool {
    let this_machine = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && this_machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_asked() {
        for (address, safe) in [
            ("https://api.vapi.ai/api-json", true),
            ("http://127.0.0.1:9/x", true),
            ("http://api.vapi.ai/api-json", false),
            ("http://localhost.example.com/x", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_safe(&Url::parse(address).unwrap()), safe, "{address}");
        }
    }

    #[tokio::test]
    async fn a_document_travels_once() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/api-json", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let mut asked = Vec::new();
            for answer in [
                "HTTP/1.1 200 OK\r\netag: \"one\"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
                "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n",
            ] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
                asked.push(String::from_utf8(request).unwrap().to_lowercase());
            }
            asked
        });
        let first = fetch(&address, None).await.unwrap();
        let second = fetch(&address, first.cache.as_deref()).await.unwrap();
        assert_eq!((&*first.text, &*second.text, second.cache), ("{}", "{}", None));
        let asked = server.await.unwrap();
        assert!(!asked[0].contains("if-none-match") && asked[1].contains("if-none-match: \"one\""));
        assert!(asked.iter().all(|request| !request.contains("authorization")));
    }
}
