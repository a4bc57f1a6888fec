//! Splices that remove from mappings and lists.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::scan;
use super::super::tree::NodeId;
use super::plan::Items;
use super::replace::{Cannot, Cutter};
use super::splice::Splice;

/// An item of a list, or a key of a mapping with its value.
#[derive(Clone, Copy)]
struct Part {
    /// Where its `-` or its key begins.
    at: usize,
    first: NodeId,
    last: NodeId,
}

impl Cutter<'_, '_> {
    /// Removes pairs of a mapping that keeps at least one.
    pub(super) fn remove_keys(&self, map: NodeId, removed: &BTreeSet<usize>) -> Result<Vec<Splice>, Cannot> {
        let pairs = self.geometry.tree.pairs_of(map);
        let parts: Vec<Part> = pairs
            .iter()
            .map(|pair| Part { at: self.geometry.tree.range(pair.key).start, first: pair.key, last: pair.value })
            .collect();
        self.remove(map, &parts, removed)
    }

    /// Removes items of a list that keeps at least one.
    pub(super) fn remove_items(&self, list: NodeId, change: &Items) -> Result<Vec<Splice>, Cannot> {
        let items = self.geometry.tree.items_of(list).iter().enumerate();
        let parts: Vec<Part> =
            items.map(|(index, &item)| Part { at: self.geometry.dash(list, index), first: item, last: item }).collect();
        self.remove(list, &parts, &change.removed)
    }

    /// Removes some of the parts of a collection.
    fn remove(&self, of: NodeId, parts: &[Part], removed: &BTreeSet<usize>) -> Result<Vec<Splice>, Cannot> {
        let mut splices = Vec::new();
        let mut at = 0;
        while at < parts.len() {
            let run = (at..parts.len()).take_while(|index| removed.contains(index)).count();
            match self.geometry.is_flow(of) {
                _ if run == 0 => {}
                true => splices.push(Splice::new(self.flow_parts(of, parts, at..at + run), "")),
                // If the file has no final line end, the one before these parts goes too.
                false if self.ends_file(parts[at + run - 1].last) => {
                    splices.push(Splice::new(self.block_parts(parts, at..at + run)?, ""));
                }
                false => {
                    for index in at..at + run {
                        let range = self.block_parts(parts, index..index + 1)?;
                        let takes_lines = self.geometry.text[..range.end].ends_with(['\n', '\r']);
                        let open = self.after_block(parts[index]);
                        splices.push(Splice { takes_lines, open, ..Splice::new(range, "") });
                    }
                }
            }
            at += run + 1;
        }
        Ok(splices)
    }

    /// The bytes of parts of a flow collection and one comma.
    fn flow_parts(&self, of: NodeId, parts: &[Part], run: Range<usize>) -> Range<usize> {
        let geometry = self.geometry;
        let end = |index: usize| geometry.tree.range(parts[index].last).end;
        let start = |index: usize| match index.checked_sub(1) {
            Some(before) => scan::content_start(geometry.text, end(before)),
            None => scan::content_start(geometry.text, geometry.tree.range(of).start + 1),
        };
        match run.start.checked_sub(1) {
            _ if run.end < parts.len() => start(run.start)..start(run.end),
            Some(before) => end(before)..end(run.end - 1),
            None => start(run.start)..end(run.end - 1),
        }
    }

    /// The lines of parts of a block collection, with the comments indented below them.
    fn block_parts(&self, parts: &[Part], run: Range<usize>) -> Result<Range<usize>, Cannot> {
        let geometry = self.geometry;
        let Part { at, last, .. } = Part { last: parts[run.end - 1].last, ..parts[run.start] };
        if !geometry.starts_line(at) {
            // Only a first part can follow something on its line; another one comes after it.
            return if run.end < parts.len() {
                Ok(at..parts[run.end].at)
            } else {
                Err("it shares its line with other values")
            };
        }
        let column = geometry.column_at(at);
        let start = geometry.line_start(at);
        let end = self.own_comments_end(geometry.extent_end(last), column);
        let after = scan::after_break(geometry.text.as_bytes(), end);
        let after_block = self.after_block(parts[run.start]);
        if after == end {
            // Keep the file without a final line end, unless the scalar before needs it.
            let before = &geometry.text[..start];
            let before = before.strip_suffix('\n').map_or(before, |line| line.strip_suffix('\r').unwrap_or(line));
            return Ok(if after_block { start } else { before.len() }..end);
        }
        let (blank_end, blank_lines) = geometry.blank_lines(end);
        let line_before = geometry.text[..start].trim_end_matches(['\n', '\r']);
        let blank_before = geometry.text[line_before.len()..start].matches('\n').count() > 1;
        if blank_lines > 0 && (blank_before || after_block) {
            return Ok(start..scan::after_break(geometry.text.as_bytes(), blank_end));
        }
        Ok(start..after)
    }

    /// End of the comments indented deeper than `column`, with blank lines between them.
    fn own_comments_end(&self, at: usize, column: usize) -> usize {
        let mut end = at;
        loop {
            let (blank_end, _) = self.geometry.blank_lines(end);
            match self.geometry.comments_end(blank_end, column + 1) {
                comments_end if comments_end > blank_end => end = comments_end,
                _ => return end,
            }
        }
    }

    /// Whether the file ends with this value, without a line end.
    fn ends_file(&self, node: NodeId) -> bool {
        self.geometry.extent_end(node) == self.geometry.text.len()
    }

    /// Whether the part follows a block scalar, which could absorb blank lines.
    fn after_block(&self, part: Part) -> bool {
        part.first.checked_sub(1).is_some_and(|before| self.geometry.block(before).is_some())
    }
}
