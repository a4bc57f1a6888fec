//! Overrides: fields of an agent that differ in one place.

use super::common::tool_key;
use super::tool::TOOL;
use crate::kinds::agents::{ASSISTANT, METADATA};
use crate::kinds::table::Shape::OneOf;
use crate::kinds::table::{any, list, mapping, object, table};

table! { OVERRIDES: "Overrides", "Fields that differ from the agent's own.", at "assistants/dynamic-variables",
    with ASSISTANT METADATA;
    mapping("variableValues", "Values of the variables in the agent's texts.").free(),
    list("tools:append", &OneOf(&TOOL), "Tools in addition to those of the agent.").keyed(tool_key),
}

table! { MEMBER_OVERRIDES: "MemberOverrides", "Fields that differ from the agent's own.",
    at "assistants/dynamic-variables", with ASSISTANT;
    mapping("variableValues", "Values of the variables in the agent's texts.").free(),
    list("tools:append", &OneOf(&TOOL), "Tools in addition to those of the agent.").keyed(tool_key),
    object("metadata", &CANVAS, "Data of your own. Callers never hear it."),
}

table! { CANVAS: "Canvas", "Data of your own. Callers never hear it.", rest any("", "Data of your own.").free();
    // Observed: the dashboard keeps here where it draws the member.
    any("position", "Where the dashboard draws the member.").only_if_declared().as_vapi_has_it(),
}
