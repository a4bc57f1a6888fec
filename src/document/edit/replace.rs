//! Splices that replace values.

use super::super::content::Content;
use super::super::scalar::Tag;
use super::super::scan;
use super::super::tree::{Kind, NodeId, Style};
use super::geometry::{Geometry, Hook};
use super::layout::Layout;
use super::plan::is_null;
use super::splice::Splice;
use super::style::Room;
use super::write::{OpenBlock, Place, Writer, flow};

/// Makes the splices for a plan.
pub(super) struct Cutter<'g, 'd> {
    pub(super) geometry: &'g Geometry<'d>,
    pub(super) layout: &'g Layout,
}

/// Why a splice cannot be made.
pub(super) type Cannot = &'static str;

impl Cutter<'_, '_> {
    /// Replaces the content of a value.
    pub(super) fn replace(&self, node: NodeId, content: &Content) -> Result<Splice, Cannot> {
        let raw = self.geometry.tree.raw(node);
        let old_style = match raw.kind {
            Kind::Scalar { style, tag: Tag::Str, .. } if is_text(content) => Some(style),
            _ if raw.tagged => return Err("it has a tag (`!…`)"),
            Kind::Scalar { style, .. } => Some(style),
            _ => None,
        };
        if self.geometry.in_flow(node) || (self.geometry.is_flow(node) && is_filled(content) && self.is_filled(node)) {
            return self.in_flow(node, content, old_style);
        }
        match self.geometry.hook(node) {
            Hook::Root => self.root(node, content),
            Hook::Value(_) | Hook::Item(_) => self.in_block(node, content, old_style),
        }
    }

    fn is_filled(&self, node: NodeId) -> bool {
        !self.geometry.tree.items_of(node).is_empty() || !self.geometry.tree.pairs_of(node).is_empty()
    }

    fn in_flow(&self, node: NodeId, content: &Content, old: Option<Style>) -> Result<Splice, Cannot> {
        let range = self.geometry.tree.range(node);
        let text = flow(content, old.filter(|style| *style != Style::Plain), Room::Flow);
        if !is_null(self.geometry, node) {
            let glued = self.geometry.text[..range.start].ends_with(':');
            return Ok(Splice::new(range, if glued { format!(" {text}") } else { text }));
        }
        let Hook::Value(pair) = self.geometry.hook(node) else { return Err("there is no value here") };
        let key_end = self.geometry.tree.range(pair.key).end;
        let colon = if scan::colon(self.geometry.text, key_end).is_some() { "" } else { ":" };
        let at = self.geometry.slot_start(node).max(range.start);
        Ok(Splice::new(at..at, format!("{colon} {text}")))
    }

    /// Fills an empty document with a mapping; any other root cannot be replaced.
    fn root(&self, node: NodeId, content: &Content) -> Result<Splice, Cannot> {
        let range = self.geometry.tree.range(node);
        let Content::Map(entries) = content else { return Err("the whole document cannot be replaced") };
        if self.is_filled(node) || !(self.geometry.is_flow(node) || is_null(self.geometry, node)) {
            return Err("the whole document cannot be replaced");
        }
        let at = if is_null(self.geometry, node) { self.geometry.line_end(range.start) } else { range.start };
        let end = range.end.max(at);
        Ok(self.settled(at, end, |closed| {
            let mut writer = Writer::new(self.layout, closed);
            if !self.geometry.starts_line(at) || is_null(self.geometry, node) {
                writer.line(0);
            }
            writer.entries(entries, 0, true);
            writer
        }))
    }

    fn in_block(&self, node: NodeId, content: &Content, old: Option<Style>) -> Result<Splice, Cannot> {
        let geometry = self.geometry;
        let range = geometry.tree.range(node);
        let is_item = matches!(geometry.hook(node), Hook::Item(_));
        let slot = geometry.slot_start(node);
        if !is_item && !geometry.text[..slot].ends_with(':') && scan::properties_end(geometry.text, slot, slot) == slot
        {
            // `? key` without `:`
            if let Hook::Value(pair) = geometry.hook(node)
                && scan::colon(geometry.text, geometry.tree.range(pair.key).end).is_none()
            {
                return Err("its key has no `:`");
            }
        }
        let block = geometry.block(node);
        let slot_line_end = geometry.line_end(slot);
        let (rest, end) = match block {
            Some(block) => (block.header_end..geometry.line_end(block.header_end), block.end),
            None if geometry.is_block_collection(node) => {
                let rest = if slot_line_end < range.start { slot..slot_line_end } else { slot..slot };
                (rest, geometry.extent_end(node))
            }
            None => (range.end..geometry.line_end(range.end), geometry.line_end(range.end)),
        };
        let mut place = Place::new(geometry.parent_column(node), true).with_rest(&geometry.text[rest]);
        place.old = old;
        place.old_indent = block.and_then(|block| block.indent);
        let leaf = !is_filled(content.split_comment().0);
        let gap = &geometry.text[slot.min(range.start)..range.start];
        let (start, strip) = match geometry.is_block_collection(node) || is_null(geometry, node) || gap.is_empty() {
            true => (slot, false),
            // Keep what is between the colon and the value: spaces, or a comment and a line break.
            false if leaf => (range.start, true),
            false if gap.contains(['\n', '\r']) => {
                if !place.rest.trim().is_empty() {
                    return Err("it has comments before and after it");
                }
                place.rest = &geometry.text[slot..slot_line_end];
                (slot, false)
            }
            false => (slot, false),
        };
        let old_indent = place.old_indent;
        Ok(self.settled(start, end, |closed| {
            let mut writer = Writer::new(self.layout, closed);
            let place = Place { old_indent, ..place };
            match is_item {
                true => writer.after_dash(content, place),
                false => writer.after_key(content, place),
            }
            if strip && writer.out.starts_with(' ') {
                writer.out.remove(0);
            }
            writer
        }))
    }

    /// A splice up to the line end at `end`, made safe against what follows: a block scalar at its
    /// end must not absorb the comments and blank lines after it. `write(true)` writes it without such a block.
    pub(super) fn settled<'w>(&self, start: usize, end: usize, write: impl Fn(bool) -> Writer<'w>) -> Splice {
        let geometry = self.geometry;
        let writer = ending(geometry.text[end..].trim().is_empty(), &write);
        let Some(OpenBlock { indent, keeps_blank_lines, ends_line }) = writer.open else {
            return Splice::new(start..end, writer.out);
        };
        let (blank_end, blank_lines) = geometry.blank_lines(end);
        let next = scan::after_break(geometry.text.as_bytes(), blank_end);
        let next_line = &geometry.text[next..geometry.line_end(next)];
        let next_indent = next_line.len() - next_line.trim_start_matches(' ').len();
        if next > blank_end && next_line[next_indent..].starts_with('#') && next_indent >= indent {
            return Splice::new(start..end, write(true).out);
        }
        let mut splice = Splice::new(start..end, writer.out);
        splice.open = true;
        splice.keeps = keeps_blank_lines;
        let wide = geometry.text[end..blank_end].lines().any(|line| line.len() > indent || line.contains('\t'));
        if blank_lines > 0 && (keeps_blank_lines || wide) {
            splice.range.end = blank_end;
            if !keeps_blank_lines {
                splice.text.push_str(&self.layout.line_end.repeat(blank_lines));
            }
        }
        splice.final_line_end = ends_line.then_some(self.layout.line_end);
        splice
    }
}

/// What is written, without a block whose blank lines would be the last of the file: editors and hooks take those away.
pub(super) fn ending<'w>(at_end: bool, write: &impl Fn(bool) -> Writer<'w>) -> Writer<'w> {
    let writer = write(false);
    if at_end && writer.open.is_some_and(|open| open.keeps_blank_lines) { write(true) } else { writer }
}

/// Whether it is a collection that is not empty.
pub(super) fn is_filled(content: &Content) -> bool {
    match content.split_comment().0 {
        Content::Map(entries) => !entries.is_empty(),
        Content::List(items) => !items.is_empty(),
        _ => false,
    }
}

fn is_text(content: &Content) -> bool {
    matches!(content.split_comment().0, Content::Text(_))
}
