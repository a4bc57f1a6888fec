//! Downloads Vapi's OpenAPI document, cached by ETag.
//!
//! Sends no API key: the document is public, and the address may not be Vapi's.

use std::path::Path;
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

/// A cached document.
#[derive(Serialize, Deserialize)]
struct Kept {
    url: String,
    etag: String,
    text: String,
}

/// Downloads a document. `cache` is the file to cache it in, if any.
///
/// # Errors
/// Code `spec-not-fetched`: the address is neither https nor localhost, or the request fails.
pub async fn fetch(address: &str, cache: Option<&Path>) -> Result<String, Diagnostic> {
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
    let kept = cache.and_then(|path| read(path, address));
    if let Some(kept) = &kept {
        request = request.header(IF_NONE_MATCH, &kept.etag);
    }
    let mut answer = request.send().await.map_err(|error| failed(error.without_url().to_string()))?;
    match (answer.status(), kept) {
        (StatusCode::NOT_MODIFIED, Some(kept)) => return Ok(kept.text),
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
    if let (Some(path), Some(etag)) = (cache, etag) {
        keep(path, &Kept { url: address.to_owned(), etag, text: text.clone() });
    }
    Ok(text)
}

/// Whether nobody in between can tamper with the response.
fn is_safe(url: &Url) -> bool {
    let this_machine = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && this_machine)
}

fn read(path: &Path, address: &str) -> Option<Kept> {
    let kept: Kept = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    (kept.url == address).then_some(kept)
}

/// Caches a document. Errors are ignored: it is just downloaded again.
fn keep(path: &Path, kept: &Kept) {
    let Some(folder) = path.parent() else { return };
    let Ok(mut file) = tempfile::NamedTempFile::new_in(folder) else { return };
    if serde_json::to_writer(&mut file, kept).is_ok() {
        let _ = file.persist(path);
    }
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
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("spec.json");
        assert_eq!(fetch(&address, Some(&cache)).await.unwrap(), "{}");
        assert_eq!(fetch(&address, Some(&cache)).await.unwrap(), "{}");
        let asked = server.await.unwrap();
        assert!(!asked[0].contains("if-none-match") && asked[1].contains("if-none-match: \"one\""));
        assert!(asked.iter().all(|request| !request.contains("authorization")));
    }
}
