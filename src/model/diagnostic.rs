//! Messages for people: what happened, where, what was not done because of it, and what to do next.
//!
//! Every error and warning of the library is a [`Diagnostic`]. Only [`exit_code`] turns them into an exit code.

use std::sync::Arc;

use serde::Serialize;

/// A place in a file: 1-based line and column, the column counted in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user would name it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters (not bytes).
    pub column: usize,
    /// The number of characters to underline. At least 1.
    pub width: usize,
}

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It stops the run or a part of it.
    Error,
    /// The run goes on.
    Warning,
    /// For information.
    Note,
}

/// The kinds of failure, by exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Failure {
    /// Something is wrong: 1.
    #[default]
    Error,
    /// The command line cannot be understood: 64.
    Usage,
    /// You must decide something: 3.
    Waits,
    /// The user stopped the run: 130.
    Interrupted,
}

/// One message, with its place and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable, documented word: `unknown-reference`.
    pub code: &'static str,
    /// Error, warning or note.
    pub severity: Severity,
    /// What happened, one sentence, no full stop needed.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The line of text at `place`, without its line end.
    pub snippet: Option<String>,
    /// The exit code it asks for, if it is an error.
    pub failure: Failure,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            help: None,
            place: None,
            snippet: None,
            failure: Failure::Error,
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A note.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// An error in how the program was called.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { failure: Failure::Usage, ..Self::error("usage", message) }
    }

    /// Adds a line on what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds the line of text at its place.
    #[must_use]
    pub fn snippet(mut self, line: impl Into<String>) -> Self {
        self.snippet = Some(line.into());
        self
    }
}

/// Several messages: a run reports all errors that it finds, not only the first.
pub type Diagnostics = Vec<Diagnostic>;

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        vec![diagnostic]
    }
}

/// Adds to each message the line of text at its place, if `line` knows the file.
pub fn attach_snippets<'l>(diagnostics: &mut [Diagnostic], line: impl Fn(&Place) -> Option<&'l str>) {
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.snippet.is_none()) {
        diagnostic.snippet = diagnostic.place.as_ref().and_then(&line).map(str::to_owned);
    }
}

/// The parts of a run's result that its exit code depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// Some writes failed, the rest was done.
    pub writes_failed: bool,
    /// Something was held back.
    pub held_back: bool,
    /// `--detailed-exitcode` was given and there is something to do.
    pub changes_found: bool,
}

/// The exit code of a run: 130, 64, 1, 4, 3, 2, 0, the first that applies.
pub fn exit_code(errors: &[Diagnostic], ending: Ending) -> u8 {
    let errors = || errors.iter().filter(|d| d.severity == Severity::Error);
    if errors().any(|d| d.failure == Failure::Interrupted) {
        130
    } else if errors().any(|d| d.failure == Failure::Usage) {
        64
    } else if errors().any(|d| d.failure == Failure::Error) {
        1
    } else if ending.writes_failed {
        4
    } else if ending.held_back || errors().next().is_some() {
        3
    } else if ending.changes_found {
        2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_applies_decides() {
        let all = Ending { writes_failed: true, held_back: true, changes_found: true };
        let interrupted = Diagnostic { failure: Failure::Interrupted, ..Diagnostic::error("interrupted", "") };
        let usage = Diagnostic::usage("");
        let error = Diagnostic::error("x", "");
        let waits = Diagnostic { failure: Failure::Waits, ..Diagnostic::error("waits", "") };
        let table: [(&[Diagnostic], Ending, u8); 10] = [
            (&[waits.clone(), error.clone()], Ending::default(), 1),
            (&[waits], Ending::default(), 3),
            (&[error.clone(), usage.clone(), interrupted], all, 130),
            (&[error.clone(), usage], all, 64),
            (&[error], all, 1),
            (&[Diagnostic::warning("w", "")], Ending::default(), 0),
            (&[], all, 4),
            (&[], Ending { writes_failed: false, ..all }, 3),
            (&[], Ending { changes_found: true, ..Ending::default() }, 2),
            (&[], Ending::default(), 0),
        ];
        for (errors, ending, expected) in table {
            assert_eq!(exit_code(errors, ending), expected, "{errors:?} {ending:?}");
        }
    }
}
