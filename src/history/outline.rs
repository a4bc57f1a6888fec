//! Finds the lines of each entry of a state file by indentation, without parsing.
//!
//! Works for plain block style, which people and this program write; any other file is parsed whole. It may give up without
//! need, but for valid YAML it never finds wrong lines: those of an entry are all of it, and no others are an entry.

use memchr::memchr_iter;

use crate::kinds::{KINDS, Kind};

/// The sections of a state file that hold entries, in the order of the text.
pub(super) struct Outline<'t> {
    /// Each kind of section once at most.
    pub(super) sections: Vec<Section<'t>>,
}

/// A section.
pub(super) struct Section<'t> {
    /// The kind of its entries.
    pub(super) kind: &'static Kind,
    /// Its line: `agents:`.
    pub(super) header: &'t [u8],
    /// Its entries, in the order of the text.
    pub(super) entries: Vec<Entry<'t>>,
    indent: Option<usize>,
}

/// An entry. All lines are with their line ends.
pub(super) struct Entry<'t> {
    /// Its handle.
    pub(super) handle: &'t [u8],
    /// Its first line.
    pub(super) header: &'t [u8],
    /// The line with its id, and the id.
    pub(super) id: Option<(&'t [u8], &'t [u8])>,
    /// All its lines.
    pub(super) lines: &'t [u8],
    start: usize,
    field_indent: Option<usize>,
}

/// The outline of a text. `None`: not in plain block style.
pub(super) fn outline(text: &[u8]) -> Option<Outline<'_>> {
    // A lone carriage return is a line end in YAML.
    if memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n')) {
        return None;
    }
    let mut reader = Reader { text, sections: Vec::new(), place: Place::Start, inside: None };
    let mut start = 0;
    for end in memchr_iter(b'\n', text).map(|at| at + 1).chain([text.len()]) {
        if start < end && !reader.is_inside_field(&text[start..end]) {
            reader.line(start, end)?;
        }
        start = end;
    }
    reader.close_entry(text.len());
    Some(Outline { sections: reader.sections })
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Before the first key.
    Start,
    /// Before the first key, behind `---`.
    Marked,
    /// In a section without entries.
    Elsewhere,
    /// In the last of the sections.
    Section,
}

struct Reader<'t> {
    text: &'t [u8],
    sections: Vec<Section<'t>>,
    place: Place,
    /// Lines with this many leading spaces belong to the field above.
    inside: Option<usize>,
}

impl<'t> Reader<'t> {
    /// Takes one line. `None`: not plain block style.
    fn line(&mut self, start: usize, end: usize) -> Option<()> {
        let line = &self.text[start..end];
        let indent = line.iter().position(|&byte| byte != b' ').unwrap_or(line.len());
        let content = line[indent..].trim_ascii_end();
        match content.first() {
            // A tab is white space in some places and content in others.
            None => return (!line.contains(&b'\t')).then_some(()),
            Some(b'#') => return Some(()),
            Some(_) => {}
        }
        match (indent, self.place) {
            (0, _) => self.top(content, start, end),
            (_, Place::Elsewhere) => Some(()),
            (_, Place::Section) => self.below_section(indent, content, start, end),
            (_, Place::Start | Place::Marked) => None,
        }
    }

    /// Fast path: most lines belong to a field.
    fn is_inside_field(&self, line: &[u8]) -> bool {
        let indent = self.inside.and_then(|inside| line.get(..inside));
        indent.is_some_and(|indent| indent.iter().all(|&byte| byte == b' '))
    }

    /// A line that is not indented.
    fn top(&mut self, content: &'t [u8], start: usize, end: usize) -> Option<()> {
        if content == b"---" && self.place == Place::Start {
            self.place = Place::Marked;
            return Some(());
        }
        let (key, value) = key_and_value(content)?;
        self.close_entry(start);
        self.inside = None;
        let Some(kind) = KINDS.into_iter().find(|kind| kind.section.as_bytes() == key) else {
            self.place = Place::Elsewhere;
            return Some(());
        };
        if !is_nothing(value) || self.sections.iter().any(|section| section.kind.section == kind.section) {
            return None;
        }
        self.place = Place::Section;
        self.sections.push(Section { kind, header: &self.text[start..end], entries: Vec::new(), indent: None });
        Some(())
    }

    /// A line that stands in a section and in no field.
    fn below_section(&mut self, indent: usize, content: &'t [u8], start: usize, end: usize) -> Option<()> {
        let (key, value) = key_and_value(content)?;
        let section = self.sections.last_mut()?;
        let header = &self.text[start..end];
        if indent == *section.indent.get_or_insert(indent) {
            if !is_nothing(value) {
                return None;
            }
            self.close_entry(start);
            self.inside = None;
            let entry = Entry { handle: key, header, id: None, lines: header, start, field_indent: None };
            self.sections.last_mut()?.entries.push(entry);
            return Some(());
        }
        let kind = section.kind;
        if Some(indent) < section.indent {
            return None;
        }
        let entry = section.entries.last_mut()?;
        if indent != *entry.field_indent.get_or_insert(indent) {
            return None;
        }
        self.inside = Some(indent + 1);
        if key == kind.id_key.as_bytes() {
            // An id that continues on the next line is another one.
            self.inside = None;
            match id(value)? {
                b"" => {}
                id if entry.id.is_none() => entry.id = Some((header, id)),
                _ => return None,
            }
        }
        Some(())
    }

    /// Closes the open entry before byte `at`.
    fn close_entry(&mut self, at: usize) {
        if self.place == Place::Section
            && let Some(entry) = self.sections.last_mut().and_then(|section| section.entries.last_mut())
        {
            entry.lines = &self.text[entry.start..at];
        }
    }
}

/// The key and value of a line that begins with a plain key.
fn key_and_value(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
    let length = content.iter().position(|byte| !is_word(byte))?;
    let (key, rest) = content.split_at(length);
    // A byte order mark would be part of the key.
    let starts_well = key.first().is_some_and(|byte| *byte != b'-') && !key.starts_with("\u{feff}".as_bytes());
    let value = rest.strip_prefix(b":").filter(|value| value.first().is_none_or(|byte| *byte == b' '))?;
    starts_well.then(|| (key, value.trim_ascii()))
}

/// Whether it is empty or a comment.
fn is_nothing(value: &[u8]) -> bool {
    value.is_empty() || value.starts_with(b"#")
}

/// The id in a value; empty if there is none. `None`: not plain style.
fn id(value: &[u8]) -> Option<&[u8]> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let quote = value.first().filter(|byte| matches!(byte, b'"' | b'\'')).copied();
    let start = usize::from(quote.is_some());
    let length = value[start..].iter().position(|byte| !is_word(byte)).unwrap_or(value.len() - start);
    let (id, mut rest) = value[start..].split_at(length);
    if let Some(quote) = quote {
        rest = rest.strip_prefix(&[quote])?;
    }
    let is_comment = rest.starts_with(b" ") && is_nothing(rest.trim_ascii_start());
    (rest.is_empty() || is_comment || (id.is_empty() && is_nothing(rest))).then_some(id)
}
