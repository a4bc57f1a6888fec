//! The state file as entries with places.
//!
//! In: a path, then a parsed document. Out: a [`StateFile`], or everything that is wrong with its shape at once. Nothing
//! here looks inside a `config`.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::document::{Document, Node, View};
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Address, RemoteId};

/// The version of the file format that this program knows.
pub const VERSION: i64 = 1;

/// The state file, as entries with places.
pub struct StateFile<'d> {
    /// The document that it was read from.
    pub document: &'d Document,
    /// The organisation that it belongs to, once a run has recorded it.
    pub org_id: Option<String>,
    /// Where `org_id` stands.
    pub org_id_place: Option<Place>,
    /// All entries, kind by kind, each in the order of the file.
    pub entries: Vec<Entry<'d>>,
    /// What is left alone in both directions.
    pub ignore: Ignore,
}

/// One agent or phone number of the file.
#[derive(Clone)]
pub struct Entry<'d> {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its address.
    pub address: Address,
    /// Vapi's id of it, if the file has one.
    pub id: Option<RemoteId>,
    /// Where its handle stands.
    pub place: Place,
    /// Where its id stands.
    pub id_place: Option<Place>,
    /// What is under `config`.
    pub config: Option<Node<'d>>,
}

impl Entry<'_> {
    /// Whether a finding is about the config of this entry.
    pub fn holds(&self, finding: &Diagnostic) -> bool {
        self.config.zip(finding.place.as_ref()).is_some_and(|(config, place)| config.holds(place))
    }
}

/// What `ignore` names, per kind.
#[derive(Default)]
pub struct Ignore {
    patterns: HashMap<&'static str, GlobSet>,
}

impl Ignore {
    /// Whether one of the names of an object is ignored.
    pub fn matches<'n>(&self, kind: &Kind, names: impl IntoIterator<Item = &'n str>) -> bool {
        self.patterns.get(kind.section).is_some_and(|set| names.into_iter().any(|name| set.is_match(name)))
    }

    /// Whether an entry of the file is ignored; `name` is the text by which it is told from others.
    pub fn matches_entry(&self, entry: &Entry<'_>, name: Option<&str>) -> bool {
        let id = entry.id.as_ref().map(RemoteId::as_str);
        self.matches(entry.kind, [entry.address.handle.as_str()].into_iter().chain(id).chain(name))
    }
}

/// The entries of a document.
///
/// # Errors
/// All that is wrong with the shape of the file: unknown words, missing or unknown `version`, wrong types, bad handles, one
/// id twice.
pub fn interpret(document: &Document) -> Result<StateFile<'_>, Diagnostics> {
    let mut reader = Reader { errors: Vec::new() };
    let Some(root) = document.root() else {
        let place = Place { file: document.name().into(), line: 1, column: 1, width: 1 };
        let is = if document.text().trim().is_empty() { "is empty" } else { "holds nothing but comments" };
        return Err(Diagnostic::error("empty-file", format!("{} {is}", document.name()))
            .at(place)
            .help("`vapi-sync init` starts a file, `vapi-sync pull` fills it with what is in Vapi")
            .into());
    };
    let mut state =
        StateFile { document, org_id: None, org_id_place: None, entries: Vec::new(), ignore: Ignore::default() };
    if !matches!(root.view(), View::Map) {
        reader.wrong_type(root, "the state file", "a mapping with `version`, `agents` and `phone_numbers`");
        return Err(reader.errors);
    }
    let mut version = false;
    for entry in root.entries() {
        match entry.key {
            "version" => {
                version = true;
                reader.version(entry.value);
            }
            "org_id" => match entry.value.view() {
                View::Text(text) if !text.trim().is_empty() => {
                    state.org_id = Some(text.to_owned());
                    state.org_id_place = Some(entry.value.place());
                }
                View::Null => {}
                _ => reader.wrong_type(entry.value, "org_id", "the id of a Vapi organisation, as text"),
            },
            "ignore" => state.ignore = reader.ignore(entry.value),
            key if key.starts_with("x-") => {}
            key => match KINDS.into_iter().find(|kind| kind.section == key) {
                Some(kind) => reader.section(kind, entry.value, &mut state.entries),
                None => {
                    let known = KINDS.iter().map(|kind| kind.section).chain(["version", "org_id", "ignore"]);
                    reader.unknown_word(&entry, "the state file", known);
                }
            },
        }
    }
    if !version {
        reader.errors.push(
            Diagnostic::error("missing-version", "the file does not say its version")
                .at(root.place())
                .help("put `version: 1` on the first line"),
        );
    }
    state.entries.sort_by_key(|entry| KINDS.iter().position(|kind| std::ptr::eq(*kind, entry.kind)));
    reader.ids_are_unique(&state.entries);
    if reader.errors.is_empty() { Ok(state) } else { Err(reader.errors) }
}

struct Reader {
    errors: Diagnostics,
}

impl Reader {
    fn wrong_type(&mut self, node: Node<'_>, what: &str, wanted: &str) {
        self.errors.push(
            Diagnostic::error("wrong-type", format!("{what} must be {wanted}; this is {}", kind_of(node)))
                .at(node.place()),
        );
    }

    fn unknown_word<'k>(
        &mut self,
        entry: &crate::document::Entry<'_>,
        whose: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let help = match did_you_mean(entry.key, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.errors.push(
            Diagnostic::error("unknown-word", format!("`{}` is not a word of {whose}", entry.key))
                .at(entry.key_place())
                .help(help),
        );
    }

    fn version(&mut self, node: Node<'_>) {
        let version = match node.view() {
            View::Number(number) => number.as_i64(),
            _ => None,
        };
        if version != Some(VERSION) {
            let is_quoted = matches!(node.view(), View::Text(text) if text.trim() == VERSION.to_string());
            let error = match is_quoted {
                true => Diagnostic::error("unknown-version", "the version of this file is a text, not a number")
                    .help(format!("take the quotes away: `version: {VERSION}`")),
                false => Diagnostic::error("unknown-version", "the version of this file is not known")
                    .help(format!("this vapi-sync reads `version: {VERSION}`; a newer file needs a newer vapi-sync")),
            };
            self.errors.push(error.at(node.place()));
        }
    }

    fn ignore(&mut self, node: Node<'_>) -> Ignore {
        let mut ignore = Ignore::default();
        match node.view() {
            View::Map => {}
            View::Null => return ignore,
            _ => {
                self.wrong_type(node, "ignore", "a mapping of `agents` and `phone_numbers` to lists");
                return ignore;
            }
        }
        for entry in node.entries() {
            let Some(kind) = KINDS.into_iter().find(|kind| kind.section == entry.key) else {
                self.unknown_word(&entry, "ignore", KINDS.iter().map(|kind| kind.section));
                continue;
            };
            if !matches!(entry.value.view(), View::List | View::Null) {
                self.wrong_type(entry.value, entry.key, "a list of ids, handles, names, numbers or globs");
                continue;
            }
            let mut set = GlobSetBuilder::new();
            for item in entry.value.items() {
                let View::Text(text) = item.view() else {
                    self.wrong_type(item, "an ignored thing", "an id, a handle, a name, a number or a glob, as text");
                    continue;
                };
                // A name is a name even where it looks like a broken glob: `Front [desk`.
                let glob = GlobBuilder::new(text).build().or_else(|_| GlobBuilder::new(&globset::escape(text)).build());
                if let Ok(glob) = glob {
                    set.add(glob);
                }
                if let Ok(literal) = GlobBuilder::new(&globset::escape(text)).build() {
                    set.add(literal);
                }
            }
            if let Ok(set) = set.build() {
                ignore.patterns.insert(kind.section, set);
            }
        }
        ignore
    }

    fn section<'d>(&mut self, kind: &'static Kind, node: Node<'d>, entries: &mut Vec<Entry<'d>>) {
        match node.view() {
            View::Map => {}
            View::Null => return,
            _ => return self.wrong_type(node, kind.section, "a mapping of handles to entries"),
        }
        for entry in node.entries() {
            if !is_handle(entry.key) {
                self.errors.push(
                    Diagnostic::error("bad-handle", format!("{:?} cannot be a handle", entry.key))
                        .at(entry.key_place())
                        .help("a handle is made of letters, digits, `_` and `-`; the name goes into `config`"),
                );
                continue;
            }
            entries.extend(self.entry(kind, entry));
        }
    }

    fn entry<'d>(&mut self, kind: &'static Kind, entry: crate::document::Entry<'d>) -> Option<Entry<'d>> {
        let address = kind.address(entry.key);
        if !matches!(entry.value.view(), View::Map) {
            self.wrong_type(entry.value, &address.to_string(), "a mapping with `config`");
            return None;
        }
        let mut read = Entry { kind, address, id: None, place: entry.key_place(), id_place: None, config: None };
        for word in entry.value.entries() {
            match word.key {
                "config" => match word.value.view() {
                    View::Map => read.config = Some(word.value),
                    View::Null => {}
                    _ => self.wrong_type(
                        word.value,
                        &format!("config of {}", read.address),
                        "a mapping: Vapi's own JSON",
                    ),
                },
                key if key == kind.id_key => match word.value.view() {
                    View::Text(text) if RemoteId::read(text).is_some() => {
                        read.id = RemoteId::read(text);
                        read.id_place = Some(word.value.place());
                    }
                    View::Null => {}
                    _ => self.wrong_type(word.value, kind.id_key, "the id that Vapi gave the object, as text"),
                },
                _ => {
                    let whose = format!("an entry of {}", kind.section);
                    self.unknown_word(&word, &whose, ["config", kind.id_key].into_iter());
                }
            }
        }
        if read.config.is_none() && read.id.is_none() && self.errors.is_empty() {
            self.errors.push(
                Diagnostic::error("missing-config", format!("{} has neither `config` nor an id", read.address))
                    .at(entry.key_place())
                    .help("put Vapi's fields under `config:`"),
            );
        }
        Some(read)
    }

    fn ids_are_unique(&mut self, entries: &[Entry<'_>]) {
        let mut seen: HashMap<(&str, &str), &Entry> = HashMap::new();
        for entry in entries {
            let Some(id) = &entry.id else { continue };
            let Some(first) = seen.insert((entry.kind.section, id.as_str()), entry) else { continue };
            let place = entry.id_place.clone().unwrap_or_else(|| entry.place.clone());
            let line = first.id_place.as_ref().map_or(first.place.line, |place| place.line);
            self.errors.push(
                Diagnostic::error(
                    "duplicate-id",
                    format!("{} has the same {} as {} (line {line})", entry.address, entry.kind.id_key, first.address),
                )
                .at(place)
                .help(
                    "one object in Vapi has one entry; a copied entry must lose its id, so that a new object is made",
                ),
            );
        }
    }
}

fn is_handle(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-') || is_mark(c))
}

/// Marks belong to the letters of many scripts (Devanagari vowel signs, Arabic points), but are no letters themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{591}'..='\u{6ed}')
}

/// What a node is, in a user's words.
pub(crate) fn kind_of(node: Node<'_>) -> &'static str {
    match node.view() {
        View::Null => "empty",
        View::Bool(_) => "a boolean",
        View::Number(_) => "a number",
        View::Text(_) => "a text",
        View::List => "a list",
        View::Map => "a mapping",
    }
}

/// Longer words are not compared with others.
const LONGEST_SLIP: usize = 80;

/// With how many words a slip is compared.
const MOST_COMPARED: usize = 500;

/// The known word that a user most likely meant, if it is a short one.
pub fn did_you_mean<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if word.len() > LONGEST_SLIP {
        return None;
    }
    let near = |known: &&str| strsim::damerau_levenshtein(known, word);
    let is_as_long = |known: &&str| known.len().abs_diff(word.len()) * 3 <= known.len().max(3);
    known
        .filter(is_as_long)
        .take(MOST_COMPARED)
        .map(|known| (near(&known), known))
        .filter(|(distance, known)| *distance * 3 <= known.chars().count().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
