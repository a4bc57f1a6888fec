//! Which entry had an id that no entry has any more?
//!
//! Asked where something still refers to an object that was deleted: a run that made it again and was killed has replaced
//! the id in the file, but not yet everywhere in Vapi.

use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::outline::outline;
use super::snapshot::read;
use super::walk::Walk;
use crate::document::Document;
use crate::kinds::KINDS;
use crate::model::Address;
use crate::model::diagnostic::Diagnostic;

/// The entries that had these ids in the newest version of the file that a walk finds them in.
pub(super) fn owners(
    walk: &mut Walk<'_>,
    repository: &git2::Repository,
    ids: &[String],
) -> Result<HashMap<String, Address>, Diagnostic> {
    let mut owners = HashMap::new();
    let mut seen = HashSet::new();
    while owners.len() < ids.len() {
        let Some(version) = walk.next()? else { break };
        if seen.insert(version.blob) {
            let open: Vec<&String> = ids.iter().filter(|id| !owners.contains_key(*id)).collect();
            owners.extend(read(repository, version.blob, |text| owners_in(text, &open))?);
        }
    }
    Ok(owners)
}

/// The entries of a version that have one of these ids.
fn owners_in(text: &[u8], ids: &[&String]) -> Vec<(String, Address)> {
    if !ids.iter().any(|id| memmem::find(text, id.as_bytes()).is_some()) {
        return Vec::new();
    }
    let is_asked = |id: &str| ids.iter().any(|asked| *asked == id);
    let text = String::from_utf8_lossy(text);
    if let Some(outline) = outline(text.as_bytes()) {
        let entries =
            outline.sections.iter().flat_map(|section| section.entries.iter().map(|entry| (section.kind, entry)));
        let found = entries.filter_map(|(kind, entry)| {
            let id = str::from_utf8(entry.id?.1).ok()?;
            let handle = str::from_utf8(entry.handle).ok()?;
            is_asked(id).then(|| (id.to_owned(), kind.address(handle)))
        });
        return found.collect();
    }
    // A version that does not parse says nothing.
    let Ok(document) = Document::parse("version", text.into_owned()) else { return Vec::new() };
    let sections = KINDS.into_iter().filter_map(|kind| Some((kind, document.root()?.get(kind.section)?)));
    let entries = sections.flat_map(|(kind, section)| section.entries().map(move |entry| (kind, entry)));
    let found = entries.filter_map(|(kind, entry)| {
        let id = entry.value.get(kind.id_key)?.as_text()?;
        is_asked(id).then(|| (id.to_owned(), kind.address(entry.key)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_id_in_any_layout() {
        let ids = ["id-a".to_owned(), "id-n".to_owned(), "id-x".to_owned()];
        let asked: Vec<&String> = ids.iter().collect();
        for text in [
            "agents:\n  a:\n    vapi_assistant_id: id-a\n    config: {name: id-x}\nphone_numbers:\n  n:\n    vapi_phone_number_id: id-n\n",
            "{agents: {a: {vapi_assistant_id: id-a}}, phone_numbers: {n: {vapi_phone_number_id: id-n}}}",
        ] {
            let found = owners_in(text.as_bytes(), &asked);
            let expected = [("id-a", Address::new("agents", "a")), ("id-n", Address::new("phone_numbers", "n"))];
            assert_eq!(found, expected.map(|(id, address)| (id.to_owned(), address)), "{text}");
        }
        assert!(owners_in(b"agents: [id-a", &asked).is_empty());
    }
}
