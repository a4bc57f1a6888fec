//! Identity with a service that trims, folds or repeats names, and files that could not take an id.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use super::proxy::between;
use crate::support::{World, all_is_quiet, id};

/// A name or a number that comes back otherwise than it was sent is the same one for all that.
#[test]
fn a_service_that_trims_makes_no_second_object() {
    for name in ["' Front desk '", "\"Cafe\\u0301 \"", "\"\\tDesk\"", "'Desk\u{a0}'"] {
        let mut world =
            World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: {name}, firstMessage: Hello}}}}\n"));
        let trim = |object: &mut Value| {
            if let Some(name) = object["name"].as_str() {
                object["name"] = json!(name.trim().replace("e\u{301}", "\u{e9}"));
            }
        };
        between(&mut world, move |_, answer| answer.each(trim));
        // The file is as it was before: its id is lost.
        let before = world.state();
        for _ in 0..3 {
            world.run(&["apply", "--yes", "--settle-timeout", "1s"]);
            assert_eq!(world.agents().len(), 1, "{name}");
            world.write("vapi-state.yaml", &before);
        }
    }
}

#[test]
fn a_file_that_cannot_take_an_id_says_so_offline() {
    let entry = |config: &str| format!("version: 1\nagents:\n  one:\n    config:\n      name: One\n{config}");
    for (what, state) in [
        ("NEL", entry("      firstMessage: \"a\u{85}b\"\n")),
        ("a line separator in a block", entry("      firstMessage: |\n        a\u{2028}b\n        c\n")),
        ("an anchor of marks", entry("      metadata: &a-b.c_d [1]\n      observabilityPlan: {tags: *a-b.c_d}\n")),
        ("half a pair", entry("      firstMessage: \"\\ud83d\"\n")),
        ("tabs between", entry("      firstMessage:\t'Hello'\n")),
        ("a tab alone in a block", entry("      firstMessage: |\n        a\n\t\n        b\n")),
        ("a NUL", entry("      firstMessage: \"a\\0b\"\n")),
        ("a BOM inside", entry("      firstMessage: \"a\u{feff}b\"\n")),
        ("a tag", entry("      firstMessage: !!str 12\n")),
        ("two documents", entry("      firstMessage: Hi\n---\nversion: 1\n")),
        ("a directive", format!("%YAML 1.2\n---\n{}", entry("      firstMessage: Hi\n"))),
    ] {
        let world = World::new(&state);
        let valid = world.run(&["validate"]);
        let applied = world.run(&["apply", "--yes"]);
        match valid.code {
            0 => {
                assert_eq!(applied.code, 0, "{what}: {}", applied.text());
                assert!(world.state().contains("vapi_assistant_id"), "{what}");
                all_is_quiet(&world);
            }
            code => {
                assert_eq!((code, applied.code), (1, 1), "{what}: {}", applied.text());
                assert!(world.writes().is_empty(), "{what}: something was sent");
                assert_eq!(world.state(), state, "{what}");
            }
        }
    }
}

/// What only Vapi writes is neither imported nor sent.
#[test]
fn fields_that_only_vapi_writes_are_neither_imported_nor_sent() {
    let world = World::with("version: 1\n", Config::default());
    let number = json!({
        "provider": "vapi", "name": "Main", "number": "+14155550100", "status": "active", "providerResourceId": "x",
        "stripeSubscriptionId": "sub_1", "stripeSubscriptionStatus": "active",
        "stripeSubscriptionCurrentPeriodStart": "2026-01-01T00:00:00Z",
    });
    world.vapi.insert(Collection::PhoneNumber, number);
    let agent = json!({"name": "One", "firstMessage": "Hi", "latestVersion": "v3", "isServerUrlSecretSet": false, "modelDeprecations": [{"slot": "model"}], "analyticsMetadata": {"a": 1}, "workflowIds": ["w"]});
    world.vapi.insert(Collection::Assistant, agent);
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    let state = world.state();
    for field in [
        "status",
        "providerResourceId",
        "stripe",
        "latestVersion",
        "isServerUrlSecretSet",
        "modelDeprecations",
        "analyticsMetadata",
        "workflowIds",
    ] {
        assert!(!state.contains(field), "{field}: {state}");
    }
    all_is_quiet(&world);
    world.edit("name: Main", "name: Desk");
    world.edit("firstMessage: Hi", "firstMessage: Ho");
    world.commit("changed");
    world.writes();
    world.run(&["apply", "--yes"]).expect(0);
    for write in world.writes() {
        let text = serde_json::to_string(&write.body).expect("JSON");
        assert!(
            !text.contains("stripe") && !text.contains("providerResourceId") && !text.contains("modelDeprecations"),
            "{text}"
        );
    }
    // They change on their own, and nobody is told.
    let number = id(&world.numbers()[0]);
    world.vapi.edit(
        Collection::PhoneNumber,
        &number,
        &json!({"stripeSubscriptionStatus": "past_due", "status": "blocked"}),
    );
    all_is_quiet(&world);
}
