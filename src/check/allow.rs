//! `# vapi-sync: allow CODE, CODE`: comments that silence findings.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::document::{Document, Node, View};
use crate::model::diagnostic::{Diagnostic, Severity};

/// The start of such a comment, without `#`.
const MARK: &str = "vapi-sync: allow ";

/// Errors that a comment can silence too: they guess what a value is, or what Vapi has or knows.
const JUDGEMENTS: [&str; 3] = ["secret-in-file", "missing-field", "misspelt-field"];

/// Whether a comment can silence a finding.
pub(super) fn may_be_allowed(finding: &Diagnostic) -> bool {
    finding.severity != Severity::Error || JUDGEMENTS.contains(&finding.code)
}

/// Lines with silenced findings, by code.
#[derive(Debug, Default)]
pub(super) struct Allowed<'d> {
    lines: HashMap<&'d str, Vec<RangeInclusive<usize>>>,
    file: &'d str,
}

impl<'d> Allowed<'d> {
    /// The findings that a document silences.
    pub(super) fn of(document: &'d Document) -> Self {
        let mut allowed = Self { lines: HashMap::new(), file: document.name() };
        // Most files have no such comment: skip the walk.
        if document.text().contains(MARK)
            && let Some(root) = document.root()
        {
            allowed.note(document, root, None);
        }
        allowed
    }

    fn note(&mut self, document: &'d Document, node: Node<'d>, key_line: Option<usize>) {
        for comment in node.comments() {
            let codes = comment.strip_prefix(MARK).into_iter().flat_map(|codes| codes.split([',', ' ']));
            for code in codes.filter(|code| !code.is_empty()) {
                self.lines.entry(code).or_default().push(lines_of(document, node, key_line));
            }
        }
        for entry in node.entries() {
            self.note(document, entry.value, Some(entry.key_place().line));
        }
        for item in node.items() {
            self.note(document, item, None);
        }
    }

    /// Whether the file silences a finding.
    pub(super) fn covers(&self, finding: &Diagnostic) -> bool {
        let Some(place) = finding.place.as_ref().filter(|place| *place.file == *self.file) else { return false };
        may_be_allowed(finding)
            && self.lines.get(finding.code).is_some_and(|lines| lines.iter().any(|range| range.contains(&place.line)))
    }
}

/// The lines that a comment at a value covers: of a scalar all from its key on, of a collection the first.
fn lines_of(document: &Document, node: Node<'_>, key_line: Option<usize>) -> RangeInclusive<usize> {
    let first = key_line.unwrap_or_else(|| node.place().line);
    match node.view() {
        View::List | View::Map => first..=first,
        _ => {
            let range = node.range();
            first..=document.place(range.end.saturating_sub(1).max(range.start)..range.end).line.max(first)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_for_its_value_and_no_other() {
        let text = "\
a: 1 # vapi-sync: allow x
b: 2
# vapi-sync: allow x, y
c: |
  text

  text
d: # vapi-sync: allow z
  e: 3
";
        let document = Document::parse("f", text).unwrap();
        let allowed = Allowed::of(&document);
        let lines = |code: &'static str, make: fn(&'static str, String) -> Diagnostic| -> Vec<usize> {
            let covers = |line: usize| {
                let start = document.text().split_inclusive('\n').take(line - 1).map(str::len).sum();
                allowed.covers(&make(code, String::new()).at(document.place(start..start)))
            };
            (1..=9).filter(|line| covers(*line)).collect()
        };
        assert_eq!(lines("x", Diagnostic::warning), [1, 4, 5, 6, 7]);
        assert_eq!(lines("y", Diagnostic::note), [4, 5, 6, 7]);
        assert_eq!(lines("z", Diagnostic::warning), [8]);
        assert_eq!(lines("x", Diagnostic::error), [0; 0]);
    }
}
