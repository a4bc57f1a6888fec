//! What a person decided beforehand.

use crate::model::Address;
use crate::plan::judge::{OnConflict, OnDrift};

/// What a person decided beforehand.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// `--on-drift`, the last that names an address counts.
    pub on_drift: Rules<OnDrift>,
    /// `--on-conflict`, likewise.
    pub on_conflict: Rules<OnConflict>,
    /// `--allow-purchase`.
    pub allow_purchase: bool,
    /// `--declared-only`: what the file does not speak of is not captured.
    pub declared_only: bool,
    /// `--send-secrets`: secrets that Vapi does not show are sent.
    pub send_secrets: bool,
    /// Nothing comes of the plan but its numbers: what could not be sent is no error.
    pub only_looks: bool,
}

/// What a person can choose for an address.
pub trait Choice: Copy + Default + 'static {
    /// All choices, each with its word.
    const WORDS: &'static [(&'static str, Self)];
}

impl Choice for OnDrift {
    const WORDS: &'static [(&'static str, Self)] = &[("overwrite", OnDrift::Overwrite), ("hold", OnDrift::Hold)];
}

impl Choice for OnConflict {
    const WORDS: &'static [(&'static str, Self)] =
        &[("file", OnConflict::File), ("vapi", OnConflict::Vapi), ("hold", OnConflict::Hold)];
}

/// A choice for all addresses, and others for some.
#[derive(Debug, Clone, Default)]
pub struct Rules<T> {
    /// For all that no rule names.
    pub default: T,
    /// For addresses that match the glob; later ones win.
    pub rules: Vec<(globset::GlobMatcher, T)>,
}

impl<T: Choice> Rules<T> {
    /// Rules from texts: `overwrite` for all addresses, `overwrite=agents.receptionist` (a glob) for some.
    ///
    /// # Errors
    /// A word that is no choice, or an address that is no glob, in words.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let mut rules = Self::default();
        for text in texts {
            let (word, address) = match text.split_once('=') {
                Some((word, address)) => (word, Some(address)),
                None => (text.as_str(), None),
            };
            let known = || T::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            let choice = T::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
            let (_, choice) = choice.ok_or_else(|| format!("one of: {}", known()))?;
            match address {
                Some(address) => {
                    let glob = globset::Glob::new(address).map_err(|error| error.to_string())?;
                    rules.rules.push((glob.compile_matcher(), *choice));
                }
                None => rules.default = *choice,
            }
        }
        Ok(rules)
    }
}

impl<T: Copy> Rules<T> {
    /// The choice for an address.
    pub fn of(&self, address: &Address) -> T {
        let name = address.to_string();
        let rule = self.rules.iter().rev().find(|(glob, _)| glob.is_match(&name));
        rule.map_or(self.default, |(_, choice)| *choice)
    }
}
