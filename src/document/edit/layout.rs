//! Detects the layout of a file, so that additions match it.

use std::collections::BTreeMap;

use super::super::tree::Kind;
use super::geometry::Geometry;

/// The layout of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// `\n` or `\r\n`.
    pub(super) line_end: &'static str,
    /// Columns between a key and the mapping below it.
    pub(super) step: usize,
    /// Columns between a key and the list below it; 0 if lists are not indented.
    pub(super) list_offset: usize,
}

impl Layout {
    /// The prevailing layout; two columns by default.
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
