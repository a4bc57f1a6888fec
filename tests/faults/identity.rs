//! Identity after a cut-off run, where names or ids are ambiguous.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use super::lag::{LAG, PATIENCE, lagging, lists, when};
use crate::support::{World, fault, id};

const ONE: &str = "version: 1\nagents:\n  a: {config: {name: A, firstMessage: Hello}}\n";

/// Kills an apply once Vapi holds the agent that it was to create.
fn killed(world: &World) {
    world.vapi.set_faults(vec![fault("POST /assistant nth=1 after hang")]);
    let before = world.agents().len();
    when(world, &["apply", "--yes"], |world| world.agents().len() > before, |run| run.kill().expect("killed"));
    world.vapi.set_faults(Vec::new());
    world.taken();
}

#[test]
fn a_recreated_object_is_not_linked_to_another_entry_of_its_name() {
    for other in ["  b: {config: {name: A}}\n", "  b: {config: {name: A, firstMessage: Hello}}\n"] {
        let world = World::with(ONE, Config::default());
        // An organisation that is empty might be the wrong one.
        world.vapi.insert(Collection::Assistant, json!({"name": "Z"}));
        world.run(&["apply", "--yes"]).expect(0);
        world.vapi.remove(Collection::Assistant, &id(&world.agent("A")));
        killed(&world);
        let made = id(&world.agent("A"));
        world.write("vapi-state.yaml", &format!("{}{other}", world.state()));
        world.run(&["apply", "--yes"]).expect(0);
        assert_eq!(world.agents().len(), 3, "each has its own");
        let state = world.state();
        assert_eq!(state.matches(&made).count(), 1, "{state}");
        assert!(state.find(&made) < state.find("  b:"), "{state}");
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
    }
}

/// Vapi may store a name trimmed, or in another Unicode form.
#[test]
fn a_name_is_found_as_vapi_stores_it() {
    for (sent, stored) in [("'A '", "A"), ("\"Cafe\\u0301\"", "Caf\u{e9}"), ("\"Caf\\u00e9\"", "Cafe\u{301}")] {
        // Made by hand.
        let state = format!("version: 1\nagents:\n  a: {{config: {{name: {sent}, firstMessage: Hello}}}}\n");
        let world = World::with(&state, Config::default());
        world.vapi.insert(Collection::Assistant, json!({"name": stored, "firstMessage": "Hello"}));
        world.run(&["apply", "--yes"]);
        assert_eq!(world.agents().len(), 1, "{sent}");
        // Recreated by a killed run.
        let world = World::with(&state, Config::default());
        world.run(&["apply", "--yes"]).expect(0);
        world.vapi.remove(Collection::Assistant, &id(&world.agents()[0]));
        world.vapi.insert(Collection::Assistant, json!({"name": stored, "firstMessage": "Hello"}));
        world.run(&["apply", "--yes"]);
        assert_eq!(world.agents().len(), 1, "{sent}");
    }
    let twins = "version: 1\nagents:\n  a: {config: {name: A}}\n  b: {config: {name: 'A '}}\n";
    let run = World::with(twins, Config::default()).run(&["apply", "--yes"]).expect(1);
    assert!(run.stderr.contains("differ only in"), "{}", run.text());
}

#[test]
fn a_lost_response_is_found_by_the_stored_name() {
    for (sent, stored) in [("'A '", "A"), ("\"\\tA\"", "A"), ("\"Cafe\\u0301\"", "Caf\u{e9}")] {
        let (world, clock) = lagging(&format!("version: 1\nagents:\n  a: {{config: {{name: {sent}}}}}\n"));
        world.vapi.set_faults(vec![fault("POST /assistant nth=1 after reset")]);
        let args = ["apply", "--yes", "--settle-timeout", PATIENCE];
        // The plan, the look before the creation, and a first look for it.
        let looked = |world: &World| world.agents().len() == 1 && lists(world, "/assistant") >= 3;
        let store = |_: &mut _| {
            let made = id(&world.agents()[0]);
            world.vapi.edit(Collection::Assistant, &made, &json!({"name": stored}));
            clock.advance(LAG);
        };
        let run = when(&world, &args, looked, store);
        assert!(run.stderr.contains("the response was lost; found in Vapi as"), "{}", run.text());
        assert_eq!(world.agents().len(), 1, "{sent}");
        assert!(world.state().contains(&id(&world.agents()[0])), "{}", world.state());
    }
}

#[test]
fn an_id_is_the_same_in_capitals() {
    let world = World::with(ONE, Config::default());
    world.run(&["apply", "--yes"]).expect(0);
    let made = id(&world.agent("A"));
    world.write("vapi-state.yaml", &world.state().replace(&made, &made.to_uppercase()));
    world.taken();
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
    world.run(&["apply", "--yes"]).expect(0);
    assert!(world.writes().is_empty());
    // Two entries cannot have it in two spellings.
    let state = world.state();
    let copied = state.replace("  a:", "  b:").replace(&made.to_uppercase(), &made);
    let copied = copied.split_once("  b:").expect("an entry").1.to_owned();
    world.write("vapi-state.yaml", &format!("{state}  b:{copied}"));
    assert!(world.run(&["plan"]).expect(1).stderr.contains("duplicate-id"));
}

#[test]
fn an_invalid_id_is_refused_everywhere() {
    for bad in ["..", "../tool/x", "a.b", "'a b'", "' a'", "a/b", "%2e%2e"] {
        let state = format!("version: 1\nagents:\n  a: {{vapi_assistant_id: {bad}, config: {{name: A}}}}\n");
        let world = World::with(&state, Config::default());
        world.run(&["plan"]).expect(1);
        let lists = ["/assistant", "/phone-number", "/tool", "/squad", "/structured-output"];
        assert!(world.vapi.hits().iter().all(|hit| lists.contains(&hit.path.as_str())), "{bad}");
    }
}
