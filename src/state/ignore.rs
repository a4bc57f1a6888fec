//! What a file ignores, by id, handle, name, number or glob.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::load::{Entry, Reader};
use crate::document::{Node, View};
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::{RemoteId, escape};

/// The patterns of `ignore`, by kind.
#[derive(Default)]
pub struct Ignore {
    patterns: HashMap<&'static str, GlobSet>,
    ids: Vec<(&'static str, RemoteId)>,
}

impl Ignore {
    /// Whether a pattern matches one of the names of an object.
    pub fn matches<'n>(&self, kind: &Kind, names: impl IntoIterator<Item = &'n str>) -> bool {
        let set = self.patterns.get(kind.section);
        let is_let_go = |name: &str| self.ids.iter().any(|(of, id)| *of == kind.section && id.as_str() == name);
        names.into_iter().any(|name| set.is_some_and(|set| set.is_match(name)) || is_let_go(name))
    }

    /// Adds an object.
    pub(super) fn also(&mut self, kind: &Kind, id: &RemoteId) {
        self.ids.push((kind.section, id.clone()));
    }

    /// Whether an entry of the file is ignored; `name` is the text that identifies it.
    pub fn matches_entry(&self, entry: &Entry<'_>, name: Option<&str>) -> bool {
        let id = entry.id.as_ref().map(RemoteId::as_str);
        self.matches(entry.kind, [entry.address.handle.as_str()].into_iter().chain(id).chain(name))
    }
}

impl Reader {
    /// Joins the patterns of several.
    pub(super) fn ignore<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>>) -> Ignore {
        let mut sets: HashMap<&'static str, GlobSetBuilder> = HashMap::new();
        for node in nodes {
            match node.view() {
                View::Map | View::Null => {}
                _ => self.wrong_type(node, "ignore", "lists, under `agents`, `phone_numbers` and the like"),
            }
            for entry in node.entries() {
                let Some(kind) = KINDS.into_iter().find(|kind| kind.section == entry.key) else {
                    self.unknown_word(&entry, "ignore", KINDS.iter().map(|kind| kind.section));
                    continue;
                };
                if !matches!(entry.value.view(), View::List | View::Null) {
                    self.wrong_type(
                        entry.value,
                        entry.key,
                        "a list of ids, handles, names, numbers or patterns such as `Test*`",
                    );
                    continue;
                }
                self.patterns(entry.value, sets.entry(kind.section).or_insert_with(GlobSetBuilder::new));
            }
        }
        let built = sets.into_iter().filter_map(|(section, set)| Some((section, set.build().ok()?)));
        Ignore { patterns: built.collect(), ..Ignore::default() }
    }

    fn patterns(&mut self, list: Node<'_>, set: &mut GlobSetBuilder) {
        for item in list.items() {
            let View::Text(text) = item.view() else {
                self.wrong_type(
                    item,
                    "an item of `ignore`",
                    "an id, a handle, a name, a number or a pattern such as `Test*`, as text",
                );
                continue;
            };
            if let Some(at) = escape::first_hidden(text) {
                let hidden: String = text[at..].chars().take(1).collect();
                let message = format!("an item of `ignore` contains {}, which is invisible", escape::line(&hidden));
                self.warnings.push(
                    Diagnostic::warning("hidden-text", message).at(item.place()).help(
                        "it ignores only what has the same character in its name: delete it, unless that is meant",
                    ),
                );
            }
            // A name may look like an invalid glob: `Front [desk`.
            let glob = GlobBuilder::new(text).build().or_else(|_| GlobBuilder::new(&globset::escape(text)).build());
            if let Ok(glob) = glob {
                set.add(glob);
            }
            if let Ok(literal) = GlobBuilder::new(&globset::escape(text)).build() {
                set.add(literal);
            }
        }
    }
}
