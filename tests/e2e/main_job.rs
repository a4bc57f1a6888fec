//! The five scenarios that the tool exists for.

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::{World, all_is_quiet, id};

const TWO: &str = "\
version: 1
agents:
  # The front desk.
  receptionist:
    config:
      name: Receptionist
      model:
        provider: openai
        model: gpt-4.1
        temperature: 0.3
        messages:
          - role: system
            content: |
              Be kind.
              Be brief.
        tools:
          - type: function
            function: {name: look_up}
            server: {url: 'https://tools.example.com/look-up'}
  billing:
    config: { name: Billing, firstMessage: 'Billing, hello.' } # in one line
phone_numbers:
  main_line:
    config:
      provider: twilio
      number: \"+14155550100\"
      twilioAccountSid: AC00000000000000000000000000000000
      assistantId: ${agent:receptionist}
";

#[test]
fn what_is_in_the_file_is_made_and_its_ids_written() {
    let world = World::new(TWO);
    world.run(&["apply", "--yes"]).expect(0);
    let [receptionist, billing] = ["Receptionist", "Billing"].map(|name| id(&world.agent(name)));
    assert_eq!(world.numbers()[0]["assistantId"], json!(receptionist));
    let state = world.state();
    for id in [&receptionist, &billing, &id(&world.numbers()[0])] {
        assert_eq!(state.matches(id.as_str()).count(), 1, "{state}");
    }
    // All that was there before is there still, in its order.
    let mut rest = state.as_str();
    for line in TWO.lines().filter(|line| !line.contains("in one line")) {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is gone from\n{state}"));
        rest = &rest[at + line.len()..];
    }
    all_is_quiet(&world);
}

#[test]
fn what_is_in_vapi_is_written_into_the_file() {
    let world = World::new("version: 1\n");
    let agent = world.vapi.insert(Collection::Assistant, json!({"name": "Front Desk", "firstMessage": "Hi"}));
    world.vapi.insert(Collection::Assistant, json!({"name": "Front Desk", "firstMessage": "Hello"}));
    world.vapi.insert(
        Collection::PhoneNumber,
        json!({"provider": "vonage", "number": "+14155550111", "credentialId": "c0ffee00-0000-4000-8000-000000000000", "assistantId": agent}),
    );
    world.run(&["pull"]).expect(0);
    let state = world.state();
    for object in world.agents().iter().chain(&world.numbers()) {
        assert!(state.contains(&id(object)), "{state}");
    }
    assert!(state.contains("  front_desk:\n"), "{state}");
    assert!(state.contains("assistantId: ${agent:front_desk"), "{state}");
    all_is_quiet(&world);
}

#[test]
fn both_sides_end_with_the_same() {
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config: {name: A}\n  b:\n    config: {name: B}\n  c:\n    config: {name: C}\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    world.vapi.remove(Collection::Assistant, &id(&world.agent("C")));
    world.commit("applied");
    // Three in the file, two of them linked and one gone; one more in Vapi alone.
    world.vapi.insert(Collection::Assistant, json!({"name": "D"}));
    world.run(&["sync", "--yes"]).expect(0);
    let mut names: Vec<String> =
        world.agents().iter().map(|agent| agent["name"].as_str().unwrap_or("").to_owned()).collect();
    names.sort();
    assert_eq!(names, ["A", "B", "C", "D"]);
    assert_eq!(world.state().matches("vapi_assistant_id").count(), 4);
    all_is_quiet(&world);
}

#[test]
fn three_in_the_file_and_two_in_vapi_become_three_and_three() {
    let world = World::new(
        "version: 1\nagents:\n  a:\n    config: {name: A}\n  b:\n    config: {name: B}\n  c:\n    config: {name: C}\n",
    );
    for name in ["A", "B"] {
        world.vapi.insert(Collection::Assistant, json!({"name": name}));
    }
    world.run(&["sync", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 3);
    for name in ["A", "B", "C"] {
        assert_eq!(world.state().matches(&id(&world.agent(name))).count(), 1);
    }
    all_is_quiet(&world);
}

#[test]
fn what_was_deleted_in_vapi_is_made_again_and_its_number_rings_it() {
    let world = World::new(TWO);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let old = id(&world.agent("Receptionist"));
    let unmanaged = world.vapi.insert(
        Collection::PhoneNumber,
        json!({"provider": "telnyx", "number": "+14155550199", "credentialId": "c0ffee00-0000-4000-8000-000000000000", "assistantId": old}),
    );
    world.vapi.remove(Collection::Assistant, &old);
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.stdout.contains("+14155550199"), "the plan shows the number: {}", plan.stdout);
    world.run(&["apply", "--yes"]).expect(0);
    let new = world.agent("Receptionist");
    assert_ne!(id(&new), old);
    assert_eq!(new["model"]["messages"][0]["content"], json!("Be kind.\nBe brief.\n"));
    for number in world.numbers() {
        assert_eq!(number["assistantId"], new["id"], "{number}");
    }
    assert!(world.state().contains(&id(&new)) && !world.state().contains(&old), "{}", world.state());
    world.vapi.remove(Collection::PhoneNumber, &unmanaged);
    all_is_quiet(&world);
}

#[test]
fn a_rename_on_either_side_makes_no_second_one() {
    let world = World::new(TWO);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Billing")), &json!({"name": "Accounts"}));
    world.edit("  receptionist:\n", "  front_desk:\n");
    world.edit("${agent:receptionist}", "${agent:front_desk}");
    world.run(&["pull"]).expect(0);
    assert_eq!(world.agents().len(), 2);
    assert_eq!(world.state().matches("vapi_assistant_id").count(), 2, "{}", world.state());
    assert!(world.state().contains("name: Accounts"), "{}", world.state());
    all_is_quiet(&world);
}

#[test]
fn only_keeps_to_one_kind() {
    let world = World::new(TWO);
    world.run(&["apply", "--yes", "--only", "agents"]).expect(0);
    assert_eq!((world.agents().len(), world.numbers().len()), (2, 0));
    world.run(&["apply", "--yes", "--only", "phone-numbers"]).expect(0);
    assert_eq!(world.numbers().len(), 1);
    all_is_quiet(&world);
}

#[test]
fn what_the_file_does_not_name_stays() {
    let world = World::new(TWO);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let receptionist = id(&world.agent("Receptionist"));
    world.vapi.edit_with(Collection::Assistant, &receptionist, |agent| {
        agent["model"]["maxTokens"] = json!(300);
        agent["model"]["temperature"] = json!(0.3);
        agent["model"]["tools"][0]["server"]["timeoutSeconds"] = json!(7);
        agent["model"]["tools"].as_array_mut().expect("tools").insert(0, json!({"type": "endCall"}));
    });
    world.edit("Be brief.", "Be very brief.");
    world.edit("https://tools.example.com/look-up", "https://tools.example.com/v2");
    world.commit("briefer");
    world.taken();
    // The tool that nobody recorded is held back; all else goes on.
    world.run(&["apply", "--yes"]).expect(3);
    let writes = world.writes();
    assert_eq!(writes.len(), 1);
    let body = writes[0].body.as_ref().expect("a body").as_object().expect("an object");
    assert_eq!(body.keys().collect::<Vec<_>>(), ["model"], "only the top-level field concerned");
    let model = &world.agent("Receptionist")["model"];
    assert_eq!(model["maxTokens"], json!(300));
    assert_eq!(model["messages"][0]["content"], json!("Be kind.\nBe very brief.\n"));
    let tools = model["tools"].as_array().expect("tools");
    let look_up = tools.iter().find(|tool| tool["type"] == "function").expect("the tool");
    assert_eq!(look_up["server"], json!({"url": "https://tools.example.com/v2", "timeoutSeconds": 7}));
    assert!(tools.contains(&json!({"type": "endCall"})), "{tools:?}");
}
