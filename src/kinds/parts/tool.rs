//! The tools of an agent.

use super::common::{destination_key, key_key, name_key};
use super::destination::{HANDOFF_DESTINATION, TRANSFER_DESTINATION};
use super::server::{BACKOFF, SERVER};
use super::tool_more::{BASH_TOOL, CODE_TOOL, COMPUTER_TOOL, SIP_REQUEST_TOOL, TEXT_EDITOR_TOOL};
use super::tool_parts::{
    FUNCTION, KNOWLEDGE_BASE, LOOSE_FUNCTION, MCP_MESSAGES, MCP_METADATA, REJECTION, STATIC_PARAMETER, TOOL_MESSAGE,
    VARIABLE_EXTRACTION,
};
use crate::kinds::patterns::NAME_40;
use crate::kinds::table::Literal::Flag;
use crate::kinds::table::Rewrite::Schema;
use crate::kinds::table::Shape::{Object, OneOf};
use crate::kinds::table::{flag, list, managed, mapping, number, object, table, text, texts, union, words};

union! { TOOL: "Tool", "Something that the agent can do besides talking.", at "tools",
    by text("type", "What the tool does. It says which other fields there are.").create_only();
    "function" = FUNCTION_TOOL, "A function that your server runs.";
    "transferCall" = TRANSFER_TOOL, "Transfers the call.";
    "handoff" = HANDOFF_TOOL, "Hands the call over to another agent.";
    "endCall" = END_CALL_TOOL, "Ends the call.";
    "sms" = PLAIN_TOOL, "Sends a text message.";
    "google.calendar.event.create" = PLAIN_TOOL, "Puts an event into a Google calendar.";
    "google.calendar.availability.check" = PLAIN_TOOL, "Looks for free time in a Google calendar.";
    "google.sheets.row.append" = PLAIN_TOOL, "Adds a row to a Google sheet.";
    "slack.message.send" = PLAIN_TOOL, "Sends a message in Slack.";
    "gohighlevel.calendar.availability.check" = PLAIN_TOOL, "Looks for free time in GoHighLevel.";
    "gohighlevel.calendar.event.create" = PLAIN_TOOL, "Puts an event into GoHighLevel.";
    "gohighlevel.contact.create" = PLAIN_TOOL, "Adds a contact to GoHighLevel.";
    "gohighlevel.contact.get" = PLAIN_TOOL, "Looks up a contact in GoHighLevel.";
    "apiRequest" = API_REQUEST_TOOL, "Sends a request to an API, without a server of yours.";
    "query" = QUERY_TOOL, "Searches files.";
    "dtmf" = DTMF_TOOL, "Presses keys.";
    "voicemail" = VOICEMAIL_TOOL, "Leaves a message on a voicemail.";
    "mcp" = MCP_TOOL, "Tools of an MCP server.";
    "code" = CODE_TOOL, "Runs a program of yours at Vapi.";
    "sipRequest" = SIP_REQUEST_TOOL, "Sends a SIP request.";
    "bash" = BASH_TOOL, "A shell on your server.";
    "computer" = COMPUTER_TOOL, "A screen of your server.";
    "textEditor" = TEXT_EDITOR_TOOL, "An editor on your server.";
}

table! { TOOL_COMMON, at "tools/custom-tools";
    list("messages", &OneOf(&TOOL_MESSAGE), "What the agent says when the tool starts, takes long, succeeds or fails."),
    object("rejectionPlan", &REJECTION, "When a call of the tool is refused."),
    managed("id"),
    managed("orgId"),
    managed("createdAt"),
    managed("updatedAt"),
    managed("latestVersion"),
    // Observed on tools made from a template.
    managed("templateId"),
}

table! { FUNCTION_TOOL, at "tools/custom-tools", with TOOL_COMMON;
    flag("async", "Continue without waiting for the response."),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    list("parameters", &Object(&STATIC_PARAMETER), "Fixed values that are sent with every request.").keyed(key_key),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { TRANSFER_TOOL, at "tools/transfer-call", with TOOL_COMMON;
    list("destinations", &OneOf(&TRANSFER_DESTINATION), "Where the call can go.").ordered(destination_key).later(),
    object("function", &LOOSE_FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { HANDOFF_TOOL, at "squads/handoff", with TOOL_COMMON;
    text("defaultResult", "The result that the model gets when no destination was chosen."),
    list("destinations", &OneOf(&HANDOFF_DESTINATION), "Where the call can go.").ordered(destination_key).later(),
    object("function", &LOOSE_FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { PLAIN_TOOL, at "tools/default-tools", with TOOL_COMMON;
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { END_CALL_TOOL, at "tools/default-tools", with TOOL_COMMON;
    object("function", &LOOSE_FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { API_REQUEST_TOOL, at "tools/default-tools", with TOOL_COMMON;
    text("name", "The name by which the model calls the tool.").like(&NAME_40),
    words("method", &["POST", "GET", "PUT", "PATCH", "DELETE"], "The HTTP method.").must(),
    number("timeoutSeconds", "How long Vapi waits for a response, in seconds.").within(1.0, 300.0),
    text("credentialId", "Id of the credential that signs requests."),
    texts("encryptedPaths", "Paths of the values in the request that are encrypted.").as_set().see("tools/encryption"),
    list("parameters", &Object(&STATIC_PARAMETER), "Fixed values that are sent with every request.").keyed(key_key),
    text("description", "What it is for, in plain words. The model reads it."),
    text("url", "The address, with https.").must(),
    mapping("body", "JSON Schema of the request body.").free().rewritten(Schema),
    mapping("headers", "JSON Schema of the HTTP headers. Take credentials from a variable: `${env:…}`.")
        .free().rewritten(Schema),
    object("backoffPlan", &BACKOFF, "When a failed request is retried."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    object("function", &LOOSE_FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { QUERY_TOOL, at "knowledge-base/using-query-tool", with TOOL_COMMON;
    list("knowledgeBases", &Object(&KNOWLEDGE_BASE), "Where the model looks up answers.").keyed(name_key),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { DTMF_TOOL, at "tools/default-tools", with TOOL_COMMON;
    flag("sipInfoDtmfEnabled", "Send tones by SIP INFO.").by_default(Flag(false)),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { VOICEMAIL_TOOL, at "tools/voicemail-tool", with TOOL_COMMON;
    flag("beepDetectionEnabled", "Wait for the beep before the message.").by_default(Flag(false)),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { MCP_TOOL, at "tools/mcp", with TOOL_COMMON;
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    list("toolMessages", &Object(&MCP_MESSAGES), "Messages of single tools of the server.").keyed(name_key),
    object("metadata", &MCP_METADATA, "How Vapi talks to the server."),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}
