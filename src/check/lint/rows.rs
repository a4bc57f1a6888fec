//! Fields that Vapi ignores or refuses in one place, although it takes them elsewhere.

use super::Looked;
use crate::model::Trail;
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// A field in the wrong place.
struct Row {
    /// The title of the table of its mapping.
    of: &'static str,
    /// Whether it holds for a mapping of this type.
    holds: fn(&str) -> bool,
    /// Its path.
    path: &'static str,
    /// What Vapi does with it.
    fate: Fate,
    help: &'static str,
}

/// What Vapi does with a field.
#[derive(Clone, Copy)]
enum Fate {
    Ignored,
    Refused,
    /// No table has it here.
    Unknown,
}

/// `of`, a type, `path`, what Vapi does with it, help.
macro_rules! rows {
    ($($of:literal $holds:expr, $path:literal, $fate:ident: $help:literal;)+) => {
        &[$(Row { of: $of, holds: $holds, path: $path, fate: Fate::$fate, help: $help }),+]
    };
}

const ROWS: &[Row] = rows! {
    "Tool" |word| word == "apiRequest", "function.parameters", Ignored: "delete it: Vapi makes it from `body`";
    "Tool" |word| word == "apiRequest", "async", Unknown: "delete it: a request is always waited for";
    "Tool" |word| word == "apiRequest", "server", Unknown: "delete it: its address is `url`, its limit `timeoutSeconds`";
    "Tool" |word| word == "function", "timeoutSeconds", Unknown: "write it as `server.timeoutSeconds`";
    "Tool" |word| !matches!(word, "apiRequest" | "function"), "parameters", Unknown:
        "fixed values are for tools of type apiRequest and function";
    "Model" |_| true, "functions", Unknown: "write each as a tool of type function under `tools`";
    "Squad" |_| true, "membersOverrides.model.toolIds", Ignored: "give all members more tools with `tools:append`";
    "Overrides" |_| true, "model.toolRefs", Refused: "pin the tool in the agent itself";
    "MemberOverrides" |_| true, "model.toolRefs", Refused: "pin the tool in the agent itself";
};

/// What is to be said of a field that its mapping does not have.
pub(in crate::check) fn misplaced(title: &str, word: Option<&str>, key: &str, trail: &Trail<'_>) -> Option<Diagnostic> {
    let is_it = |row: &&Row| row.of == title && row.path == key && (row.holds)(word.unwrap_or_default());
    let row = ROWS.iter().find(is_it)?;
    let message = format!("{} does not belong here: Vapi ignores it, or refuses it", trail.key(key).path());
    Some(Diagnostic::warning("misplaced-field", message).help(row.help))
}

/// The findings about the fields of a mapping.
pub(super) fn check(title: &str, looked: &Looked<'_>) -> Diagnostics {
    let word = looked.seen.text_at("type").unwrap_or_default();
    let rows = ROWS.iter().filter(|row| row.of == title && (row.holds)(word) && looked.seen.at(row.path).is_some());
    let finding = |row: &Row| {
        let path = looked.path(row.path);
        let finding = match row.fate {
            Fate::Ignored => Diagnostic::warning("ignored-field", format!("Vapi ignores {path}")),
            Fate::Refused => Diagnostic::warning("refused-field", format!("Vapi refuses {path}")),
            Fate::Unknown => return None,
        };
        Some(finding.at(looked.seen.place_of(row.path)).help(row.help))
    };
    rows.filter_map(finding).collect()
}
