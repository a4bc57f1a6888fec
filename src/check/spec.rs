//! Checks against Vapi's OpenAPI document instead of our tables.
//!
//! In: the text of the document. Out: findings about configs, and a schema for editors. The document is compiled to shapes
//! like those of our tables, so that the same code checks and publishes both; the errors of a `oneOf` are
//! those of the branch that `provider` or `type` selects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::compile::{Compiler, keep};
use super::{Options, flat, tidy, walk};
use crate::kinds::{self, KINDS, Kind, Shape};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::state::load::{Entry, StateFile};

/// The path of schemas in an OpenAPI document.
const COMPONENTS: &str = "#/components/schemas/";

/// The prefix of Vapi's schemas in the editor schema, to avoid clashes.
const PREFIX: &str = "vapi.";

/// A compiled OpenAPI document of Vapi.
#[derive(Debug)]
pub struct Spec {
    /// The shapes of configs, by the section of their kind.
    configs: Vec<(&'static str, &'static Shape)>,
}

impl Spec {
    /// Compiles a document; `name` is for messages.
    ///
    /// # Errors
    /// Code `spec-unusable`: it is not JSON, or has no request body for a kind.
    pub fn load(text: &str, name: &str) -> Result<Spec, Diagnostic> {
        let unusable = |why: String| {
            Diagnostic::error("spec-unusable", format!("{name} is not Vapi's OpenAPI document: {why}"))
                .help("use `--spec live`, or download https://api.vapi.ai/api-json")
        };
        let document: Value = serde_json::from_str(text).map_err(|error| unusable(error.to_string()))?;
        let mut wanted = BTreeSet::new();
        let mut bodies = Vec::new();
        for kind in KINDS {
            let body = match body_of(&document, kind) {
                Some(body) => body,
                None if !kind.is_everywhere => continue,
                None => return Err(unusable(format!("it does not say what `POST {}` takes", kind.endpoint))),
            };
            bodies.push((kind.section, adapted(body, &mut wanted)));
        }
        let definitions: Map<String, Value> = reachable(&document, wanted).map_err(unusable)?.into_iter().collect();
        let root = json!({"definitions": definitions});
        let mut compiler = Compiler::default();
        let configs = bodies.iter().map(|(section, body)| (*section, keep(compiler.shape(&root, body)))).collect();
        match compiler.is_endless {
            true => Err(unusable("its schemas refer to each other in a circle".to_owned())),
            false => Ok(Spec { configs }),
        }
    }

    /// The shape of the configs of a kind.
    fn config(&self, kind: &Kind) -> &'static Shape {
        self.configs.iter().find(|(section, _)| *section == kind.section).map_or(&Shape::Any, |(_, shape)| *shape)
    }

    /// Findings about the configs of a file, beyond those of [`super::check`].
    ///
    /// A field that only our tables know is a note: older agents have such fields, and Vapi accepts
    /// them.
    pub fn check(&self, state: &StateFile<'_>, options: &Options) -> Diagnostics {
        let name = |entry: &Entry<'_>| entry.config?.get("name")?.as_text().map(str::to_owned);
        let entries: Vec<&Entry<'_>> =
            (state.entries.iter()).filter(|entry| !state.ignore.matches_entry(entry, name(entry).as_deref())).collect();
        let ours = walk::shapes(&entries, &|kind| &kind.config, options);
        let said: BTreeSet<(&str, Option<Place>)> =
            ours.found.into_iter().map(|finding| (group(finding.code), finding.place)).collect();
        let is_named = |place: &Option<Place>| place.as_ref().is_some_and(|place| !ours.unnamed.contains(place));
        let found = walk::shapes(&entries, &|kind| self.config(kind), options).found;
        let news = found.into_iter().filter(|finding| !said.contains(&(group(finding.code), finding.place.clone())));
        let news = news.map(|finding| match group(finding.code) {
            UNKNOWN if is_named(&finding.place) => Diagnostic {
                code: "not-in-spec",
                severity: Severity::Note,
                help: Some("older agents have it, and Vapi accepts it; leave it out of new ones".to_owned()),
                ..finding
            },
            _ => finding,
        });
        tidy(state, news.collect())
    }

    /// The editor schema of the state file, with Vapi's own schemas.
    pub fn editor_schema(&self) -> Value {
        kinds::published(&|kind| self.config(kind))
    }
}

/// All codes for an unknown field count as one.
const UNKNOWN: &str = "unknown-field";

fn group(code: &'static str) -> &'static str {
    if matches!(code, "misplaced-field" | "misspelt-field") { UNKNOWN } else { code }
}

/// The request body of a creation. An update takes the same fields except create-only ones, which
/// are not sent then.
fn body_of<'d>(document: &'d Value, kind: &Kind) -> Option<&'d Value> {
    let content = document.get("paths")?.get(kind.endpoint)?.pointer("/post/requestBody/content")?;
    content.get("application/json")?.get("schema")
}

/// Rewrites a schema of the document: renames references, removes quirks. The names that it refers
/// to are added to `wanted`.
fn adapted(schema: &Value, wanted: &mut BTreeSet<String>) -> Value {
    match schema {
        Value::Object(keywords) => {
            let mut out = Map::new();
            // Some lists have keywords meant for their items.
            let is_list = keywords.get("type").and_then(Value::as_str) == Some("array");
            for (key, value) in keywords {
                match (key.as_str(), value) {
                    ("$ref", Value::String(target)) => {
                        let name = target.strip_prefix(COMPONENTS).unwrap_or(target);
                        wanted.insert(name.to_owned());
                        out.insert("$ref".into(), format!("#/definitions/{PREFIX}{name}").into());
                    }
                    // OpenAPI 3.0 wraps a reference in `allOf` to add keywords.
                    ("allOf", Value::Array(parts)) if parts.len() == 1 && flat::only_reference(&parts[0]).is_some() => {
                        if let Value::Object(reference) = adapted(&parts[0], wanted) {
                            out.extend(reference);
                        }
                    }
                    // Its patterns are between slashes, as in JavaScript.
                    ("pattern", Value::String(pattern)) => {
                        let plain = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
                        out.insert(key.clone(), plain.map_or(pattern.as_str(), |(plain, _)| plain).into());
                    }
                    // An enum next to any text is only examples.
                    ("oneOf" | "anyOf", Value::Array(parts)) if parts.iter().any(is_any_text) => {
                        let parts = parts.iter().filter(|part| is_any_text(part) || !is_text(part));
                        out.insert(key.clone(), parts.map(|part| adapted(part, wanted)).collect());
                    }
                    ("enum" | "maxLength" | "minLength", _) if is_list => {}
                    ("discriminator" | "nullable" | "example" | "examples" | "x-label", _) => {}
                    // Field names, which may equal the keywords above.
                    ("properties", Value::Object(properties)) => {
                        let properties: Map<_, _> =
                            properties.iter().map(|(name, schema)| (name.clone(), adapted(schema, wanted))).collect();
                        out.insert(key.clone(), properties.into());
                    }
                    (_, value) => {
                        out.insert(key.clone(), adapted(value, wanted));
                    }
                }
            }
            out.into()
        }
        Value::Array(items) => items.iter().map(|item| adapted(item, wanted)).collect(),
        other => other.clone(),
    }
}

fn is_text(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("string")
}

fn is_any_text(schema: &Value) -> bool {
    is_text(schema) && schema.get("enum").is_none()
}

/// These schemas and all that they refer to, rewritten.
fn reachable(document: &Value, mut wanted: BTreeSet<String>) -> Result<BTreeMap<String, Value>, String> {
    let components = document.pointer("/components/schemas").and_then(Value::as_object);
    let components = components.ok_or_else(|| "it has no schemas".to_owned())?;
    let mut known = BTreeMap::new();
    while let Some(name) = wanted.pop_first() {
        let schema = components.get(&name).ok_or_else(|| format!("it refers to `{name}`, which does not exist"))?;
        let mut more = BTreeSet::new();
        known.insert(format!("{PREFIX}{name}"), adapted(schema, &mut more));
        wanted.extend(more.into_iter().filter(|name| !known.contains_key(&format!("{PREFIX}{name}"))));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::state::load::interpret;

    /// A document that accepts everything.
    fn open_document() -> Value {
        let body = json!({"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}});
        json!({"paths": {"/assistant": {"post": body}, "/phone-number": {"post": body}}, "components": {"schemas": {}}})
    }

    fn findings(document: &Value, file: &str) -> Vec<String> {
        let spec = Spec::load(&document.to_string(), "api.json").unwrap();
        let file = Document::parse("f", file).unwrap();
        let found = spec.check(&interpret(&file, &Default::default()).unwrap(), &Options::default());
        found.iter().map(|f| format!("{} {} {}", f.code, f.place.as_ref().unwrap().line, f.message)).collect()
    }

    #[test]
    fn an_open_document_says_nothing() {
        let file = "version: 1\nagents:\n  a:\n    config: {name: A, anything: [goes]}\n";
        assert_eq!(findings(&open_document(), file), [""; 0]);
    }

    #[test]
    fn the_branch_that_the_provider_names_is_held_against() {
        let mut document = open_document();
        document["paths"]["/assistant"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
            json!({"$ref": "#/components/schemas/Agent"});
        document["components"]["schemas"] = json!({
            "Agent": {"type": "object", "properties": {"name": {"type": "string"}, "voice": {"oneOf": [
                {"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"},
            ]}}},
            "One": {"type": "object", "properties": {
                "provider": {"type": "string", "enum": ["11labs"]}, "speed": {"type": "number", "maximum": 1},
            }},
            "Two": {"type": "object", "properties": {"provider": {"type": "string", "enum": ["azure"]}, "speed": {"type": "string"}}},
        });
        let file = "version: 1
agents:
  a:
    vapi_assistant_id: a
    config:
      name: A
      recordingEnabled: true
      voice:
        provider: 11labs
        speed: 1.1
";
        assert_eq!(
            findings(&document, file),
            [
                "not-in-spec 7 recordingEnabled is not a known field",
                "out-of-range 10 voice.speed must be at most 1; this is 1.1",
            ]
        );
    }

    /// A document in which an agent has these fields.
    fn document_with(properties: &Value, schemas: Value) -> Value {
        let mut document = open_document();
        document["paths"]["/assistant"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
            json!({"type": "object", "properties": properties});
        document["components"]["schemas"] = schemas;
        document
    }

    #[test]
    fn a_word_that_two_branches_have_tells_nothing_apart() {
        let branch = |value: &str| json!({"type": "object", "properties": {"type": {"type": "string", "enum": ["comparator"]}, "value": {"type": value}}});
        let either = json!([{"$ref": "#/components/schemas/Number"}, {"$ref": "#/components/schemas/Bool"}]);
        let properties = json!({"name": {"type": "string"}, "metadata": {"oneOf": either}});
        let document = document_with(&properties, json!({"Number": branch("number"), "Bool": branch("boolean")}));
        let file = "version: 1\nagents:\n  a:\n    config: {name: A, metadata: {type: comparator, value: true}}\n";
        assert_eq!(findings(&document, file), [""; 0]);
    }

    #[test]
    fn what_neither_knows_is_no_field_of_older_days() {
        let plan = json!({"type": "object", "properties": {"known": {"type": "string"}}});
        let document = document_with(&json!({"name": {"type": "string"}, "metadata": plan}), json!({}));
        let file = "version: 1\nagents:\n  a:\n    config:\n      name: A\n      metadata: {nown: x}\n";
        assert_eq!(findings(&document, file), ["unknown-field 6 metadata.nown is not a known field"]);
    }

    #[test]
    fn numbers_and_texts_are_held_against_what_they_may_be() {
        let version = json!({"type": "number", "enum": [1, 2]});
        let words =
            json!({"type": "array", "items": {"type": "string", "pattern": "/^\\p{L}[\\p{L}\\d]*(?::[+-]?\\d+)?$/u"}});
        let metadata = json!({"type": "object", "properties": {"version": version, "words": words}});
        let document = document_with(&json!({"name": {"type": "string"}, "metadata": metadata}), json!({}));
        let file = "version: 1\nagents:\n  a:\n    config:\n      name: A\n      metadata:\n        version: 3\n        words: [Vapi:2, two words]\n";
        assert_eq!(
            findings(&document, file),
            [
                "bad-value 7 metadata.version cannot be 3",
                "bad-value 8 metadata.words[1] must be one word of letters and digits, optionally with a boost: `Northwind:2`",
            ]
        );
    }

    #[test]
    fn what_is_not_the_document_is_refused() {
        let no_reference = json!({"paths": open_document()["paths"], "components": {}});
        let mut circle = open_document();
        circle["paths"]["/assistant"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
            json!({"$ref": "#/components/schemas/A"});
        let again = json!({"allOf": [{"$ref": "#/components/schemas/A"}, {"title": "again"}]});
        circle["components"]["schemas"]["A"] = json!({"type": "object", "properties": {"x": again, "y": again}});
        for text in ["", "{}", "[]", &no_reference.to_string(), &circle.to_string()] {
            assert_eq!(Spec::load(text, "x").unwrap_err().code, "spec-unusable", "{text}");
        }
    }
}
