//! Diagnostics for a terminal, as rustc shows them.
//!
//! ```text
//! error[unknown-reference]: there is no agent `receptionst` in this file
//!   --> vapi-state.yaml:12:18
//!    |
//! 12 |     assistantId: ${agent:receptionst}
//!    |                  ^^^^^^^^^^^^^^^^^^^^
//!    = help: did you mean `${agent:receptionist}`?
//! ```

use std::collections::HashMap;

use anstyle::Style;

use super::super::columns;
use super::super::palette::{Palette, paint};
use crate::model::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Redactor, escape};

/// The columns of a line of the file to show. Text further away from the place is cut.
const COLUMNS: usize = 100;
/// The minimum number of columns to show before the place.
const BEFORE: usize = 30;
/// The width of a tab, in spaces.
const TAB: &str = "    ";

/// Diagnostics as text, one after the other. Empty if there are none; else ends with a line end.
pub fn text(diagnostics: &[Diagnostic], palette: Palette, redactor: &Redactor) -> String {
    diagnostics.iter().map(|diagnostic| one(diagnostic, palette, redactor)).collect()
}

/// The number of errors of one code to show. The rest is counted.
const ERRORS: usize = 20;

/// As [`text`], but for each code only the first errors and a line that counts the others. For warnings and notes one line
/// per code, with the first one and their number.
pub fn folded(diagnostics: &[Diagnostic], palette: Palette, redactor: &Redactor) -> String {
    let mut out = String::new();
    let mut seen: HashMap<(&str, Severity), usize> = HashMap::new();
    for diagnostic in diagnostics {
        let kind = (diagnostic.code, diagnostic.severity);
        let is_error = diagnostic.severity == Severity::Error;
        let seen = seen.entry(kind).or_default();
        *seen += 1;
        let count = || diagnostics.iter().filter(|other| (other.code, other.severity) == kind).count();
        // Findings without a place in the file are not seen offline.
        let all = if diagnostic.place.is_some() { "`vapi-sync validate` lists" } else { "`-v` shows" };
        match *seen {
            1 if !is_error => out.push_str(&one_line(diagnostic, count() - 1, all, palette, redactor)),
            at if is_error && at <= ERRORS => out.push_str(&one(diagnostic, palette, redactor)),
            at if is_error && at == ERRORS + 1 => {
                let line = format!("… and {} more like it ({all} them all)", count() - ERRORS);
                out.push_str(&format!("{}\n", paint(palette.quiet, &line)));
            }
            _ => {}
        }
    }
    out
}

fn one_line(diagnostic: &Diagnostic, others: usize, all: &str, palette: Palette, redactor: &Redactor) -> String {
    let Diagnostic { message, help, place, .. } = diagnostic;
    let mut rest = String::new();
    if let Some(place) = place {
        let file = redactor.text(&place.file);
        rest.push_str(&format!(" ({}:{}:{})", escape::line(&file), place.line, place.column));
    }
    match help {
        _ if others > 0 => rest.push_str(&format!(", and {others} more like it ({all} them all)")),
        Some(help) => rest.push_str(&format!("; {}", several(help, "    ", redactor))),
        None => {}
    }
    format!("{} {}{rest}\n", head(diagnostic, palette), paint(palette.strong, &several(message, "    ", redactor)))
}

/// `error[unknown-reference]:`.
fn head(diagnostic: &Diagnostic, palette: Palette) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let word = paint(style(diagnostic.severity, palette), &format!("{word}[{}]", diagnostic.code));
    format!("{word}{}", paint(palette.strong, ":"))
}

fn style(severity: Severity, palette: Palette) -> Style {
    match severity {
        Severity::Error => palette.error,
        Severity::Warning => palette.hold,
        Severity::Note => palette.strong,
    }
}

fn one(diagnostic: &Diagnostic, palette: Palette, redactor: &Redactor) -> String {
    let Diagnostic { code: _, severity, message, help, place, snippet, failure: _ } = diagnostic;
    let style = style(*severity, palette);
    let message = paint(palette.strong, &several(message, "    ", redactor));
    let mut out = format!("{} {message}\n", head(diagnostic, palette));
    let gutter = place.as_ref().map_or(1, |place| place.line.to_string().len());
    let margin = " ".repeat(gutter);
    let bar = paint(palette.quiet, "|");
    if let Some(place) = place {
        let file = escape::line(&redactor.text(&place.file)).into_owned();
        let arrow = paint(palette.quiet, "-->");
        out.push_str(&format!("{margin}{arrow} {file}:{}:{}\n", place.line, place.column));
        if let Some(snippet) = snippet {
            let (line, carets) = marked(snippet, place, redactor);
            let number = paint(palette.quiet, &columns::padded(&place.line.to_string(), gutter));
            out.push_str(&format!("{margin} {bar}\n{number} {bar} {line}\n"));
            if let Some(carets) = carets {
                let offset = " ".repeat(carets.offset);
                out.push_str(&format!("{margin} {bar} {offset}{}\n", paint(style, &"^".repeat(carets.width))));
            }
        }
    }
    if let Some(help) = help {
        let sign = paint(palette.quiet, "=");
        let indent = " ".repeat(gutter + 9);
        out.push_str(&format!(
            "{margin} {sign} {} {}\n",
            paint(palette.strong, "help:"),
            several(help, &indent, redactor)
        ));
    }
    out
}

/// Indents the later lines of a text, so that they cannot be taken for our own.
fn several(text: &str, indent: &str, redactor: &Redactor) -> String {
    let text = redactor.text(text);
    escape::lines(text.trim_end_matches('\n')).replace('\n', &format!("\n{indent}"))
}

/// The columns of the carets below a line.
struct Carets {
    offset: usize,
    width: usize,
}

/// The line of a file, escaped and cut around the place. No carets if a secret was removed, because columns are wrong then.
fn marked(snippet: &str, place: &Place, redactor: &Redactor) -> (String, Option<Carets>) {
    let redacted = redactor.text(snippet);
    if redacted != snippet {
        return (columns::cut(&shown(&redacted), COLUMNS).into_owned(), None);
    }
    let characters: Vec<char> = snippet.chars().collect();
    let from = place.column.saturating_sub(1).min(characters.len());
    let to = from.saturating_add(place.width.max(1)).min(characters.len());
    let part = |characters: &[char]| shown(&characters.iter().collect::<String>());
    let (before, marked, after) = (part(&characters[..from]), part(&characters[from..to]), part(&characters[to..]));
    let before =
        if columns::width(&before) + columns::width(&marked) > COLUMNS { cut_front(&before, BEFORE) } else { before };
    let offset = columns::width(&before);
    let marked = columns::cut(&marked, COLUMNS - offset).into_owned();
    let width = columns::width(&marked).max(1);
    let left = COLUMNS.saturating_sub(offset + width);
    let after = if left > 0 { columns::cut(&after, left).into_owned() } else { String::new() };
    (format!("{before}{marked}{after}"), Some(Carets { offset, width }))
}

fn shown(text: &str) -> String {
    escape::line(&text.replace('\t', TAB)).into_owned()
}

/// The end of a text in at most this many columns. The first one is an ellipsis if something was cut.
fn cut_front(text: &str, columns: usize) -> String {
    if columns::width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += columns::width(c.encode_utf8(&mut [0; 4]));
        used <= columns
    };
    let kept: Vec<char> = text.chars().rev().take_while(fits).collect();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}
