//! How this file is laid out, so that what is added looks the same.

use std::collections::BTreeMap;

use super::super::tree::Kind;
use super::geometry::Geometry;

/// The habits of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// `\n` or `\r\n`.
    pub(super) line_end: &'static str,
    /// How many columns a mapping stands to the right of the key it belongs to.
    pub(super) step: usize,
    /// How many columns a list stands to the right of the key it belongs to; 0 where lists are not indented.
    pub(super) list_offset: usize,
}

impl Layout {
    /// What most of the file does; two columns where it does not tell.
    pub(super) fn of(geometry: &Geometry<'_>) -> Self {
        let tree = geometry.tree;
        let mut steps = BTreeMap::new();
        let mut list_offsets = BTreeMap::new();
        for pair in &tree.pairs {
            let counts = match tree.raw(pair.value).kind {
                Kind::Map { flow: false, .. } => &mut steps,
                Kind::List { flow: false, .. } => &mut list_offsets,
                _ => continue,
            };
            let Some(map) = geometry.parent(pair.key) else { continue };
            let offset = geometry.column(pair.value).checked_sub(geometry.column(map));
            *counts.entry(offset.unwrap_or(0)).or_insert(0_usize) += 1;
        }
        let most = |counts: BTreeMap<usize, usize>| counts.into_iter().max_by_key(|&(_, count)| count).map(|(n, _)| n);
        let step = most(steps).filter(|step| (1..=9).contains(step)).unwrap_or(2);
        let crlf = geometry.text.matches("\r\n").count() * 2 > geometry.text.matches('\n').count();
        Self {
            line_end: if crlf { "\r\n" } else { "\n" },
            step,
            list_offset: most(list_offsets).filter(|offset| *offset <= 9).unwrap_or(step),
        }
    }
}
