//! Shared rows: fields that mean the same everywhere, and fields that Vapi writes on every object.

use super::server::SERVER;
use crate::kinds::table::Rewrite::Unpinned;
use crate::kinds::table::{TEXT, list, managed, object, table, text, texts};
use crate::model::{Map, Value};

// Fields that mean the same everywhere, even below fields without a table: in overrides, in an
// inline agent or squad.
table! { EVERYWHERE;
    texts("toolIds", "Ids of the organisation's tools.").as_set().refers_to("tools").rewritten(Unpinned("toolRefs")),
    text("toolId", "Id of a tool: `${tool:handle}`.").refers_to("tools"),
    text("declineToolId", "Id of a tool: `${tool:handle}`.").refers_to("tools"),
    texts("credentialIds", "Ids of credentials.").as_set(),
    texts("structuredOutputIds", "Ids of structured outputs.").as_set().refers_to("structured_outputs"),
    text("structuredOutputId", "Id of a structured output: `${structured_output:handle}`.")
        .refers_to("structured_outputs"),
    text("squadId", "Id of a squad: `${squad:handle}`.").refers_to("squads"),
    text("assistantId", "Id of an agent: `${agent:handle}`.").refers_to("agents"),
    list("assistantIds", &TEXT, "Ids of agents.").as_set().refers_to("agents").later(),
    text("phoneNumberId", "Id of a phone number: `${phone_number:handle}`.").refers_to("phone_numbers"),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
}

table! { MANAGED;
    managed("id"),
    managed("orgId"),
    managed("createdAt"),
    managed("updatedAt"),
}

// Ids that Vapi adds inside objects.
table! { NESTED;
    managed("id"),
}

/// A tool is identified by its type and name.
pub(in crate::kinds) fn tool_key(tool: &Map) -> Option<String> {
    let kind = tool.get("type")?.as_text()?;
    match tool.get("function").and_then(|function| function.text_at("name")).or_else(|| tool.get("name")?.as_text()) {
        Some(name) => Some(format!("{kind}:{name}")),
        None => Some(kind.to_owned()),
    }
}

/// A hook is identified by its event.
pub(in crate::kinds) fn hook_key(hook: &Map) -> Option<String> {
    hook.get("on").and_then(Value::as_text).map(str::to_owned)
}

/// A pinned tool is identified by its id.
pub(in crate::kinds) fn tool_ref_key(tool: &Map) -> Option<String> {
    tool.get("toolId").and_then(known)
}

/// A destination is identified by its type and where it leads.
pub(in crate::kinds) fn destination_key(destination: &Map) -> Option<String> {
    const TARGETS: [&str; 5] = ["assistantId", "assistantName", "squadId", "number", "sipUri"];
    let kind = destination.get("type")?.as_text()?;
    let target = TARGETS.iter().find_map(|field| known(destination.get(*field)?))?;
    Some(format!("{kind}:{target}"))
}

/// A member is identified by its agent, an inline one by its name.
pub(in crate::kinds) fn member_key(member: &Map) -> Option<String> {
    let inline = || member.get("assistant")?.text_at("name").map(str::to_owned);
    member.get("assistantId").and_then(known).or_else(inline)
}

/// A text, or a reference whose id is not known yet.
fn known(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Unknown(_) => value.to_shown().as_str().map(str::to_owned),
        _ => None,
    }
}

/// A condition is identified by its type.
pub(in crate::kinds) fn condition_key(condition: &Map) -> Option<String> {
    condition.get("type").and_then(Value::as_text).map(str::to_owned)
}

/// What has a `key` is identified by it.
pub(in crate::kinds) fn key_key(item: &Map) -> Option<String> {
    item.get("key").and_then(Value::as_text).map(str::to_owned)
}

/// What has a `name` is identified by it.
pub(in crate::kinds) fn name_key(item: &Map) -> Option<String> {
    item.get("name").and_then(Value::as_text).map(str::to_owned)
}
