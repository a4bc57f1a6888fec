//! Tools of all types.

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{parts, text};
use crate::emulator::store::uuid;

/// The `index`-th tool: one type after the other, every third a handoff. It hands over to some of the `assistants` and
/// `squads` (ids).
pub(super) fn tool(rng: &mut impl Rng, index: usize, assistants: &[String], squads: &[String]) -> Value {
    let kind = if index.is_multiple_of(3) { "handoff" } else { OTHERS[index * 2 / 3 % OTHERS.len()] };
    let name = format!("{}_{index}", kind.replace('.', "_"));
    let described = json!({"name": name, "description": text::line(rng)});
    let server = json!({
        "url": "https://hooks.example.com/tools", "headers": {"X-Tenant": uuid(rng)}, "timeoutSeconds": 30,
    });
    let mut tool = match kind {
        "handoff" => json!({"function": described, "destinations": destinations(rng, assistants, squads)}),
        "function" => {
            let mut tool = parts::function_tool(rng, index);
            tool["parameters"] = json!([{"key": "clinic", "value": text::line(rng)}]);
            tool
        }
        "apiRequest" => json!({
            "name": format!("request_{index}"), "method": "POST", "url": "https://api.example.com/slots?a=1",
            "headers": {"type": "object", "properties": {"X-Api-Key": {"type": "string", "value": uuid(rng)}}},
            "body": {
                "type": "object", "required": ["day"],
                "properties": {"day": {"type": "string", "description": text::line(rng)}, "on": {"type": "boolean"}},
            },
            "backoffPlan": {"type": "exponential", "maxRetries": 2, "baseDelaySeconds": 1},
            "variableExtractionPlan": {"aliases": [{"key": "slot", "value": "{{$.slots[0]}}"}]},
        }),
        "code" => json!({
            "code": "const day = args.day;\nreturn `${day}: ${env.CLINIC}`;\n", "timeoutSeconds": 10,
            "environmentVariables": [{"name": "CLINIC", "value": uuid(rng)}],
            "function": {
                "name": name, "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
            },
        }),
        "bash" => json!({"subType": "bash_20241022", "name": "bash", "server": server}),
        "computer" => json!({
            "subType": "computer_20241022", "name": "computer", "displayWidthPx": 1024, "displayHeightPx": 768,
        }),
        "textEditor" => json!({"subType": "text_editor_20241022", "name": "str_replace_editor", "server": server}),
        "mcp" => json!({
            "server": {"url": format!("https://mcp.example.com/{}", uuid(rng))}, "metadata": {"protocol": "shttp"},
            "toolMessages": [{"name": "search", "messages": [{"type": "request-start", "content": "One moment."}]}],
        }),
        "query" => json!({
            "function": described,
            "knowledgeBases": [
                {"name": "prices", "provider": "google", "description": text::line(rng), "fileIds": [uuid(rng)]},
            ],
        }),
        "sipRequest" => json!({"verb": "INFO", "headers": {"type": "object", "properties": {}}, "body": "hello"}),
        "transferCall" => json!({"function": described, "destinations": [parts::number_destination(rng, index)]}),
        "dtmf" => json!({"sipInfoDtmfEnabled": true}),
        "voicemail" => json!({"beepDetectionEnabled": true}),
        _ => json!({"function": described}),
    };
    tool["type"] = kind.into();
    if index.is_multiple_of(4) {
        tool["messages"] = json!([{"type": "request-start", "content": text::greeting(rng)}]);
    }
    tool
}

#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "function", "apiRequest", "transferCall", "endCall", "code", "sms", "query", "mcp", "dtmf", "voicemail", "bash",
    "computer", "textEditor", "sipRequest", "slack.message.send", "google.calendar.event.create",
    "google.calendar.availability.check", "google.sheets.row.append", "gohighlevel.calendar.availability.check",
    "gohighlevel.calendar.event.create", "gohighlevel.contact.create", "gohighlevel.contact.get",
];

/// Up to two assistants and, mostly, a squad.
fn destinations(rng: &mut impl Rng, assistants: &[String], squads: &[String]) -> Value {
    let to_assistants = assistants.sample(rng, 2).map(|id| json!({"type": "assistant", "assistantId": id}));
    let to_squad = squads.choose(rng).map(|id| json!({"type": "squad", "squadId": id}));
    to_assistants.chain(to_squad).collect()
}
