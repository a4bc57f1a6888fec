//! The last line of defence for secrets: removes their texts from all output.
//!
//! Secrets have a type that cannot be printed. This covers the other ways by which one could appear: an answer of Vapi that
//! quotes a request, an error of a library, a line of a file.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use serde_json::Value as Json;

use super::{SENSITIVE, escape, keys};

/// Shorter texts are not removed: otherwise `true` or `1234` would disappear everywhere.
const SHORTEST: usize = 6;

/// The secrets that must not be shown. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// Every spelling of every secret.
    spellings: HashSet<String>,
    /// Finds them. `None`: to be built, because the spellings have changed.
    search: Option<AhoCorasick>,
}

impl Redactor {
    /// A redactor without secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret to remove, in all its spellings. Texts of fewer than 6 characters are ignored.
    pub fn add(&self, secret: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for text in std::iter::once(secret).chain(secret.lines()).map(str::trim) {
            if text.chars().count() >= SHORTEST && !known.spellings.contains(text) {
                known.spellings.extend(spellings(text));
                known.search = None;
            }
        }
    }

    /// The text with `(sensitive)` in place of every secret.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = self.places(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for place in found {
            out.push_str(&text[from..place.start]);
            out.push_str(SENSITIVE);
            from = place.end;
        }
        out.push_str(&text[from..]);
        Cow::Owned(out)
    }

    /// Redacts every key and text of a JSON value.
    pub fn json(&self, value: Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.text(&text).into_owned()),
            Json::Array(items) => Json::Array(items.into_iter().map(|item| self.json(item)).collect()),
            Json::Object(map) => Json::Object(
                map.into_iter().map(|(key, value)| (self.text(&key).into_owned(), self.json(value))).collect(),
            ),
            other => other,
        }
    }

    /// The places of secrets and keys, in order. Those that overlap or touch are merged.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.search.is_none() {
            // This fails only for gigabytes of secrets.
            known.search = AhoCorasick::new(&known.spellings).ok();
        }
        let secrets = known.search.iter().flat_map(|search| search.find_overlapping_iter(text));
        let mut found: Vec<Range<usize>> = secrets.map(|secret| secret.range()).collect();
        found.extend(keys::find(text).map(|(place, _)| place).chain(keys::in_addresses(text)));
        found.sort_by_key(|place| place.start);
        found.into_iter().fold(Vec::new(), |mut merged, place| {
            match merged.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => merged.push(place),
            }
            merged
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// The spellings of a text in requests, logs, errors and pages.
fn spellings(secret: &str) -> Vec<String> {
    let json = Json::from(secret).to_string();
    let debug = format!("{secret:?}");
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let inner = |quoted: &str| quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut all = vec![
        secret.to_owned(),
        inner(&json),
        inner(&json).replace('/', "\\/"),
        // A whole request, quoted inside JSON.
        inner(&Json::from(inner(&json)).to_string()),
        inner(&debug),
        lower_case_escapes(&percent),
        percent,
        form,
        escape::lines(secret).into_owned(),
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;"),
        html,
    ];
    all.extend(in_base64(secret.as_bytes()));
    all
}

/// The base64 of bytes inside a longer text, for every start and both alphabets.
fn in_base64(bytes: &[u8]) -> impl Iterator<Item = String> {
    (0..3).flat_map(move |before| {
        let shifted: Vec<u8> = std::iter::repeat_n(0, before).chain(bytes.iter().copied()).collect();
        // Only characters all of whose bits come from these bytes.
        let (first, last) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
        let inside = |alphabet: &[u8; 64]| -> String {
            let six = |at: usize| (0..6).map(|bit| at * 6 + bit).fold(0, |six, bit| six << 1 | bit_of(&shifted, bit));
            (first..last).map(|at| char::from(alphabet[usize::from(six(at))])).collect()
        };
        let (standard, url) = (inside(&ALPHABET), inside(&URL_ALPHABET));
        [standard, url].into_iter().filter(|text| text.len() >= SHORTEST)
    })
}

fn bit_of(bytes: &[u8], bit: usize) -> u8 {
    bytes.get(bit / 8).map_or(0, |byte| byte >> (7 - bit % 8) & 1)
}

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `%2F` as `%2f`.
fn lower_case_escapes(text: &str) -> String {
    let mut left = 0;
    text.chars()
        .map(|c| {
            left = if c == '%' { 3 } else { usize::saturating_sub(left, 1) };
            if left > 0 { c.to_ascii_lowercase() } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found() {
        let redactor = Redactor::new();
        let secret = "p\"ss/w\\rd é\n-second line-\x1b";
        redactor.add(secret);
        let shown = [
            format!("is {secret}."),
            Json::from(secret).to_string(),
            format!("{secret:?}"),
            format!("q={}", url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>()),
            "p%22ss%2fw%5crd%20%c3%a9%0a-second%20line-%1b".to_owned(),
            "  -second line-\x1b".to_owned(),
            escape::lines(secret).into_owned(),
        ];
        for text in shown {
            let safe = redactor.text(&text);
            assert!(safe.contains(SENSITIVE), "{text}");
            assert!(!safe.contains("ss/w") && !safe.contains("second") && !safe.contains("w%5"), "{safe}");
        }
    }

    /// Whoever writes the file would read a key letter by letter.
    #[test]
    fn the_beginning_of_a_secret_is_a_text_like_any_other() {
        let redactor = Redactor::new();
        redactor.add("geheim-ünd-lang");
        for text in ["is geheim-ü… and geheim-ünd-lan…, geh…", "geheim-ünd-lan", "eheim-ünd-lang"] {
            assert_eq!(redactor.text(text), text);
        }
    }

    #[test]
    fn base64_and_html_are_found() {
        let redactor = Redactor::new();
        redactor.add("p<ss&w'rd\"1");
        for text in [
            // `p<ss&w'rd"1`, `user:p<ss&w'rd"1` and `u:p<ss&w'rd"1!`
            "cDxzcyZ3J3JkIjE=",
            "dXNlcjpwPHNzJncncmQiMQ==",
            "dTpwPHNzJncncmQiMSE=",
            "p&lt;ss&amp;w'rd&quot;1",
            "p&lt;ss&amp;w&#39;rd&quot;1",
            "p&lt;ss&amp;w&#x27;rd&quot;1",
        ] {
            let safe = redactor.text(text);
            assert!(safe.contains(SENSITIVE), "{text}");
        }
    }

    #[test]
    fn overlapping_secrets_leave_no_rest() {
        let redactor = Redactor::new();
        redactor.add("abcdef");
        redactor.add("defghi");
        redactor.add("abcdefghijkl");
        assert_eq!(redactor.text("<abcdefghi> <abcdefghijkl>"), "<(sensitive)> <(sensitive)>");
    }

    #[test]
    fn short_texts_are_no_secrets_and_clones_share() {
        let redactor = Redactor::new();
        let clone = redactor.clone();
        clone.add("12345");
        assert_eq!(redactor.text("12345"), "12345");
        clone.add("123456");
        assert_eq!(redactor.text("x123456"), "x(sensitive)");
        let value = serde_json::json!({"a123456": [{"b": "123456!"}], "n": 123456});
        assert_eq!(redactor.json(value), serde_json::json!({"a(sensitive)": [{"b": "(sensitive)!"}], "n": 123456}));
    }
}
