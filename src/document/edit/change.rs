//! Turns edits into disjoint changes: no path twice, none inside another.

use std::collections::{BTreeMap, BTreeSet};

use super::super::content::{Content, Edit, PathStep};
use super::super::node::{Node, View};
use super::claims::Claims;
use super::same::same;

/// The steps to a value.
pub(super) type Path = Vec<PathStep>;

/// The change at one path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// Set the value, which may not exist yet.
    Set(Content),
    /// Remove and insert items, by their current indices.
    Items { removed: BTreeSet<usize>, inserted: BTreeMap<usize, Vec<Content>> },
    /// Remove the key with its value.
    Remove,
}

/// A change and the edits behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) edits: Vec<usize>,
    pub(super) action: Action,
    /// Changes in the order of their edits.
    pub(super) order: usize,
}

/// All changes by path.
pub(super) type Changes = BTreeMap<Path, Change>;

/// Why an edit is impossible, or clashes with another one.
pub(super) struct Impossible {
    pub(super) edit: usize,
    /// The last value on the path that exists.
    pub(super) path: Path,
    pub(super) reason: String,
}

/// Turns edits into minimal changes: only the parts of a list or mapping that differ.
pub(super) fn changes(root: Option<Node<'_>>, edits: &[(usize, &Edit)]) -> Result<Changes, Impossible> {
    let mut gathered = Gathered { root, changes: Changes::new(), edit: 0, new_lists: BTreeMap::new() };
    let mut claims = Claims::default();
    for &(index, edit) in edits {
        gathered.edit = index;
        let exists = |path: &[PathStep]| lookup(root, path).is_some();
        claims.take(edit, exists).map_err(|(path, reason)| Impossible {
            edit: index,
            path,
            reason: reason.to_owned(),
        })?;
        let done = match edit {
            Edit::Set { path, value } => gathered.set(path, value),
            Edit::InsertItem { list, index, value } => gathered.item(list, *index, Some(value)),
            Edit::RemoveItem { list, index } => gathered.item(list, *index, None),
            Edit::RemoveKey { path } => gathered.key(path),
        };
        done.map_err(|(path, reason)| Impossible { edit: index, path, reason })?;
    }
    for (path, (items, edits)) in std::mem::take(&mut gathered.new_lists) {
        for edit in edits {
            gathered.edit = edit;
            let done = gathered.set(&path, &Content::List(items.clone()));
            done.map_err(|(path, reason)| Impossible { edit, path, reason })?;
        }
    }
    Ok(gathered.changes)
}

type Done = Result<(), (Path, String)>;

struct Gathered<'d> {
    root: Option<Node<'d>>,
    changes: Changes,
    edit: usize,
    /// Lists that do not exist yet: their items and the edits behind them.
    new_lists: BTreeMap<Path, (Vec<Content>, Vec<usize>)>,
}

/// The value at a path.
pub(super) fn lookup<'d>(root: Option<Node<'d>>, path: &[PathStep]) -> Option<Node<'d>> {
    path.iter().try_fold(root?, |node, step| match step {
        PathStep::Key(key) => node.get(key),
        PathStep::Index(index) => node.items().nth(*index),
    })
}

impl Gathered<'_> {
    fn set(&mut self, path: &[PathStep], value: &Content) -> Done {
        if let Some(node) = lookup(self.root, path) {
            return self.differ(node, path.to_vec(), value);
        }
        let there = (0..path.len()).rev().find(|&len| lookup(self.root, &path[..len]).is_some()).unwrap_or(0);
        let holder = lookup(self.root, &path[..there]).map_or(View::Null, |node| node.view());
        let keys = path[there..].iter().map(|step| match step {
            PathStep::Key(key) => Some(key),
            PathStep::Index(_) => None,
        });
        let keys: Option<Vec<_>> = keys.collect();
        let impossible = |reason: &str| Err((path[..there].to_vec(), reason.to_owned()));
        match (holder, keys) {
            (View::Map | View::Null, Some(keys)) if !keys.is_empty() => {
                let value = keys[1..]
                    .iter()
                    .rev()
                    .fold(value.clone(), |value, key| Content::Map(vec![((*key).clone(), value)]));
                self.add(path[..=there].to_vec(), value)
            }
            (View::Map | View::Null, Some(_)) => impossible("the whole document cannot be replaced"),
            (View::List, None) => impossible("this list has no item with that index"),
            (View::List, Some(_)) => impossible("this is a list, so it cannot have a field"),
            (_, None) => impossible("this is not a list"),
            _ => impossible("this is not a group of fields, so it cannot have a field"),
        }
    }

    /// Records the differences between a value and its new content.
    fn differ(&mut self, node: Node<'_>, path: Path, value: &Content) -> Done {
        let (value, _) = value.split_comment();
        if same(&node.to_json(), &value.to_json()) {
            return Ok(());
        }
        match (node.view(), value) {
            (View::Map, Content::Map(entries))
                if node.entries().all(|old| entries.iter().any(|(key, _)| key == old.key)) =>
            {
                for (key, value) in entries {
                    let path = [path.as_slice(), &[PathStep::Key(key.clone())]].concat();
                    match node.get(key) {
                        Some(old) => self.differ(old, path, value)?,
                        None => self.add(path, value.clone())?,
                    }
                }
                Ok(())
            }
            (View::List, Content::List(items)) if !items.is_empty() && node.items().len() > 0 => {
                self.differ_in_list(node, &path, items)
            }
            _ => self.add(path, value.clone()),
        }
    }

    /// Keeps the common start and end of a list; in between, changes items one by one, then adds or removes the rest.
    fn differ_in_list(&mut self, node: Node<'_>, path: &Path, items: &[Content]) -> Done {
        let old: Vec<_> = node.items().collect();
        let equal = |(old, new): (&Node<'_>, &Content)| same(&old.to_json(), &new.to_json());
        let head = old.iter().zip(items).take_while(|&pair| equal(pair)).count();
        let tail = old[head..].iter().rev().zip(items[head..].iter().rev()).take_while(|&pair| equal(pair)).count();
        let (old_end, new_end) = (old.len() - tail, items.len() - tail);
        let both = (old_end - head).min(new_end - head);
        for index in head..head + both {
            let path = [path.as_slice(), &[PathStep::Index(index)]].concat();
            self.differ(old[index], path, &items[index])?;
        }
        for index in head + both..old_end {
            self.item(path, index, None)?;
        }
        for item in &items[head + both..new_end] {
            self.item(path, old_end, Some(item))?;
        }
        Ok(())
    }

    /// Records a key to remove.
    fn key(&mut self, path: &[PathStep]) -> Done {
        if !matches!(path.last(), Some(PathStep::Key(_))) || lookup(self.root, path).is_none() {
            return Err((path.to_vec(), "there is no such field".to_owned()));
        }
        let (edits, order) = (vec![self.edit], self.changes.len());
        self.changes.insert(path.to_vec(), Change { order, edits, action: Action::Remove });
        Ok(())
    }

    /// Records an item to insert, or to remove if there is no value.
    fn item(&mut self, list: &[PathStep], index: usize, value: Option<&Content>) -> Done {
        let impossible = |reason: String| Err((list.to_vec(), reason));
        let node = lookup(self.root, list);
        let len = match node.map(|node| node.view()) {
            Some(View::List) => node.map_or(0, |node| node.items().len()),
            Some(View::Null) | None if value.is_some() => 0,
            _ => return impossible("this is not a list".to_owned()),
        };
        if index > len || (value.is_none() && index == len) {
            return impossible(format!("there is no item {index} in this list, which has {len}"));
        }
        let edit = self.edit;
        if node.is_none() {
            let (items, edits) = self.new_lists.entry(list.to_vec()).or_default();
            items.extend(value.cloned());
            edits.push(edit);
            return Ok(());
        }
        let order = self.changes.len();
        let change = self.changes.entry(list.to_vec()).or_insert_with(|| Change {
            order,
            edits: Vec::new(),
            action: Action::Items { removed: BTreeSet::new(), inserted: BTreeMap::new() },
        });
        change.edits.push(edit);
        if let Action::Items { removed, inserted } = &mut change.action {
            match value {
                Some(value) => inserted.entry(index).or_default().push(value.clone()),
                None => {
                    removed.insert(index);
                }
            }
        }
        Ok(())
    }

    /// Records a value to set. Nested new values become one.
    fn add(&mut self, path: Path, value: Content) -> Done {
        let edit = self.edit;
        if let Some(change) = self.changes.get_mut(&path) {
            let merged = match &mut change.action {
                Action::Set(old) if lookup(self.root, &path).is_none() => merge(old, value),
                Action::Set(old) => same(&old.to_json(), &value.to_json()),
                Action::Items { .. } | Action::Remove => false,
            };
            change.edits.push(edit);
            return if merged { Ok(()) } else { Err((path, "another edit sets a different value here".to_owned())) };
        }
        let order = self.changes.len();
        self.changes.insert(path, Change { order, edits: vec![edit], action: Action::Set(value) });
        Ok(())
    }
}

/// Merges one new value into another; `false` if they differ.
fn merge(into: &mut Content, value: Content) -> bool {
    match (into, value) {
        (Content::Map(old), Content::Map(new)) => {
            new.into_iter().all(|(key, value)| match old.iter_mut().find(|(old_key, _)| *old_key == key) {
                Some((_, old)) => merge(old, value),
                None => {
                    old.push((key, value));
                    true
                }
            })
        }
        (old, new) => same(&old.to_json(), &new.to_json()),
    }
}
