//! Where secrets stand in what is about to be sent.

use crate::model::{FieldPath, Part, Secret, Trail, Value};

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
pub(super) fn missing_secrets<'v>(value: &'v Value, trail: Trail<'_>, found: &mut Vec<(FieldPath, &'v Secret)>) {
    value.visit(trail, &mut |trail, value| match value {
        Value::Secret(secret) if secret.expose().is_none() && !secret.variables().is_empty() => {
            found.push((trail.path(), secret));
        }
        Value::Unknown(parts) => found.extend(parts.iter().filter_map(|part| match part {
            Part::Secret(secret) if secret.expose().is_none() => Some((trail.path(), secret)),
            _ => None,
        })),
        _ => {}
    });
}

/// Where the first secret stands that Vapi does not show.
pub(super) fn hidden_path(value: &Value, trail: Trail<'_>) -> FieldPath {
    let mut found = None;
    value.visit(trail, &mut |trail, value| {
        if found.is_none() && matches!(value, Value::Secret(secret) if secret.is_hidden()) {
            found = Some(trail.path());
        }
    });
    found.unwrap_or_else(|| trail.path())
}
