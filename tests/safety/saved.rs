//! Saved plans: exactly what was reviewed, or nothing and what moved.

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::{World, id};

const STATE: &str = "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n      firstMessage: Hello\n      model: {provider: openai, model: gpt-4.1, messages: [{role: system, content: '${file:desk.md}'}]}\n  night:\n    config: {name: Night, firstMessage: Good night}\n";

/// A world with a saved plan that changes the first message of one agent.
fn planned() -> World {
    let world = World::new(STATE);
    world.write("desk.md", "Be kind.\n");
    world.commit("prompt");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("Hello", "Good morning");
    world.commit("morning");
    world.run(&["plan", "--out", "plan.json"]).expect(0);
    world.writes();
    world
}

#[track_caller]
fn refused(world: &World, what: &str) {
    let run = world.run(&["apply", "plan.json"]).expect(1);
    assert!(run.stderr.contains(what), "{what:?} is not in {}", run.stderr);
    assert!(run.stderr.contains("Nothing was done"), "{}", run.stderr);
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn a_saved_plan_is_applied_as_it_was_reviewed() {
    let world = planned();
    world.run(&["apply", "plan.json"]).expect(0);
    assert_eq!(world.writes().len(), 1);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Good morning"));
    // It is done: doing it again is not the same any more.
    refused(&world, "agents.desk has changed in Vapi");
}

#[test]
fn the_state_file_moved() {
    let world = planned();
    world.edit("name: Night", "name: Nights");
    refused(&world, "the state file has changed");
}

#[test]
fn an_included_file_moved() {
    let world = planned();
    world.write("desk.md", "Be brief.\n");
    refused(&world, "desk.md has changed");
}

#[test]
fn the_object_that_it_changes_moved() {
    for patch in [json!({"firstMessage": "Mine"}), json!({"endCallMessage": "Mine"})] {
        let world = planned();
        world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &patch);
        refused(&world, "agents.desk has changed in Vapi");
    }
}

#[test]
fn another_object_moved() {
    let world = planned();
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Night")), &json!({"firstMessage": "Mine"}));
    // It would be held back now, which nobody reviewed.
    refused(&world, "agents.night has changed in Vapi");
}

#[test]
fn an_object_that_nobody_manages_moved() {
    let world = planned();
    world.vapi.insert(Collection::Assistant, json!({"name": "Other"}));
    world.run(&["apply", "plan.json"]).expect(0);
}

#[test]
fn what_was_to_be_made_is_there_by_now() {
    let world = planned();
    world.edit("  night:", "  day:\n    config: {name: Day}\n  night:");
    world.run(&["plan", "--out", "plan.json"]).expect(0);
    world.vapi.insert(Collection::Assistant, json!({"name": "Day"}));
    refused(&world, "agents.day has changed in Vapi");
}

#[test]
fn what_was_to_be_changed_is_gone() {
    let world = planned();
    world.vapi.remove(Collection::Assistant, &id(&world.agent("Desk")));
    refused(&world, "agents.desk has changed in Vapi");
}

#[test]
fn the_organisation_is_another() {
    let world = planned();
    let plan = std::fs::read_to_string(world.path("plan.json")).expect("read");
    let org = world.vapi.org_id().to_owned();
    world.write("plan.json", &plan.replace(&org, "f0000000-0000-4000-8000-000000000000"));
    refused(&world, "the API key belongs to another organisation");
}

#[test]
fn what_history_says_moved() {
    let world = World::new("version: 1\nagents:\n  desk:\n    config: {name: Desk, firstMessage: Hello}\n");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &json!({"firstMessage": "Mine"}));
    world.run(&["plan", "--out", "plan.json"]).expect(0);
    // Somebody records the value, as if another checkout had applied it: it is not drift any more.
    for (from, to) in [("Hello", "Mine"), ("Mine", "Hello")] {
        world.edit(from, to);
        world.commit(to);
    }
    world.writes();
    refused(&world, "it would now do something else");
}

#[test]
fn its_choices_go_with_it() {
    let world = planned();
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Night")), &json!({"firstMessage": "Mine"}));
    let args = ["plan", "--out", "plan.json", "--target", "agents.night", "--prefer", "file=agents.night"];
    world.run(&args).expect(0);
    world.run(&["apply", "plan.json"]).expect(0);
    assert_eq!(world.agent("Night")["firstMessage"], json!("Good night"));
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Hello"), "it was not selected");
}

#[test]
fn a_saved_plan_takes_no_other_choices() {
    let world = planned();
    world.run(&["apply", "plan.json", "--prefer", "file"]).expect(64);
    world.run(&["apply", "plan.json", "--target", "agents.desk"]).expect(64);
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn what_is_no_saved_plan_is_refused() {
    let world = planned();
    for text in ["", "{}", "[]", "not json", r#"{"format": "vapi-sync plan 99"}"#] {
        world.write("plan.json", text);
        let run = world.run(&["apply", "plan.json"]).expect(1);
        assert!(run.stderr.contains("is not a saved plan"), "{text:?}: {}", run.stderr);
    }
    let run = world.run(&["apply", "nowhere.json"]).expect(1);
    assert!(run.stderr.contains("nowhere.json"), "{}", run.stderr);
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn no_secret_is_in_a_saved_plan() {
    let mut world = World::new(
        "version: 1\nagents:\n  desk:\n    config: {name: Desk, server: {url: 'https://x.example.com', secret: '${env:HUNTER}'}}\n",
    );
    world.env.push(("HUNTER".to_owned(), "made-up-secret".to_owned()));
    let plan = world.run(&["plan", "--out", "plan.json"]).expect(0);
    let saved = std::fs::read_to_string(world.path("plan.json")).expect("read");
    assert!(!saved.contains("made-up-secret") && !plan.text().contains("made-up-secret"));
    world.run(&["apply", "plan.json"]).expect(0);
}

#[test]
fn only_the_plan_with_the_expected_digest_is_applied() {
    let world = planned();
    let digest =
        world.run(&["plan", "--format", "json"]).expect(0).json()["digest"].as_str().expect("a digest").to_owned();
    let run = world.run(&["apply", "--expect", "0123456789abcdef0123456789abcdef"]).expect(1);
    assert!(run.stderr.contains(&digest), "{}", run.stderr);
    assert_eq!(world.writes().len(), 0);
    world.edit("Good morning", "Good evening");
    let run = world.run(&["apply", "--expect", &digest]).expect(1);
    assert!(run.stderr.contains("not the one that was reviewed"), "{}", run.stderr);
    assert_eq!(world.writes().len(), 0);
    world.edit("Good evening", "Good morning");
    world.run(&["apply", "--expect", &digest]).expect(0);
    assert_eq!(world.writes().len(), 1);
}

#[test]
fn the_digest_is_the_same_every_time() {
    let world = planned();
    let digest = || world.run(&["plan", "--format", "json"]).expect(0).json()["digest"].clone();
    assert_eq!(digest(), digest());
}
