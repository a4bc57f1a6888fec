//! Flattens a JSON Schema: follows references, merges `allOf`, recognises unions.
//!
//! In an OpenAPI document, a union tagged by `provider` is a `oneOf` whose branches each allow one word
//! for it.

use serde_json::{Map, Value};

/// The depth limit of references and `allOf`; a deeper schema is circular.
const DEPTH: usize = 16;

/// The keys that can tag a union, in order of preference.
const TAGS: [&str; 4] = ["provider", "type", "on", "role"];

/// A schema with its `$ref` and `allOf` merged in. The schema's own keywords win.
pub(crate) fn flat(root: &Value, schema: &Value) -> Map<String, Value> {
    let mut merged = Map::new();
    merge(root, schema, &mut merged, 0);
    merged
}

fn merge(root: &Value, schema: &Value, into: &mut Map<String, Value>, depth: usize) {
    let Value::Object(schema) = schema else { return };
    if depth > DEPTH {
        return;
    }
    for (key, value) in schema {
        match (key.as_str(), value, into.get_mut(key)) {
            ("$ref" | "allOf", ..) => {}
            ("properties", Value::Object(more), Some(Value::Object(known))) => {
                for (name, property) in more {
                    known.entry(name.clone()).or_insert_with(|| property.clone());
                }
            }
            ("required", Value::Array(more), Some(Value::Array(known))) => {
                let new: Vec<Value> = more.iter().filter(|name| !known.contains(name)).cloned().collect();
                known.extend(new);
            }
            (_, value, None) => {
                into.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        merge(root, part, into, depth + 1);
    }
    if let Some(target) = reference(schema).and_then(|pointer| root.pointer(pointer)) {
        merge(root, target, into, depth + 1);
    }
}

/// The JSON pointer of a schema's `$ref`.
pub(crate) fn reference(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix('#')
}

/// The JSON pointer of a schema that is only a reference, ignoring descriptions.
pub(crate) fn only_reference(schema: &Value) -> Option<&str> {
    let schema = schema.as_object()?;
    let describes = |key: &str| matches!(key, "$ref" | "title" | "description" | "default" | "examples" | "deprecated");
    reference(schema).filter(|_| schema.keys().all(|key| describes(key)))
}

/// The one word that a schema allows.
fn word(schema: &Map<String, Value>) -> Option<&str> {
    match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
        (Some(word), _) => word.as_str(),
        (None, Some(words)) => match words.as_slice() {
            [word] => word.as_str(),
            _ => None,
        },
        (None, None) => None,
    }
}

/// A tagged union.
pub(crate) struct Union {
    /// The key of the tag.
    pub(crate) tag: &'static str,
    /// The tag of each branch, with its flat schema.
    pub(crate) branches: Vec<(String, Map<String, Value>)>,
}

/// The alternatives of a flat schema, without `null`.
pub(crate) fn alternatives(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    Some(branches.iter().filter(|branch| branch.get("type").and_then(Value::as_str) != Some("null")).collect())
}

/// The tagged union of these alternatives, if all are objects and one key distinguishes them.
pub(crate) fn union(root: &Value, alternatives: &[&Value]) -> Option<Union> {
    let flats: Vec<Map<String, Value>> = alternatives.iter().map(|branch| flat(root, branch)).collect();
    TAGS.into_iter().find_map(|tag| {
        let branch = |schema: &Map<String, Value>| {
            let word = word(&flat(root, schema.get("properties")?.get(tag)?))?.to_owned();
            Some((word, schema.clone()))
        };
        let branches: Vec<_> = flats.iter().map(branch).collect::<Option<_>>()?;
        // A word shared by two branches cannot distinguish them.
        let mut words: Vec<&str> = branches.iter().map(|(word, _)| word.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        (!branches.is_empty() && words.len() == branches.len()).then_some(Union { tag, branches })
    })
}
