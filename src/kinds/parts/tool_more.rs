//! More tools: code, computers, SIP requests.

use super::common::name_key;
use super::server::SERVER;
use super::tool::TOOL_COMMON;
use super::tool_parts::{CODE_VARIABLE, FUNCTION, LOOSE_FUNCTION, VARIABLE_EXTRACTION};
use crate::kinds::table::Literal::Word;
use crate::kinds::table::Rewrite::Schema;
use crate::kinds::table::Shape::{Either, Object};
use crate::kinds::table::{MAPPING, TEXT, field, flag, list, mapping, number, object, table, text, words};

table! { CODE_TOOL, at "tools/code-tool", with TOOL_COMMON;
    flag("async", "Continue without waiting for the response."),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    text("code", "The program, in TypeScript.").longest(50000).must(),
    list("environmentVariables", &Object(&CODE_VARIABLE), "Environment variables of the program.").keyed(name_key),
    number("timeoutSeconds", "How long the program may run, in seconds.").within(1.0, 30.0),
    text("credentialId", "Id of the credential that signs requests."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    object("function", &LOOSE_FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { SIP_REQUEST_TOOL, at "tools", with TOOL_COMMON;
    words("verb", &["INFO", "MESSAGE", "NOTIFY"], "The SIP method.").must(),
    mapping("headers", "JSON Schema of the SIP headers.").free().rewritten(Schema),
    field("body", Either(&[TEXT, MAPPING]), "JSON Schema of the request body.").free().rewritten(Schema),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { BASH_TOOL, at "tools", with TOOL_COMMON;
    words("subType", &["bash_20241022"], "The version of the tool.").or_new().must(),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    words("name", &["bash"], "Always `bash`.").must().by_default(Word("bash")),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { COMPUTER_TOOL, at "tools", with TOOL_COMMON;
    words("subType", &["computer_20241022"], "The version of the tool.").or_new().must(),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    words("name", &["computer"], "Always `computer`.").must().by_default(Word("computer")),
    number("displayWidthPx", "Width of the screen.").must(),
    number("displayHeightPx", "Height of the screen.").must(),
    number("displayNumber", "Which screen."),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}

table! { TEXT_EDITOR_TOOL, at "tools", with TOOL_COMMON;
    words("subType", &["text_editor_20241022"], "The version of the tool.").or_new().must(),
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    words("name", &["str_replace_editor"], "Always `str_replace_editor`.")
        .must().by_default(Word("str_replace_editor")),
    object("function", &FUNCTION, "Name, purpose and parameters of the tool, as the model sees them."),
}
