//! What an HTTP response means: a value, or a fault with its certainty.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Certainty, Fault, Problem};
use super::retry::retry_after;
use crate::model::Redactor;

/// How many bytes of a body that is not JSON are read.
const LOOKED_AT: usize = 64 << 10;

/// How many characters of a text are shown.
const SHOWN: usize = 300;

/// How many messages of an error are kept.
const SENTENCES: usize = 50;

/// Reads the body of a good response while it arrives.
pub(super) trait Body<T>: Send {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]);

    /// What it says, once all bytes were taken.
    ///
    /// # Errors
    /// It is no JSON, or no `T`.
    fn end(&mut self) -> serde_json::Result<T>;

    /// What is still held of the bytes, all of them if they are no JSON.
    fn rest(&self) -> &[u8];
}

/// A body that is read at its end.
#[derive(Default)]
pub(super) struct Whole(Vec<u8>);

impl<T: DeserializeOwned> Body<T> for Whole {
    fn take(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn end(&mut self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.0)
    }

    fn rest(&self) -> &[u8] {
        &self.0
    }
}

/// Whether a response of this status holds what was asked for, all of it.
pub(super) fn is_good(status: StatusCode) -> bool {
    status.is_success() && !is_partial(status)
}

fn is_partial(status: StatusCode) -> bool {
    matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::RESET_CONTENT | StatusCode::MULTI_STATUS)
}

/// What a response means that is not good.
pub(super) fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8], redactor: &Redactor) -> Fault {
    if is_partial(status) {
        let why = format!("it is only a part of the answer ({})", status.as_u16());
        return Fault {
            status: Some(status.as_u16()),
            ..Fault::new(Problem::Unreadable(why), Certainty::Unclear, true)
        };
    }
    let refusal = Refusal::read(body);
    let in_vapis_words = refusal.is_some();
    let unknown_route = refusal.as_ref().is_some_and(Refusal::is_unknown_route);
    let words = refusal.map_or_else(|| vec![describe(body, redactor)], |refusal| refusal.words(redactor));
    let asked_wait = asked_wait(headers);
    let (problem, certainty, transient) = match status.as_u16() {
        300..=399 => (Problem::Redirected(target(headers, redactor)), Certainty::Unclear, false),
        401 => (Problem::Unauthorized, Certainty::Refused, false),
        403 if in_vapis_words => (Problem::Forbidden, Certainty::Refused, false),
        404 if in_vapis_words && !unknown_route => (Problem::NoSuchObject, Certainty::Refused, false),
        404 => (Problem::NoSuchAddress, Certainty::Refused, false),
        429 => (Problem::RateLimited(asked_wait), Certainty::NotSent, true),
        // It may be the CDN's, and pass.
        403 => (Problem::Blocked, Certainty::Unclear, true),
        408 | 425 | 500..=599 => (Problem::Unavailable, Certainty::Unclear, true),
        400..=499 => (Problem::Refused, Certainty::Refused, false),
        _ => (Problem::Unreadable("its status does not exist in HTTP".to_owned()), Certainty::Unclear, false),
    };
    Fault { problem, certainty, status: Some(status.as_u16()), words, transient, retry_after: asked_wait }
}

/// What a good response means whose body, of which `body` is left, cannot be read.
pub(super) fn unreadable(
    status: StatusCode,
    size: usize,
    body: &[u8],
    error: &serde_json::Error,
    redactor: &Redactor,
) -> Fault {
    // JSON of another shape will not change; anything else was truncated or is the page of a proxy.
    let (why, transient) = if error.is_data() {
        (show(redactor, &error.to_string()), false)
    } else if error.is_eof() && size > 0 {
        ("it ends too early".to_owned(), true)
    } else {
        (format!("it is not JSON but {}", describe(body, redactor)), true)
    };
    let status = Some(status.as_u16());
    Fault { status, ..Fault::new(Problem::Unreadable(why), Certainty::Unclear, transient) }
}

fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, SystemTime::now())
}

/// The host of a redirect; the rest may hold secrets.
fn target(headers: &HeaderMap, redactor: &Redactor) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    match url::Url::parse(location) {
        Ok(url) => Some(show(redactor, &format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()))),
        Err(_) => Some("another path".to_owned()),
    }
}

/// An error as NestJS writes it: `{"message": "…" | ["…"], "error": "…", "statusCode": 400}`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: Value,
    #[serde(default)]
    error: Value,
}

impl Refusal {
    fn read(body: &[u8]) -> Option<Self> {
        let refusal: Self = serde_json::from_slice(body).ok()?;
        (!refusal.message.is_null() || !refusal.error.is_null()).then_some(refusal)
    }

    /// NestJS has no such route, as opposed to no such object.
    fn is_unknown_route(&self) -> bool {
        self.message.as_str().is_some_and(|text| text.starts_with("Cannot "))
    }

    fn words(self, redactor: &Redactor) -> Vec<String> {
        let words: Vec<_> = match self.message {
            Value::Array(sentences) => {
                sentences.iter().take(SENTENCES).map(|value| sentence(value, redactor)).collect()
            }
            Value::Null => Vec::new(),
            message => vec![sentence(&message, redactor)],
        };
        match self.error {
            Value::String(error) if words.is_empty() => vec![show(redactor, &error)],
            _ => words,
        }
    }
}

fn sentence(value: &Value, redactor: &Redactor) -> String {
    value.as_str().map_or_else(|| show(redactor, &value.to_string()), |text| show(redactor, text))
}

/// A text of Vapi's without secrets, truncated. Truncated last: the redactor does not find half a secret.
fn show(redactor: &Redactor, text: &str) -> String {
    let text = redactor.text(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// A short description of a body that is not JSON.
fn describe(body: &[u8], redactor: &Redactor) -> String {
    let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    let text = text.trim();
    if text.is_empty() {
        "an empty body".to_owned()
    } else if text.starts_with('<') {
        "an HTML page".to_owned()
    } else {
        format!("`{}`", show(redactor, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, body: &str) -> Fault {
        let (status, redactor) = (StatusCode::from_u16(status).unwrap(), Redactor::new());
        if is_good(status) {
            unread::<Value>(body)
        } else {
            refused(status, &HeaderMap::new(), body.as_bytes(), &redactor)
        }
    }

    fn unread<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> Fault {
        let mut whole = Whole::default();
        Body::<T>::take(&mut whole, body.as_bytes());
        let error = Body::<T>::end(&mut whole).unwrap_err();
        unreadable(StatusCode::OK, body.len(), Body::<T>::rest(&whole), &error, &Redactor::new())
    }

    #[test]
    fn each_status_has_its_meaning() {
        use Certainty::{NotSent, Refused, Unclear};
        let json = r#"{"message":"no","error":"e","statusCode":1}"#;
        let page = "<!doctype html><h1>no</h1>";
        let table = [
            (400, json, "Refused", Refused, false),
            (400, page, "Refused", Refused, false),
            (401, page, "Unauthorized", Refused, false),
            (403, json, "Forbidden", Refused, false),
            (403, page, "Blocked", Unclear, true),
            (404, json, "NoSuchObject", Refused, false),
            (404, page, "NoSuchAddress", Refused, false),
            (404, "", "NoSuchAddress", Refused, false),
            (404, r#"{"message":"Cannot GET /v9/assistant","statusCode":404}"#, "NoSuchAddress", Refused, false),
            (408, json, "Unavailable", Unclear, true),
            (409, json, "Refused", Refused, false),
            (422, json, "Refused", Refused, false),
            (429, page, "RateLimited(None)", NotSent, true),
            (500, json, "Unavailable", Unclear, true),
            (502, page, "Unavailable", Unclear, true),
            (524, page, "Unavailable", Unclear, true),
            (302, page, "Redirected(None)", Unclear, false),
        ];
        for (status, body, problem, certainty, transient) in table {
            let fault = fault(status, body);
            assert_eq!(
                (format!("{:?}", fault.problem).as_str(), fault.certainty, fault.transient, fault.status),
                (problem, certainty, transient, Some(status)),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn a_success_that_cannot_be_read_is_unclear() {
        for (body, transient) in [("<html>", true), ("", true), (r#"{"id":"x"#, true), ("{} trailing", true)] {
            let fault = fault(200, body);
            assert!(matches!(fault.problem, Problem::Unreadable(_)), "{body}");
            assert_eq!((fault.certainty, fault.transient), (Certainty::Unclear, transient), "{body}");
        }
        assert!(!unread::<Vec<u8>>("{}").transient);
    }

    #[test]
    fn vapis_words_are_kept_and_pages_are_not_dumped() {
        assert_eq!(fault(400, r#"{"message":["a should not exist","b"]}"#).words, ["a should not exist", "b"]);
        assert_eq!(fault(400, r#"{"message":"one"}"#).words, ["one"]);
        assert_eq!(fault(400, r#"{"error":"Bad Request"}"#).words, ["Bad Request"]);
        assert_eq!(fault(400, r#"{"message":[{"x":1}]}"#).words, [r#"{"x":1}"#]);
        assert_eq!(fault(502, "  <html>secret</html>").words, ["an HTML page"]);
        assert_eq!(fault(500, "\n").words, ["an empty body"]);
        let long = fault(500, &"é".repeat(100_000)).words.concat();
        assert_eq!(long.chars().count(), SHOWN + 3);
        let many = format!(r#"{{"message":[{}]}}"#, vec![format!("{:?}", "x".repeat(1000)); 1000].join(","));
        assert!(fault(400, &many).words.concat().len() < SENTENCES * (SHOWN + 4));
    }

    #[test]
    fn secrets_are_hidden_whole_and_before_the_cut() {
        let redactor = Redactor::new();
        redactor.add("s3cr3t");
        redactor.add("s3cr3t-and-more");
        assert_eq!(show(&redactor, "a s3cr3t-and-more, s3cr3t"), "a (sensitive), (sensitive)");
        let shown = show(&redactor, &format!("{}s3cr3t", "é".repeat(SHOWN - 3)));
        assert!(shown.ends_with("é(se…") && !shown.contains("s3c"), "{shown}");
    }
}
