//! Finds plain-text secrets.

use crate::kinds::{Spot, is_masked};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Trail, keys, variable};
use crate::state::template::{self, Token};

/// The code of the finding: its line must be masked.
pub(super) const SECRET: &str = "secret-in-file";

/// The finding about a text that holds a secret.
pub(super) fn check(text: &str, spot: Spot, trail: &Trail<'_>) -> Option<Diagnostic> {
    if is_named_secret(spot, trail) {
        return is_open(text).then(|| {
            Diagnostic::error("secret-in-file", format!("{} is a secret in plain text", trail.path())).help(format!(
                "write ${{env:{}}} and set that variable where vapi-sync runs",
                variable([trail.last_key().unwrap_or("SECRET")])
            ))
        });
    }
    let (_, owner) = keys::find(text).next()?;
    Some(
        Diagnostic::error(SECRET, format!("{} seems to contain {owner}", trail.path()))
            .help("write ${env:NAME} and set that variable where vapi-sync runs; if the key was committed, revoke it"),
    )
}

/// Whether a field is a secret by its name. Headers and credentials can hold anything, so there the name
/// must say so.
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

/// Whether a text is in the clear: not from the environment, not filled in during the call, not masked by Vapi.
fn is_open(text: &str) -> bool {
    let from_elsewhere = || template::parse(text).iter().any(|token| matches!(token, Token::Env(_) | Token::Var(_)));
    !text.trim().is_empty() && !text.contains("{{") && !is_masked(text) && !from_elsewhere()
}
