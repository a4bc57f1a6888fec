//! Objects that other state files of the repository have. They are left alone.

use std::collections::{BTreeMap, HashSet};

use super::pair::{Listings, is_ignored_live, is_made_by_people};
use crate::kinds::{KINDS, Kind};
use crate::model::RemoteId;
use crate::model::diagnostic::Diagnostic;
use crate::state::load::{Entry, StateFile};

/// Objects that another state file has and this one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its path from the root of the repository.
    pub file: String,
    /// How many objects of each kind, without kinds that have none.
    pub counts: Vec<(&'static Kind, usize)>,
}

impl Left {
    /// Counts objects, each given with its file. Objects of one kind must follow each other.
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

/// The ids of live objects that no entry has and that could become entries.
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

/// The error about an entry without an id that matches only an object of another file. `named` is the matching field with
/// its value.
pub(super) fn in_another_file(entry: &Entry<'_>, named: (&str, &str), id: &str, file: &str) -> Diagnostic {
    let ((field, value), noun, id_key) = (named, entry.kind.noun, entry.kind.id_key);
    let address = &entry.address;
    let message = format!("{address} has no id, and the {noun} in Vapi with {field} {value} ({id}) is in {file}");
    Diagnostic::error("in-another-file", message).at(entry.place.clone()).help(format!(
        "delete it there, if it is to be in this file; give this entry another {field}, if it is to be another {noun}; \
        or write the id here as `{id_key}`, if both files are to have it"
    ))
}
