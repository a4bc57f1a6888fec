//! References in fields that take no text, near references, and variables as the targets of numbers.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, all_is_quiet, id};

fn world(config: &str, env: &[(&str, &str)]) -> World {
    let mut world = World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, {config}}}}}\n"));
    world.env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    world
}

#[test]
fn a_variable_takes_the_type_of_its_field() {
    let table: [(&str, &str, &str, Value); 6] = [
        ("maxDurationSeconds: '${env:X}'", "600", "/maxDurationSeconds", json!(600)),
        ("model: {provider: openai, model: gpt-4.1, temperature: '${env:X}'}", "0.5", "/model/temperature", json!(0.5)),
        ("backgroundDenoisingEnabled: '${env:X}'", "true", "/backgroundDenoisingEnabled", json!(true)),
        ("artifactPlan: {recordingEnabled: '${env:X}'}", "false", "/artifactPlan/recordingEnabled", json!(false)),
        ("firstMessage: '${env:X}'", "600", "/firstMessage", json!("600")),
        ("metadata: {n: '${env:X}'}", "600", "/metadata/n", json!("600")),
    ];
    for (config, value, path, expected) in table {
        let mut world = world(config, &[("X", value)]);
        let plan = world.run(&["plan", "--format", "json", "-v"]).expect(0);
        assert!(plan.stdout.contains("${env:X}"), "{config}: {}", plan.stdout);
        world.run(&["apply", "--yes"]).expect(0);
        assert_eq!(world.agent("One").pointer(path), Some(&expected), "{config}");
        world.commit("applied");
        all_is_quiet(&world);
        // Without it nothing is known to differ.
        world.env.clear();
        for command in [&["plan", "--detailed-exitcode"][..], &["pull"], &["status", "--exit-code"]] {
            world.run(command).expect(0);
        }
        assert!(world.state().contains("${env:X}"));
    }
}

#[test]
fn a_changed_variable_of_a_number_is_a_change_and_its_value_is_not_shown() {
    let mut world = world("maxDurationSeconds: '${env:X}'", &[("X", "612")]);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.env = vec![("X".into(), "744".into())];
    for format in ["text", "json", "markdown"] {
        let run = world.run(&["plan", "-v", "--format", format]).expect(0);
        assert!(run.stdout.contains("${env:X}"), "{}", run.text());
        assert!(!run.text().contains("744") && !run.text().contains("612"), "{}", run.text());
    }
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("One")["maxDurationSeconds"], 744);
    assert!(!world.run(&["log", "--format", "json"]).expect(0).stdout.contains("744"));
}

#[test]
fn a_variable_that_is_no_value_of_its_field_is_an_error_offline() {
    for (config, value) in [
        ("maxDurationSeconds: '${env:X}'", "soon"),
        ("maxDurationSeconds: '${env:X}'", "0x10"),
        ("maxDurationSeconds: 'in ${env:X}'", "10"),
        ("backgroundDenoisingEnabled: '${env:X}'", "yes-please"),
        ("server: '${env:X}'", "{}"),
        ("endCallPhrases: '${env:X}'", "[bye]"),
        ("model: {provider: openai, model: gpt-4.1, temperature: '${file:hot.md}'}", ""),
        ("model: {provider: openai, model: gpt-4.1, maxTokens: '${agent:one}'}", ""),
    ] {
        let world = world(config, &[("X", value)]);
        world.write("hot.md", "very");
        for command in [&["validate"][..], &["validate", "--format", "json"], &["apply", "--yes"]] {
            let run = world.run(command);
            assert_ne!(run.code, 0, "{config}: {}", run.text());
            assert!(run.text().contains("wrong-type"), "{config}: {}", run.text());
            assert!(value.len() < 4 || !run.text().contains(value), "{config}: {}", run.text());
        }
        assert!(world.writes().is_empty(), "{config}");
    }
}

/// In every place where a text can stand.
#[test]
fn a_near_reference_is_an_error_with_the_right_spelling() {
    for (text, right) in [
        ("${agent: one}", "${agent:one}"),
        ("${assistant:one}", "${agent:one}"),
        ("${env:A B}", "${env:A_B}"),
        ("Bearer ${Env:TOKEN}", "${env:TOKEN}"),
        ("${env :X}", "${env:X}"),
        ("${environment:X}", "${env:X}"),
        ("${files:a.md}", "${file:a.md}"),
        ("${phone_numbers:main}", "${phone_number:main}"),
        ("${phonenumber:main}", "${phone_number:main}"),
    ] {
        for place in [
            format!("firstMessage: '{text}'"),
            format!("endCallPhrases: ['{text}']"),
            format!("server: {{url: 'https://x.example', headers: {{x: '{text}'}}}}"),
            format!("metadata: {{deep: [{{x: '{text}'}}]}}"),
        ] {
            let world = world(&place, &[]);
            for command in [&["validate"][..], &["apply", "--yes"]] {
                let run = world.run(command).expect(1);
                assert!(run.text().contains(right), "{place}: {}", run.text());
            }
            assert!(world.writes().is_empty());
        }
    }
    for text in ["${x}", "${a.b:c}", "$${agent: one}", "{{env:X}}", "${HOME:-/root}", "${env}"] {
        world(&format!("firstMessage: '{text}'"), &[]).run(&["validate"]).expect(0);
    }
}

/// A variable names a target as well as an id does: with it a number is not left without one, and without its value nothing
/// is said against it either.
#[test]
fn a_variable_is_the_target_of_a_number() {
    for field in ["assistantId", "squadId", "workflowId"] {
        for set in [true, false] {
            let mut world = World::new("version: 1\nagents:\n  one: {config: {name: One}}\n");
            world.run(&["apply", "--yes"]).expect(0);
            let one = id(&world.agent("One"));
            let squad = "00000000-0000-4000-8000-000000000123";
            let target = if field == "assistantId" { one.clone() } else { squad.to_owned() };
            let number = json!({"provider": "vapi", "name": "Main", "number": "+14155550100", "assistantId": one});
            let number = world.vapi.insert(Collection::PhoneNumber, number);
            let mut state = format!(
                "{}phone_numbers:\n  main:\n    vapi_phone_number_id: {}\n    config: {{provider: vapi, name: Main, {field}: '${{env:TARGET}}'",
                world.state(),
                number
            );
            if field != "assistantId" {
                state.push_str(", assistantId: null");
            }
            world.write("vapi-state.yaml", &format!("{state}}}\n"));
            world.commit("a variable");
            if set {
                world.env = vec![("TARGET".into(), target)];
            }
            for command in [&["validate"][..], &["plan"], &["status"]] {
                let run = world.run(command);
                assert!(!run.text().contains("unassigns-number"), "{field} {set} {command:?}: {}", run.text());
                // What is about to be sent must be known; a status needs no variables.
                let is_missing = !set && field != "assistantId" && command[0] == "plan";
                assert_eq!(run.code, i32::from(is_missing), "{field} {set} {command:?}: {}", run.text());
                assert!(!is_missing || run.text().contains("missing-variable"), "{}", run.text());
            }
        }
    }
}
