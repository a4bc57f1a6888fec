//! Phone numbers.
//!
//! Facts are from Vapi's OpenAPI document (the `Create…`, `Update…` and read shapes of the five providers) unless a row
//! says otherwise.

use std::sync::OnceLock;

use super::Fact::{CreateOnly, Default, List, Reference, ServerManaged, WriteOnly};
use super::ListRule::Keyed;
use super::{Field, Kind};
use crate::model::{Map, Value};

pub(super) static KIND: Kind = Kind {
    section: "phone_numbers",
    option: "phone-numbers",
    word: "phone_number",
    noun: "phone number",
    nouns: "phone numbers",
    id_key: "vapi_phone_number_id",
    endpoint: "/phone-number",
    identity: &["number", "sipUri", "name"],
    assignment: &["assistantId", "squadId", "workflowId"],
    fields: FIELDS,
    purchase: |config| config.text_at("provider") == Some("vapi"),
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
    field("status", &[ServerManaged]),
    // Seen at run time on assistants; the flag has no place in a write of a number either.
    field("isServerUrlSecretSet", &[ServerManaged]),
    field("provider", &[CreateOnly]),
    field("number", &[CreateOnly]),
    // In the Create shape of `vapi` numbers alone: a wish for the number that is allotted.
    field("numberDesiredAreaCode", &[CreateOnly]),
    field("server.secret", &[WriteOnly(Some("isServerUrlSecretSet"))]),
    field("twilioAuthToken", &[WriteOnly(None)]),
    field("twilioApiKey", &[WriteOnly(None)]),
    field("twilioApiSecret", &[WriteOnly(None)]),
    field("authentication.password", &[WriteOnly(None)]),
    field("assistantId", &[Reference("agents")]),
    field("**.assistantId", &[Reference("agents")]),
    field("**.assistantIds[]", &[Reference("agents")]),
    field("**.phoneNumberId", &[Reference("phone_numbers")]),
    field("hooks", &[List(Keyed(hook_key))]),
    field("smsEnabled", &[Default("true")]),
    field("numberE164CheckEnabled", &[Default("true")]),
];

/// A hook is told apart by the event that it waits for.
fn hook_key(hook: &Map) -> Option<String> {
    hook.get("on").and_then(Value::as_text).map(str::to_owned)
}
