//! Text from the other side, made fit to be shown: without our secrets, and not too long.

use crate::model::{SENSITIVE, Secret};

/// How much of one text is shown, in characters.
pub(super) const SHOWN: usize = 300;

/// Below this length a secret is a word like any other, and hiding it everywhere would only garble the message.
const SHORTEST_SECRET: usize = 6;

/// Knows what must not be shown, should the service repeat what it was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Censor {
    hidden: Vec<Secret>,
}

impl Censor {
    /// The same, which also hides these. The longest go first, so that one inside another leaves no rest.
    pub(super) fn and(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let length = |secret: &Secret| secret.expose().map_or(0, str::len);
        self.hidden.extend(secrets.into_iter().filter(|secret| length(secret) >= SHORTEST_SECRET));
        self.hidden.sort_by_key(|secret| std::cmp::Reverse(length(secret)));
        self
    }

    /// The text without secrets, cut to a bearable length. Cut last: half a secret would not be found.
    pub(super) fn show(&self, text: &str) -> String {
        let mut text = std::borrow::Cow::Borrowed(text);
        for secret in self.hidden.iter().filter_map(Secret::expose) {
            if text.contains(secret) {
                text = text.replace(secret, SENSITIVE).into();
            }
        }
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_whole_and_before_the_cut() {
        let secrets = [
            Secret::new("s3cr3t", vec![]),
            Secret::new("s3cr3t-and-more", vec![]),
            Secret::new("a", vec![]),
            Secret::missing(vec![]),
        ];
        let censor = Censor::default().and(secrets);
        assert_eq!(censor.show("a s3cr3t-and-more, s3cr3t"), "a (sensitive), (sensitive)");
        let shown = censor.show(&format!("{}s3cr3t", "é".repeat(SHOWN - 3)));
        assert!(shown.ends_with("é(se…") && !shown.contains("s3c"), "{shown}");
    }
}
