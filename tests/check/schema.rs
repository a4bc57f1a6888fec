//! The schema of the state file, as editors get it.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use vapi_sync::check::Options;
use vapi_sync::document::Document;
use vapi_sync::emulator::generate;
use vapi_sync::kinds::schema;
use vapi_sync::model::diagnostic::Severity;

use super::file::findings;
use super::gallery;

/// Findings that an editor makes as well, from the schema alone.
const FROM_THE_SCHEMA: [&str; 15] = [
    "unknown-field",
    "misspelt-field",
    "misplaced-field",
    "wrong-type",
    "out-of-range",
    "too-long",
    "too-short",
    "bad-value",
    "server-managed",
    // Of the file itself.
    "unknown-word",
    "missing-version",
    "unknown-version",
    "bad-handle",
    "missing-config",
    "empty-file",
];

/// The file in the repository. `UPDATE_SCHEMA=1` writes it.
#[test]
fn the_committed_schema_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/vapi-state.schema.json");
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "{} is stale: run this test with UPDATE_SCHEMA=1", path.display());
}

#[test]
fn it_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

/// An editor says of a file that something is wrong exactly if `check` does.
#[test]
fn editor_and_validate_agree() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut compared = 0;
    for (name, text) in gallery::files() {
        let Ok(document) = Document::parse(&name, text.as_str()) else { continue };
        let Some(root) = document.root() else { continue };
        let found = findings(&name, &text, &gallery::folder(), Options::default());
        let ours: Vec<&str> =
            found.iter().map(|finding| finding.code).filter(|code| FROM_THE_SCHEMA.contains(code)).collect();
        let theirs: Vec<String> = validator
            .iter_errors(&root.to_json())
            .map(|error| format!("{} {error:.200}", error.instance_path()))
            .collect();
        assert_eq!(ours.is_empty(), theirs.is_empty(), "{name}: {ours:?} {theirs:#?}");
        compared += 1;
    }
    assert!(compared > 60);
}

#[test]
fn generated_objects_are_valid() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut rng = StdRng::seed_from_u64(12);
    for index in 0..50 {
        let agent = generate::assistant(&mut rng, index, &[]);
        let number = generate::phone_number(&mut rng, index, &["an-id".to_owned()]);
        let file = json!({
            "version": 1, "agents": {"a": {"config": agent}}, "phone_numbers": {"n": {"config": number}},
        });
        let wrong: Vec<String> =
            validator.iter_errors(&file).map(|error| format!("{} {error:.200}", error.instance_path())).collect();
        assert_eq!(wrong, [""; 0]);
    }
}

/// Calls `see` with each schema in a schema, and where it stands.
fn visit(schema: &Value, path: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(path, schema);
    for (key, part) in schema.as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        match (key.as_str(), part) {
            ("properties" | "definitions" | "patternProperties", Value::Object(named)) => {
                named.iter().for_each(|(name, part)| visit(part, &format!("{path}/{name}"), see));
            }
            (_, Value::Object(_)) => visit(part, &path, see),
            (_, Value::Array(parts)) => parts.iter().for_each(|part| visit(part, &path, see)),
            _ => {}
        }
    }
}

#[test]
fn every_field_is_explained() {
    let mut unexplained = Vec::new();
    let (mut fields, mut linked) = (0, 0);
    visit(&schema(), "", &mut |path, part| {
        for (name, property) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
            fields += 1;
            linked += usize::from(about.contains("\n\nhttps://docs.vapi.ai/"));
            if !about.split('\n').next().is_some_and(|about| about.len() > 3 && about.ends_with('.')) {
                unexplained.push(format!("{path}.{name}: {about:?}"));
            }
        }
        if path.starts_with("/definitions/") && path.matches('/').count() == 2 && part.get("title").is_none() {
            unexplained.push(format!("{path} has no title"));
        }
    });
    assert_eq!(unexplained, [""; 0]);
    assert!(fields > 1000 && linked > 900, "{fields} fields, {linked} with a page of the documentation");
}

/// Python's `re`, among others, does not know `\p{…}`.
#[test]
fn patterns_are_plain() {
    let mut found = Vec::new();
    visit(&schema(), "", &mut |path, part| {
        let pattern = part.get("pattern").and_then(Value::as_str).unwrap_or_default();
        if ["\\p", "\\P", "(?"].iter().any(|piece| pattern.contains(piece)) {
            found.push(format!("{path}: {pattern}"));
        }
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_reference_may_stand_for_anything_and_null_clears() {
    let config = "{maxDurationSeconds: '${env:SECONDS}', firstMessageInterruptionsEnabled: '${env:ON}', endCallPhrases: null,
        firstMessageMode: '${env:MODE}', name: null, voice: null, model: {provider: openai, model: '${env:MODEL}', temperature: null}}";
    let text = format!("version: 1\nagents: {{a: {{vapi_assistant_id: x, config: {config}}}}}\n");
    let document = Document::parse("f", text.as_str()).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema())
        .unwrap()
        .iter_errors(&document.root().unwrap().to_json())
        .map(|error| format!("{} {error:.200}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    let found = findings("f", &text, Path::new("."), Options { strict: true });
    assert!(found.iter().all(|finding| finding.severity != Severity::Error), "{found:?}");
}
