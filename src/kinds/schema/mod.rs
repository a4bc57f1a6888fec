//! The schema of the state file.
//!
//! The types below say what the fields of the file are: names, types, ranges, words, and what each is for. They are never
//! made or read; schemars turns them into a JSON Schema, the *model*, and all else comes from that:
//!
//! ```text
//! types ──→ model ──┬──→ publish ──→ schema for editors (`vapi-sync schema`)
//!                   └──→ check::shape ──→ `vapi-sync validate`
//! ```
//!
//! Names, ranges and words are facts from Vapi's OpenAPI document, fields of older days from what users met (they are
//! marked deprecated); what is said about them is ours. A list of words is [`words::Open`] where Vapi adds to it now and
//! then, [`words::Closed`] where it does not.

// The types are there to be looked at by schemars, not to hold anything.
macro_rules! fields {
    ($($name:ident)+) => { $(#[expect(dead_code, reason = "only its schema is used")]
        #[allow(clippy::large_enum_variant, reason = "no value of these types is ever made")]
        mod $name;)+ };
}

fields! {
    analysis assistant destinations hooks model model_parts phone_number plans server state_file tool_parts tools
    tools_others transcriber transcriber_others transcriber_parts voice voice_others voice_parts
}

pub(crate) mod flat;
mod patterns;
mod publish;
mod words;

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::kinds::{KINDS, Kind};

pub(crate) use patterns::{Pattern, pattern};

/// The schema of the state file for editors: JSON Schema draft 7.
pub fn schema() -> Value {
    publish::publish(model())
}

/// The schema for editors of a state file whose model is this.
pub(crate) fn published(model: &Value) -> Value {
    publish::publish(model)
}

/// What the types say, before it is made fit for editors: `null` and `${…}` are not thought of.
pub(crate) fn model() -> &'static Value {
    static MODEL: LazyLock<Value> = LazyLock::new(|| {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/definitions".into();
            settings.meta_schema = None;
        });
        let mut model = settings.into_generator().into_root_schema_for::<state_file::StateFile>().to_value();
        tidy(&mut model);
        KINDS.into_iter().for_each(|kind| add_defaults(&mut model, kind));
        model
    });
    &MODEL
}

/// The schema of the configs of a kind, in a model.
pub(crate) fn config_of<'m>(model: &'m Value, kind: &Kind) -> Option<&'m Value> {
    let section = model.pointer(&format!("/properties/{}/additionalProperties", kind.section))?;
    let entry = section.as_object().and_then(flat::reference).and_then(|pointer| model.pointer(pointer));
    entry.unwrap_or(section).pointer("/properties/config")
}

/// Takes out what schemars says and nobody needs here: that an optional field may be null, how numbers are stored.
fn tidy(schema: &mut Value) {
    let Value::Object(keywords) = schema else {
        if let Value::Array(items) = schema {
            items.iter_mut().for_each(tidy);
        }
        return;
    };
    keywords.values_mut().for_each(tidy);
    if keywords.get("format").is_some_and(Value::is_string) {
        keywords.remove("format");
    }
    if let Some(Value::Array(kinds)) = keywords.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            keywords.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(words)) = keywords.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let Some(Value::Array(branches)) = keywords.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type").and_then(Value::as_str) != Some("null"));
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            keywords.remove("anyOf");
            for (key, value) in only {
                keywords.entry(key).or_insert(value);
            }
        }
    }
    if let Some(Value::String(description)) = keywords.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

/// Gives the top-level fields of a kind the defaults that its field table has.
fn add_defaults(model: &mut Value, kind: &'static Kind) {
    let target = config_of(model, kind).and_then(Value::as_object).and_then(flat::reference).map(str::to_owned);
    let Some(definition) = target.and_then(|pointer| model.pointer_mut(&pointer)) else { return };
    let properties = definition.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        if let (Some(default), Some(property)) = (kind.root().key(name).default(), property.as_object_mut()) {
            property.insert("default".into(), default.clone());
        }
    }
}
