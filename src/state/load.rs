//! Reads the state file as entries with places.
//!
//! In: a parsed document. Out: a [`StateFile`], or all errors in the structure of the file. Nothing here looks inside a
//! `config`.

use std::collections::HashMap;

pub use super::entries::Entry;
use super::entries::Read;
use super::environments::{Choice, Environment, Environments, Variables, Whose};
pub use super::ignore::Ignore;
use super::manage::Managed;
use crate::document::{Document, Node, View};
use crate::kinds::{KINDS, by_section};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Address, RemoteId};

/// The version of the file format that this program knows.
pub const VERSION: i64 = 1;

/// The state file, as entries with places.
pub struct StateFile<'d> {
    /// The document.
    pub document: &'d Document,
    /// The organisation of the file, once a run has recorded it.
    pub org_id: Option<String>,
    /// The place of `org_id`.
    pub org_id_place: Option<Place>,
    /// The entries of the current environment, kind by kind, each kind in the order of the file.
    pub entries: Vec<Entry<'d>>,
    /// The objects and entries to leave alone.
    pub ignore: Ignore,
    /// All environments; none in a file of one organisation.
    pub environments: Environments<'d>,
    /// The variables of the current environment.
    pub variables: Variables<'d>,
    /// Entries of other environments only. Their id is the one that they had in this environment before they were limited.
    pub elsewhere: Vec<Entry<'d>>,
    /// The ids of other environments.
    pub foreign: HashMap<RemoteId, Foreign>,
    /// Warnings about its structure.
    pub warnings: Diagnostics,
    /// The kinds that it manages.
    pub managed: Managed,
    pub(super) chosen: Choice,
}

impl<'d> StateFile<'d> {
    /// Whose part of the file it is, for reading other versions of the file.
    pub fn whose(&self, org_id: Option<&str>) -> Whose {
        Whose::of(self.environment().map(|environment| environment.name)).ever(org_id)
    }

    /// The current environment. `None`: the file has one organisation.
    pub fn environment(&self) -> Option<&Environment<'d>> {
        match self.chosen {
            Choice::One(at) => self.environments.all.get(at),
            Choice::All | Choice::Nobody => None,
        }
    }
}

/// The owner of an id of another environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The environment.
    pub environment: String,
    /// The entry.
    pub address: Address,
}

/// Reads the entries of a document, for one environment or the only organisation.
///
/// # Errors
/// All errors in the structure of the file: unknown keys, a missing or unknown `version`, wrong types, bad handles, an id
/// that occurs twice, an unknown environment.
pub fn interpret<'d>(document: &'d Document, whose: &Whose) -> Result<StateFile<'d>, Diagnostics> {
    let mut reader = Reader::default();
    let root = reader.root(document)?;
    let managed = reader.managed(root);
    let environments = reader.environments(root);
    let (mut entries, org) = reader.sections(root, &environments);
    entries.sort_by_key(|read| KINDS.iter().position(|kind| std::ptr::eq(*kind, read.entry.kind)));
    reader.ids_are_unique(&entries);
    let chosen = environments.choose(whose, org.0.as_deref()).unwrap_or_else(|error| {
        reader.errors.push(error);
        Choice::All
    });
    let at = if let Choice::One(at) = chosen { Some(at) } else { None };
    let ignore = environments.ignore(at, &mut reader);
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    let environment = at.and_then(|at| environments.all.get(at));
    let (org_id, org_id_place) = environment.map_or(org, |own| (own.org_id.clone(), own.org_id_place.clone()));
    let mut warnings = reader.warnings;
    if environments.has_variables() {
        warnings.extend(environments.unused(entries.iter().filter_map(|read| read.entry.config)));
    }
    let mut state = StateFile {
        document,
        org_id,
        org_id_place,
        entries: Vec::new(),
        ignore,
        variables: environments.variables(environment),
        elsewhere: Vec::new(),
        foreign: HashMap::new(),
        warnings,
        managed,
        chosen,
        environments,
    };
    state.take(entries, at);
    Ok(state)
}

/// Reads the file and collects errors and warnings.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: Diagnostics,
    pub(super) warnings: Diagnostics,
}

/// The id of an organisation and its place.
type Org = (Option<String>, Option<Place>);

impl Reader {
    /// The root of a document, which must be a mapping.
    fn root<'d>(&mut self, document: &'d Document) -> Result<Node<'d>, Diagnostics> {
        let Some(root) = document.root() else {
            let place = Place { file: document.name().into(), line: 1, column: 1, width: 1 };
            let is = if document.text().trim().is_empty() { "is empty" } else { "holds nothing but comments" };
            return Err(Diagnostic::error("empty-file", format!("{} {is}", document.name()))
                .at(place)
                .help("`vapi-sync pull` fills it with what is in Vapi")
                .into());
        };
        if !matches!(root.view(), View::Map) {
            let wanted = "a group of fields: `version`, `agents`, `phone_numbers` and the like";
            self.wrong_type(root, "the state file", wanted);
            return Err(std::mem::take(&mut self.errors));
        }
        Ok(root)
    }

    /// The entries of all sections, and the only organisation of the file.
    fn sections<'d>(&mut self, root: Node<'d>, environments: &Environments<'d>) -> (Vec<Read<'d>>, Org) {
        let (mut entries, mut org) = (Vec::new(), (None, None));
        for entry in root.entries() {
            match entry.key {
                "version" => self.version(entry.value),
                "org_id" if !environments.all.is_empty() => {
                    let message = "org_id names one organisation, but the file has several environments";
                    let error = Diagnostic::error("plain-org", message).at(entry.key_place());
                    self.errors.push(error.help("move the line to the environment that it belongs to"));
                }
                "org_id" => org = self.org_id(entry.value),
                "ignore" | "environments" | "vars" | "manage" => {}
                key if key.starts_with("x-") => {}
                key => match by_section(key) {
                    Some(kind) => self.section(kind, entry.value, environments, &mut entries),
                    None => {
                        let known = KINDS.iter().map(|kind| kind.section);
                        let known = known.chain(["version", "org_id", "ignore", "manage", "vars", "environments"]);
                        self.unknown_word(&entry, "the state file", known);
                    }
                },
            }
        }
        if root.get("version").is_none() {
            let error = Diagnostic::error("missing-version", "`version` is missing").at(root.place());
            self.errors.push(error.help("put `version: 1` on the first line"));
        }
        (entries, org)
    }

    pub(super) fn wrong_type(&mut self, node: Node<'_>, what: &str, wanted: &str) {
        self.errors.push(
            Diagnostic::error("wrong-type", format!("{what} must be {wanted}; this is {}", kind_of(node)))
                .at(node.place()),
        );
    }

    pub(super) fn unknown_word<'k>(
        &mut self,
        entry: &crate::document::Entry<'_>,
        whose: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let help = match did_you_mean(entry.key, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the keys here are: {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.errors.push(
            Diagnostic::error("unknown-word", format!("unknown key `{}` in {whose}", entry.key))
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
                true => Diagnostic::error("unknown-version", "the version must be a number; this is text")
                    .help(format!("remove the quotes: `version: {VERSION}`")),
                false => {
                    Diagnostic::error("unknown-version", "vapi-sync does not know this version of the file format")
                        .help(format!(
                            "write `version: {VERSION}`, or upgrade vapi-sync if a newer one wrote this file"
                        ))
                }
            };
            self.errors.push(error.at(node.place()));
        }
    }
}

/// The type of a node, in words for people.
pub(crate) fn kind_of(node: Node<'_>) -> &'static str {
    match node.view() {
        View::Null => "empty",
        View::Bool(_) => "true or false",
        View::Number(_) => "a number",
        View::Text(_) => "text",
        View::List => "a list",
        View::Map => "a group of fields (`name: value`)",
    }
}

/// The longest word to look up similar words for.
const LONGEST_SLIP: usize = 80;

/// The number of words to compare with.
const MOST_COMPARED: usize = 500;

/// Whether a word is another one with one or two typos, or its beginning. `zdrEnabled` is not a typo of `pciEnabled`, though
/// only three letters differ.
pub fn is_slip(word: &str, meant: &str) -> bool {
    const SLIPS: usize = 2;
    meant.starts_with(word) || word.starts_with(meant) || strsim::damerau_levenshtein(word, meant) <= SLIPS
}

/// The known word that the user most likely meant.
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
