//! Where secrets stand in what is about to be sent.

use crate::model::{FieldPath, Part, Secret, Step, Value};
use crate::values::normalize::holds_hidden;

/// The secrets of a value whose text is known, for a rotation.
pub(super) fn known_secrets(value: &Value, path: &FieldPath, found: &mut Vec<(FieldPath, Value)>) {
    match value {
        Value::Secret(secret) if secret.expose().is_some() => found.push((path.clone(), value.clone())),
        // A list is sent whole: naming its place is enough.
        Value::List(items) if items.iter().any(Value::holds_secret) => found.push((path.clone(), value.clone())),
        Value::Map(map) => map.iter().for_each(|(key, value)| known_secrets(value, &path.key(key), found)),
        _ => {}
    }
}

/// The secrets of a value that are not known, with their variables.
pub(super) fn missing_secrets<'v>(value: &'v Value, path: &FieldPath, found: &mut Vec<(FieldPath, &'v Secret)>) {
    match value {
        Value::Secret(secret) if secret.expose().is_none() && !secret.variables().is_empty() => {
            found.push((path.clone(), secret));
        }
        Value::Unknown(parts) => {
            for part in parts {
                if let Part::Secret(secret) = part
                    && secret.expose().is_none()
                {
                    found.push((path.clone(), secret));
                }
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                missing_secrets(item, &path.join(Step::Index(at)), found);
            }
        }
        Value::Map(map) => map.iter().for_each(|(key, value)| missing_secrets(value, &path.key(key), found)),
        Value::Secret(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// Where the first secret stands that Vapi does not show.
pub(super) fn hidden_path(value: &Value, path: FieldPath) -> FieldPath {
    match value {
        Value::Map(map) => map
            .iter()
            .find(|(_, value)| holds_hidden(value))
            .map_or(path.clone(), |(key, value)| hidden_path(value, path.key(key))),
        Value::List(items) => items
            .iter()
            .enumerate()
            .find(|(_, value)| holds_hidden(value))
            .map_or(path.clone(), |(at, value)| hidden_path(value, path.join(Step::Index(at)))),
        _ => path,
    }
}
