//! A whole organisation: assistants with tools, squads and structured outputs, in circles, rung by numbers.

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{assistant, parts, phone_number, text, tool};
use crate::emulator::store::{Collection, uuid};

/// How many objects of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Tools; of all types, if there are enough.
    pub tools: usize,
    /// Assistants.
    pub assistants: usize,
    /// Squads.
    pub squads: usize,
    /// Structured outputs.
    pub outputs: usize,
    /// Phone numbers.
    pub numbers: usize,
}

/// The objects of an organisation, each with its id. Every reference is to one of them; assistants, handoff tools and
/// squads refer to each other in circles.
pub fn organisation(rng: &mut impl Rng, size: Size) -> Vec<(Collection, Value)> {
    let mut draw = |count| -> Vec<String> { (0..count).map(|_| uuid(rng)).collect() };
    let tools = draw(size.tools);
    let assistants = draw(size.assistants);
    let squads = draw(size.squads);
    let outputs = draw(size.outputs);
    let numbers = draw(size.numbers);
    let mut all = Vec::new();
    let mut put = |collection, id: &String, mut object: Value| {
        object["id"] = id.as_str().into();
        all.push((collection, object));
    };
    for (index, id) in outputs.iter().enumerate() {
        put(Collection::StructuredOutput, id, structured_output(rng, index));
    }
    for (index, id) in tools.iter().enumerate() {
        put(Collection::Tool, id, tool::tool(rng, index, &assistants, &squads));
    }
    for (index, id) in assistants.iter().enumerate() {
        let mut object = assistant(rng, index, &assistants);
        object["model"]["toolIds"] = some(rng, &tools, 4);
        if index.is_multiple_of(3) {
            object["artifactPlan"] = json!({"structuredOutputIds": some(rng, &outputs, 3)});
        }
        if let Some(tool) = tools.choose(rng).filter(|_| index.is_multiple_of(5)) {
            object["hooks"] = json!([{"on": "call.ending", "do": [{"type": "tool", "toolId": tool}]}]);
        }
        put(Collection::Assistant, id, object);
    }
    for (index, id) in squads.iter().enumerate() {
        put(Collection::Squad, id, squad(rng, index, &assistants, &tools));
    }
    for (index, id) in numbers.iter().enumerate() {
        let mut object = phone_number(rng, index, &assistants);
        object["status"] = "active".into();
        if let Some(squad) = squads.choose(rng).filter(|_| index.is_multiple_of(2)) {
            object["squadId"] = squad.as_str().into();
            object.as_object_mut().map(|object| object.shift_remove("assistantId"));
        }
        put(Collection::PhoneNumber, id, object);
    }
    all
}

/// The `index`-th squad: members that hand over to each other, one of them with overrides that add a tool.
fn squad(rng: &mut impl Rng, index: usize, assistants: &[String], tools: &[String]) -> Value {
    let members: Vec<&String> = assistants.sample(rng, 2 + index % 3).collect();
    let members: Vec<Value> = (0..members.len())
        .map(|place| {
            let next = members[(place + 1) % members.len()];
            let mut member = json!({"assistantId": members[place]});
            if members.len() > 1 {
                let destination = json!({"type": "assistant", "assistantId": next, "description": text::line(rng)});
                member["assistantDestinations"] = json!([destination]);
            }
            if place == 1 {
                let position = json!({"x": index * 100, "y": 40});
                let hook = tools.first().map(|tool| json!({"type": "tool", "toolId": tool}));
                member["assistantOverrides"] = json!({
                    "firstMessage": text::greeting(rng),
                    "metadata": {"position": position},
                    "hooks": [{"on": "call.ending", "do": Vec::from_iter(hook)}],
                });
            }
            member
        })
        .collect();
    let mut squad = json!({"name": format!("{} team {index}", text::name(rng)), "members": members});
    if index.is_multiple_of(4) {
        squad["membersOverrides"] = json!({"variableValues": {"clinic": text::line(rng)}});
    }
    squad
}

/// The `index`-th structured output.
fn structured_output(rng: &mut impl Rng, index: usize) -> Value {
    let schema = match index % 3 {
        0 => json!({
            "type": "object",
            "properties": {"reason": {"type": "string", "enum": ["pain", "off", "0123"]}, "on": {"type": "boolean"}},
            "required": ["on"],
        }),
        1 => json!({"type": "boolean", "description": text::line(rng)}),
        _ => json!({"type": "array", "items": {"type": "string"}}),
    };
    let mut output = json!({"name": format!("{} {index}", text::name(rng)), "type": "ai", "schema": schema});
    match index % 4 {
        0 => {
            output["model"] = json!({"provider": "openai", "model": "gpt-4.1", "temperature": 0, "maxTokens": 4000});
        }
        1 => output["conditions"] = json!([{"type": "minMessages", "count": 2}]),
        2 => output["description"] = text::line(rng).into(),
        _ => {
            output["type"] = "regex".into();
            output["regex"] = r"\b\d{4}\b".into();
        }
    }
    output
}

/// Up to `most` of `ids`.
fn some(rng: &mut impl Rng, ids: &[String], most: usize) -> Value {
    let count = 1 + parts::index(rng, most);
    ids.sample(rng, count).cloned().collect()
}
