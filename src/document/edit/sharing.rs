//! Finds all paths that share a node: through aliases and merge keys, one value can be at many paths.

use std::collections::HashMap;

use super::super::content::PathStep;
use super::super::tree::{Kind, NodeId, Tree};
use super::change::Path;
use super::geometry::{Geometry, Hook};

/// The most paths that may share a node before an edit is refused.
const MAX_READERS: usize = 10_000;

/// A node, or a new key, that an edit could write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// A value as written; for an alias, the alias itself.
    Value(NodeId),
    /// A new key of a mapping, or of a value that can become one.
    Key(NodeId, String),
    /// A new key of an empty document.
    RootKey(String),
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The value as written, if there is one.
    pub(super) node: Option<NodeId>,
    /// The collection that holds it or could hold it, aliases followed.
    pub(super) holder: Option<NodeId>,
    /// It comes from the merge key of its holder.
    pub(super) merged: bool,
    /// The path to the holder passes an alias or a merge key.
    pub(super) borrowed: bool,
}

pub(super) struct Sharing<'g, 'd> {
    geometry: &'g Geometry<'d>,
    /// The aliases of each node that has some.
    aliases: HashMap<NodeId, Vec<NodeId>>,
}

impl<'g, 'd> Sharing<'g, 'd> {
    pub(super) fn new(geometry: &'g Geometry<'d>) -> Self {
        let mut aliases: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for (id, raw) in geometry.tree.nodes.iter().enumerate() {
            if let Kind::Alias { target } = raw.kind {
                aliases.entry(target).or_default().push(id as NodeId);
            }
        }
        Self { geometry, aliases }
    }

    fn tree(&self) -> &'d Tree {
        self.geometry.tree
    }

    /// Follows a path up to its last step.
    pub(super) fn find(&self, path: &[PathStep]) -> Option<Found> {
        let root = Found { node: self.tree().root, holder: None, merged: false, borrowed: false };
        path.iter().try_fold(root, |found, step| {
            let written = match (found.node, step) {
                (Some(node), _) => node,
                (None, PathStep::Key(_)) if found.holder.is_none() => return Some(found),
                _ => return None,
            };
            let holder = self.tree().follow(written);
            let borrowed = found.borrowed || found.merged || holder != written;
            let inside = match step {
                PathStep::Key(key) => self.value_of(holder, key),
                PathStep::Index(index) => self.tree().items_of(holder).get(*index).map(|&item| (item, false)),
            };
            let merged = inside.is_some_and(|(_, merged)| merged);
            Some(Found { node: inside.map(|(node, _)| node), holder: Some(holder), merged, borrowed })
        })
    }

    fn value_of(&self, map: NodeId, key: &str) -> Option<(NodeId, bool)> {
        if let Some(pair) = self.tree().own_pair(map, key, self.geometry.text) {
            return Some((pair.value, false));
        }
        let sources = self.tree().merged(map);
        sources.into_iter().find_map(|source| self.value_of(source, key)).map(|(node, _)| (node, true))
    }

    /// All paths that share this. `None` if there are too many.
    pub(super) fn readers(&self, spot: &Spot) -> Option<Vec<Path>> {
        let mut paths = Vec::new();
        match spot {
            Spot::RootKey(key) => paths.push(vec![PathStep::Key(key.clone())]),
            Spot::Value(node) => {
                self.paths(*node, &mut paths)?;
                paths.retain(|path| {
                    let found = self.find(path).and_then(|found| found.node);
                    found.is_some_and(|found| found == *node || self.tree().follow(found) == *node)
                });
            }
            Spot::Key(map, key) => {
                self.paths(*map, &mut paths)?;
                paths.retain(|path| self.find(path).is_some_and(|found| found.node.is_some()));
                paths.iter_mut().for_each(|path| path.push(PathStep::Key(key.clone())));
                paths.retain(|path| match self.find(path) {
                    Some(Found { node: None, .. }) => true,
                    // The new key overrides the one that comes through `<<`.
                    Some(found) => found.merged && found.holder == Some(*map),
                    None => false,
                });
            }
        }
        paths.sort();
        paths.dedup();
        Some(paths)
    }

    /// The paths that may lead to a node; some may not, where another key overrides a merge key.
    fn paths(&self, node: NodeId, out: &mut Vec<Path>) -> Option<()> {
        let mut holders = Vec::new();
        if let Some(parent) = self.geometry.parent(node) {
            self.paths(parent, &mut holders)?;
        }
        match self.geometry.hook(node) {
            Hook::Root => out.push(Vec::new()),
            Hook::Value(pair) if pair.merge => out.append(&mut holders),
            Hook::Value(pair) => {
                let key = PathStep::Key(self.tree().text(pair.key, self.geometry.text).to_owned());
                out.extend(holders.into_iter().map(|path| [path.as_slice(), std::slice::from_ref(&key)].concat()));
            }
            Hook::Item(index) => {
                // An item of a list of merged mappings shows at the path of the merging mapping.
                let items: Vec<Path> =
                    holders.iter().map(|path| [path.as_slice(), &[PathStep::Index(index)]].concat()).collect();
                out.append(&mut holders);
                out.extend(items);
            }
        }
        for &alias in self.aliases.get(&node).into_iter().flatten() {
            self.paths(alias, out)?;
        }
        (out.len() <= MAX_READERS).then_some(())
    }

    /// An alias outside these nodes that refers to one of them.
    pub(super) fn outside_alias(&self, nodes: std::ops::Range<NodeId>) -> Option<NodeId> {
        let anchors = &self.tree().anchors;
        let from = anchors.partition_point(|anchor| anchor.node < nodes.start);
        let inside = anchors[from..].iter().take_while(|anchor| anchor.node < nodes.end);
        inside
            .filter_map(|anchor| self.aliases.get(&anchor.node))
            .flatten()
            .copied()
            .find(|alias| !nodes.contains(alias))
    }
}
