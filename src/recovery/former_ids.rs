//! Which entry used to have an id that no entry has now?
//!
//! Needed where an object still points to a deleted one: a run recreated it and was killed after it had replaced the id in
//! the file, but not yet everywhere in Vapi.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use memchr::memmem;

use super::attempts::Attempts;
use crate::document::Document;
use crate::kinds::{self, KINDS, Spot};
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Record;
use crate::model::{Address, RemoteId, Value};
use crate::plan::pair::{Identities, Identity, Listings};
use crate::state::environments::{Seen, Whose};
use crate::state::ids::Ids;

/// The ids that live objects point to and no object has, each with the entry that last had it, by the audit log or the history
/// of the file. Both are opened only if there is such an id; `whose` ids count.
///
/// # Errors
/// The history cannot be read.
pub fn former_ids(
    identities: &Identities,
    listings: &Listings,
    ids: &Ids,
    whose: &Whose,
    attempts: impl FnOnce() -> Result<Attempts, Diagnostic>,
    open: impl FnOnce() -> Result<Box<dyn Record>, Diagnostic>,
) -> Result<Vec<(RemoteId, Address)>, Diagnostic> {
    let mut dead = dead_ids(identities, listings, ids);
    let mut found = Vec::new();
    if !dead.is_empty() {
        let logged = attempts()?.former;
        dead.retain(|id| {
            let address = logged.get(id).and_then(|address| address.split_once('.'));
            let kind = address.and_then(|(section, handle)| Some((kinds::by_section(section)?, handle)));
            found.extend(kind.map(|(kind, handle)| (RemoteId(id.clone()), kind.address(handle))));
            kind.is_none()
        });
    }
    if !dead.is_empty() {
        open()?.versions(&mut |text| {
            for (id, address) in entries_with(text, &dead, whose) {
                dead.remove(&id);
                found.push((RemoteId(id), address));
            }
            if dead.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    found.retain(|(_, address)| ids.get(address).is_some());
    Ok(found)
}

/// What objects point to and Vapi no longer has: those of entries, and numbers outside the file.
fn dead_ids(identities: &Identities, listings: &Listings, ids: &Ids) -> BTreeSet<String> {
    let there: HashSet<&str> = listings.values().flatten().map(|live| live.header.id.as_str()).collect();
    let claimed: HashSet<(&str, usize)> = (identities.of.iter())
        .filter_map(|(address, identity)| match identity {
            Identity::Linked(at) | Identity::Link(at) => Some((address.section, *at)),
            Identity::Create | Identity::Recreate { .. } => None,
        })
        .collect();
    let mut dead = BTreeSet::new();
    for kind in KINDS {
        for (at, live) in listings.get(kind.section).into_iter().flatten().enumerate() {
            let counts = claimed.contains(&(kind.section, at)) || !kind.assignment.is_empty();
            let Some(object) = live.value().ok().filter(|_| counts) else { continue };
            referred(kind.root(), object, &mut |section, id| {
                // A kind that is not listed says nothing about absence.
                let is_dead = listings.contains_key(section) && ids.was(id).is_none() && !there.contains(id);
                if is_dead && !id.is_empty() {
                    dead.insert(id.to_owned());
                }
            });
        }
    }
    dead
}

/// The ids in a value, each with the section of what it refers to.
fn referred(spot: Spot, value: &Value, see: &mut dyn FnMut(&'static str, &str)) {
    match value {
        Value::Text(id) => {
            if let Some(section) = spot.reference() {
                see(section, id);
            }
        }
        Value::List(items) => items.iter().for_each(|item| referred(spot.item(), item, see)),
        Value::Map(map) => map.iter().for_each(|(key, value)| referred(spot.key(key), value, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Unknown(_) => {}
    }
}

/// The entries with one of these ids in a version. One that does not parse has none.
fn entries_with(text: &[u8], ids: &BTreeSet<String>, whose: &Whose) -> Vec<(String, Address)> {
    if !ids.iter().any(|id| memmem::find(text, id.as_bytes()).is_some()) {
        return Vec::new();
    }
    let Ok(document) = Document::parse("version", String::from_utf8_lossy(text).into_owned()) else {
        return Vec::new();
    };
    let Some((root, seen)) = document.root().and_then(|root| Some((root, Seen::of(root, whose)?))) else {
        return Vec::new();
    };
    let sections = KINDS.into_iter().filter_map(|kind| Some((kind, root.get(kind.section)?)));
    let entries = sections.flat_map(|(kind, section)| section.entries().map(move |entry| (kind, entry)));
    let found = entries.filter_map(|(kind, entry)| {
        let id = seen.id(entry.value, kind)?;
        ids.contains(id).then(|| (id.to_owned(), kind.address(entry.key)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_id_in_any_layout() {
        let ids = BTreeSet::from(["id-a".to_owned(), "id-n".to_owned(), "id-x".to_owned()]);
        for text in [
            "agents:\n  a:\n    vapi_assistant_id: id-a\n    config: {name: id-x}\nphone_numbers:\n  n:\n    vapi_phone_number_id: id-n\n",
            "{agents: {a: {vapi_assistant_id: id-a}}, phone_numbers: {n: {vapi_phone_number_id: id-n}}}",
        ] {
            let expected = [("id-a", Address::new("agents", "a")), ("id-n", Address::new("phone_numbers", "n"))];
            assert_eq!(
                entries_with(text.as_bytes(), &ids, &Whose::Only),
                expected.map(|(id, address)| (id.to_owned(), address))
            );
        }
        assert!(entries_with(b"agents: [id-a", &ids, &Whose::Only).is_empty());
    }
}
