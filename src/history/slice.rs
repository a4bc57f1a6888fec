//! The part of a version of the file that decides about one entry, as a small document of its own.

use std::collections::BTreeSet;

use memchr::memmem;

use super::outline::{Entry, Outline};
use super::subject::Subject;
use crate::kinds;
use crate::model::Address;

/// The lines of an entry, and of each entry that it refers to the lines that hold its id.
pub(super) struct Slice {
    /// A document in which the entry is found as in the whole file.
    pub(super) text: Vec<u8>,
    /// The entries whose ids are in it, as far as the file has them.
    pub(super) references: BTreeSet<Address>,
}

/// The slice of an entry. `None`: there is no such entry.
pub(super) fn slice(outline: &Outline<'_>, subject: &Subject) -> Option<Slice> {
    let section = outline.sections.iter().find(|section| section.kind.section == subject.kind.section)?;
    let is_wanted = |entry: &Entry<'_>| {
        let by_id = subject.id.as_ref().zip(entry.id).is_some_and(|(wanted, (_, id))| wanted.0.as_bytes() == id);
        by_id || entry.handle == subject.address.handle.as_bytes()
    };
    let wanted: Vec<&Entry<'_>> = section.entries.iter().filter(|entry| is_wanted(entry)).collect();
    if wanted.is_empty() {
        return None;
    }
    let references: BTreeSet<Address> = wanted.iter().flat_map(|entry| references(entry.lines)).collect();
    let mut text = Vec::new();
    for section in &outline.sections {
        text.extend_from_slice(section.header);
        let is_own = section.kind.section == subject.kind.section;
        for entry in &section.entries {
            if is_own && is_wanted(entry) {
                text.extend_from_slice(entry.lines);
            } else if let Some((id_line, _)) = entry.id
                && let Ok(handle) = str::from_utf8(entry.handle)
                && !references.is_empty()
                && references.contains(&section.kind.address(handle))
            {
                text.extend_from_slice(entry.header);
                text.extend_from_slice(id_line);
                // The last line of the file may have no line end.
                if !id_line.ends_with(b"\n") {
                    text.push(b'\n');
                }
            }
        }
    }
    Some(Slice { text, references })
}

/// The entries that a text refers to, as far as it does so in plain letters.
fn references(text: &[u8]) -> Vec<Address> {
    let mut found = Vec::new();
    for at in memmem::find_iter(text, b"${") {
        let inside = &text[at + 2..];
        let Some(end) = memchr::memchr3(b'}', b'\n', b'{', inside).filter(|&end| inside[end] == b'}') else { continue };
        let Some((word, handle)) = str::from_utf8(&inside[..end]).ok().and_then(|inside| inside.split_once(':')) else {
            continue;
        };
        found.extend(kinds::by_word(word).map(|kind| kind.address(handle.trim())));
    }
    found
}
