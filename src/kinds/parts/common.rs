//! What holds in many places: fields that mean the same wherever they stand, and what Vapi writes on every object.

use super::server::SERVER;
use crate::kinds::table::{TEXT, list, managed, object, table, text, texts};
use crate::model::{Map, Value};

// Fields that mean the same wherever they stand, also below fields of which no table says anything: in overrides, in an
// agent or a squad in full.
table! { EVERYWHERE;
    texts("toolIds", "Ids of the organisation's tools.").as_set(),
    texts("credentialIds", "Ids of credentials.").as_set(),
    texts("structuredOutputIds", "Ids of structured outputs.").as_set(),
    text("assistantId", "Id of an agent: `${agent:handle}`.").refers_to("agents"),
    list("assistantIds", &TEXT, "Ids of agents.").refers_to("agents"),
    text("phoneNumberId", "Id of a phone number: `${phone_number:handle}`.").refers_to("phone_numbers"),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
}

table! { MANAGED;
    managed("id"),
    managed("orgId"),
    managed("createdAt"),
    managed("updatedAt"),
}

/// A tool is told apart by its type and, if it is called by name, by that name.
pub(in crate::kinds) fn tool_key(tool: &Map) -> Option<String> {
    let kind = tool.get("type")?.as_text()?;
    match tool.get("function").and_then(|function| function.text_at("name")).or_else(|| tool.get("name")?.as_text()) {
        Some(name) => Some(format!("{kind}:{name}")),
        None => Some(kind.to_owned()),
    }
}

/// A hook is told apart by the event that it waits for.
pub(in crate::kinds) fn hook_key(hook: &Map) -> Option<String> {
    hook.get("on").and_then(Value::as_text).map(str::to_owned)
}
