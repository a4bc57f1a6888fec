//! Checks a state file offline.
//!
//! In: the desired state ([`Desired`]). Out: findings, each with its place.
//!
//! ```text
//! desired ──→ entries ─→ noticed   broken references, includes, variables
//!                  ├─→ identity  twins
//!                  ├─→ walk      each config against its table: fields, types, ranges, words, secrets, texts
//!                  └─→ numbers, rings, sides   checks across entries
//!                                      └──→ allow ──→ findings
//! ```
//!
//! Configs are checked against the tables of [`crate::kinds`]. The editor schema is made from them too, so the two cannot
//! disagree.

mod allow;
mod compile;
mod elsewhere;
pub mod fetch;
mod flat;
mod lint;
mod misspelt;
mod numbers;
mod place;
mod reading;
mod rings;
mod room;
mod scalar;
mod secrets;
mod sides;
pub mod spec;
mod texts;
mod walk;

use std::collections::BTreeSet;

use self::secrets::SECRET;
use crate::document::Document;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::plan::pair::{Candidates, Listings, identify};
use crate::state::ids::OtherFiles;
use crate::state::includes::IncludeSource;
use crate::state::load::{Entry, StateFile};
use crate::state::resolve::Desired;

/// Options of a check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Unknown fields are errors, not warnings.
    pub strict: bool,
}

/// The findings about a file, in file order.
#[derive(Debug, Default)]
pub struct Findings {
    /// Errors that make the file unreadable as a whole: identity, references, includes.
    pub errors: Diagnostics,
    /// Errors about single values. They may be wrong: Vapi accepts a value that it already has, whatever the tables say.
    pub doubts: Diagnostics,
    /// Warnings and notes.
    pub others: Diagnostics,
}

impl Findings {
    /// All findings, in file order.
    pub fn all(self) -> Diagnostics {
        let Findings { errors, doubts, others } = self;
        let mut all = [errors, doubts, others].concat();
        all.sort_by(|one, two| one.place.cmp(&two.place));
        all
    }
}

/// Checks a file.
///
/// The parser and [`crate::state::load::interpret`] have reported their errors before. Entries that the file
/// ignores are skipped. `# vapi-sync: allow CODE` at a line silences its finding, if
/// [`may_be_allowed`] permits it.
pub fn check(
    desired: &Desired<'_>,
    includes: &dyn IncludeSource,
    env: &dyn Fn(&str) -> Option<String>,
    options: &Options,
) -> Findings {
    let state = &desired.file;
    let looked_at: Vec<&Entry<'_>> = state.entries.iter().filter(|entry| !desired.is_ignored(entry)).collect();
    let mut found = state.document.warnings();
    found.retain(|warning| !is_hook_event(state.document, warning));
    found.extend_from_slice(&desired.noticed.errors);
    found.extend_from_slice(&desired.noticed.warnings);
    if let Err(twins) = identify(desired, &Listings::new(), &Candidates::default(), &OtherFiles::new()) {
        found.extend(twins);
    }
    let mut of_values = walk::entries(state.document, &looked_at, &state.variables, includes, env, options);
    of_values.extend(numbers::check(&looked_at));
    of_values.extend(rings::check(&looked_at));
    of_values.extend(sides::check(&looked_at));
    let key = |finding: &Diagnostic| (finding.code, finding.place.clone(), finding.message.clone());
    let values: BTreeSet<_> = of_values.iter().map(key).collect();
    found.extend(of_values);
    let mut findings = Findings::default();
    for finding in tidy(state, found) {
        match finding.severity {
            // A plain-text secret is always an error.
            Severity::Error if finding.code != SECRET && values.contains(&key(&finding)) => {
                findings.doubts.push(finding)
            }
            Severity::Error => findings.errors.push(finding),
            Severity::Warning | Severity::Note => findings.others.push(finding),
        }
    }
    findings
}

/// Whether a warning is about the key `on` of a hook: the name is Vapi's, and all readers of this file take keys
/// as text.
fn is_hook_event(document: &Document, warning: &Diagnostic) -> bool {
    let key = |place: &Place| -> String {
        document.line_text(place.line).chars().skip(place.column - 1).take(place.width + 1).collect()
    };
    warning.code == "yaml11" && warning.place.as_ref().is_some_and(|place| key(place) == "on:")
}

/// Whether a comment can silence a finding: warnings, notes, and errors that are a matter of judgement.
pub fn may_be_allowed(finding: &Diagnostic) -> bool {
    allow::may_be_allowed(finding)
}

/// Sorts and deduplicates findings, and drops those that the file silences.
fn tidy(state: &StateFile<'_>, found: Diagnostics) -> Diagnostics {
    let allowed = allow::Allowed::of(state.document);
    let mut seen = BTreeSet::new();
    let mut found: Diagnostics = found
        .into_iter()
        .filter(|finding| !allowed.covers(finding))
        // A value with an anchor is checked once per alias.
        .filter(|finding| seen.insert((finding.code, finding.place.clone(), finding.message.clone())))
        .collect();
    found.sort_by(|a, b| a.place.cmp(&b.place));
    mask_secrets(state.document, &mut found);
    found
}

/// Masks lines with secrets by stars: findings end up in CI logs.
fn mask_secrets(document: &Document, found: &mut [Diagnostic]) {
    let secrets: Vec<Place> =
        found.iter().filter(|finding| finding.code == SECRET).filter_map(|finding| finding.place.clone()).collect();
    for finding in found.iter_mut() {
        let Some(place) = &finding.place else { continue };
        let mut masks =
            secrets.iter().filter(|secret| secret.line == place.line && secret.file == place.file).peekable();
        if masks.peek().is_none() {
            continue;
        }
        let mut line: Vec<char> = document.line_text(place.line).chars().collect();
        for secret in masks {
            let (start, end) = (secret.column - 1, secret.column - 1 + secret.width);
            line.iter_mut().take(end).skip(start).for_each(|c| *c = '*');
        }
        finding.snippet = Some(line.into_iter().collect());
    }
}
