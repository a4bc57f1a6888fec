//! What a pull request has shown, in a form that nobody without the API key can make.
//!
//! Per entry a digest of what will be sent; over all of them, the pull request and its head a seal. Both are HMACs under the API
//! key, so that a digest tells nothing of a value, and a comment cannot be forged or moved to another pull request.

use std::collections::BTreeSet;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::model::Secret;

/// In a digest: enough where nobody can try.
const DIGEST: usize = 20;

/// Makes and checks seals for the owner of an API key.
pub struct Sealer {
    key: Secret,
}

impl Sealer {
    /// A sealer for who has this key.
    pub fn new(key: Secret) -> Self {
        Self { key }
    }

    fn mac(&self, parts: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose()?.as_bytes()).ok()?;
        for part in parts {
            mac.update(&part.len().to_le_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }

    /// The digest of what an entry will be sent.
    pub fn digest(&self, sent: &str) -> String {
        let code = self.mac(&["vapi-sync entry", sent]).map(|mac| hex(&mac.finalize().into_bytes()));
        code.map(|code| code[..DIGEST].to_owned()).unwrap_or_default()
    }

    /// The hidden line that carries the digests of a pull request at a head.
    pub fn line(&self, number: u64, head: &str, digests: &BTreeSet<String>) -> String {
        let digests: String = digests.iter().map(String::as_str).collect();
        let seal = self.mac(&["vapi-sync seal", &number.to_string(), head, &digests]);
        let seal = seal.map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default();
        format!("<!-- reviewed {head} {seal} {digests} -->")
    }

    /// The digests in the comment of a pull request whose head was `head`. Empty: it has none, it was changed, it is of
    /// another pull request, of another head or under another key.
    pub fn opened(&self, number: u64, head: &str, comment: &str) -> BTreeSet<String> {
        let line = comment.lines().find_map(|line| line.strip_prefix("<!-- reviewed ")?.strip_suffix(" -->"));
        let mut words = line.unwrap_or_default().split(' ');
        let (Some(_), Some(seal), digests) = (words.next(), words.next(), words.next().unwrap_or_default()) else {
            return BTreeSet::new();
        };
        let mac = self.mac(&["vapi-sync seal", &number.to_string(), head, digests]);
        let is_right = mac.zip(bytes(seal)).is_some_and(|(mac, seal)| mac.verify_slice(&seal).is_ok());
        let digests = digests.as_bytes().chunks_exact(DIGEST).filter(|_| is_right);
        digests.map(|digest| String::from_utf8_lossy(digest).into_owned()).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_pull_request_its_head_and_its_key_alone() {
        let sealer = Sealer::new(Secret::new("key", Vec::new()));
        let digests: BTreeSet<String> = ["a", "b"].map(|text| sealer.digest(text)).into();
        let comment = format!("<!-- m -->\n{}\ntext", sealer.line(7, "c0ffee", &digests));
        assert_eq!(sealer.opened(7, "c0ffee", &comment), digests);
        let none = BTreeSet::new();
        assert_eq!(sealer.opened(8, "c0ffee", &comment), none, "another pull request");
        assert_eq!(sealer.opened(7, "beef", &comment), none, "another head");
        assert_eq!(Sealer::new(Secret::new("other", Vec::new())).opened(7, "c0ffee", &comment), none, "another key");
        let forged = comment.replace(&sealer.digest("a"), &sealer.digest("c"));
        assert_eq!(sealer.opened(7, "c0ffee", &forged), none, "other digests");
        assert_eq!(sealer.opened(7, "c0ffee", "no line"), none);
        let empty = sealer.line(7, "c0ffee", &none);
        assert_eq!(sealer.opened(7, "c0ffee", &empty), none);
    }
}
