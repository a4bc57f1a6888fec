//! No request may hold a list of references that is shorter than the file's: a filtered list unlinks what is live.

use serde_json::Value;

use vapi_sync::emulator::Hit;

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

/// The state file that a command is given, or would take by itself. `None`: there is none that a test would apply.
pub fn file_of(world: &World, args: &[&str]) -> Option<String> {
    const LARGE: u64 = 4_000_000;
    let named = args.iter().skip_while(|arg| !matches!(**arg, "-f" | "--file")).nth(1);
    let path = world.path(named.unwrap_or(&"vapi-state.yaml"));
    std::fs::metadata(&path).ok().filter(|found| found.is_file() && found.len() < LARGE)?;
    std::fs::read_to_string(path).ok()
}

/// Compares these requests with the entries that they are for, in the file as it was sent or as it became meanwhile. A list
/// that is one of `held` is what Vapi had.
#[track_caller]
pub fn are_whole(hits: &[Hit], files: &[Option<String>], held: &[Value]) {
    if hits.iter().all(|hit| hit.method == "GET") {
        return;
    }
    let files: Vec<Option<Value>> =
        files.iter().map(|text| serde_yaml::from_str(text.as_deref().unwrap_or_default()).ok()).collect();
    for hit in hits.iter().filter(|hit| hit.method != "GET") {
        let Some(body) = &hit.body else { continue };
        let short: Vec<Option<String>> = files.iter().flatten().map(|file| is_short(hit, body, file, held)).collect();
        if let Some(short) = short.iter().flatten().next().filter(|_| short.iter().all(Option::is_some)) {
            panic!("{short}");
        }
    }
}

/// What of a request is shorter than in the entry of a file that it is for.
fn is_short(hit: &Hit, body: &Value, file: &Value, held: &[Value]) -> Option<String> {
    for (section, path, id) in SECTIONS {
        let Some(rest) = hit.path.strip_prefix(path) else { continue };
        let entries = file[section].as_object().into_iter().flat_map(|entries| entries.values());
        let mut meant = entries.filter(|entry| match rest.strip_prefix('/') {
            Some(own) => entry[id] == own,
            None => rest.is_empty() && !name_of(body).is_empty() && name_of(&entry["config"]) == name_of(body),
        });
        // Of twins nobody knows which one was meant.
        if let (Some(entry), None) = (meant.next(), meant.next()) {
            let found = shorter(&entry["config"], body, held, &format!("{} {}", hit.method, hit.path));
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn shorter(file: &Value, body: &Value, held: &[Value], place: &str) -> Option<String> {
    match (file, body) {
        (Value::Object(file), Value::Object(body)) => body.iter().find_map(|(name, body)| {
            let file = file.get(name).filter(|_| !held.contains(body))?;
            let place = format!("{place} {name}");
            match (file.as_array(), body.as_array()) {
                (Some(wanted), Some(sent)) if LISTS.contains(&name.as_str()) && sent.len() < wanted.len() => {
                    Some(format!("{place}: {sent:?} is shorter than {wanted:?}"))
                }
                _ => shorter(file, body, held, &place),
            }
        }),
        (Value::Array(file), Value::Array(body)) => {
            file.iter().zip(body).find_map(|(file, body)| shorter(file, body, held, place))
        }
        _ => None,
    }
}
