//! The last line of defence for secrets: their texts are taken out of whatever is about to be shown.
//!
//! Secrets have a type of their own and are not shown by it; this is for the ways round it: an answer of Vapi that quotes a
//! request, an error of a library, the line of a file.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

use super::{SENSITIVE, escape};

/// Shorter texts are not looked for: `true` or `1234` would be taken out of everything.
const SHORTEST: usize = 6;

/// The texts that must not be shown. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every spelling of every secret, no two equal.
    spellings: Arc<Mutex<Vec<String>>>,
}

impl Redactor {
    /// One that knows no secrets yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this text is not shown, in any of its spellings. Texts of fewer than 6 characters are let through.
    pub fn add(&self, secret: &str) {
        let mut known = self.spellings.lock().unwrap_or_else(PoisonError::into_inner);
        for text in std::iter::once(secret).chain(secret.lines().map(str::trim)) {
            if text.chars().count() >= SHORTEST {
                for spelling in spellings(text) {
                    if !known.contains(&spelling) {
                        known.push(spelling);
                    }
                }
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

    /// The same for every key and text of a JSON value.
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

    /// Where secrets stand, in order; those that overlap or touch are one.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let known = self.spellings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Range<usize>> = known
            .iter()
            .flat_map(|secret| text.match_indices(secret.as_str()))
            .map(|(at, secret)| at..at + secret.len())
            .collect();
        // A text that was cut short may end inside a secret.
        for (end, _) in text.match_indices('…') {
            found.extend(known.iter().filter_map(|secret| Some(end - cut_secret(&text[..end], secret)?..end)));
        }
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

/// How many bytes of a secret's beginning a text ends with. `None`: fewer than [`SHORTEST`] characters.
fn cut_secret(text: &str, secret: &str) -> Option<usize> {
    let ends = secret.char_indices().map(|(at, _)| at).skip(SHORTEST);
    ends.filter(|length| text.ends_with(&secret[..*length])).last()
}

/// The ways in which a text may stand in a request, a log line, an error.
fn spellings(secret: &str) -> [String; 8] {
    let json = Json::from(secret).to_string();
    let debug = format!("{secret:?}");
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let inner = |quoted: &str| quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
    [
        secret.to_owned(),
        inner(&json),
        // A request that is quoted whole inside JSON.
        inner(&Json::from(inner(&json)).to_string()),
        inner(&debug),
        lower_case_escapes(&percent),
        percent,
        form,
        escape::lines(secret).into_owned(),
    ]
}

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

    #[test]
    fn a_secret_that_was_cut_short_is_found() {
        let redactor = Redactor::new();
        redactor.add("geheim-ünd-lang");
        assert_eq!(redactor.text("is geheim-ü… and geheim-ünd-la…, geh…"), "is (sensitive)… and (sensitive)…, geh…");
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
