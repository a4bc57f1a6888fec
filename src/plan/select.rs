//! `--only` and `--target`: nothing else is written.

use globset::{Glob, GlobMatcher};

use crate::kinds::Kind;
use crate::model::Address;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::load::did_you_mean;

/// What a run may write.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    only: Option<&'static Kind>,
    targets: Vec<(String, GlobMatcher)>,
}

impl Selection {
    /// A selection from `--only` and the patterns of `--target`.
    ///
    /// # Errors
    /// A pattern is not a glob.
    pub fn new(only: Option<&'static Kind>, targets: &[String]) -> Result<Self, Diagnostic> {
        let matcher = |pattern: &String| match Glob::new(pattern) {
            Ok(glob) => Ok((pattern.clone(), glob.compile_matcher())),
            Err(error) => Err(Diagnostic::usage(format!("--target {pattern} is not a valid pattern: {error}"))),
        };
        Ok(Self { only, targets: targets.iter().map(matcher).collect::<Result<_, _>>()? })
    }

    /// Whether an entry, or an object that is to become one, is selected.
    pub fn selects(&self, address: &Address) -> bool {
        self.only.is_none_or(|kind| kind.section == address.section) && {
            let name = address.to_string();
            self.targets.is_empty() || self.targets.iter().any(|(_, target)| target.is_match(&name))
        }
    }

    /// Whether everything is selected.
    pub fn is_all(&self) -> bool {
        self.only.is_none() && self.targets.is_empty()
    }

    /// Refuses targets that select nothing.
    ///
    /// # Errors
    /// One error per such target, with the address that was meant.
    pub fn check<'a>(&self, addresses: impl Iterator<Item = &'a Address> + Clone) -> Result<(), Diagnostics> {
        let names: Vec<String> = addresses.map(ToString::to_string).collect();
        let errors: Diagnostics = self
            .targets
            .iter()
            .filter(|(_, target)| !names.iter().any(|name| target.is_match(name)))
            .map(|(pattern, _)| {
                let error = Diagnostic::error("unknown-target", format!("--target {pattern} matches no entry"));
                match did_you_mean(pattern, names.iter().map(String::as_str)) {
                    Some(meant) => error.help(format!("did you mean {meant}?")),
                    None => error.help(
                        "write an entry as `vapi-sync plan` shows it, such as agents.receptionist; or a pattern, \
                        such as 'agents.*'",
                    ),
                }
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}
