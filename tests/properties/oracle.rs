//! What a change of a JSON value loses, and whether another value holds it. Knows nothing of how plans are made.

use serde_json::Value;

/// A step to a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Key(String),
    Index(usize),
    /// The element of a list that goes by this: a tool by type and name, a hook by its event, a member by its agent, a text
    /// by itself.
    Named(String),
}

/// A value that is gone: a single one, or a whole element of the list at the path.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub path: Vec<Step>,
    pub value: Value,
    pub element: bool,
}

impl Lost {
    /// Whether Vapi documents the value as what it does by itself.
    pub fn is_default(&self) -> bool {
        self.path == [Step::Key("maxDurationSeconds".to_owned())] && self.value == 600
    }
}

/// What is in `before` and not in `after`.
pub fn lost(before: &Value, after: &Value) -> Vec<Lost> {
    let mut found = Vec::new();
    walk(before, Some(after), &mut Vec::new(), &mut found);
    found
}

fn walk(before: &Value, after: Option<&Value>, path: &mut Vec<Step>, found: &mut Vec<Lost>) {
    fn step(step: Step, before: &Value, after: Option<&Value>, path: &mut Vec<Step>, found: &mut Vec<Lost>) {
        path.push(step);
        walk(before, after, path, found);
        path.pop();
    }
    match before {
        Value::Object(map) => {
            for (key, before) in map {
                step(Step::Key(key.clone()), before, after.and_then(|after| after.get(key)), path, found);
            }
        }
        Value::Array(items) => {
            let after = after.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let names: Option<Vec<String>> = items.iter().map(name).collect();
            match names {
                Some(names) if !items.is_empty() => {
                    for (name_before, item) in names.into_iter().zip(items) {
                        match after.iter().find(|other| name(other).as_ref() == Some(&name_before)) {
                            Some(other) => step(Step::Named(name_before), item, Some(other), path, found),
                            None => found.push(Lost { path: path.clone(), value: item.clone(), element: true }),
                        }
                    }
                }
                _ if is_ordered(path) && items.len() == after.len() => {
                    for (at, (item, other)) in items.iter().zip(after).enumerate() {
                        step(Step::Index(at), item, Some(other), path, found);
                    }
                }
                _ => {
                    let mut rest: Vec<&Value> = after.iter().collect();
                    for item in items {
                        match rest.iter().position(|other| same(item, other)) {
                            Some(at) => drop(rest.remove(at)),
                            None => found.push(Lost { path: path.clone(), value: item.clone(), element: true }),
                        }
                    }
                }
            }
        }
        Value::Null => {}
        single => {
            if !after.is_some_and(|after| same(single, after)) {
                found.push(Lost { path: path.clone(), value: single.clone(), element: false });
            }
        }
    }
}

fn is_ordered(path: &[Step]) -> bool {
    !matches!(path.last(), Some(Step::Key(key)) if matches!(key.as_str(), "serverMessages" | "required"))
}

/// What tells an element of `tools`, `hooks`, `parameters`, `members` or `conditions` from the others.
fn name(item: &Value) -> Option<String> {
    let text = |at: &str| item.pointer(at).and_then(Value::as_str).map(str::to_owned);
    if let Some(own) = text("/on").or_else(|| text("/key")).or_else(|| text("/assistant/name")) {
        return Some(own);
    }
    // What a hook does and what a tool says have types too, and no names.
    let kind = text("/type").filter(|_| item.get("exact").is_none() && item.get("content").is_none())?;
    let function = text("/function/name");
    Some(function.map_or(kind.clone(), |function| format!("{kind}:{function}")))
}

fn same(left: &Value, right: &Value) -> bool {
    covers(left, right) && covers(right, left)
}

/// Whether everything in `inner` is in `outer`.
fn covers(outer: &Value, inner: &Value) -> bool {
    match (outer, inner) {
        (Value::Object(outer), Value::Object(inner)) => {
            inner.iter().all(|(key, inner)| outer.get(key).is_some_and(|outer| covers(outer, inner)))
        }
        (Value::Array(outer), Value::Array(inner)) => {
            outer.len() == inner.len() && outer.iter().zip(inner).all(|(outer, inner)| covers(outer, inner))
        }
        (Value::Number(outer), Value::Number(inner)) => outer.as_f64() == inner.as_f64(),
        (outer, inner) => outer == inner,
    }
}

/// Whether a config holds at its place what another lost.
pub fn recorded(config: &Value, lost: &Lost) -> bool {
    let mut value = config;
    for step in &lost.path {
        let next = match step {
            Step::Key(key) => value.get(key),
            Step::Index(at) => value.get(at),
            Step::Named(wanted) => value.as_array().and_then(|items| {
                items.iter().find(|item| name(item).as_ref() == Some(wanted) || item.as_str() == Some(wanted))
            }),
        };
        let Some(next) = next else { return false };
        value = next;
    }
    if lost.element {
        value.as_array().is_some_and(|items| items.iter().any(|item| covers(item, &lost.value)))
    } else {
        covers(value, &lost.value)
    }
}

/// The top-level fields that a file and what Vapi stores do not have alike. A default that the file does not name, a `null`
/// and a secret that Vapi does not show count as alike.
pub fn differing(file: &Value, stored: &Value) -> Vec<String> {
    let without_secret = |config: &Value| {
        let mut config = config.clone();
        if let Some(server) = config.get_mut("server").and_then(Value::as_object_mut) {
            server.shift_remove("secret");
        }
        config
    };
    let (Value::Object(file), Value::Object(shown)) = (&without_secret(file), &without_secret(stored)) else {
        return Vec::new();
    };
    let mut keys: Vec<&String> = file.keys().chain(shown.keys()).collect();
    keys.sort();
    keys.dedup();
    let is_alike = |key: &str| match (file.get(key), shown.get(key)) {
        (Some(left), Some(right)) => alike(left, right, key),
        (Some(Value::Null), None) => true,
        (None, Some(right)) => key == "maxDurationSeconds" && *right == 600,
        (_, None) => false,
    };
    keys.into_iter().filter(|key| !is_alike(key)).cloned().collect()
}

const UNORDERED: [&str; 6] = ["serverMessages", "tools", "hooks", "parameters", "conditions", "required"];

/// Equal but for the order in sets and in lists whose elements have names.
fn alike(left: &Value, right: &Value, key: &str) -> bool {
    match (left, right) {
        (Value::Object(left_map), Value::Object(right_map)) => {
            left_map.len() == right_map.len()
                && left_map.iter().all(|(key, left)| right_map.get(key).is_some_and(|right| alike(left, right, key)))
        }
        (Value::Array(left), Value::Array(right)) if UNORDERED.contains(&key) => {
            left.len() == right.len() && left.iter().all(|left| right.iter().any(|right| alike(left, right, "")))
        }
        _ => same(left, right),
    }
}
