//! Which kinds a file manages.

use super::load::{Reader, did_you_mean};
use crate::document::{Node, View};
use crate::kinds::{self, KINDS, Kind};
use crate::model::diagnostic::Diagnostic;

/// The kinds that a file manages, and those that have a section.
#[derive(Default)]
pub struct Managed {
    /// The kinds in `manage`; `None` without `manage`.
    named: Option<Vec<&'static Kind>>,
    /// The kinds that have a section.
    sections: Vec<&'static Kind>,
}

impl Managed {
    /// Whether the file may have entries of a kind.
    pub fn manages(&self, kind: &Kind) -> bool {
        self.named.as_ref().is_none_or(|named| named.contains(&kind))
    }

    /// Whether a kind counts. An old file says nothing about a new kind until a pull writes its section.
    pub fn counts(&self, kind: &Kind) -> bool {
        self.manages(kind) && (self.named.is_some() || kind.is_everywhere || self.sections.contains(&kind))
    }
}

impl Reader {
    /// Reads which kinds the file manages. A section of a kind that is not in `manage` is an error.
    pub(super) fn managed(&mut self, root: Node<'_>) -> Managed {
        let mut managed = Managed::default();
        if let Some(node) = root.get("manage") {
            managed.named = self.named_kinds(node);
        }
        for entry in root.entries() {
            let Some(kind) = kinds::by_section(entry.key) else { continue };
            managed.sections.push(kind);
            if !managed.manages(kind) {
                let message = format!("`manage` leaves out {}, but the file has a section for them", kind.nouns);
                self.errors.push(
                    Diagnostic::error("not-managed", message)
                        .at(entry.key_place())
                        .help(format!("add `{}` to `manage`, or delete the section", kind.section)),
                );
            }
        }
        managed
    }

    fn named_kinds(&mut self, node: Node<'_>) -> Option<Vec<&'static Kind>> {
        match node.view() {
            View::Null => return None,
            View::List => {}
            _ => {
                self.wrong_type(node, "manage", "a list of kinds: `[agents, phone_numbers]`");
                return None;
            }
        }
        let mut named = Vec::new();
        for item in node.items() {
            let word = item.as_text().unwrap_or_default();
            let sections = KINDS.iter().map(|kind| kind.section);
            match kinds::by_section(word) {
                Some(kind) => named.push(kind),
                None => {
                    let help = match did_you_mean(word, sections.clone()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("the kinds are: {}", sections.collect::<Vec<_>>().join(", ")),
                    };
                    let error = Diagnostic::error("unknown-word", format!("{word:?} is not a kind of object"));
                    self.errors.push(error.at(item.place()).help(help));
                }
            }
        }
        Some(named)
    }
}
