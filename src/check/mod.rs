//! Everything that can be said of a state file without Vapi.
//!
//! In: what the file says ([`Desired`]). Out: findings, each with its place.
//!
//! ```text
//! desired ──→ entries ─→ noticed   references to nowhere, includes, variables
//!                  ├─→ identity  twins
//!                  ├─→ walk      each config beside its table: fields, types, ranges, words, secrets, texts
//!                  └─→ numbers, rings   what takes more than one entry to see
//!                                      └──→ allow ──→ findings
//! ```
//!
//! Configs are held against the tables of [`crate::kinds`], from which the schema for editors is made as well: the two cannot
//! disagree.

mod allow;
mod compile;
mod elsewhere;
pub mod fetch;
mod flat;
mod numbers;
mod place;
mod reading;
mod rings;
mod room;
mod scalar;
mod secrets;
pub mod spec;
mod texts;
mod walk;

use std::collections::BTreeSet;

use self::secrets::SECRET;
use crate::document::Document;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::plan::pair::{Candidates, Listings, identify};
use crate::state::includes::IncludeSource;
use crate::state::load::{Entry, StateFile};
use crate::state::resolve::Desired;

/// What a check is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Fields that are not known are errors, not warnings.
    pub strict: bool,
}

/// What is said of a file, in the order of the file.
#[derive(Debug, Default)]
pub struct Findings {
    /// Errors that make the file unreadable as a whole: identity, references, includes.
    pub errors: Diagnostics,
    /// Errors about single values: Vapi would refuse them, as far as can be told here. What Vapi holds already it does not
    /// refuse, whatever we think of it.
    pub doubts: Diagnostics,
    /// Warnings and notes.
    pub others: Diagnostics,
}

impl Findings {
    /// All of them.
    pub fn all(self) -> Diagnostics {
        let Findings { errors, doubts, others } = self;
        let mut all = [errors, doubts, others].concat();
        all.sort_by(|one, two| one.place.cmp(&two.place));
        all
    }
}

/// Looks at a file.
///
/// What the parser and [`crate::state::load::interpret`] refuse is found before; this is what goes beyond. Entries that the file
/// ignores are not looked at. `# vapi-sync: allow CODE` beside a line takes its finding away, as far as
/// [`may_be_allowed`] goes.
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
    if let Err(twins) = identify(desired, &Listings::new(), &Candidates::default()) {
        found.extend(twins);
    }
    let mut of_values = walk::entries(state.document, &looked_at, includes, env, options);
    of_values.extend(numbers::check(&looked_at));
    of_values.extend(rings::check(&looked_at));
    let key = |finding: &Diagnostic| (finding.code, finding.place.clone(), finding.message.clone());
    let values: BTreeSet<_> = of_values.iter().map(key).collect();
    found.extend(of_values);
    let mut findings = Findings::default();
    for finding in tidy(state, found) {
        match finding.severity {
            // A secret in the open is never one that Vapi and the file agreed on.
            Severity::Error if finding.code != SECRET && values.contains(&key(&finding)) => {
                findings.doubts.push(finding)
            }
            Severity::Error => findings.errors.push(finding),
            Severity::Warning | Severity::Note => findings.others.push(finding),
        }
    }
    findings
}

/// Whether a warning is about the key `on` of a hook: that is Vapi's own word, and every reader of this file takes keys
/// for text.
fn is_hook_event(document: &Document, warning: &Diagnostic) -> bool {
    let key = |place: &Place| -> String {
        document.line_text(place.line).chars().skip(place.column - 1).take(place.width + 1).collect()
    };
    warning.code == "yaml11" && warning.place.as_ref().is_some_and(|place| key(place) == "on:")
}

/// Whether a comment in the file can take a finding away: warnings and notes, and errors that are a matter of judgement.
pub fn may_be_allowed(finding: &Diagnostic) -> bool {
    allow::may_be_allowed(finding)
}

/// Findings once each, without those that the file allows, in the order of the file.
fn tidy(state: &StateFile<'_>, found: Diagnostics) -> Diagnostics {
    let allowed = allow::Allowed::of(state.document);
    let mut seen = BTreeSet::new();
    let mut found: Diagnostics = found
        .into_iter()
        .filter(|finding| !allowed.covers(finding))
        // What stands behind an anchor is seen once for each of its users.
        .filter(|finding| seen.insert((finding.code, finding.place.clone(), finding.message.clone())))
        .collect();
    found.sort_by(|a, b| a.place.cmp(&b.place));
    mask_secrets(state.document, &mut found);
    found
}

/// Shows the lines that hold secrets with stars in their place: what is said of them ends up in the log of a CI.
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
