//! Agents, which Vapi calls assistants.
//!
//! Facts are from Vapi's OpenAPI document (`CreateAssistantDTO`, `UpdateAssistantDTO`, `Assistant`) unless a row says
//! otherwise.

use std::sync::OnceLock;

use super::Fact::{CreateOnly, Default, Free, List, Reference, Secret, ServerManaged, WriteOnly};
use super::ListRule::{Keyed, Set};
use super::{Field, Kind};
use crate::model::{Map, Value};

pub(super) static KIND: Kind = Kind {
    section: "agents",
    option: "agents",
    word: "agent",
    noun: "agent",
    nouns: "agents",
    id_key: "vapi_assistant_id",
    endpoint: "/assistant",
    identity: &["name"],
    assignment: &[],
    fields: FIELDS,
    purchase: |_| false,
    table: OnceLock::new(),
};

const fn field(path: &'static str, facts: &'static [super::Fact]) -> Field {
    Field { path, facts }
}

const FIELDS: &[Field] = &[
    field("id", &[ServerManaged]),
    field("orgId", &[ServerManaged]),
    field("createdAt", &[ServerManaged]),
    field("updatedAt", &[ServerManaged]),
    // Seen at run time, in no Create or Update DTO.
    field("isServerUrlSecretSet", &[ServerManaged]),
    field("analyticsMetadata", &[ServerManaged]),
    field("isDeleted", &[ServerManaged]),
    field("workflowIds", &[ServerManaged]),
    field("latestVersion", &[ServerManaged]),
    // Write-only (seen at run time): `GET` shows `isServerUrlSecretSet` alone.
    field("server.secret", &[WriteOnly(Some("isServerUrlSecretSet"))]),
    field("serverUrlSecret", &[Secret]),
    field("credentials[].*", &[Secret]),
    field("credentials[].provider", &[]),
    field("credentials[].name", &[]),
    field("metadata", &[Free]),
    field("model.tools[].function.parameters", &[Free]),
    field("model.tools", &[List(Keyed(tool_key))]),
    // Tools refuse `type` in an update (seen at run time).
    field("model.tools[].type", &[CreateOnly]),
    field("hooks", &[List(Keyed(hook_key))]),
    field("clientMessages", &[List(Set), Default(CLIENT_MESSAGES)]),
    field("serverMessages", &[List(Set), Default(SERVER_MESSAGES)]),
    field("**.toolIds", &[List(Set)]),
    field("**.credentialIds", &[List(Set)]),
    field("**.structuredOutputIds", &[List(Set)]),
    field("**.assistantId", &[Reference("agents")]),
    field("**.assistantIds[]", &[Reference("agents")]),
    field("**.phoneNumberId", &[Reference("phone_numbers")]),
    field("firstMessageInterruptionsEnabled", &[Default("false")]),
    // The defaults below stand in the descriptions of the document's fields.
    field("firstMessageMode", &[Default("\"assistant-speaks-first\"")]),
    field("maxDurationSeconds", &[Default("600")]),
    field("modelOutputInMessagesEnabled", &[Default("false")]),
    field("voicemailDetection", &[Default("\"off\"")]),
    field("voice.cachingEnabled", &[Default("true")]),
    field("transcriber.mipOptOut", &[Default("false")]),
];

/// From the description of `clientMessages` in the document.
const CLIENT_MESSAGES: &str = r#"["conversation-update", "function-call", "hang", "model-output", "speech-update",
    "status-update", "transfer-update", "transcript", "tool-calls", "user-interrupted", "voice-input",
    "workflow.node.started", "assistant.started"]"#;

/// From the description of `serverMessages` in the document.
const SERVER_MESSAGES: &str = r#"["conversation-update", "end-of-call-report", "function-call", "hang",
    "speech-update", "status-update", "tool-calls", "transfer-destination-request", "handoff-destination-request",
    "user-interrupted", "assistant.started"]"#;

/// A tool is told apart by its type and, if it is called by name, by that name.
fn tool_key(tool: &Map) -> Option<String> {
    let kind = tool.get("type")?.as_text()?;
    match tool.get("function").and_then(|function| function.text_at("name")).or_else(|| tool.get("name")?.as_text()) {
        Some(name) => Some(format!("{kind}:{name}")),
        None => Some(kind.to_owned()),
    }
}

/// A hook is told apart by the event that it waits for.
fn hook_key(hook: &Map) -> Option<String> {
    hook.get("on").and_then(Value::as_text).map(str::to_owned)
}
