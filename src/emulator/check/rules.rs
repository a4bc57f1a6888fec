//! What Vapi refuses beyond the fields of an object.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::Shape::{List, Text, TextOr, Words};
use super::shape::check;
use crate::emulator::store::Object;

/// The words for a schema's type.
const TYPES: &str = "string number integer boolean array object null";

/// Complains about functions anywhere in a body: their parameters take no `anyOf` and no scalar `const`.
pub(super) fn functions(body: &Object, messages: &mut Vec<String>) {
    everywhere(body, "", &mut |object, path| {
        let Some(parameters) = object.get("function").and_then(|function| function.get("parameters")) else { return };
        let found: BTreeSet<&str> = refused_keywords(parameters);
        messages.extend(found.iter().map(|word| format!("{path}function.parameters must not contain {word}")));
    });
}

/// Complains about overrides anywhere in a body: they take no `toolRefs`.
pub(super) fn overrides(body: &Object, messages: &mut Vec<String>) {
    everywhere(body, "", &mut |object, path| {
        for field in ["assistantOverrides", "squadOverrides", "membersOverrides"] {
            if object.get(field).and_then(|overrides| overrides.get("model")?.get("toolRefs")).is_some() {
                messages.push(format!("{path}{field}.model.property toolRefs should not exist"));
            }
        }
    });
}

/// Complains about members: a version goes with an id only.
pub(super) fn members(body: &Object, messages: &mut Vec<String>) {
    for (position, member) in body.get("members").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let has = |field: &str| member.get(field).is_some_and(|value| !value.is_null());
        if has("assistantVersion") && !has("assistantId") {
            messages.push(format!("members.{position}.assistantVersion needs assistantId"));
        }
        if has("assistant") == has("assistantId") {
            messages.push(format!("members.{position} must have either assistantId or assistant"));
        }
    }
}

/// Complains about a structured output's schema: it needs a type.
pub(super) fn schema(body: &Object, messages: &mut Vec<String>) {
    let Some(Value::Object(schema)) = body.get("schema") else { return };
    let kind = schema.get("type").unwrap_or(&Value::Null);
    check(&TextOr(&List(&Text)), kind, "schema.type", messages);
    let words = match kind {
        Value::Array(words) => words.iter().collect(),
        word => vec![word],
    };
    words
        .into_iter()
        .filter(|word| word.is_string())
        .for_each(|word| check(&Words(TYPES), word, "schema.type", messages));
}

/// The code of a code tool may use only what the tool declares: `args.x` and `env.Y`.
pub(super) fn code(tool: &Object, messages: &mut Vec<String>) {
    let Some(code) = tool.get("code").and_then(Value::as_str) else { return };
    let parameters =
        tool.get("function").and_then(|function| function.get("parameters")?.get("properties")?.as_object());
    for name in used(code, "args.") {
        if !parameters.is_some_and(|parameters| parameters.contains_key(name)) {
            messages.push(format!("code uses args.{name}, which function.parameters does not declare"));
        }
    }
    let variables = tool.get("environmentVariables").and_then(Value::as_array);
    for name in used(code, "env.") {
        if !variables.into_iter().flatten().any(|variable| variable.get("name").is_some_and(|own| own == name)) {
            messages.push(format!("code uses env.{name}, which environmentVariables does not declare"));
        }
    }
}

/// The names that follow `owner` in a program.
fn used<'a>(code: &'a str, owner: &str) -> BTreeSet<&'a str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    code.match_indices(owner)
        .filter(|(at, _)| !code[..*at].ends_with(|c| is_part(c) || c == '.'))
        .map(|(at, _)| code[at + owner.len()..].split(|c| !is_part(c)).next().unwrap_or_default())
        .filter(|name| !name.is_empty())
        .collect()
}

fn refused_keywords(schema: &Value) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    match schema {
        Value::Object(object) => {
            if object.get("anyOf").is_some_and(Value::is_array) {
                found.insert("anyOf");
            }
            if object.get("const").is_some_and(|value| !value.is_object() && !value.is_array()) {
                found.insert("const");
            }
            object.values().for_each(|inner| found.extend(refused_keywords(inner)));
        }
        Value::Array(items) => items.iter().for_each(|inner| found.extend(refused_keywords(inner))),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    found
}

/// Visits every object with the path in front of its fields: `members.0.assistantOverrides.`.
fn everywhere(object: &Object, path: &str, visit: &mut dyn FnMut(&Object, &str)) {
    visit(object, path);
    for (name, value) in object {
        if name != "metadata" && name != "variableValues" {
            value_everywhere(value, &format!("{path}{name}."), visit);
        }
    }
}

fn value_everywhere(value: &Value, path: &str, visit: &mut dyn FnMut(&Object, &str)) {
    match value {
        Value::Object(object) => everywhere(object, path, visit),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                value_everywhere(item, &format!("{path}{position}."), visit);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
