//! What other state files of the repository have: it is theirs.

use std::collections::{BTreeMap, HashSet};

use super::pair::{Listings, is_ignored_live, is_made_by_people};
use crate::kinds::{KINDS, Kind};
use crate::model::RemoteId;
use crate::model::diagnostic::Diagnostic;
use crate::state::load::{Entry, StateFile};

/// What another state file has, and this one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its path from the root of the repository.
    pub file: String,
    /// How many objects of each kind; of no kind none.
    pub counts: Vec<(&'static Kind, usize)>,
}

impl Left {
    /// These objects, each with the file that has it, counted. Those of a kind follow each other.
    pub(super) fn counted(objects: Vec<(&String, &'static Kind)>) -> Vec<Left> {
        let mut files: BTreeMap<&String, Vec<(&'static Kind, usize)>> = BTreeMap::new();
        for (file, kind) in objects {
            let counts = files.entry(file).or_default();
            match counts.last_mut() {
                Some((of, count)) if *of == kind => *count += 1,
                Some(_) | None => counts.push((kind, 1)),
            }
        }
        files.into_iter().map(|(file, counts)| Left { file: file.clone(), counts }).collect()
    }
}

/// The ids of the live objects of which no entry has the id, and that could become entries.
pub fn strangers<'l>(state: &StateFile<'_>, listings: &'l Listings) -> HashSet<&'l str> {
    let entries = state.entries.iter().chain(&state.elsewhere).filter_map(|entry| entry.id.as_ref());
    let known: HashSet<&str> = entries.map(RemoteId::as_str).collect();
    let mut found = HashSet::new();
    for kind in KINDS.into_iter().filter(|kind| state.managed.manages(kind)) {
        let headers = listings.get(kind.section).into_iter().flatten().map(|live| &live.header);
        let open = headers.filter(|header| {
            !known.contains(header.id.as_str())
                && is_made_by_people(kind, header)
                && !is_ignored_live(&state.ignore, kind, header)
        });
        found.extend(open.map(|header| header.id.as_str()));
    }
    found
}

/// The error that an entry without an id could only be what another file has. `named`: the field that says so, and its value.
pub(super) fn in_another_file(entry: &Entry<'_>, named: (&str, &str), id: &str, file: &str) -> Diagnostic {
    let ((field, value), noun, id_key) = (named, entry.kind.noun, entry.kind.id_key);
    let address = &entry.address;
    let message = format!("{address} has no id, and the {noun} in Vapi with {field} {value} ({id}) is in {file}");
    Diagnostic::error("in-another-file", message).at(entry.place.clone()).help(format!(
        "delete it there, if it is to be in this file; give this entry another {field}, if it is to be another {noun}; \
        or write the id here as `{id_key}`, if both files are to have it"
    ))
}
