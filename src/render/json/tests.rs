//! The documents and the schemas that describe them.

use std::path::PathBuf;

use super::super::samples;
use super::*;
use crate::model::Redactor;

fn schema_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema").join(name)
}

/// Whether a document, as it is printed, is valid against its schema.
fn check(schema: usize, document: &impl Serialize) {
    let (name, schema) = schemas()[schema].clone();
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    let document: Json = serde_json::from_str(&to_text(document, &Redactor::new())).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}: {document:#}");
}

#[test]
fn the_schemas_in_the_repository_are_fresh() {
    for (name, schema) in schemas() {
        let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let file = schema_file(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == fresh, "schema/{name} is stale: refresh it with `UPDATE_SCHEMA=1 cargo test --lib schemas`");
    }
}

#[test]
fn documents_are_valid() {
    for all in [false, true] {
        check(0, &report("plan", &samples::to_vapi(), all));
        check(0, &report("apply", &samples::applied(), all));
        check(0, &report("pull", &samples::to_file(), all));
    }
    for text in samples::HOSTILE {
        check(0, &report("plan", &samples::holding(text), true));
    }
    let run = samples::last_run();
    check(1, &status(&samples::status(true), &About { last_run: None, ..samples::about(&run) }, &[], &[]));
    check(1, &status(&samples::status(false), &samples::about(&run), &[], &[Diagnostic::error("e", "E")]));
}

#[test]
fn a_failed_run_prints_the_document_of_its_command() {
    let errors = [Diagnostic::error("unknown-reference", "there is no agent").at(samples::place()).help("add it")];
    for command in ["plan", "apply", "restore", "pull"] {
        check(0, &failure(command, &[], &errors));
    }
    check(1, &failure("status", &[], &errors));
    let text = |command| serde_json::to_value(failure(command, &[], &errors)).unwrap();
    let message = serde_json::json!({
        "code": "unknown-reference", "message": "there is no agent", "help": "add it",
        "file": "vapi-state.yaml", "line": 12, "column": 18,
    });
    for command in ["plan", "apply", "restore", "pull", "sync", "status", "validate", "init", "log"] {
        assert_eq!(text(command)["errors"], serde_json::json!([message]), "{command}");
        assert_eq!(text(command)["command"], command);
    }
    assert_eq!(text("plan")["digest"], Json::Null);
    assert_eq!(text("pull")["direction"], "to_file");
    assert_eq!(
        text("pull")["summary"],
        serde_json::json!({"import": 0, "capture": 0, "none": 0, "held_back": 0, "unchanged": 0})
    );
    assert_eq!(text("sync")["pull"], Json::Null);
}

#[test]
fn the_summary_counts_what_is_listed() {
    for sample in [samples::to_vapi(), samples::applied(), samples::to_file()] {
        let document = serde_json::to_value(report("plan", &sample, true)).unwrap();
        let changes = document["changes"].as_array().unwrap();
        for (word, count) in document["summary"].as_object().unwrap() {
            let expected = match word.as_str() {
                "held_back" => {
                    let waits = |change: &&Json| change["outcome"] == "held_back" && change["held_back"] == 0;
                    let planned: u64 = changes.iter().filter_map(|change| change["held_back"].as_u64()).sum();
                    planned + changes.iter().filter(waits).count() as u64
                }
                "unchanged" => 1,
                "done" | "failed" | "not_attempted" => {
                    changes.iter().filter(|change| change["outcome"] == word.as_str()).count() as u64
                }
                action => changes.iter().filter(|change| change["action"] == action).count() as u64,
            };
            assert_eq!(count.as_u64(), Some(expected), "{word}");
        }
        let listed = serde_json::to_value(report("plan", &sample, false)).unwrap();
        assert_eq!(listed["changes"].as_array().unwrap().len() + 1, changes.len());
    }
}

#[test]
fn names_are_those_of_the_design() {
    let document = serde_json::to_value(report("apply", &samples::applied(), false)).unwrap();
    let keys = |value: &Json| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&document),
        "format_version command direction org_id digest summary changes impact warnings errors"
    );
    let change = &document["changes"][1];
    assert_eq!(keys(change), "address kind id name action reason held_back fields outcome note error");
    assert_eq!(keys(&change["fields"][0]), "path before after sensitive verdict base recorded_in note");
    assert_eq!(change["kind"], "agent");
    assert_eq!(document["changes"][3]["kind"], "phone_number");
    assert_eq!(
        change["fields"][0]["recorded_in"],
        serde_json::json!({"commit": "c0ffee1234567890c0ffee1234567890c0ffee12", "time": "2026-01-05T10:11:12Z"})
    );
    assert_eq!(change["fields"][4]["recorded_in"], "audit_log");
    assert_eq!(change["fields"][4]["after"], Json::Null);
    assert_eq!(change["fields"][5]["before"], "${env:KEY}");
    assert_eq!(change["fields"][5]["after"], "(sensitive)");
    assert_eq!(document["changes"][0]["id"], "new-id");
}
