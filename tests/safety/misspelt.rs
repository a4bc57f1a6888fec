//! A misspelt field is an error before it is sent, and blocks its own entry only.

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::World;

/// Two entries of each kind: `one` is to be misspelt, `other` is not.
const FILE: &str = "version: 1
agents:
  one:
    config:
      name: One
      firstMessage: Hello
      model:
        provider: openai
        model: gpt-4.1
        temperature: 0.5
        tools:
          - type: function
            function: {name: look_up, description: Looks up}
  other: {config: {name: Other, firstMessage: Hello}}
phone_numbers:
  one: {config: {provider: telnyx, number: '+14155550100', credentialId: c0ffee00-0000-4000-8000-000000000000, name: One, assistantId: '${agent:other}'}}
  other: {config: {provider: telnyx, number: '+14155550101', credentialId: c0ffee00-0000-4000-8000-000000000000, name: Other, assistantId: '${agent:other}'}}
tools:
  one: {config: {type: function, async: false, function: {name: one, description: One}}}
  other: {config: {type: function, async: false, function: {name: other, description: Other}}}
squads:
  one: {config: {name: One, members: [{assistantId: '${agent:other}'}]}}
  other: {config: {name: Other, members: [{assistantId: '${agent:other}'}]}}
structured_outputs:
  one: {config: {name: One, description: One, schema: {type: object}}}
  other: {config: {name: Other, description: Other, schema: {type: object}}}
";

/// The collection, a right line of the file, what it is misspelt as, and the path that is named.
const SLIPS: [(Collection, &str, &str, &str); 8] = [
    (Collection::Assistant, "      firstMessage: Hello", "      firstMesage: Hello", "firstMesage"),
    (Collection::Assistant, "      firstMessage: Hello", "      first_message: Hello", "first_message"),
    (Collection::Assistant, "temperature: 0.5", "tempratur: 0.5", "model.tempratur"),
    (Collection::Assistant, "description: Looks up}", "descripton: Looks up}", "model.tools[0].function.descripton"),
    (Collection::PhoneNumber, "name: One, assistantId", "nmae: One, assistantId", "nmae"),
    (Collection::Tool, "name: one, description: One", "name: one, descriptoin: One", "function.descriptoin"),
    (
        Collection::Squad,
        "name: One, members: [{assistantId",
        "name: One, members: [{asistantId",
        "members[0].asistantId",
    ),
    (
        Collection::StructuredOutput,
        "name: One, description: One, schema",
        "name: One, desciption: One, schema",
        "desciption",
    ),
];

#[test]
fn a_misspelt_field_of_a_new_object_blocks_that_object_alone() {
    for (collection, right, wrong, path) in SLIPS {
        let world = World::new(&FILE.replacen(right, wrong, 1));
        let valid = world.run(&["validate"]).expect(1);
        assert!(
            valid.text().contains(&format!("error[misspelt-field]: {path} is not a known field")),
            "{}",
            valid.text()
        );
        assert!(valid.text().contains("did you mean"), "{}", valid.text());
        let applied = world.run(&["apply", "--yes"]).expect(4);
        assert!(applied.text().contains(&format!("{path} is not a known field")), "{}", applied.text());
        let sent = world.taken();
        let last = path.rsplit('.').next().unwrap();
        assert!(
            sent.iter().all(|hit| !hit.body.as_ref().is_some_and(|body| body.to_string().contains(last))),
            "{path} was sent"
        );
        let made = |collection| world.vapi.objects(collection).len();
        for each in [
            Collection::PhoneNumber,
            Collection::Tool,
            Collection::Squad,
            Collection::StructuredOutput,
            Collection::Assistant,
        ] {
            assert_eq!(made(each), if each == collection { 1 } else { 2 }, "{path}: {each:?}");
        }
        // Spelt right, it is made.
        world.edit(wrong, right);
        world.run(&["apply", "--yes"]).expect(0);
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
    }
}

#[test]
fn a_misspelt_field_in_an_edit_blocks_that_edit_alone() {
    let world = World::new(FILE);
    world.run(&["apply", "--yes"]).expect(0);
    world.taken();
    for (_, right, wrong, path) in SLIPS {
        let before = world.state();
        world.edit(right, wrong);
        world.edit("name: Other, firstMessage: Hello", &format!("name: Other, firstMessage: 'Hello {path}'"));
        let applied = world.run(&["apply", "--yes"]).expect(4);
        assert!(applied.text().contains(&format!("{path} is not a known field")), "{}", applied.text());
        let patches: Vec<_> = world.taken().into_iter().filter(|hit| hit.method == "PATCH").collect();
        assert_eq!(patches.len(), 1, "{path}");
        assert_eq!(patches[0].body.as_ref().unwrap()["firstMessage"], format!("Hello {path}"));
        world.write("vapi-state.yaml", &before);
        world.run(&["apply", "--yes"]).expect(0);
        world.taken();
    }
}

#[test]
fn what_vapi_holds_is_not_misspelt() {
    let world = World::new("version: 1\n");
    for collection in [
        Collection::Assistant,
        Collection::Tool,
        Collection::Squad,
        Collection::StructuredOutput,
        Collection::PhoneNumber,
    ] {
        let mut object = match collection {
            Collection::PhoneNumber => json!({"provider": "telnyx", "number": "+14155550100"}),
            Collection::Tool => json!({"type": "function", "function": {"name": "odd"}}),
            _ => json!({"name": "Odd"}),
        };
        object["desciption"] = json!("Odd");
        object["firstMesage"] = json!("Hello");
        world.vapi.insert(collection, object);
    }
    world.run(&["pull"]).expect(0);
    for command in ["validate", "plan"] {
        let run = world.run(&[command]).expect(0);
        assert!(!run.stderr.contains("error[") && !run.stderr.contains("warning[misspelt"), "{}", run.stderr);
    }
}

#[test]
fn a_field_that_vapi_has_just_added_can_be_sent() {
    let world = World::new(FILE);
    world.run(&["apply", "--yes"]).expect(0);
    // Like nothing that is known; like a field that stands beside it; and like one, allowed.
    for line in ["telepathyEnabled: true", "firstMesage: x", "endCallMesage: Bye # vapi-sync: allow misspelt-field"] {
        world.edit("      model:\n", &format!("      {line}\n      model:\n"));
        let run = world.run(&["validate"]).expect(0);
        assert!(!run.text().contains("misspelt"), "{}", run.text());
    }
    world.taken();
    world.run(&["apply", "--yes"]).expect(4);
    let sent = world.taken().into_iter().filter_map(|hit| hit.body).map(|body| body.to_string());
    let is_there =
        |body: String| ["telepathyEnabled", "firstMesage", "endCallMesage"].iter().all(|name| body.contains(name));
    assert!(sent.into_iter().any(is_there));
}

#[test]
fn beside_an_odd_element_that_vapi_holds_a_list_can_grow() {
    let world = World::new("version: 1\n");
    let tool = json!({"type": "function", "function": {"name": "odd", "descripton": "Odd"}});
    world.vapi.insert(
        Collection::Assistant,
        json!({"name": "Odd", "model": {"provider": "openai", "model": "gpt-4.1", "tools": [tool],
            "messages": [{"role": "system", "contnet": "Odd", "content": "Be kind."}]}}),
    );
    world.run(&["pull"]).expect(0);
    let grown = |element: &str, more: &str| {
        world.edit("        tools:\n", &format!("        tools:\n          - {element}\n"));
        world.edit("        messages:\n", &format!("        messages:\n          - {more}\n"));
    };
    grown("{type: dtmf, function: {name: dial}}", "{role: system, content: Be brief.}");
    world.run(&["validate"]).expect(0);
    let run = world.run(&["plan"]).expect(0);
    assert!(!run.text().contains("misspelt") && run.text().contains("1 to update"), "{}", run.text());
    grown("{type: endCall, function: {naem: hang_up}}", "{role: system, contnet: Be brief.}");
    let run = world.run(&["apply", "--yes"]).expect(4);
    assert!(run.text().contains("naem is not a known field"), "{}", run.text());
    assert!(world.taken().iter().all(|hit| hit.method == "GET"));
}

/// Lists whose elements the file names by handle, or by a variable; each element with a field that gets a new, wrong value.
const ELEMENTS: &str = "version: 1
vars: {answer: book, warmth: 0.5}
agents:
  a: {config: {name: A}}
  b: {config: {name: B}}
  front:
    config:
      name: Front
      model:
        provider: openai
        model: gpt-4.1
        temperature: '${var:warmth}'
        tools:
          - type: function
            function: {name: look_up, description: Looks up}
          - type: function
            function: {name: '${var:answer}', description: Books}
tools:
  hand:
    config:
      type: handoff
      function: {name: hand, description: Hands over}
      destinations:
        - {type: assistant, assistantId: '${agent:a}', description: To a}
        - {type: assistant, assistantId: '${agent:b}', description: To b}
squads:
  team:
    config:
      name: Team
      members:
        - assistantId: ${agent:a}
          assistantOverrides: {firstMessage: Hello}
        - assistantId: ${agent:b}
          assistantOverrides: {firstMessage: Hello}
          assistantDestinations:
            - {type: assistant, assistantName: A, message: One moment}
";

#[test]
fn a_wrong_value_in_an_element_that_is_named_by_handle_blocks_its_entry_alone() {
    let last = |text: &str, from: &str, to: &str| {
        let at = text.rfind(from).expect("there");
        format!("{}{to}{}", &text[..at], &text[at + from.len()..])
    };
    for (from, to, code) in [
        ("assistantOverrides: {firstMessage: Hello}", "assistantOverrides: {firstMesage: Hello}", "misspelt-field"),
        ("{firstMessage: Hello}", "{maxDurationSeconds: 1}", "out-of-range"),
        ("{firstMessage: Hello}", "{firstMessage: Hello, maxDurationSeconds: lots}", "wrong-type"),
        ("message: One moment", "mesage: One moment", "misspelt-field"),
        ("description: To b", "descripton: To b", "misspelt-field"),
        ("description: Books", "descripton: Books", "misspelt-field"),
        ("warmth: 0.5", "warmth: 9", "out-of-range"),
    ] {
        let world = World::new(ELEMENTS);
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        let state = last(&world.state(), from, to).replacen("name: A}", "name: A, firstMessage: Good day}", 1);
        world.write("vapi-state.yaml", &state);
        world.commit("a slip, and something else");
        let line = state[..state.rfind(to).expect("there")].matches('\n').count() + 1;
        world.taken();
        let run = world.run(&["apply", "--yes", "--format", "json"]).expect(4).json();
        let failed = run["changes"].as_array().into_iter().flatten().find(|change| change["outcome"] == "failed");
        let error = &failed.unwrap_or_else(|| panic!("{to}: {run:#}"))["error"];
        assert_eq!((&error["code"], &error["line"]), (&json!(code), &json!(line)), "{to}: {error:#}");
        let writes = world.writes();
        assert_eq!(writes.len(), 1, "{to}: {writes:#?}");
        assert!(writes[0].path.starts_with("/assistant/"), "{to}: {writes:#?}");
        assert_eq!(world.agent("A")["firstMessage"], "Good day", "{to}");
    }
}

#[test]
fn drift_in_an_element_that_is_named_by_handle_is_shown_at_its_line() {
    let world = World::new(ELEMENTS);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let squad = world.vapi.objects(Collection::Squad).remove(0);
    let mut members = squad["members"].clone();
    members[1]["assistantOverrides"]["firstMessage"] = json!("Somebody was here");
    let id = squad["id"].as_str().expect("an id");
    assert!(world.vapi.edit(Collection::Squad, id, &json!({"members": members})));
    let state = world.state();
    let line = state[..state.rfind("Hello").expect("there")].matches('\n').count() + 1;
    let mut plan = world.command(&["plan", "--github"]);
    plan.env("GITHUB_ACTIONS", "true");
    let plan: crate::support::Run = plan.output().expect("run").into();
    assert!(plan.text().contains(&format!("line={line},")), "{}", plan.text());
}
