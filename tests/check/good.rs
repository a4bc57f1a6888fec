//! Of what is right, nothing is said.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use vapi_sync::check::Options;
use vapi_sync::emulator::generate;
use vapi_sync::model::diagnostic::Severity;
use vapi_sync::state::environments::Whose;
use vapi_sync::state::template;

use super::file::{findings, findings_for};

/// Secrets of the generated objects stand in the open; everything else of them is as it should be.
const IN_THE_OPEN: &str = "secret-in-file";

/// The file that holds these values: `${…}` in them is text.
fn written(value: &Value) -> String {
    fn escaped(value: &Value) -> Value {
        match value {
            Value::String(text) => template::escape(text).into(),
            Value::Array(items) => items.iter().map(escaped).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), escaped(value))).collect(),
            other => other.clone(),
        }
    }
    // JSON is YAML, and its texts are in quotes.
    serde_json::to_string_pretty(&escaped(value)).unwrap()
}

#[test]
fn generated_objects_pass() {
    let mut rng = StdRng::seed_from_u64(11);
    let id = "7b0e2f4c-1a2b-4c3d-8e9f-001122334455".to_owned();
    let agents =
        (0..200).map(|index| (format!("a{index}"), generate::assistant(&mut rng, index, std::slice::from_ref(&id))));
    let agents: Value = agents.map(|(handle, config)| (handle, json!({"config": config}))).collect();
    let numbers =
        (0..200).map(|index| (format!("n{index}"), generate::phone_number(&mut rng, index, std::slice::from_ref(&id))));
    let numbers: Value = numbers.map(|(handle, config)| (handle, json!({"config": config}))).collect();
    let text = written(&json!({"version": 1, "agents": agents, "phone_numbers": numbers}));
    let found = findings("state.yaml", &text, Path::new("."), Options::default());
    let wrong: Vec<String> = found
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.code != IN_THE_OPEN)
        .map(|finding| format!("{} {}", finding.code, finding.message))
        .collect();
    assert_eq!(wrong, [""; 0]);
    // Nor does anything look unknown that Vapi knows.
    let unknown: Vec<&String> =
        found.iter().filter(|finding| finding.code.starts_with("unknown")).map(|finding| &finding.message).collect();
    assert_eq!(unknown, [""; 0]);
    let secrets = found.iter().filter(|finding| finding.code == IN_THE_OPEN);
    assert!(secrets.clone().all(|finding| {
        ["twilioAuthToken", "password", "secret", "headers"].iter().any(|word| finding.message.contains(word))
    }));
    assert!(secrets.count() > 100);
}

#[test]
fn every_example_of_the_repository_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut looked_at = 0;
    for example in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(text) = std::fs::read_to_string(example.join("vapi-state.yaml")) else { continue };
        // An example that starts from nothing is filled by a pull.
        let options = || Options { strict: true };
        let mut found = Vec::new();
        if text.contains("\nenvironments:") {
            for name in ["staging", "production"] {
                let whose = Whose::of(Some(name));
                found.extend(findings_for(&whose, "vapi-state.yaml", &text, &example, options()));
            }
        } else {
            found = findings("vapi-state.yaml", &text, &example, options());
        }
        let wrong: Vec<_> = found
            .iter()
            .filter(|finding| !["empty-file", "missing-variable", "unrung-agent"].contains(&finding.code))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", example.display());
        looked_at += 1;
    }
    assert!(looked_at >= 4);
}

#[test]
fn the_example_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
    let text = std::fs::read_to_string(folder.join("northwind.yaml")).unwrap();
    assert_eq!(findings("northwind.yaml", &text, &folder, Options { strict: true }), []);
}
