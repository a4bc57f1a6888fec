//! Imports: objects of Vapi that become entries of the file.

use std::collections::HashSet;

use super::{Change, Work};
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, slug};
use crate::plan::pair::{Identities, Listings};
use crate::state::load::StateFile;
use crate::values::live::Live;
use crate::values::normalize;

/// The import of a live object.
pub(super) fn import(kind: &'static Kind, live: &Live, address: Address) -> Result<Change, Diagnostic> {
    let value = normalize::without_unsure(normalize::object(kind, live)?);
    Ok(Change {
        name: kind.name_of(&value),
        reason: "only in Vapi".to_owned(),
        work: Work::Import(value),
        ..Change::new(kind, address).seen(&live.header)
    })
}

/// The live objects without an entry, each with its address to be, the oldest first.
pub(super) fn named<'l>(
    state: &StateFile<'_>,
    identities: &Identities,
    listings: &'l Listings,
) -> Vec<(&'static Kind, &'l Live, Address)> {
    let mut named = Vec::new();
    for kind in KINDS.into_iter().filter(|kind| state.managed.manages(kind)) {
        let entries = state.entries.iter().chain(&state.elsewhere).filter(|entry| entry.kind == kind);
        let mut taken: HashSet<String> = entries.map(|entry| entry.address.handle.clone()).collect();
        let unclaimed = identities.unclaimed.iter().filter(|(of, _)| *of == kind);
        // Vapi lists the newest first; a file reads better with the oldest first.
        let mut lives: Vec<&Live> = unclaimed.filter_map(|(_, at)| listings.get(kind.section)?.get(*at)).collect();
        lives.sort_by(|left, right| {
            (&left.header.created_at, &left.header.id).cmp(&(&right.header.created_at, &right.header.id))
        });
        named.extend(lives.into_iter().map(|live| (kind, live, kind.address(&handle(kind, live, &mut taken)))));
    }
    named
}

/// The addresses that the live objects without an entry would get.
pub fn import_addresses(state: &StateFile<'_>, identities: &Identities, listings: &Listings) -> Vec<Address> {
    named(state, identities, listings).into_iter().map(|(_, _, address)| address).collect()
}

/// The handle of a new entry: made from the object's name, and from a part of its id if the name is taken.
pub(super) fn handle(kind: &Kind, live: &Live, taken: &mut HashSet<String>) -> String {
    let header = &live.header;
    let name = header.called().unwrap_or_default();
    let mut handle = slug(name);
    if handle.is_empty() {
        handle = format!("{}_{}", kind.word, short(&header.id, 8));
    }
    let mut length = 4;
    let base = handle.clone();
    while !taken.insert(handle.clone()) {
        handle = format!("{base}_{}", short(&header.id, length));
        length += 4;
    }
    handle
}

fn short(id: &str, length: usize) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric()).take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_read_like_the_names() {
        let table = [
            ("Front Desk", "front_desk"),
            ("  Front   Desk (EN)! ", "front_desk_en"),
            ("+1 415 555 0100", "1_415_555_0100"),
            ("Größe 東京", "grosse_dong_jing"),
            ("línea\u{3164}", "linea"),
            ("\u{3164}\u{200b}", ""),
            ("🦀", ""),
        ];
        for (name, expected) in table {
            assert_eq!(slug(name), expected);
        }
    }
}
