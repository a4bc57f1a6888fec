//! Which values each edit claims, so that no edit undoes another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::Value;

use super::super::content::{Edit, PathStep};
use super::change::Path;
use super::same::same;

/// The values and items claimed so far.
#[derive(Default)]
pub(super) struct Claims {
    /// New values by path.
    values: BTreeMap<Path, Value>,
    /// Removed items by path of the list; empty if edits only insert.
    lists: BTreeMap<Path, BTreeSet<usize>>,
}

impl Claims {
    /// Claims what the edit needs, or returns the value that clashes and why. `exists` tells whether there is a
    /// value at a path now: later edits may fill a mapping that an earlier one creates.
    pub(super) fn take(
        &mut self,
        edit: &Edit,
        exists: impl Fn(&[PathStep]) -> bool,
    ) -> Result<(), (Path, &'static str)> {
        let (Edit::Set { path, .. }
        | Edit::RemoveKey { path }
        | Edit::InsertItem { list: path, .. }
        | Edit::RemoveItem { list: path, .. }) = edit;
        let clash = |path: &[PathStep], reason| Err((path.to_vec(), reason));
        for len in 0..path.len() {
            let above = &path[..len];
            let goes = |items: &BTreeSet<usize>| matches!(path[len], PathStep::Index(index) if items.contains(&index));
            if (self.values.contains_key(above) && exists(above)) || self.lists.get(above).is_some_and(goes) {
                return clash(above, "another edit replaces or removes this value");
            }
        }
        let inside = "another edit changes a value inside this one";
        match edit {
            Edit::Set { path, value } => {
                let value = value.to_json();
                match self.values.get(path) {
                    Some(other) if !same(other, &value) => {
                        return clash(path, "another edit sets a different value here");
                    }
                    None if self.lists.contains_key(path) || self.any_below(path) => {
                        return clash(path, inside);
                    }
                    _ => {}
                }
                self.values.insert(path.clone(), value);
            }
            Edit::RemoveKey { path } => {
                if self.values.contains_key(path) || self.lists.contains_key(path) || self.any_below(path) {
                    return clash(path, inside);
                }
                // Nothing else may be set here or inside.
                self.values.insert(path.clone(), Value::Null);
            }
            Edit::InsertItem { list, .. } | Edit::RemoveItem { list, .. } if self.values.contains_key(list) => {
                return clash(list, "another edit replaces this list");
            }
            Edit::InsertItem { list, .. } => {
                self.lists.entry(list.clone()).or_default();
            }
            Edit::RemoveItem { list, index } => {
                let item = [list.as_slice(), &[PathStep::Index(*index)]].concat();
                if self.values.contains_key(&item) || self.lists.contains_key(&item) || self.any_below(&item) {
                    return clash(&item, inside);
                }
                if !self.lists.entry(list.clone()).or_default().insert(*index) {
                    return clash(&item, "another edit removes this item");
                }
            }
        }
        Ok(())
    }

    /// Whether an edit claims something strictly inside the value at `path`.
    fn any_below(&self, path: &[PathStep]) -> bool {
        let from = (Bound::Excluded(path), Bound::Unbounded);
        let value = self.values.range::<[PathStep], _>(from).next().map(|(other, _)| other);
        let list = self.lists.range::<[PathStep], _>(from).next().map(|(other, _)| other);
        [value, list].into_iter().flatten().any(|other| other.starts_with(path))
    }
}
