//! Diagnostics as commands of a GitHub workflow, which shows them beside the lines of a pull request.
//!
//! Source: "Workflow commands for GitHub Actions", and the escapes of `@actions/core`.

use crate::model::diagnostic::{Diagnostic, Severity};
use crate::model::{Redactor, escape};

/// One `::error file=…::…` line per diagnostic, for stderr.
pub fn annotations(diagnostics: &[Diagnostic], redactor: &Redactor) -> String {
    diagnostics.iter().map(|diagnostic| one(diagnostic, redactor)).collect()
}

fn one(diagnostic: &Diagnostic, redactor: &Redactor) -> String {
    let Diagnostic { code, severity, message, help, place, snippet: _, failure: _ } = diagnostic;
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = place.as_ref().map(|place| {
        let end = place.column.saturating_add(place.width.max(1));
        let file = property(&safe(&place.file, redactor));
        format!("file={file},line={},col={},endColumn={end},", place.line, place.column)
    });
    let help = help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let said = data(&safe(&format!("{message}{help}"), redactor));
    format!("::{command} {}title={}::{said}\n", place.unwrap_or_default(), property(code))
}

fn safe(text: &str, redactor: &Redactor) -> String {
    escape::lines(&redactor.text(text)).into_owned()
}

fn data(text: &str) -> String {
    // The old form of a command is recognised anywhere in a line.
    text.replace("##[", "# #[").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
