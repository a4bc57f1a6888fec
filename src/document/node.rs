//! A view of one value of a document.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::Document;
use super::scalar::{self, Meaning};
use super::tree::{Kind, NodeId, Style};
use crate::model::diagnostic::Place;

/// A value of a document. Follows aliases and resolves merge keys on access.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    doc: &'d Document,
    /// The node as written; it may be an alias.
    id: NodeId,
    key: Option<NodeId>,
    /// The path here passes an alias or a merge key.
    borrowed: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum View<'d> {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, whole if it is written so.
    Number(Number),
    /// Text, decoded.
    Text(&'d str),
    /// A list; see [`Node::items`].
    List,
    /// A mapping; see [`Node::entries`].
    Map,
}

/// What stands in the place of an empty value, and is easily taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid<'d> {
    /// `# …`: a comment.
    Comment,
    /// `&name`: the name of a value that does not follow.
    Anchor(&'d str),
}

/// A key of a mapping with its value.
#[derive(Clone, Copy)]
pub struct Entry<'d> {
    /// The key as text; numbers and the like as written.
    pub key: &'d str,
    /// The value.
    pub value: Node<'d>,
}

impl Entry<'_> {
    /// Where the key is written, also if it comes through `<<`.
    pub fn key_place(&self) -> Place {
        let Node { doc, id, key, .. } = self.value;
        doc.place(doc.tree.range(key.unwrap_or(id)))
    }
}

impl<'d> Node<'d> {
    pub(super) fn root(doc: &'d Document, id: NodeId) -> Self {
        Self { doc, id, key: None, borrowed: false }
    }

    /// Whether a place is that of this value, or inside its text.
    pub fn is_at(&self, place: &Place) -> bool {
        let start = self.place();
        if start == *place || !matches!(self.view(), View::Text(_)) || start.file != place.file {
            return start == *place;
        }
        let end = self.range().end;
        let end = self.doc.place(end..end);
        let at = (place.line, place.column);
        (start.line, start.column) <= at && at <= (end.line, end.column)
    }

    /// Whether a place is that of this value, of one inside it, or of a key inside it.
    pub fn holds(&self, place: &Place) -> bool {
        self.is_at(place)
            || self.entries().any(|entry| entry.key_place() == *place || entry.value.holds(place))
            || self.items().any(|item| item.holds(place))
    }

    /// Whether a place is that of its key, or [held](Self::holds).
    pub fn covers(&self, place: &Place) -> bool {
        self.key.is_some_and(|key| self.doc.place(self.doc.tree.range(key)) == *place) || self.holds(place)
    }

    /// The lines on which it, what is inside it, and their keys stand: no place elsewhere is [held](Self::holds).
    pub fn lines(&self, lines: &mut HashSet<usize>) {
        let first = self.place().line;
        let end = self.range().end;
        let last = if matches!(self.view(), View::Text(_)) { self.doc.place(end..end).line } else { first };
        lines.extend(first..=last);
        for entry in self.entries() {
            lines.insert(entry.key_place().line);
            entry.value.lines(lines);
        }
        self.items().for_each(|item| item.lines(lines));
    }

    /// What the value is, by the YAML 1.2 core schema.
    pub fn view(&self) -> View<'d> {
        let id = self.target();
        match self.doc.tree.raw(id).kind {
            Kind::List { .. } => View::List,
            Kind::Map { .. } => View::Map,
            Kind::Alias { .. } => View::Null,
            Kind::Scalar { style, tag, .. } => {
                let text = self.doc.tree.text(id, &self.doc.text);
                // Scalars without a meaning were refused when the document was parsed.
                match scalar::meaning(text, style == Style::Plain, tag) {
                    Ok(Meaning::Null) => View::Null,
                    Ok(Meaning::Bool(value)) => View::Bool(value),
                    Ok(Meaning::Number(number)) => View::Number(number),
                    Ok(Meaning::Text) | Err(_) => View::Text(text),
                }
            }
        }
    }

    /// Why the value is empty although something stands in its place, on its line.
    pub fn unsaid(&self) -> Option<Unsaid<'d>> {
        let range = self.range();
        if !range.is_empty() || self.view() != View::Null {
            return None;
        }
        let rest = match self.key {
            Some(key) => {
                self.doc.text[self.doc.tree.range(key).end..].lines().next()?.trim_start_matches([':', ' ', '\t'])
            }
            // Nothing of the item itself is there: its line is `- # …`.
            None => self.doc.line_text(self.place().line).trim_start_matches(['-', ' ', '\t']),
        };
        match rest.chars().next()? {
            '#' => Some(Unsaid::Comment),
            '&' => rest.split_whitespace().next().map(Unsaid::Anchor),
            _ => None,
        }
    }

    /// The text, if the value is one.
    pub fn as_text(&self) -> Option<&'d str> {
        match self.view() {
            View::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar without a copy, where the document holds one that is not its source.
    pub fn shared_text(&self) -> Option<Arc<str>> {
        self.doc.tree.decoded(self.target()).cloned()
    }

    /// The text of a scalar before it is given a type: `0123` for the number 123, and decoded for a
    /// quoted or block scalar. `None` for a collection.
    pub fn scalar_text(&self) -> Option<&'d str> {
        let id = self.target();
        matches!(self.doc.tree.raw(id).kind, Kind::Scalar { .. }).then(|| self.doc.tree.text(id, &self.doc.text))
    }

    /// The value of a key. The mapping's own keys win over those from `<<`.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        let map = self.target();
        let tree = &self.doc.tree;
        if let Some(pair) = tree.own_pair(map, key, &self.doc.text) {
            return Some(self.child(pair.value, Some(pair.key), false));
        }
        tree.merged(map).into_iter().find_map(|source| self.child(source, None, true).get(key))
    }

    /// The entries of a mapping, its own first, then those from `<<`. Empty for any other value.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'d>> + use<'d> {
        let map = self.target();
        let tree = &self.doc.tree;
        let entry = |key: NodeId, value: Node<'d>| Entry { key: tree.text(key, &self.doc.text), value };
        let own = tree.pairs_of(map).iter().filter(|pair| !pair.merge);
        let mut entries: Vec<_> =
            own.map(|pair| entry(pair.key, self.child(pair.value, Some(pair.key), false))).collect();
        let sources = tree.merged(map);
        if !sources.is_empty() {
            let mut seen: HashSet<&str> = entries.iter().map(|entry| entry.key).collect();
            for source in sources {
                entries.extend(self.child(source, None, true).entries().filter(|entry| seen.insert(entry.key)));
            }
        }
        entries.into_iter()
    }

    /// The items of a list. Empty for any other value.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Node<'d>> + use<'d> {
        let node = *self;
        self.doc.tree.items_of(self.target()).iter().map(move |&item| node.child(item, None, false))
    }

    /// Where the value is written; for an alias, where the alias is.
    pub fn place(&self) -> Place {
        let range = self.doc.tree.range(self.id);
        match (range.is_empty(), self.key) {
            // If nothing is written, point at the key.
            (true, Some(key)) => self.doc.place(self.doc.tree.range(key)),
            _ => self.doc.place(range),
        }
    }

    /// The bytes of the document that hold the value, without its anchor and tag; for an alias, the alias.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.doc.tree.range(self.id)
    }

    /// The source of the value: with quotes, indentation and comments.
    pub fn snippet(&self) -> &'d str {
        &self.doc.text[self.range()]
    }

    /// Whether other values share this text: behind an alias or a merge key, and
    /// inside a value whose anchor is used.
    pub fn is_shared(&self) -> bool {
        self.borrowed || self.target() != self.id || self.doc.tree.raw(self.id).shared
    }

    /// The comments of the value, without `#`: after its key, after the value on its last line,
    /// then one alone on the line directly above.
    pub fn comments(&self) -> Vec<&'d str> {
        let tree = &self.doc.tree;
        let raw = tree.raw(self.id);
        let start = self.key.map_or(raw.start, |key| tree.raw(key).start);
        let first = self.doc.lines.index_of(start as usize);
        let mut lines = vec![first];
        match raw.kind {
            Kind::Scalar { style, .. } if style.is_block() => lines.push(self.doc.lines.index_of(raw.start as usize)),
            Kind::Scalar { .. } | Kind::Alias { .. } => lines.push(self.doc.lines.index_of(raw.end as usize)),
            Kind::List { flow, .. } | Kind::Map { flow, .. } if flow => {
                lines.push(self.doc.lines.index_of(raw.end as usize));
            }
            Kind::List { .. } | Kind::Map { .. } => {}
        }
        lines.dedup();
        let behind = lines.into_iter().filter_map(|line| self.doc.comment_on(line));
        let above = first.checked_sub(1).filter(|&line| self.doc.is_comment_line(line));
        behind.chain(above.and_then(|line| self.doc.comment_on(line))).collect()
    }

    /// The value as JSON, copied out.
    pub fn to_json(&self) -> Value {
        match self.view() {
            View::Null => Value::Null,
            View::Bool(value) => Value::Bool(value),
            View::Number(number) => Value::Number(number),
            View::Text(text) => Value::String(text.to_owned()),
            View::List => self.items().map(|item| item.to_json()).collect(),
            View::Map => {
                let entries = self.entries().map(|entry| (entry.key.to_owned(), entry.value.to_json()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    fn target(&self) -> NodeId {
        self.doc.tree.follow(self.id)
    }

    fn child(&self, id: NodeId, key: Option<NodeId>, merged: bool) -> Node<'d> {
        Node { doc: self.doc, id, key, borrowed: self.borrowed || merged || self.target() != self.id }
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("view", &self.view()).field("range", &self.range()).finish_non_exhaustive()
    }
}
