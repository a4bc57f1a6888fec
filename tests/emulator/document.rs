//! Compares the emulator with Vapi's published document, if that is available.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use vapi_sync::emulator::{Config, generate};

use super::client::{Vapi, id, vapi};
use crate::support::vapi_document;

/// The document, if available.
fn document() -> Option<Value> {
    vapi_document().map(|text| serde_json::from_str(&text).unwrap())
}

/// The schemas of the document as JSON Schemas that refuse unknown properties.
struct Closed {
    root: Value,
    validators: HashMap<String, jsonschema::Validator>,
}

impl Closed {
    fn new(document: &Value) -> Self {
        let mut schemas = document["components"]["schemas"].clone();
        schemas.as_object_mut().unwrap().values_mut().for_each(close);
        Self { root: json!({"components": {"schemas": schemas}}), validators: HashMap::new() }
    }

    #[track_caller]
    fn hold(&mut self, name: &str, value: Value) {
        let validator = self.validators.entry(name.to_owned()).or_insert_with(|| {
            self.root["$ref"] = format!("#/components/schemas/{name}").into();
            jsonschema::validator_for(&self.root).unwrap()
        });
        let value = documented(value);
        let problems: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error:.300}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
    }
}

fn close(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    for (_, property) in keywords.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        close(property);
    }
    for name in ["items", "additionalProperties"] {
        keywords.get_mut(name).into_iter().for_each(close);
    }
    for name in ["oneOf", "anyOf", "allOf"] {
        keywords.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten().for_each(close);
    }
    // Alternatives overlap (`"andrew"` is both a voice name and a string), so often two of them match.
    if let Some(alternatives) = keywords.remove("oneOf") {
        keywords.insert("anyOf".into(), alternatives);
    }
    if keywords.contains_key("properties") && !keywords.contains_key("additionalProperties") {
        keywords.insert("additionalProperties".into(), false.into());
    }
    // Some lists have keywords meant for their items, and some enums have the type `object`.
    let kind = keywords.get("type").and_then(Value::as_str).map(str::to_owned);
    if let Some(words) = keywords.get("enum").and_then(Value::as_array).cloned() {
        if kind.as_deref() == Some("array") || words.is_empty() {
            keywords.remove("enum");
        } else if kind.as_deref() == Some("object") {
            keywords.remove("type");
        }
    }
    // Its patterns are between slashes, as in JavaScript.
    if let Some(Value::String(pattern)) = keywords.get_mut("pattern") {
        *pattern = pattern.trim_end_matches('u').trim_matches('/').to_owned();
    }
    if keywords.remove("nullable") == Some(true.into()) {
        let inner = Value::Object(std::mem::take(keywords));
        *keywords = Map::from_iter([("anyOf".to_owned(), json!([inner, {"type": "null"}]))]);
    }
}

/// `value` without observed but undocumented fields: `server.secret`, `isServerUrlSecretSet`.
fn documented(mut value: Value) -> Value {
    match &mut value {
        Value::Object(object) => {
            object.remove("secret");
            object.remove("isServerUrlSecretSet");
            for (_, inner) in object {
                *inner = documented(inner.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = documented(item.take())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn generated_objects_and_answers_are_as_documented() {
    let Some(document) = document() else { return };
    let vapi = vapi(Config::default()).await;
    let mut rng = StdRng::seed_from_u64(9);
    let mut closed = Closed::new(&document);
    let mut ids = Vec::new();
    for index in 0..100 {
        let object = generate::assistant(&mut rng, index, &ids);
        closed.hold("CreateAssistantDTO", object.clone());
        let made = vapi.done("POST", "/assistant", object).await;
        ids.push(id(&made));
        closed.hold("Assistant", made);
    }
    for index in 0..50 {
        let object = generate::phone_number(&mut rng, index, &ids);
        let name = match object["provider"].as_str().unwrap() {
            "byo-phone-number" => "Byo",
            "twilio" => "Twilio",
            "vonage" => "Vonage",
            "telnyx" => "Telnyx",
            _ => "Vapi",
        };
        closed.hold(&format!("Create{name}PhoneNumberDTO"), object.clone());
        let made = vapi.done("POST", "/phone-number", object).await;
        closed.hold(&format!("{name}PhoneNumber"), made);
    }
    let page = vapi.done("GET", "/v2/phone-number", None).await;
    closed.hold("PaginationMeta", page["metadata"].clone());
}

/// The possible schemas of a property.
fn variants<'a>(document: &'a Value, property: &'a Value) -> Vec<&'a Value> {
    let schemas = &document["components"]["schemas"];
    let alternatives = property["oneOf"].as_array().unwrap();
    alternatives.iter().map(|each| &schemas[each["$ref"].as_str().unwrap().rsplit('/').next().unwrap()]).collect()
}

fn properties(schema: &Value) -> &Map<String, Value> {
    schema["properties"].as_object().unwrap()
}

fn tag_of<'a>(schema: &'a Value, tag: &str) -> &'a str {
    schema["properties"][tag]["enum"][0].as_str().unwrap()
}

/// The validation messages of a bad assistant.
async fn said(vapi: &Vapi, body: Value) -> Vec<String> {
    let (status, answer) = vapi.ask("POST", "/assistant", body).await;
    let messages = answer["message"].as_array();
    assert_eq!(status, if messages.is_some() { 400 } else { 201 }, "{answer}");
    messages.into_iter().flatten().map(|message| message.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn providers_and_their_fields_and_ranges_are_as_documented() {
    let Some(document) = document() else { return };
    let vapi = vapi(Config::default()).await;
    let assistant = properties(&document["components"]["schemas"]["CreateAssistantDTO"]);
    for part in ["model", "voice", "transcriber"] {
        let variants = variants(&document, &assistant[part]);
        let mut providers: Vec<&str> = variants.iter().map(|schema| tag_of(schema, "provider")).collect();
        let refusal = said(&vapi, json!({part: {"provider": "nowhere"}})).await.remove(0);
        let mut known: Vec<&str> = refusal.rsplit(": ").next().unwrap().split(", ").collect();
        providers.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, providers, "{part}");
        for schema in variants {
            let provider = tag_of(schema, "provider");
            for (name, property) in properties(schema).iter().filter(|(name, _)| *name != "provider") {
                let told = async |value: Value| said(&vapi, json!({part: {"provider": provider, name: value}})).await;
                let unknown = format!("{part}.property {name} should not exist");
                assert!(!told(Value::Null).await.contains(&unknown), "{provider}: {unknown}");
                let path = format!("{part}.{name}");
                ranges(property, &path, told).await;
            }
            let unknown = format!("{part}.property callbackUri should not exist");
            assert!(said(&vapi, json!({part: {"provider": provider, "callbackUri": 1}})).await.contains(&unknown));
        }
    }
    for (name, property) in assistant {
        let told = async |value: Value| said(&vapi, json!({name: value})).await;
        assert_eq!(told(Value::Null).await, [""; 0], "{name}");
        ranges(property, name, told).await;
    }
}

/// The emulator enforces exactly the number ranges and text lengths of the document.
async fn ranges(property: &Value, path: &str, told: impl AsyncFn(Value) -> Vec<String>) {
    for (bound, step, words) in
        [("minimum", -1.0, "must not be less than"), ("maximum", 1.0, "must not be greater than")]
    {
        let Some(number) = property[bound].as_f64() else { continue };
        let message = format!("{path} {words} {number}");
        assert!(told(json!(number + step)).await.contains(&message), "{message}");
        assert!(!told(json!(number)).await.contains(&message), "{message}");
    }
    if let Some(most) = property["maxLength"].as_u64() {
        let message = format!("{path} must be shorter than or equal to {most} characters");
        assert!(told("x".repeat(most as usize + 1).into()).await.contains(&message), "{message}");
        assert!(!told("x".repeat(most as usize).into()).await.contains(&message), "{message}");
    }
}

#[tokio::test]
async fn tools_and_phone_numbers_have_the_documented_fields() {
    let Some(document) = document() else { return };
    let vapi = vapi(Config::default()).await;
    for (path, tag) in [("/tool", "type"), ("/phone-number", "provider")] {
        let body = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let variants = variants(&document, body);
        let mut documented: Vec<&str> = variants.iter().map(|schema| tag_of(schema, tag)).collect();
        let refusal = vapi.refused("POST", path, json!({})).await.remove(0);
        let mut known: Vec<&str> = refusal.rsplit(": ").next().unwrap().split(", ").collect();
        documented.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, documented);
        for schema in variants {
            for name in properties(schema).keys().filter(|name| *name != tag) {
                let (_, answer) = vapi.ask("POST", path, json!({tag: tag_of(schema, tag), name: null})).await;
                let unknown = format!("property {name} should not exist");
                assert!(!answer["message"].to_string().contains(&unknown), "{}: {unknown}", tag_of(schema, tag));
            }
        }
    }
}
