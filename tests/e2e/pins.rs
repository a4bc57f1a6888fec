//! What a plan says of those who do not get a change: pins to old versions, and names that are left behind.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

/// A number that rings a squad, whose first member has a tool.
const TEAM: &str = r#"version: 1

tools:
  lookup:
    config: {type: apiRequest, name: lookup, method: GET, url: "https://api.example.com/lookup"}

agents:
  front:
    config:
      name: Front
      firstMessage: Hi
      model: {provider: openai, model: gpt-4.1, toolIds: ["${tool:lookup}"]}
  billing:
    config:
      name: Billing
      model: {provider: openai, model: gpt-4.1}

squads:
  intake:
    config:
      name: Intake
      members:
        - assistantId: ${agent:front}
          assistantDestinations: [{type: assistant, assistantName: Billing}]
        - assistantId: ${agent:billing}

phone_numbers:
  line:
    config:
      provider: byo-phone-number
      number: "+14155550100"
      credentialId: 5f0c3c5e-1111-4222-8333-444455556666
      squadId: ${squad:intake}
"#;

fn team() -> World {
    let world = World::with(TEAM, Config { versions: true, ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

#[test]
fn a_change_of_a_tool_names_the_number_that_reaches_it_through_squad_and_member() {
    let world = team();
    world.edit("api.example.com/lookup", "api.example.com/v2/lookup");
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.stdout.contains("phone numbers: +14155550100 (squad Intake → agent Front)"), "{}", plan.stdout);
    let json = world.run(&["plan", "--format", "json"]).expect(0).json();
    let rings = &json["impact"][0];
    assert_eq!(rings["address"], "tools.lookup");
    assert_eq!(rings["rings"][0]["via"], "squad Intake → agent Front");
    assert_eq!(rings["stays"], json!([]));
}

#[test]
fn a_pin_keeps_callers_on_an_old_version_and_the_plan_says_so() {
    let world = team();
    world.edit(
        "        - assistantId: ${agent:front}\n",
        "        - assistantId: ${agent:front}\n          assistantVersion: v1\n",
    );
    let plan = world.run(&["plan"]).expect(0);
    assert!(!plan.text().contains("pin-behind"), "it is the newest one:\n{}", plan.text());
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("pinned");

    world.edit("firstMessage: Hi", "firstMessage: Hello");
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.stdout.contains("     squad Intake stays on v1\n"), "{}", plan.stdout);
    let json = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(json["impact"][0]["stays"], json!([{"who": "squad Intake", "version": "v1"}]));
    let markdown = world.run(&["plan", "--format", "markdown"]).expect(0);
    assert!(markdown.stdout.contains("<code>squad Intake stays on v1</code>"), "{}", markdown.stdout);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("hello");

    // Vapi holds it by now: a note.
    let plan = world.run(&["plan"]).expect(0);
    assert!(!plan.text().contains("pin-behind"), "{}", plan.text());
    let plan = world.run(&["plan", "-v"]).expect(0);
    assert!(
        plan.text().contains("note[pin-behind]: members[0].assistantVersion pins v1 of agents.front"),
        "{}",
        plan.text()
    );

    // With the pin raised in the same run, nobody stays behind.
    world.edit("firstMessage: Hello", "firstMessage: Good day");
    world.edit("assistantVersion: v1", "assistantVersion: v2");
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.stdout.contains("squad Intake stays on v2"), "{}", plan.stdout);
    world.edit("          assistantVersion: v2\n", "          assistantVersion: null\n");
    let plan = world.run(&["plan"]).expect(0);
    assert!(!plan.stdout.contains("stays on"), "{}", plan.stdout);
}

#[test]
fn a_new_pin_that_is_behind_is_a_warning() {
    let world = team();
    world.edit("api.example.com/lookup", "api.example.com/v2/lookup");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("v2");
    world.edit("toolIds: [\"${tool:lookup}\"]", "toolRefs: [{toolId: \"${tool:lookup}\", version: v1}]");
    let plan = world.run(&["plan"]).expect(0);
    let said = "warning[pin-behind]: model.toolRefs[0].version pins v1 of tools.lookup, whose newest version is v2";
    assert!(plan.text().contains(said), "{}", plan.text());
    world.edit("version: v1}", "version: v2}");
    assert!(!world.run(&["plan"]).expect(0).text().contains("pin-behind"));
}

#[test]
fn a_rename_is_told_of_while_something_names_the_old_name() {
    let world = team();
    let tool = json!({"type": "handoff", "function": {"name": "to_billing"},
        "destinations": [{"type": "assistant", "assistantName": "Billing"}]});
    world.vapi.insert(Collection::Tool, tool);
    let front = json!({"model": {"provider": "openai", "model": "gpt-4.1",
        "messages": [{"role": "system", "content": "For an invoice call handoff_to_Billing."}]}});
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Front")), &front);
    world.edit("name: Billing\n", "name: Accounts\n");
    let said = |who: &str| format!("agents.billing is renamed to \"Accounts\", and {who} still names \"Billing\"");
    let plan = world.run(&["plan", "-v"]).expect(0).text();
    for who in ["squad Intake", "tool to_billing", "agent Front"] {
        assert!(plan.contains(&said(who)), "{who}\n{plan}");
    }
    // What is renamed with it is not told of.
    world.edit("assistantName: Billing", "assistantName: Accounts");
    let plan = world.run(&["plan", "-v"]).expect(0).text();
    assert!(!plan.contains(&said("squad Intake")) && plan.contains(&said("tool to_billing")), "{plan}");
    world.run(&["apply", "--yes"]).expect(0);
    assert!(!world.run(&["plan", "-v"]).expect(0).text().contains("renamed-in-use"));
}

#[test]
fn a_model_that_retires_is_told_of_once_with_its_date_and_what_replaces_it() {
    let notice =
        json!({"model": "gpt-4o", "provider": "openai", "retirementDate": "2027-01-01", "replacementModel": "gpt-4.1"});
    let agent = |name: &str, model: &str| {
        format!("  {name}:\n    config: {{name: {name}, model: {{provider: openai, model: {model}}}}}\n")
    };
    let state =
        format!("version: 1\nagents:\n{}{}{}", agent("a", "gpt-4o"), agent("b", "gpt-4o"), agent("c", "gpt-4.1"));
    let world = World::with(&state, Config { retiring: vec![notice], ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    for command in ["plan", "status"] {
        let text = world.run(&[command]).expect(0).text();
        assert_eq!(text.matches("warning[model-retires]: gpt-4o ").count(), 1, "{text}");
        assert!(text.contains("2027-01-01: 2 agents"), "{text}");
        assert!(text.contains("Vapi suggests gpt-4.1"), "{text}");
    }
    world.edit("model: gpt-4o", "model: gpt-4.1");
    world.write("vapi-state.yaml", &world.state().replace("model: gpt-4o", "model: gpt-4.1"));
    world.run(&["apply", "--yes"]).expect(0);
    assert!(!world.run(&["plan"]).expect(0).text().contains("model-retires"));
}

#[test]
fn a_lint_is_told_once_before_it_is_sent_and_is_a_note_once_vapi_holds_it() {
    let tool = |name: &str| {
        format!(
            "  {name}:\n    config: {{type: endCall, function: {{name: {name}, description: Bye, strict: true}}}}\n"
        )
    };
    let state: String = ["one", "two", "three", "four"].map(tool).concat();
    let world = World::new(&format!("version: 1\ntools:\n{state}"));
    let plan = world.run(&["plan"]).expect(0).text();
    assert_eq!(plan.matches("warning[strict-cleared]").count(), 1, "{plan}");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let plan = world.run(&["plan"]).expect(0).text();
    assert!(!plan.contains("strict-cleared"), "{plan}");
    let plan = world.run(&["plan", "-v"]).expect(0).text();
    assert!(plan.contains("note[strict-cleared]"), "{plan}");
    // An edit of another field of it brings nothing back.
    world.edit("{name: one, description: Bye,", "{name: one, description: Says goodbye,");
    let plan = world.run(&["plan"]).expect(0).text();
    assert!(!plan.contains("strict-cleared"), "{plan}");
}
