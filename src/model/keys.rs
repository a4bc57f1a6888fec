//! Recognises API keys of well-known services by their form.

use std::ops::Range;

use memchr::memmem;

/// The prefixes of well-known keys, their services, and the minimum number of characters after the prefix.
const KEYS: &[(&str, &str, usize)] = &[
    ("sk-", "an API key", 20),
    ("sk_live_", "a Stripe key", 16),
    ("sk_test_", "a Stripe key", 16),
    ("rk_live_", "a Stripe key", 16),
    ("whsec_", "a webhook secret", 16),
    ("gsk_", "a Groq key", 20),
    ("xai-", "an xAI key", 40),
    ("hf_", "a Hugging Face token", 30),
    ("ghp_", "a GitHub token", 36),
    ("gho_", "a GitHub token", 36),
    ("ghs_", "a GitHub token", 36),
    ("github_pat_", "a GitHub token", 40),
    ("glpat-", "a GitLab token", 20),
    ("xoxb-", "a Slack token", 20),
    ("xoxp-", "a Slack token", 20),
    ("AKIA", "an AWS access key", 16),
    ("AIza", "a Google API key", 35),
    ("SG.", "a SendGrid key", 40),
    ("eyJ", "a JSON web token", 60),
];

/// The keys in a text, each with its place and its service.
pub fn find(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let block = memmem::find(text.as_bytes(), b"-----BEGIN").and_then(|start| {
        let is_key = text[start..].contains("PRIVATE KEY-----");
        let end = text.rfind("PRIVATE KEY-----").map_or(text.len(), |at| at + "PRIVATE KEY-----".len());
        let end = if text[start..].contains("-----END") { end } else { text.len() };
        is_key.then_some((start..end, "a private key"))
    });
    let keys = long_words(text).filter_map(|(at, word)| {
        if !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (start, owner, rest) = KEYS.iter().find(|(start, ..)| word.starts_with(start))?;
        // `sk-this-is-only-an-example` is prose; a key has a long run of mixed letters and digits.
        let tail = &word[start.len()..];
        let longest = tail.split(['-', '_', '.']).map(str::len).max().unwrap_or(0);
        (tail.len() >= *rest && longest >= 12).then_some((at..at + word.len(), *owner))
    });
    block.into_iter().chain(keys)
}

/// The words of a text that are long enough to be a key, each with its place.
fn long_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    const LEAST: usize = 20;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let mut from = 0;
    std::iter::from_fn(move || {
        // Searching backwards from the end of a possible word skips most positions at the first byte.
        while let Some(window) = text.as_bytes().get(from..from + LEAST) {
            match window.iter().rposition(|byte| !is_part(byte)) {
                Some(at) => from += at + 1,
                None => {
                    let length = text.as_bytes()[from..].iter().take_while(|byte| is_part(byte)).count();
                    let word = (from, &text[from..from + length]);
                    from += length;
                    return Some(word);
                }
            }
        }
        None
    })
}

/// Whether a free-form field of this name is a secret: `api_key`, `X-Auth`, `sig`.
pub fn is_key_like(name: &str) -> bool {
    const WORDS: [&str; 8] = ["auth", "key", "token", "secret", "password", "cookie", "signature", "credential"];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word)) || name == "sig"
}

/// The secrets in the URLs of a text: passwords before the host, and parameters with names like those of keys.
pub fn in_addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let addresses = text.match_indices("://").map(|(at, scheme)| {
        let start = at + scheme.len();
        let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\');
        start..text[start..].find(ends).map_or(text.len(), |end| start + end)
    });
    addresses.flat_map(move |address| {
        let authority = text[address.clone()].find(['/', '?', '#']).map_or(address.end, |end| address.start + end);
        let user = text[address.start..authority].rfind('@').map(|at| address.start..address.start + at);
        let password = user.and_then(|user| {
            let colon = text[user.clone()].find(':')?;
            Some(user.start + colon + 1..user.end)
        });
        let query = text[authority..address.end].find(['?', '#']).map_or(address.end, |at| authority + at + 1);
        let mut next = query;
        let values = text[query..address.end].split(['&', '#', '?']).filter_map(move |parameter| {
            let start = next;
            next += parameter.len() + 1;
            let (name, value) = parameter.split_once('=')?;
            is_key_like(name).then_some(start + name.len() + 1..start + name.len() + 1 + value.len())
        });
        // Placeholders are not secrets: `{{token}}`, `${env:…}`, `(sensitive)`.
        let is_there = |place: &Range<usize>| !place.is_empty() && !text[place.clone()].contains(['{', '(']);
        password.into_iter().chain(values).filter(is_there).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_prose() {
        for (text, expected) in [
            ("Bearer sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3c", Some(("sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3c", "an API key"))),
            (
                "é https://x.example/?key=AIzaSyA1234567890abcdefghijklmnopqrstuv&b",
                Some(("AIzaSyA1234567890abcdefghijklmnopqrstuv", "a Google API key")),
            ),
            (
                "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
                Some(("ghp_0123456789abcdefghijklmnopqrstuvwxyz", "a GitHub token")),
            ),
            ("a -----BEGIN RSA PRIVATE KEY-----\nMII", Some(("-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"))),
            (
                "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nrest",
                Some(("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----", "a private key")),
            ),
            ("sk-this-is-only-an-example-of-1-key", None),
            ("ask-me-anything-about-2026-and-more-of-it", None),
            ("7b0e2f4c-1a2b-4c3d-8e9f-001122334455", None),
            ("é0123456789abcdefgh é0123456789abcdefghi", None),
            ("", None),
        ] {
            assert_eq!(find(text).next().map(|(at, owner)| (&text[at], owner)), expected, "{text}");
        }
    }

    #[test]
    fn addresses_that_let_in_whoever_knows_them() {
        for (text, expected) in [
            ("see https://user:pa55@x.example/a?b=c", vec!["pa55"]),
            ("https://x.example/?city=Rome&api_key=abc&sig=d%20e#token=f now", vec!["abc", "d%20e", "f"]),
            ("https://user@x.example/?key={{key}}&token=${env:T}", vec![]),
            ("a://b 'http://u:p@h' c", vec!["p"]),
            ("https://x.example/#sig=abc and https://x.example/#/route?token=d", vec!["abc", "d"]),
            ("no address: key=abc, a@b:c", vec![]),
            ("://", vec![]),
        ] {
            assert_eq!(in_addresses(text).map(|at| &text[at]).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
