//! Which entry used to have an id that no entry has now?
//!
//! Needed where a number still points to a deleted object: a run recreated it and was killed after it had replaced the id in
//! the file, but not yet everywhere in Vapi.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use memchr::memmem;

use crate::document::Document;
use crate::kinds::KINDS;
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Record;
use crate::model::{Address, RemoteId, Value};
use crate::plan::pair::{Identities, Listings};
use crate::state::environments::{Seen, Whose};
use crate::state::ids::Ids;
use crate::values::normalize;

/// The ids that live numbers point to and no object has, each with the entry that last had it. `open` opens the history of
/// the file, only if there is such an id; `whose` ids count.
///
/// # Errors
/// The history cannot be read.
pub fn former_ids(
    identities: &Identities,
    listings: &Listings,
    ids: &Ids,
    whose: &Whose,
    open: impl FnOnce() -> Result<Box<dyn Record>, Diagnostic>,
) -> Result<Vec<(RemoteId, Address)>, Diagnostic> {
    let mut dead = dead_ids(identities, listings, ids);
    let mut found = Vec::new();
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

/// What numbers outside the file point to and Vapi no longer has.
fn dead_ids(identities: &Identities, listings: &Listings, ids: &Ids) -> BTreeSet<String> {
    let there: HashSet<&str> = listings.values().flatten().map(|live| live.header.id.as_str()).collect();
    let mut dead = BTreeSet::new();
    for (kind, at) in identities.unclaimed.iter().filter(|(kind, _)| !kind.assignment.is_empty()) {
        let Some(live) = listings.get(kind.section).and_then(|lives| lives.get(*at)) else { continue };
        let Ok(Value::Map(fields)) = normalize::object(kind, live) else { continue };
        for field in kind.assignment {
            // A kind that is not listed says nothing about absence.
            let section = kind.root().key(field).reference().filter(|section| listings.contains_key(section));
            let id = section.and_then(|_| fields.get(*field)?.as_text()).filter(|id| !id.is_empty());
            dead.extend(id.filter(|id| ids.was(id).is_none() && !there.contains(id)).map(str::to_owned));
        }
    }
    dead
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
