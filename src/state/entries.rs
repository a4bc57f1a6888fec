//! The entries of a file.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::environments::{Choice, Environments, names_in};
use super::includes::shown_include;
use super::load::{Foreign, Reader, StateFile};
use super::template::{self, Token};
use crate::document::{Node, View};
use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::escape::first_hidden;
use crate::model::{Address, RemoteId};

/// One entry of the file.
#[derive(Clone)]
pub struct Entry<'d> {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its address.
    pub address: Address,
    /// The Vapi id in the file, if there is one.
    pub id: Option<RemoteId>,
    /// The place of its handle.
    pub place: Place,
    /// The place of its id.
    pub id_place: Option<Place>,
    /// Its `config`.
    pub config: Option<Node<'d>>,
    /// The environments to which it is limited. Empty: all.
    pub environments: Vec<&'d str>,
    /// The values of the variables that it uses.
    pub variables: Vec<Node<'d>>,
    /// The places of findings about it. A long file has many findings, each about one entry.
    spots: Arc<OnceLock<Spots>>,
}

/// The places of findings about an entry.
#[derive(Default)]
struct Spots {
    /// The lines of its config and variables.
    lines: HashSet<usize>,
    /// The files that it includes, as findings name them, each with the place of the text that includes it.
    includes: HashMap<Arc<str>, Place>,
}

impl Spots {
    fn add(&mut self, node: Node<'_>, document: &str) {
        for token in node.as_text().filter(|text| text.contains("${file:")).map_or(Vec::new(), template::parse) {
            if let Token::File(path) = token {
                self.includes.entry(shown_include(document, path)).or_insert_with(|| node.place());
            }
        }
        node.entries().for_each(|entry| self.add(entry.value, document));
        node.items().for_each(|item| self.add(item, document));
    }
}

impl<'d> Entry<'d> {
    /// An empty entry with its handle at `place`.
    pub fn new(kind: &'static Kind, address: Address, place: Place) -> Self {
        let (environments, variables) = (Vec::new(), Vec::new());
        let spots = Arc::default();
        Self { kind, address, id: None, place, id_place: None, config: None, environments, variables, spots }
    }

    /// Whether a finding is about the config of this entry, about a variable in it, or about a file that it includes.
    pub fn holds(&self, finding: &Diagnostic) -> bool {
        let Some(place) = self.place_of(finding) else { return false };
        self.spots().lines.contains(&place.line) && self.values().any(|value| value.holds(place))
    }

    /// The place of a finding in the state file. For a finding in an included file: the text that includes the file.
    pub fn place_of<'p>(&'p self, finding: &'p Diagnostic) -> Option<&'p Place> {
        let place = finding.place.as_ref()?;
        if place.file == self.place.file { Some(place) } else { self.spots().includes.get(&place.file) }
    }

    fn values(&self) -> impl Iterator<Item = Node<'d>> {
        self.config.into_iter().chain(self.variables.iter().copied())
    }

    fn spots(&self) -> &Spots {
        self.spots.get_or_init(|| {
            let mut spots = Spots::default();
            for value in self.values() {
                value.lines(&mut spots.lines);
                spots.add(value, &self.place.file);
            }
            spots
        })
    }

    /// Whether it is in an environment.
    pub fn is_in(&self, environment: &str) -> bool {
        self.environments.is_empty() || self.environments.contains(&environment)
    }
}

/// An entry, with its ids in all environments.
pub(super) struct Read<'d> {
    pub(super) entry: Entry<'d>,
    pub(super) ids: Vec<(Option<&'d str>, RemoteId, Place)>,
}

impl<'d> StateFile<'d> {
    /// Sorts the entries into those of the environment at `at` and others.
    pub(super) fn take(&mut self, entries: Vec<Read<'d>>, at: Option<usize>) {
        let name = at.and_then(|at| self.environments.all.get(at)).map(|of| of.name);
        for Read { mut entry, ids } in entries {
            for (of, id, place) in ids {
                match of {
                    Some(of) if Some(of) != name => {
                        let foreign = Foreign { environment: of.to_owned(), address: entry.address.clone() };
                        self.foreign.insert(id, foreign);
                    }
                    _ => (entry.id, entry.id_place) = (Some(id), Some(place)),
                }
            }
            if let (Some(config), true) = (entry.config, self.environments.has_variables()) {
                let mut names = Vec::new();
                names_in(config, &mut names);
                let used = names.iter().filter_map(|name| self.variables.get(name));
                entry.variables = used.map(|variable| variable.node).collect();
            }
            let is_here = match (self.chosen, name) {
                (Choice::All, _) => true,
                (Choice::One(_), Some(name)) => entry.is_in(name),
                (Choice::One(_) | Choice::Nobody, _) => false,
            };
            if is_here { self.entries.push(entry) } else { self.elsewhere.push(entry) }
        }
        let gone = self.elsewhere.iter().filter_map(|entry| Some((entry.kind, entry.id.clone()?)));
        for (kind, id) in gone {
            // It was limited later, so this environment lets go of its object.
            self.ignore.also(kind, &id);
        }
    }
}

impl Reader {
    pub(super) fn section<'d>(
        &mut self,
        kind: &'static Kind,
        node: Node<'d>,
        environments: &Environments<'d>,
        entries: &mut Vec<Read<'d>>,
    ) {
        match node.view() {
            View::Map => {}
            View::Null => return,
            _ => return self.wrong_type(node, kind.section, "entries, each under its handle (`handle: {config: …}`)"),
        }
        for entry in node.entries() {
            if !is_handle(entry.key) {
                self.errors.push(
                    Diagnostic::error("bad-handle", format!("{:?} cannot be the handle of an entry", entry.key))
                        .at(entry.key_place())
                        .help(
                            "use only visible letters, digits, `_` and `-`; the name that the dashboard shows is \
                             `name` in `config`",
                        ),
                );
                continue;
            }
            entries.extend(self.entry(kind, entry, environments));
        }
    }

    fn entry<'d>(
        &mut self,
        kind: &'static Kind,
        entry: crate::document::Entry<'d>,
        environments: &Environments<'d>,
    ) -> Option<Read<'d>> {
        let address = kind.address(entry.key);
        if !matches!(entry.value.view(), View::Map) {
            self.wrong_type(entry.value, &address.to_string(), "a group of fields with `config`");
            return None;
        }
        let mut read = Entry::new(kind, address, entry.key_place());
        let mut ids = Vec::new();
        for word in entry.value.entries() {
            match word.key {
                "config" => match word.value.view() {
                    View::Map => read.config = Some(word.value),
                    View::Null => {}
                    _ => self.wrong_type(
                        word.value,
                        &format!("config of {}", read.address),
                        "a group of Vapi's own fields (`name: value`)",
                    ),
                },
                key if key == kind.id_key => ids = self.ids(kind.id_key, word.value, environments),
                "environments" => read.environments = self.limited(word.value, environments),
                _ => {
                    let whose = format!("an entry of {}", kind.section);
                    self.unknown_word(&word, &whose, ["config", kind.id_key].into_iter().chain(environments.word()));
                }
            }
        }
        if read.config.is_none() && ids.is_empty() && self.errors.is_empty() {
            self.errors.push(
                Diagnostic::error("missing-config", format!("{} has neither `config` nor an id", read.address))
                    .at(entry.key_place())
                    .help("put Vapi's fields under `config:`"),
            );
        }
        Some(Read { entry: read, ids })
    }

    pub(super) fn ids_are_unique(&mut self, entries: &[Read<'_>]) {
        let mut seen: HashMap<(&str, &str), (&Entry, usize)> = HashMap::new();
        for (Read { entry, .. }, (_, id, place)) in
            entries.iter().flat_map(|read| read.ids.iter().map(move |id| (read, id)))
        {
            let Some((first, line)) = seen.insert((entry.kind.section, id.as_str()), (entry, place.line)) else {
                continue;
            };
            let message =
                format!("{} has the same {} as {} (line {line})", entry.address, entry.kind.id_key, first.address);
            let help = match first.address == entry.address {
                true => "an object is in one organisation only: write the id that it has in each environment",
                false => "if you copied the entry to make a new object, delete the id from the copy",
            };
            self.errors.push(Diagnostic::error("duplicate-id", message).at(place.clone()).help(help));
        }
    }
}

fn is_handle(text: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-') || is_mark(c);
    !text.is_empty() && text.chars().all(is_letter) && first_hidden(text).is_none()
}

/// Many scripts need marks (Devanagari vowel signs, Arabic points), which are not letters themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{591}'..='\u{6ed}')
}
