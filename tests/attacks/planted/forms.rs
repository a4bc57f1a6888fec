//! The forms in which a secret could come out.

use aho_corasick::AhoCorasick;
use serde_json::json;

/// The shortest text that is looked for in part or encoded: of a shorter one too little is its own.
const LONG: usize = 10;

/// How much of a long secret is too much, wherever it is cut off.
const PART: usize = 9;

/// Looks for all secrets in all forms at once.
pub struct Search {
    automaton: AhoCorasick,
    /// The secret of each pattern.
    of: Vec<usize>,
}

impl Search {
    pub fn new(secrets: &[String]) -> Self {
        let all =
            secrets.iter().enumerate().flat_map(|(at, secret)| forms(secret).into_iter().map(move |form| (form, at)));
        let (patterns, of): (Vec<String>, Vec<usize>) = all.unzip();
        Self { automaton: AhoCorasick::new(patterns).expect("an automaton"), of }
    }

    /// The first secret in a text, and the text around it.
    pub fn find(&self, text: &str) -> Option<(usize, String)> {
        let found = self.automaton.find(text)?;
        let bytes = &text.as_bytes()[found.start().saturating_sub(80)..text.len().min(found.end() + 80)];
        Some((self.of[found.pattern().as_usize()], String::from_utf8_lossy(bytes).into_owned()))
    }
}

fn forms(secret: &str) -> Vec<String> {
    let json = |text: &str| json!(text).to_string().trim_matches('"').to_owned();
    let url = encoded(secret, |byte| format!("%{byte:02X}"));
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut forms = vec![
        secret.to_owned(),
        json(secret),
        json(&json(secret)),
        // YAML in single quotes.
        secret.replace('\'', "''"),
        encoded(secret, |byte| format!("%{byte:02x}")),
        url.replace('%', "%25"),
        url,
        encoded(secret, |byte| format!("&#{byte};")),
        encoded(secret, |byte| format!("\\u{byte:04x}")),
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;"),
        html,
    ];
    if secret.len() >= LONG {
        let ends = |at: &usize| secret.is_char_boundary(*at) && secret.is_char_boundary(at + PART);
        forms.extend((0..=secret.len() - PART).filter(ends).map(|at| secret[at..at + PART].to_owned()));
        forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
        for before in 0..3 {
            let form = base64_behind(secret, before);
            forms.push(form.replace('+', "-").replace('/', "_"));
            forms.push(form);
        }
    }
    forms
}

/// The text with all but its letters, digits and `-_.` written otherwise.
fn encoded(text: &str, other: impl Fn(u8) -> String) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => other(byte),
        })
        .collect()
}

/// The characters of a text in base64 that are its own, where so many bytes stand before it.
fn base64_behind(text: &str, before: usize) -> String {
    use base64::Engine;
    let whole = (before + text.len()) / 3 * 3 - before;
    let all = base64::engine::general_purpose::STANDARD
        .encode(["x".repeat(before).as_bytes(), &text.as_bytes()[..whole]].concat());
    all[(before * 8).div_ceil(6)..].to_owned()
}

#[test]
fn every_form_is_found() {
    use base64::Engine;
    let secret = "ab&d/f+h=j<l\"n'p%r";
    let search = Search::new(&["another-one".to_owned(), secret.to_owned()]);
    let base64 = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    for text in [
        format!("say {secret}."),
        json!({"a": secret}).to_string(),
        json!(json!({"a": secret}).to_string()).to_string(),
        "?q=ab%26d%2Ff%2Bh%3Dj%3Cl%22n%27p%25r".to_owned(),
        "<p>ab&amp;d/f+h=j&lt;l&quot;n&#39;p%r</p>".to_owned(),
        "starts with ab&d/f+h=…".to_owned(),
        "…f+h=j<l\"n and so on".to_owned(),
        base64(&format!("user:{secret}")),
        base64(&format!("Bearer {secret}!")),
        base64(secret),
    ] {
        assert_eq!(search.find(&text).map(|(at, _)| at), Some(1), "{text}");
    }
    assert_eq!(search.find("ab&d/f+, an another one"), None);
}
