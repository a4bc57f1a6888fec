//! Secrets that stand in the file as they are.

use crate::kinds::{Spot, is_masked};
use crate::model::diagnostic::Diagnostic;
use crate::state::template::{self, Token};

use super::trail::Trail;

/// The code of the finding: its line must not be shown as it is.
pub(super) const SECRET: &str = "secret-in-file";

/// What the beginnings of well-known keys are, whose they are, and how many characters of a key follow at least.
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

/// The finding about a text that holds a secret, if it does.
pub(super) fn check(text: &str, spot: Spot, trail: &Trail<'_>) -> Option<Diagnostic> {
    if is_named_secret(spot, trail) {
        return is_open(text).then(|| {
            Diagnostic::error(
                "secret-in-file",
                format!("{} is a secret, and stands here for all to read", trail.path()),
            )
            .help(format!("write ${{env:{}}} and set that variable where vapi-sync runs", variable(trail)))
        });
    }
    let owner = key_in(text)?;
    Some(Diagnostic::error(SECRET, format!("{} holds what looks like {owner}", trail.path())).help(
        "write ${env:NAME} and set that variable where vapi-sync runs; a key that was committed has to be revoked",
    ))
}

/// Whether a field is a secret by what it is called. Of headers and credentials, where anything can stand, only those
/// that say so.
fn is_named_secret(spot: Spot, trail: &Trail<'_>) -> bool {
    const WORDS: [&str; 8] = ["auth", "key", "token", "secret", "password", "cookie", "signature", "credential"];
    let path = trail.path().to_string();
    let anything = path.contains("headers") || path.starts_with("credentials[");
    let says_so = || {
        let key = trail.last_key().unwrap_or_default().to_ascii_lowercase();
        WORDS.iter().any(|word| key.contains(word))
    };
    spot.is_secret() && (!anything || says_so())
}

/// Whether a text is there to be read, not taken from the environment, filled in during the call, or masked by Vapi.
fn is_open(text: &str) -> bool {
    let from_elsewhere = || template::parse(text).iter().any(|token| matches!(token, Token::Env(_)));
    !text.trim().is_empty() && !text.contains("{{") && !is_masked(text) && !from_elsewhere()
}

/// A name for the variable that the secret moves to.
fn variable(trail: &Trail<'_>) -> String {
    let key = trail.last_key().unwrap_or("SECRET");
    let mut name = String::new();
    let mut before = '_';
    for c in key.chars() {
        match c {
            c if c.is_ascii_uppercase() && before.is_ascii_lowercase() => name.extend(['_', c]),
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_uppercase()),
            _ if !name.ends_with('_') => name.push('_'),
            _ => {}
        }
        before = c;
    }
    name.trim_matches('_').to_owned()
}

/// Whose key a text holds, if some word of it is shaped like one.
fn key_in(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let long = |word: &&str| word.len() >= 20 && word.bytes().any(|byte| byte.is_ascii_digit());
    text.split(|c| !is_part(c)).filter(long).find_map(|word| {
        let (start, owner, rest) = KEYS.iter().find(|(start, ..)| word.starts_with(start))?;
        // `sk-this-is-only-an-example` is prose; a key mixes digits and letters without a pause.
        let tail = &word[start.len()..];
        let longest = tail.split(['-', '_', '.']).map(str::len).max().unwrap_or(0);
        (tail.len() >= *rest && longest >= 12).then_some(*owner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_prose() {
        for (text, expected) in [
            ("Bearer sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3c", Some("an API key")),
            ("https://x.example/?key=AIzaSyA1234567890abcdefghijklmnopqrstuv", Some("a Google API key")),
            ("ghp_0123456789abcdefghijklmnopqrstuvwxyz", Some("a GitHub token")),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", Some("a private key")),
            ("sk-this-is-only-an-example-of-1-key", None),
            ("ask-me-anything-about-2026-and-more-of-it", None),
            ("7b0e2f4c-1a2b-4c3d-8e9f-001122334455", None),
            ("", None),
        ] {
            assert_eq!(key_in(text), expected, "{text}");
        }
    }

    #[test]
    fn a_variable_is_named_after_the_field() {
        let root = Trail::root();
        for (key, expected) in [
            ("twilioAuthToken", "TWILIO_AUTH_TOKEN"),
            ("x-api-key", "X_API_KEY"),
            ("Authorization", "AUTHORIZATION"),
            ("secret", "SECRET"),
        ] {
            assert_eq!(variable(&root.key(key)), expected);
        }
    }
}
