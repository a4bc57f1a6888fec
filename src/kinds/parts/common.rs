//! Shared rows: fields that mean the same everywhere, and fields that Vapi writes on every object.

use super::server::SERVER;
use crate::kinds::table::{TEXT, list, managed, object, table, text, texts};
use crate::model::{Map, Value};

// Fields that mean the same everywhere, even below fields without a table: in overrides, in an
// inline agent or squad.
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
