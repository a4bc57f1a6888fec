//! The part of a version that matters for one entry, as a small document of its own.

use std::collections::{BTreeSet, HashMap};

use memchr::memmem;

use super::outline::{Outline, Section};
use super::subject::Subject;
use crate::kinds;
use crate::model::Address;

/// The lines of an entry, and the id lines of each entry that it refers to.
pub(super) struct Slice {
    /// A document that has the entry as in the whole file.
    pub(super) text: Vec<u8>,
    /// The entries whose ids it holds, if the file has them.
    pub(super) references: BTreeSet<Address>,
}

/// The entries of an outline by handle and id, to slice many.
pub(super) struct Slices<'o> {
    sections: Vec<(&'o Section<'o>, Places<'o>)>,
}

/// Positions of a section's entries: by handle and by id.
#[derive(Default)]
struct Places<'o> {
    by_handle: HashMap<&'o [u8], Vec<usize>>,
    by_id: HashMap<&'o [u8], Vec<usize>>,
}

impl<'o> Slices<'o> {
    /// The slices of an outline.
    pub(super) fn of(outline: &'o Outline<'o>) -> Self {
        let places = |section: &'o Section<'o>| {
            let mut places = Places::default();
            for (at, entry) in section.entries.iter().enumerate() {
                places.by_handle.entry(entry.handle).or_default().push(at);
                if let Some((_, id)) = entry.id {
                    places.by_id.entry(id).or_default().push(at);
                }
            }
            (section, places)
        };
        Self { sections: outline.sections.iter().map(places).collect() }
    }

    /// The slice of an entry. `None`: there is no such entry.
    pub(super) fn slice(&self, subject: &Subject) -> Option<Slice> {
        let is_own = |section: &Section<'_>| section.kind.section == subject.kind.section;
        let (section, places) = self.sections.iter().find(|(section, _)| is_own(section))?;
        let by_id = subject.id.as_ref().and_then(|id| places.by_id.get(id.0.as_bytes()));
        let by_handle = places.by_handle.get(subject.address.handle.as_bytes());
        let wanted: BTreeSet<usize> = by_id.into_iter().chain(by_handle).flatten().copied().collect();
        if wanted.is_empty() {
            return None;
        }
        let references: BTreeSet<Address> =
            wanted.iter().flat_map(|at| references(section.entries[*at].lines)).collect();
        let mut text = Vec::new();
        for (section, places) in &self.sections {
            text.extend_from_slice(section.header);
            let is_wanted = |at: &usize| is_own(section) && wanted.contains(at);
            let own = wanted.iter().copied().filter(|_| is_own(section));
            let referred = references.iter().filter(|address| address.section == section.kind.section);
            let referred = referred.filter_map(|address| places.by_handle.get(address.handle.as_bytes())).flatten();
            for at in own.chain(referred.copied()).collect::<BTreeSet<usize>>() {
                let entry = &section.entries[at];
                if is_wanted(&at) {
                    text.extend_from_slice(entry.lines);
                } else if let Some((id_line, _)) = entry.id {
                    text.extend_from_slice(entry.header);
                    text.extend_from_slice(id_line);
                    // The last line may have no line end.
                    if !id_line.ends_with(b"\n") {
                        text.push(b'\n');
                    }
                }
            }
        }
        Some(Slice { text, references })
    }
}

/// The entries that a text refers to without escapes.
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
