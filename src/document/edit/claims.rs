//! What each edit of a call takes for itself, so that no edit undoes another one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::Value;

use super::super::content::{Edit, PathStep};
use super::change::Path;
use super::same::same;

/// The values and items that edits have asked for so far.
#[derive(Default)]
pub(super) struct Claims {
    /// By path, what the value is to be.
    values: BTreeMap<Path, Value>,
    /// By path of a list that edits add to or take from: the items that go.
    lists: BTreeMap<Path, BTreeSet<usize>>,
}

impl Claims {
    /// Takes what the edit asks for, or says which value stands in the way and why. `exists` tells whether there is a
    /// value at a path now: a mapping that an earlier edit makes can be filled by later ones.
    pub(super) fn take(
        &mut self,
        edit: &Edit,
        exists: impl Fn(&[PathStep]) -> bool,
    ) -> Result<(), (Path, &'static str)> {
        let (Edit::Set { path, .. } | Edit::InsertItem { list: path, .. } | Edit::RemoveItem { list: path, .. }) = edit;
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
                        return clash(path, "another edit asks for something else here");
                    }
                    None if self.lists.contains_key(path) || self.any_below(path) => {
                        return clash(path, inside);
                    }
                    _ => {}
                }
                self.values.insert(path.clone(), value);
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

    /// Does an edit ask for something strictly inside the value at `path`?
    fn any_below(&self, path: &[PathStep]) -> bool {
        let from = (Bound::Excluded(path), Bound::Unbounded);
        let value = self.values.range::<[PathStep], _>(from).next().map(|(other, _)| other);
        let list = self.lists.range::<[PathStep], _>(from).next().map(|(other, _)| other);
        [value, list].into_iter().flatten().any(|other| other.starts_with(path))
    }
}
