//! Links with two sides, and many objects of one kind that are gone.

use std::time::Duration;

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id, is_quiet};

const LINKED: &str = "version: 1
structured_outputs:
  booking:
    config:
      name: Booking
      schema: {type: string}
      assistantIds: ['${agent:day}']
agents:
  day:
    config:
      name: Day
      artifactPlan: {structuredOutputIds: ['${structured_output:booking}']}
";

#[test]
fn sides_that_disagree_are_an_error_where_they_would_be_sent() {
    for mirror_links in [false, true] {
        let config = || Config { mirror_links, ..Config::default() };
        let world = World::with(LINKED, config());
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("linked");
        is_quiet(&world, &["plan", "--detailed-exitcode"]);
        // The agent's side is edited: its line and that of the other side are named, and nothing is sent.
        world.edit("structuredOutputIds: ['${structured_output:booking}']", "structuredOutputIds: []");
        world.taken();
        let run = world.run(&["apply", "--yes"]).expect(4);
        assert!(run.text().contains("sides-disagree") && run.text().contains("(line 9)"), "{}", run.text());
        assert_eq!(world.writes().len(), 0);
        let checked = world.run(&["validate"]).expect(1);
        assert!(checked.text().contains("error[sides-disagree]"), "{}", checked.text());
        // So is the other one's.
        let world = World::with(&LINKED.replace("assistantIds: ['${agent:day}']", "assistantIds: []"), config());
        let run = world.run(&["apply", "--yes"]);
        assert_eq!(run.code, 4, "{}", run.text());
        assert!(run.text().contains("sides-disagree"), "{}", run.text());
        assert_eq!(world.vapi.objects(Collection::StructuredOutput).len() + world.agents().len(), 0);
    }
}

#[test]
fn sides_that_disagree_in_vapi_already_are_a_note() {
    let world = World::new("version: 1\n");
    let output =
        world.vapi.insert(Collection::StructuredOutput, json!({"name": "Booking", "schema": {"type": "string"}}));
    let agent = json!({"name": "Day", "artifactPlan": {"structuredOutputIds": []}});
    let agent = world.vapi.insert(Collection::Assistant, agent);
    assert!(world.vapi.edit(Collection::StructuredOutput, &output, &json!({"assistantIds": [agent]})));
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("assistantIds"), "{}", world.state());
    world.commit("pulled");
    let run = world.run(&["apply", "--yes", "-v"]).expect(0);
    assert!(run.text().contains("note[sides-disagree]"), "{}", run.text());
    // What else is edited is sent.
    world.edit("name: Day", "name: Today");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Today")["id"], json!(agent));
}

fn tools_and_agents() -> String {
    let tools = (1..=5).fold("version: 1\ntools:\n".to_owned(), |text, at| {
        text + &format!("  t{at}: {{config: {{type: endCall, function: {{name: end_{at}}}}}}}\n")
    });
    let agents = (1..=15)
        .fold("agents:\n".to_owned(), |text, at| text + &format!("  a{at}: {{config: {{name: Agent {at}}}}}\n"));
    tools + &agents
}

/// Three of twenty objects are gone, but they are most of the tools: asked for one by one before anything is said.
#[test]
fn most_objects_of_one_kind_are_not_made_again_without_a_word() {
    let world = World::new(&tools_and_agents());
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let gone: Vec<String> = world.vapi.objects(Collection::Tool).iter().map(id).take(3).collect();
    assert!(gone.iter().all(|id| world.vapi.remove(Collection::Tool, id)));
    world.taken();
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let run = world.run(command).expect(1);
        assert!(run.text().contains("3 of the 5 tools whose ids are in the file are not in Vapi"), "{}", run.text());
    }
    let requests = world.taken();
    assert!(requests.iter().all(|hit| hit.method == "GET"));
    let asked = |id: &String| requests.iter().any(|hit| hit.path == format!("/tool/{id}"));
    assert!(gone.iter().all(asked), "{gone:?}");
    world.run(&["apply", "--yes", "--allow-mass-recreate"]).expect(0);
    assert_eq!(world.vapi.objects(Collection::Tool).len(), 5);
}

#[test]
fn objects_that_a_list_does_not_show_yet_are_not_missing() {
    let world = World::with(&tools_and_agents(), Config { list_lag: Duration::from_secs(600), ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}
