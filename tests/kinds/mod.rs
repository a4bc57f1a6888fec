//! Tools, squads and structured outputs, beside agents and numbers: one file, a whole team.

mod circles;
mod guards;
mod members;
mod nameless;
mod rewrites;

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, all_is_quiet, id};

/// A team with circles: a tool hands over to an agent that has the tool.
const TEAM: &str = r#"version: 1

structured_outputs:
  booking:
    config:
      name: Booking
      schema: {type: object, properties: {slot: {type: string}}, required: [slot]}

tools:
  lookup:
    config: {type: apiRequest, name: lookup, method: GET, url: "https://api.example.com/lookup"}
  to_billing:
    config:
      type: handoff
      function: {name: to_billing, description: Hands over to billing.}
      destinations:
        - type: assistant
          assistantId: ${agent:billing}
        - type: squad
          squadId: ${squad:intake}

agents:
  front:
    config:
      name: Front
      firstMessage: Hi
      model:
        provider: openai
        model: gpt-4.1
        toolIds: ["${tool:lookup}", "${tool:to_billing}"]
      artifactPlan: {structuredOutputIds: ["${structured_output:booking}"]}
  billing:
    config:
      name: Billing
      model: {provider: openai, model: gpt-4.1, toolIds: ["${tool:to_billing}"]}

squads:
  intake:
    config:
      name: Intake
      members:
        - assistantId: ${agent:front}
        - assistantId: ${agent:billing}

phone_numbers:
  line:
    config:
      provider: byo-phone-number
      number: "+14155550100"
      credentialId: 5f0c3c5e-1111-4222-8333-444455556666
      squadId: ${squad:intake}
"#;

fn only(world: &World, collection: Collection, field: &str, name: &str) -> Value {
    let mut found = world.vapi.objects(collection);
    found.retain(|object| object.pointer(field).and_then(Value::as_str) == Some(name));
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found.remove(0)
}

fn tool(world: &World) -> Value {
    only(world, Collection::Tool, "/function/name", "to_billing")
}

fn squad(world: &World) -> Value {
    only(world, Collection::Squad, "/name", "Intake")
}

fn applied() -> World {
    let world = World::new(TEAM);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

#[test]
fn a_circle_is_made_without_destinations_and_closed_whole_before_the_number() {
    let world = World::new(TEAM);
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.text().contains("Plan: 7 to create. "), "{}", plan.text());
    assert!(plan.text().contains("sets destinations in a second step"), "{}", plan.text());
    world.taken();
    let run = world.run(&["apply", "--yes"]).expect(0);
    assert!(run.text().contains("Applied: 7 created.\n"), "{}", run.text());
    let writes = world.writes();
    let made = writes.iter().find(|hit| hit.body.as_ref().is_some_and(|body| body["type"] == "handoff")).expect("made");
    assert!(made.body.as_ref().expect("a body").get("destinations").is_none(), "{made:?}");
    let closed: Vec<_> = writes.iter().filter(|hit| hit.method == "PATCH").collect();
    assert_eq!(closed.len(), 1);
    let destinations = json!([
        {"type": "assistant", "assistantId": id(&world.agent("Billing"))},
        {"type": "squad", "squadId": id(&squad(&world))},
    ]);
    assert_eq!(closed[0].body, Some(json!({"destinations": destinations})));
    let last = writes.last().expect("a write");
    assert_eq!((last.method.as_str(), last.path.as_str()), ("POST", "/phone-number"));
    world.commit("applied");
    all_is_quiet(&world);
}

#[test]
fn no_list_of_references_is_sent_shorter_than_the_files() {
    let world = World::new(TEAM);
    world.run(&["apply", "--yes"]).expect(0);
    for hit in world.writes() {
        let body = hit.body.clone().unwrap_or_default();
        for (list, length) in [("/destinations", 2), ("/members", 2)] {
            let sent = body.pointer(list).and_then(Value::as_array);
            assert!(sent.is_none_or(|sent| sent.len() == length), "{hit:?}");
        }
        if body["name"] == "Front" {
            assert_eq!(body["model"]["toolIds"].as_array().map(Vec::len), Some(2), "{hit:?}");
        }
    }
}

#[test]
fn a_team_is_pulled_into_an_empty_file_by_handle_and_made_in_another_organisation() {
    let world = applied();
    let other = World::with("version: 1\n", Config::default());
    for collection in Collection::ALL {
        for object in world.vapi.objects(collection) {
            other.vapi.insert(collection, object);
        }
    }
    other.run(&["pull"]).expect(0);
    let state = other.state();
    for reference in [
        "${agent:billing}",
        "${squad:intake}",
        "${tool:lookup}",
        "${tool:to_billing}",
        "${structured_output:booking}",
        "squadId: ${squad:intake}",
    ] {
        assert!(state.contains(reference), "{reference} in\n{state}");
    }
    other.commit("pulled");
    all_is_quiet(&other);
    let fresh: String = state
        .lines()
        .filter(|line| !line.contains("vapi_") && !line.contains("org_id"))
        .fold(String::new(), |text, line| text + line + "\n");
    let new = World::new(&fresh);
    new.run(&["apply", "--yes"]).expect(0);
    new.commit("made");
    all_is_quiet(&new);
    assert_eq!(new.vapi.objects(Collection::Tool).len(), 2);
    assert_eq!(tool(&new)["destinations"][0]["assistantId"], id(&new.agent("Billing")));
}

#[test]
fn everything_that_pointed_at_a_deleted_object_is_pointed_at_the_new_one() {
    for (collection, field, name) in [
        (Collection::Tool, "/function/name", "to_billing"),
        (Collection::Assistant, "/name", "Billing"),
        (Collection::Squad, "/name", "Intake"),
        (Collection::StructuredOutput, "/name", "Booking"),
    ] {
        let world = applied();
        let old = id(&only(&world, collection, field, name));
        world.vapi.remove(collection, &old);
        let run = world.run(&["apply", "--yes"]).expect(0);
        assert!(run.text().contains("recreated"), "{name}: {}", run.text());
        for other in Collection::ALL {
            for object in world.vapi.objects(other) {
                assert!(!object.to_string().contains(&old), "{name}: {object}");
            }
        }
        world.commit("made again");
        all_is_quiet(&world);
    }
}

#[test]
fn an_undeclared_reference_is_moved_too() {
    let world = applied();
    world.edit(", toolIds: [\"${tool:to_billing}\"]", "");
    world.commit("a line is taken out");
    let old = id(&tool(&world));
    world.vapi.remove(Collection::Tool, &old);
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.text().contains("agents.billing"), "{}", plan.text());
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Billing")["model"]["toolIds"], json!([id(&tool(&world))]));
}

#[test]
fn a_rename_of_a_squad_sends_its_members_too() {
    let world = applied();
    world.edit("name: Intake", "name: Triage");
    world.taken();
    world.run(&["apply", "--yes"]).expect(0);
    let writes = world.writes();
    assert_eq!(writes.len(), 1);
    let body = writes[0].body.clone().expect("a body");
    assert_eq!((&body["name"], body["members"].as_array().map(Vec::len)), (&json!("Triage"), Some(2)));
}

#[test]
fn an_update_of_a_structured_output_says_whether_its_type_changes() {
    let world = applied();
    world.edit("properties: {slot: {type: string}}", "properties: {slot: {type: string}, day: {type: string}}");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("a property");
    world.edit(
        "schema: {type: object, properties: {slot: {type: string}, day: {type: string}}, required: [slot]}",
        "schema: {type: string}",
    );
    world.run(&["apply", "--yes"]).expect(0);
    let output = only(&world, Collection::StructuredOutput, "/name", "Booking");
    assert_eq!(output["schema"], json!({"type": "string"}));
}

#[test]
fn another_type_of_a_tool_holds_the_entry_back() {
    let world = applied();
    world.edit("type: handoff\n", "type: transferCall\n");
    world.taken();
    let run = world.run(&["apply", "--yes"]);
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.text().contains("cannot be changed"), "{}", run.text());
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn a_squad_is_not_emptied() {
    let world = applied();
    world.edit(
        "      members:\n        - assistantId: ${agent:front}\n        - assistantId: ${agent:billing}\n",
        "      members: []\n",
    );
    let run = world.run(&["apply", "--yes"]).expect(1);
    assert!(run.text().contains("emptied-list"), "{}", run.text());
}

#[test]
fn a_file_without_the_new_sections_is_as_it_was_until_it_is_pulled() {
    let world = World::new("version: 1\n");
    let insert = |name: &str| {
        let tool =
            json!({"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}});
        world.vapi.insert(Collection::Tool, tool)
    };
    let tool = insert("one");
    world.vapi.insert(
        Collection::Assistant,
        json!({"name": "A", "model": {"provider": "openai", "model": "gpt-4.1", "toolIds": [tool]}}),
    );
    world.write("vapi-state.yaml", "version: 1\nmanage: [agents, phone_numbers]\n");
    world.run(&["pull"]).expect(0);
    assert!(!world.state().contains("tools:") && world.state().contains(&format!("- {tool}")), "{}", world.state());
    world.edit("manage: [agents, phone_numbers]\n", "");
    world.commit("without manage");
    let status = world.run(&["status", "--exit-code"]).expect(0);
    assert!(status.text().contains("In sync"), "{}", status.text());
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
    world.run(&["pull"]).expect(0);
    let state = world.state();
    assert!(state.contains("tools:\n  one:\n"), "{state}");
    // What stands there stays as it is spelled.
    assert!(state.contains(&format!("- {tool}")), "{state}");
    world.commit("pulled");
    all_is_quiet(&world);
    // A new element comes by handle; its neighbours stay.
    let two = insert("two");
    let agent = id(&world.agent("A"));
    world.run(&["pull"]).expect(0);
    world.commit("two");
    let body = json!({"model": {"provider": "openai", "model": "gpt-4.1", "toolIds": [tool, two]}});
    assert!(world.vapi.edit(Collection::Assistant, &agent, &body));
    world.run(&["pull"]).expect(0);
    let state = world.state();
    assert!(state.contains("- ${tool:two}") && state.contains(&format!("- {tool}\n")), "{state}");
}

#[test]
fn manage_says_which_kinds_a_file_has() {
    let world = World::new("version: 1\nmanage: [agents]\nsquads: {}\n");
    let run = world.run(&["validate"]).expect(1);
    assert!(run.text().contains("not-managed"), "{}", run.text());
    let world = World::new("version: 1\nmanage: [agnets]\n");
    let run = world.run(&["validate"]).expect(1);
    assert!(run.text().contains("did you mean `agents`"), "{}", run.text());
}

#[test]
fn a_tool_without_a_name_is_never_linked() {
    let world = World::new("version: 1\ntools:\n  keys:\n    config: {type: dtmf}\n");
    world.vapi.insert(Collection::Tool, json!({"type": "dtmf"}));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.vapi.objects(Collection::Tool).len(), 2);
    let named = "version: 1\ntools:\n  one:\n    config: {type: apiRequest, name: one, method: GET, url: \"https://x.example\"}\n";
    let world = World::new(named);
    world.vapi.insert(
        Collection::Tool,
        json!({"type": "apiRequest", "name": "one", "method": "GET", "url": "https://x.example"}),
    );
    let run = world.run(&["apply", "--yes"]).expect(0);
    assert!(run.text().contains("linked"), "{}", run.text());
    assert_eq!(world.vapi.objects(Collection::Tool).len(), 1);
}

#[test]
fn impact_goes_through_squads_and_tools() {
    let world = applied();
    world.edit("https://api.example.com/lookup", "https://api.example.com/find");
    let plan = world.run(&["plan", "--format", "json"]).expect(0).json();
    let rings = &plan["impact"][0];
    assert_eq!((&rings["address"], &rings["rings"][0]["number"]), (&json!("tools.lookup"), &json!("+14155550100")));
    assert!(rings["rings"][0]["via"].as_str().is_some_and(|via| via.contains("Intake")), "{plan}");
}

#[test]
fn a_run_that_is_cut_off_anywhere_is_finished_by_the_next() {
    let refused = (1..8).map(|nth| format!("POST * nth={nth} status=400"));
    let lost = (1..8).map(|nth| format!("POST * nth={nth} after reset"));
    for request in refused.chain(lost).chain(["PATCH * nth=1 status=400".to_owned()]) {
        let world = World::new(TEAM);
        world.set_fault(&request);
        world.run(&["apply", "--yes"]);
        world.vapi.set_faults(Vec::new());
        world.run(&["apply", "--yes"]).expect(0);
        let count = |collection| world.vapi.objects(collection).len();
        let counts: Vec<usize> = Collection::ALL.into_iter().map(count).collect();
        assert_eq!(counts.iter().sum::<usize>(), 7, "{request}: {counts:?}");
        world.commit("applied");
        all_is_quiet(&world);
    }
}
