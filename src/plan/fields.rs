//! The fields of a change, with their places in the file.

use crate::document::{Node, View};
use crate::kinds::Spot;
use crate::model::diagnostic::Place;
use crate::model::{FieldPath, Map, Step, Value, normal_number};
use crate::plan::FieldChange;
use crate::plan::judge::Rule;
use crate::state::load::Entry;
use crate::values::compare::element_position;

/// The node that holds the value at a path, or the nearest one around it, and whether it is the value itself.
pub fn node_at<'d>(config: Node<'d>, root: Spot, path: &FieldPath) -> (Node<'d>, bool) {
    let mut node = config;
    let mut spot = root;
    for step in &path.0 {
        let next = match step {
            Step::Key(key) => {
                let inner = node.get(key);
                spot = spot.key(key);
                inner
            }
            Step::Index(_) | Step::Element(_) => {
                let items: Vec<Value> = node.items().map(raw).collect();
                let at = element_position(spot, &items, step);
                spot = spot.item();
                at.and_then(|at| node.items().nth(at))
            }
        };
        match next {
            Some(inner) => node = inner,
            None => return (node, false),
        }
    }
    (node, true)
}

/// Where the value at a path stands in the file, or what is nearest around it.
pub(super) fn place_of(entry: &Entry<'_>, path: &FieldPath) -> Option<Place> {
    let (node, _) = node_at(entry.config?, entry.kind.root(), path);
    Some(node.place())
}

/// A node as a value, as it is written: for finding elements by their keys.
pub fn raw(node: Node<'_>) -> Value {
    match node.view() {
        View::Null => Value::Null,
        View::Bool(value) => Value::Bool(value),
        View::Number(number) => Value::Number(normal_number(&number)),
        View::Text(text) => Value::Text(text.into()),
        View::List => Value::List(node.items().map(raw).collect()),
        View::Map => Value::Map(node.entries().map(|entry| (entry.key.to_owned(), raw(entry.value))).collect()),
    }
}

/// The fields of an object that is made: each top-level field whole.
pub(super) fn all_set(entry: &Entry<'_>, body: &Map) -> Vec<FieldChange> {
    body.iter()
        .map(|(key, value)| {
            let path = FieldPath::root().key(key);
            FieldChange {
                place: place_of(entry, &path),
                ..FieldChange::new(path, None, Some(value.clone()), Rule::Made.verdict())
            }
        })
        .collect()
}
