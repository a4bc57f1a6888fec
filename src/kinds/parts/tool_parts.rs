//! Parts of a tool.

use super::common::key_key;
use crate::kinds::patterns::{CAPITALS, IDENTIFIER, NAME_64};
use crate::kinds::table::Literal::Flag;
use crate::kinds::table::Rewrite::{Cleared, Schema, Trimmed};
use crate::kinds::table::Shape::{Object, OneOf};
use crate::kinds::table::{Shape, any, flag, list, mapping, number, object, table, text, texts, union, words};

table! { FUNCTION: "Function", "Name, purpose and parameters of a tool, as the model sees them.",
    at "tools/custom-tools";
    text("name", "The name by which the model calls the tool: up to 64 letters, digits, `_` and `-`.")
        .like(&NAME_64).must(),
    flag("strict", "Make the model follow the schema exactly.").by_default(Flag(false)),
    text("description", "What it is for, in plain words. The model reads it."),
    object("parameters", &PARAMETERS, "JSON Schema of the arguments.").free().rewritten(Schema),
}

// Observed: Vapi clears `strict` on apiRequest, code, transferCall, endCall and handoff.
table! { LOOSE_FUNCTION: "LooseFunction", "Name, purpose and parameters of a tool, as the model sees them.",
    at "tools/custom-tools";
    text("name", "The name by which the model calls the tool: up to 64 letters, digits, `_` and `-`.")
        .like(&NAME_64).must(),
    flag("strict", "Make the model follow the schema exactly. Vapi clears it on this type of tool.")
        .by_default(Flag(false)).rewritten(Cleared),
    text("description", "What it is for, in plain words. The model reads it."),
    object("parameters", &PARAMETERS, "JSON Schema of the arguments.").free().rewritten(Schema),
}

table! { PARAMETERS: "Parameters", "JSON Schema of the arguments.", at "tools/custom-tools";
    words("type", &["object"], "Always `object`.").must(),
    mapping("properties", "The parameters by name, each with a type and a description.").must(),
    texts("required", "Names of the required parameters."),
    // Not in the document; strict mode needs it.
    any("additionalProperties", "Whether there may be others: `false` for strict mode."),
}

table! { STATIC_PARAMETER: "StaticParameter",
    "A fixed value that is sent with every request.", at "tools/static-variables-and-aliases";
    text("key", "Name of the value.").must(),
    any("value", "The value. It may hold variables.").must(),
}

table! { VARIABLE_EXTRACTION: "VariableExtraction",
    "Which values of a response become variables.", at "tools/static-variables-and-aliases";
    mapping("schema", "JSON Schema of the data.").free().rewritten(Schema),
    list("aliases", &Object(&VARIABLE_ALIAS), "Variables computed from others.").keyed(key_key),
}

table! { VARIABLE_ALIAS: "VariableAlias", "A variable computed from others.", at "tools/static-variables-and-aliases";
    text("key", "Name of the variable.").like(&IDENTIFIER).must(),
    text("value", "Its value, as a Liquid template.").longest(10000).must(),
}

table! { REJECTION: "Rejection", "When a call of a tool is refused.", at "tools/tool-rejection-plan";
    list("conditions", &OneOf(&REJECTION_CONDITION), "The conditions, all of which must hold."),
}

union! { REJECTION_CONDITION: "RejectionCondition", "A condition.", at "tools/tool-rejection-plan",
    by text("type", "What is tested.");
    "regex" = REGEX_CONDITION, "A message matches a pattern.";
    "liquid" = LIQUID_CONDITION, "A Liquid expression is true.";
    "group" = GROUP_CONDITION, "Several conditions together.";
}

table! { REGEX_CONDITION, at "tools/tool-rejection-plan";
    text("regex", "A regular expression.").must(),
    object("target", &MESSAGE_TARGET, "Which message is tested."),
    flag("negate", "Match when the expression does not."),
}

table! { LIQUID_CONDITION, at "tools/tool-rejection-plan";
    text("liquid", "A Liquid expression that yields `true` or `false`.").must(),
}

table! { GROUP_CONDITION, at "tools/tool-rejection-plan";
    words("operator", &["AND", "OR"], "Whether all conditions must hold, or one.").must(),
    list("conditions", &OneOf(&REJECTION_CONDITION), "The conditions of the group.").must(),
}

table! { MESSAGE_TARGET: "MessageTarget", "Which message is tested.", at "tools/tool-rejection-plan";
    words("role", &["user", "assistant"], "The author of the message."),
    number("position", "Position of the message; -1 is the last."),
}

table! { MCP_MESSAGES: "McpMessages", "What the agent says while a tool of the server runs.", at "tools/mcp";
    text("name", "Name of the tool.").must(),
    list("messages", &OneOf(&TOOL_MESSAGE), "What the agent says while this tool runs."),
}

table! { MCP_METADATA: "McpMetadata", "How Vapi talks to an MCP server.", at "tools/mcp";
    words("protocol", &["sse", "shttp"], "The transport: server-sent events or streamable HTTP."),
}

table! { KNOWLEDGE_BASE: "KnowledgeBase", "Files to search.", at "knowledge-base/using-query-tool";
    text("name", "Name of the knowledge base.").must(),
    text("provider", "The provider that answers.").must(),
    text("model", "The model, by its provider's name for it."),
    text("description", "What it is for, in plain words. The model reads it.").must(),
    texts("fileIds", "Ids of the files to search.").must(),
}

table! { CODE_VARIABLE: "CodeVariable", "An environment variable of a program.", at "tools/code-tool";
    text("name", "Name of the variable.").longest(64).like(&CAPITALS).must(),
    text("value", "Value of the variable.").longest(10000).must(),
}

union! { TOOL_MESSAGE: "ToolMessage", "What the agent says while a tool runs.", at "tools/custom-tools",
    by text("type", "When the message is said.");
    "request-start" = START_MESSAGE, "When the tool starts.";
    "request-complete" = LAST_MESSAGE, "When the tool succeeds.";
    "request-failed" = LAST_MESSAGE, "When the tool fails.";
    "request-response-delayed" = DELAYED_MESSAGE, "When the tool takes long.";
}

table! { START_MESSAGE, at "tools/custom-tools";
    list("contents", &Shape::Any, "The text in several languages."),
    flag("blocking", "Finish the message before the tool is called.").by_default(Flag(false)),
    text("content", "The text. A variable such as `{{name}}` is filled in during the call.")
        .longest(1000).rewritten(Trimmed),
    list("conditions", &Object(&CONDITION), "Conditions under which the message is said."),
}

table! { LAST_MESSAGE, at "tools/custom-tools";
    list("contents", &Shape::Any, "The text in several languages."),
    words("role", &["assistant", "system"], "The author of the message."),
    flag("endCallAfterSpokenEnabled", "End the call after this message."),
    text("content", "The text. A variable such as `{{name}}` is filled in during the call.")
        .longest(1000).rewritten(Trimmed),
    list("conditions", &Object(&CONDITION), "Conditions under which the message is said."),
}

table! { DELAYED_MESSAGE, at "tools/custom-tools";
    list("contents", &Shape::Any, "The text in several languages."),
    number("timingMilliseconds", "Delay before the message, in milliseconds.").within(100.0, 120000.0),
    text("content", "The text. A variable such as `{{name}}` is filled in during the call.")
        .longest(1000).rewritten(Trimmed),
    list("conditions", &Object(&CONDITION), "Conditions under which the message is said."),
}

table! { CONDITION: "Condition", "A condition on a parameter.", at "tools/custom-tools";
    words("operator", &["eq", "neq", "gt", "gte", "lt", "lte"], "How the two values are compared.").must(),
    text("param", "The name of the parameter.").longest(1000).must(),
    text("value", "The value to compare with.").longest(1000).must(),
}
