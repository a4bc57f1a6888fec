//! Splices that add to mappings and lists.

use super::super::content::Content;
use super::super::scan;
use super::super::tree::NodeId;
use super::plan::Items;
use super::replace::{Cannot, Cutter, ending};
use super::splice::Splice;
use super::style::Room;
use super::write::{Place, Writer, flow, flow_entry};

impl Cutter<'_, '_> {
    /// Adds entries to a mapping that is not empty.
    pub(super) fn add_entries(&self, map: NodeId, entries: &[(String, Content)]) -> Result<Vec<Splice>, Cannot> {
        let geometry = self.geometry;
        let pairs = geometry.tree.pairs_of(map);
        let Some(last) = pairs.last() else { return Err("it is empty") };
        if geometry.is_flow(map) {
            if !geometry.text[geometry.tree.range(map).start..].starts_with('{') {
                return Err("it is a single `key: value` inside `[]`");
            }
            let (before, behind): (Vec<_>, Vec<_>) =
                entries.iter().partition(|(_, value)| self.other(map, value).is_some());
            let mut splices: Vec<Splice> = (before.into_iter())
                .filter_map(|(key, value)| {
                    let at = geometry.tree.range(pairs[self.other(map, value)?].key).start;
                    Some(Splice::new(at..at, format!("{}, ", flow_entry(key, value))))
                })
                .collect();
            let text: String = behind.iter().map(|(key, value)| format!(", {}", flow_entry(key, value))).collect();
            if !text.is_empty() {
                splices.push(self.behind(map, geometry.tree.range(last.value).end, text));
            }
            return Ok(splices);
        }
        let column = geometry.column(map);
        let mut splices = Vec::new();
        let mut behind = Vec::new();
        for (key, value) in entries {
            match self.before(map, key, value) {
                Some(splice) => splices.push(splice),
                None => behind.push((key.clone(), value.clone())),
            }
        }
        let entries = behind.as_slice();
        if entries.is_empty() {
            return Ok(splices);
        }
        let gaps: Vec<_> =
            pairs.windows(2).map(|pair| (pair[0].value, geometry.tree.range(pair[1].key).start)).collect();
        // A single neighbour shows no style, and neither does what is no entry or section.
        let no_style = pairs.iter().filter(|pair| geometry.is_block_collection(pair.value)).count() < 2;
        let separated = self.separated(&gaps);
        let blank = |entry: &(String, Content)| separated || (no_style && entry.1.is_spaced());
        let first = blank(&entries[0]);
        let at = geometry.comments_end(geometry.extent_end(last.value), column);
        let splice = self.settled(at, at, |closed| {
            let mut writer = Writer::new(self.layout, closed);
            for (index, entry) in entries.iter().enumerate() {
                self.next(&mut writer, index, blank(entry), column);
                writer.entries(std::slice::from_ref(entry), column, index + 1 == entries.len());
            }
            writer
        });
        splices.extend(self.behind_leaf(map, last.value, splice, first));
        Ok(splices)
    }

    /// The index of the key that a new value should precede.
    fn other(&self, map: NodeId, value: &Content) -> Option<usize> {
        let Content::Before(_, other) = value else { return None };
        let tree = self.geometry.tree;
        tree.pairs_of(map).iter().position(|pair| tree.text(pair.key, self.geometry.text) == other)
    }

    /// Puts a new entry on its own line before the key that it names.
    fn before(&self, map: NodeId, key: &str, value: &Content) -> Option<Splice> {
        let geometry = self.geometry;
        let pairs = geometry.tree.pairs_of(map);
        let place = self.other(map, value)?;
        let start = geometry.tree.range(pairs[place].key).start;
        if !geometry.starts_line(start) {
            return None;
        }
        let line = geometry.line_start(start);
        let indent = &geometry.text[line..start];
        // Blank lines and comments between two keys belong to the second.
        let at = match place.checked_sub(1).map(|before| geometry.tree.range(pairs[before].value)) {
            Some(before)
                if geometry.line_start(before.start) == geometry.line_start(before.end) && !before.is_empty() =>
            {
                scan::after_break(geometry.text.as_bytes(), geometry.line_end(before.end))
            }
            _ => line,
        };
        let end = self.layout.line_end;
        let text = match value {
            Content::Before(inner, _) if matches!(&**inner, Content::Map(entries) if !entries.is_empty()) => {
                let Content::Map(entries) = &**inner else { return None };
                let head = flow_entry(key, &Content::Null);
                let head = head.strip_suffix(" null").unwrap_or(&head);
                let line = |(key, value): &(String, Content)| format!("{end}{indent}  {}", flow_entry(key, value));
                format!("{indent}{head}{}{end}", entries.iter().map(line).collect::<String>())
            }
            _ => format!("{indent}{}{end}", flow_entry(key, value)),
        };
        Some(Splice::new(at..at, text))
    }

    /// Inserts and removes items of a list that keeps at least one.
    pub(super) fn change_items(&self, list: NodeId, items: &Items) -> Result<Vec<Splice>, Cannot> {
        let kept: Vec<usize> =
            (0..self.geometry.tree.items_of(list).len()).filter(|index| !items.removed.contains(index)).collect();
        let mut splices = self.remove_items(list, items)?;
        let mut first = 0;
        // An insertion between two kept items goes after the first, whatever was between them.
        for gap in 0..=kept.len() {
            let until = kept.get(gap).copied().unwrap_or(usize::MAX);
            let new: Vec<&Content> = items.inserted.range(first..=until).flat_map(|(_, new)| new).collect();
            first = until.saturating_add(1);
            if new.is_empty() {
                continue;
            }
            let after = gap.checked_sub(1).map(|before| kept[before]);
            match (self.geometry.is_flow(list), after) {
                (true, after) => splices.push(self.add_in_flow(list, after, &new)),
                (false, Some(after)) => splices.extend(self.add_behind(list, after, &new)),
                (false, None) => splices.push(self.add_first(list, &new)),
            }
        }
        Ok(splices)
    }

    fn add_in_flow(&self, list: NodeId, after: Option<usize>, new: &[&Content]) -> Splice {
        let geometry = self.geometry;
        let new: Vec<_> = new.iter().map(|item| flow(item, None, Room::Flow)).collect();
        match after {
            Some(after) => {
                let at = geometry.tree.range(geometry.tree.items_of(list)[after]).end;
                self.behind(list, at, format!(", {}", new.join(", ")))
            }
            None => {
                let bracket = geometry.tree.range(list).start + 1;
                let spaces = geometry.text[bracket..].bytes().take_while(|&byte| byte == b' ').count();
                let at = bracket + spaces;
                Splice::new(at..at, format!("{}, ", new.join(", ")))
            }
        }
    }

    fn add_behind(&self, list: NodeId, after: usize, new: &[&Content]) -> Vec<Splice> {
        let geometry = self.geometry;
        let items = geometry.tree.items_of(list);
        let column = geometry.column(list);
        let blank = self.separated(&self.item_gaps(list));
        // Deeper comments belong to the item; those in line with it to the list, if that is indented.
        let to_list = after + 1 == items.len() && column > geometry.parent_column(list);
        let at = geometry.comments_end(geometry.extent_end(items[after]), if to_list { column } else { column + 1 });
        let splice = self.settled(at, at, |closed| {
            let mut writer = Writer::new(self.layout, closed);
            for (index, item) in new.iter().enumerate() {
                self.next(&mut writer, index, blank, column);
                writer.out.push('-');
                writer.after_dash(item, Place::new(column, index + 1 == new.len()));
            }
            writer
        });
        self.behind_leaf(list, items[after], splice, blank)
    }

    /// Inserts items before the first one: on their own lines, if the list starts a line.
    fn add_first(&self, list: NodeId, new: &[&Content]) -> Splice {
        let geometry = self.geometry;
        let dash = geometry.dash(list, 0);
        let column = geometry.column_at(dash);
        let blank = self.separated(&self.item_gaps(list));
        let own_line = geometry.starts_line(dash);
        let mut writer = Writer::new(self.layout, false);
        for item in new {
            if own_line {
                writer.indent(column);
            }
            writer.out.push('-');
            writer.after_dash(item, Place::new(column, false));
            writer.gap(blank);
            writer.line(if own_line { 0 } else { column });
        }
        let at = if own_line { geometry.line_start(dash) } else { dash };
        Splice::new(at..at, writer.out)
    }

    fn item_gaps(&self, list: NodeId) -> Vec<(NodeId, usize)> {
        let items = self.geometry.tree.items_of(list);
        (1..items.len()).map(|index| (items[index - 1], self.geometry.dash(list, index))).collect()
    }

    /// Whether a blank line separates the last two of these siblings (each the one before and the start of the next).
    fn separated(&self, gaps: &[(NodeId, usize)]) -> bool {
        gaps.last().is_some_and(|&(before, next)| {
            let gap = self.geometry.text.get(self.geometry.extent_end(before)..next).unwrap_or("");
            gap.lines().skip(1).any(|line| line.trim().is_empty()) && gap.matches('\n').count() > 1
        })
    }

    /// Goes to the line of the next value; whether a blank line precedes the first one is decided when splicing.
    fn next(&self, writer: &mut Writer<'_>, index: usize, blank: bool, column: usize) {
        writer.gap(index > 0 && blank);
        writer.line(column);
    }

    /// A splice inside a flow collection, after a value.
    fn behind(&self, collection: NodeId, at: usize, text: String) -> Splice {
        let mut splice = Splice::new(at..at, text);
        splice.behind = true;
        splice.depth = self.depth(collection);
        splice
    }

    /// A splice of whole lines after a value. If that is a block scalar cut short by the end of the file, its header
    /// gets the matching chomping indicator.
    fn behind_leaf(&self, collection: NodeId, before: NodeId, mut splice: Splice, blank: bool) -> Vec<Splice> {
        let geometry = self.geometry;
        let leaf = geometry.last_leaf(before);
        let block = geometry.block(leaf);
        splice.behind = true;
        splice.depth = self.depth(collection);
        splice.blank_before = blank.then_some(self.layout.line_end);
        splice.after_keep = block.is_some_and(|block| block.keep);
        let mut splices = vec![splice];
        if let Some(block) = block
            && block.end == geometry.text.len()
            && !block.strip
            && !geometry.tree.text(leaf, geometry.text).is_empty()
            && !geometry.tree.text(leaf, geometry.text).ends_with('\n')
        {
            let indicators = geometry.tree.range(leaf).start + 1..block.header_end;
            let digit = geometry.text[indicators.clone()].replace('+', "");
            splices.push(Splice { yields: true, ..Splice::new(indicators, digit + "-") });
        }
        splices
    }

    fn depth(&self, node: NodeId) -> usize {
        std::iter::successors(Some(node), |&node| self.geometry.parent(node)).count()
    }

    /// Adds the first entries to an empty document, after all comments.
    pub(super) fn fill_document(&self, entries: &[(String, Content)]) -> Option<Splice> {
        if entries.is_empty() {
            return None;
        }
        let text = self.geometry.text;
        let end = text.len();
        let mut writer = ending(true, &|closed| {
            let mut writer = Writer::new(self.layout, closed);
            if !text.is_empty() && !text.ends_with(['\n', '\r', '\u{feff}']) {
                writer.line(0);
            }
            writer.entries(entries, 0, true);
            writer
        });
        writer.out.push_str(self.layout.line_end);
        Some(Splice::new(end..end, writer.out))
    }
}
