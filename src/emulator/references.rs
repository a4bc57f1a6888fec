//! References between objects: each must be known to the organisation.

use serde_json::Value;

use super::store::{Collection, LATEST_VERSION, Object, Store, is_uuid};

/// Free objects: what is in them refers to nothing.
const FREE: &[&str] =
    &["metadata", "variableValues", "schema", "properties", "parameters", "headers", "body", "environmentVariables"];

/// Which kind the ids of a field are of.
fn kind_of(field: &str) -> Option<Collection> {
    Some(match field {
        "assistantId" | "assistantIds" => Collection::Assistant,
        "squadId" => Collection::Squad,
        "toolId" | "toolIds" | "declineToolId" => Collection::Tool,
        "structuredOutputId" | "structuredOutputIds" => Collection::StructuredOutput,
        _ => return None,
    })
}

/// Complains about the references of a body that do not exist.
///
/// # Errors
/// The first of them: `Couldn't Find Tool. Id: …`.
pub(super) fn check(store: &Store, org: &str, body: &Object) -> Result<(), String> {
    for (field, value) in body {
        if FREE.contains(&field.as_str()) {
            continue;
        }
        match kind_of(field) {
            Some(kind) => match value {
                Value::Array(ids) => ids.iter().try_for_each(|id| known(store, org, kind, field, id))?,
                id => known(store, org, kind, field, id)?,
            },
            None => inside(store, org, value)?,
        }
    }
    pins(store, body)
}

fn inside(store: &Store, org: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Object(object) => check(store, org, object),
        Value::Array(items) => items.iter().try_for_each(|item| inside(store, org, item)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn known(store: &Store, org: &str, kind: Collection, field: &str, id: &Value) -> Result<(), String> {
    let id = match id {
        Value::Null => return Ok(()),
        Value::String(id) => id,
        _ => return Err(format!("{field} must be a UUID")),
    };
    match store.get(kind, id) {
        Some(record) if record.is_seen_by(org) => Ok(()),
        _ if !is_uuid(id) => Err(format!("{field} must be a UUID")),
        _ => Err(format!("Couldn't Find {}. Id: {id}", kind.noun())),
    }
}

/// A pinned version must exist: those of an object go from `v1` to its `latestVersion`.
fn pins(store: &Store, object: &Object) -> Result<(), String> {
    for (id, version, kind) in
        [("toolId", "version", Collection::Tool), ("assistantId", "assistantVersion", Collection::Assistant)]
    {
        let (Some(Value::String(id)), Some(Value::String(label))) = (object.get(id), object.get(version)) else {
            continue;
        };
        let number = |label: &str| label.strip_prefix('v')?.parse::<u64>().ok();
        let latest = store.get(kind, id).and_then(|record| number(record.text(LATEST_VERSION)?));
        let exists = number(label).is_some_and(|own| own > 0 && latest.is_none_or(|latest| own <= latest));
        if !exists {
            return Err(format!("Couldn't Find {} Version. Id: {id}. Version: {label}", kind.noun()));
        }
    }
    Ok(())
}
