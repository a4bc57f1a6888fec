//! Worlds of tools, squads and structured outputs: three of each, in circles with agents.

use vapi_sync::emulator::Collection;

use super::story::is_bystander;
use crate::support::{World, id};

/// Three tools and nothing else.
pub fn tools() -> String {
    (1..=3).fold("version: 1\ntools:\n".to_owned(), |text, at| {
        text + &format!(
            "  t{at}:\n    config:\n      type: function\n      function:\n        name: look_up_{at}\n        description: Looks up {at}, \
             slowly.\n"
        )
    })
}

/// Three squads of one agent.
pub fn squads() -> String {
    let agent = "version: 1\nagents:\n  a:\n    config: {name: Agent, firstMessage: Hello.}\nsquads:\n".to_owned();
    (1..=3).fold(agent, |text, at| {
        text + &format!(
            "  s{at}:\n    config:\n      name: Team {at}\n      members:\n        - assistantId: ${{agent:a}}\n          \
             assistantOverrides: {{firstMessage: 'Hello, slowly, from {at}.'}}\n"
        )
    })
}

/// Three structured outputs.
pub fn outputs() -> String {
    (1..=3).fold("version: 1\nstructured_outputs:\n".to_owned(), |text, at| {
        text + &format!(
            "  o{at}:\n    config:\n      name: Output {at}\n      description: Reads {at}, slowly.\n      schema: {{type: string}}\n"
        )
    })
}

/// Agents, handoff tools, squads and structured outputs in circles, and a number that rings one of the squads.
pub fn circles() -> String {
    let mut parts = [String::new(), String::new(), String::new(), String::new()];
    for at in 1..=3 {
        let next = at % 3 + 1;
        parts[0] += &format!(
            "  a{at}:\n    config:\n      name: Agent {at}\n      model:\n        provider: openai\n        model: gpt-4.1\n        \
             toolIds: [\"${{tool:t{at}}}\"]\n      artifactPlan: {{structuredOutputIds: [\"${{structured_output:o{at}}}\"]}}\n"
        );
        parts[1] += &format!(
            "  t{at}:\n    config:\n      type: handoff\n      function: {{name: go_{at}}}\n      destinations:\n        - {{type: \
             assistant, assistantId: \"${{agent:a{next}}}\"}}\n        - {{type: squad, squadId: \"${{squad:s{next}}}\"}}\n"
        );
        parts[2] += &format!(
            "  s{at}:\n    config:\n      name: Team {at}\n      members: [{{assistantId: \"${{agent:a{at}}}\"}}, {{assistantId: \
             \"${{agent:a{next}}}\"}}]\n"
        );
        parts[3] += &format!("  o{at}:\n    config: {{name: Output {at}, schema: {{type: string}}}}\n");
    }
    let [agents, tools, squads, outputs] = parts;
    format!(
        "version: 1\nagents:\n{agents}tools:\n{tools}squads:\n{squads}structured_outputs:\n{outputs}phone_numbers:\n  line:\n    \
         config:\n      provider: twilio\n      number: \"+14155550101\"\n      name: Line\n      twilioAccountSid: \
         AC00000000000000000000000000000000\n      squadId: ${{squad:s1}}\n"
    )
}

/// Agents and structured outputs that name each other.
pub fn linked_outputs() -> String {
    let mut parts = [String::new(), String::new()];
    for at in 1..=3 {
        parts[0] += &format!(
            "  a{at}:\n    config: {{name: Agent {at}, artifactPlan: {{structuredOutputIds: [\"${{structured_output:o{at}}}\"]}}}}\n"
        );
        parts[1] += &format!(
            "  o{at}:\n    config: {{name: Output {at}, schema: {{type: string}}, assistantIds: [\"${{agent:a{at}}}\"]}}\n"
        );
    }
    let [agents, outputs] = parts;
    format!("version: 1\nagents:\n{agents}structured_outputs:\n{outputs}")
}

/// Everything was applied and committed; then somebody deleted the objects of a kind.
fn without(world: &World, kind: Collection) {
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    for object in world.vapi.objects(kind).iter().filter(|object| !is_bystander(object)) {
        world.vapi.remove(kind, &id(object));
    }
}

pub fn without_tools(world: &World) {
    without(world, Collection::Tool);
}

pub fn without_squads(world: &World) {
    without(world, Collection::Squad);
}

pub fn without_outputs(world: &World) {
    without(world, Collection::StructuredOutput);
}

pub fn without_numbers(world: &World) {
    without(world, Collection::PhoneNumber);
}

/// Everything was applied and committed; then somebody deleted the first of each kind.
pub fn without_firsts(world: &World) {
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    for kind in Collection::ALL {
        let first = world.vapi.objects(kind).into_iter().filter(|object| !is_bystander(object)).min_by_key(id);
        world.vapi.remove(kind, &id(&first.expect("one of each kind")));
    }
}
