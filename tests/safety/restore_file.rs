//! The way back of the file.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use super::restore::runs;
use crate::support::{World, id};

const STATE: &str = "\
version: 1
agents:
  desk:
    config:
      name: Desk
      firstMessage: Hello   # said first
      model:
        provider: openai
        model: gpt-4.1
        messages:
          - {role: system, content: '${file:prompts/desk.md}'}
  other:
    config: {name: Other, firstMessage: Hi}
phone_numbers:
  main:
    config: {provider: telnyx, number: '+14155550100', credentialId: c0ffee00-0000-4000-8000-000000000000, name: Main, assistantId: '${agent:desk}'}
";

/// A world in which all is applied and committed.
fn world() -> World {
    let world = World::outside_git(STATE, Config::default());
    world.write("prompts/desk.md", "Be kind.\nAsk.\n");
    world.git(&["init", "-q", "-b", "main"]);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

fn last_run(world: &World) -> String {
    runs(world).pop().expect("a run")
}

#[track_caller]
fn is_in_step(world: &World) {
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

/// The last run that replaced a value, also if that was a pull and nothing was ever updated in Vapi.
#[test]
fn latest_is_a_pull_too() {
    let world = world();
    let before = world.state();
    world.run(&["restore", "latest", "--yes"]).expect(1);
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Other")), &json!({"firstMessage": "Night line"}));
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("Night line"));
    world.run(&["restore", "latest", "--yes"]).expect(0);
    assert_eq!(world.state(), before);
    assert_eq!(world.agent("Other")["firstMessage"], "Night line", "Vapi is as the dashboard left it");
}

#[test]
fn includes_and_references_are_set_back_as_they_were_spelled() {
    let world = world();
    let before = world.state();
    world.write("prompts/desk.md", "Be brief.\nAsk.\n");
    world.edit("assistantId: '${agent:desk}'", "assistantId: '${agent:other}'");
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.run(&["apply", "--yes"]).expect(0);
    world.run(&["restore", "latest", "--yes"]).expect(0);
    let prompt = std::fs::read_to_string(world.path("prompts/desk.md")).expect("read");
    // The reference lost its quotes: it needs none.
    let state = world.state().replace("assistantId: ${agent:desk}", "assistantId: '${agent:desk}'");
    assert_eq!((prompt.as_str(), state.as_str()), ("Be kind.\nAsk.\n", before.as_str()));
    is_in_step(&world);
}

#[test]
fn what_moved_on_in_the_file_is_left_and_said() {
    let world = world();
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.edit("firstMessage: Hi", "firstMessage: Ho");
    world.run(&["apply", "--yes"]).expect(0);
    world.edit("firstMessage: Bye ", "firstMessage: Later ");
    let back = world.run(&["restore", "latest", "--yes"]).expect(0);
    assert!(back.stderr.contains("firstMessage of agents.desk is left as it is in the file"), "{}", back.stderr);
    assert!(world.state().contains("firstMessage: Later   # said first"), "{}", world.state());
    assert!(world.state().contains("firstMessage: Hi"), "{}", world.state());
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Hello"));
    let plan = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!((&plan["summary"]["update"], &plan["summary"]["held_back"]), (&json!(1), &json!(0)), "{plan}");
    // The line taken out of the file: there is nothing to set back, and nothing to say.
    world.edit("      firstMessage: Later   # said first\n", "");
    let run = runs(&world).into_iter().rev().nth(1).expect("the apply");
    let again = world.run(&["restore", &run, "--yes"]).expect(0);
    assert!(!again.stderr.contains("left in the file"), "{}", again.stderr);
}

#[test]
fn a_value_that_somebody_set_in_vapi_since_waits_and_the_file_is_as_before() {
    let world = world();
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.run(&["apply", "--yes"]).expect(0);
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &json!({"firstMessage": "Mine"}));
    world.run(&["restore", "latest", "--yes"]).expect(3);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Mine"));
    assert!(world.state().contains("firstMessage: Hello "));
    // Nobody's work is lost by the next apply either.
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Mine"));
}

#[test]
fn what_a_pull_wrote_into_the_file_goes_back_too() {
    let world = world();
    let before = world.state();
    let edit =
        json!({"firstMessage": "Mine", "voicemailMessage": "Call back", "server": {"url": "https://x.example.com"}});
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &edit);
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("voicemailMessage: Call back"), "{}", world.state());
    let run = last_run(&world);
    world.writes();
    world.run(&["restore", &run, "--yes"]).expect(0);
    assert_eq!(world.state(), before);
    assert_eq!(world.writes().len(), 0, "Vapi is as it was before the pull");
    // It is what it was before: somebody's work in Vapi, which no apply replaces and a pull takes.
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Mine"));
    world.run(&["pull"]).expect(0);
    is_in_step(&world);
}

#[test]
fn a_sync_is_one_run_and_goes_back_whole() {
    let world = world();
    world.edit("firstMessage: Hi", "firstMessage: Ho");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &json!({"firstMessage": "Mine"}));
    let before = world.state();
    world.run(&["sync", "--yes"]).expect(0);
    is_in_step(&world);
    world.run(&["restore", "latest", "--yes"]).expect(0);
    assert_eq!(world.agent("Other")["firstMessage"], json!("Hi"));
    assert_eq!(world.state(), before.replace("firstMessage: Ho", "firstMessage: Hi"));
}

#[test]
fn a_secret_is_never_set_back_and_that_is_said() {
    let mut world = world();
    world.env = ["ONE", "TWO"].map(|name| (name.to_owned(), format!("made-up-{name}"))).into();
    world.edit("Other, ", "Other, server: {url: 'https://x.example.com', headers: {X-Key: '${env:ONE}'}}, ");
    world.run(&["apply", "--yes"]).expect(0);
    world.edit("${env:ONE}", "${env:TWO}");
    world.edit("firstMessage: Hi", "firstMessage: Ho");
    world.run(&["apply", "--yes"]).expect(0);
    let back = world.run(&["restore", "latest", "--yes"]).expect(0);
    assert!(
        back.stderr.contains("server.headers.X-Key of agents.other has a secret; the log keeps no secrets"),
        "{}",
        back.stderr
    );
    assert!(world.state().contains("${env:TWO}") && world.state().contains("firstMessage: Hi"), "{}", world.state());
    assert!(!world.state().contains("made-up"), "{}", world.state());
    let other = world.agent("Other");
    assert_eq!((&other["server"]["headers"]["X-Key"], &other["firstMessage"]), (&json!("made-up-TWO"), &json!("Hi")));
}

#[test]
fn references_of_a_recreate_are_left_alone() {
    let world = world();
    let dead = id(&world.agent("Desk"));
    world.vapi.remove(Collection::Assistant, &dead);
    world.edit("name: Main,", "name: Main line,");
    world.run(&["apply", "--yes"]).expect(0);
    let new = id(&world.agent("Desk"));
    assert_eq!(world.numbers()[0]["assistantId"], json!(new));
    let back = world.run(&["restore", &last_run(&world), "--yes"]).expect(0);
    assert!(!back.text().contains("somebody"), "{}", back.text());
    assert_eq!((&world.numbers()[0]["assistantId"], &world.numbers()[0]["name"]), (&json!(new), &json!("Main")));
    assert!(world.state().contains("'${agent:desk}'") && world.state().contains("name: Main,"), "{}", world.state());
    is_in_step(&world);
}

#[test]
fn a_run_from_before_a_recreate_goes_back_to_the_new_object() {
    let world = world();
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.edit("assistantId: '${agent:desk}'", "assistantId: '${agent:other}'");
    world.run(&["apply", "--yes"]).expect(0);
    let run = last_run(&world);
    world.vapi.remove(Collection::Assistant, &id(&world.agent("Desk")));
    world.run(&["apply", "--yes"]).expect(0);
    world.run(&["restore", &run, "--yes"]).expect(0);
    let desk = world.agent("Desk");
    assert_eq!((&desk["firstMessage"], &world.numbers()[0]["assistantId"]), (&json!("Hello"), &desk["id"]));
    is_in_step(&world);
}

#[test]
fn a_number_is_not_pointed_at_an_agent_that_is_gone() {
    let world = World::new(&STATE.replace("${file:prompts/desk.md}", "Be kind."));
    world.run(&["apply", "--yes"]).expect(0);
    world.edit("assistantId: '${agent:desk}'", "assistantId: '${agent:other}'");
    world.run(&["apply", "--yes"]).expect(0);
    let run = last_run(&world);
    world.vapi.remove(Collection::Assistant, &id(&world.agent("Desk")));
    let back = world.run(&["restore", &run, "--yes"]).expect(3);
    assert!(back.stdout.contains("no longer in Vapi"), "{}", back.text());
    assert_eq!(world.numbers()[0]["assistantId"], world.agent("Other")["id"]);
    assert!(world.state().contains("${agent:other}"), "{}", world.state());
}

#[test]
fn it_is_reviewed_as_an_apply_is() {
    let world = world();
    let file = world.state();
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.run(&["apply", "--yes"]).expect(0);
    let saved = world.run(&["restore", "latest", "--out", "back.plan", "--format", "json"]).expect(0);
    let digest = saved.json()["digest"].as_str().expect("a digest").to_owned();
    assert_eq!(saved.json()["summary"]["capture"], json!(1), "{}", saved.stdout);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Bye"), "nothing is done yet");
    world.run(&["restore", "latest", "--expect", "0123"]).expect(1);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Bye"));
    world.run(&["restore", "latest", "--expect", &digest]).expect(0);
    assert_eq!((&world.agent("Desk")["firstMessage"], world.state()), (&json!("Hello"), file.clone()));
    // The saved plan is of a file that is no more.
    let stale = world.run(&["apply", "back.plan"]).expect(1);
    assert!(stale.stderr.contains("is out of date"), "{}", stale.stderr);
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.run(&["apply", "--yes"]).expect(0);
    world.run(&["restore", "latest", "--out", "back.plan"]).expect(0);
    world.run(&["apply", "back.plan", "--commit"]).expect(64);
    world.run(&["apply", "back.plan"]).expect(0);
    assert_eq!((&world.agent("Desk")["firstMessage"], world.state()), (&json!("Hello"), file));
    is_in_step(&world);
}

#[test]
fn markdown_and_a_workflow_are_told_of_a_restore() {
    let mut world = world();
    world.edit("firstMessage: Hello ", "firstMessage: Bye ");
    world.run(&["apply", "--yes"]).expect(0);
    for (name, file) in [("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output")] {
        world.env.push((name.to_owned(), world.path(file).display().to_string()));
    }
    let back = world.run(&["restore", "latest", "--yes", "--github", "--format", "markdown"]).expect(0);
    assert!(back.stdout.contains("### vapi-sync restore\n"), "{}", back.stdout);
    let summary = std::fs::read_to_string(world.path("summary.md")).expect("a summary");
    assert!(summary.contains("### vapi-sync restore\n") && summary.contains("1 set back in the file"), "{summary}");
    let output = std::fs::read_to_string(world.path("output")).expect("outputs");
    assert!(output.contains("updates<<vapi-sync-end\n1\n"), "{output}");
}
