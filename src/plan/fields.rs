//! The fields of a change, with their places in the file.

use crate::document::Node;
use crate::model::diagnostic::Place;
use crate::model::{FieldPath, Map, Step, Value};
use crate::plan::FieldChange;
use crate::plan::judge::Rule;
use crate::state::load::{Entry, StateFile};
use crate::values::compare::Walk;

/// The node that holds the value at a path of an entry, or the nearest one around it, and whether it is the value itself. `desired`
/// is what the entry says: elements of lists are told apart by it, however the file spells what they go by.
pub fn node_at<'d>(
    file: &StateFile<'d>,
    entry: &Entry<'d>,
    desired: &Value,
    path: &FieldPath,
) -> Option<(Node<'d>, bool)> {
    let mut walk = Walk { spot: entry.kind.root(), value: Some(desired) };
    let mut node = entry.config?;
    for step in &path.0 {
        let here = file.variables.stands_for(node);
        let at = walk.step(step);
        let mut items = here.items().filter(|item| !file.variables.leave_out(*item));
        let next = match step {
            Step::Key(key) => here.get(key),
            Step::Index(_) | Step::Element(_) => at.and_then(|at| items.nth(at)),
        };
        match next {
            Some(inner) => node = inner,
            None => return Some((node, false)),
        }
    }
    Some((node, true))
}

/// Where the value at a path stands in the file, or what is nearest around it. `desired` as in [`node_at`].
pub(super) fn place_of(file: &StateFile<'_>, entry: &Entry<'_>, desired: &Value, path: &FieldPath) -> Option<Place> {
    Some(node_at(file, entry, desired, path)?.0.place())
}

/// The fields of an object that is made: each top-level field whole. `desired` is what the entry says.
pub(super) fn all_set(file: &StateFile<'_>, entry: &Entry<'_>, desired: &Value, body: &Map) -> Vec<FieldChange> {
    body.iter()
        .map(|(key, value)| {
            let path = FieldPath::root().key(key);
            FieldChange {
                place: place_of(file, entry, desired, &path),
                ..FieldChange::new(path, None, Some(value.clone()), Rule::Made.verdict())
            }
        })
        .collect()
}
