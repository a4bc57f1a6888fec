//! What belongs together is not taken apart: elements that move, elements at one position, what hangs on a provider.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, id};

fn agent(config: &str) -> (World, String) {
    let world = World::new(&format!("version: 1\nagents:\n  a:\n    config:\n      name: A\n{config}"));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let id = id(&world.agent("A"));
    (world, id)
}

const DESTINATIONS: &str = "      model:
        provider: openai
        model: gpt-4.1
        tools:
          - type: transferCall
            destinations:
              - {type: number, number: '+14155550111', description: invoices}
              - {type: number, number: '+14155550222', description: health}
";

fn tools(destinations: &Value) -> Value {
    json!({"model": {"provider": "openai", "model": "gpt-4.1", "tools": [{"type": "transferCall", "destinations": destinations}]}})
}

fn destination(number: &str, description: &str, message: &str) -> Value {
    json!({"type": "number", "number": number, "description": description, "message": message})
}

/// The two destinations of the file change places.
fn swap(world: &World) {
    let state = world.state();
    let lines: Vec<&str> = state.lines().collect();
    let at = lines.iter().position(|line| line.contains("0111")).expect("it is there");
    let mut swapped = lines.clone();
    swapped.swap(at, at + 1);
    world.write("vapi-state.yaml", &(swapped.join("\n") + "\n"));
    world.commit("swapped");
}

#[test]
fn what_the_file_does_not_name_moves_along_with_its_element() {
    let (world, id) = agent(DESTINATIONS);
    let [billing, doctor] = [
        destination("+14155550111", "invoices", "I connect you to billing"),
        destination("+14155550222", "health", "I connect you to the doctor"),
    ];
    world.vapi.edit(Collection::Assistant, &id, &tools(&json!([billing, doctor])));
    swap(&world);
    let plan = world.run(&["plan"]).expect(0).stdout;
    assert!(plan.contains("I connect you to billing") && plan.contains("1 to update"), "{plan}");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("A")["model"]["tools"][0]["destinations"], json!([doctor, billing]));
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn what_is_held_back_in_an_element_holds_all_of_it() {
    let (world, id) = agent(DESTINATIONS);
    // Somebody describes one of them otherwise, and the file has the two change places: nothing tells which is which.
    let theirs = json!([
        {"type": "number", "number": "+14155550111", "description": "our new team"},
        {"type": "number", "number": "+14155550222", "description": "health"},
    ]);
    world.vapi.edit(Collection::Assistant, &id, &tools(&theirs));
    swap(&world);
    let run = world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("A")["model"]["tools"][0]["destinations"], theirs, "{}", run.stdout);
    // Both fields of one element changed, one by each side.
    let (world, id) = agent(DESTINATIONS);
    let theirs = json!([
        {"type": "number", "number": "+14155550111", "description": "our new team"},
        {"type": "number", "number": "+14155550222", "description": "health"},
    ]);
    world.vapi.edit(Collection::Assistant, &id, &tools(&theirs));
    world.edit("+14155550111", "+14155550333");
    world.commit("another number");
    let run = world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("A")["model"]["tools"][0]["destinations"], theirs, "{}", run.stdout);
    assert!(run.stdout.contains("destinations: held back (- Vapi, + file): both changed"), "{}", run.stdout);
    for command in [["apply", "--yes", "--prefer", "file=agents.a"], ["pull", "--prefer", "vapi", "-q"]] {
        world.run(&command).expect(0);
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
    }
}

#[test]
fn what_hangs_on_a_provider_waits_with_it_and_all_else_goes_on() {
    let (world, id) =
        agent("      firstMessage: one\n      transcriber: {provider: deepgram, model: nova-2, language: en}\n");
    let theirs = json!({"provider": "assembly-ai", "confidenceThreshold": 0.7});
    world.vapi.edit(Collection::Assistant, &id, &json!({"transcriber": theirs}));
    world.edit("nova-2", "nova-3");
    world.edit("firstMessage: one", "firstMessage: two");
    world.commit("two");
    let run = world.run(&["apply", "--yes"]).expect(3);
    let agent = world.agent("A");
    assert_eq!((&agent["firstMessage"], &agent["transcriber"]), (&json!("two"), &theirs), "{}", run.stdout);
    world.run(&["pull", "--target", "agents.a", "--prefer", "vapi"]).expect(0);
    assert!(world.state().contains("assembly-ai"), "{}", world.state());
}

#[test]
fn a_key_stays_with_its_provider() {
    let keys = [("OPENAI_KEY", "sk-openai-111"), ("ANTHROPIC_KEY", "sk-anthropic-222")];
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      credentials:\n        - {provider: openai, apiKey: '${env:OPENAI_KEY}'}\n        - {provider: anthropic, apiKey: '${env:ANTHROPIC_KEY}'}\n",
    );
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.envs(keys);
        crate::support::Run::from(command.output().expect("started"))
    };
    run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let providers = ["openai", "anthropic"];
    let credential = |at: usize| json!({"provider": providers[at], "apiKey": keys[at].1});
    let id = id(&world.agent("A"));
    world.vapi.edit(Collection::Assistant, &id, &json!({"credentials": [credential(1), credential(0)]}));
    run(&["pull"]);
    world.commit("pulled");
    run(&["apply", "--yes"]);
    for credential in world.agent("A")["credentials"].as_array().expect("a list") {
        let at = usize::from(credential["provider"] == "anthropic");
        assert_eq!(credential["apiKey"], keys[at].1);
    }
}

#[test]
fn an_order_that_no_commit_holds_is_drift() {
    let (world, id) = agent(DESTINATIONS);
    let theirs = json!([
        {"type": "number", "number": "+14155550222", "description": "health"},
        {"type": "number", "number": "+14155550111", "description": "invoices"},
    ]);
    world.vapi.edit(Collection::Assistant, &id, &tools(&theirs));
    world.edit("name: A", "name: A\n      firstMessage: Hello");
    world.commit("hello");
    let run = world.run(&["apply", "--yes"]).expect(3);
    let agent = world.agent("A");
    assert_eq!((&agent["model"]["tools"][0]["destinations"], &agent["firstMessage"]), (&theirs, &json!("Hello")));
    assert!(run.stdout.contains("destinations: held back (- Vapi, + file): changed in Vapi"), "{}", run.stdout);
}

/// No record can tell one variable from another: where a secret stands in a value, it counts whether the file is committed.
#[test]
fn a_variable_that_is_not_committed_is_not_replaced() {
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      credentials:\n        - provider: openai\n          apiKey: ${env:K1}\n",
    );
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.envs([("K1", "key-one-1"), ("K2", "key-two-2")]);
        crate::support::Run::from(command.output().expect("started"))
    };
    run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("${env:K1}", "${env:K2} # rotated on monday");
    let theirs = json!([{"provider": "openai", "apiKey": "key-one-1"}, {"provider": "anthropic", "apiKey": "zz"}]);
    world.vapi.edit(Collection::Assistant, &id(&world.agent("A")), &json!({"credentials": theirs}));
    let before = world.state();
    let pulled = run(&["pull"]).expect(3);
    assert_eq!(world.state(), before, "{}", pulled.text());
    world.commit("rotated");
    // Committed after Vapi's value was set: still a conflict, that a person decides.
    run(&["pull", "--prefer", "vapi"]).expect(0);
    assert!(world.state().contains("anthropic"), "{}", world.state());
}

#[test]
fn a_status_needs_no_variables() {
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      server: {url: 'https://x.example', headers: {Authorization: '${env:NOT_SET_ANYWHERE}'}}\n",
    );
    let status = world.run(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(
        (&status["in_sync"], &status["kinds"]["agents"]["only_in_file"]),
        (&json!(false), &json!(1)),
        "{status}"
    );
    let plan = world.run(&["plan"]).expect(1);
    assert!(plan.stderr.contains("NOT_SET_ANYWHERE is not set"), "{}", plan.text());
}

/// A prompt with a variable in it is a prompt all the same: only what the variable stands for is nobody's work.
#[test]
fn the_text_around_a_secret_is_not_lost() {
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      firstMessage: Call ${env:SUPPORT} for help, or ${env:SUPPORT}1.\n",
    );
    let run = |support: &str, args: &[&str]| {
        let mut command = world.command(args);
        command.env("SUPPORT", support);
        crate::support::Run::from(command.output().expect("started"))
    };
    let said = || world.agent("A")["firstMessage"].clone();
    run("5550100", &["apply", "--yes"]).expect(0);
    world.commit("applied");
    let id = id(&world.agent("A"));
    // The secret alone: it is sent anew.
    run("5550200", &["apply", "--yes"]).expect(0);
    assert_eq!(said(), "Call 5550200 for help, or 55502001.");
    // The text, by the file: the old one is in git.
    world.edit("for help", "if you need help");
    world.commit("wording");
    run("5550200", &["apply", "--yes"]).expect(0);
    assert_eq!(said(), "Call 5550200 if you need help, or 55502001.");
    // The text, by hand: it is in no commit.
    let theirs = "Call 5550200 at any time, or 55502001.";
    world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": theirs}));
    let held = run("5550300", &["apply", "--yes"]).expect(3);
    assert_eq!(said(), theirs, "{}", held.text());
    assert!(held.stdout.contains("copy what should stay yourself"), "{}", held.stdout);
    assert!(!held.stdout.contains("vapi-sync pull"), "{}", held.stdout);
    let before = world.state();
    run("5550300", &["pull"]);
    assert_eq!(world.state(), before, "a secret is never written into the file");
    run("5550300", &["apply", "--yes", "--prefer", "file"]).expect(0);
    assert_eq!(said(), "Call 5550300 if you need help, or 55503001.");
    // Without the variable, what can be told is told.
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

/// One file under two names is one file.
#[test]
fn an_include_that_two_name_differently_is_shared() {
    let world = World::outside_git("", vapi_sync::emulator::Config::default());
    world.write("p/x.md", "Be kind.\n");
    let agent = |handle: &str, path: &str| {
        format!("  {handle}:\n    config:\n      name: {handle}\n      firstMessage: ${{file:{path}}}\n")
    };
    world.write("vapi-state.yaml", &format!("version: 1\nagents:\n{}{}", agent("a", "p/x.md"), agent("b", "./p/x.md")));
    world.git(&["init", "-q", "-b", "main"]);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    for name in ["a", "b"] {
        let theirs = json!({"firstMessage": format!("By {name}.\n")});
        world.vapi.edit(Collection::Assistant, &id(&world.agent(name)), &theirs);
    }
    world.run(&["pull"]).expect(0);
    assert_eq!(std::fs::read_to_string(world.path("p/x.md")).expect("read"), "Be kind.\n");
    assert!(world.state().contains("By a.") && world.state().contains("By b."), "{}", world.state());
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}
