//! Applies edits in memory, to get the values that the edited document must have.

use serde_json::{Map, Value};

use super::super::content::PathStep;
use super::change::Action;

/// Applies changes to a value: first new values, then keys that go, then lists from the inside out, so that all indices
/// stay valid.
pub(super) fn apply<'a>(value: &mut Value, changes: impl Iterator<Item = (&'a [PathStep], &'a Action)> + Clone) {
    for (path, action) in changes.clone() {
        if let Action::Set(content) = action {
            set(value, path, content.to_json());
        }
    }
    for (path, _) in changes.clone().filter(|(_, action)| matches!(action, Action::Remove)) {
        let Some((PathStep::Key(key), above)) = path.split_last() else { continue };
        if let Some(Value::Object(map)) = at(value, above) {
            map.shift_remove(key);
        }
    }
    let mut lists: Vec<_> = changes.filter(|(_, action)| matches!(action, Action::Items { .. })).collect();
    lists.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    for (path, action) in lists {
        let (Some(list), Action::Items { removed, inserted }) = (at(value, path), action) else { continue };
        let old = match list.take() {
            Value::Array(old) => old,
            _ => Vec::new(),
        };
        let mut new = Vec::with_capacity(old.len());
        let added = |index: usize| inserted.get(&index).into_iter().flatten().map(|content| content.to_json());
        let len = old.len();
        for (index, item) in old.into_iter().enumerate() {
            new.extend(added(index));
            if !removed.contains(&index) {
                new.push(item);
            }
        }
        new.extend(added(len));
        *list = Value::Array(new);
    }
}

fn at<'v>(value: &'v mut Value, path: &[PathStep]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathStep::Key(key) => value.get_mut(key),
        PathStep::Index(index) => value.get_mut(index),
    })
}

fn set(value: &mut Value, path: &[PathStep], new: Value) {
    let Some((step, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    match step {
        PathStep::Key(key) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            if let Value::Object(map) = value {
                set(map.entry(key.clone()).or_insert(Value::Null), rest, new);
            }
        }
        PathStep::Index(index) => {
            if let Some(item) = value.get_mut(index) {
                set(item, rest, new);
            }
        }
    }
}

/// Resolves merge keys for a parser that does not: the mapping's own keys win.
pub(super) fn merge(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(merge),
        Value::Object(map) => {
            map.values_mut().for_each(merge);
            let sources: Vec<Map<String, Value>> = match map.get("<<") {
                Some(Value::Object(source)) => vec![source.clone()],
                Some(Value::Array(list)) if list.iter().all(Value::is_object) => {
                    list.iter().filter_map(|source| source.as_object().cloned()).collect()
                }
                _ => return,
            };
            map.shift_remove("<<");
            for (key, value) in sources.into_iter().flatten() {
                map.entry(key).or_insert(value);
            }
        }
        _ => {}
    }
}
