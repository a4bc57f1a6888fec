//! Positions that the tree does not hold: parents, columns, the lines of a value.

use super::super::scan;
use super::super::tree::{Kind, NodeId, Pair, Tree};
use super::super::{Document, lines::Lines};

/// A document with the parent of every node.
pub(super) struct Geometry<'d> {
    pub(super) text: &'d str,
    pub(super) tree: &'d Tree,
    lines: &'d Lines,
    parents: Vec<NodeId>,
}

/// The position of a node in its parent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hook {
    Root,
    Value(Pair),
    Item(usize),
}

const NO_PARENT: NodeId = NodeId::MAX;

impl<'d> Geometry<'d> {
    pub(super) fn new(doc: &'d Document) -> Self {
        let mut parents = vec![NO_PARENT; doc.tree.nodes.len()];
        for id in 0..doc.tree.nodes.len() as NodeId {
            for &item in doc.tree.items_of(id) {
                parents[item as usize] = id;
            }
            for pair in doc.tree.pairs_of(id) {
                parents[pair.key as usize] = id;
                parents[pair.value as usize] = id;
            }
        }
        Self { text: &doc.text, tree: &doc.tree, lines: &doc.lines, parents }
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(id as usize).copied().filter(|&parent| parent != NO_PARENT)
    }

    pub(super) fn hook(&self, id: NodeId) -> Hook {
        let Some(parent) = self.parent(id) else { return Hook::Root };
        let items = self.tree.items_of(parent);
        // Node ids are in text order, so binary search works.
        match items.binary_search(&id) {
            Ok(index) => Hook::Item(index),
            Err(_) => {
                let pairs = self.tree.pairs_of(parent);
                let index = pairs.partition_point(|pair| pair.value < id);
                pairs.get(index).map_or(Hook::Root, |&pair| Hook::Value(pair))
            }
        }
    }

    /// One past the last node inside this one.
    pub(super) fn node_end(&self, id: NodeId) -> NodeId {
        let mut last = id;
        loop {
            let child = match self.tree.raw(last).kind {
                Kind::Map { .. } => self.tree.pairs_of(last).last().map(|pair| pair.value),
                Kind::List { .. } => self.tree.items_of(last).last().copied(),
                Kind::Scalar { .. } | Kind::Alias { .. } => None,
            };
            match child {
                Some(child) => last = child,
                None => return last + 1,
            }
        }
    }

    /// Whether the node is inside `[]` or `{}`.
    pub(super) fn in_flow(&self, id: NodeId) -> bool {
        self.parent(id).is_some_and(|parent| self.is_flow(parent))
    }

    /// Whether it is written with `[]` or `{}`.
    pub(super) fn is_flow(&self, id: NodeId) -> bool {
        matches!(self.tree.raw(id).kind, Kind::List { flow: true, .. } | Kind::Map { flow: true, .. })
    }

    pub(super) fn is_block_collection(&self, id: NodeId) -> bool {
        matches!(self.tree.raw(id).kind, Kind::List { flow: false, .. } | Kind::Map { flow: false, .. })
    }

    /// The column of a byte, from 0.
    pub(super) fn column_at(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// The column of a node's first byte, from 0.
    pub(super) fn column(&self, id: NodeId) -> usize {
        self.column_at(self.tree.range(id).start)
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.lines.range(self.lines.index_of(at), self.text).start.min(at)
    }

    /// Where the line of `at` ends, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        scan::line_end(self.text.as_bytes(), at)
    }

    /// The number of the line of `at`, from 1.
    pub(super) fn line_number(&self, at: usize) -> usize {
        self.lines.index_of(at) + 1
    }

    /// Whether only spaces precede `at` on its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].bytes().all(|byte| byte == b' ')
    }

    /// The offset of the `-` of a block list item.
    pub(super) fn dash(&self, list: NodeId, index: usize) -> usize {
        let start = self.tree.range(list).start;
        match index.checked_sub(1).and_then(|before| self.tree.items_of(list).get(before)) {
            Some(&before) => scan::find(self.text, self.tree.range(before).end, b"-").unwrap_or(start),
            None => start,
        }
    }

    /// Where the value may begin: after its `:` or `-`, anchor and tag.
    pub(super) fn slot_start(&self, id: NodeId) -> usize {
        let indicator = match (self.hook(id), self.parent(id)) {
            (Hook::Value(pair), _) => {
                let key_end = self.tree.range(pair.key).end;
                scan::colon(self.text, key_end).map_or(key_end, |colon| colon + 1)
            }
            (Hook::Item(index), Some(list)) if !self.is_flow(list) => self.dash(list, index) + 1,
            _ => return self.tree.range(id).start,
        };
        scan::properties_end(self.text, indicator, self.tree.range(id).start)
    }

    /// The last scalar or alias inside a node, or the node itself.
    pub(super) fn last_leaf(&self, id: NodeId) -> NodeId {
        self.node_end(id) - 1
    }

    /// End of the lines of a value in a block collection, without the last line break: includes a trailing
    /// comment, excludes insignificant blank lines.
    pub(super) fn extent_end(&self, id: NodeId) -> usize {
        match self.tree.raw(id).kind {
            Kind::Map { flow: false, .. } | Kind::List { flow: false, .. } => {
                let children = (self.tree.pairs_of(id).last(), self.tree.items_of(id).last());
                match children {
                    (Some(pair), _) => self.extent_end(pair.value),
                    (None, Some(&item)) => self.extent_end(item),
                    (None, None) => self.tree.range(id).end,
                }
            }
            _ => match self.block(id) {
                Some(block) => block.end,
                None => self.line_end(self.tree.range(id).end),
            },
        }
    }

    /// End of the comment lines right below `at` that are indented by at least `column`.
    pub(super) fn comments_end(&self, at: usize, column: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = at;
        loop {
            let line = scan::after_break(bytes, end);
            let text = &self.text[line..self.line_end(line)];
            let indent = text.len() - text.trim_start_matches(' ').len();
            if line == end || indent < column || !text[indent..].starts_with('#') {
                return end;
            }
            end = line + text.len();
        }
    }

    /// The blank lines after `at`, which is the end of a line: the end of the last one, without its line break, and
    /// their number.
    pub(super) fn blank_lines(&self, at: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let (mut end, mut count) = (at, 0);
        loop {
            let line = scan::after_break(bytes, end);
            let line_end = self.line_end(line);
            if line == end || line == bytes.len() || !self.text[line..line_end].trim().is_empty() {
                return (end, count);
            }
            (end, count) = (line_end, count + 1);
        }
    }
}

/// The parts of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Where `|2-` ends.
    pub(super) header_end: usize,
    /// Indentation of its lines, if it has any.
    pub(super) indent: Option<usize>,
    /// End of its last significant line, without the line break.
    pub(super) end: usize,
    /// It is written with `+`.
    pub(super) keep: bool,
    /// It is written with `-`.
    pub(super) strip: bool,
}

impl Geometry<'_> {
    /// The parts of a block scalar; `None` for anything else.
    pub(super) fn block(&self, id: NodeId) -> Option<Block> {
        let Kind::Scalar { style, .. } = self.tree.raw(id).kind else { return None };
        if !style.is_block() {
            return None;
        }
        let range = self.tree.range(id);
        let header = self.text[range.clone()].bytes().skip(1);
        let header_end = range.start + 1 + header.take_while(|b| matches!(b, b'+' | b'-' | b'1'..=b'9')).count();
        let indicators = &self.text[range.start..header_end];
        let keep = indicators.contains('+');
        let first_line = scan::after_break(self.text.as_bytes(), self.line_end(header_end));
        let body = self.text.get(first_line..range.end).unwrap_or("");
        let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let indent = match indicators.bytes().find(u8::is_ascii_digit) {
            Some(digit) => Some(self.parent_column(id) + usize::from(digit - b'0')),
            None => body.lines().find(|line| !line.trim_matches(' ').is_empty()).map(width),
        };
        let mut end = self.line_end(header_end);
        let mut rest = range.end;
        while rest > first_line {
            let line = self.line_start(rest - 1).max(first_line);
            let text = self.text[line..rest].trim_end_matches(['\n', '\r']);
            let content = !text.trim_matches(' ').is_empty() || text.len() > indent.unwrap_or(usize::MAX);
            if content || keep {
                end = line + text.len();
                break;
            }
            rest = line;
        }
        Some(Block { header_end, indent, end, keep, strip: indicators.contains('-') })
    }

    /// The column that a value is indented against: of its key or dash.
    pub(super) fn parent_column(&self, id: NodeId) -> usize {
        match (self.hook(id), self.parent(id)) {
            (Hook::Value(_), Some(map)) => self.column(map),
            (Hook::Item(index), Some(list)) => self.column_at(self.dash(list, index)),
            _ => 0,
        }
    }
}
