//! Where secrets stand in what is about to be sent, and how a reviewer sees them.

use serde_json::Value as Json;

use super::FieldChange;
use crate::model::{FieldPath, Map, Part, SENSITIVE, Secret, Trail, Value};
use crate::values::normalize::same;

impl FieldChange {
    /// Its two values as a reviewer sees them: secrets as the file spells them, also on the side of Vapi, where it has the same.
    pub fn reviewed(&self) -> (Option<Json>, Option<Json>) {
        let form = |value: &Option<Value>, other: &Option<Value>| {
            let value = value.as_ref()?;
            Some(match (value, other) {
                (Value::Secret(secret), _) => secret.reviewed().into(),
                _ if self.sensitive => SENSITIVE.into(),
                (value, Some(other)) if other.holds_secret() => spelled_like(value, other).to_reviewed(),
                (value, _) => value.to_reviewed(),
            })
        };
        (form(&self.before, &self.after), form(&self.after, &self.before))
    }
}

/// A value with what is the same in another one spelled as it is there.
fn spelled_like(value: &Value, other: &Value) -> Value {
    if names_variables(other) && same(value, other) {
        return other.clone();
    }
    match (value, other) {
        (Value::Map(map), Value::Map(other)) => {
            let spelled = |(key, value): (&String, &Value)| {
                (key.clone(), other.get(key).map_or_else(|| value.clone(), |other| spelled_like(value, other)))
            };
            Value::Map(map.iter().map(spelled).collect::<Map>())
        }
        (Value::List(items), Value::List(others)) => {
            let spelled = |(at, item): (usize, &Value)| {
                let like = others.iter().find(|other| names_variables(other) && same(item, other));
                like.or_else(|| others.get(at)).map_or_else(|| item.clone(), |other| spelled_like(item, other))
            };
            Value::List(items.iter().enumerate().map(spelled).collect())
        }
        _ => value.clone(),
    }
}

fn names_variables(value: &Value) -> bool {
    value.any(&|value| matches!(value, Value::Secret(secret) if !secret.variables().is_empty()))
}

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
