//! What stands inside the members of a squad: overrides, inline agents with their prompts, and where the dashboard draws them.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, id, is_quiet};

const TEAM: &str = "version: 1
agents:
  a: {config: {name: A}}
  b: {config: {name: B}}
squads:
  s:
    config:
      name: S
      members:
        - assistantId: ${agent:a}
        - assistantId: ${agent:b}
          assistantOverrides: {firstMessage: Hi}
        - assistant:
            name: In
            model:
              provider: openai
              model: gpt-4.1
              messages: [{role: system, content: '${file:prompts/in.md}'}]
";

fn applied() -> World {
    let world = World::new("version: 1\n");
    world.write("prompts/in.md", "Be kind.\nAsk.\nListen.\n");
    world.write("vapi-state.yaml", TEAM);
    world.commit("a squad");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

/// The members as they are in Vapi, edited.
fn edit(world: &World, change: &dyn Fn(&mut Value)) {
    let squad = world.vapi.objects(Collection::Squad).remove(0);
    let mut members = squad["members"].clone();
    change(&mut members);
    assert!(world.vapi.edit(Collection::Squad, &id(&squad), &json!({"members": members})));
}

#[test]
fn what_vapi_adds_to_a_member_goes_into_that_member() {
    let world = applied();
    edit(&world, &|members| {
        members[0]["assistantOverrides"] = json!({"firstMessage": "Hello"});
        members[1]["assistantOverrides"]["endCallMessage"] = json!("Bye");
    });
    world.run(&["pull"]).expect(0);
    let state: Value = serde_yaml::from_str(&world.state()).expect("YAML");
    let members = &state["squads"]["s"]["config"]["members"];
    assert_eq!(members.as_array().map(Vec::len), Some(3), "{}", world.state());
    assert_eq!(members[0], json!({"assistantId": "${agent:a}", "assistantOverrides": {"firstMessage": "Hello"}}));
    assert_eq!(members[1]["assistantOverrides"], json!({"firstMessage": "Hi", "endCallMessage": "Bye"}));
    world.commit("pulled");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    is_quiet(&world, &["pull"]);
    // An edit of what is there is one as well.
    edit(&world, &|members| members[1]["assistantOverrides"]["firstMessage"] = json!("Good day"));
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("firstMessage: Good day"), "{}", world.state());
}

#[test]
fn where_the_dashboard_draws_a_member_is_no_difference_and_is_sent_back() {
    let world = applied();
    let position = json!({"x": 10, "y": 20});
    edit(&world, &|members| {
        members[0]["assistantOverrides"] = json!({"metadata": {"position": position}});
        members[1]["assistantOverrides"]["metadata"] = json!({"position": position});
    });
    for command in [&["plan", "--detailed-exitcode"][..], &["pull"], &["apply", "--yes"]] {
        is_quiet(&world, command);
    }
    world.edit("name: S\n", "name: Team\n");
    world.run(&["apply", "--yes"]).expect(0);
    let squad = world.vapi.objects(Collection::Squad).remove(0);
    assert_eq!(squad["name"], "Team");
    for member in 0..2 {
        assert_eq!(squad["members"][member]["assistantOverrides"]["metadata"]["position"], position, "{squad}");
    }
}

#[test]
fn the_prompt_of_an_inline_agent_is_merged_and_goes_back_to_its_file() {
    let world = applied();
    edit(&world, &|members| {
        members[2]["assistant"]["model"]["messages"][0]["content"] = json!("Be kind.\nAsk.\nListen well.");
    });
    world.write("prompts/in.md", "Be very kind.\nAsk.\nListen.\n");
    world.run(&["sync", "--yes"]).expect(0);
    let prompt = std::fs::read_to_string(world.path("prompts/in.md")).expect("read");
    assert_eq!(prompt, "Be very kind.\nAsk.\nListen well.\n");
    assert!(world.state().contains("${file:prompts/in.md}"), "{}", world.state());
    let squad = world.vapi.objects(Collection::Squad).remove(0);
    let content = squad["members"][2]["assistant"]["model"]["messages"][0]["content"].as_str().expect("a text");
    assert_eq!(content.trim_end(), prompt.trim_end());
    world.commit("merged");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}

#[test]
fn an_element_is_found_whatever_the_file_spells_it_by() {
    let tool = |name: &str| {
        format!(
            "{{type: function, function: {{name: '{name}', description: Old, parameters: {{type: object, properties: {{}}}}}}}}"
        )
    };
    let tools = format!("[{}, {}]", tool("look_up"), tool("${var:prefix}_book"));
    let state = format!(
        "version: 1\nvars: {{prefix: desk}}\nagents:\n  a:\n    config:\n      name: A\n      model: {{provider: openai, model: gpt-4.1, tools: {tools}}}\n"
    );
    let world = World::new(&state);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let agent = world.agent("A");
    let mut model = agent["model"].clone();
    assert_eq!(model["tools"][1]["function"]["name"], "desk_book");
    model["tools"][1]["function"]["description"] = json!("New");
    assert!(world.vapi.edit(Collection::Assistant, &id(&agent), &json!({"model": model})));
    world.run(&["pull"]).expect(0);
    let expected = tool("${var:prefix}_book").replace("Old", "New");
    assert!(world.state().contains(&expected) && world.state().contains(&tool("look_up")), "{}", world.state());
    world.commit("pulled");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}

/// A squad as the dashboard makes it, with a canvas.
fn drawn(world: &World) -> String {
    let ids: Vec<String> = world.agents().iter().map(id).collect();
    world.vapi.insert(
        Collection::Squad,
        json!({"name": "Drawn", "members": [
            {"assistantId": ids[0], "assistantOverrides": {"metadata": {"position": {"x": 1, "y": 2}}}},
            {"assistantId": ids[1], "assistantOverrides": {
                "firstMessage": "Hi", "metadata": {"team": "red", "position": {"x": 3, "y": 4}},
            }},
            {"assistant": {"name": "In", "metadata": {"position": "front row"}},
             "assistantOverrides": {"metadata": {"position": {"x": 5, "y": 6}}}},
        ]}),
    )
}

#[test]
fn a_canvas_that_was_imported_is_no_difference_and_stays_as_it_was_read_last() {
    let world = World::new("version: 1\n");
    for name in ["A", "B"] {
        world.vapi.insert(Collection::Assistant, json!({"name": name}));
    }
    let squad = drawn(&world);
    world.run(&["pull"]).expect(0);
    let state: Value = serde_yaml::from_str(&world.state()).expect("YAML");
    let members = &state["squads"]["drawn"]["config"]["members"];
    // It can be made again, canvas and all; after that the dashboard draws it.
    assert_eq!(members[0]["assistantOverrides"], json!({"metadata": {"position": {"x": 1, "y": 2}}}));
    world.commit("pulled");
    let canvas = |world: &World, squad: &str| {
        let squads = world.vapi.objects(Collection::Squad);
        let squad = squads.into_iter().find(|of| id(of) == squad).expect("a squad");
        let x = |at: usize| squad["members"][at]["assistantOverrides"]["metadata"]["position"]["x"].clone();
        (squad["name"].clone(), [x(0), x(1), x(2)])
    };
    let moved = |to: [i64; 3]| {
        let squads = world.vapi.objects(Collection::Squad);
        let mut members = squads.into_iter().find(|of| id(of) == squad).expect("a squad")["members"].clone();
        for (at, x) in to.into_iter().enumerate() {
            members[at]["assistantOverrides"]["metadata"]["position"]["x"] = json!(x);
        }
        assert!(world.vapi.edit(Collection::Squad, &squad, &json!({"members": members})));
    };
    moved([10, 30, 50]);
    for command in [
        &["plan", "--detailed-exitcode"][..],
        &["pull"],
        &["apply", "--yes"],
        &["status", "--exit-code"],
        &["sync", "--yes"],
    ] {
        is_quiet(&world, command);
    }
    world.edit("name: Drawn", "name: Painted");
    world.commit("renamed");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(canvas(&world, &squad), (json!("Painted"), [json!(10), json!(30), json!(50)]));
    // An edit of a member's own fields leaves the canvas alone, and a new member has none.
    world.edit("firstMessage: Hi", "firstMessage: Hello");
    world.commit("greets");
    moved([11, 31, 51]);
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(canvas(&world, &squad), (json!("Painted"), [json!(11), json!(31), json!(51)]));
    // Somebody moves a node while the apply is under way.
    world.edit("firstMessage: Hello", "firstMessage: Good day");
    world.commit("greets again");
    let squads = world.vapi.objects(Collection::Squad);
    let mut members = squads.into_iter().find(|of| id(of) == squad).expect("a squad")["members"].clone();
    members[1]["assistantOverrides"]["metadata"]["position"]["x"] = json!(32);
    world.set_fault(&format!("GET /squad/* nth=1 before edit=squad/{squad}:{}", json!({"members": members})));
    world.run(&["apply", "--yes"]).expect(0);
    world.vapi.set_faults(Vec::new());
    assert_eq!(canvas(&world, &squad), (json!("Painted"), [json!(11), json!(32), json!(51)]));
    world.commit("applied");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    // What an agent itself has under that name is its owner's.
    let squads = world.vapi.objects(Collection::Squad);
    let mut members = squads.into_iter().find(|of| id(of) == squad).expect("a squad")["members"].clone();
    members[2]["assistant"]["metadata"]["position"] = json!("last row");
    assert!(world.vapi.edit(Collection::Squad, &squad, &json!({"members": members})));
    world.run(&["plan", "--detailed-exitcode"]).expect(2);
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("position: last row") && world.state().contains("x: 5"), "{}", world.state());
    // Neither a canvas that is gone is a difference.
    for member in members.as_array_mut().into_iter().flatten() {
        member["assistantOverrides"].as_object_mut().expect("overrides").remove("metadata");
    }
    members[1]["assistantOverrides"]["metadata"] = json!({"team": "red"});
    members[0].as_object_mut().expect("a member").remove("assistantOverrides");
    assert!(world.vapi.edit(Collection::Squad, &squad, &json!({"members": members})));
    world.commit("applied");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    is_quiet(&world, &["pull"]);
    world.vapi.remove(Collection::Squad, &squad);
    world.run(&["apply", "--yes"]).expect(0);
    let made = world.vapi.objects(Collection::Squad).remove(0);
    assert_eq!(made["members"][0]["assistantOverrides"]["metadata"]["position"], json!({"x": 1, "y": 2}), "{made}");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}
