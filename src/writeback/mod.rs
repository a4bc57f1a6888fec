//! Writes the results of `apply` and `pull` into the state file, as edits.
//!
//! ```text
//! facts (ids, org) ─┐
//!                   ├→ edits of the document → checked text → disk
//! captures, imports ┘                       └→ include files, new ones for long prompts
//! ```

mod capture;
mod content;
mod includes;
pub mod journal;
mod prompts;
mod shared;
mod site;
mod variables;

use std::time::Duration;

use crate::apply::{Fact, Recorder};
use crate::document::{Content, Document, Edit, Node, PathStep, View};
use crate::files::workdir::{Lock, Workdir};
use crate::files::{Disk, NotReplaced};
use crate::kinds::{self, Spot};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Step};
use crate::state::environments::Whose;
use crate::state::load::{StateFile, interpret};

pub use capture::{Captured, Refused, capture};
pub use content::{Owners, reference};
pub use prompts::NewFile;

/// How often to read a file again that somebody else keeps changing.
const ATTEMPTS: usize = 5;

/// A key of a path into a document.
fn key(key: &str) -> PathStep {
    PathStep::Key(key.to_owned())
}

/// The path of a key of an entry.
fn word_of(address: &Address, word: &str) -> Vec<PathStep> {
    vec![key(address.section), key(&address.handle), key(word)]
}

/// The edit that writes the id of an entry; in a file with environments, beside the name of the current one.
fn id_edit(state: &StateFile<'_>, address: &Address, id: &RemoteId) -> Edit {
    let id_key = kinds::of(address).id_key;
    let mut path = word_of(address, id_key);
    let text = Content::Text(id.0.clone());
    let Some(environment) = state.environment() else {
        return Edit::Set { path, value: Content::Before(Box::new(text), "config".to_owned()) };
    };
    let entry = state.document.root().and_then(|root| root.get(address.section)?.get(&address.handle)?.get(id_key));
    if entry.is_some_and(|ids| matches!(ids.view(), View::Map)) {
        path.push(key(environment.name));
        return Edit::Set { path, value: text };
    }
    let ids = Content::Map(vec![(environment.name.to_owned(), text)]);
    Edit::Set { path, value: Content::Before(Box::new(ids), "config".to_owned()) }
}

/// The edit that writes the organisation: after `version` if the file has it; in a file with environments, into the current
/// one.
fn org_edit(org_id: &str, state: &StateFile<'_>) -> Edit {
    let document = state.document;
    if let Some(environment) = state.environment() {
        let root = document.root();
        let node = root.and_then(|root| root.get("environments")?.get(environment.name));
        let mut path = vec![key("environments"), key(environment.name)];
        let value = Content::Text(org_id.to_owned());
        let first = node.and_then(|node| node.entries().next()).map(|entry| entry.key.to_owned());
        return match first {
            None => Edit::Set { path, value: Content::Map(vec![("org_id".to_owned(), value)]) },
            Some(first) => {
                path.push(key("org_id"));
                Edit::Set { path, value: Content::Before(Box::new(value), first) }
            }
        };
    }
    let keys: Vec<&str> = document.root().into_iter().flat_map(|root| root.entries()).map(|entry| entry.key).collect();
    let behind = keys.iter().position(|key| *key == "version").and_then(|at| keys.get(at + 1));
    let value = Content::Text(org_id.to_owned());
    let value = match behind {
        Some(key) => Content::Before(Box::new(value), (*key).to_owned()),
        None => value,
    };
    Edit::Set { path: vec![key("org_id")], value }
}

/// Writes facts into the state file.
pub struct FileRecorder {
    disk: Disk,
    whose: Whose,
    /// The text that this run last read or wrote.
    text: String,
    /// The facts that are in it.
    facts: Vec<Fact>,
}

impl FileRecorder {
    /// A recorder for a state file as one environment sees it. `text` is the text that the run began with.
    pub fn new(disk: Disk, whose: Whose, text: String) -> Self {
        Self { disk, whose, text, facts: Vec::new() }
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The recorded facts, in order.
    pub fn into_facts(self) -> Vec<Fact> {
        self.facts
    }
}

/// Puts facts about an environment into the text of a state file.
///
/// # Errors
/// It is not a state file, an entry is gone, or the edit would touch something else.
pub fn recorded(name: &str, text: &str, whose: &Whose, facts: &[Fact]) -> Result<String, Diagnostic> {
    let first = |mut errors: Vec<Diagnostic>| match errors.is_empty() {
        false => errors.swap_remove(0),
        true => Diagnostic::error("edit-refused", "the file cannot be edited"),
    };
    let document = Document::parse(name, text).map_err(first)?;
    let state = interpret(&document, whose).map_err(first)?;
    let mut edits = Vec::new();
    for fact in facts {
        match fact {
            Fact::Org(org_id) => edits.push(org_edit(org_id, &state)),
            Fact::Id { address, id } => {
                let Some(entry) = state.entries.iter().find(|entry| entry.address == *address) else {
                    return Err(gone(address, id));
                };
                edits.push(id_edit(&state, address, id));
                if let Some(old) = entry.id.as_ref().filter(|old| *old != id) {
                    for other in &state.entries {
                        let Some(config) = other.config else { continue };
                        let path = word_of(&other.address, "config");
                        rename_references(config, other.kind.root(), path, old, address, &mut edits);
                    }
                }
            }
            Fact::Field { address, path, value } => {
                let mut at = word_of(address, "config");
                at.extend(path.0.iter().filter_map(|step| match step {
                    Step::Key(word) => Some(key(word)),
                    Step::Index(_) | Step::Element(_) => None,
                }));
                let variables = variables::Variables::default();
                let owners = Owners::new();
                let writing = content::Writing::new(address, &owners, &variables);
                if let Some(value) = writing.content(kinds::of(address).root(), &FieldPath::root(), value) {
                    edits.push(Edit::Set { path: at, value });
                }
            }
        }
    }
    let refused = |mut refusals: Vec<crate::document::Refusal>| match refusals.is_empty() {
        false => refusals.swap_remove(0).diagnostic,
        true => Diagnostic::error("edit-refused", "the file cannot be edited"),
    };
    Ok(document.edit(&edits).map_err(refused)?.text)
}

/// Takes the lock of the file for one write, if the run only holds the lock of its environment.
///
/// # Errors
/// Another run holds it for too long.
pub fn lock_to_write(disk: &Disk, whose: &Whose) -> Result<Option<Lock>, Diagnostic> {
    let lock = || Workdir::beside(disk.real()).lock(disk.real(), "write", LONGEST_WRITE);
    whose.environment().map(|_| lock()).transpose()
}

/// How long to wait for another run that writes the file.
const LONGEST_WRITE: Duration = Duration::from_secs(30);

impl Recorder for FileRecorder {
    fn record(&mut self, facts: &[Fact]) -> Result<(), Diagnostic> {
        let _lock = lock_to_write(&self.disk, &self.whose)?;
        for _ in 0..ATTEMPTS {
            let new = recorded(self.disk.name(), &self.text, &self.whose, facts)?;
            if new == self.text {
                return Ok(());
            }
            match self.disk.replace(Some(&self.text), &new) {
                Ok(()) => {
                    self.text = new;
                    self.facts.extend_from_slice(facts);
                    return Ok(());
                }
                // Somebody saved the file meanwhile: put the facts into the new text.
                Err(NotReplaced::Changed(now)) => self.text = now,
                Err(NotReplaced::Failed(error)) => return Err(error.help(ids_in_words(facts))),
            }
        }
        Err(Diagnostic::error(
            "file-busy",
            format!("{} kept changing while vapi-sync tried to write it", self.disk.name()),
        )
        .help(ids_in_words(facts)))
    }
}

fn gone(address: &Address, id: &RemoteId) -> Diagnostic {
    Diagnostic::error(
        "entry-gone",
        format!("somebody deleted {address} from the file while vapi-sync created it in Vapi as {id}"),
    )
    .help("`vapi-sync pull` writes it into the file again; if you do not want it, delete it in the dashboard")
}

fn ids_in_words(facts: &[Fact]) -> String {
    let ids: Vec<String> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Id { address, id } => Some(format!("{address} is {id}")),
            Fact::Org(_) | Fact::Field { .. } => None,
        })
        .collect();
    match ids.is_empty() {
        true => "the file was left as it is".to_owned(),
        false => format!(
            "the file was left as it is, without these new ids: {}. When it can be written again, run again: the \
            next run finds the objects by name or number",
            ids.join(", ")
        ),
    }
}

/// Replaces plain ids of a recreated object by references.
fn rename_references(
    node: Node<'_>,
    spot: Spot,
    path: Vec<PathStep>,
    old: &RemoteId,
    address: &Address,
    edits: &mut Vec<Edit>,
) {
    match node.view() {
        View::Text(text) if text == old.as_str() && spot.reference() == Some(address.section) => {
            edits.push(Edit::Set { path, value: Content::Text(reference(address)) });
        }
        View::List => {
            for (at, item) in node.items().enumerate() {
                let path = path.iter().cloned().chain([PathStep::Index(at)]).collect();
                rename_references(item, spot.item(), path, old, address, edits);
            }
        }
        View::Map => {
            for entry in node.entries() {
                let path = path.iter().cloned().chain([key(entry.key)]).collect();
                rename_references(entry.value, spot.key(entry.key), path, old, address, edits);
            }
        }
        View::Null | View::Bool(_) | View::Number(_) | View::Text(_) => {}
    }
}
