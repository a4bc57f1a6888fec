//! A parsed document in compact form: nodes in text order, by index.

use std::ops::Range;
use std::sync::Arc;

use super::scalar::Tag;

/// The index of a node, in text order, a collection before its contents.
pub(super) type NodeId = u32;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl Style {
    pub(super) fn is_block(self) -> bool {
        matches!(self, Style::Literal | Style::Folded)
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `decoded` is the index of its text in [`Tree::decoded`]; `None` if the text is the source itself.
    Scalar { style: Style, tag: Tag, decoded: Option<u32> },
    /// `first..first + len` of [`Tree::items`].
    List { flow: bool, first: u32, len: u32 },
    /// `first..first + len` of [`Tree::pairs`]. `merges`: one of the keys is a merge key.
    Map { flow: bool, merges: bool, first: u32, len: u32 },
    /// Stands for another node.
    Alias { target: NodeId },
}

/// A node: its kind and byte range, without its anchor and tag. A block scalar starts
/// at its `|` or `>` and ends with its last line, trailing blank lines included; a block collection goes
/// from its first `-` or key to the end of the last thing in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: Kind,
    /// It is inside a node whose anchor is used.
    pub(super) shared: bool,
    /// It has an explicit tag.
    pub(super) tagged: bool,
}

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) key: NodeId,
    pub(super) value: NodeId,
    /// The plain, untagged key `<<`.
    pub(super) merge: bool,
}

/// An anchor of the document.
#[derive(Debug, Clone)]
pub(super) struct Anchor {
    /// The anchored node.
    pub(super) node: NodeId,
    /// One past the last node inside it.
    pub(super) node_end: NodeId,
    /// How many aliases refer to it.
    pub(super) users: u32,
}

/// All nodes of a document.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Raw>,
    pub(super) items: Vec<NodeId>,
    pub(super) pairs: Vec<Pair>,
    /// For each mapping, the indices of its pairs (from its first) sorted by key, at the same range as its pairs.
    pub(super) sorted: Vec<u32>,
    /// Texts that differ from the source: with escapes, folded, indented.
    pub(super) decoded: Vec<Arc<str>>,
    /// The comments, `#` included, in the order of the text.
    pub(super) comments: Vec<(u32, u32)>,
    /// In the order of the text.
    pub(super) anchors: Vec<Anchor>,
    pub(super) root: Option<NodeId>,
}

impl Tree {
    pub(super) fn raw(&self, id: NodeId) -> &Raw {
        &self.nodes[id as usize]
    }

    pub(super) fn range(&self, id: NodeId) -> Range<usize> {
        let raw = self.raw(id);
        raw.start as usize..raw.end as usize
    }

    /// The node itself, or what the alias stands for.
    pub(super) fn follow(&self, id: NodeId) -> NodeId {
        match self.raw(id).kind {
            // YAML has no anchors on aliases, so one step is enough.
            Kind::Alias { target } => target,
            _ => id,
        }
    }

    /// The text of a scalar, if it differs from the source.
    pub(super) fn decoded(&self, id: NodeId) -> Option<&Arc<str>> {
        match self.raw(id).kind {
            Kind::Scalar { decoded: Some(index), .. } => self.decoded.get(index as usize),
            _ => None,
        }
    }

    /// The decoded text of a scalar; empty for anything else.
    pub(super) fn text<'t>(&'t self, id: NodeId, source: &'t str) -> &'t str {
        let range = self.range(id);
        match self.raw(id).kind {
            Kind::Scalar { decoded: Some(index), .. } => &self.decoded[index as usize],
            Kind::Scalar { style: Style::Single | Style::Double, .. } => &source[range.start + 1..range.end - 1],
            Kind::Scalar { .. } => &source[range],
            _ => "",
        }
    }

    /// The items of a list; empty for anything else.
    pub(super) fn items_of(&self, id: NodeId) -> &[NodeId] {
        match self.raw(id).kind {
            Kind::List { first, len, .. } => &self.items[first as usize..][..len as usize],
            _ => &[],
        }
    }

    /// The pairs of a mapping as written; empty for anything else.
    pub(super) fn pairs_of(&self, id: NodeId) -> &[Pair] {
        match self.raw(id).kind {
            Kind::Map { first, len, .. } => &self.pairs[first as usize..][..len as usize],
            _ => &[],
        }
    }

    /// The pair of a mapping with this key, ignoring merge keys.
    pub(super) fn own_pair(&self, id: NodeId, key: &str, source: &str) -> Option<Pair> {
        let Kind::Map { first, len, .. } = self.raw(id).kind else { return None };
        let sorted = &self.sorted[first as usize..][..len as usize];
        let pair = |place: u32| self.pairs[first as usize + place as usize];
        let from = sorted.partition_point(|&place| self.text(pair(place).key, source) < key);
        sorted[from..]
            .iter()
            .map(|&place| pair(place))
            .take_while(|pair| self.text(pair.key, source) == key)
            .find(|pair| !pair.merge)
    }

    /// The mappings that the merge key refers to, the winning one first.
    pub(super) fn merged(&self, id: NodeId) -> Vec<NodeId> {
        let Kind::Map { merges: true, .. } = self.raw(id).kind else { return Vec::new() };
        let Some(pair) = self.pairs_of(id).iter().find(|pair| pair.merge) else { return Vec::new() };
        let value = self.follow(pair.value);
        match self.raw(value).kind {
            Kind::List { .. } => self.items_of(value).iter().map(|&item| self.follow(item)).collect(),
            _ => vec![value],
        }
    }
}
