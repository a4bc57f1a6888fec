//! Our schema and checks held against Vapi's published document, where that can be had.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use vapi_sync::check::Options;
use vapi_sync::check::spec::Spec;
use vapi_sync::document::Document;
use vapi_sync::emulator::generate;
use vapi_sync::kinds::{KINDS, by_section};
use vapi_sync::model::diagnostic::{Diagnostics, Severity};
use vapi_sync::state::load::interpret;

use super::file::findings;
use crate::support::vapi_document;

/// The fields of the document's unions: where a value of each stands in a config, and the schemas of its branches.
pub fn unions(document: &Value) -> Vec<(&'static str, &'static str, Vec<&Value>)> {
    let schemas = &document["components"]["schemas"];
    let branches = |union: &'_ Value| -> Vec<String> {
        let targets = union["oneOf"].as_array().unwrap().iter().filter_map(|branch| branch["$ref"].as_str());
        targets.map(|target| target.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let of = |union: &Value| branches(union).iter().map(|name| &schemas[name]).collect::<Vec<_>>();
    let assistant = &schemas["CreateAssistantDTO"]["properties"];
    let number = "/paths/~1phone-number/post/requestBody/content/application~1json/schema";
    let tool = "/paths/~1tool/post/requestBody/content/application~1json/schema";
    vec![
        ("model", "provider", of(&assistant["model"])),
        ("voice", "provider", of(&assistant["voice"])),
        ("transcriber", "provider", of(&assistant["transcriber"])),
        ("tool", "type", of(&schemas["OpenAIModel"]["properties"]["tools"]["items"])),
        ("number", "provider", of(document.pointer(number).unwrap())),
        ("agent", "", vec![&schemas["CreateAssistantDTO"]]),
        ("tools", "type", of(document.pointer(tool).unwrap())),
        ("squads", "", vec![&schemas["CreateSquadDTO"]]),
        ("structured_outputs", "", vec![&schemas["CreateStructuredOutputDTO"]]),
    ]
}

/// A file with an object of a union in its place.
fn file(place: &str, object: Value) -> String {
    if let Some(kind) = by_section(place) {
        return json!({"version": 1, place: {"x": {kind.id_key: "x", "config": object}}}).to_string();
    }
    let agent = |config: Value| json!({"version": 1, "agents": {"a": {"vapi_assistant_id": "x", "config": config}}});
    let file = match place {
        "number" => json!({"version": 1, "phone_numbers": {"n": {"vapi_phone_number_id": "x", "config": object}}}),
        "tool" => agent(json!({"model": {"provider": "openai", "model": "gpt-4.1", "tools": [object]}})),
        "agent" => agent(object),
        field => agent(Value::Object(Map::from_iter([(field.to_owned(), object)]))),
    };
    serde_json::to_string_pretty(&file).unwrap()
}

fn said(found: &Diagnostics, of: impl Fn(&str, Severity) -> bool) -> Vec<String> {
    let wrong = found.iter().filter(|finding| of(finding.code, finding.severity));
    wrong.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

#[test]
fn every_field_of_the_document_is_known() {
    let Some(text) = vapi_document() else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut looked_at = 0;
    let mut unknown = Vec::new();
    for (place, tag, branches) in unions(&document) {
        for branch in branches {
            let properties = branch["properties"].as_object().unwrap();
            let mut object: Map<String, Value> = properties.keys().map(|name| (name.clone(), Value::Null)).collect();
            looked_at += object.len();
            if !tag.is_empty() {
                object.insert(tag.to_owned(), properties[tag]["enum"][0].clone());
            }
            let found = findings("f", &file(place, object.into()), Path::new("."), Options::default());
            unknown.extend(said(&found, |code, _| {
                code.starts_with("unknown-") || matches!(code, "misspelt-field" | "misplaced-field")
            }));
        }
    }
    assert!(looked_at > 700, "{looked_at}");
    assert_eq!(unknown, [""; 0]);
}

/// Values with every field that a schema of the document names, each branch of a union in one of them at least.
fn full(document: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    if depth == 0 {
        return vec![];
    }
    if let Some(target) = schema["$ref"].as_str() {
        return full(document, document.pointer(&target[1..]).unwrap(), depth);
    }
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    let of_parts: Vec<Value> = parts.flat_map(|part| full(document, part, depth - 1)).collect();
    let own = match (&schema["properties"], &schema["items"]) {
        (Value::Object(properties), _) => {
            let all: Vec<(&String, Vec<Value>)> =
                properties.iter().map(|(name, schema)| (name, full(document, schema, depth - 1))).collect();
            let most = all.iter().map(|(_, values)| values.len()).max().unwrap_or(0).max(1);
            let field = |at: usize, values: &[Value]| values.get(at % values.len().max(1)).cloned().unwrap_or_default();
            let object = |at| all.iter().map(|(name, values)| ((*name).clone(), field(at, values))).collect();
            (0..most).map(object).collect()
        }
        (_, Value::Object(_)) => vec![full(document, &schema["items"], depth - 1).into()],
        _ => schema["enum"]
            .as_array()
            .filter(|_| schema["type"] == "string")
            .map_or(vec![], |words| words.first().cloned().into_iter().collect()),
    };
    [of_parts, own].concat()
}

#[test]
fn no_field_of_the_document_is_called_misspelt_however_deep() {
    let Some(text) = vapi_document() else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut said = BTreeMap::new();
    let mut looked_at = 0;
    for (section, id, path, of_answers) in [
        ("agents", "vapi_assistant_id", "/assistant", "Assistant"),
        ("phone_numbers", "vapi_phone_number_id", "/phone-number", "VapiPhoneNumber"),
        ("tools", "vapi_tool_id", "/tool", "FunctionTool"),
        ("squads", "vapi_squad_id", "/squad", "Squad"),
        ("structured_outputs", "vapi_structured_output_id", "/structured-output", "StructuredOutput"),
    ] {
        let body = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let answer = json!({"$ref": format!("#/components/schemas/{of_answers}")});
        let configs = [body, &answer].into_iter().flat_map(|schema| full(&document, schema, 6));
        for config in configs.filter(Value::is_object) {
            looked_at += 1;
            let file = json!({"version": 1, section: {"a": {id: "x", "config": config}}});
            let text = serde_json::to_string_pretty(&file).unwrap();
            let found = findings("f", &text, Path::new("."), Options::default());
            for finding in found {
                *said.entry(finding.code).or_insert(0) += 1;
                assert_ne!(finding.code, "misspelt-field", "{section}: {finding:?}");
            }
        }
    }
    assert!(looked_at > 100 && said.contains_key("server-managed"), "{looked_at} {said:?}");
}

/// The words that a schema of the document names, those of its alternatives too.
fn words(schema: &Value) -> Vec<&Value> {
    let branches = schema["oneOf"].as_array().into_iter().flatten();
    let own = schema["enum"].as_array().filter(|_| schema["type"] != "array").into_iter().flatten();
    own.chain(branches.flat_map(words)).collect()
}

#[test]
fn every_word_of_the_document_is_known() {
    let Some(text) = vapi_document() else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let (mut looked_at, mut unknown) = (0, Vec::new());
    for (place, tag, branches) in unions(&document) {
        for branch in branches {
            for (name, property) in branch["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != tag) {
                for word in words(property) {
                    let mut object = Map::from_iter([(name.clone(), word.clone())]);
                    if !tag.is_empty() {
                        object.insert(tag.to_owned(), branch["properties"][tag]["enum"][0].clone());
                    }
                    looked_at += 1;
                    let found = findings("f", &file(place, object.into()), Path::new("."), Options::default());
                    unknown
                        .extend(said(&found, |code, _| ["unknown-value", "bad-value", "wrong-type"].contains(&code)));
                }
            }
        }
    }
    assert!(looked_at > 1000, "{looked_at}");
    assert_eq!(unknown, [""; 0]);
}

/// Examples that are not what their field takes: the end of what we say of each, and why it is right.
const WRONG_IN_THE_DOCUMENT: [(&str, &str); 2] = [
    (
        "rejectionPlan.conditions[0].negate must be true or false; this is text",
        "its type is boolean, and its example a sentence about it",
    ),
    ("workflow.credentials[0].apiKey is a secret in plain text", "an example of a key stands in the open, as it must"),
];

/// Calls `see` with each example below a schema, in the object that holds it and nothing else.
fn examples(
    document: &Value,
    schema: &Value,
    seen: &mut BTreeSet<String>,
    inside: &dyn Fn(Value) -> Value,
    see: &mut dyn FnMut(Value),
) {
    if let Some(name) = schema["$ref"].as_str() {
        if seen.insert(name.to_owned()) {
            examples(document, document.pointer(name.trim_start_matches('#')).unwrap(), seen, inside, see);
        }
        return;
    }
    for alternatives in ["oneOf", "anyOf", "allOf"] {
        for part in schema[alternatives].as_array().into_iter().flatten() {
            examples(document, part, seen, inside, see);
        }
    }
    if schema["items"].is_object() {
        examples(document, &schema["items"], seen, &|item| inside(json!([item])), see);
    }
    let properties = schema["properties"].as_object();
    let words = ["type", "provider"].map(|tag| Some((tag, properties?.get(tag)?["enum"].get(0)?.clone())));
    for (name, property) in properties.into_iter().flatten() {
        let holder = |value: Value| {
            let mut object: Map<String, Value> =
                words.iter().flatten().map(|(tag, word)| ((*tag).to_owned(), word.clone())).collect();
            object.insert(name.clone(), value);
            inside(object.into())
        };
        if let Some(example) = property.get("example").filter(|example| !example.is_null()) {
            see(holder(example.clone()));
        }
        examples(document, property, seen, &holder, see);
    }
}

#[test]
fn every_example_of_the_document_passes() {
    let Some(text) = vapi_document() else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let (mut wrong, mut explained, mut all) = (Vec::new(), BTreeSet::new(), 0);
    for kind in KINDS {
        let mut looked_at = 0;
        let body = &document["paths"][kind.endpoint]["post"]["requestBody"]["content"]["application/json"]["schema"];
        examples(&document, body, &mut BTreeSet::new(), &|config| config, &mut |config| {
            let found = findings("f", &file(kind.section, config), Path::new("."), Options::default());
            looked_at += 1;
            for said in said(&found, |_, severity| severity == Severity::Error) {
                match WRONG_IN_THE_DOCUMENT.iter().find(|(known, _)| said.ends_with(known)) {
                    Some(known) => drop(explained.insert(*known)),
                    None => wrong.push(format!("{}: {said}", kind.section)),
                }
            }
        });
        assert!(looked_at >= 5, "{}: {looked_at}", kind.section);
        all += looked_at;
    }
    assert!(all > 500, "{all}");
    assert_eq!(wrong, [""; 0]);
    assert_eq!(explained, BTreeSet::from(WRONG_IN_THE_DOCUMENT), "each exception is still needed");
}

/// A state file of generated objects.
fn generated() -> Value {
    let mut rng = StdRng::seed_from_u64(13);
    let agents = (0..30).map(|index| {
        (format!("a{index}"), json!({"config": generate::assistant(&mut rng, index, &["an-id".to_owned()])}))
    });
    let agents: Map<String, Value> = agents.collect();
    let numbers = (0..30).map(|index| {
        (format!("n{index}"), json!({"config": generate::phone_number(&mut rng, index, &["an-id".to_owned()])}))
    });
    let numbers: Map<String, Value> = numbers.collect();
    json!({"version": 1, "agents": agents, "phone_numbers": numbers})
}

#[test]
fn the_document_has_nothing_against_generated_objects() {
    let Some(text) = vapi_document() else { return };
    let spec = Spec::load(&text, "openapi.json").unwrap();
    let file = Document::parse("f", serde_json::to_string_pretty(&generated()).unwrap()).unwrap();
    let found = spec.check(&interpret(&file, &Default::default()).unwrap(), &Options::default());
    assert_eq!(said(&found, |code, severity| severity == Severity::Error || code.starts_with("unknown")), [""; 0]);
}

#[test]
fn the_document_finds_what_our_schema_does_not() {
    let Some(text) = vapi_document() else { return };
    let spec = Spec::load(&text, "openapi.json").unwrap();
    let file = "\
version: 1
agents:
  a:
    vapi_assistant_id: x
    config:
      silenceTimeoutSeconds: 30
      firstMesage: Hello
      transcriber:
        provider: azure
        language: english
      voice: {provider: rime-ai, voiceId: cove, language: xx}
";
    let document = Document::parse("f", file).unwrap();
    let found = spec.check(&interpret(&document, &Default::default()).unwrap(), &Options::default());
    let found: Vec<(&str, usize, usize)> = found
        .iter()
        .map(|finding| (finding.code, finding.place.as_ref().unwrap().line, finding.place.as_ref().unwrap().column))
        .collect();
    assert_eq!(found, [("not-in-spec", 6, 7), ("bad-value", 10, 19), ("bad-value", 11, 59)]);
}

#[test]
fn editors_get_the_document_too() {
    let Some(text) = vapi_document() else { return };
    let schema = Spec::load(&text, "openapi.json").unwrap().editor_schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut file = generated();
    // The document does not have it, Vapi does.
    for agent in file["agents"].as_object_mut().unwrap().values_mut() {
        for tool in agent["config"]["model"]["tools"].as_array_mut().unwrap() {
            if let Some(server) = tool.get_mut("server").and_then(Value::as_object_mut) {
                server.remove("secret");
            }
        }
    }
    let wrong: Vec<String> =
        validator.iter_errors(&file).map(|error| format!("{} {error:.300}", error.instance_path())).collect();
    assert_eq!(wrong, [""; 0]);
    file["agents"]["a0"]["config"]["voice"]["provider"] = "azure".into();
    file["agents"]["a0"]["config"]["voice"]["stability"] = 0.5.into();
    assert!(!validator.is_valid(&file));
}
