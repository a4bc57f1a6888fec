//! From the model of the fields to the schema that an editor is given.
//!
//! The model says what Vapi takes. In the file, `null` clears a field, `${…}` may stand for a value of any type, and what
//! a config leaves out may be in Vapi already. Editors are also shown unions in a form that they can complete: a field that
//! offers the words, and for each word what follows from it (`if`/`then`), so that an error names the branch that is meant.

use serde_json::{Map, Value, json};

use super::flat::{self, Union};

/// A text that is filled in by vapi-sync: it can stand where another type is wanted.
const REFERENCE: &str = r"\$\{(agent|phone_number|env|file):[^{}\r\n]*\}";

/// The schema for editors, JSON Schema draft 7, which yaml-language-server knows best.
pub(super) fn publish(model: &Value) -> Value {
    let Value::Object(mut root) = model.clone() else { return model.clone() };
    let definitions = root.remove("definitions");
    let mut published = Map::new();
    published.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    for (key, value) in own(model, &root) {
        published.insert(key, value);
    }
    published.insert("patternProperties".into(), json!({"^x-": true}));
    let mut written = Map::new();
    for (name, definition) in definitions.iter().filter_map(Value::as_object).flatten() {
        let schema = match name.as_str() {
            // Ours, not Vapi's: nothing is cleared here, and nothing left out.
            "AgentEntry" | "PhoneNumberEntry" | "Ignore" => {
                let fields = definition.as_object().cloned().unwrap_or_default();
                titled(own(model, &fields), name).into()
            }
            _ => value(model, definition, name),
        };
        written.insert(name.clone(), schema);
    }
    published.insert("definitions".into(), written.into());
    let mut published = Value::Object(published);
    keep_reachable(&mut published);
    published
}

/// A mapping of ours: its fields may be empty, but none may be unknown.
fn own(model: &Value, schema: &Map<String, Value>) -> Map<String, Value> {
    let mut schema = schema.clone();
    for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        *property = value(model, property, "");
        if let Some(keywords) = property.as_object_mut() {
            keywords.remove("pattern");
        }
    }
    schema.entry("additionalProperties").or_insert(Value::Bool(false));
    schema
}

/// `schema` with a title made of its name, unless it has one.
fn titled(mut schema: Map<String, Value>, name: &str) -> Map<String, Value> {
    if !name.is_empty() && !schema.contains_key("title") {
        schema.insert("title".into(), spaced(name).into());
    }
    schema
}

/// A schema for a value of the file.
fn value(model: &Value, schema: &Value, name: &str) -> Value {
    if !schema.is_object() {
        return schema.clone();
    }
    if flat::only_reference(schema).is_some() {
        return schema.clone();
    }
    let keywords = flat::flat(model, schema);
    let mut out = match flat::alternatives(&keywords) {
        Some(alternatives) => match flat::union(model, &alternatives) {
            Some(union) => tagged(model, &union, &alternatives),
            None => either(model, &alternatives),
        },
        None => single(model, &keywords),
    };
    for word in ["title", "description", "default", "examples", "deprecated"] {
        if let Some(annotation) = keywords.get(word) {
            out.insert(word.to_owned(), annotation.clone());
        }
    }
    titled(out, name).into()
}

/// One value, not several alternatives.
fn single(model: &Value, keywords: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, keyword) in keywords {
        match key.as_str() {
            "minimum" | "maximum" | "minLength" | "maxLength" | "propertyNames" => {
                out.insert(key.clone(), keyword.clone());
            }
            "items" => {
                out.insert(key.clone(), item(value(model, keyword, "")));
            }
            "additionalProperties" => {
                out.insert(key.clone(), value(model, keyword, ""));
            }
            "properties" => {
                let properties = keyword.as_object().into_iter().flatten();
                let properties: Map<_, _> =
                    properties.map(|(name, property)| (name.clone(), value(model, property, ""))).collect();
                out.insert(key.clone(), properties.into());
                out.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            _ => {}
        }
    }
    let words = keywords.get("enum").cloned().or_else(|| keywords.get("const").map(|word| json!([word])));
    match (keywords.get("type").and_then(Value::as_str), words) {
        (_, Some(Value::Array(words))) if !words.is_empty() => return word(words, keywords.get("type")),
        (Some("string"), _) => {
            out.insert("type".into(), json!(["string", "null"]));
            // Lengths and patterns are not those of what a reference stands for.
            let narrow: Map<_, _> =
                ["minLength", "maxLength"].iter().filter_map(|key| out.remove_entry(*key)).collect();
            let pattern = keywords.get("pattern").and_then(Value::as_str);
            let plain = pattern.map(str::to_owned);
            if plain.is_some() || !narrow.is_empty() {
                let mut narrow = narrow;
                narrow.extend(plain.map(|plain| ("pattern".to_owned(), plain.into())));
                out.insert("if".into(), json!({"not": {"type": "string", "pattern": REFERENCE_OR_LIQUID}}));
                out.insert("then".into(), narrow.into());
            }
        }
        (Some(kind @ ("number" | "integer" | "boolean")), _) => {
            out.insert("type".into(), json!([kind, "string", "null"]));
            out.insert("pattern".into(), REFERENCE.into());
            out.insert("patternErrorMessage".into(), format!("wants a {kind}, or a ${{…}}").into());
        }
        (Some(kind @ ("array" | "object")), _) => {
            out.insert("type".into(), json!([kind, "string", "null"]));
            out.insert("pattern".into(), REFERENCE.into());
            out.insert("patternErrorMessage".into(), format!("wants an {kind}, or a ${{…}}").into());
        }
        _ => {}
    }
    out
}

/// What is filled in before or during the call.
const REFERENCE_OR_LIQUID: &str = r"\$\{(agent|phone_number|env|file):[^{}\r\n]*\}|\{\{";

/// One of these words.
fn word(mut words: Vec<Value>, kind: Option<&Value>) -> Map<String, Value> {
    // Vapi's document has numbers among the words, and words that it calls objects.
    let numbers = kind.and_then(Value::as_str) == Some("number");
    if !words.contains(&Value::Null) {
        words.push(Value::Null);
    }
    let mut other = json!({"type": "string", "pattern": REFERENCE});
    if numbers {
        other = json!({"type": ["number", "string"], "pattern": REFERENCE});
    }
    match json!({"anyOf": [{"enum": words}, other]}) {
        Value::Object(out) => out,
        _ => Map::new(),
    }
}

/// An item of a list: nothing is cleared there.
fn item(mut item: Value) -> Value {
    let kinds = item.get_mut("type").and_then(Value::as_array_mut);
    if let Some(kinds) = kinds {
        kinds.retain(|kind| kind != "null");
    }
    item
}

/// What fits the type of the value.
fn either(model: &Value, alternatives: &[&Value]) -> Map<String, Value> {
    let branches: Vec<Value> = alternatives.iter().map(|branch| value(model, branch, "")).collect();
    Map::from_iter([("anyOf".to_owned(), branches.into())])
}

/// Objects that are told apart by a word. One whose word is not known may be new at Vapi: nothing is said of it here.
fn tagged(model: &Value, union: &Union, alternatives: &[&Value]) -> Map<String, Value> {
    let words: Vec<&str> = union.branches.iter().map(|(word, _)| word.as_str()).collect();
    let described = |schema: &Map<String, Value>| schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let docs: Vec<String> = union.branches.iter().map(|(_, schema)| described(schema).unwrap_or_default()).collect();
    let branches: Vec<Value> = union
        .branches
        .iter()
        .zip(alternatives)
        .map(|((word, schema), alternative)| {
            let tag = union.tag;
            let when = json!({"required": [tag], "properties": {tag: {"const": word}}});
            if flat::only_reference(alternative).is_some() {
                return json!({"if": when, "then": alternative});
            }
            let mut then = single(model, schema);
            if let Some(properties) = then.get_mut("properties").and_then(Value::as_object_mut) {
                properties.insert(union.tag.to_owned(), Value::Bool(true));
            }
            json!({"if": when, "then": then})
        })
        .collect();
    let tag = json!({
        "description": "Says which other fields there are.",
        "anyOf": [{"enum": words, "enumDescriptions": docs}, {"type": "string"}],
    });
    Map::from_iter([
        ("type".to_owned(), json!(["object", "string", "null"])),
        ("pattern".to_owned(), REFERENCE.into()),
        ("properties".to_owned(), json!({union.tag: tag})),
        ("allOf".to_owned(), branches.into()),
    ])
}

/// `ChunkPlan` → `Chunk plan`.
fn spaced(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    let mut title = String::new();
    for c in name.chars() {
        if c.is_uppercase() && title.chars().last().is_some_and(char::is_lowercase) {
            title.push(' ');
            title.extend(c.to_lowercase());
        } else {
            title.push(c);
        }
    }
    title
}

/// Leaves out definitions that nothing refers to: those that were put into the branches of unions.
fn keep_reachable(schema: &mut Value) {
    loop {
        let mut named = std::collections::HashSet::new();
        references(schema, &mut named);
        let Some(definitions) = schema.get_mut("definitions").and_then(Value::as_object_mut) else { return };
        let before = definitions.len();
        definitions.retain(|name, _| named.contains(name));
        if definitions.len() == before {
            return;
        }
    }
}

fn references(schema: &Value, named: &mut std::collections::HashSet<String>) {
    match schema {
        Value::Object(map) => {
            let target =
                map.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix("#/definitions/"));
            named.extend(target.map(str::to_owned));
            map.values().for_each(|value| references(value, named));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, named)),
        _ => {}
    }
}
