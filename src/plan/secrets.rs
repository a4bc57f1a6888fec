//! Secrets in what is about to be sent, and how a reviewer sees them.

use serde_json::Value as Json;

use super::{FieldChange, Plan, Work};
use crate::model::{FieldPath, Map, Part, SENSITIVE, Secret, Trail, Value};
use crate::state::once::Once;
use crate::state::spelled::spelled;
use crate::values::merge::has_lines;
use crate::values::normalize::same;

impl FieldChange {
    /// Its two values as a reviewer sees them: with secrets as the file spells them, also in Vapi's value if it has the
    /// same.
    pub fn reviewed(&self) -> (Option<Json>, Option<Json>) {
        let form = |value: &Option<Value>, other: &Option<Value>| {
            let value = value.as_ref()?;
            Some(match (value, other) {
                (Value::Secret(secret), _) => secret.reviewed().into(),
                _ if self.sensitive && !self.is_spelled() => SENSITIVE.into(),
                (value, Some(other)) if other.holds_secret() => spelled_like(value, other).to_reviewed(),
                (value, _) => value.to_reviewed(),
            })
        };
        (form(&self.before, &self.after), form(&self.after, &self.before))
    }

    /// Whether its values are texts of several lines with secrets in them that are spelled in the place of their values:
    /// such texts can be shown.
    pub fn is_spelled(&self) -> bool {
        let texts: Option<Vec<_>> = [&self.before, &self.after].into_iter().flatten().map(spelled).collect();
        self.sensitive && texts.is_some_and(|texts| texts.iter().any(|text| has_lines(text)))
    }
}

/// Marks old secrets as secrets in imported objects.
pub fn veil_imports(plan: &mut Plan, once: &Once) {
    for change in &mut plan.changes {
        let Work::Import(value) = &mut change.work else { continue };
        let id = change.id.as_ref().map(|id| id.as_str());
        if let Some(veiled) = once.veil(&change.address, id, &FieldPath::root(), value) {
            change.name = change.kind.name_of(&veiled);
            *value = veiled;
        }
    }
}

/// The texts of the secrets in the values that a plan shows.
pub fn texts(plan: &Plan) -> Vec<String> {
    let mut texts = Vec::new();
    let mut note = |value: &Value| {
        value.visit(Trail::Root, &mut |_, value| {
            if let Value::Secret(secret) = value {
                texts.extend(secret.pieces().into_iter().map(str::to_owned));
            }
        });
    };
    for change in &plan.changes {
        change.fields.iter().flat_map(|field| [&field.before, &field.after]).flatten().for_each(&mut note);
        if let Work::Import(value) = &change.work {
            note(value);
        }
    }
    texts
}

/// A value whose parts are spelled as in another value where both are equal.
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

/// Collects the secrets of a value whose text is known, for a rotation.
pub(super) fn known_secrets(value: &Value, path: &FieldPath, found: &mut Vec<(FieldPath, Value)>) {
    match value {
        Value::Secret(secret) if secret.expose().is_some() => found.push((path.clone(), value.clone())),
        // A list is sent as a whole, so its path is enough.
        Value::List(items) if items.iter().any(Value::holds_secret) => found.push((path.clone(), value.clone())),
        Value::Map(map) => map.iter().for_each(|(key, value)| known_secrets(value, &path.key(key), found)),
        _ => {}
    }
}

/// Collects the secrets of a value that are not known.
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

/// The path of the first secret that Vapi does not show.
pub(super) fn hidden_path(value: &Value, trail: Trail<'_>) -> FieldPath {
    let mut found = None;
    value.visit(trail, &mut |trail, value| {
        if found.is_none() && matches!(value, Value::Secret(secret) if secret.is_hidden()) {
            found = Some(trail.path());
        }
    });
    found.unwrap_or_else(|| trail.path())
}
