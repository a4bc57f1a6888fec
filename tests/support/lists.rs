//! No request may hold a list of references that is shorter than the file's: a filtered list unlinks what is live.

use serde_json::Value;

use super::{World, name_of};

/// The sections of a file, each with its endpoint and its key of the id.
const SECTIONS: [(&str, &str, &str); 5] = [
    ("agents", "/assistant", "vapi_assistant_id"),
    ("phone_numbers", "/phone-number", "vapi_phone_number_id"),
    ("tools", "/tool", "vapi_tool_id"),
    ("squads", "/squad", "vapi_squad_id"),
    ("structured_outputs", "/structured-output", "vapi_structured_output_id"),
];

/// Lists with references in them.
const LISTS: [&str; 8] = [
    "toolIds",
    "toolRefs",
    "destinations",
    "members",
    "assistantDestinations",
    "structuredOutputIds",
    "assistantIds",
    "do",
];

/// Compares every write in the log with the entry of the file that it is for.
#[track_caller]
pub fn are_whole(world: &World) {
    let Ok(text) = std::fs::read_to_string(world.path("vapi-state.yaml")) else { return };
    let Ok(file) = serde_yaml::from_str::<Value>(&text) else { return };
    for hit in world.vapi.hits().iter().filter(|hit| hit.method != "GET") {
        let Some(body) = &hit.body else { continue };
        for (section, path, id) in SECTIONS {
            let Some(rest) = hit.path.strip_prefix(path) else { continue };
            let entries = file[section].as_object().into_iter().flat_map(|entries| entries.values());
            let mut meant = entries.filter(|entry| match rest.strip_prefix('/') {
                Some(own) => entry[id] == own,
                None => rest.is_empty() && !name_of(body).is_empty() && name_of(&entry["config"]) == name_of(body),
            });
            // Of twins nobody knows which one was meant.
            if let (Some(entry), None) = (meant.next(), meant.next()) {
                whole(&entry["config"], body, &format!("{} {}", hit.method, hit.path));
            }
        }
    }
}

#[track_caller]
fn whole(file: &Value, body: &Value, place: &str) {
    match (file, body) {
        (Value::Object(file), Value::Object(body)) => {
            for (name, body) in body {
                let Some(file) = file.get(name) else { continue };
                let place = format!("{place} {name}");
                if let (true, Some(wanted), Some(sent)) =
                    (LISTS.contains(&name.as_str()), file.as_array(), body.as_array())
                {
                    assert!(sent.len() >= wanted.len(), "{place}: {sent:?} is shorter than {wanted:?}");
                }
                whole(file, body, &place);
            }
        }
        (Value::Array(file), Value::Array(body)) => {
            file.iter().zip(body).for_each(|(file, body)| whole(file, body, place));
        }
        _ => {}
    }
}
