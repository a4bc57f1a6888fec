//! Plans which nodes the changes touch.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::content::{Content, PathStep};
use super::super::node::Node;
use super::super::tree::{Kind, NodeId};
use super::change::{self, Action, Change, Changes, Path};
use super::expect;
use super::geometry::Geometry;
use super::same::same;
use super::sharing::{Found, Sharing, Spot};

/// Items to remove and insert, by their current indices.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) removed: BTreeSet<usize>,
    pub(super) inserted: BTreeMap<usize, Vec<Content>>,
}

/// What to do with each node.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) replaced: BTreeMap<NodeId, Content>,
    pub(super) entries: BTreeMap<NodeId, Vec<(String, Content)>>,
    pub(super) items: BTreeMap<NodeId, Items>,
    /// Pairs to remove, by their current indices.
    pub(super) keys: BTreeMap<NodeId, BTreeSet<usize>>,
    pub(super) root_entries: Vec<(String, Content)>,
    /// The edits behind the change of each node.
    pub(super) owners: BTreeMap<NodeId, Vec<usize>>,
}

/// Why some edits were refused.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) edits: Vec<usize>,
    pub(super) reason: String,
    /// The offset whose line is reported.
    pub(super) at: usize,
}

pub(super) struct Planner<'g, 'd> {
    pub(super) geometry: &'g Geometry<'d>,
    pub(super) sharing: &'g Sharing<'g, 'd>,
    pub(super) root: Option<Node<'d>>,
}

impl Planner<'_, '_> {
    /// Plans these changes. A change that would also show at other paths moves up to an alias that can be
    /// expanded; without one it is refused.
    pub(super) fn plan(&self, changes: &mut Changes) -> Result<Plan, Refused> {
        let mut written_out = BTreeSet::new();
        loop {
            let mut spots = Vec::new();
            let mut stuck = Vec::new();
            for (path, change) in changes.iter() {
                match self.spot(path, change, changes, &written_out) {
                    Ok(spot) => spots.push((spot, path, change)),
                    Err(refused) => stuck.push((self.alias_above(path, &written_out), refused)),
                }
            }
            if stuck.is_empty() {
                return self.collect(spots);
            }
            // One alias at a time: after expanding it, the rest may stay shared.
            match stuck.iter().find_map(|(alias, _)| alias.clone()) {
                Some(alias) => {
                    self.write_out(&alias, changes);
                    written_out.insert(alias);
                }
                None => return Err(stuck.swap_remove(0).1),
            }
        }
    }

    /// The node to change: the deepest one that is shared only with paths that change the same way.
    fn spot(
        &self,
        path: &Path,
        change: &Change,
        changes: &Changes,
        written_out: &BTreeSet<Path>,
    ) -> Result<Spot, Refused> {
        let refuse = |reason: String, at| Err(Refused { edits: change.edits.clone(), reason, at });
        let Some(found) = self.sharing.find(path) else { return refuse("this value does not exist".to_owned(), 0) };
        let mut candidates = self.candidates(path, found, change);
        if written_out.contains(path) {
            return candidates.pop().ok_or(Refused { edits: change.edits.clone(), reason: String::new(), at: 0 });
        }
        let mut reader = None;
        for spot in candidates {
            let exclusive = !found.borrowed && !found.merged && !self.is_shared(&spot);
            if exclusive {
                return Ok(spot);
            }
            let Some(readers) = self.sharing.readers(&spot) else {
                return refuse("too many aliases (`*name`) share this value".to_owned(), self.start(found));
            };
            let agrees = |other: &Path| {
                written_out.iter().any(|alias| other.starts_with(alias))
                    || changes.get(other).is_some_and(|other| agree(&other.action, &change.action))
            };
            match readers.iter().find(|other| !agrees(other)) {
                None => return Ok(spot),
                Some(other) => reader = Some(other.clone()),
            }
        }
        let other = reader.unwrap_or_default();
        let message = format!(
            "it shares this value with `{}` through an alias (`*name`), and only one of the two changes",
            show(&other)
        );
        refuse(message, self.start(found))
    }

    /// The candidate nodes for this path, the most shared first.
    fn candidates(&self, path: &Path, found: Found, change: &Change) -> Vec<Spot> {
        let new_key = || match (path.last(), found.holder) {
            (Some(PathStep::Key(key)), Some(holder)) => Some(Spot::Key(holder, key.clone())),
            (Some(PathStep::Key(key)), None) => Some(Spot::RootKey(key.clone())),
            _ => None,
        };
        let Some(node) = found.node else { return new_key().into_iter().collect() };
        let target = self.geometry.tree.follow(node);
        if change.action == Action::Remove {
            return vec![Spot::Value(node)];
        }
        let mut spots = vec![Spot::Value(target)];
        if matches!(change.action, Action::Set(_)) {
            spots.extend((target != node).then_some(Spot::Value(node)));
            spots.extend(found.merged.then(new_key).flatten());
        }
        spots
    }

    fn is_shared(&self, spot: &Spot) -> bool {
        match spot {
            Spot::Value(node) | Spot::Key(node, _) => self.geometry.tree.raw(*node).shared,
            Spot::RootKey(_) => false,
        }
    }

    fn start(&self, found: Found) -> usize {
        found.node.or(found.holder).map_or(0, |node| self.geometry.tree.range(node).start)
    }

    /// The nearest ancestor that comes through an alias or merge key and can get its own value.
    fn alias_above(&self, path: &Path, written_out: &BTreeSet<Path>) -> Option<Path> {
        (1..=path.len()).rev().map(|len| &path[..len]).filter(|prefix| !written_out.contains(*prefix)).find_map(
            |prefix| {
                let found = self.sharing.find(prefix)?;
                let node = found.node?;
                let spot = if found.merged {
                    Spot::Key(found.holder?, key_of(prefix)?)
                } else if self.geometry.tree.follow(node) != node {
                    Spot::Value(node)
                } else {
                    return None;
                };
                let own = self.sharing.readers(&spot)? == [prefix.to_vec()];
                own.then(|| prefix.to_vec())
            },
        )
    }

    /// Merges all changes below `alias` into one new value there.
    fn write_out(&self, alias: &Path, changes: &mut Changes) {
        let below: Vec<Path> = changes.keys().filter(|path| path.starts_with(alias)).cloned().collect();
        let below: Vec<(Path, Change)> = below.into_iter().filter_map(|path| changes.remove_entry(&path)).collect();
        let mut value = change::lookup(self.root, alias).map_or(Value::Null, |node| node.to_json());
        expect::apply(&mut value, below.iter().map(|(path, change)| (&path[alias.len()..], &change.action)));
        let order = below.iter().map(|(_, change)| change.order).min().unwrap_or(0);
        let edits = below.into_iter().flat_map(|(_, change)| change.edits).collect();
        changes.insert(alias.clone(), Change { edits, action: Action::Set(value.into()), order });
    }

    fn collect(&self, mut spots: Vec<(Spot, &Path, &Change)>) -> Result<Plan, Refused> {
        spots.sort_by_key(|(_, _, change)| change.order);
        let mut plan = Plan::default();
        let mut seen = BTreeSet::new();
        for (spot, path, change) in spots {
            if let Spot::Value(node) | Spot::Key(node, _) = &spot {
                plan.owners.entry(*node).or_default().extend(&change.edits);
            }
            if !seen.insert(spot.clone()) {
                continue;
            }
            match (spot, &change.action) {
                (Spot::Value(node), Action::Set(value)) => {
                    plan.replaced.insert(node, value.clone());
                }
                (Spot::Value(list), Action::Items { removed, inserted }) => {
                    plan.items.insert(list, Items { removed: removed.clone(), inserted: inserted.clone() });
                }
                (Spot::Key(map, key), Action::Set(value)) => {
                    plan.entries.entry(map).or_default().push((key, value.clone()));
                }
                (Spot::RootKey(key), Action::Set(value)) => plan.root_entries.push((key, value.clone())),
                (Spot::Value(value), Action::Remove) => {
                    let Some(map) = self.geometry.parent(value) else { continue };
                    let at = self.geometry.tree.pairs_of(map).iter().position(|pair| pair.value == value);
                    plan.keys.entry(map).or_default().extend(at);
                    plan.owners.entry(map).or_default().extend(&change.edits);
                }
                (Spot::Key(..) | Spot::RootKey(_), Action::Items { .. } | Action::Remove) => {}
            }
            self.check_anchors(path, change)?;
        }
        self.fill_empty(&mut plan);
        Ok(plan)
    }

    /// Refuses to remove a value that holds an anchor used elsewhere.
    fn check_anchors(&self, path: &Path, change: &Change) -> Result<(), Refused> {
        let Some(node) = self.sharing.find(path).and_then(|found| found.node) else { return Ok(()) };
        let lost_with = |from: NodeId, node: NodeId| self.sharing.outside_alias(from..self.geometry.node_end(node));
        let alias = match &change.action {
            // The value's own anchor stays.
            Action::Set(_) => lost_with(node + 1, node),
            Action::Remove => lost_with(node, node),
            Action::Items { removed, .. } => {
                let items = self.geometry.tree.items_of(self.geometry.tree.follow(node));
                removed.iter().find_map(|&index| lost_with(items[index], items[index]))
            }
        };
        match alias {
            None => Ok(()),
            Some(alias) => {
                let line = self.geometry.line_number(self.geometry.tree.range(alias).start);
                let reason = format!("it contains an anchor (`&name`) that line {line} uses");
                Err(Refused { edits: change.edits.clone(), reason, at: self.geometry.tree.range(node).start })
            }
        }
    }

    /// Additions to null or an empty collection replace it, and so does a list or mapping that loses all it has.
    fn fill_empty(&self, plan: &mut Plan) {
        let tree = self.geometry.tree;
        let empty = |node: NodeId| tree.pairs_of(node).is_empty() && tree.items_of(node).is_empty();
        let holders: Vec<NodeId> = plan.entries.keys().copied().filter(|&map| empty(map)).collect();
        for map in holders {
            let entries = plan.entries.remove(&map).unwrap_or_default();
            plan.replaced.insert(map, Content::Map(entries));
        }
        let gone =
            |(&list, items): (&NodeId, &Items)| (items.removed.len() == tree.items_of(list).len()).then_some(list);
        let maps = plan.keys.iter().filter(|(map, keys)| keys.len() == tree.pairs_of(**map).len());
        for map in maps.map(|(map, _)| *map).collect::<Vec<_>>() {
            plan.keys.remove(&map);
            plan.replaced.insert(map, Content::Map(plan.entries.remove(&map).unwrap_or_default()));
        }
        let lists: Vec<NodeId> = plan.items.iter().filter_map(gone).collect();
        for list in lists {
            let items = plan.items.remove(&list).unwrap_or_default();
            plan.replaced.insert(list, Content::List(items.inserted.into_values().flatten().collect()));
        }
    }
}

/// Whether two changes are the same.
fn agree(one: &Action, two: &Action) -> bool {
    match (one, two) {
        (Action::Set(one), Action::Set(two)) => same(&one.to_json(), &two.to_json()),
        (one, two) => one == two,
    }
}

fn key_of(path: &[PathStep]) -> Option<String> {
    match path.last()? {
        PathStep::Key(key) => Some(key.clone()),
        PathStep::Index(_) => None,
    }
}

/// A path for messages: `agents.desk.tools[2]`.
pub(super) fn show(path: &[PathStep]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            PathStep::Key(key) if shown.is_empty() => shown.push_str(key),
            PathStep::Key(key) => shown.push_str(&format!(".{key}")),
            PathStep::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

/// Whether nothing is written for this value.
pub(super) fn is_null(geometry: &Geometry<'_>, node: NodeId) -> bool {
    matches!(geometry.tree.raw(node).kind, Kind::Scalar { .. }) && geometry.tree.range(node).is_empty()
}
